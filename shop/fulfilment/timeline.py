"""What has happened to one group's part, what happens next, and by when. Pure; no reads."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone

from .models import Fulfilment
from .states import ENDED, UNDONE, FulfilmentState

BEFORE_SENDING = (
    FulfilmentState.PLACED,
    FulfilmentState.ACCEPTED,
    FulfilmentState.STARTED,
    FulfilmentState.PACKED,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way. `at` is when it happened; `due` the day it should (None: not told)."""

    state: str
    at: datetime | None = None
    due: date | None = None
    is_now: bool = False

    @property
    def is_done(self) -> bool:
        return self.at is not None

    @property
    def is_bad(self) -> bool:
        return self.state in UNDONE


@dataclass(frozen=True, slots=True)
class Next:
    """What happens next to a part. `what`: answer, make, send, arrive, object, refund or nothing;
    approve, pay, answer_delay, answer_change and pay_change are the buyer's own (`order.showing`).

    `by` is the moment or day it happens at the latest, `since` the first day it may.
    """

    what: str
    by: date | None = None
    since: date | None = None
    is_late: bool = False


def steps_of(part: Fulfilment) -> list[Step]:
    """The whole way of a part, done and to come; a part undone ends where it ended."""
    happened: list[tuple[str, datetime | None]] = [
        (FulfilmentState.PLACED, part.placed_at),
        (FulfilmentState.ACCEPTED, part.accepted_at),
        *([(FulfilmentState.STARTED, part.started_at)] if part.made_to_order else []),
        (FulfilmentState.PACKED, part.packed_at),
        (FulfilmentState.DISPATCHED, part.dispatched_at),
        (FulfilmentState.RECEIVED, part.received_at),
    ]
    if part.state in UNDONE:
        done = [Step(state, at) for state, at in happened if at is not None]
        return [*done, Step(part.state, is_now=True)]
    due: dict[str, date | None] = {
        FulfilmentState.ACCEPTED: timezone.localdate(part.answer_by),
        FulfilmentState.DISPATCHED: part.promised_on,
        FulfilmentState.RECEIVED: part.delivery_window()[1],
    }
    return [
        Step(state, at, None if at else due.get(state), is_now=state == part.state)
        for state, at in happened
    ]


def next_of(part: Fulfilment, *, today: date) -> Next:
    """The next thing that will happen to a part, and its day."""
    if part.state in UNDONE:
        return Next("refund")
    if part.state == FulfilmentState.PLACED:
        return Next("answer", by=timezone.localdate(part.answer_by))
    late = today > part.promised_on
    if part.state == FulfilmentState.ACCEPTED and part.made_to_order:
        return Next("make", by=part.promised_on, is_late=late)
    if part.state in BEFORE_SENDING:
        return Next("send", by=part.promised_on, is_late=late)
    if part.state == FulfilmentState.DISPATCHED:
        if part.problem_state:
            return Next("object")
        first, last = part.delivery_window()
        return Next("arrive", by=last, since=first, is_late=today > last)
    return Next("nothing")


def withdrawal_ends_on(part: Fulfilment) -> date | None:
    """The last day of the buyer's right to withdraw; None while the parcel is not received."""
    if part.received_at is None:
        return None
    days = part.order.terms.get("withdrawal_days", settings.WITHDRAWAL_DAYS)
    return timezone.localdate(part.received_at) + timedelta(days=days)


def may_tell_problem(part: Fulfilment, *, today: date) -> bool:
    """Whether the buyer may say that something is wrong: from sending until the days to withdraw
    are over, of what was made for this buyer alone too; once."""
    if part.problem_state:
        return False
    if part.state == FulfilmentState.DISPATCHED:
        return True
    last = withdrawal_ends_on(part) if part.state == FulfilmentState.RECEIVED else None
    return last is not None and today <= last


def is_over(part: Fulfilment) -> bool:
    return part.state in ENDED
