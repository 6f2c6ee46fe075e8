"""Filling days with work. Pure: numbers in, numbers out; no clock, no database.

A plan maps each job to the days it is made on and the units of each day. Work can be divided
over days in whole units, so that on one workshop "earliest due date first" finds a plan that
keeps every due date whenever there is one (docs/algorithms/promise-date.md, replanning).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from heapq import heappop, heappush

#: The days of one job, in order, with the units made on each.
Plan = tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class Work:
    """What one job still needs: `units`, not before `starts_on`, finished on `due_on`."""

    key: int
    units: int
    starts_on: date
    due_on: date


@dataclass(frozen=True, slots=True)
class Planned:
    """Plans by job key, and the units that found no day."""

    plans: dict[int, Plan]
    unplanned: dict[int, int]

    def late(self, works: Iterable[Work]) -> list[int]:
        """The keys of jobs that this plan does not finish by their due day."""
        return [
            work.key
            for work in works
            if self.unplanned.get(work.key)
            or (self.plans.get(work.key) and self.plans[work.key][-1][0] > work.due_on)
        ]


def fill_earliest(free: Mapping[date, int], units: int, *, starts_on: date) -> Plan | None:
    """Take the first free units from `starts_on` on; None when there are not enough.

    `free` is walked in its own order, so its days must ascend.
    """
    taken = []
    for day, left in free.items():
        if day < starts_on or left <= 0:
            continue
        part = min(left, units)
        taken.append((day, part))
        units -= part
        if not units:
            return tuple(taken)
    return None


def plan_by_due_date(capacity: Mapping[date, int], works: Iterable[Work]) -> Planned:
    """Fill the days (ascending) with the work that is due first among what may begin.

    Keeps every due day if any plan does; otherwise the greatest lateness is the smallest there is
    (earliest due date first, for work that can be interrupted, on one machine).
    """
    waiting = sorted(works, key=lambda work: (work.starts_on, work.due_on, work.key))
    left = {work.key: work.units for work in waiting}
    days: dict[int, list[tuple[date, int]]] = {work.key: [] for work in waiting}
    begun: list[tuple[date, int]] = []
    waiting.reverse()
    for day, room in capacity.items():
        while waiting and waiting[-1].starts_on <= day:
            work = waiting.pop()
            heappush(begun, (work.due_on, work.key))
        while room > 0 and begun:
            key = begun[0][1]
            part = min(room, left[key])
            days[key].append((day, part))
            left[key] -= part
            room -= part
            if not left[key]:
                heappop(begun)
    return Planned(
        {key: tuple(plan) for key, plan in days.items()},
        {key: units for key, units in left.items() if units},
    )
