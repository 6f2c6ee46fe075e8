"""A group's workshops as its screens show them: days, open questions, silence. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from producers.models import Enterprise
from shop.oscar.order.models import Line
from shop.production.models import (
    CheckIn,
    Job,
    ProductionSlot,
    PublicHoliday,
    Workshop,
    WorkshopException,
)
from shop.production.promising import SILENCE_HALVES_AFTER, percent_promised

#: Weeks that the calendar shows at once, and as many more on each further page.
WEEKS = 4


@dataclass(frozen=True, slots=True)
class Silence:
    """A workshop nobody has heard of for so many days, and the percent still promised of it."""

    workshop: Workshop
    days: int
    percent: int


@dataclass(frozen=True, slots=True)
class AtRisk:
    """Sold work that no plan keeps: the order, what it is, and the day that was promised."""

    job: Job
    line: Line | None

    @property
    def order_number(self) -> str:
        return self.line.order.number if self.line else ""

    @property
    def name(self) -> str:
        return self.line.name if self.line else ""


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a workshop: what is free of it, and why it is closed where it is."""

    day: date
    capacity: int
    allocated: int
    reason: str = ""

    @property
    def free(self) -> int:
        return max(self.capacity - self.allocated, 0)


@dataclass(frozen=True, slots=True)
class Week:
    """One week, Monday first; days gone by are left out."""

    first: date
    days: list[Day]

    @property
    def capacity(self) -> int:
        return sum(each.capacity for each in self.days)

    @property
    def free(self) -> int:
        return sum(each.free for each in self.days)


def workshops_of(enterprise: Enterprise) -> list[Workshop]:
    return list(Workshop.objects.filter(enterprise=enterprise).order_by("pk"))


def questions_of(enterprise: Enterprise, today: date) -> list[CheckIn]:
    """The latest question to each workshop, where it waits for an answer."""
    rows = (
        CheckIn.objects.still_open(today)
        .filter(workshop__enterprise=enterprise, workshop__is_open=True)
        .select_related("workshop")
        .order_by("workshop", "-week")
    )
    latest: dict[int, CheckIn] = {}
    for row in rows:
        latest.setdefault(row.workshop_id, row)
    return [row for row in latest.values() if not row.answer]


def silences_of(enterprise: Enterprise, today: date) -> list[Silence]:
    """Workshops of which less is promised because nobody has been heard."""
    rows = Workshop.objects.selling().filter(enterprise=enterprise)
    return [
        Silence(row, (today - row.heard_on).days, percent_promised(row, today))
        for row in rows.not_heard_since(today - timedelta(days=SILENCE_HALVES_AFTER))
    ]


def jobs_at_risk(workshops: Iterable[Workshop]) -> list[AtRisk]:
    """Sold work of these workshops that cannot be kept as planned now."""
    jobs = Job.objects.at_risk().filter(workshop__in=list(workshops))
    return named(jobs.select_related("line__order", "line__product"))


def named(jobs: Iterable[Job]) -> list[AtRisk]:
    """Jobs with what was sold; held ones are nobody's promise yet and left out."""
    return [AtRisk(job, job.line) for job in jobs if job.line_id]


def weeks_of(workshop: Workshop, today: date, *, skip: int = 0) -> list[Week]:
    """`WEEKS` weeks of days from tomorrow on, after `skip` weeks; three statements."""
    monday = today - timedelta(days=today.isoweekday() - 1)
    first = monday + timedelta(weeks=skip)
    last = first + timedelta(weeks=WEEKS, days=-1)
    slots = ProductionSlot.objects.filter(
        workshop=workshop, day__gt=today, day__gte=first, day__lte=last
    ).order_by("day")
    reasons = _reasons(workshop, first, last)
    weeks: dict[date, list[Day]] = {}
    for slot in slots:
        begins = slot.day - timedelta(days=slot.day.isoweekday() - 1)
        day = Day(slot.day, slot.capacity, slot.allocated, reasons.get(slot.day, ""))
        weeks.setdefault(begins, []).append(day)
    return [Week(begins, days) for begins, days in weeks.items()]


def exceptions_of(workshop: Workshop, today: date) -> list[WorkshopException]:
    """Closures and busy times that are not over yet."""
    rows = workshop.exceptions.filter(last_day__gt=today).select_related("check_in")
    return list(rows.order_by("first_day", "pk"))


def _reasons(workshop: Workshop, first: date, last: date) -> dict[date, str]:
    """Why days are not as usual: the public holiday, or what the group wrote."""
    found: dict[date, str] = {}
    for each in workshop.exceptions.filter(first_day__lte=last, last_day__gte=first).order_by("pk"):
        day = max(each.first_day, first)
        while day <= min(each.last_day, last):
            found[day] = each.reason
            day += timedelta(days=1)
    if workshop.keeps_holidays:
        for holiday in PublicHoliday.objects.filter(day__gte=first, day__lte=last):
            found[holiday.day] = holiday.name
    return found
