"""Fifty buyers, a few pieces: what is sold is what was there, on both databases."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction

from shop.oscar.partner import services
from shop.oscar.partner.models import StockHold, StockRecord
from shop.oscar.partner.services import NotEnough, hold_goods, release_goods, take_goods
from shop.oscar.partner.states import HoldState
from tests.concurrency.crowd import all_at_once
from tests.factories.goods import make_made_to_order, make_product
from tests.factories.orders import record_of

pytestmark = pytest.mark.django_db(transaction=True)

BUYERS = 50


def _buy(record_id: int) -> Any:
    def buy() -> bool:
        reference = uuid4()
        hold_goods(reference=reference, wanted={record_id: 1})
        return take_goods(reference=reference)

    return buy


@pytest.mark.parametrize("pieces", [1, 7])
def test_fifty_buyers_get_exactly_what_there_is(pieces: int) -> None:
    product = make_product(stock=pieces)
    record = record_of(product)

    results = all_at_once([_buy(record.pk)] * BUYERS)

    assert results.count(True) == pieces
    refused = [result for result in results if result is not True]
    assert len(refused) == BUYERS - pieces
    assert all(isinstance(result, NotEnough) for result in refused), refused
    record.refresh_from_db()
    assert (record.num_in_stock, record.num_allocated) == (pieces, pieces)
    assert StockHold.objects.filter(state=HoldState.TAKEN).count() == pieces
    product.refresh_from_db()
    assert product.ready_pieces == 0


def test_without_the_lock_the_same_race_oversells(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the race is real: the guard removed, more is promised than there is."""
    pieces = 7
    record = record_of(make_product(stock=pieces))
    _drop_the_last_wall()

    def without_lock(ids: Any) -> dict[int, StockRecord]:
        found = {r.pk: r for r in StockRecord.objects.filter(pk__in=set(ids)).order_by("pk")}
        gathered.wait()
        return found

    gathered = _Meeting(BUYERS)
    monkeypatch.setattr(services, "lock_stockrecords", without_lock)
    monkeypatch.setattr(services, "hold_goods", services.hold_goods.__wrapped__)
    results = all_at_once([_hold_unguarded(record.pk)] * BUYERS)
    assert results.count(True) > pieces
    promised = sum(StockHold.objects.values_list("quantity", flat=True))
    assert promised > pieces


def _hold_unguarded(record_id: int) -> Any:
    def hold() -> bool:
        services.hold_goods(reference=uuid4(), wanted={record_id: 1})
        return True

    return hold


class _Meeting:
    """All look before any writes: the moment a missing lock allows."""

    def __init__(self, people: int):
        import threading

        self.barrier = threading.Barrier(people, timeout=30)

    def wait(self) -> None:
        self.barrier.wait()


def _drop_the_last_wall() -> None:
    """The check constraint alone would still refuse some; this test asks for the lock only."""
    constraint = next(c for c in StockRecord._meta.constraints if c.name == "stock_never_oversold")
    if connection.vendor == "postgresql":
        with connection.schema_editor() as editor:
            editor.remove_constraint(StockRecord, constraint)


def test_baskets_in_opposite_order_never_deadlock() -> None:
    first, second = (record_of(make_product(stock=200)) for _ in range(2))

    def buy(order: list[int]) -> Any:
        def both() -> bool:
            for _ in range(4):
                reference = uuid4()
                hold_goods(reference=reference, wanted=dict.fromkeys(order, 1))
                take_goods(reference=reference)
            return True

        return both

    forwards, backwards = [first.pk, second.pk], [second.pk, first.pk]
    results = all_at_once([buy(forwards), buy(backwards)] * 8)

    assert results == [True] * 16
    for record in (first, second):
        record.refresh_from_db()
        assert record.num_allocated == 64


def test_holding_and_releasing_at_once_leaves_the_numbers_exact() -> None:
    record = record_of(make_product(stock=10))

    def come_and_go() -> bool:
        reference = uuid4()
        try:
            hold_goods(reference=reference, wanted={record.pk: 2})
        except NotEnough:
            return False
        release_goods(reference=reference)
        release_goods(reference=reference)
        return True

    all_at_once([come_and_go] * 30)

    record.refresh_from_db()
    assert (record.num_in_stock, record.num_allocated) == (10, 0)


def test_made_to_order_is_held_without_touching_stock() -> None:
    record = record_of(make_made_to_order(max_quantity=3))
    hold_goods(reference=uuid4(), wanted={record.pk: 3})
    with pytest.raises(NotEnough), transaction.atomic():
        hold_goods(reference=uuid4(), wanted={record.pk: 4})
    record.refresh_from_db()
    assert not record.num_allocated
    assert StockHold.objects.count() == 1
