"""A promise that cannot be kept: the group says so in time, and the buyer decides."""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shop.core.models import StateChange
from shop.core.states import MoveNotAllowed, move
from shop.core.sweeps import each_alone
from shop.oscar.order.models import Line
from shop.production.services import days_needed, postpone_jobs

from ..models import DelayNotice, Fulfilment
from ..states import (
    DELAY_TRANSITIONS,
    IN_WORK,
    ChangeState,
    DelayReason,
    DelayState,
    FulfilmentState,
)
from .asking_again import tell_of_delay
from .parts import locked
from .telling import tell_group
from .undoing import undo

#: No new day lies further ahead than a workshop can be planned at all (days).
FARTHEST = 400


class TooEarly(Exception):
    """The new day is none: not later than promised, or earlier than the plan; `earliest` is."""

    def __init__(self, earliest: date):
        super().__init__(f"not before {earliest}")
        self.earliest = earliest


class TooFar(Exception):
    """The new day lies beyond what anybody can plan; `latest` is the last one."""

    def __init__(self, latest: date):
        super().__init__(f"not after {latest}")
        self.latest = latest


class StillAsked(Exception):
    """The buyer has not answered the last `notice` yet."""

    def __init__(self, notice: DelayNotice):
        super().__init__(str(notice))
        self.notice = notice


class AnsweredAlready(Exception):
    """This notice waits for no answer (any more); `notice` tells how it stands."""

    def __init__(self, notice: DelayNotice):
        super().__init__(str(notice))
        self.notice = notice


@transaction.atomic
def give_notice(
    *,
    fulfilment_id: int,
    reason: str,
    new_day: date,
    today: date,
    by: Any,
    words: str = "",
    picture_id: int | None = None,
) -> DelayNotice:
    """The group tells the buyer a later day. It holds at once; the buyer may still say no.

    Raises MoveNotAllowed unless the group has accepted and not sent the part, StillAsked while
    an earlier notice is open, TooEarly and TooFar for a day that is none.
    """
    part = locked(fulfilment_id)
    if part.state not in IN_WORK:
        raise MoveNotAllowed(part, part.state, DelayState.ASKED)
    if (before := open_notice(part)) is not None:
        raise StillAsked(before)
    earliest = earliest_new_day(part, today=today)
    if new_day < earliest:
        raise TooEarly(earliest)
    if new_day > (latest := today + timedelta(days=FARTHEST)):
        raise TooFar(latest)
    now = timezone.now()
    notice = DelayNotice.objects.create(
        fulfilment=part,
        reason=DelayReason(reason),
        words=words,
        picture_id=picture_id,
        old_promised_on=part.promised_on,
        new_promised_on=new_day,
        given_at=now,
        answer_by=now + timedelta(hours=settings.DELAY_ANSWER_HOURS),
    )
    _note(notice, "", DelayState.ASKED, by=by)
    _move_priced_change(part, new_day)
    move_promise(part, new_day, today=today, why={"delay": notice.pk, "reason": notice.reason})
    tell_of_delay(notice)
    return notice


@transaction.atomic
def answer_notice(
    *, notice_id: int, answer: str, now: datetime, by: Any = None, reason: str = ""
) -> DelayNotice:
    """The buyer waits, asks for a change, or cancels and has everything back.

    Cancelling now gives the full price back, however far the group is. Raises AnsweredAlready,
    after the time to answer too: then the sweep lets the buyer wait.
    """
    notice = _locked_notice(notice_id)
    if notice.state != DelayState.ASKED or now >= notice.answer_by:
        raise AnsweredAlready(notice)
    _close(notice, DelayState(answer), now=now, by=by)
    if answer == DelayState.CANCELLED:
        undo(notice.fulfilment, FulfilmentState.CANCELLED, by=by, reason=reason)
    tell_group(
        notice.fulfilment,
        "part_called_off" if answer == DelayState.CANCELLED else "delay_answered",
        answer=str(answer),
    )
    return notice


def open_notice(part: Fulfilment) -> DelayNotice | None:
    """The notice of this part that waits for the buyer's word."""
    return part.delays.filter(state=DelayState.ASKED).first()


def earliest_new_day(part: Fulfilment, *, today: date) -> date:
    """The first day that may be told: later than promised, not past, and what the plan can keep."""
    days = [part.promised_on + timedelta(days=1), today]
    if (planned := days_needed(line_ids=_line_ids(part), today=today)) is not None:
        days.append(planned)
    return max(days)


def move_promise(part: Fulfilment, day: date, *, today: date, why: dict[str, Any]) -> None:
    """The part's promise becomes `day`, on its lines and in its group's plan too.

    The caller holds the part. Each line's snapshot keeps every day it was promised before.
    """
    part.promised_on = day
    part.save(update_fields=["promised_on"])
    lines = list(Line.objects.filter(fulfilment_line__fulfilment=part))
    for line in lines:
        before = line.promised_on.isoformat() if line.promised_on else None
        changes = [*line.snapshot.get("days", []), {"from": before, "to": day.isoformat(), **why}]
        line.snapshot = {**line.snapshot, "days": changes}
        line.promised_on = day
    Line.objects.bulk_update(lines, ["promised_on", "snapshot"])
    postpone_jobs(line_ids=[line.pk for line in lines], promised_on=day, today=today)


def _move_priced_change(part: Fulfilment, day: date) -> None:
    """A price that the buyer may agree to names no day that cannot be any more: it is a new version
    of it, so that nobody agrees to the old one."""
    priced = part.changes.for_update().filter(state=ChangeState.PRICED, promised_on__lt=day)
    for change in priced:
        change.version += 1
        change.promised_on = day
        change.reckoned = {**change.reckoned, "was_promised_on": day.isoformat()}
        change.save(update_fields=["version", "promised_on", "reckoned"])


def wait_in_silence(*, now: datetime | None = None) -> int:
    """Notices nobody answered in time: the buyer waits."""
    now = now or timezone.now()
    due = DelayNotice.objects.filter(state=DelayState.ASKED, answer_by__lte=now)
    ids = due.order_by("answer_by").values_list("pk", flat=True)[:200]
    return each_alone(ids, lambda pk: _wait(pk, now))


def _wait(notice_id: int, now: datetime) -> bool:
    notice = _locked_notice(notice_id)
    if notice.state != DelayState.ASKED:
        return False
    _close(notice, DelayState.WAITS, now=now, reason="silence")
    tell_group(notice.fulfilment, "delay_answered", answer="silence")
    return True


def _locked_notice(notice_id: int) -> DelayNotice:
    """The part first, as everywhere; then its notice."""
    part_id = DelayNotice.objects.values_list("fulfilment_id", flat=True).get(pk=notice_id)
    part = locked(part_id)
    notice = DelayNotice.objects.select_for_update(of=("self",)).get(pk=notice_id)
    notice.fulfilment = part
    return notice


def _close(
    notice: DelayNotice, to: str, *, now: datetime, by: Any = None, reason: str = ""
) -> None:
    notice.answered_at = now
    move(notice, to, transitions=DELAY_TRANSITIONS, by=by, reason=reason, also=["answered_at"])


def _note(notice: DelayNotice, old: str, new: str, *, by: Any) -> None:
    StateChange.objects.create(
        about_label=notice._meta.label_lower,
        about_id=notice.pk,
        field="state",
        old=old,
        new=new,
        by=by if getattr(by, "pk", None) else None,
    )


def _line_ids(part: Fulfilment) -> list[int]:
    return list(part.lines.values_list("line_id", flat=True))
