"""What to make in one week, per workshop and day, across all orders. Reads and pure rules."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from producers.models import Enterprise
from shop.fulfilment.models import Fulfilment
from shop.production.models import Job, ProductionSlot, SlotAllocation, Workshop
from shop.production.services.workshops import planned_until
from shop.production.states import UNMADE, JobState

#: What a workshop has to do with, sold and not made.
TO_MAKE = tuple(state for state in UNMADE if state != JobState.HELD)


@dataclass(frozen=True, slots=True)
class Portion:
    """The units of one job that are made on one day; `part_id` opens the order's part."""

    job: Job
    units: int
    part_id: int | None
    is_at_risk: bool

    @property
    def name(self) -> str:
        line = self.job.line
        if line is not None:
            return line.name
        record = self.job.stockrecord
        return record.product.name if record is not None else ""

    @property
    def answers(self) -> list[dict[str, Any]]:
        """What the buyer answered to the group's questions."""
        return (self.job.line.snapshot.get("answers") if self.job.line else None) or []

    @property
    def is_waiting(self) -> bool:
        return self.job.state == JobState.WAITING

    @property
    def is_begun(self) -> bool:
        return self.job.state == JobState.IN_PRODUCTION

    @property
    def is_all(self) -> bool:
        """The whole job is made on this day."""
        return self.units == self.job.units


@dataclass(slots=True)
class Day:
    day: date
    capacity: int = 0
    portions: list[Portion] = field(default_factory=list)

    @property
    def units(self) -> int:
        return sum(each.units for each in self.portions)


@dataclass(frozen=True, slots=True)
class WorkshopWeek:
    """One workshop's week: its days with work, and the work that has found no day."""

    workshop: Workshop
    days: list[Day]
    without_day: list[Portion]

    @property
    def units(self) -> int:
        return sum(day.units for day in self.days)

    @property
    def capacity(self) -> int:
        return sum(day.capacity for day in self.days)

    @property
    def is_empty(self) -> bool:
        return not self.units and not self.without_day


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def week_of(enterprise: Enterprise, *, monday: date, today: date) -> list[WorkshopWeek]:
    """The week from `monday` on, for each workshop of a group; a fixed number of statements."""
    workshops = list(enterprise.workshops.order_by("pk"))
    sunday = monday + timedelta(days=6)
    days: dict[int, dict[date, Day]] = defaultdict(dict)
    for workshop in workshops:
        for offset in range(7):
            day = monday + timedelta(days=offset)
            days[workshop.pk][day] = Day(day)
    slots = _slots(workshops, monday, sunday)
    for workshop_id, day, capacity in slots:
        days[workshop_id][day].capacity = capacity
    planned = list(_planned(workshops, monday, sunday))
    stuck = list(_stuck(workshops)) if monday <= monday_of(today) else []
    jobs = {each.job.pk: each.job for each in planned} | {job.pk: job for job in stuck}
    last = planned_until(jobs.values())
    parts = _parts(jobs.values())

    def portion(job: Job, units: int) -> Portion:
        at_risk = job.is_at_risk(last.get(job.pk)) or job.due_on < today
        return Portion(job, units, parts.get(job.line_id or 0), at_risk)

    for each in planned:
        days[each.slot.workshop_id][each.slot.day].portions.append(portion(each.job, each.units))
    without: dict[int, list[Portion]] = defaultdict(list)
    for job in stuck:
        without[job.workshop_id].append(portion(job, job.unplanned_units))
    return [
        WorkshopWeek(workshop, list(days[workshop.pk].values()), without[workshop.pk])
        for workshop in workshops
    ]


def _slots(workshops: list[Workshop], first: date, last: date) -> Any:
    return ProductionSlot.objects.filter(
        workshop__in=workshops, day__range=(first, last)
    ).values_list("workshop_id", "day", "capacity")


def _planned(workshops: list[Workshop], first: date, last: date) -> Any:
    return (
        SlotAllocation.objects.filter(
            slot__workshop__in=workshops,
            slot__day__range=(first, last),
            job__state__in=TO_MAKE,
        )
        .select_related("slot", "job__line__order", "job__stockrecord__product__parent")
        .order_by("slot__day", "job__due_on", "job")
    )


def _stuck(workshops: list[Workshop]) -> Any:
    return (
        Job.objects.filter(workshop__in=workshops, state__in=TO_MAKE, unplanned_units__gt=0)
        .select_related("line__order", "stockrecord__product__parent")
        .order_by("due_on", "pk")
    )


def _parts(jobs: Any) -> dict[int, int]:
    """Order line id → the part it belongs to; one statement."""
    lines = [job.line_id for job in jobs if job.line_id]
    return dict(Fulfilment.objects.filter(lines__line__in=lines).values_list("lines__line", "pk"))
