"""Each way in which money can be late, doubled or half has one end: a thing paid, or money back."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from shop.fulfilment import services as fulfilment
from shop.fulfilment.models import Fulfilment, Instalment
from shop.fulfilment.states import InstalmentState
from shop.oscar.checkout import services as checkouts
from shop.oscar.checkout.models import Checkout
from shop.oscar.checkout.states import CheckoutState
from shop.oscar.order.models import Order
from shop.oscar.partner.services import release_goods, set_ready_pieces
from shop.payments import services as payments
from shop.payments.models import PaymentAttempt, PaymentCase, Refund
from shop.payments.states import AttemptState, CaseKind, RefundState
from shop.production.services import finish_jobs
from shop.stripe_simulator.testing import SimulatorThread
from tests.factories import make_member, make_placed_order, make_product
from tests.factories.making import make_workshop, make_woven
from tests.factories.orders import make_checkout, record_of

from .journeys import begin, deliver, sweep

pytestmark = pytest.mark.django_db(transaction=True)

OPENING = {
    "email": "mali@example.com",
    "language": "th",
    "success_url": "http://127.0.0.1:8000/back/",
    "cancel_url": "http://127.0.0.1:8000/back/",
}


def _hear(provider: SimulatorThread) -> None:
    for webhook in provider.take_webhooks():
        deliver(webhook)
    sweep()


def _balance() -> tuple[Fulfilment, Instalment]:
    """A finished part whose second half (1,200 baht) is due."""
    scarf = make_woven(make_workshop(), payment_plan="deposit")
    part = make_placed_order((scarf, 2)).fulfilments.get()
    member = part.enterprise.memberships.first() or make_member(part.enterprise)
    by = {"fulfilment_id": part.pk, "by": member.user}
    fulfilment.accept_fulfilment(**by)
    fulfilment.start_fulfilment(**by)
    ids = part.lines.values_list("line_id", flat=True)
    finish_jobs(line_ids=ids, today=timezone.localdate())
    fulfilment.pack_fulfilment(**by)
    return part, part.instalments.get(number=2)


def _scan(instalment: Instalment) -> PaymentAttempt:
    return fulfilment.begin_instalment(
        instalment_id=instalment.pk, method="promptpay", opening=OPENING
    )


def test_a_code_that_ran_out_frees_the_goods_and_a_new_one_can_be_paid(
    provider: SimulatorThread,
) -> None:
    product = make_product(stock=1)
    checkout = make_checkout((product, 1))
    first = begin(checkout, "promptpay")
    provider.control(f"expire/{first.intent_id}")
    _hear(provider)
    first.refresh_from_db()
    assert first.state == AttemptState.FAILED
    assert record_of(product).num_allocated == 0
    second = begin(checkout, "promptpay")
    assert second.intent_id != first.intent_id
    provider.control(f"pay/{second.intent_id}")
    _hear(provider)
    assert Order.objects.count() == 1
    assert not Refund.objects.exists()


@pytest.mark.parametrize("goods_are_there", [True, False])
def test_a_code_paid_after_we_gave_it_up_is_an_order_or_goes_back(
    provider: SimulatorThread, goods_are_there: bool
) -> None:
    """The bank took the money in the moment in which we stopped waiting for it."""
    product = make_product(stock=1)
    attempt = begin(make_checkout((product, 1)), "promptpay")
    provider.control(f"pay/{attempt.intent_id}")
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state=AttemptState.EXPIRED)
    release_goods(reference=attempt.checkout_reference)
    if not goods_are_there:
        set_ready_pieces(stockrecord_id=record_of(product).pk, pieces=0)
    _hear(provider)
    _hear(provider)
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.PAID
    assert Order.objects.count() == int(goods_are_there)
    assert record_of(product).num_allocated == int(goods_are_there)
    if not goods_are_there:
        refund = Refund.objects.get()
        # PromptPay: the buyer is asked for a bank account by e-mail.
        assert (refund.amount, refund.state) == (attempt.amount, RefundState.NEEDS_CUSTOMER)
        provider.control(f"refunds/{refund.provider_id}/succeed")
        _hear(provider)
        refund.refresh_from_db()
        assert refund.state == RefundState.SUCCEEDED
        assert Checkout.objects.get().state == CheckoutState.REFUNDED
    assert payments.reconcile().differences == 0


def test_a_code_that_was_closed_cannot_be_paid_any_more(provider: SimulatorThread) -> None:
    product = make_product(stock=1)
    attempt = begin(make_checkout((product, 1)), "promptpay")
    past = timezone.now() - timedelta(seconds=1)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(expires_at=past)
    sweep()
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.EXPIRED
    with pytest.raises(AssertionError, match="409"):
        provider.control(f"pay/{attempt.intent_id}")
    assert record_of(product).num_allocated == 0


def test_paid_by_card_and_by_code_one_of_both_goes_back(provider: SimulatorThread) -> None:
    """Two windows, two ways to pay, both really paid: one order and one refund, whole."""
    product = make_product(stock=5)
    checkout = make_checkout((product, 1))
    card = begin(checkout)
    provider.control(f"session/{card.session_id}/pay", card="succeed")
    PaymentAttempt.objects.filter(pk=card.pk).update(state=AttemptState.CANCELLED)
    code = begin(checkout, "promptpay")
    provider.control(f"pay/{code.intent_id}")
    _hear(provider)
    _hear(provider)
    assert Order.objects.count() == 1
    refund = Refund.objects.get()
    assert refund.amount == card.amount
    paid = PaymentAttempt.objects.filter(state=AttemptState.PAID)
    assert paid.count() == 2
    assert paid.filter(settled_at=None).count() == 0
    assert payments.reconcile().differences == 0


def test_another_amount_goes_back_and_the_office_sees_why(
    provider: SimulatorThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt = begin(make_checkout((make_product(stock=1), 1)))
    provider.control(f"session/{attempt.session_id}/pay", card="succeed")
    attempt.refresh_from_db()
    asked = attempt.amount
    PaymentAttempt.objects.filter(pk=attempt.pk).update(amount=asked + 5)
    _hear(provider)
    _hear(provider)
    case = PaymentCase.objects.get()
    assert (case.kind, case.amount, case.asked) == (CaseKind.ANOTHER_AMOUNT, asked, asked + 5)
    assert case.attempt_id == attempt.pk


# --- the second instalment ---


def test_the_balance_is_paid_by_a_code_and_its_events_alone(provider: SimulatorThread) -> None:
    part, instalment = _balance()
    attempt = _scan(instalment)
    provider.control(f"pay/{attempt.intent_id}")
    _hear(provider)
    instalment.refresh_from_db()
    assert (instalment.state, instalment.amount) == (InstalmentState.PAID, Decimal(1200))
    assert not Refund.objects.exists()


def test_a_balance_code_that_ran_out_is_followed_by_another(provider: SimulatorThread) -> None:
    _, instalment = _balance()
    first = _scan(instalment)
    provider.control(f"expire/{first.intent_id}")
    _hear(provider)
    second = _scan(instalment)
    assert second.pk != first.pk
    provider.control(f"pay/{second.intent_id}")
    _hear(provider)
    instalment.refresh_from_db()
    assert instalment.state == InstalmentState.PAID


@pytest.mark.parametrize("events_are_lost", [False, True])
def test_a_balance_paid_after_its_code_was_given_up_is_paid(
    provider: SimulatorThread, events_are_lost: bool
) -> None:
    _, instalment = _balance()
    attempt = _scan(instalment)
    provider.control(f"pay/{attempt.intent_id}")
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state=AttemptState.EXPIRED)
    if events_are_lost:
        provider.take_webhooks()
        payments.reconcile()
    _hear(provider)
    instalment.refresh_from_db()
    assert instalment.state == InstalmentState.PAID
    assert not Refund.objects.exists()


def test_a_balance_paid_after_the_part_has_ended_goes_back_whole(
    provider: SimulatorThread,
) -> None:
    part, instalment = _balance()
    attempt = _scan(instalment)
    provider.control(f"pay/{attempt.intent_id}")
    provider.take_webhooks()  # lost
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state=AttemptState.EXPIRED)
    late = timezone.now() + timedelta(days=40)
    assert fulfilment.default_balances(now=late) == 1
    before = Refund.objects.count()
    payments.reconcile()
    sweep()
    instalment.refresh_from_db()
    back = Refund.objects.get(attempt=attempt)
    assert instalment.state == InstalmentState.DEFAULTED
    assert back.amount == attempt.amount == Decimal(1200)
    assert Refund.objects.count() == before + 1


def test_a_balance_paid_twice_by_code_is_paid_once(provider: SimulatorThread) -> None:
    _, instalment = _balance()
    first = _scan(instalment)
    provider.control(f"pay/{first.intent_id}")
    PaymentAttempt.objects.filter(pk=first.pk).update(state=AttemptState.FAILED)
    second = _scan(instalment)
    provider.control(f"pay/{second.intent_id}")
    _hear(provider)
    _hear(provider)
    instalment.refresh_from_db()
    assert instalment.state == InstalmentState.PAID
    assert Refund.objects.get().amount == Decimal(1200)
    assert checkouts.settle_due() == 0
