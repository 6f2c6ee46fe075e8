"""The webhook inbox: signed or nothing; any order, any number of times, the same end."""

import hashlib
import hmac
import itertools
import time
from typing import Any

import pytest
from django.test import Client

from shop.oscar.order.models import Order
from shop.payments.models import PaymentAttempt, WebhookEvent
from shop.payments.states import AttemptState
from shop.stripe_simulator.testing import SimulatorThread
from tests.factories.goods import make_product
from tests.factories.orders import make_checkout, record_of

from .journeys import WEBHOOK, begin, deliver, sweep

pytestmark = pytest.mark.django_db(transaction=True)


def _signed(body: bytes, *, secret: str = "whsec_simulator", at: int | None = None) -> str:
    moment = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), b"%d." % moment + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def _post(body: bytes, signature: str) -> Any:
    return Client().post(
        WEBHOOK,
        body,
        content_type="application/json",
        headers={"Stripe-Signature": signature},
    )


def test_a_forged_a_stale_and_an_unsigned_event_have_no_effect() -> None:
    body = b'{"id": "evt_1", "object": "event", "type": "payment_intent.succeeded"}'
    assert _post(body, _signed(body, secret="whsec_guess")).status_code == 400
    assert _post(body, _signed(body, at=int(time.time()) - 301)).status_code == 400
    assert _post(body, "").status_code == 400
    assert _post(b"not json", _signed(b"not json")).status_code == 400
    assert not WebhookEvent.objects.exists()


def test_only_a_post_is_heard() -> None:
    assert Client().get(WEBHOOK).status_code == 405


def test_the_same_event_three_times_is_kept_and_handled_once(provider: SimulatorThread) -> None:
    product = make_product(stock=3)
    attempt = begin(make_checkout((product, 1)))
    provider.control(f"session/{attempt.session_id}/pay", card="succeed")
    webhooks = provider.take_webhooks()
    for webhook in webhooks * 3:
        assert deliver(webhook).status_code == 200
        sweep()
    assert WebhookEvent.objects.count() == len(webhooks)
    assert Order.objects.count() == 1
    record = record_of(product)
    assert (record.num_in_stock, record.num_allocated) == (3, 1)


def test_every_order_of_the_events_ends_the_same(provider: SimulatorThread) -> None:
    """All orders of the four events that a paid session sends."""
    ends = set()
    for order in itertools.permutations(range(4)):
        provider.take_webhooks()
        product = make_product(stock=1)
        attempt = begin(make_checkout((product, 1)))
        provider.control(f"session/{attempt.session_id}/pay", card="succeed")
        webhooks = provider.take_webhooks()
        assert len(webhooks) >= 3, [w.type for w in webhooks]
        for index in order:
            if index < len(webhooks):
                deliver(webhooks[index])
                sweep()
        attempt.refresh_from_db()
        record = record_of(product)
        placed = Order.objects.filter(checkout_reference=attempt.checkout_reference).count()
        ends.add((attempt.state, placed, record.num_allocated, record.num_in_stock))
    assert ends == {(AttemptState.PAID, 1, 1, 1)}


def test_an_event_about_nothing_of_ours_is_kept_and_harmless(provider: SimulatorThread) -> None:
    body = (
        b'{"id": "evt_x", "object": "event", "type": "payment_intent.succeeded",'
        b' "data": {"object": {"id": "pi_of_someone_else", "metadata": {"attempt": "no-uuid"}}}}'
    )
    assert _post(body, _signed(body)).status_code == 200
    sweep()
    event = WebhookEvent.objects.get()
    assert event.handled_at is not None
    assert not PaymentAttempt.objects.exists()
