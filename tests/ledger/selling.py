"""Orders as the ledger sees them, without checkout and fulfilment."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from producers.models import Enterprise
from shop.core.money import ZERO
from shop.ledger import services as ledger
from shop.ledger.facts import Sale, SoldLine, SoldPart
from shop.ledger.models import Earning, LedgerEntry, LedgerEvent, Reversal, SaleLine
from shop.ledger.services import what_does_not_add_up
from shop.oscar.order.models import Line, Order

NUMBERS = count(1)
BANGKOK = ZoneInfo("Asia/Bangkok")
#: A Monday.
SOLD_AT = datetime(2026, 11, 2, 10, tzinfo=BANGKOK)
TODAY = SOLD_AT.date()


def new_order(*groups: tuple[Enterprise, list[str]]) -> tuple[Order, list[list[Line]]]:
    """An order with lines at these prices per group."""
    number = next(NUMBERS)
    total = sum((Decimal(p) for _, prices in groups for p in prices), ZERO)
    order = Order.objects.create(
        number=f"L{number}",
        currency="THB",
        total_incl_tax=total,
        total_excl_tax=total,
        date_placed=SOLD_AT,
    )
    lines = [
        [
            Line.objects.create(
                order=order,
                enterprise=group,
                partner_name=group.name_th,
                title="ผ้า",
                quantity=1,
                num_allocated=1,
                line_price_incl_tax=Decimal(price),
                line_price_excl_tax=Decimal(price),
                line_price_before_discounts_incl_tax=Decimal(price),
                line_price_before_discounts_excl_tax=Decimal(price),
            )
            for price in prices
        ]
        for group, prices in groups
    ]
    return order, lines


def sale_of(
    *groups: tuple[Enterprise, list[str]],
    method: str = "card",
    delivery: str = "0",
    later: str = "0",
    product_type: str = "textile",
    no_withdrawal: bool = False,
    sold_at: datetime = SOLD_AT,
) -> Sale:
    """The facts of one order; `delivery` and `later` (baht) of each group's part."""
    order, lines = new_order(*groups)
    return Sale(
        order_id=order.pk,
        method=method,
        payment=f"attempt-{order.pk}",
        sold_at=sold_at,
        parts=tuple(
            SoldPart(
                part_id=next(NUMBERS) + 10_000,
                enterprise_id=group.pk,
                province_code=group.province_code,
                delivery=Decimal(delivery),
                paid_later=Decimal(later),
                lines=tuple(
                    SoldLine(line.pk, line.line_price_incl_tax, product_type, no_withdrawal)
                    for line in of_group
                ),
            )
            for (group, _), of_group in zip(groups, lines, strict=True)
        ),
    )


def sell(*groups: tuple[Enterprise, list[str]], **details: Any) -> Sale:
    """A recorded sale."""
    sale = sale_of(*groups, **details)
    ledger.record_sale(sale)
    return sale


def received(sale: Sale, *, days_ago: int = 8) -> None:
    """All parts of it have been received, so many days before TODAY."""
    for part in sale.parts:
        ledger.note_received(part_id=part.part_id, at=SOLD_AT - timedelta(days=days_ago))


def released(*groups: tuple[Enterprise, list[str]], **details: Any) -> Sale:
    """A sale whose money can be paid out."""
    sale = sell(*groups, **details)
    received(sale)
    for part in sale.parts:
        ledger.release(part_id=part.part_id, today=TODAY)
    return sale


def balance(account: str, group: Enterprise | None = None, part: int | None = None) -> Decimal:
    """The signed sum of one account."""
    rows = LedgerEntry.objects.on(account)
    if group is not None:
        rows = rows.of_group(group.pk)
    if part is not None:
        rows = rows.of_parts([part])
    return rows.balance()


def balances() -> dict[str, str]:
    """Every account that is not empty, as text: for exact ends."""
    return {name: str(sum_) for name, sum_ in sorted(ledger.all_balances().items()) if sum_}


def everything() -> list[Any]:
    """All that the ledger has written, to show that nothing moved."""
    return [
        list(model.objects.order_by("pk").values())
        for model in (LedgerEvent, LedgerEntry, SaleLine, Reversal, Earning)
    ]


def check() -> None:
    """The promises that hold at every moment."""
    assert what_does_not_add_up() == []
    assert sum(ledger.all_balances().values()) == 0
