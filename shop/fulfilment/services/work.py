"""One line's work goes on: begun, finished, packed; each step shown to the buyer by a photo."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shop.core.states import MoveNotAllowed
from shop.outbox.services import post
from shop.production.models import Job
from shop.production.services import finish_jobs, pack_jobs, start_jobs
from shop.production.states import JobState

from ..models import Fulfilment, JobUpdate
from ..states import AT_WORK, FulfilmentState
from .mistakes import was_taken_back
from .parts import MADE, NotApproved, ask_for_balance, cluster_orders_of, jobs_of, locked, step
from .telling import buyer_messages


@transaction.atomic
def start_job(
    *, job_id: int, token: UUID, picture_id: int | None, text: str = "", by: Any
) -> JobUpdate:
    """The group has begun one line; with the first one its part is begun, and the buyer is told.

    Sent again under the same token nothing is done twice. Raises NotApproved without an approved
    proof where one was agreed, MoveNotAllowed when it is not the next step.
    """
    job, part, known = _found(job_id, token)
    if known:
        return known
    if job.state == JobState.WAITING:
        raise NotApproved(job)
    _moved(job, start_jobs(line_ids=[job.line_id or 0], by=by), JobState.IN_PRODUCTION)
    update = _record(job, JobState.IN_PRODUCTION, token, picture_id, text, by)
    if part.state == FulfilmentState.ACCEPTED:
        part.started_at = update.at
        step(part, FulfilmentState.STARTED, by=by, also=["started_at"])
    return update


@transaction.atomic
def finish_job(
    *, job_id: int, token: UUID, picture_id: int | None, text: str = "", by: Any, today: date
) -> JobUpdate:
    """One line is made; its days that are left are free for others. With the last line of the part
    the buyer is told."""
    job, part, known = _found(job_id, token)
    if known:
        return known
    moved = finish_jobs(line_ids=[job.line_id or 0], by=by, today=today)
    _moved(job, moved, JobState.FINISHED)
    update = _record(job, JobState.FINISHED, token, picture_id, text, by)
    # Pieces that villages of a cluster still make are asked for when the part is packed.
    made = all(each.state in MADE for each in jobs_of(part))
    made = made and not cluster_orders_of(part).under_way().exists()
    if made and ask_for_balance(part, today=today) is None:
        post(buyer_messages("part_made", part))
    return update


@transaction.atomic
def pack_job(
    *, job_id: int, token: UUID, picture_id: int | None, text: str = "", by: Any
) -> JobUpdate:
    """One line lies packed. When all lines of the part were made so, the part is packed too;
    ready pieces that go along are packed with the part itself (`pack_fulfilment`)."""
    job, part, known = _found(job_id, token)
    if known:
        return known
    _moved(job, pack_jobs(line_ids=[job.line_id or 0], by=by), JobState.PACKED)
    update = _record(job, JobState.PACKED, token, picture_id, text, by)
    jobs = jobs_of(part)
    if len(jobs) == part.lines.count() and all(each.state == JobState.PACKED for each in jobs):
        part.packed_at = update.at
        step(part, FulfilmentState.PACKED, by=by, also=["packed_at"], tell=False)
    return update


def _found(job_id: int, token: UUID) -> tuple[Job, Fulfilment, JobUpdate | None]:
    """The job and its part, the part locked; and the update if this one came before."""
    part_id = Fulfilment.objects.values_list("pk", flat=True).get(lines__line__job=job_id)
    part = locked(part_id)
    job = Job.objects.get(pk=job_id)
    known = JobUpdate.objects.filter(job=job, token=token).first()
    if known is None and (part.state not in AT_WORK or was_taken_back(job, token)):
        raise MoveNotAllowed(part, part.state, FulfilmentState.STARTED)
    return job, part, known


def _moved(job: Job, moved: list[Job], to: str) -> None:
    if not moved:
        raise MoveNotAllowed(job, job.state, to)


def _record(
    job: Job, reached: str, token: UUID, picture_id: int | None, text: str, by: Any
) -> JobUpdate:
    return JobUpdate.objects.create(
        job=job,
        reached=reached,
        picture_id=picture_id,
        text=text,
        token=token,
        by=by,
        at=timezone.now(),
    )
