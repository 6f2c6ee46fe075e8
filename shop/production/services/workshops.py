"""Workshops and their days: opened ahead, closed for harvest and feasts, planned anew."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Q, Sum

from producers.models import Enterprise
from shop.oscar.partner.models import StockRecord

from ..models import (
    TERMS_FIELDS,
    Job,
    MadeToOrderTerms,
    ProcessingProfile,
    ProductionSlot,
    PublicHoliday,
    SlotAllocation,
    Workshop,
    WorkshopException,
)
from ..planning import Plan, Planned, Work, plan_by_due_date
from ..promising import days_of
from ..states import NOT_BEGUN
from .capacity import allocate, lock_workshops, note_changed

#: Slots are opened so many days beyond the horizon, for work that has to be planned late.
BEYOND = 60
#: What `set_pattern` may write.
PATTERN = (
    "name_th", "name_en", "unit", "per_day", "works_on", "keeps_holidays", "smallest_batch",
    "horizon_days", "is_open",
)  # fmt: skip


@transaction.atomic
def open_workshop(*, enterprise: Enterprise, today: date, **facts: Any) -> Workshop:
    """A new workshop of a group, with its days opened up to the horizon. `facts`: PATTERN."""
    facts.setdefault("works_on", enterprise.works_on)
    workshop = Workshop.objects.create(enterprise=enterprise, heard_on=today, **_known_facts(facts))
    open_slots(workshop, today=today)
    return workshop


@transaction.atomic
def set_pattern(*, workshop_id: int, today: date, **facts: Any) -> Workshop:
    """How a workshop works from tomorrow on; the group has been heard. `facts`: PATTERN."""
    workshop = lock_workshops([workshop_id])[workshop_id]
    for name, value in _known_facts(facts).items():
        setattr(workshop, name, value)
    workshop.heard_on = today
    workshop.save()
    open_slots(workshop, today=today)
    reckon_capacity(workshop, today=today)
    return workshop


@transaction.atomic
def close_days(
    *,
    workshop_id: int,
    first_day: date,
    last_day: date,
    today: date,
    percent: int = 0,
    reason: str = "",
    check_in: Any = None,
) -> tuple[WorkshopException, list[Job]]:
    """On these days the workshop makes only `percent` of its usual; said twice, it is said once.

    Returns the exception and the jobs whose promise can no longer be kept by any plan; the
    caller lets the group tell the buyers.
    """
    workshop = lock_workshops([workshop_id])[workshop_id]
    facts = {
        "first_day": first_day,
        "last_day": last_day,
        "percent": percent,
        "reason": reason,
        "check_in": check_in,
    }
    workshop.exceptions.filter(**facts).delete()  # the newest wins, so it is written anew
    exception = WorkshopException.objects.create(workshop=workshop, **facts)
    _note_heard(workshop, today)
    return exception, reckon_capacity(workshop, today=today)


@transaction.atomic
def open_days(*, exception_id: int, today: date) -> list[Job]:
    """An exception is taken back: the days are as usual again. Returns jobs still at risk."""
    exception = WorkshopException.objects.get(pk=exception_id)
    workshop = lock_workshops([exception.workshop_id])[exception.workshop_id]
    exception.delete()
    _note_heard(workshop, today)
    return reckon_capacity(workshop, today=today)


def open_slots(workshop: Workshop, *, today: date) -> int:
    """Rows for each day up to the horizon and a little beyond; safe to repeat."""
    last = today + timedelta(days=workshop.horizon_days + BEYOND)
    opened = workshop.slots.aggregate(last=Max("day"))["last"]
    first = max(today, opened + timedelta(days=1)) if opened else today
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    if days:
        usual = usual_capacity(workshop, days)
        ProductionSlot.objects.bulk_create(
            [ProductionSlot(workshop=workshop, day=d, capacity=usual[d]) for d in days],
            ignore_conflicts=True,
        )
    return len(days)


def usual_capacity(workshop: Workshop, days: Iterable[date]) -> dict[date, int]:
    """Units per day by weekly pattern, public holidays and exceptions; the last exception wins.

    Parts of a unit add up over the days of an exception. A workshop that takes no new work still
    has its days: what is promised is made.
    """
    found = dict.fromkeys(sorted(days), 0)
    first, last = min(found), max(found)
    exceptions = list(
        workshop.exceptions.filter(first_day__lte=last, last_day__gte=first).order_by("pk")
    )
    first = min([first, *(each.first_day for each in exceptions)])
    works = works_between(workshop, first, last)
    for day in found:
        found[day] = workshop.per_day if day in works else 0
    for each in exceptions:
        made, share = 0, 0
        for day in _days(each.first_day, min(each.last_day, last)):
            if day in works:
                share += workshop.per_day * each.percent
                if day in found:
                    found[day] = share // 100 - made
                made = share // 100
    return found


def works_between(workshop: Workshop, first: date, last: date) -> set[date]:
    """The days from first to last on which the workshop works by weekly pattern and holidays."""
    works_on = days_of(workshop.works_on)
    works = {day for day in _days(first, last) if day.isoweekday() in works_on}
    if workshop.keeps_holidays:
        holidays = PublicHoliday.objects.filter(day__gte=first, day__lte=last)
        works -= set(holidays.values_list("day", flat=True))
    return works


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def reckon_capacity(workshop: Workshop, *, today: date) -> list[Job]:
    """Write each future day's capacity anew and, where work no longer fits, plan anew.

    The caller holds the workshop. Returns jobs whose promise no plan can keep.
    """
    note_changed([workshop.pk])
    slots = list(workshop.slots.filter(day__gt=today).order_by("day"))
    if not slots:
        return []
    usual = usual_capacity(workshop, [slot.day for slot in slots])
    changed = [slot for slot in slots if slot.capacity != usual[slot.day]]
    grows = any(usual[slot.day] > slot.capacity for slot in changed)
    fits = all(slot.allocated <= usual[slot.day] for slot in changed)
    if fits:
        for slot in changed:
            slot.capacity = usual[slot.day]
        ProductionSlot.objects.bulk_update(changed, ["capacity"])
        waiting = grows and Job.objects.filter(workshop=workshop).late().exists()
        return replan_jobs(workshop.pk, today) if waiting else []
    return replan_jobs(workshop.pk, today, capacity=usual)


@transaction.atomic
def replan_workshop(*, workshop_id: int, today: date) -> list[Job]:
    """Plan all unmade work of a workshop anew, earliest due first. Returns jobs at risk."""
    lock_workshops([workshop_id])
    return replan_jobs(workshop_id, today)


@transaction.atomic
def roll_forward(*, workshop_id: int, today: date) -> list[Job]:
    """A new day: slots are opened, and work not begun on days gone by finds other days.

    Returns jobs whose promise no plan can keep any more.
    """
    workshop = lock_workshops([workshop_id])[workshop_id]
    open_slots(workshop, today=today)
    missed = SlotAllocation.objects.filter(
        job__workshop=workshop, job__state__in=NOT_BEGUN, slot__day__lt=today
    )
    stuck = Job.objects.unmade().filter(workshop=workshop, unplanned_units__gt=0)
    if missed.exists() or stuck.exists():
        return replan_jobs(workshop.pk, today)
    return []


def replan_jobs(
    workshop_id: int, today: date, *, capacity: Mapping[date, int] | None = None
) -> list[Job]:
    """Plan all unmade work from tomorrow on. The caller holds the workshop.

    Work in production keeps the days it has had; what nobody has begun is planned whole.
    """
    jobs = list(Job.objects.unmade().filter(workshop=workshop_id).order_by("due_on", "pk"))
    old = SlotAllocation.objects.filter(job__in=[job.pk for job in jobs]).values("slot")
    slots = {
        slot.day: slot
        for slot in ProductionSlot.objects.filter(
            Q(day__gt=today) | Q(pk__in=old), workshop=workshop_id
        ).order_by("day")
    }
    done = _units_done(jobs, today)
    works = [
        Work(job.pk, left, max(job.starts_on, today + timedelta(days=1)), job.due_on)
        for job in jobs
        if (left := job.units - done.get(job.pk, 0)) > 0
    ]
    rooms = {
        day: slot.capacity if capacity is None else capacity.get(day, slot.capacity)
        for day, slot in slots.items()
        if day > today
    }
    planned = plan_by_due_date(rooms, works)
    _write_plan(jobs, slots, rooms, planned, today)
    late = set(planned.late(works))
    return [job for job in jobs if job.pk in late]


def planned_until(jobs: Iterable[Job]) -> dict[int, date]:
    """Job id → the last day it is planned for; one statement."""
    rows = SlotAllocation.objects.filter(job__in=[job.pk for job in jobs]).order_by()
    return dict(rows.values_list("job").annotate(last=Max("slot__day")))


@transaction.atomic
def set_making(
    *, stockrecord_id: int, profile: ProcessingProfile | None = None, **terms: Any
) -> MadeToOrderTerms:
    """How a stock record is made to order: by a profile's terms, or by its own (TERMS_FIELDS)."""
    if profile is not None:
        terms = {name: getattr(profile, name) for name in TERMS_FIELDS}
    record = StockRecord.objects.select_for_update(of=("self",)).get(pk=stockrecord_id)
    found, _ = MadeToOrderTerms.objects.update_or_create(
        stockrecord=record, defaults={**terms, "profile": profile}
    )
    note_changed([found.workshop_id])
    return found


