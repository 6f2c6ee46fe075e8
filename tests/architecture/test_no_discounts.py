"""Offers and vouchers stay off: an offer that Oscar would apply changes no price here."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer, Range

from shop.oscar.checkout.services import offer_now
from tests.factories.goods import make_product
from tests.factories.orders import make_checkout, make_placed_order

pytestmark = pytest.mark.django_db


def _half_price_on_everything() -> None:
    everything = Range.objects.create(name="everything", includes_all_products=True)
    condition = Condition.objects.create(range=everything, type=Condition.COUNT, value=1)
    benefit = Benefit.objects.create(range=everything, type=Benefit.PERCENTAGE, value=50)
    ConditionalOffer.objects.create(name="half", condition=condition, benefit=benefit)


def test_no_offer_touches_basket_checkout_or_order(client: Client) -> None:
    _half_price_on_everything()
    product = make_product(price="450")
    client.post("/th/basket/add/", {"product_id": product.pk, "quantity": 2})
    page = client.get("/th/basket/").content.decode()
    assert "฿900" in page
    assert "฿450" in page
    checkout = make_checkout((product, 2))
    assert offer_now(checkout, today=timezone.localdate()).goods == Decimal("900.00")
    order = make_placed_order((product, 1))
    line = order.lines.get()
    assert line.line_price_incl_tax == line.line_price_before_discounts_incl_tax == Decimal("450")
    assert not order.discounts.exists()
