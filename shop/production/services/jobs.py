"""A job goes on: approved, begun, finished, packed."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shop.core.states import move

from ..approving import Approval, if_approved
from ..models import Job, JobQuerySet
from ..states import JOB_STEPS_BACK, JOB_TRANSITIONS, JobState
from .capacity import NoCapacity, allocate, free_days, lock_workshops
from .workshops import replan_jobs

#: When each step was taken.
STAMPS = {
    JobState.IN_PRODUCTION: "started_at",
    JobState.FINISHED: "finished_at",
    JobState.PACKED: "packed_at",
}


@transaction.atomic
def approve_job(
    *, job_id: int, today: date, by: Any = None, buffer_days: int = 0, packing_days: int = 0
) -> Job:
    """The buyer has approved the proof: the work may begin the day after.

    Approved later than the promise allowed for, the work finds new days, and where none keeps the
    promise, `due_on` and `promised_on` move; the caller has shown the buyer the new day
    (`approving.if_approved`, of which `buffer_days` and `packing_days` are the terms). Raises
    NoCapacity where no free day is left; nothing has moved then.
    """
    job = _locked([job_id])[0]
    found = if_approved(job, today=today, buffer_days=buffer_days, packing_days=packing_days)
    if job.line_id is None and today >= job.starts_on:
        # A cluster's part: its lead looks after its day, nobody was shown another one.
        found = Approval(today + timedelta(days=1), job.due_on, job.promised_on, anew=True)
    if found is None:
        raise NoCapacity(job.key, job.promised_on)
    job.starts_on, job.due_on, job.promised_on = found.starts_on, found.due_on, found.promised_on
    days = ["starts_on", "due_on", "promised_on"]
    move(job, JobState.QUEUED, transitions=JOB_TRANSITIONS, by=by, also=days)
    if found.anew:
        replan_jobs(job.workshop_id, today)
        job.refresh_from_db()
    elif found.plan is not None:
        free_days([job])
        allocate({job: found.plan})
        Job.objects.filter(pk=job.pk).update(unplanned_units=0)
        job.unplanned_units = 0
    return job


@transaction.atomic
def start_jobs(
    *, line_ids: Iterable[int] = (), references: Iterable[UUID] = (), by: Any = None
) -> list[Job]:
    """The group has begun these lines, or the work held under these references.

    Those begun already are left alone.
    """
    jobs = _of(line_ids, references)
    return _move_all(jobs, JobState.QUEUED, JobState.IN_PRODUCTION, "started_at", by)


@transaction.atomic
def finish_jobs(
    *,
    line_ids: Iterable[int] = (),
    references: Iterable[UUID] = (),
    by: Any = None,
    today: date,
) -> list[Job]:
    """These lines or references are made; days still planned for them are free for others."""
    found = _of(line_ids, references)
    jobs = _move_all(found, JobState.IN_PRODUCTION, JobState.FINISHED, "finished_at", by)
    free_days(jobs, after=today)
    Job.objects.filter(pk__in=[job.pk for job in jobs]).update(unplanned_units=0)
    return jobs


@transaction.atomic
def pack_jobs(
    *, line_ids: Iterable[int] = (), references: Iterable[UUID] = (), by: Any = None
) -> list[Job]:
    """These lines or references lie packed and wait for the carrier."""
    jobs = _of(line_ids, references)
    return _move_all(jobs, JobState.FINISHED, JobState.PACKED, "packed_at", by)


@transaction.atomic
def take_back_job(*, job_id: int, by: Any, today: date) -> Job:
    """A step was noted by mistake: the work stands one step earlier again.

    Days that finishing gave away are planned again. Raises NoCapacity where that would break a
    promise of this or another work; nothing has moved then.
    """
    job = _locked([job_id])[0]
    (to,) = JOB_STEPS_BACK.get(JobState(job.state), (job.state,))
    stamp = STAMPS.get(JobState(job.state), "")
    was_made = job.state == JobState.FINISHED
    before = _late_in(job.workshop_id) if was_made else set()
    if stamp:
        setattr(job, stamp, None)
    move(job, to, transitions=JOB_STEPS_BACK, by=by, reason="mistake", also=[stamp])
    if was_made:
        replan_jobs(job.workshop_id, today)
        if _late_in(job.workshop_id) - before:
            raise NoCapacity(job.key, job.promised_on)
        job.refresh_from_db()
    return job


def _late_in(workshop_id: int) -> set[int]:
    return set(Job.objects.late().filter(workshop=workshop_id).values_list("pk", flat=True))


def _of(line_ids: Iterable[int], references: Iterable[UUID]) -> JobQuerySet:
    return Job.objects.filter(Q(line__in=list(line_ids)) | Q(reference__in=list(references)))


def _move_all(jobs: JobQuerySet, old: str, new: str, stamp: str, by: Any) -> list[Job]:
    ids = jobs.values_list("pk", flat=True)
    now: datetime = timezone.now()
    moved = []
    for job in _locked(ids):
        if job.state != old:
            continue
        setattr(job, stamp, now)
        move(job, new, transitions=JOB_TRANSITIONS, by=by, also=[stamp])
        moved.append(job)
    return moved


def _locked(job_ids: Iterable[int]) -> list[Job]:
    ids = list(job_ids)
    lock_workshops(Job.objects.filter(pk__in=ids).values_list("workshop_id", flat=True))
    return list(Job.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