def _units_done(jobs: list[Job], today: date) -> dict[int, int]:
    """Units that lie behind: what was planned up to today for work in production."""
    begun = [job.pk for job in jobs if job.state not in NOT_BEGUN]
    rows = SlotAllocation.objects.filter(job__in=begun, slot__day__lte=today).order_by()
    return dict(rows.values_list("job").annotate(done=Sum("units")))


def _write_plan(
    jobs: list[Job],
    slots: dict[date, ProductionSlot],
    rooms: Mapping[date, int],
    planned: Planned,
    today: date,
) -> None:
    begun = {job.pk for job in jobs if job.state not in NOT_BEGUN}
    old = SlotAllocation.objects.filter(job__in=[job.pk for job in jobs]).select_related("slot")
    goes = [each for each in old if each.slot.day > today or each.job_id not in begun]
    freed: dict[date, int] = defaultdict(int)
    for each in goes:
        freed[each.slot.day] += each.units
    SlotAllocation.objects.filter(pk__in=[each.pk for each in goes]).delete()
    changed = []
    for day, slot in slots.items():
        allocated = slot.allocated - freed.get(day, 0)
        capacity = rooms.get(day, slot.capacity)
        if (allocated, capacity) != (slot.allocated, slot.capacity):
            slot.allocated, slot.capacity = allocated, capacity
            changed.append(slot)
    ProductionSlot.objects.bulk_update(changed, ["allocated", "capacity"])
    by_pk = {job.pk: job for job in jobs}
    plans: dict[Job, Plan] = {by_pk[pk]: plan for pk, plan in planned.plans.items() if plan}
    allocate(plans)
    for job in jobs:
        job.unplanned_units = planned.unplanned.get(job.pk, 0)
    Job.objects.bulk_update(jobs, ["unplanned_units"])


def _note_heard(workshop: Workshop, today: date) -> None:
    workshop.heard_on = today
    workshop.save(update_fields=["heard_on"])


def _known_facts(facts: dict[str, Any]) -> dict[str, Any]:
    if unknown := set(facts) - set(PATTERN):
        raise TypeError(f"a workshop has no {', '.join(sorted(unknown))}")
    return facts
