"""A change that is not made: what was held for it is free again, the order stays as it was."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from shop.core.states import move
from shop.core.sweeps import each_alone
from shop.oscar.partner.services import release_goods
from shop.production.services import release_capacity

from ...models import ChangeRequest
from ...states import CHANGE_OPEN, CHANGE_TRANSITIONS, CHANGE_WITH_BUYER, ChangeState
from ..asking_again import ask_again
from ..own_payments import is_being_paid
from ..parts import locked
from .telling import tell_buyer, tell_group


def locked_change(change_id: int) -> ChangeRequest:
    """The part first, as everywhere; then its change."""
    part_id = ChangeRequest.objects.values_list("fulfilment_id", flat=True).get(pk=change_id)
    part = locked(part_id)
    change = ChangeRequest.objects.for_update().get(pk=change_id)
    change.fulfilment = part
    return change


def end(change: ChangeRequest, to: str, *, by: Any = None, reason: str = "") -> None:
    """It ends without being made. The caller holds part and change, and no workshop."""
    now = timezone.now()
    change.ended_at, change.ended_reason = now, reason
    move(
        change,
        to,
        transitions=CHANGE_TRANSITIONS,
        by=by,
        reason=reason,
        also=["ended_at", "ended_reason"],
    )
    left = to == ChangeState.WITHDRAWN or reason in CHANGE_WITH_BUYER
    ask_again(change.fulfilment, change, now=now, by_buyer=left)
    release_holds(change)


def release_holds(change: ChangeRequest) -> None:
    """Goods and days kept for it can be had by others. Safe to repeat."""
    release_goods(reference=change.reference)
    release_capacity(reference=change.reference)
    change.holds = False
    change.save(update_fields=["holds"])


# --- sweeps ---


def remind_of_changes(*, now: datetime | None = None) -> int:
    """Whoever has not answered a day before the end is reminded, once per step."""
    now = now or timezone.now()
    soon = now + timedelta(hours=settings.CHANGE_REMINDER_HOURS)
    due = ChangeRequest.objects.open().exclude(state=ChangeState.ACCEPTED)
    due = due.filter(reminded_at=None, due_at__lte=soon, due_at__gt=now)
    return _each(due, lambda pk: _remind(pk, now))


def _remind(change_id: int, now: datetime) -> bool:
    change = locked_change(change_id)
    if change.state not in CHANGE_OPEN or change.reminded_at is not None:
        return False
    change.reminded_at = now
    change.save(update_fields=["reminded_at"])
    if change.is_with_buyer:
        tell_buyer(change, "change_priced", again=True)
    else:
        tell_group(change, "change_asked", again=True)
    return True


def lapse_changes(*, now: datetime | None = None) -> int:
    """What nobody answered, accepted or paid in time ends. Safe to run twice.

    A payment that is under way at this moment is waited for; it ends within minutes.
    """
    now = now or timezone.now()
    due = ChangeRequest.objects.open().filter(due_at__lte=now)
    return _each(due, lambda pk: _lapse(pk, now))


def _lapse(change_id: int, now: datetime) -> bool:
    change = locked_change(change_id)
    over = change.state in CHANGE_OPEN and change.due_at <= now
    if not over or is_being_paid(change.reference):
        return False
    was = change.state
    end(change, ChangeState.LAPSED, reason=was)
    tell_buyer(change, "change_lapsed", was=was)
    tell_group(change, "change_lapsed_for_group", was=was)
    return True


def free_ended(*, now: datetime | None = None) -> int:
    """What overtaken changes still hold is freed, in the house's order of locks."""
    left = ChangeRequest.objects.filter(holds=True).exclude(state__in=CHANGE_OPEN)
    return _each(left, _free)


def _free(change_id: int) -> bool:
    change = locked_change(change_id)
    if not change.holds or change.is_open:
        return False
    release_holds(change)
    return True


def _each(due: Any, verb: Callable[[int], bool]) -> int:
    """Each change that is due by itself, the longest due first."""
    return each_alone(due.order_by("due_at", "pk").values_list("pk", flat=True)[:200], verb)
