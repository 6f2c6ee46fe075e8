"""Paying at the same time: double submits, two buyers of the last piece, a stalled provider."""

import time
from decimal import Decimal
from typing import Any

import pytest

from shop.oscar.checkout import services as checkouts
from shop.oscar.checkout.services import OfferChanged
from shop.oscar.order.models import Order
from shop.payments import services as payments
from shop.payments.gateway import client
from shop.payments.models import PaymentAttempt, PaymentCase, ProviderMovement, Refund
from shop.stripe_simulator.testing import SimulatorThread
from tests.concurrency.crowd import all_at_once
from tests.factories.goods import make_product
from tests.factories.orders import make_checkout, record_of
from tests.payments.journeys import begin, deliver, sessions, sweep

pytestmark = pytest.mark.django_db(transaction=True)


def test_ten_submits_open_one_payment_and_make_one_order(provider: SimulatorThread) -> None:
    product = make_product(stock=9)
    checkout = make_checkout((product, 2))
    results = all_at_once([lambda: begin(checkout)] * 10)
    opened = {r.pk for r in results if isinstance(r, PaymentAttempt)}
    assert len(opened) == 1, results
    assert PaymentAttempt.objects.count() == 1
    assert len(sessions(provider)) == 1
    attempt = PaymentAttempt.objects.get()
    provider.control(f"session/{attempt.session_id}/pay", card="succeed")
    all_at_once([sweep] * 4 + [lambda: checkouts.look_again(checkout=checkout)] * 6)
    assert Order.objects.count() == 1
    assert record_of(product).num_allocated == 2
    assert not Refund.objects.exists()


def test_two_buyers_of_the_last_piece_one_order_one_apology(provider: SimulatorThread) -> None:
    product = make_product(stock=1)
    first, second = make_checkout((product, 1)), make_checkout((product, 1))
    results = all_at_once([lambda: begin(first), lambda: begin(second)])
    assert sum(isinstance(r, PaymentAttempt) for r in results) == 1, results
    assert sum(isinstance(r, OfferChanged) for r in results) == 1
    attempt = PaymentAttempt.objects.get()
    provider.control(f"session/{attempt.session_id}/pay", card="succeed")
    payments.refresh_attempt(attempt)
    sweep()
    assert Order.objects.count() == 1
    assert not Refund.objects.exists()
    assert len(sessions(provider)) == 1


def test_the_way_back_and_the_webhook_race_to_one_order(provider: SimulatorThread) -> None:
    product = make_product(stock=1)
    checkout = make_checkout((product, 1))
    attempt = begin(checkout)
    provider.control(f"session/{attempt.session_id}/pay", card="succeed")
    webhooks = provider.take_webhooks()

    def hear() -> None:
        for webhook in webhooks:
            deliver(webhook)
        sweep()

    results = all_at_once([hear, lambda: checkouts.look_again(checkout=checkout)] * 4)
    assert not [r for r in results if isinstance(r, Exception)], results
    assert Order.objects.count() == 1
    assert record_of(product).num_allocated == 1


def test_a_stalled_provider_holds_up_nobody_else(provider: SimulatorThread) -> None:
    """While one buyer waits 10 s for the provider, others put goods in baskets and hold them."""
    slow = make_checkout((make_product(stock=1), 1))
    others = [make_checkout((make_product(stock=3), 1)) for _ in range(3)]
    provider.control("stall", seconds=10, paths=["/v1/checkout/sessions"])
    waited: dict[int, float] = {}

    def pay_by_qr(checkout: Any) -> Any:
        def pay() -> PaymentAttempt:
            time.sleep(0.5)
            start = time.monotonic()
            attempt = begin(checkout, "promptpay")
            provider.control(f"pay/{attempt.intent_id}")
            checkouts.look_again(checkout=checkout)
            waited[checkout.pk] = time.monotonic() - start
            return attempt

        return pay

    results = all_at_once([lambda: begin(slow), *[pay_by_qr(other) for other in others]])
    provider.control("stall", seconds=0)
    assert not [r for r in results if isinstance(r, Exception)], results
    assert Order.objects.count() == 3
    assert max(waited.values()) < 8


def test_sweeps_that_wait_for_the_provider_hold_up_nobody_either(
    provider: SimulatorThread,
) -> None:
    """The provider's book, a refund and a dispute hang for 10 s; buyers pay and are served."""
    settled = begin(make_checkout((make_product(stock=1), 1)))
    provider.control(f"session/{settled.session_id}/pay", card="succeed")
    payments.refresh_attempt(settled)
    sweep()
    payments.request_refund(
        checkout_reference=settled.checkout_reference, amount=Decimal(50), cause="part"
    )
    others = [make_checkout((make_product(stock=3), 1)) for _ in range(2)]
    paths = ["/v1/balance_transactions", "/v1/refunds", "/v1/disputes"]
    provider.control("stall", seconds=10, paths=paths)
    waited: list[float] = []

    def buy(checkout: Any) -> Any:
        def pay() -> None:
            time.sleep(0.5)
            start = time.monotonic()
            attempt = begin(checkout)
            provider.control(f"session/{attempt.session_id}/pay", card="succeed")
            checkouts.look_again(checkout=checkout)
            waited.append(time.monotonic() - start)

        return pay

    sweeps = [payments.reconcile, payments.submit_due_refunds]
    start = time.monotonic()
    results = all_at_once([*sweeps, *[buy(other) for other in others]])
    provider.control("stall", seconds=0)
    assert not [r for r in results if isinstance(r, Exception)], results
    assert time.monotonic() - start >= 10
    assert Order.objects.count() == 3
    assert max(waited) < 8
    assert payments.reconcile().differences == 0


def test_four_walks_through_the_book_at_once_find_each_thing_once(
    provider: SimulatorThread,
) -> None:
    lost = begin(make_checkout((make_product(stock=1), 1)), "promptpay")
    provider.control(f"pay/{lost.intent_id}")
    foreign = {"amount": 77_700, "currency": "thb", "confirm": True}
    foreign |= {"payment_method_types": ["card"], "payment_method": "pm_card_visa"}
    client().v1.payment_intents.create(foreign)
    results = all_at_once([payments.reconcile] * 4 + [sweep] * 2)
    assert not [r for r in results if isinstance(r, Exception)], results
    sweep()
    assert ProviderMovement.objects.count() == 2
    assert PaymentCase.objects.get().amount == Decimal(777)
    assert Order.objects.count() == 1
    assert not Refund.objects.exists()
