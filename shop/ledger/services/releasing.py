"""When a part's money becomes its group's to be paid: received, the days over, nothing open."""

import logging
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shop.core.money import ZERO, baht
from shop.core.states import move

from ..models import Earning, LedgerEntry, LedgerEvent, Stop
from ..states import EARNING_TRANSITIONS, NOT_RELEASED, Account, EarningState, EventKind
from .posting import Entries, known_event, lock_books, write_event
from .taking import Purse

logger = logging.getLogger(__name__)


class NotToBeReleased(Exception):
    """The part's money stays held: `why` is "state", "days", "stopped" or "unpaid"."""

    def __init__(self, earning: Earning, why: str):
        super().__init__(f"{earning}: {why}")
        self.earning, self.why = earning, why


class NoAdvance(Exception):
    """No material advance: `why` is "record", "debt", "state", "stopped" or "nothing"."""

    def __init__(self, earning: Earning, why: str):
        super().__init__(f"{earning}: {why}")
        self.earning, self.why = earning, why


def locked_earning(part_id: int) -> Earning:
    """The earning under its group's lock; looked at after the lock."""
    group = Earning.objects.values_list("enterprise_id", flat=True).get(part_id=part_id)
    lock_books([group])
    return Earning.objects.get(part_id=part_id)


@transaction.atomic
def note_dispatched(*, part_id: int, at: datetime) -> Earning:
    """The parcel is on its way; the money stays held. Safe to repeat."""
    earning = locked_earning(part_id)
    if earning.dispatched_at is None:
        earning.dispatched_at = at
        earning.save(update_fields=["dispatched_at"])
    return earning


@transaction.atomic
def note_received(*, part_id: int, at: datetime, by: Any = None) -> Earning:
    """The buyer has it: the days in which it can be withdrawn from begin. Safe to repeat."""
    earning = locked_earning(part_id)
    if earning.state == EarningState.WAITING:
        earning.received_at = at
        start_counting(earning, timezone.localdate(at) + timedelta(days=earning.held_days), by=by)
    return earning


def start_counting(earning: Earning, last_day: date, *, by: Any = None) -> None:
    """Released on the day after `last_day`. The caller holds the book."""
    earning.release_on = last_day + timedelta(days=1)
    move(
        earning,
        EarningState.COUNTING,
        transitions=EARNING_TRANSITIONS,
        by=by,
        also=["release_on", "received_at"],
    )


@transaction.atomic
def stop_release(*, part_id: int, cause: str) -> None:
    """A problem is open: the part's money is not released before it ends. Once per cause."""
    earning = locked_earning(part_id)
    Stop.objects.get_or_create(earning=earning, cause=cause)


@transaction.atomic
def go_on_releasing(*, part_id: int, cause: str) -> None:
    """The problem has ended. Safe to repeat."""
    earning = locked_earning(part_id)
    Stop.objects.filter(earning=earning, cause=cause, ended_at=None).update(ended_at=timezone.now())


@transaction.atomic
def release(*, part_id: int, today: date) -> LedgerEvent:
    """The part's money can be paid to its group. Raises NotToBeReleased; then nothing moves."""
    earning = locked_earning(part_id)
    cause, facts = f"part:{part_id}", {"part": part_id}
    known = known_event(EventKind.RELEASE, cause, facts)
    if known is not None:
        return known
    why = _in_the_way(earning, today)
    if why:
        raise NotToBeReleased(earning, why)
    purse = Purse(earning.enterprise_id, [earning])
    event = write_event(
        EventKind.RELEASE,
        cause,
        _release_entries(purse, earning),
        facts=facts,
        order_id=earning.order_id,
    )
    move(earning, EarningState.RELEASED, transitions=EARNING_TRANSITIONS)
    return event


def _in_the_way(earning: Earning, today: date) -> str:
    if earning.state != EarningState.COUNTING or earning.release_on is None:
        return "state"
    if earning.release_on > today:
        return "days"
    if earning.stops.filter(ended_at=None).exists():
        return "stopped"
    return "unpaid" if still_to_pay(earning.part_id) > 0 else ""


