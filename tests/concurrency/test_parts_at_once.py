"""Several groups' steps in one order, and several sizes of one product, at the same time."""

from typing import Any

import pytest

from catalogue import services as catalogue
from catalogue.models import Product
from shop.fulfilment.models import Fulfilment
from shop.fulfilment.services import parts as fulfilments
from shop.fulfilment.services import undoing
from shop.fulfilment.states import OrderStatus
from shop.oscar.order.models import Order
from shop.oscar.partner.services import set_ready_pieces
from tests.concurrency.crowd import Meeting, all_at_once
from tests.factories.goods import make_child, make_enterprise, make_parent, make_product
from tests.factories.orders import make_placed_order, record_of
from tests.factories.people import make_member

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


def test_two_groups_decline_at_once_and_the_order_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    order = make_placed_order(
        (make_product(make_enterprise()), 1), (make_product(make_enterprise()), 1)
    )
    parts = list(order.fulfilments.all())
    members = [make_member(part.enterprise).user for part in parts]
    meeting, move = Meeting(2), fulfilments.move

    def both_have_moved(*args: Any, **kwargs: Any) -> None:
        move(*args, **kwargs)
        meeting.wait()

    monkeypatch.setattr(fulfilments, "move", both_have_moved)

    def decline(part: Fulfilment, by: Any) -> Any:
        return lambda: undoing.decline_fulfilment(fulfilment_id=part.pk, by=by, reason="-")

    results = all_at_once(decline(part, by) for part, by in zip(parts, members, strict=True))
    assert not [r for r in results if isinstance(r, Exception)], results
    assert Order.objects.get().status == OrderStatus.CANCELLED


def test_two_sizes_counted_at_once_are_both_summed_up(monkeypatch: pytest.MonkeyPatch) -> None:
    parent = make_parent()
    records = [record_of(make_child(parent, stock=5)) for _ in range(2)]
    meeting, write = Meeting(2), catalogue.Product.objects.bulk_update

    def both_have_reckoned(*args: Any, **kwargs: Any) -> Any:
        meeting.wait()
        return write(*args, **kwargs)

    monkeypatch.setattr(catalogue.Product.objects, "bulk_update", both_have_reckoned)
    results = all_at_once(
        [lambda r=r: set_ready_pieces(stockrecord_id=r.pk, pieces=0) for r in records]
    )
    assert not [r for r in results if isinstance(r, Exception)], results
    assert Product.objects.get(pk=parent.pk).ready_pieces == 0
