"""Money that comes in an unexpected moment or amount, or that cannot go back at once."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from shop.core.models import StateChange
from shop.oscar.checkout import services as checkouts
from shop.oscar.checkout.models import Checkout
from shop.oscar.checkout.services import AlreadyPlaced, settling
from shop.oscar.checkout.states import CheckoutState
from shop.oscar.order.models import Order
from shop.outbox.models import Message
from shop.payments import services as payments
from shop.payments.gateway import StripeProvider
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.provider import RefundStanding, Standing
from shop.payments.states import AttemptState, RefundState
from shop.stripe_simulator.testing import SimulatorThread
from tests.factories.goods import make_product
from tests.factories.orders import ADDRESS, make_checkout, make_placed_order, pay, record_of
from tests.factories.people import make_officer

from .journeys import begin, sessions, sweep

pytestmark = pytest.mark.django_db(transaction=True)


def test_pressing_the_button_again_after_the_money_came_opens_no_second_payment(
    provider: SimulatorThread,
) -> None:
    checkout = make_checkout((make_product(stock=5), 1))
    card = begin(checkout)
    provider.control(f"session/{card.session_id}/pay", card="succeed")
    payments.refresh_attempt(card)  # the webhook was heard, the order is not written yet
    with pytest.raises(AlreadyPlaced):
        begin(checkout, "promptpay")
    assert PaymentAttempt.objects.count() == 1
    assert len(sessions(provider)) == 1
    assert Order.objects.count() == 1


def test_money_in_another_amount_goes_back_by_itself(
    provider: SimulatorThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = make_product(stock=1)
    attempt = begin(make_checkout((product, 1)))
    provider.control(f"session/{attempt.session_id}/pay", card="succeed")
    told = StripeProvider().ask(attempt)
    less = Standing("paid", amount=attempt.amount - 5, intent_id=told.intent_id)
    monkeypatch.setattr(StripeProvider, "ask", lambda self, attempt: less)
    payments.refresh_attempt(attempt)
    sweep()
    assert not Order.objects.exists()
    refund = Refund.objects.get()
    assert (refund.amount, refund.state) == (attempt.amount - 5, RefundState.SUCCEEDED)
    assert record_of(product).num_allocated == 0
    assert Checkout.objects.get().state == CheckoutState.REFUNDED


def test_an_order_that_cannot_be_written_costs_the_buyer_nothing(
    provider: SimulatorThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = make_product(stock=1)
    attempt = begin(make_checkout((product, 1)))
    provider.control(f"session/{attempt.session_id}/pay", card="succeed")

    def broken(*_: Any) -> None:
        raise RuntimeError("no such luck")

    monkeypatch.setattr(settling, "place_order", broken)
    payments.refresh_attempt(attempt)
    sweep()
    assert not Refund.objects.exists()  # it may only have been a moment's trouble
    long_ago = timezone.now() - timedelta(minutes=9)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(paid_at=long_ago)
    sweep()
    sweep()
    assert not Order.objects.exists()
    refund = Refund.objects.get()
    assert (refund.amount, refund.state) == (attempt.amount, RefundState.SUCCEEDED)
    assert Message.objects.filter(kind="paid_too_late").count() == 1
    assert record_of(product).num_allocated == 0


def test_the_longest_address_that_can_be_typed_becomes_an_order() -> None:
    longest = {
        "house_number": "9" * 40,
        "moo": "1" * 10,
        "building": "ก" * 100,
        "soi": "ข" * 80,
        "road": "ค" * 80,
    }
    checkout = make_checkout((make_product(stock=1), 1), address={**ADDRESS, **longest})
    pay(checkout)
    checkouts.settle_due()
    written = Order.objects.get().shipping_address
    assert len(written.line1) <= 255
    assert written.street().endswith("ค" * 80)


def test_the_provider_away_for_minutes_still_takes_the_payment_afterwards(
    provider: SimulatorThread,
) -> None:
    checkout = make_checkout((make_product(stock=1), 1))
    provider.control("fail_next", count=2, status=500)
    with pytest.raises(payments.ProviderDown):
        begin(checkout)
    ten_minutes = timedelta(minutes=10)
    attempt = PaymentAttempt.objects.get()
    PaymentAttempt.objects.update(
        created_at=attempt.created_at - ten_minutes, expires_at=attempt.expires_at - ten_minutes
    )
    assert begin(checkout).state == AttemptState.PENDING


# --- money on its way back ---


def _refund() -> Refund:
    order = make_placed_order((make_product(stock=1), 1))
    return payments.request_refund(
        checkout_reference=order.checkout_reference, amount=Decimal(10), cause="test"
    )


def _told(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    monkeypatch.setattr(
        StripeProvider,
        "send_refund",
        lambda self, refund: RefundStanding(f"re_{refund.pk}", status),
    )
    monkeypatch.setattr(
        StripeProvider,
        "ask_refund",
        lambda self, provider_id: RefundStanding(provider_id, status),
    )


def _hear(refund: Refund, status: str) -> None:
    """The provider's word about the refund, as its webhook brings it."""
    payments.store_event(
        {
            "id": f"evt_{status}_{timezone.now().timestamp()}",
            "type": "refund.updated",
            "data": {"object": {"id": f"re_{refund.pk}"}},
        }
    )
    payments.handle_due_events()


