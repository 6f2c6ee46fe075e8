"""The browser is closed and no webhook comes: the worker alone brings everything to its end."""

from pathlib import Path
from typing import Any

import pytest

from shop.fulfilment.models import Fulfilment
from shop.fulfilment.services import decline_fulfilment
from shop.oscar.order.models import Order
from shop.outbox.models import Message
from shop.payments.models import Refund, WebhookEvent
from shop.payments.states import RefundState
from shop.stripe_simulator.testing import SimulatorThread
from tests.factories.goods import make_enterprise, make_product
from tests.factories.orders import make_checkout, record_of
from tests.factories.people import make_member
from tests.payments.journeys import begin

from .worker import Worker, until

pytestmark = pytest.mark.django_db(transaction=True)


def test_paid_and_gone_is_an_order_within_a_minute(
    database_url: str, tmp_path: Path, settings: Any
) -> None:
    product = make_product(stock=2)
    make_member(product.enterprise)
    with SimulatorThread() as provider:
        settings.STRIPE_API_BASE = provider.base_address
        provider.control("webhooks/mode", drop=True)
        attempt = begin(make_checkout((product, 1)), "promptpay")
        provider.control(f"pay/{attempt.intent_id}")
        with Worker(
            database_url=database_url, folder=tmp_path, provider=provider.base_address
        ) as worker:
            assert until(Order.objects.exists, seconds=60), worker.log[-3000:]
            mails = tmp_path / "mail"
            assert until(lambda: mails.exists() and any(mails.iterdir()), seconds=30), worker.log
    assert not WebhookEvent.objects.exists()
    assert record_of(product).num_allocated == 1


def test_a_worker_killed_again_and_again_loses_and_doubles_nothing(
    database_url: str, tmp_path: Path, settings: Any
) -> None:
    """Six paid checkouts, one part declined; the worker is killed at growing moments."""
    enterprise = make_enterprise()
    member = make_member(enterprise).user
    product = make_product(enterprise, stock=6)
    with SimulatorThread() as provider:
        settings.STRIPE_API_BASE = provider.base_address
        provider.control("webhooks/mode", drop=True)
        for _ in range(6):
            attempt = begin(make_checkout((product, 1)), "card")
            provider.control(f"session/{attempt.session_id}/pay", card="succeed")
        worker = Worker(database_url=database_url, folder=tmp_path, provider=provider.base_address)
        with worker:
            for orders in (1, 3, 5):
                assert until(lambda n=orders: Order.objects.count() >= n, seconds=60), worker.log
                worker.kill()
                worker.start()
            assert until(lambda: Order.objects.count() == 6, seconds=60), worker.log[-3000:]
            part = Fulfilment.objects.earliest("pk")
            decline_fulfilment(fulfilment_id=part.pk, by=member, reason="ไม่มีของ")
            worker.kill()
            worker.start()
            assert until(
                lambda: Refund.objects.filter(state=RefundState.SUCCEEDED).count() == 1, seconds=60
            ), worker.log[-3000:]
            assert until(lambda: not Message.objects.filter(sent_at=None).exists(), seconds=200)
        refunds = provider.look("state")["objects"]["refund"]
    assert Order.objects.count() == Fulfilment.objects.count() == 6
    assert [refund["amount"] for refund in refunds] == [int(part.total * 100)]
    record = record_of(product)
    assert (record.num_in_stock, record.num_allocated) == (6, 5)
