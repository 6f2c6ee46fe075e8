"""What the ledger is told, in plain values: the seam to everything that stands above it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from shop.core.money import ZERO


@dataclass(frozen=True, slots=True)
class SoldLine:
    """One order line: its price (baht) for all pieces, and what the buyer was told of it.

    `no_withdrawal`: told before paying that it cannot be withdrawn from (perishable food).
    """

    line_id: int
    price: Decimal
    product_type: str = ""
    no_withdrawal: bool = False


@dataclass(frozen=True, slots=True)
class SoldPart:
    """One group's part of an order; `paid_later` is the balance (baht) that is not paid yet."""

    part_id: int
    enterprise_id: int
    lines: tuple[SoldLine, ...]
    delivery: Decimal = ZERO
    paid_later: Decimal = ZERO
    province_code: str = ""
    programmes: frozenset[str] = field(default_factory=frozenset)

    @property
    def price(self) -> Decimal:
        return sum((line.price for line in self.lines), self.delivery)


@dataclass(frozen=True, slots=True)
class Sale:
    """One order as it was paid for: the method and the reference of its first payment."""

    order_id: int
    method: str
    payment: str
    parts: tuple[SoldPart, ...]
    sold_at: datetime

    @property
    def paid_now(self) -> Decimal:
        return sum((part.price - part.paid_later for part in self.parts), ZERO)


@dataclass(frozen=True, slots=True)
class RefundLine:
    """Baht of the price of one sale line that go back."""

    sale_line_id: int
    amount: Decimal


def total_of(lines: Iterable[RefundLine]) -> Decimal:
    return sum((line.amount for line in lines), ZERO)
