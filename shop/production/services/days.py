"""A new day, and a parcel handed over: workshops' days go on, their record is counted."""

import logging
from collections.abc import Sequence
from datetime import date, datetime
from math import ceil

from django.db import transaction
from django.utils import timezone

from ..models import BUFFER_OF_NEW_GROUPS, HandOver, Workshop
from .capacity import lock_workshops
from .workshops import reckon_capacity, roll_forward

logger = logging.getLogger(__name__)

#: How many hand-overs count, how many make a record, and how many of ten the buffer covers.
COUNTED, A_RECORD, COVERED = 20, 5, 8
MOST_BUFFER = 5


def roll_workshops(*, now: datetime | None = None) -> dict[str, int]:
    """Carry every workshop into the new day; one in trouble does not hold up the others.

    Slots are opened up to the horizon, capacity follows holidays and exceptions, work nobody has
    begun on days gone by finds other days. Returns how many workshops went on and how many jobs
    no plan can keep.
    """
    today = timezone.localdate(now)
    rolled = at_risk = 0
    for pk in list(Workshop.objects.order_by("pk").values_list("pk", flat=True)):
        try:
            at_risk += _roll(pk, today)
            rolled += 1
        except Exception:
            logger.exception("workshop %s: its days could not be carried on", pk)
    return {"workshops": rolled, "at risk": at_risk}


@transaction.atomic
def _roll(workshop_id: int, today: date) -> int:
    workshop = lock_workshops([workshop_id])[workshop_id]
    _set_buffer(workshop, buffer_of(workshop.enterprise_id))
    late = {job.pk for job in roll_forward(workshop_id=workshop_id, today=today)}
    late |= {job.pk for job in reckon_capacity(workshop, today=today)}
    return len(late)


@transaction.atomic
def note_hand_over(
    *, enterprise_id: int, fulfilment_id: int, promised_on: date, handed_over_on: date
) -> HandOver:
    """A parcel is with the carrier: the group's record grows, its next promises follow it.

    Noted once per part of an order; asked again, the first note stays.
    """
    found, is_new = HandOver.objects.get_or_create(
        fulfilment_id=fulfilment_id,
        defaults={
            "enterprise_id": enterprise_id,
            "promised_on": promised_on,
            "handed_over_on": handed_over_on,
        },
    )
    if is_new:
        ids = Workshop.objects.filter(enterprise=enterprise_id).values_list("pk", flat=True)
        buffer_days = buffer_of(enterprise_id) if ids else 0
        for workshop in lock_workshops(ids).values():
            _set_buffer(workshop, buffer_days)
    return found


def buffer_of(enterprise_id: int) -> int:
    """Working days kept in hand, by the group's last hand-overs (promise-date.md, buffer)."""
    last = HandOver.objects.filter(enterprise=enterprise_id)[:COUNTED]
    return buffer_from([each.days_late for each in last])


def buffer_from(days_late: Sequence[int]) -> int:
    """Enough days for eight of ten of these hand-overs to have been in time; 0 to 5."""
    if len(days_late) < A_RECORD:
        return BUFFER_OF_NEW_GROUPS
    ordered = sorted(days_late)
    return min(ordered[ceil(len(ordered) * COVERED / 10) - 1], MOST_BUFFER)


def _set_buffer(workshop: Workshop, days: int) -> None:
    if workshop.buffer_days != days:
        workshop.buffer_days = days
        workshop.save(update_fields=["buffer_days"])
