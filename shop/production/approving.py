"""What an approval given today would mean for the promised day. Reads; changes nothing.

A promise leaves the buyer some days to approve (`settings.PROOF_DAYS`). Approved within them,
everything stays. Approved later, the work looks for other days: first among the free ones, then
by planning the whole workshop anew; only where neither keeps the promise does it move, and never
at the cost of somebody else's (docs/algorithms/promise-date.md, approving).
"""

from dataclasses import dataclass
from datetime import date, timedelta

from .models import Job, ProductionSlot, SlotAllocation
from .planning import Plan, Work, fill_earliest, plan_by_due_date
from .promising import calendar_of
from .states import NOT_BEGUN


@dataclass(frozen=True, slots=True)
class Approval:
    """The days of a job that is approved today. `plan` is None where the planned days stay, and
    where the workshop's whole plan is made anew (`anew`)."""

    starts_on: date
    due_on: date
    promised_on: date
    plan: Plan | None = None
    anew: bool = False


def if_approved(job: Job, *, today: date, buffer_days: int, packing_days: int) -> Approval | None:
    """What approving `job` today would lead to; None where no free day is left for it.

    `buffer_days` and `packing_days` (working days) are those the promise was reckoned with. A
    handful of statements, whatever the order book, unless the workshop must be planned anew.
    """
    if today < job.starts_on:
        return Approval(job.starts_on, job.due_on, job.promised_on)
    starts_on = today + timedelta(days=1)
    own = dict(SlotAllocation.objects.filter(job=job).values_list("slot", "units"))
    rows = list(
        ProductionSlot.objects.filter(workshop=job.workshop_id, day__gt=today)
        .order_by("day")
        .values_list("pk", "day", "capacity", "allocated")
    )
    free = {day: capacity - used + own.get(pk, 0) for pk, day, capacity, used in rows}
    plan = fill_earliest(free, job.units, starts_on=starts_on)
    if plan is not None and plan[-1][0] <= job.due_on:
        return Approval(starts_on, job.due_on, job.promised_on, plan)
    if _all_fits_anew(job, today, {day: capacity for _, day, capacity, _ in rows}):
        return Approval(starts_on, job.due_on, job.promised_on, anew=True)
    if plan is None:
        return None
    calendar = calendar_of(job.workshop, ((day, cap, used) for _, day, cap, used in rows), today)
    due_on = calendar.working_day_after(plan[-1][0], buffer_days)
    promised_on = due_on and calendar.working_day_after(due_on, packing_days)
    if due_on is None or promised_on is None:
        return None
    return Approval(starts_on, due_on, max(promised_on, job.promised_on), plan)


def _all_fits_anew(job: Job, today: date, rooms: dict[date, int]) -> bool:
    """Whether all unmade work of the workshop, this job among it, keeps its due days."""
    first = today + timedelta(days=1)
    jobs = list(Job.objects.unmade().filter(workshop=job.workshop_id))
    behind: dict[int, int] = {}
    for job_id, units in SlotAllocation.objects.filter(
        job__in=[each.pk for each in jobs if each.state not in NOT_BEGUN], slot__day__lte=today
    ).values_list("job", "units"):
        behind[job_id] = behind.get(job_id, 0) + units
    works = [
        Work(each.pk, left, max(each.starts_on, first), each.due_on)
        for each in jobs
        if (left := each.units - behind.get(each.pk, 0)) > 0
    ]
    return not plan_by_due_date(rooms, works).late(works)
