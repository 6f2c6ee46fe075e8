"""A price in its named parts. Pure; no reads. See docs/algorithms/rounding.md and ledger.md."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from shop.core.money import ZERO, baht, split_exactly

#: What a more specific rule names weighs more than everything less specific together.
WEIGHTS = {"enterprise_id": 8, "programme": 4, "province_code": 2, "product_type": 1}


@dataclass(frozen=True, slots=True)
class Rate:
    """Percent of a base and baht, within bounds; `rule` and `version` tell where it comes from."""

    percent: Decimal = ZERO
    fixed: Decimal = ZERO
    minimum: Decimal = ZERO
    most: Decimal | None = None
    rule: int | None = None
    version: int = 0

    def of(self, base: Decimal) -> Decimal:
        """The fee in baht on this base, rounded half up once."""
        fee = max(baht(base * self.percent / 100 + self.fixed), self.minimum)
        return fee if self.most is None else min(fee, self.most)

    def snapshot(self, base: Decimal) -> dict[str, Any]:
        """Plain values for the line that was sold at this rate."""
        return {
            "percent": str(self.percent),
            "fixed": str(self.fixed),
            "minimum": str(self.minimum),
            "most": None if self.most is None else str(self.most),
            "rule": self.rule,
            "version": self.version,
            "base": str(base),
        }


NOTHING = Rate()


@dataclass(frozen=True, slots=True)
class PriceParts:
    """Baht of one price; the four parts sum to it and none is negative."""

    price: Decimal
    share: Decimal
    platform_fee: Decimal
    payment_fee: Decimal
    vat: Decimal

    def __post_init__(self) -> None:
        parts = (self.share, self.platform_fee, self.payment_fee, self.vat)
        if sum(parts) != self.price or min(parts) < 0:
            raise ValueError(f"{parts} are no parts of {self.price}")


def price_parts(
    price: Decimal,
    *,
    fee: Rate = NOTHING,
    payment_fee: Decimal = ZERO,
    vat_percent: Decimal = ZERO,
) -> PriceParts:
    """The parts of one line's price (baht): VAT inside it, payment fee, platform fee, the share.

    `payment_fee` is this line's part of the order's. What is asked for is taken in this order
    and never more than is left, so that a fee cannot eat more than the price.
    """
    vat = baht(price * vat_percent / (100 + vat_percent))
    payment = min(payment_fee, price - vat)
    platform = min(fee.of(price), price - vat - payment)
    return PriceParts(price, price - vat - payment - platform, platform, payment, vat)


def payment_fees(prices: Sequence[Decimal], rate: Rate) -> list[Decimal]:
    """The payment fee of a whole order, split over its lines and deliveries by their prices."""
    total = sum(prices, ZERO)
    if not total:
        return [ZERO for _ in prices]
    return split_exactly(min(rate.of(total), total), prices)


def most_specific(rules: Iterable[Any], **facts: Any) -> Any | None:
    """The rule that holds for these facts and names most of them; None where none holds.

    `facts`: enterprise_id, province_code, product_type, programmes (a set of slugs). The group
    weighs more than programme, province and type together, and so on; of equals the one that
    began last.
    """
    fitting = [rule for rule in rules if _holds_for(rule, facts)]
    return max(fitting, key=_standing, default=None)


def _holds_for(rule: Any, facts: dict[str, Any]) -> bool:
    for name, wanted in rule.scope.items():
        if not wanted:
            continue
        if name == "programme":
            if wanted not in facts.get("programmes", ()):
                return False
        elif wanted != facts.get(name):
            return False
    return True


def _standing(rule: Any) -> tuple[int, Any, int]:
    weight = sum(WEIGHTS[name] for name, wanted in rule.scope.items() if wanted)
    return weight, rule.valid_from, rule.pk


def take_proportionally(amount: Decimal, left: Sequence[Decimal]) -> list[Decimal]:
    """`amount` (baht) taken from what is left, in proportion; never more than is left of any."""
    if not amount:
        return [ZERO for _ in left]
    return split_exactly(amount, left)
