"""An agreed change of sold work: held days become the job's own, days it no longer needs go free.

Days are held before (`hold_capacity`, under the change's own reference) and given back, where
nothing comes of it, by `release_capacity`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shop.core.states import MoveNotAllowed, move

from ..models import Job, ProductionSlot, SlotAllocation
from ..planning import fill_earliest
from ..promising import read_calendars
from ..states import JOB_TRANSITIONS, NOT_BEGUN, JobState
from .capacity import NoCapacity, allocate, lock_workshops, note_changed
from .waiting import offer_freed_days
from .workshops import planned_until, replan_jobs


@dataclass(frozen=True, slots=True)
class ChangedWork:
    """A job as it was agreed: pieces, units in all, and how many of them were held for it.

    `starts_on` is the first day of work; `anew`: not before the buyer has approved a new proof.
    """

    job_id: int
    quantity: int
    units: int
    more: int
    starts_on: date
    due_on: date
    promised_on: date
    anew: bool = False


def key_of(job_id: int) -> str:
    """What the days held for a change of this job are known by."""
    return f"change-{job_id}"


def lock_work_of(line_ids: Iterable[int]) -> None:
    """Hold all workshops of these lines at once, in the house's order."""
    jobs = Job.objects.filter(line__in=list(line_ids))
    lock_workshops(jobs.values_list("workshop_id", flat=True))


@transaction.atomic
def change_jobs(
    *,
    reference: UUID,
    wanted: Iterable[ChangedWork],
    today: date,
    now: datetime | None = None,
    by: Any = None,
) -> list[Job]:
    """The work is as agreed from now on; the days held under `reference` belong to it.

    Days that are no longer needed are offered to the waiting list. Raises NoCapacity when held
    days are gone or, planned anew, too late, and MoveNotAllowed when the work has gone on
    meanwhile; nothing has moved then.
    """
    works = {each.job_id: each for each in wanted}
    if not works:
        return []
    found = Job.objects.filter(pk__in=works)
    workshops = lock_workshops(found.values_list("workshop_id", flat=True))
    jobs = list(found.select_for_update(of=("self",)).order_by("pk"))
    held = {
        job.key: job
        for job in Job.objects.select_for_update(of=("self",)).of(reference)
        if job.state == JobState.HELD
    }
    freed: set[int] = set()
    last = planned_until(held.values())
    for job in jobs:
        each, hold = works[job.pk], held.get(key_of(job.pk))
        if hold is not None and hold.is_at_risk(last.get(hold.pk)):
            raise NoCapacity(job.key, each.promised_on)
        if (hold.units if hold else 0) != max(each.more, 0):
            raise NoCapacity(job.key, each.promised_on)
        _change(job, each, hold, today, freed, by)
    note_changed(workshops)
    if freed:
        offer_freed_days(freed, now=now or timezone.now())
    return jobs


def _change(
    job: Job, each: ChangedWork, hold: Job | None, today: date, freed: set[int], by: Any
) -> None:
    if job.state not in (*NOT_BEGUN, JobState.IN_PRODUCTION) or (
        each.anew and job.state not in NOT_BEGUN
    ):
        raise MoveNotAllowed(job, job.state, JobState.WAITING)
    if each.anew:
        _drop(job, SlotAllocation.objects.filter(job=job, slot__day__lt=each.starts_on))
        job.starts_on, job.unplanned_units = each.starts_on, 0
    if hold is not None:
        job.unplanned_units += hold.unplanned_units
        _hand_over(hold, job)
    # Work already made cannot become less; what is left of it can.
    job.units = max(each.units, _made(job, today))
    job.quantity = each.quantity
    job.due_on = max(job.due_on, each.due_on)
    job.promised_on = max(job.promised_on, each.promised_on)
    if _too_much(job, today):
        freed.add(job.workshop_id)
    also = ["units", "quantity", "unplanned_units", "starts_on", "due_on", "promised_on"]
    if each.anew and job.state == JobState.QUEUED:
        move(job, JobState.WAITING, transitions=JOB_TRANSITIONS, by=by, reason="change", also=also)
    else:
        job.save(update_fields=also)
    _plan_what_is_missing(job, today)


def _hand_over(hold: Job, job: Job) -> None:
    """The held days go from hand to hand; no slot is fuller or emptier by it."""
    own = {each.slot_id: each for each in SlotAllocation.objects.filter(job=job)}
    for each in SlotAllocation.objects.filter(job=hold):
        mine = own.get(each.slot_id)
        if mine is None:
            each.job = job
            each.save(update_fields=["job"])
        else:
            mine.units += each.units
            mine.save(update_fields=["units"])
            each.delete()
    hold.delete()


def _made(job: Job, today: date) -> int:
    """Units that lie behind for work that has begun."""
    if job.state in NOT_BEGUN:
        return 0
    rows = SlotAllocation.objects.filter(job=job, slot__day__lte=today)
    return sum(rows.values_list("units", flat=True))


def _too_much(job: Job, today: date) -> bool:
    """Give back the latest days beyond what the job needs; whether there were any."""
    found = SlotAllocation.objects.filter(job=job).select_related("slot")
    rows = list(found.order_by("-slot__day"))
    extra = sum(row.units for row in rows) + job.unplanned_units - job.units
    if extra <= 0:
        return False
    never = min(extra, job.unplanned_units)
    job.unplanned_units -= never
    extra -= never
    less: dict[int, int] = {}
    for row in rows:
        if extra and row.slot.day > today:
            less[row.pk] = min(row.units, extra)
            extra -= less[row.pk]
    _drop(job, SlotAllocation.objects.filter(pk__in=less), less)
    return bool(less)


def _drop(job: Job, rows: Any, less: Mapping[int, int] | None = None) -> None:
    """Take units (all, or `less` by row) off these days."""
    for row in list(rows.select_related("slot")):
        units = row.units if less is None else less[row.pk]
        slot = ProductionSlot.objects.get(pk=row.slot_id)
        slot.allocated -= units
        slot.save(update_fields=["allocated"])
        if units == row.units:
            row.delete()
        else:
            row.units -= units
            row.save(update_fields=["units"])


def _plan_what_is_missing(job: Job, today: date) -> None:
    """The plan was made anew meanwhile: what has no day looks for one. Raises NoCapacity."""
    planned = sum(SlotAllocation.objects.filter(job=job).values_list("units", flat=True))
    missing = job.units - planned - job.unplanned_units
    if missing <= 0:
        return
    calendar = read_calendars([job.workshop], today)[job.workshop_id]
    plan = fill_earliest(calendar.free, missing, starts_on=job.starts_on)
    taken = set(SlotAllocation.objects.filter(job=job).values_list("slot__day", flat=True))
    if plan and plan[-1][0] <= job.due_on and not taken & {day for day, _ in plan}:
        allocate({job: plan})
        return
    if job in replan_jobs(job.workshop_id, today):
        raise NoCapacity(job.key, job.promised_on)
    job.refresh_from_db()
