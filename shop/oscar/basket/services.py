"""What a buyer does with a basket; quantities are pieces, prices baht."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from shop.fulfilment.offers import Wanted
from shop.oscar.partner.models import StockRecord

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
def add_to_basket(*, basket: Basket, product_id: int, quantity: int) -> Line:
    """Put pieces into the basket, on top of those already there.

    Raises CannotBeAdded, TooMany and TooFew; the basket is then as before.
    """
    record = _stockrecords().filter(product_id=product_id).first()
    if record is None or not _sellable(record):
        raise CannotBeAdded(record)
    if basket.pk is None:
        basket.save()
    line = Line.objects.select_for_update().filter(basket=basket, stockrecord=record).first()
    total = quantity + (line.quantity if line else 0)
    _check(record, total)
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
def change_quantity(*, basket: Basket, line_id: int, quantity: int) -> Line | None:
    """Set a line's pieces; 0 takes it out. Raises TooMany and TooFew."""
    line = Line.objects.select_for_update().filter(basket=basket, pk=line_id).first()
    if line is None:
        return None
    if quantity <= 0:
        line.delete()
        return line
    _check(_stockrecords().get(pk=line.stockrecord_id), quantity)
    line.quantity = quantity
    line.save(update_fields=["quantity", "date_updated"])
    return line


@transaction.atomic
def note_seen_prices(*, basket_id: int) -> None:
    """The buyer has been told of changed prices; from now on these are the ones they saw."""
    for line in Line.objects.filter(basket_id=basket_id).select_related("stockrecord"):
        if line.stockrecord.price is not None and line.price_incl_tax != line.stockrecord.price:
            line.price_excl_tax = line.price_incl_tax = line.stockrecord.price
            line.save(update_fields=["price_excl_tax", "price_incl_tax"])


def wanted_from(basket_id: int | None) -> list[Wanted]:
    """The basket's lines as an offer wants them, in the order they were added; one statement."""
    if basket_id is None:
        return []
    lines = Line.objects.filter(basket_id=basket_id).select_related(
        "stockrecord__product__parent", "stockrecord__partner__enterprise"
    )
    return [
        Wanted(line.stockrecord, line.quantity, line.price_incl_tax, line.pk)
        for line in lines.order_by("date_created", "pk")
    ]


def take_out(basket_id: int, sold: Mapping[int, int]) -> None:
    """What was bought leaves the basket; what was added meanwhile stays."""
    left, gone = [], []
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


def _stockrecords() -> Any:
    return StockRecord.objects.select_related("product__parent", "partner__enterprise")


def _sellable(record: StockRecord) -> bool:
    return (
        record.product.is_published
        and record.partner.enterprise.is_open
        and record.price is not None
        and record.most_per_order > 0
    )


def _check(record: StockRecord, quantity: int) -> None:
    if quantity > record.most_per_order:
        raise TooMany(record.most_per_order)
    if quantity < record.min_quantity:
        raise TooFew(record.min_quantity)
