"""A promise is moved to a later day, by a notice or an accepted change; the plan follows."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db import transaction

from ..models import Job
from ..planning import fill_earliest
from ..promising import read_calendars
from ..states import JobState
from .capacity import lock_workshops
from .workshops import planned_until, replan_jobs


@transaction.atomic
def postpone_jobs(*, line_ids: Iterable[int], promised_on: date, today: date) -> list[Job]:
    """These lines' work may take until a later day: the days between promise and end stay.

    The workshops plan anew, so that what presses more may go first. Returns jobs that no plan
    can keep, whoever's they are.
    """
    jobs = Job.objects.filter(line__in=list(line_ids)).exclude(state=JobState.RELEASED)
    workshops = lock_workshops(jobs.values_list("workshop_id", flat=True))
    moved = list(jobs.select_for_update(of=("self",)).order_by("pk"))
    for job in moved:
        job.due_on += max(promised_on - job.promised_on, timedelta(0))
        job.promised_on = max(promised_on, job.promised_on)
    Job.objects.bulk_update(moved, ["due_on", "promised_on"])
    late: list[Job] = []
    for workshop_id in sorted(workshops):
        late += replan_jobs(workshop_id, today)
    return late


def days_needed(*, line_ids: Iterable[int], today: date) -> date | None:
    """The day by which the plan as it is now lets these lines be handed over; None: no work left.

    Where some of the work has no day at all, the free days of its workshop are looked through.
    """
    jobs = list(Job.objects.unmade().filter(line__in=list(line_ids)).select_related("workshop"))
    if not jobs:
        return None
    last = planned_until(jobs)
    calendars = read_calendars([job.workshop for job in jobs if job.unplanned_units], today)
    days = []
    for job in jobs:
        end = last.get(job.pk, today)
        if job.unplanned_units:
            free = calendars[job.workshop_id].free
            plan = fill_earliest(free, job.unplanned_units, starts_on=job.starts_on)
            end = max(end, plan[-1][0] if plan else max(free, default=end))
        days.append(end + (job.promised_on - job.due_on))
    return max(days)
