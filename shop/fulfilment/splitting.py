"""Deposit and balance: one fixed total in two payments, exact to the satang. Pure; no reads."""

from collections.abc import Sequence
from decimal import Decimal

from shop.core.money import ZERO, split_exactly

#: What of one group's part is paid when finished, by the price of its goods on deposit.
HALVES = (1, 1)


def balances(
    on_deposit: Sequence[Decimal], *, total: Decimal, threshold: Decimal, least: Decimal = ZERO
) -> list[Decimal]:
    """Baht of each part that are due when it is finished.

    `on_deposit` is what goods of each part cost whose terms say half now, half later; `total` is
    the whole order's. Below the `threshold` everything is paid at once, and so is a part whose
    second half would be below `least`, which nobody could pay. Of an odd satang the buyer pays the
    larger half first.
    """
    if total < threshold:
        return [ZERO for _ in on_deposit]
    halves = [split_exactly(goods, HALVES)[1] if goods else ZERO for goods in on_deposit]
    return [half if half >= least else ZERO for half in halves]
