"""Thousands of random orders, cancellations, closures, check-ins and nights in one workshop.

After each step: no slot over capacity, no promise earlier than feasible, no promise worse because
of somebody else's cancelling, and none broken by planning anew while a plan that keeps all exists.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID, uuid4

import pytest
from django.db.models import Max

from shop.production import planning
from shop.production.models import Job, Workshop, WorkshopException
from shop.production.promising import promise, promise_date, read_calendars
from shop.production.services import (
    NoCapacity,
    Wanted,
    close_days,
    hold_capacity,
    open_days,
    release_capacity,
    roll_forward,
    workshops,
)
from shop.production.services.workshops import usual_capacity
from shop.production.states import NOT_BEGUN, UNMADE, JobState
from tests.factories import make_workshop, make_woven, record_of
from tests.production.books import check_books

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def few_days(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fewer days ahead than a real workshop has: the same rules, in less time."""
    monkeypatch.setattr(workshops, "BEYOND", 15)


STEPS = 300
FIRST_DAY = date(2026, 11, 21)
#: Each seed lives through STEPS steps: well over two thousand in all.
SEEDS = range(7)


@dataclass
class Village:
    """One workshop, and everything that was promised in it."""

    random: Random
    today: date = FIRST_DAY
    orders: int = 0

    def __post_init__(self) -> None:
        self.workshop: Workshop = make_workshop(
            today=self.today,
            per_day=self.random.randint(1, 5),
            works_on=sorted(self.random.sample(range(1, 8), self.random.randint(4, 7))),
            smallest_batch=self.random.choice([1, 1, 2, 3]),
            buffer_days=self.random.randint(0, 3),
            horizon_days=25,
        )
        self.record = record_of(
            make_woven(
                self.workshop,
                units_per_piece=Decimal(self.random.choice(["1", "0.5", "2"])),
                setup_units=Decimal(self.random.choice(["0", "1"])),
            )
        )

    # --- what may happen ---

    def order(self) -> None:
        quantity = self.random.randint(1, 12)
        before = self.plan()
        calendars = read_calendars([Workshop.objects.get(pk=self.workshop.pk)], self.today)
        shown = promise(self.record, quantity, self.today, calendars)
        if shown is None:
            return
        assert shown.promised_on >= self.earliest(shown.units)
        try:
            [job] = hold_capacity(
                reference=uuid4(),
                wanted=[Wanted("1", self.record.pk, quantity, shown)],
                today=self.today,
            )
        except NoCapacity:
            pytest.fail("nobody else was there")
        self.orders += 1
        Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)
        after = self.plan()
        assert {pk: after[pk] for pk in before} == before
        assert after[job.pk] <= job.due_on

    def cancel(self) -> None:
        job = self.random.choice(list(self.unmade()) or [None])
        if job is None:
            return
        before = self.plan()
        freed_for = self.next_promise()
        Job.objects.filter(pk=job.pk).update(state=JobState.HELD)
        release_capacity(reference=job.reference)
        after = self.plan()
        assert after == {pk: day for pk, day in before.items() if pk != job.pk}
        assert self.next_promise() <= freed_for

    def begin(self) -> None:
        queued = self.unmade().filter(state=JobState.QUEUED, starts_on__lte=self.today)
        if (job := queued.order_by("due_on", "pk").first()) is not None:
            Job.objects.filter(pk=job.pk).update(state=JobState.IN_PRODUCTION)

    def close(self) -> None:
        self.look_at(self.close_some_days)

    def open_again(self) -> None:
        exception = WorkshopException.objects.order_by("?").first()
        if exception is not None:
            self.look_at(lambda: open_days(exception_id=exception.pk, today=self.today))

    def night(self) -> None:
        self.today += timedelta(days=1)
        self.look_at(lambda: roll_forward(workshop_id=self.workshop.pk, today=self.today))

    def fall_silent(self) -> None:
        """The week without an answer; the next closure is an answer again."""
        heard = self.today - timedelta(days=self.random.choice([3, 12, 30]))
        Workshop.objects.filter(pk=self.workshop.pk).update(heard_on=heard)

    # --- looking ---

    def close_some_days(self) -> list[Job]:
        first = self.today + timedelta(days=self.random.randint(1, 20))
        _, broken = close_days(
            workshop_id=self.workshop.pk,
            first_day=first,
            last_day=first + timedelta(days=self.random.randint(0, 6)),
            percent=self.random.choice([0, 30, 50, 100]),
            today=self.today,
        )
        return broken

    def look_at(self, change: Callable[[], list[Job]]) -> None:
        """A change that may plan anew: whoever it names could not be helped by any plan."""
        named = {job.pk for job in change()}
        late = self.late()
        assert named <= late
        if late and named:
            assert not self.all_could_be_kept()
        if self.all_could_be_kept():
            assert not named

    def unmade(self):
        return Job.objects.filter(workshop=self.workshop, state__in=UNMADE)

    def plan(self) -> dict[int, date]:
        rows = self.unmade().annotate(last=Max("allocations__slot__day"))
        return {job.pk: job.last for job in rows}

    def late(self) -> set[int]:
        rows = self.unmade().annotate(last=Max("allocations__slot__day"))
        return {j.pk for j in rows if j.unplanned_units or (j.last and j.last > j.due_on)}

    def next_promise(self) -> date:
        workshop = Workshop.objects.get(pk=self.workshop.pk)
        found = promise(self.record, 3, self.today, read_calendars([workshop], self.today))
        return found.promised_on if found else date.max

    def earliest(self, units: int) -> date:
        """The day on which so many units can be made if nobody else wanted anything."""
        day, made = self.today, 0
        days = [self.today + timedelta(days=n) for n in range(1, 60)]
        usual = usual_capacity(Workshop.objects.get(pk=self.workshop.pk), days)
        while made < units:
            day += timedelta(days=1)
            made += usual[day]
        return day

    def all_could_be_kept(self) -> bool:
        """No stretch of coming days has more due work in it than room (exact, not our planner)."""
        jobs = [
            (max(job.starts_on, self.today + timedelta(days=1)), job.due_on, left)
            for job in self.unmade().prefetch_related("allocations__slot")
            if (left := self.units_left(job))
        ]
        if not jobs:
            return True
        days = [self.today + timedelta(days=n) for n in range(1, 100)]
        usual = usual_capacity(Workshop.objects.get(pk=self.workshop.pk), days)
        for first in {start for start, _, _ in jobs}:
            for last in {due for _, due, _ in jobs}:
                need = sum(n for start, due, n in jobs if start >= first and due <= last)
                if need > sum(usual[day] for day in days if first <= day <= last):
                    return False
        return True

    def units_left(self, job: Job) -> int:
        if job.state in NOT_BEGUN:
            return job.units
        done = sum(a.units for a in job.allocations.all() if a.slot.day <= self.today)
        return job.units - done