def still_to_pay(part_id: int) -> Decimal:
    """What the buyer still owes of this part (baht); less than nothing: what goes back."""
    return LedgerEntry.objects.of_parts([part_id]).on(Account.BUYER).balance()


def _release_entries(purse: Purse, earning: Earning) -> Entries:
    part_id = earning.part_id
    held, vat = purse.held.get(part_id, ZERO), purse.vat.get(part_id, ZERO)
    advanced = purse.advance.get(part_id, ZERO)
    entries = Entries()
    place = {"enterprise_id": earning.enterprise_id, "part_id": part_id}
    entries.add(Account.HELD, held, **place)
    entries.add(Account.VAT, vat, **place)
    entries.add(Account.ADVANCE, -advanced, **place)
    entries.add(Account.RELEASABLE, advanced - held - vat, enterprise_id=earning.enterprise_id)
    return entries


def release_due(*, today: date | None = None, most: int = 500) -> int:
    """The sweep: whatever is to be released by today. One in trouble keeps no other waiting."""
    today = today or timezone.localdate()
    count = 0
    for part_id in list(Earning.objects.to_release(today).values_list("part_id", flat=True)[:most]):
        try:
            release(part_id=part_id, today=today)
            count += 1
        except NotToBeReleased:
            continue
        except Exception:
            logger.exception("part %s: its money could not be released", part_id)
    return count


# --- material ---


def advance_possible(purse: Purse, earning: Earning) -> Decimal:
    """The most (baht) that may be advanced for this part now. Raises NoAdvance."""
    if earning.state != EarningState.WAITING:
        raise NoAdvance(earning, "state")
    if earning.stops.filter(ended_at=None).exists():
        raise NoAdvance(earning, "stopped")
    if purse.debt:
        raise NoAdvance(earning, "debt")
    paid_for = Earning.objects.filter(
        enterprise_id=earning.enterprise_id, state=EarningState.RELEASED
    )
    if paid_for.count() < settings.ADVANCE_AFTER_PARTS:
        raise NoAdvance(earning, "record")
    part_id = earning.part_id
    price = LedgerEntry.objects.of_parts([part_id]).on(Account.BUYER)
    sold = price.filter(event__kind=EventKind.SALE).balance()
    paid = sold - max(still_to_pay(part_id), ZERO)
    share = purse.held.get(part_id, ZERO)
    cap = baht(share * max(paid, ZERO) / sold * settings.ADVANCE_PERCENT / 100) if sold else ZERO
    open_ = LedgerEntry.objects.of_group(earning.enterprise_id).on(Account.ADVANCE).balance()
    most = min(
        cap,
        Decimal(settings.ADVANCE_MOST),
        Decimal(settings.ADVANCE_MOST_OPEN) - open_,
    )
    if most <= 0:
        raise NoAdvance(earning, "nothing")
    return most


@transaction.atomic
def give_advance(*, part_id: int, by: Any = None) -> LedgerEvent:
    """Money for material, before the part is released; once per part. Raises NoAdvance."""
    earning = locked_earning(part_id)
    cause, facts = f"advance:part:{part_id}", {"part": part_id}
    known = known_event(EventKind.ADVANCE, cause, facts)
    if known is not None:
        return known
    amount = advance_possible(Purse(earning.enterprise_id, [earning]), earning)
    entries = Entries()
    entries.add(Account.ADVANCE, amount, enterprise_id=earning.enterprise_id, part_id=part_id)
    entries.add(Account.RELEASABLE, -amount, enterprise_id=earning.enterprise_id)
    return write_event(
        EventKind.ADVANCE, cause, entries, facts=facts, order_id=earning.order_id, by=by
    )


__all__ = [
    "NOT_RELEASED",
    "NoAdvance",
    "NotToBeReleased",
    "advance_possible",
    "give_advance",
    "go_on_releasing",
    "note_dispatched",
    "note_received",
    "release",
    "release_due",
    "start_counting",
    "still_to_pay",
    "stop_release",
]
