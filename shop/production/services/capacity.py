"""Holding, taking and giving back days of work.

Locks: workshops in pk order, after stock records; whoever changes a workshop's slots, allocations
or jobs holds its row. `slot_never_over_capacity` is the last wall.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from shop.core.models import StateChange
from shop.core.states import move

from ..models import Job, ProductionSlot, SlotAllocation, Workshop
from ..planning import Plan, fill_earliest
from ..promising import Calendar, Promise, read_calendars
from ..states import JOB_TRANSITIONS, UNMADE, JobState, ProofPolicy


@dataclass(frozen=True, slots=True)
class Wanted:
    """One line's work as it was promised: `key` tells the lines of one reference apart."""

    key: str
    stockrecord_id: int | None
    quantity: int
    promise: Promise
    proof: str = ProofPolicy.NONE


class NoCapacity(Exception):
    """This work cannot be done by the promised day any more; nothing was held. `key`: its line."""

    def __init__(self, key: str, promised_on: date):
        super().__init__(f"{key} not by {promised_on}")
        self.key, self.promised_on = key, promised_on


def lock_workshops(ids: Iterable[int]) -> dict[int, Workshop]:
    """The workshops by id, locked in pk order so that baskets never deadlock."""
    return {each.pk: each for each in Workshop.objects.for_update().filter(pk__in=set(ids))}


@transaction.atomic
def hold_capacity(
    *,
    reference: UUID,
    wanted: Iterable[Wanted],
    today: date,
    instead_of: Iterable[UUID] = (),
) -> list[Job]:
    """Keep the days of these works for one checkout; asked again, the hold is changed.

    `instead_of`: references whose holds this one takes over; their days go from hand to hand
    under one lock, so that nobody else gets in between. Raises NoCapacity when one of them cannot
    be finished by the day it was promised for; then nothing has moved.
    """
    works = [each for each in wanted if each.promise.units]
    before = list(
        Job.objects.filter(
            reference__in=[reference, *instead_of], state__in=(JobState.HELD, JobState.RELEASED)
        )
    )
    if not works and not before:
        return []
    workshops = lock_workshops(
        {each.promise.workshop_id or 0 for each in works} | {job.workshop_id for job in before}
    )
    _free_days(job for job in before if job.state == JobState.HELD)
    Job.objects.filter(pk__in=[job.pk for job in before]).delete()
    calendars = read_calendars(workshops.values(), today)
    jobs, plans = [], []
    for each in works:
        job = _job(reference, each)
        plan = plan_within(calendars[job.workshop_id], job)
        if plan is None:
            raise NoCapacity(each.key, each.promise.promised_on)
        calendars[job.workshop_id].take(plan)
        jobs.append(job)
        plans.append(plan)
    Job.objects.bulk_create(jobs)
    allocate(dict(zip(jobs, plans, strict=True)))
    return jobs


@transaction.atomic
def take_capacity(*, reference: UUID, lines: Mapping[str, int | None]) -> bool:
    """The held work is sold: `lines` maps its keys to order line ids (None: it has no line).

    False when some of it is not held (any more); then nothing has moved. What needs a proof
    waits for the buyer's approval, the rest is queued.
    """
    jobs = {job.key: job for job in Job.objects.select_for_update().of(reference)}
    if any(key not in jobs or jobs[key].state != JobState.HELD for key in lines):
        return False
    for key, line_id in lines.items():
        job = jobs[key]
        job.line_id = line_id
        to = JobState.QUEUED if job.proof == ProofPolicy.NONE else JobState.WAITING
        job.state = to
    taken = [jobs[key] for key in lines]
    Job.objects.bulk_update(taken, ["line", "state"])
    StateChange.objects.bulk_create(
        StateChange(
            about_label=Job._meta.label_lower, about_id=job.pk, old=JobState.HELD, new=job.state
        )
        for job in taken
    )
    return True


def is_capacity_held(*, reference: UUID, keys: Iterable[str]) -> bool:
    """Whether the days of these lines are still kept for this checkout, and keep its promise.

    Where the group has closed days meanwhile, work may be held on days that are too late.
    """
    wanted = set(keys)
    held = Job.objects.of(reference).filter(state=JobState.HELD, key__in=wanted)
    return held.count() == len(wanted) and not held.late().exists()