@pytest.mark.parametrize("seed", SEEDS)
def test_a_workshop_keeps_its_word_through_everything(seed: int) -> None:
    village = Village(Random(seed))
    random = village.random
    ways = [
        (village.order, 45),
        (village.cancel, 14),
        (village.begin, 12),
        (village.night, 14),
        (village.close, 6),
        (village.open_again, 5),
        (village.fall_silent, 4),
    ]
    steps = random.choices([way for way, _ in ways], [weight for _, weight in ways], k=STEPS)
    for number, step in enumerate(steps):
        step()
        if number % 10 == 0:
            check_books(village.workshop)
    check_books(village.workshop)
    assert village.orders > 20


def test_the_simulation_would_notice_a_planner_that_takes_the_last_comer_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The proof that the invariants bite: planned in another order, a promise breaks needlessly."""

    def last_due_first(capacity, works):
        works = list(works)
        turned = [
            planning.Work(
                w.key, w.units, w.starts_on, date.fromordinal(4_000_000 - w.due_on.toordinal())
            )
            for w in works
        ]
        found = planning.plan_by_due_date(capacity, turned)
        return planning.Planned(found.plans, found.unplanned)

    monkeypatch.setattr(workshops, "plan_by_due_date", last_due_first)
    with pytest.raises(AssertionError):
        _live_through_all()


def _live_through_all() -> None:
    for seed in SEEDS:
        test_a_workshop_keeps_its_word_through_everything(seed)


def test_a_reference_can_be_any_holder() -> None:
    """The order book does not care who holds: a checkout, a quote, a waiting list's offer."""
    looms = make_workshop(today=FIRST_DAY)
    record = record_of(make_woven(looms))
    shown = promise(record, 2, FIRST_DAY, read_calendars([looms], FIRST_DAY))
    assert shown is not None
    reference = UUID(int=7)
    hold_capacity(reference=reference, wanted=[Wanted("a", None, 2, shown)], today=FIRST_DAY)
    hold_capacity(reference=reference, wanted=[Wanted("a", None, 2, shown)], today=FIRST_DAY)
    assert Job.objects.count() == 1
    assert promise_date(record, 1, FIRST_DAY) == FIRST_DAY + timedelta(days=3)
    check_books(looms)
