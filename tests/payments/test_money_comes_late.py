"""Money and goods: an order if and only if both are there; otherwise the money goes back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from shop.oscar.checkout import services as checkouts
from shop.oscar.checkout.models import Checkout
from shop.oscar.checkout.services import AlreadyPlaced, OfferChanged
from shop.oscar.checkout.states import CheckoutState
from shop.oscar.order.models import Order
from shop.oscar.partner.services import release_goods, set_price, set_ready_pieces
from shop.outbox.models import Message
from shop.payments import services as payments
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.provider import ProviderDown
from shop.payments.provider import provider as provider_in_use
from shop.payments.states import AttemptState, RefundState
from shop.stripe_simulator.testing import SimulatorThread
from tests.factories.goods import make_product
from tests.factories.orders import make_checkout, record_of

from .journeys import begin, sessions, sweep

pytestmark = pytest.mark.django_db(transaction=True)


def _time_is_over(attempt: PaymentAttempt) -> None:
    past = timezone.now() - timedelta(seconds=1)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(expires_at=past)


def test_not_paid_in_time_the_session_is_expired_and_the_goods_return(
    provider: SimulatorThread,
) -> None:
    product = make_product(stock=1)
    checkout = make_checkout((product, 1))
    attempt = begin(checkout)
    assert record_of(product).num_allocated == 1
    _time_is_over(attempt)
    sweep()
    attempt.refresh_from_db()
    checkout.refresh_from_db()
    assert attempt.state == AttemptState.EXPIRED
    assert checkout.state == CheckoutState.OPEN
    assert record_of(product).num_allocated == 0
    session = sessions(provider)[attempt.session_id]
    assert session["status"] == "expired"


def test_paid_in_the_last_second_the_order_is_placed_not_released(
    provider: SimulatorThread,
) -> None:
    product = make_product(stock=1)
    attempt = begin(make_checkout((product, 1)))
    provider.control(f"session/{attempt.session_id}/pay", card="succeed")
    _time_is_over(attempt)
    sweep()
    assert Order.objects.count() == 1
    assert record_of(product).num_allocated == 1


def test_while_the_provider_is_away_nothing_is_released(provider: SimulatorThread) -> None:
    product = make_product(stock=1)
    attempt = begin(make_checkout((product, 1)))
    _time_is_over(attempt)
    provider.control("fail_next", count=20, status=0)
    sweep()
    attempt.refresh_from_db()
    assert attempt.is_open
    assert record_of(product).num_allocated == 1
    provider.control("fail_next", count=0)
    sweep()
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.EXPIRED
    assert record_of(product).num_allocated == 0


def test_paid_when_the_goods_are_gone_is_refunded_and_told(provider: SimulatorThread) -> None:
    product = make_product(stock=1)
    attempt = begin(make_checkout((product, 1)))
    provider.control(f"session/{attempt.session_id}/pay", card="succeed")
    release_goods(reference=attempt.checkout_reference)  # the hold was lost somehow
    set_ready_pieces(stockrecord_id=record_of(product).pk, pieces=0)
    payments.refresh_attempt(attempt)
    sweep()
    sweep()
    assert not Order.objects.exists()
    refund = Refund.objects.get()
    assert (refund.amount, refund.state) == (attempt.amount, RefundState.SUCCEEDED)
    assert Checkout.objects.get().state == CheckoutState.REFUNDED
    assert Message.objects.filter(kind="paid_too_late").count() == 1
    assert record_of(product).num_allocated == 0


def test_two_payments_of_one_checkout_make_one_order_and_one_refund(
    provider: SimulatorThread,
) -> None:
    product = make_product(stock=5)
    checkout = make_checkout((product, 1))
    first = begin(checkout)
    provider.control(f"session/{first.session_id}/pay", card="succeed")
    PaymentAttempt.objects.filter(pk=first.pk).update(state=AttemptState.CANCELLED)
    second = begin(checkout, "promptpay")
    provider.control(f"pay/{second.intent_id}")
    payments.refresh_attempt(second)
    sweep()
    payments.note_standing(first.pk, provider_in_use().ask(first))
    sweep()
    assert Order.objects.count() == 1
    assert Refund.objects.get().attempt_id == first.pk
    assert record_of(product).num_allocated == 1
    assert Message.objects.filter(kind="paid_twice").count() == 1


def test_changing_the_way_to_pay_closes_the_first_payment(provider: SimulatorThread) -> None:
    checkout = make_checkout((make_product(stock=5), 1))
    card = begin(checkout, "card")
    again = begin(checkout, "card")
    assert again.pk == card.pk
    promptpay = begin(checkout, "promptpay")
    card.refresh_from_db()
    assert card.state == AttemptState.CANCELLED
    assert promptpay.qr_data.startswith("000201")
    state = sessions(provider)[card.session_id]
    assert state["status"] == "expired"


def test_paying_again_for_what_is_paid_says_so(provider: SimulatorThread) -> None:
    checkout = make_checkout((make_product(stock=5), 1))
    card = begin(checkout, "card")
    provider.control(f"session/{card.session_id}/pay", card="succeed")
    with pytest.raises(AlreadyPlaced):
        begin(checkout, "promptpay")
    assert Order.objects.count() == 1


def test_a_price_that_changed_is_said_before_paying(provider: SimulatorThread) -> None:
    product = make_product(stock=5, price="450")
    checkout = make_checkout((product, 1))
    today = timezone.localdate()
    seen = str(checkouts.offer_now(checkout, today=today).total)
    set_price(stockrecord_id=record_of(product).pk, price=product.price_from + 50)
    with pytest.raises(OfferChanged) as changed:
        checkouts.begin_payment(checkout=checkout, method="card", seen_total=seen, today=today)
    assert changed.value.offer.lines[0].price_before == product.price_from
    assert not PaymentAttempt.objects.exists()
    assert not record_of(product).num_allocated


def test_the_provider_away_at_the_start_loses_nothing(provider: SimulatorThread) -> None:
    checkout = make_checkout((make_product(stock=1), 1))
    provider.control("fail_next", count=2, status=500)
    with pytest.raises(ProviderDown):
        begin(checkout)
    attempt = begin(checkout)
    assert attempt.state == AttemptState.PENDING
    assert PaymentAttempt.objects.count() == 1


def test_an_answer_that_was_lost_finds_the_same_session(provider: SimulatorThread) -> None:
    checkout = make_checkout((make_product(stock=1), 1))
    provider.control("fail_next", count=1, status=0, after=True)
    attempt = begin(checkout)
    assert attempt.state == AttemptState.PENDING
    assert len(sessions(provider)) == 1
