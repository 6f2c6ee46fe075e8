"""A wrong tap: the step that a photo has just noted is taken back.

It is possible for STEP_BACK_MINUTES, for the last step of a line only, and while nothing has
followed that cannot be undone: days that finishing gave away are still to be had, the balance is
neither paid nor being paid, the parcel is not sent, the part stands. The buyer, who was told of
the step, is told again. The photo is no longer shown.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shop.core.models import StateChange
from shop.core.states import MoveNotAllowed, move
from shop.outbox.services import post
from shop.payments.models import PaymentAttempt
from shop.production.models import Job
from shop.production.services import take_back_job
from shop.production.states import NOT_BEGUN, JobState

from ..models import Fulfilment, Instalment, JobUpdate
from ..states import IN_WORK, INSTALMENTS_BACK, STEPS_BACK, FulfilmentState, InstalmentState
from .parts import MADE, cluster_orders_of, jobs_of, locked, step
from .telling import buyer_messages

#: How the history of a job names an update that was taken back.
TAKEN_BACK = "update taken back"


class StepStays(Exception):
    """It was noted too long ago, or something has followed that cannot be undone."""


def may_take_back(part: Fulfilment, job: Job, update: JobUpdate | None, *, now: datetime) -> bool:
    """Whether this newest update of a job can still be taken back, as far as one can see."""
    if update is None or update.reached != job.state or part.state not in IN_WORK:
        return False
    return now < update.at + timedelta(minutes=settings.STEP_BACK_MINUTES)


@transaction.atomic
def take_back_step(*, job_id: int, reached: str, by: Any, now: datetime) -> Job:
    """The group has tapped by mistake: the line stands one step earlier, as if nothing was noted.

    `reached` is the step that was shown. Raises StepStays where it is too late, NoCapacity where
    the days it needs again are somebody else's; nothing has moved then.
    """
    part_id = Fulfilment.objects.values_list("pk", flat=True).get(lines__line__job=job_id)
    part = locked(part_id)
    job = Job.objects.get(pk=job_id)
    update = JobUpdate.objects.filter(job=job).order_by("at", "pk").last()
    if update is None or update.reached != reached:
        raise StepStays
    if not may_take_back(part, job, update, now=now):
        raise StepStays
    was_made = all(each.state in MADE for each in jobs_of(part))
    job = take_back_job(job_id=job_id, by=by, today=timezone.localdate(now))
    if reached == JobState.IN_PRODUCTION:
        told = _unstart(part, by)
    elif reached == JobState.FINISHED:
        _ask_no_balance(part)
        told = was_made
    else:
        _unpack(part, by)
        told = False
    _forget(update, by)
    if told:
        post(buyer_messages("step_taken_back", part, reached=reached))
    return job


def was_taken_back(job: Job, token: UUID) -> bool:
    """Whether this very form was noted and taken back: sent again (a weak signal), it is late."""
    steps = StateChange.objects.filter(about_label=Job._meta.label_lower, about_id=job.pk)
    return steps.filter(field=TAKEN_BACK, new=str(token)).exists()


def _forget(update: JobUpdate, by: Any) -> None:
    """Not shown any more; its token is remembered, so that it is not noted once more."""
    StateChange.objects.create(
        about_label=Job._meta.label_lower,
        about_id=update.job_id,
        field=TAKEN_BACK,
        old=update.reached,
        new=str(update.token),
        by=by,
    )
    update.delete()


def _unstart(part: Fulfilment, by: Any) -> bool:
    """Nothing of the part is begun any more: it may be cancelled free of charge again."""
    begun = any(each.state not in NOT_BEGUN for each in jobs_of(part))
    begun = begun or any(shared.has_begun for shared in cluster_orders_of(part))
    if begun or part.state != FulfilmentState.STARTED:
        return False
    part.started_at = None
    _back(part, FulfilmentState.ACCEPTED, by, "started_at")
    return True


def _unpack(part: Fulfilment, by: Any) -> None:
    if part.state == FulfilmentState.PACKED:
        part.packed_at = None
        _back(part, FulfilmentState.STARTED, by, "packed_at")


def _back(part: Fulfilment, to: str, by: Any, stamp: str) -> None:
    if part.state not in STEPS_BACK:
        raise MoveNotAllowed(part, part.state, to)
    step(part, to, by=by, also=[stamp], reason="mistake", tell=False, transitions=STEPS_BACK)


def _ask_no_balance(part: Fulfilment) -> None:
    """What was asked for as finished is due later again. Raises StepStays once money moves."""
    asked = part.instalments.select_for_update(of=("self",)).exclude(asked_at=None)
    for instalment in asked:
        if instalment.state != InstalmentState.DUE or _is_being_paid(instalment):
            raise StepStays
        instalment.asked_at = instalment.due_on = None
        instalment.reminders = 0
        move(
            instalment,
            InstalmentState.DUE_LATER,
            transitions=INSTALMENTS_BACK,
            also=["asked_at", "due_on", "reminders"],
        )


def _is_being_paid(instalment: Instalment) -> bool:
    attempts = PaymentAttempt.objects.filter(checkout_reference=instalment.reference)
    return attempts.open().exists() or attempts.paid_unsettled().exists()
