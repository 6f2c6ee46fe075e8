"""Fifty buyers press "pay" for the last pieces at once, through the real pages."""

import re
from typing import Any

import pytest
from django.conf import settings
from django.core.signing import Signer
from django.test import Client

from shop.oscar.order.models import Order
from shop.payments.models import PaymentAttempt, Refund
from shop.stripe_simulator.testing import SimulatorThread
from tests.concurrency.crowd import all_at_once
from tests.factories.goods import make_product
from tests.factories.orders import make_checkout, record_of
from tests.payments.journeys import sweep

pytestmark = pytest.mark.django_db(transaction=True)

BUYERS = 50


def _at_the_till(product: Any) -> tuple[Client, dict[str, str]]:
    """A guest who has seen the last page, and what its form would send."""
    checkout = make_checkout((product, 1))
    client = Client(raise_request_exception=False)
    client.cookies[settings.OSCAR_BASKET_COOKIE_OPEN] = Signer().sign(checkout.basket_id)
    page = client.get("/th/checkout/review/").content.decode()
    form = page.partition('id="pay-form"')[2].partition("</form>")[0]
    fields = dict(re.findall(r'name="([^"]+)"[^>]*value="([^"]*)"', form))
    return client, fields


@pytest.mark.parametrize("pieces", [1, 7])
def test_fifty_pay_at_once_and_nobody_sees_an_error_page(
    provider: SimulatorThread, pieces: int
) -> None:
    product = make_product(stock=pieces)
    buyers = [_at_the_till(product) for _ in range(BUYERS)]

    def press(buyer: tuple[Client, dict[str, str]]) -> Any:
        client, fields = buyer
        return lambda: client.post("/th/checkout/pay/", fields)

    answers = all_at_once([press(buyer) for buyer in buyers])

    assert not [a for a in answers if isinstance(a, Exception)]
    statuses = [answer.status_code for answer in answers]
    assert max(statuses) < 500, statuses
    paying = PaymentAttempt.objects.exclude(session_id="")
    assert paying.count() == pieces
    for attempt in paying:
        provider.control(f"session/{attempt.session_id}/pay", card="succeed")
        attempt.ask_at = attempt.created_at
        attempt.save(update_fields=["ask_at"])
    for webhook in provider.take_webhooks():
        signature = {"Stripe-Signature": webhook.signature}
        Client().post(
            "/payments/webhook/", webhook.body, content_type="application/json", headers=signature
        )
    sweep()
    record = record_of(product)
    assert Order.objects.count() == pieces
    assert (record.num_in_stock, record.num_allocated) == (pieces, pieces)
    assert not Refund.objects.exists()
