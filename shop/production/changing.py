"""What an agreed change would mean for one job's days. Reads; changes nothing.

The days a job has already count as free for it: only what is more looks for other free days. Where
the buyer has to approve a new proof, the whole work begins later (docs/algorithms/
changing-an-order.md, days).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from .models import Job, SlotAllocation
from .planning import fill_earliest
from .promising import Calendar, Promise


class NoFreeDays(Exception):
    """What the change adds to `job` finds no free days within the workshop's horizon."""

    def __init__(self, job: Job):
        super().__init__(str(job))
        self.job = job


@dataclass(frozen=True, slots=True)
class WorkOtherwise:
    """One job as it would be: `quantity` pieces, `units` in all.

    `promise` holds the `more` units that need days of their own; None where none are needed.
    `anew`: it waits for a new proof and begins on `starts_on`. `due_on` and `promised_on` are the
    first that its plan can keep.
    """

    job: Job
    quantity: int
    units: int
    starts_on: date
    due_on: date
    promised_on: date
    promise: Promise | None = None
    anew: bool = False


def work_otherwise(
    job: Job,
    *,
    quantity: int,
    need: Decimal,
    begins_on: date,
    calendar: Calendar,
    packing_days: int,
    anew: bool = False,
) -> WorkOtherwise:
    """What `quantity` pieces needing `need` units mean for a job; takes the days of `calendar`.

    `begins_on` is the first day on which more work may begin; with `anew`, all of it. Raises
    NoFreeDays.
    """
    units = calendar.need(need)
    starts_on = max(begins_on, job.starts_on)
    own = [(day, n) for day, n in _days_of(job) if not anew or day >= starts_on]
    had = sum(n for _, n in own) if anew else job.units
    more, end = units - had, _end_of(own, units)
    plan = None
    if more > 0:
        plan = fill_earliest(calendar.free, more, starts_on=starts_on)
        if plan is None:
            raise NoFreeDays(job)
        calendar.take(plan)
        end = max(end or plan[-1][0], plan[-1][0])
    if end is None or (more <= 0 and not anew):
        days = (job.starts_on, job.due_on, job.promised_on)
        return WorkOtherwise(job, quantity, units, *days)
    due_on = calendar.working_day_after(end, calendar.buffer_days)
    promised_on = due_on and calendar.working_day_after(due_on, packing_days)
    if due_on is None or promised_on is None:
        raise NoFreeDays(job)
    promise = None
    if plan is not None:
        buffer, workshop = calendar.buffer_days, job.workshop_id
        promise = Promise(
            promised_on, starts_on, due_on, more, plan, buffer, packing_days, workshop
        )
    first = starts_on if anew else job.starts_on
    return WorkOtherwise(job, quantity, units, first, due_on, promised_on, promise, anew)


def need_of(job: Job, terms: Any, *, quantity: int, more_units: Decimal) -> Decimal:
    """Units for so many pieces by the terms as they are now; where they have gone, as it was."""
    if terms is None or terms.workshop_id != job.workshop_id:
        return Decimal(job.units) / job.quantity * quantity
    return Decimal(terms.setup_units + quantity * terms.units_per_piece + more_units)


def first_day_after(day: date, *, proof_days: int = 0) -> date:
    """The first day of work that is agreed on `day` at the latest."""
    return day + timedelta(days=proof_days + 1)


def _days_of(job: Job) -> list[tuple[date, int]]:
    rows = SlotAllocation.objects.filter(job=job).order_by("slot__day")
    return list(rows.values_list("slot__day", "units"))


def _end_of(own: list[tuple[date, int]], units: int) -> date | None:
    """The day on which the first `units` of these days are used up."""
    end = None
    for day, n in own:
        if units <= 0:
            break
        end, units = day, units - n
    return end