@transaction.atomic
def drop_capacity(*, reference: UUID, by: Any = None, reason: str = "") -> int:
    """Nothing held or taken under this reference is made after all. Safe to repeat."""
    jobs = Job.objects.of(reference).exclude(state=JobState.RELEASED)
    return len(release_jobs(jobs, by=by, reason=reason))


def plan_within(calendar: Calendar, job: Job) -> Plan | None:
    """The earliest free days for a job, if they let it be finished by its due day."""
    plan = fill_earliest(calendar.free, job.units, starts_on=job.starts_on)
    return plan if plan is not None and plan[-1][0] <= job.due_on else None


def allocate(plans: Mapping[Job, Plan]) -> None:
    """Write plans of saved jobs; the caller holds their workshops."""
    wanted: dict[tuple[int, date], int] = defaultdict(int)
    for job, plan in plans.items():
        for day, units in plan:
            wanted[job.workshop_id, day] += units
    if not wanted:
        return
    slots = {
        (slot.workshop_id, slot.day): slot
        for slot in ProductionSlot.objects.filter(
            workshop__in={pk for pk, _ in wanted}, day__in={day for _, day in wanted}
        )
    }
    for place, units in wanted.items():
        slots[place].allocated += units
    ProductionSlot.objects.bulk_update([slots[place] for place in wanted], ["allocated"])
    note_changed({workshop_id for workshop_id, _ in wanted})
    SlotAllocation.objects.bulk_create(
        SlotAllocation(slot=slots[job.workshop_id, day], job=job, units=units)
        for job, plan in plans.items()
        for day, units in plan
    )


def free_days(jobs: Iterable[Job], *, after: date | None = None) -> None:
    """Take jobs off their days (those later than `after`); the caller holds the workshops."""
    _free_days(jobs, after)


def _free_days(jobs: Iterable[Job], after: date | None = None) -> None:
    rows = SlotAllocation.objects.filter(job__in=[job.pk for job in jobs])
    if after is not None:
        rows = rows.filter(slot__day__gt=after)
    freed: dict[int, int] = defaultdict(int)
    for slot_id, units in rows.values_list("slot_id", "units"):
        freed[slot_id] += units
    if not freed:
        return
    slots = list(ProductionSlot.objects.filter(pk__in=freed))
    for slot in slots:
        slot.allocated -= freed[slot.pk]
    ProductionSlot.objects.bulk_update(slots, ["allocated"])
    rows.delete()
    note_changed({slot.workshop_id for slot in slots})


def note_changed(workshop_ids: Iterable[int]) -> None:
    """The free days of these workshops have changed: what their products promise is summed up."""
    Workshop.objects.filter(pk__in=set(workshop_ids), sums_due=False).update(sums_due=True)


def _job(reference: UUID, wanted: Wanted) -> Job:
    promise = wanted.promise
    assert promise.workshop_id is not None
    return Job(
        reference=reference,
        key=wanted.key,
        workshop_id=promise.workshop_id,
        stockrecord_id=wanted.stockrecord_id,
        quantity=wanted.quantity,
        units=promise.units,
        starts_on=promise.starts_on,
        due_on=promise.due_on,
        promised_on=promise.promised_on,
        proof=wanted.proof,
    )


def release_jobs(jobs: Any, *, by: Any = None, reason: str = "") -> list[Job]:
    """These jobs are not made: their days are free. Returns them; their workshops stay locked."""
    ids = list(jobs.values_list("pk", "workshop_id"))
    if not ids:
        return []
    lock_workshops(workshop_id for _, workshop_id in ids)
    found = list(jobs.filter(pk__in=[pk for pk, _ in ids]).select_for_update())
    _free_days([job for job in found if job.state in UNMADE])
    for job in found:
        job.unplanned_units = 0
        move(
            job,
            JobState.RELEASED,
            transitions=JOB_TRANSITIONS,
            by=by,
            reason=reason,
            also=["unplanned_units"],
        )
    return found
