"""Filling days: the first free units, and earliest due date first."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shop.production.planning import Work, fill_earliest, plan_by_due_date

MONDAY = date(2026, 11, 23)
DAYS = 10


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def test_the_first_free_units_are_taken_from_the_start_on() -> None:
    free = {day(0): 5, day(1): 2, day(2): 0, day(3): 4}
    assert fill_earliest(free, 5, starts_on=day(1)) == ((day(1), 2), (day(3), 3))
    assert free == {day(0): 5, day(1): 2, day(2): 0, day(3): 4}


def test_more_than_all_days_hold_is_not_planned() -> None:
    assert fill_earliest({day(0): 2, day(1): 2}, 5, starts_on=day(0)) is None


def test_what_is_due_first_is_made_first_among_what_may_begin() -> None:
    long = Work(1, 4, day(0), day(5))
    short = Work(2, 2, day(1), day(2))
    planned = plan_by_due_date({day(n): 1 for n in range(8)}, [long, short])
    assert [d for d, _ in planned.plans[1]] == [day(0), day(3), day(4), day(5)]
    assert [d for d, _ in planned.plans[2]] == [day(1), day(2)]
    assert planned.late([long, short]) == []


def test_units_without_a_day_are_told() -> None:
    work = Work(7, 3, day(0), day(0))
    planned = plan_by_due_date({day(0): 1, day(1): 1}, [work])
    assert planned.unplanned == {7: 1}
    assert planned.late([work]) == [7]


works = st.lists(
    st.builds(
        lambda key, units, start, slack: (key, units, start, slack),
        st.integers(0, 10_000),
        st.integers(1, 9),
        st.integers(0, DAYS - 1),
        st.integers(0, DAYS),
    ),
    max_size=8,
    unique_by=lambda row: row[0],
).map(
    lambda rows: [
        Work(key, units, day(start), day(min(start + slack, DAYS - 1)))
        for key, units, start, slack in rows
    ]
)
capacities = st.lists(st.integers(0, 8), min_size=DAYS, max_size=DAYS).map(
    lambda units: {day(n): each for n, each in enumerate(units)}
)


def is_feasible(capacity: dict[date, int], jobs: list[Work]) -> bool:
    """Whether any plan keeps all due days: no stretch of days has more work than room in it."""
    for first in range(DAYS):
        for last in range(first, DAYS):
            inside = [w for w in jobs if w.starts_on >= day(first) and w.due_on <= day(last)]
            room = sum(capacity[day(n)] for n in range(first, last + 1))
            if sum(work.units for work in inside) > room:
                return False
    return True


@given(capacities, works)
def test_a_plan_keeps_all_due_days_exactly_when_one_can(
    capacity: dict[date, int], jobs: list[Work]
) -> None:
    planned = plan_by_due_date(capacity, jobs)
    assert (not planned.late(jobs)) == is_feasible(capacity, jobs)


@given(capacities, works)
def test_no_day_is_overfilled_and_no_unit_lost_or_made_too_early(
    capacity: dict[date, int], jobs: list[Work]
) -> None:
    planned = plan_by_due_date(capacity, jobs)
    used = dict.fromkeys(capacity, 0)
    for work in jobs:
        made = 0
        for on, units in planned.plans[work.key]:
            assert units > 0
            assert on >= work.starts_on
            used[on] += units
            made += units
        assert made + planned.unplanned.get(work.key, 0) == work.units
    assert all(used[on] <= capacity[on] for on in capacity)


@given(capacities, st.integers(1, 20), st.integers(0, DAYS - 1))
def test_more_units_or_a_later_start_never_finish_earlier(
    capacity: dict[date, int], units: int, start: int
) -> None:
    def end(need: int, first: int) -> date:
        plan = fill_earliest(capacity, need, starts_on=day(first))
        return plan[-1][0] if plan else date.max

    assert end(units, start) <= end(units + 1, start)
    assert end(units, start) <= end(units, start + 1)
