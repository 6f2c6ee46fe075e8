"""Holding, taking and giving back goods. Nobody else touches a stock record's numbers.

Locks: stock records in pk order, looked at only after the lock; the check constraint
`stock_never_oversold` is the last wall.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction

from catalogue.services import sum_up_offers

from .models import StockHold, StockRecord
from .states import HoldState


@dataclass(frozen=True, slots=True)
class Shortage:
    """One stock record that cannot give what was asked (pieces)."""

    stockrecord_id: int
    wanted: int
    free: int


class NotEnough(Exception):
    """Some goods cannot be held; nothing was."""

    def __init__(self, shortages: list[Shortage]):
        super().__init__(", ".join(f"{s.stockrecord_id}: {s.wanted} > {s.free}" for s in shortages))
        self.shortages = shortages


def lock_stockrecords(ids: Iterable[int]) -> dict[int, StockRecord]:
    """The stock records by id, locked in pk order so that baskets never deadlock."""
    records = StockRecord.objects.select_for_update(of=("self",)).filter(pk__in=set(ids))
    return {record.pk: record for record in records.order_by("pk")}


@transaction.atomic
def hold_goods(*, reference: UUID, wanted: Mapping[int, int]) -> None:
    """Keep goods for one checkout. Asked again with other quantities, the hold is changed.

    `wanted` maps stock record ids to pieces. Raises NotEnough, and then nothing has moved.
    """
    before = {hold.stockrecord_id: hold for hold in StockHold.objects.of(reference)}
    records = lock_stockrecords({*wanted, *before})
    held = {pk: hold.quantity for pk, hold in before.items() if hold.state == HoldState.HELD}
    for pk, quantity in held.items():
        _allocate(records[pk], -quantity)
    shortages = [
        Shortage(pk, quantity, records[pk].most_per_order if pk in records else 0)
        for pk, quantity in sorted(wanted.items())
        if pk not in records or not records[pk].can_sell(quantity)
    ]
    if shortages:
        raise NotEnough(shortages)
    for pk, quantity in wanted.items():
        _allocate(records[pk], quantity)
    _save_numbers(records.values())
    StockHold.objects.of(reference).exclude(stockrecord__in=wanted).delete()
    StockHold.objects.bulk_create(
        [
            StockHold(reference=reference, stockrecord_id=pk, quantity=n, state=HoldState.HELD)
            for pk, n in sorted(wanted.items())
        ],
        update_conflicts=True,
        unique_fields=["reference", "stockrecord"],
        update_fields=["quantity", "state"],
    )


def held_pieces(reference: UUID) -> dict[int, int]:
    """Stock record id → pieces kept for this checkout right now."""
    holds = StockHold.objects.of(reference).filter(state=HoldState.HELD)
    return dict(holds.values_list("stockrecord_id", "quantity"))


@transaction.atomic
def take_goods(*, reference: UUID) -> bool:
    """The held goods are sold. False when they are not held (any more)."""
    holds = list(StockHold.objects.select_for_update().of(reference))
    if not holds or any(hold.state != HoldState.HELD for hold in holds):
        return False
    StockHold.objects.of(reference).update(state=HoldState.TAKEN)
    return True


@transaction.atomic
def release_goods(*, reference: UUID) -> None:
    """Goods held but not sold can be bought by others again. Safe to repeat."""
    _undo(reference, HoldState.HELD, None)


@transaction.atomic
def give_back_goods(*, reference: UUID, stockrecord_ids: Iterable[int]) -> None:
    """Goods sold but never sent (declined, cancelled) are on sale again. Safe to repeat."""
    _undo(reference, HoldState.TAKEN, set(stockrecord_ids))


@transaction.atomic
def send_goods(*, reference: UUID, stockrecord_ids: Iterable[int]) -> None:
    """Goods have left the village: the stock itself goes down. Safe to repeat."""
    holds = _holds(reference, HoldState.TAKEN, set(stockrecord_ids))
    records = lock_stockrecords(hold.stockrecord_id for hold in holds)
    for hold in holds:
        record = records[hold.stockrecord_id]
        if not record.is_made_to_order:
            record.num_in_stock = (record.num_in_stock or 0) - hold.quantity
            _allocate(record, -hold.quantity)
    _save_numbers(records.values())
    StockHold.objects.filter(pk__in=[hold.pk for hold in holds]).update(state=HoldState.SENT)


@transaction.atomic
def set_ready_pieces(*, stockrecord_id: int, pieces: int) -> StockRecord:
    """The group counted: this many pieces can be sold now, besides those already sold."""
    record = lock_stockrecords([stockrecord_id])[stockrecord_id]
    record.num_in_stock = pieces + (record.num_allocated or 0)
    _save_numbers([record])
    return record


@transaction.atomic
def set_price(*, stockrecord_id: int, price: Decimal) -> StockRecord:
    """The maker sets the price (baht per piece) from now on; what is sold keeps its own."""
    record = lock_stockrecords([stockrecord_id])[stockrecord_id]
    record.price = price
    record.save(update_fields=["price", "date_updated"])
    sum_up_offers(_products([record]))
    return record


def _undo(reference: UUID, state: str, only: set[int] | None) -> None:
    holds = _holds(reference, state, only)
    if not holds:
        return
    records = lock_stockrecords(hold.stockrecord_id for hold in holds)
    for hold in holds:
        _allocate(records[hold.stockrecord_id], -hold.quantity)
    _save_numbers(records.values())
    StockHold.objects.filter(pk__in=[hold.pk for hold in holds]).update(state=HoldState.RELEASED)


def _holds(reference: UUID, state: str, only: set[int] | None) -> list[StockHold]:
    holds = StockHold.objects.select_for_update().of(reference).filter(state=state)
    return list(holds if only is None else holds.filter(stockrecord__in=only))


def _allocate(record: StockRecord, pieces: int) -> None:
    """Made-to-order records have no stock to allocate; their hold row alone counts."""
    if not record.is_made_to_order:
        record.num_allocated = (record.num_allocated or 0) + pieces


def _save_numbers(records: Iterable[StockRecord]) -> None:
    stocked = [record for record in records if not record.is_made_to_order]
    if stocked:
        StockRecord.objects.bulk_update(stocked, ["num_in_stock", "num_allocated"])
        sum_up_offers(_products(stocked))


def _products(records: Iterable[StockRecord]) -> set[int]:
    return {record.product_id for record in records}
