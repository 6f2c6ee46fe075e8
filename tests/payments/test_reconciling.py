"""The provider's book against ours: nothing differs by itself, and what differs is seen."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from shop.oscar.order.models import Order
from shop.payments import gateway
from shop.payments import services as payments
from shop.payments.gateway import StripeProvider, client
from shop.payments.models import (
    Dispute,
    PaymentAttempt,
    PaymentCase,
    ProviderMovement,
    Reconciliation,
    Refund,
)
from shop.payments.provider import Unknown
from shop.payments.states import AttemptState, CaseKind, CaseState, DisputeState, RefundState
from shop.stripe_simulator.fees import fee_for
from shop.stripe_simulator.testing import SimulatorThread
from tests.factories.goods import make_product
from tests.factories.orders import make_checkout
from tests.factories.people import make_officer

from .journeys import begin, deliver, sweep

pytestmark = pytest.mark.django_db(transaction=True)


def _begun(method: str = "card") -> PaymentAttempt:
    return begin(make_checkout((make_product(stock=3), 1)), method)


def _pay(provider: SimulatorThread, attempt: PaymentAttempt) -> None:
    if attempt.method == "card":
        provider.control(f"session/{attempt.session_id}/pay", card="succeed")
    else:
        provider.control(f"pay/{attempt.intent_id}")


def _paid(provider: SimulatorThread, method: str = "card") -> PaymentAttempt:
    attempt = _begun(method)
    _pay(provider, attempt)
    payments.refresh_attempt(attempt)
    sweep()
    return PaymentAttempt.objects.get(pk=attempt.pk)


def _foreign(**given: Any) -> Any:
    """Somebody uses our account at Stripe for something else."""
    return client().v1.payment_intents.create(
        {
            "amount": 77_700,
            "currency": "thb",
            "confirm": True,
            "payment_method_types": ["card"],
            "payment_method": "pm_card_visa",
            **given,
        }
    )


def test_by_default_nothing_differs_and_each_fee_is_known(provider: SimulatorThread) -> None:
    card, code = _paid(provider), _paid(provider, "promptpay")
    payments.request_refund(
        checkout_reference=card.checkout_reference, amount=Decimal(100), cause="part"
    )
    sweep()
    walk = payments.reconcile()
    assert (walk.movements, walk.differences) == (3, 0)
    assert not PaymentCase.objects.exists()
    for attempt in (card, code):
        attempt.refresh_from_db()
        satang = int(attempt.amount * 100)
        assert attempt.fee == Decimal(fee_for(attempt.method, satang)) / 100
    again = payments.reconcile()
    assert (again.movements, again.differences) == (3, 0)
    assert ProviderMovement.objects.count() == 3
    explained = ProviderMovement.objects.exclude(attempt=None).filter(case=None)
    assert explained.count() == 3


def test_all_events_lost_and_the_payment_given_up_it_still_becomes_an_order(
    provider: SimulatorThread,
) -> None:
    attempt = _begun("promptpay")
    _pay(provider, attempt)
    provider.take_webhooks()
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state=AttemptState.EXPIRED)
    assert payments.ask_about_open() == 0  # nobody asks about what was given up
    walk = payments.reconcile()
    sweep()
    attempt.refresh_from_db()
    assert (attempt.state, walk.differences) == (AttemptState.PAID, 0)
    assert Order.objects.count() == 1


def test_a_payment_of_somebody_else_is_one_case(provider: SimulatorThread) -> None:
    stranger = _foreign()
    for webhook in provider.take_webhooks():
        deliver(webhook)
    sweep()
    case = PaymentCase.objects.get()
    assert (case.kind, case.amount) == (CaseKind.UNEXPLAINED, Decimal(777))
    assert case.provider_id == stranger.id
    assert payments.reconcile().differences == 1
    client().v1.refunds.create({"payment_intent": stranger.id})
    assert payments.reconcile().differences == 1
    assert PaymentCase.objects.get().movements.count() == 2
    assert payments.reconcile().differences == 0  # said once, not every ten minutes


def test_the_book_alone_finds_it_too(provider: SimulatorThread) -> None:
    stranger = _foreign()
    assert payments.reconcile().differences == 1
    case = PaymentCase.objects.get()
    assert (case.cause, case.amount) == (f"money:{stranger.id}", Decimal(777))
    officer = make_officer()
    payments.close_case(case_id=case.pk, by=officer, reason="Entry fee of the fair, not ours.")
    assert payments.reconcile().differences == 0
    case.refresh_from_db()
    assert case.state == CaseState.CLOSED


def test_a_refund_made_by_hand_at_the_provider_is_a_case(provider: SimulatorThread) -> None:
    attempt = _paid(provider)
    client().v1.refunds.create({"payment_intent": attempt.intent_id, "amount": 5_000})
    assert payments.reconcile().differences == 1
    case = PaymentCase.objects.get()
    assert (case.kind, case.amount, case.attempt_id) == (CaseKind.BY_HAND, Decimal(50), attempt.pk)
    assert not Refund.objects.exists()
    for webhook in provider.take_webhooks():
        deliver(webhook)
    sweep()
    assert PaymentCase.objects.count() == 1  # the event tells nothing new


def test_a_refund_whose_answer_was_lost_is_found_by_our_own_word(
    provider: SimulatorThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = _paid(provider)
    payments.request_refund(
        checkout_reference=attempt.checkout_reference, amount=Decimal(100), cause="part"
    )
    send = StripeProvider.send_refund

    def sent_and_lost(self: StripeProvider, refund: Refund) -> Any:
        send(self, refund)
        raise payments.ProviderDown("no answer for 20 seconds")

    with monkeypatch.context() as lost:
        lost.setattr(StripeProvider, "send_refund", sent_and_lost)
        payments.submit_due_refunds()
    assert Refund.objects.get().state == RefundState.REQUESTED
    assert payments.reconcile().differences == 0
    refund = Refund.objects.get()
    assert (refund.state, refund.provider_id[:3]) == (RefundState.SUCCEEDED, "re_")
    payments.submit_due_refunds(now=timezone.now() + timedelta(hours=2))
    found = client().v1.refunds.list({"payment_intent": attempt.intent_id}).data
    assert [each.amount for each in found] == [10_000]


def test_a_refund_that_the_bank_sent_back_is_found_in_the_book(provider: SimulatorThread) -> None:
    attempt = _paid(provider)
    payments.request_refund(
        checkout_reference=attempt.checkout_reference, amount=Decimal(100), cause="part"
    )
    sweep()
    refund = Refund.objects.get()
    payments.reconcile()
    provider.control(f"refunds/{refund.provider_id}/fail")
    provider.take_webhooks()
    assert payments.reconcile().differences == 0
    refund.refresh_from_db()
    assert refund.state == RefundState.FAILED
    kinds = refund.movements.order_by("pk").values_list("kind", "amount")
    assert list(kinds) == [("refund", Decimal(-100)), ("refund_back", Decimal(100))]


def test_a_dispute_whose_events_were_lost_is_found_in_the_book(provider: SimulatorThread) -> None:
    attempt = _paid(provider)
    name = provider.control("disputes/open", payment_intent=attempt.intent_id)["id"]
    provider.take_webhooks()
    assert payments.reconcile().differences == 0  # explained: the dispute is before the office
    dispute = Dispute.objects.get()
    assert (dispute.attempt_id, dispute.state) == (attempt.pk, DisputeState.NEEDS_RESPONSE)
    provider.control(f"disputes/{name}/win")
    payments.reconcile()
    dispute.refresh_from_db()
    assert (dispute.state, dispute.taken) == (DisputeState.WON, 0)
    assert sum(m.amount for m in dispute.movements.all()) == 0
    assert PaymentCase.objects.get().kind == CaseKind.DISPUTE


def test_money_that_we_call_paid_and_the_book_has_not_is_asked_for_after_a_day(
    provider: SimulatorThread,
) -> None:
    now = timezone.now()
    first = payments.reconcile(now=now - timedelta(days=3))
    attempt = _paid(provider)
    believed = _begun()
    PaymentAttempt.objects.filter(pk=believed.pk).update(
        state=AttemptState.PAID, paid_at=now - timedelta(days=2), settled_at=now
    )
    before_the_market = _begun()
    PaymentAttempt.objects.filter(pk=before_the_market.pk).update(
        state=AttemptState.PAID, paid_at=first.until - timedelta(days=1), settled_at=now
    )
    assert payments.reconcile().differences == 1
    case = PaymentCase.objects.get()
    assert (case.kind, case.attempt_id, case.amount) == (
        CaseKind.MISSING,
        believed.pk,
        believed.amount,
    )
    assert attempt.movements.count() == 1
    assert payments.reconcile().differences == 0


def test_payouts_to_our_bank_are_our_own_and_transfers_are_not_yet(
    provider: SimulatorThread,
) -> None:
    _paid(provider)
    payments.reconcile()
    account = client().v1.accounts.create({"capabilities": {"transfers": {"requested": True}}})
    provider.control(f"accounts/{account.id}/finish")
    provider.control("clock/advance", seconds=8 * 86_400)
    client().v1.payouts.create({"amount": 1_000, "currency": "thb"})
    assert payments.reconcile().differences == 0
    client().v1.transfers.create({"amount": 2_000, "currency": "thb", "destination": account.id})
    assert payments.reconcile().differences == 1
    assert PaymentCase.objects.get().amount == Decimal(-20)


def test_a_walk_that_breaks_off_is_begun_again_where_it_began(
    provider: SimulatorThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway, "PAGE", 1)
    early = payments.reconcile()
    for _ in range(3):
        _foreign()
    provider.control("fail_next", count=0)
    asked = []
    call = gateway._call

    def breaks(function: Any, *args: Any, **kwargs: Any) -> Any:
        asked.append(function)
        if len(asked) == 3:
            raise payments.ProviderDown("in the middle")
        return call(function, *args, **kwargs)

    monkeypatch.setattr(gateway, "_call", breaks)
    with pytest.raises(payments.ProviderDown):
        payments.reconcile()
    assert Reconciliation.objects.get() == early
    monkeypatch.setattr(gateway, "_call", call)
    payments.reconcile()
    assert ProviderMovement.objects.count() == PaymentCase.objects.count() == 3


def test_one_line_that_nobody_can_explain_stops_no_other(
    provider: SimulatorThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    disputed, later = _paid(provider), _begun()
    provider.control("disputes/open", payment_intent=disputed.intent_id)
    _pay(provider, later)

    def forgotten(self: StripeProvider, provider_id: str) -> Any:
        raise Unknown("resource_missing", f"No such dispute: {provider_id}")

    monkeypatch.setattr(StripeProvider, "ask_dispute", forgotten)
    assert payments.reconcile().differences == 1
    later.refresh_from_db()
    assert later.state == AttemptState.PAID
    assert "No such dispute" in PaymentCase.objects.get().words


def test_the_fee_is_never_negative_and_a_second_charge_of_one_attempt_is_seen(
    provider: SimulatorThread,
) -> None:
    attempt = _paid(provider)
    payments.reconcile()
    # The provider's own mistake: the same payment charged a second time.
    second = _foreign(metadata={"attempt": str(attempt.reference)}, amount=49_000)
    assert payments.reconcile().differences == 1
    case = PaymentCase.objects.get()
    assert (case.kind, case.attempt_id) == (CaseKind.UNEXPLAINED, attempt.pk)
    assert (case.amount, case.provider_id) == (Decimal(490), second.id)
