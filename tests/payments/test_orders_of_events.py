"""All 24 orders of the four events of each kind of money lead to one end.

Each event is heard alone, a sweep after each; then all are heard once more, which changes nothing.
"""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from shop.core.models import StateChange
from shop.oscar.order.models import Order
from shop.payments import services as payments
from shop.payments.gateway import client
from shop.payments.models import Dispute, PaymentAttempt, PaymentCase, Refund, WebhookEvent
from shop.payments.states import AttemptState, CaseState, DisputeState, RefundState
from shop.stripe_simulator.testing import SimulatorThread, Webhook
from tests.factories.goods import make_product
from tests.factories.orders import make_checkout, record_of

from .journeys import begin, deliver, sweep

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = list(itertools.permutations(range(4)))


def _hear(webhooks: list[Webhook], order: tuple[int, ...]) -> None:
    for place in order:
        deliver(webhooks[place])
        sweep()


def _types(webhooks: list[Webhook]) -> list[str]:
    return [webhook.type for webhook in webhooks]


def _paid_by_card(amount: int = 100_000) -> PaymentAttempt:
    """A paid and settled attempt, of which the provider knows; no order, for speed."""
    attempt = PaymentAttempt(
        checkout_reference="22222222-2222-4222-8222-222222222222",
        method="card",
        amount=Decimal(amount) / 100,
        state=AttemptState.PAID,
        expires_at=timezone.now() + timedelta(minutes=15),
        paid_at=timezone.now(),
        settled_at=timezone.now(),
    )
    intent = client().v1.payment_intents.create(
        {
            "amount": amount,
            "currency": "thb",
            "confirm": True,
            "payment_method_types": ["card"],
            "payment_method": "pm_card_visa",
            "metadata": {"attempt": str(attempt.reference)},
        }
    )
    attempt.intent_id = intent.id
    attempt.save()
    return attempt


def _whole_stories(provider: SimulatorThread) -> Iterator[tuple[int, ...]]:
    for order in ORDERS:
        provider.take_webhooks()
        yield order


def test_a_promptpay_payment(provider: SimulatorThread) -> None:
    ends = set()
    for order in _whole_stories(provider):
        product = make_product(stock=1)
        attempt = begin(make_checkout((product, 1)), "promptpay")
        provider.control(f"pay/{attempt.intent_id}")
        webhooks = provider.take_webhooks()
        assert _types(webhooks) == [
            "payment_intent.created",
            "payment_intent.requires_action",
            "charge.succeeded",
            "payment_intent.succeeded",
        ]
        _hear(webhooks, order)
        _hear(webhooks, order)
        attempt.refresh_from_db()
        placed = Order.objects.filter(checkout_reference=attempt.checkout_reference).count()
        ends.add((attempt.state, placed, record_of(product).num_allocated))
    assert ends == {(AttemptState.PAID, 1, 1)}
    assert not PaymentCase.objects.exists()
    assert not WebhookEvent.objects.filter(handled_at=None).exists()


@pytest.mark.parametrize(
    ("verb", "state"), [("succeed", RefundState.SUCCEEDED), ("fail", RefundState.FAILED)]
)
def test_a_refund(provider: SimulatorThread, verb: str, state: str) -> None:
    """By PromptPay, where the buyer first has to name a bank account."""
    product = make_product(stock=1)
    attempt = begin(make_checkout((product, 1)), "promptpay")
    provider.control(f"pay/{attempt.intent_id}")
    paid = provider.take_webhooks()
    _hear(paid, (0, 1, 2, 3))
    ends = set()
    for number, order in enumerate(ORDERS):
        refund = payments.request_refund(
            checkout_reference=attempt.checkout_reference, amount=Decimal(10), cause=f"r{number}"
        )
        payments.submit_due_refunds()
        refund.refresh_from_db()
        assert refund.state == RefundState.NEEDS_CUSTOMER
        provider.control(f"refunds/{refund.provider_id}/{verb}")
        webhooks = provider.take_webhooks()
        told = ["refund.created", "charge.refunded", "refund.updated"]
        assert _types(webhooks) == told + ["refund.failed"] * (verb == "fail")
        # Of one that succeeds there are three; the payment's own event comes in between, late.
        four = webhooks if verb == "fail" else [*webhooks, paid[3]]
        _hear(four, order)
        _hear(four, order)
        refund.refresh_from_db()
        ends.add((refund.state, refund.amount))
        steps = StateChange.objects.filter(about_label="payments.refund", about_id=refund.pk)
        assert [step.new for step in steps.order_by("pk")] == [RefundState.NEEDS_CUSTOMER, state]
        if verb == "fail":  # money that failed to go back is there for the next try
            Refund.objects.filter(pk=refund.pk).delete()
    assert ends == {(state, Decimal(10))}
    assert not PaymentCase.objects.exists()


