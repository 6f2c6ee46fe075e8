"""The factories make what they say: an order of two groups, as a purchase would leave it."""

from decimal import Decimal

import pytest

from tests.factories import (
    make_enterprise,
    make_made_to_order,
    make_member,
    make_placed_order,
    make_product,
    record_of,
)


@pytest.mark.django_db
def test_an_order_of_two_groups_is_placed_paid_and_held():
    ready = make_product(make_enterprise(), stock=3, price="450")
    made = make_made_to_order(make_enterprise(), price="1200")
    make_member(ready.enterprise)

    order = make_placed_order((ready, 2), (made, 1))

    assert order.total_incl_tax == Decimal("2180.00")
    assert order.shipping_incl_tax == Decimal("80.00")
    assert [part.goods for part in order.fulfilments.all()] == [Decimal("900"), Decimal("1200")]
    assert record_of(ready).free_pieces == 1
    assert order.shipping_address.country_id == "TH"
