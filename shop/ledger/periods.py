"""When a group is paid next. Pure."""

from datetime import date, timedelta

from .states import PayoutPeriod


def next_payout_on(period: str, after: date) -> date:
    """The first day after `after` on which a group with this period is due.

    Weeks end on Sunday, so Mondays; half months on the 1st and the 16th; months on the 1st.
    """
    if period == PayoutPeriod.WEEK:
        return after + timedelta(days=8 - after.isoweekday())
    if period == PayoutPeriod.HALF_MONTH and after.day < 16:
        return after.replace(day=16)
    return (after.replace(day=1) + timedelta(days=32)).replace(day=1)