@pytest.mark.parametrize(("verb", "state"), [("win", DisputeState.WON), ("lose", "lost")])
def test_a_dispute(provider: SimulatorThread, verb: str, state: str) -> None:
    ends = set()
    for order in _whole_stories(provider):
        attempt = _paid_by_card()
        paid = provider.take_webhooks()
        name = provider.control("disputes/open", payment_intent=attempt.intent_id)["id"]
        provider.control(f"disputes/{name}/{verb}")
        webhooks = provider.take_webhooks()
        told = ["created", "funds_withdrawn", "closed"] + ["funds_reinstated"] * (verb == "win")
        assert _types(webhooks) == [f"charge.dispute.{word}" for word in told]
        four = webhooks if verb == "win" else [*webhooks, paid[-1]]
        _hear(four, order)
        _hear(four, order)
        dispute = Dispute.objects.get(provider_id=name)
        ends.add((dispute.state, dispute.taken, dispute.fee, dispute.case.state))
    taken = Decimal(0) if verb == "win" else Decimal(1000)
    assert ends == {(state, taken, Decimal(500), CaseState.OPEN)}
    assert PaymentCase.objects.count() == Dispute.objects.count() == 24


def test_a_dispute_heard_of_while_it_goes_on(provider: SimulatorThread) -> None:
    """Events of each stage come late, in every order, while the next stage has begun."""
    ends = set()
    for order in _whole_stories(provider):
        attempt = _paid_by_card()
        provider.take_webhooks()
        name = provider.control("disputes/open", payment_intent=attempt.intent_id)["id"]
        early = provider.take_webhooks()
        provider.control(f"disputes/{name}/win")
        late = provider.take_webhooks()
        stages: list[Any] = [*early, *late]
        deliver(stages[order[0]])
        sweep()
        first = Dispute.objects.get(provider_id=name).state
        for place in order[1:]:
            deliver(stages[place])
        sweep()
        dispute = Dispute.objects.get(provider_id=name)
        ends.add((first, dispute.state, dispute.taken))
    assert ends == {(DisputeState.WON, DisputeState.WON, Decimal(0))}


def test_one_event_of_each_kind_in_every_order(provider: SimulatorThread) -> None:
    """A payment by card, one by PromptPay, a refund and a dispute, of four buyers at once."""
    ends = set()
    for number, order in enumerate(_whole_stories(provider)):
        products = [make_product(stock=1), make_product(stock=1)]
        card = begin(make_checkout((products[0], 1)), "card")
        code = begin(make_checkout((products[1], 1)), "promptpay")
        back, disputed = _paid_by_card(), _paid_by_card()
        refund = payments.request_refund(
            checkout_reference=back.checkout_reference,
            attempt_id=back.pk,
            amount=Decimal(30),
            cause=f"mixed{number}",
        )
        provider.take_webhooks()
        provider.control(f"session/{card.session_id}/pay", card="succeed")
        provider.control(f"pay/{code.intent_id}")
        payments.submit_due_refunds()
        name = provider.control("disputes/open", payment_intent=disputed.intent_id)["id"]
        heard = {webhook.type: webhook for webhook in provider.take_webhooks()}
        four = [
            heard["checkout.session.completed"],
            heard["payment_intent.succeeded"],
            heard["refund.created"],
            heard["charge.dispute.created"],
        ]
        _hear(four, order)
        for thing in (card, code, refund):
            thing.refresh_from_db()
        dispute = Dispute.objects.get(provider_id=name)
        references = (card.checkout_reference, code.checkout_reference)
        orders = Order.objects.filter(checkout_reference__in=references).count()
        ends.add((card.state, code.state, orders, refund.state, dispute.state, dispute.taken))
    assert ends == {
        (
            AttemptState.PAID,
            AttemptState.PAID,
            2,
            RefundState.SUCCEEDED,
            DisputeState.NEEDS_RESPONSE,
            Decimal(1000),
        )
    }
