"""Days become free again, and those who wait come first.

Whatever is freed is offered to the waiting list in the same transaction, under the same locks.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ..models import Job
from ..states import JobState
from .capacity import release_jobs
from .waiting import keep_offers_of, offer_freed_days


@transaction.atomic
def release_capacity(*, reference: UUID, now: datetime | None = None) -> None:
    """Days held but not sold can be promised to others again. Safe to repeat.

    Days that this checkout had taken over from an offer of the waiting list go back to it, as
    long as the offer stands.
    """
    freed = release_jobs(Job.objects.of(reference).filter(state=JobState.HELD))
    if freed:
        moment = now or timezone.now()
        keep_offers_of(reference, now=moment)
        offer_freed_days({job.workshop_id for job in freed}, now=moment)


@transaction.atomic
def cancel_jobs(
    *, line_ids: Iterable[int], by: Any = None, reason: str = "", now: datetime | None = None
) -> int:
    """Sold work is not made after all: its days are free again. Safe to repeat.

    Nobody else's plan changes, so nobody's promise becomes worse.
    """
    jobs = Job.objects.filter(line__in=list(line_ids)).exclude(state=JobState.RELEASED)
    freed = release_jobs(jobs, by=by, reason=reason)
    if freed:
        offer_freed_days({job.workshop_id for job in freed}, now=now or timezone.now())
    return len(freed)
