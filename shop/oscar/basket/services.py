"""What a buyer does with a basket; quantities are pieces, prices baht."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from shop.fulfilment.offers import Wanted
from shop.oscar.partner.models import StockRecord
from shop.production.models import WaitingEntry
from shop.production.services import take_offer

from .models import Basket, Line


class CannotBeAdded(Exception):
    """This product cannot be bought now; `stockrecord` tells why, if there is one."""

    def __init__(self, stockrecord: StockRecord | None):
        super().__init__(str(stockrecord))
        self.stockrecord = stockrecord


class TooMany(Exception):
    """More pieces than can be had; `most` is the largest quantity for one basket."""

    def __init__(self, most: int):
        super().__init__(f"at most {most}")
        self.most = most


class TooFew(Exception):
    """The group makes no fewer than `least` of it."""

    def __init__(self, least: int):
        super().__init__(f"at least {least}")
        self.least = least


@transaction.atomic
def add_to_basket(
    *, basket: Basket, product_id: int, quantity: int, held: Mapping[int, int] | None = None
) -> Line:
    """Put pieces into the basket, on top of those already there.

    `held`: stock record id → pieces kept for this buyer by a payment under way. Raises
    CannotBeAdded, TooMany and TooFew; the basket is then as before.
    """
    record = _stockrecords().filter(product_id=product_id).first()
    kept = (held or {}).get(record.pk, 0) if record is not None else 0
    if record is None or not _sellable(record, kept):
        raise CannotBeAdded(record)
    if basket.pk is None:
        basket.save()
    _lock(basket)
    line = Line.objects.select_for_update().filter(basket=basket, stockrecord=record).first()
    total = quantity + (line.quantity if line else 0)
    _check(record, total, kept)
    if line is None:
        line = Line(
            basket=basket,
            product=record.product,
            stockrecord=record,
            line_reference=f"{record.product_id}_{record.pk}",
            price_currency=record.price_currency,
        )
    line.quantity = total
    line.price_excl_tax = line.price_incl_tax = record.price
    line.save()
    basket.reset_offer_applications()
    return line


@transaction.atomic
def take_offered(*, basket: Basket, entry: WaitingEntry, now: datetime) -> Line:
    """Put what a waiting list has offered into the basket, in the offered quantity.

    Taken again, the basket stays as it is. Raises NotOffered, CannotBeAdded, TooMany and TooFew.
    """
    record = _stockrecords().get(pk=entry.stockrecord_id)
    if basket.pk is None:
        basket.save()
    _lock(basket)
    offered = take_offer(entry=entry, basket_id=basket.pk, now=now)
    line = Line.objects.filter(basket=basket, stockrecord=record).first()
    if line is not None and line.quantity == offered.quantity:
        return line
    if line is not None:
        line.delete()
    return add_to_basket(basket=basket, product_id=record.product_id, quantity=offered.quantity)


@transaction.atomic
def change_quantity(
    *, basket: Basket, line_id: int, quantity: int, held: Mapping[int, int] | None = None
) -> Line | None:
    """Set a line's pieces; 0 takes it out. Raises TooMany and TooFew. `held`: as above."""
    line = Line.objects.select_for_update().filter(basket=basket, pk=line_id).first()
    if line is None:
        return None
    if quantity <= 0:
        line.delete()
        return line
    record = _stockrecords().get(pk=line.stockrecord_id)
    _check(record, quantity, (held or {}).get(record.pk, 0))
    line.quantity = quantity
    line.save(update_fields=["quantity", "date_updated"])
    return line


@transaction.atomic
def remove_lines(*, basket: Basket, line_ids: Iterable[int]) -> int:
    """Take these lines out of the basket; how many there were."""
    removed, _ = Line.objects.filter(basket=basket.pk, pk__in=list(line_ids)).delete()
    return removed


@transaction.atomic
def note_seen_prices(*, basket_id: int) -> None:
    """The buyer has been told of changed prices; from now on these are the ones they saw."""
    for line in Line.objects.filter(basket_id=basket_id).select_related("stockrecord"):
        if line.stockrecord.price is not None and line.price_incl_tax != line.stockrecord.price:
            line.price_excl_tax = line.price_incl_tax = line.stockrecord.price
            line.save(update_fields=["price_excl_tax", "price_incl_tax"])


def wanted_from(basket_id: int | None, held: Mapping[int, int] | None = None) -> list[Wanted]:
    """The basket's lines as an offer wants them, in the order they were added; one statement."""
    if basket_id is None:
        return []
    kept = held or {}
    lines = Line.objects.filter(basket_id=basket_id).select_related(
        "stockrecord__product__parent",
        "stockrecord__partner__enterprise",
        "stockrecord__making__workshop",
    )
    return [
        Wanted(
            line.stockrecord,
            line.quantity,
            line.price_incl_tax,
            line.pk,
            kept.get(line.stockrecord_id, 0),
        )
        for line in lines.order_by("date_created", "pk")
    ]


def take_out(basket_id: int, sold: Mapping[int, int]) -> None:
    """What was bought leaves the basket; what was added meanwhile stays."""
    left: list[Line] = []
    gone: list[Line] = []
    for line in Line.objects.filter(basket_id=basket_id, stockrecord__in=sold):
        line.quantity -= min(line.quantity, sold[line.stockrecord_id])
        (left if line.quantity else gone).append(line)
    if gone:
        Line.objects.filter(pk__in=[line.pk for line in gone]).delete()
    if left:
        Line.objects.bulk_update(left, ["quantity"])


def count_pieces(basket: Any) -> int:
    """How many pieces lie in the basket."""
    if basket is None or basket.pk is None:
        return 0
    return sum(Line.objects.filter(basket=basket.pk).values_list("quantity", flat=True))


def _lock(basket: Basket) -> None:
    """One change at a time: two taps at once must not write the same line twice."""
    list(Basket.objects.select_for_update().filter(pk=basket.pk).values_list("pk"))


def _stockrecords() -> Any:
    return StockRecord.objects.select_related("product__parent", "partner__enterprise")


def _sellable(record: StockRecord, held: int) -> bool:
    return (
        record.product.is_published
        and record.partner.enterprise.is_open
        and record.price is not None
        and record.most_for(held=held) > 0
    )


def _check(record: StockRecord, quantity: int, held: int) -> None:
    most = record.most_for(held=held)
    if quantity > most:
        raise TooMany(most)
    if quantity < record.min_quantity:
        raise TooFew(record.min_quantity)
