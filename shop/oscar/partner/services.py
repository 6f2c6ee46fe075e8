"""Holding, taking and giving back goods. Nobody else touches a stock record's numbers.

Locks: stock records in pk order, looked at only after the lock; the check constraint
`stock_never_oversold` is the last wall.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from catalogue.making import add_child, remove_child
from catalogue.models import Product
from catalogue.services import sum_up_offers
from producers.models import Enterprise

from .models import Partner, StockHold, StockRecord
from .states import HoldState, Sells


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
def hold_goods(
    *, reference: UUID, wanted: Mapping[int, int], to_make: Collection[int] = ()
) -> set[int]:
    """Keep goods for one checkout. Asked again with other quantities, the hold is changed.

    `wanted` maps stock record ids to pieces; those in `to_make` are made even where pieces are
    ready (the buyer's answers ask for it), if they are made to order at all. Returns the
    ids of those that are still to be made. Raises NotEnough, and then nothing has moved.
    """
    before = {hold.stockrecord_id: hold for hold in StockHold.objects.of(reference)}
    records = lock_stockrecords({*wanted, *before})
    for pk, hold in before.items():
        if hold.state == HoldState.HELD and hold.from_stock:
            _allocate(records[pk], -hold.quantity)
    shortages = [
        Shortage(pk, quantity, records[pk].most_per_order if pk in records else 0)
        for pk, quantity in sorted(wanted.items())
        if pk not in records or not records[pk].can_sell(quantity)
    ]
    if shortages:
        raise NotEnough(shortages)
    made = {
        pk
        for pk, quantity in wanted.items()
        if not records[pk].sells_from_stock(quantity)
        or (pk in to_make and records[pk].is_made_to_order)
    }
    for pk, quantity in wanted.items():
        if pk not in made:
            _allocate(records[pk], quantity)
    _save_numbers(records.values())
    StockHold.objects.of(reference).exclude(stockrecord__in=wanted).delete()
    StockHold.objects.bulk_create(
        [
            StockHold(
                reference=reference,
                stockrecord_id=pk,
                quantity=n,
                from_stock=pk not in made,
                state=HoldState.HELD,
            )
            for pk, n in sorted(wanted.items())
        ],
        update_conflicts=True,
        unique_fields=["reference", "stockrecord"],
        update_fields=["quantity", "from_stock", "state"],
    )
    return made


def held_pieces(reference: UUID) -> dict[int, int]:
    """Stock record id → ready pieces kept for this checkout right now."""
    holds = StockHold.objects.of(reference).filter(state=HoldState.HELD, from_stock=True)
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
def hold_more_goods(*, reference: UUID, wanted: Mapping[int, int]) -> None:
    """Keep more ready pieces (by stock record id) for an order that is to be changed.

    Asked again, the hold is another one. Raises NotEnough, and then nothing has moved.
    """
    before = StockHold.objects.of(reference).values_list("stockrecord_id", flat=True)
    records = lock_stockrecords({*wanted, *before})
    for hold in _holds(reference, HoldState.HELD, None):
        _allocate(records[hold.stockrecord_id], -hold.quantity)
    for pk, quantity in wanted.items():
        if (free := records[pk].free_pieces) < quantity:
            raise NotEnough([Shortage(pk, quantity, free)])
        _allocate(records[pk], quantity)
    _save_numbers(records.values())
    StockHold.objects.of(reference).delete()
    rows = [
        StockHold(reference=reference, stockrecord_id=pk, quantity=n) for pk, n in wanted.items()
    ]
    StockHold.objects.bulk_create(rows)


@transaction.atomic
def change_goods(*, reference: UUID, sold: UUID, more: Mapping[int, int]) -> None:
    """An order takes so many pieces more (below zero: fewer) than it had; by stock record id.

    More ready pieces must be held under `reference`; fewer are on sale again. Raises NotEnough.
    """
    kept = {hold.stockrecord_id: hold for hold in _holds(reference, HoldState.HELD, None)}
    holds = {hold.stockrecord_id: hold for hold in _holds(sold, HoldState.TAKEN, set(more))}
    records = lock_stockrecords(more)
    for pk, hold in holds.items():
        quantity = more[pk]
        if hold.from_stock and quantity > 0 and (pk not in kept or kept[pk].quantity != quantity):
            raise NotEnough([Shortage(pk, quantity, 0)])
        if hold.from_stock and quantity < 0:
            _allocate(records[pk], quantity)
        hold.quantity += quantity
    _save_numbers(records.values())
    StockHold.objects.bulk_update(holds.values(), ["quantity"])
    StockHold.objects.filter(pk__in=[hold.pk for hold in kept.values()]).delete()


@transaction.atomic
def send_goods(*, reference: UUID, stockrecord_ids: Iterable[int]) -> None:
    """Goods have left the village: the stock itself goes down. Safe to repeat."""
    holds = _holds(reference, HoldState.TAKEN, set(stockrecord_ids))
    records = lock_stockrecords(hold.stockrecord_id for hold in holds)
    for hold in holds:
        if hold.from_stock:
            record = records[hold.stockrecord_id]
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


@transaction.atomic
def set_ready_pieces_of(counted: Mapping[int, int]) -> None:
    """The group counted several sizes at once: stock record id → pieces, as `set_ready_pieces`."""
    records = lock_stockrecords(counted)
    for pk, record in records.items():
        record.num_in_stock = counted[pk] + (record.num_allocated or 0)
    _save_numbers(records.values())


@transaction.atomic
def set_prices(prices: Mapping[int, Decimal]) -> None:
    """New prices for several sizes at once: stock record id → baht, as `set_price`."""
    records = lock_stockrecords(prices)
    for pk, record in records.items():
        record.price = prices[pk]
        record.save(update_fields=["price", "date_updated"])
    sum_up_offers(_products(records.values()))


# --- terms: how the group sells a product ---


@dataclass(frozen=True, slots=True)
class Terms:
    """Ready stock, or made to order in `lead_days` working days; quantities are per order.

    `pieces` counts what is ready besides what is sold already; None leaves it as it is.
    """

    sells: str = Sells.STOCK
    pieces: int | None = None
    lead_days: int | None = None
    min_quantity: int = 1
    max_quantity: int | None = None


class GoodsPromised(Exception):
    """So many `pieces` are held or sold and not sent yet; until then the terms stay."""

    def __init__(self, pieces: int):
        super().__init__(f"{pieces} pieces are promised")
        self.pieces = pieces


class NoPrice(Exception):
    """The product has no stock record yet; its price comes first."""


@transaction.atomic
def open_stockrecord(*, product_id: int, price: Decimal) -> StockRecord:
    """A product's first price (baht), with no piece ready yet; asked again, its new price."""
    product = Product.objects.select_related("enterprise").get(pk=product_id)
    assert product.enterprise is not None
    record, _ = StockRecord.objects.update_or_create(
        product=product,
        partner=_partner_of(product.enterprise),
        defaults={"price": price},
        create_defaults={
            "price": price,
            "price_currency": "THB",
            "partner_sku": f"product-{product.pk}",
            "num_in_stock": 0,
            "num_allocated": 0,
        },
    )
    sum_up_offers([product.pk])
    return record


@transaction.atomic
def set_terms(*, product_id: int, terms: Terms) -> None:
    """How a product sells from now on, with all its sizes; what is sold keeps its own terms.

    Raises NoPrice, and GoodsPromised when stock would turn into made to order (or back) while
    pieces are held or sold and not sent.
    """
    ids = StockRecord.objects.filter(product__in=_with_children(product_id))
    records = lock_stockrecords(ids.values_list("pk", flat=True))
    if not records:
        raise NoPrice
    turning = [record.pk for record in records.values() if record.sells != terms.sells]
    if promised := _promised_pieces(turning):
        raise GoodsPromised(promised)
    for record in records.values():
        _apply(record, terms)
    sum_up_offers([product_id])


@transaction.atomic
def add_size(
    *,
    product_id: int,
    title: str,
    title_en: str = "",
    price: Decimal | None = None,
    pieces: int = 0,
    by: Any,
) -> Product:
    """Another size or colour, at its own price (baht) and with so many ready pieces.

    The first one names what the product was until now: it takes over the product's own price,
    stock and promises, so `price` and `pieces` count only where there were none. It sells on the
    terms of the others. Raises NoPrice, TooMany and ForbiddenGoods.
    """
    # Stock records are locked before their product, here as when goods are held.
    own = next(iter(_locked_records_of(product_id)), None)
    pattern = StockRecord.objects.filter(product__parent=product_id).order_by("pk").first()
    if own is None and price is None:
        raise NoPrice
    child = add_child(product_id=product_id, title=title, title_en=title_en, by=by)
    if own is not None:
        own.product = child
        own.save(update_fields=["product"])
    else:
        assert price is not None
        record = open_stockrecord(product_id=child.pk, price=price)
        terms = _terms_of(pattern, pieces) if pattern else Terms(pieces=pieces)
        _apply(lock_stockrecords([record.pk])[record.pk], terms)
    sum_up_offers([product_id])
    return child


@transaction.atomic
def remove_size(*, child_id: int) -> None:
    """A size nobody has bought goes. Raises GoodsPromised for others, and LastOne."""
    parent_id = Product.objects.values_list("parent_id", flat=True).get(pk=child_id)
    _locked_records_of(child_id)
    bought = StockHold.objects.filter(stockrecord__product=child_id)
    if bought.exists():
        raise GoodsPromised(bought.aggregate(pieces=Sum("quantity"))["pieces"])
    remove_child(child_id=child_id)
    sum_up_offers([parent_id])


def _partner_of(enterprise: Enterprise) -> Partner:
    """The group's shadow in Oscar; a group that has just joined gets one."""
    partner, _ = Partner.objects.get_or_create(
        enterprise=enterprise,
        defaults={"code": enterprise.slug, "name": enterprise.name_th[:128]},
    )
    return partner


def _locked_records_of(product_id: int) -> list[StockRecord]:
    ids = StockRecord.objects.filter(product=product_id).values_list("pk", flat=True)
    return list(lock_stockrecords(ids).values())


def _with_children(product_id: int) -> list[int]:
    children = Product.objects.filter(parent=product_id).values_list("pk", flat=True)
    return [product_id, *children]


def _promised_pieces(stockrecord_ids: list[int]) -> int:
    holds = StockHold.objects.filter(
        stockrecord__in=stockrecord_ids, state__in=(HoldState.HELD, HoldState.TAKEN)
    )
    return holds.aggregate(pieces=Sum("quantity"))["pieces"] or 0


def _terms_of(record: StockRecord, pieces: int) -> Terms:
    return Terms(record.sells, pieces, record.lead_days, record.min_quantity, record.max_quantity)


def _apply(record: StockRecord, terms: Terms) -> None:
    made = terms.sells == Sells.MADE_TO_ORDER
    record.sells = terms.sells
    record.lead_days = terms.lead_days if made else None
    record.min_quantity, record.max_quantity = terms.min_quantity, terms.max_quantity
    if made:
        record.num_allocated = record.num_allocated or 0
        record.num_in_stock = (terms.pieces or 0) + record.num_allocated
    elif terms.pieces is not None:
        record.num_in_stock = terms.pieces + (record.num_allocated or 0)
    record.save()


def _undo(reference: UUID, state: str, only: set[int] | None) -> None:
    holds = _holds(reference, state, only)
    if not holds:
        return
    records = lock_stockrecords(hold.stockrecord_id for hold in holds)
    for hold in holds:
        if hold.from_stock:
            _allocate(records[hold.stockrecord_id], -hold.quantity)
    _save_numbers(records.values())
    StockHold.objects.filter(pk__in=[hold.pk for hold in holds]).update(state=HoldState.RELEASED)


def _holds(reference: UUID, state: str, only: set[int] | None) -> list[StockHold]:
    holds = StockHold.objects.select_for_update().of(reference).filter(state=state)
    return list(holds if only is None else holds.filter(stockrecord__in=only))


def _allocate(record: StockRecord, pieces: int) -> None:
    record.num_allocated = (record.num_allocated or 0) + pieces


def _save_numbers(records: Iterable[StockRecord]) -> None:
    """Write the numbers of records that have any; goods made to order may have none."""
    stocked = [r for r in records if not r.is_made_to_order or r.num_in_stock is not None]
    if stocked:
        StockRecord.objects.bulk_update(stocked, ["num_in_stock", "num_allocated"])
        sum_up_offers(_products(stocked))


def _products(records: Iterable[StockRecord]) -> set[int]:
    return {record.product_id for record in records}
