"""Baht, and how to split them. The only home of rounding.

Amounts are ``Decimal`` baht with two places. Satang integers exist only inside the payment
gateway (`to_satang`, `from_satang` are for it alone).
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

SATANG = Decimal("0.01")
ZERO = Decimal("0.00")


def baht(amount: Decimal | int | str) -> Decimal:
    """The amount in baht, rounded half up to whole satang."""
    return Decimal(amount).quantize(SATANG, rounding=ROUND_HALF_UP)


def to_satang(amount: Decimal) -> int:
    """Whole satang for the payment provider. Raises ValueError for parts of a satang."""
    satang = amount * 100
    if satang != satang.to_integral_value():
        raise ValueError(f"{amount} baht is not a whole number of satang")
    return int(satang)


def from_satang(satang: int) -> Decimal:
    """Baht from the provider's whole satang."""
    return (Decimal(satang) / 100).quantize(SATANG)


def split_exactly(total: Decimal, weights: Sequence[Decimal | int]) -> list[Decimal]:
    """Parts of `total` (baht) in proportion to `weights`; they always sum to `total`.

    What rounding leaves over goes, one satang each, to the parts that lost most by it.
    Raises ValueError when no weight is positive or one is negative.
    """
    shares = [Decimal(weight) for weight in weights]
    if not shares or min(shares) < 0 or sum(shares) <= 0:
        raise ValueError("weights must not be negative and one must be positive")
    satang = to_satang(abs(total))
    sign = -1 if total < 0 else 1
    whole = sum(shares)
    exact = [satang * share / whole for share in shares]
    parts = [int(part) for part in exact]
    losers = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for index in losers[: satang - sum(parts)]:
        parts[index] += 1
    return [from_satang(sign * part) for part in parts]


def format_baht(amount: Decimal) -> str:
    """`฿1,234.50`; without `.00` where the price is whole (domain: language)."""
    amount = baht(amount)
    text = f"{abs(amount):,.2f}".removesuffix(".00")
    return f"{'-' if amount < 0 else ''}฿{text}"