def test_a_bank_that_sends_the_refund_back_makes_it_the_offices(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refund = _refund()
    _told(monkeypatch, "succeeded")
    payments.submit_due_refunds()
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED
    _told(monkeypatch, "failed")
    _hear(refund, "failed")
    refund.refresh_from_db()
    assert (refund.state, refund.succeeded_at) == (RefundState.FAILED, None)


def test_what_the_office_paid_by_hand_stays_paid(monkeypatch: pytest.MonkeyPatch) -> None:
    refund = _refund()
    _told(monkeypatch, "failed")
    payments.submit_due_refunds()
    payments.note_refund_paid_by_hand(refund_id=refund.pk, by=make_officer(), reference="KTB 1")
    _hear(refund, "failed")
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED
    assert StateChange.objects.filter(about_id=refund.pk, new=RefundState.SUCCEEDED).count() == 1


def test_a_refund_that_waits_for_weeks_is_asked_about_seldom_and_stops_no_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waiting = _refund()
    _told(monkeypatch, "needs_customer")
    payments.submit_due_refunds()
    Refund.objects.filter(pk=waiting.pk).update(tries=32767, due_at=timezone.now())
    other = _refund_of_another()
    payments.submit_due_refunds()
    waiting.refresh_from_db()
    other.refresh_from_db()
    assert waiting.due_at > timezone.now() + timedelta(minutes=30)
    assert other.tries == 1


def test_a_payment_that_cannot_be_closed_lets_the_others_have_their_turn(
    provider: SimulatorThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, other = (begin(make_checkout((make_product(stock=1), 1))) for _ in range(2))
    long_ago = timezone.now() - timedelta(hours=1)
    PaymentAttempt.objects.update(expires_at=long_ago, ask_at=long_ago)
    PaymentAttempt.objects.filter(pk=stuck.pk).update(ask_at=long_ago - timedelta(minutes=1))
    close = StripeProvider.close

    def away_for_one(self: StripeProvider, attempt: PaymentAttempt) -> Standing:
        if attempt.pk == stuck.pk:
            raise payments.ProviderDown("500")
        return close(self, attempt)

    monkeypatch.setattr(StripeProvider, "close", away_for_one)
    for _ in range(2):
        payments.close_overdue(most=1)
    other.refresh_from_db()
    assert other.state == AttemptState.EXPIRED


def test_a_provider_that_is_away_is_asked_once_and_not_for_every_event(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = []

    def away(self: StripeProvider, attempt: PaymentAttempt) -> Standing:
        asked.append(attempt.pk)
        raise payments.ProviderDown("no answer for 20 seconds")

    monkeypatch.setattr(StripeProvider, "ask", away)
    for number in range(3):
        attempt, _ = checkouts.hold_and_write(
            make_checkout((make_product(stock=1), 1)).pk, "card", "490.00", timezone.localdate()
        )
        assert attempt is not None
        PaymentAttempt.objects.filter(pk=attempt.pk).update(session_id=f"cs_{number}")
        thing = {"object": {"id": f"cs_{number}"}}
        kind = "checkout.session.completed"
        payments.store_event({"id": f"evt_{number}", "type": kind, "data": thing})
    payments.handle_due_events()
    assert len(asked) == 1
    payments.handle_due_events()
    assert len(set(asked)) == 2


def test_one_refund_in_trouble_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = _refund(), _refund_of_another()

    def send(self: StripeProvider, refund: Refund) -> RefundStanding:
        if refund.pk == first.pk:
            raise RuntimeError("something nobody thought of")
        return RefundStanding("re_2", "succeeded")

    monkeypatch.setattr(StripeProvider, "send_refund", send)
    payments.submit_due_refunds()
    second.refresh_from_db()
    assert second.state == RefundState.SUCCEEDED
    first.refresh_from_db()
    assert first.state == RefundState.REQUESTED
    assert "nobody thought of" in first.last_error


def _refund_of_another() -> Refund:
    order = make_placed_order((make_product(stock=1), 1))
    return payments.request_refund(
        checkout_reference=order.checkout_reference, amount=Decimal(10), cause="another"
    )


def test_money_of_a_cancelled_part_comes_from_the_payment_that_made_the_order() -> None:
    order = make_placed_order((make_product(stock=1), 1))
    made_it = PaymentAttempt.objects.get()
    PaymentAttempt.objects.create(  # paid a second time, and not looked at yet
        checkout_reference=order.checkout_reference,
        method="card",
        amount=made_it.amount,
        state=AttemptState.PAID,
        paid_at=made_it.paid_at - timedelta(minutes=1),
        expires_at=made_it.expires_at,
    )
    refund = payments.request_refund(
        checkout_reference=order.checkout_reference, amount=made_it.amount, cause="part"
    )
    assert refund.attempt_id == made_it.pk
    checkouts.settle_due()
    assert Refund.objects.count() == 2
