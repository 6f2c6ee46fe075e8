"""When a group can hand a parcel to the carrier. Pure rules over rows and a day.

The rules are told in docs/algorithms/promise-date.md.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

#: Working days to pack what is ready, and to pack what has just been made.
PACKING_DAYS_READY = 2
PACKING_DAYS_MADE = 1
RULE_VERSION = 1
EVERY_DAY_BUT_SUNDAY = (1, 2, 3, 4, 5, 6)


def promise_date(stockrecord: Any, quantity: int, today: date) -> date:
    """The last day the group promises to hand `quantity` pieces to the carrier.

    Counted in the group's own working days from the day after `today`: for ready stock the
    days to pack, for goods made to order the days to make and one day to pack. Raises
    ValueError for a quantity below 1.
    """
    if quantity < 1:
        raise ValueError("at least one piece can be promised")
    return promise_in_days(days_needed(stockrecord), works_on_of(stockrecord), today)


def days_needed(stockrecord: Any) -> int:
    """Working days from the order to the carrier."""
    if stockrecord.is_made_to_order:
        return stockrecord.lead_days + PACKING_DAYS_MADE
    return PACKING_DAYS_READY


def promise_for_card(product: Any, today: date) -> date | None:
    """The earliest promise a product card can show, from the product's own summary."""
    works_on = _days(product.enterprise.works_on)
    if product.ready_pieces:
        return promise_in_days(PACKING_DAYS_READY, works_on, today)
    if product.takes_orders and product.first_lead_days is not None:
        return promise_in_days(product.first_lead_days + PACKING_DAYS_MADE, works_on, today)
    return None


def promise_in_days(days: int, works_on: Sequence[int], today: date) -> date:
    """The `days`-th working day after `today`."""
    weeks, rest = divmod(days, len(works_on))
    day = today + timedelta(weeks=weeks)
    if not rest and days:
        rest, day = len(works_on), day - timedelta(weeks=1)
    while rest:
        day += timedelta(days=1)
        if day.isoweekday() in works_on:
            rest -= 1
    return day


def works_on_of(stockrecord: Any) -> Sequence[int]:
    return _days(stockrecord.partner.enterprise.works_on)


def _days(works_on: Sequence[int] | None) -> Sequence[int]:
    """ISO weekdays; a group that has not said works every day but Sunday."""
    return sorted({day for day in works_on or () if 1 <= day <= 7}) or EVERY_DAY_BUT_SUNDAY
