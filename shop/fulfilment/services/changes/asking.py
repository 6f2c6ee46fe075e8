"""A buyer says what should be otherwise, or takes it back."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from catalogue.asking.answering import Answer, Checked, digest_of, photo_tokens, raw_of
from catalogue.asking.services import check_sent, photos_sold, questions_of
from shop.core.models import StateChange
from shop.core.states import MoveNotAllowed
from shop.oscar.order.models import Line
from shop.oscar.order.services import PARTS
from shop.production.changing import NoFreeDays
from shop.production.models import ClusterOrder
from shop.production.states import JobState

from ...changing import (
    CAN_BE_ANSWERED_ANEW,
    CAN_BE_COUNTED_ANEW,
    WantedLine,
    reckon_change,
)
from ...models import ChangeRequest, Fulfilment
from ...states import CAN_BE_CHANGED, ChangeState, DelayState
from ..delays import AnsweredAlready, answer_notice, open_notice
from ..own_payments import is_being_paid
from ..parts import TooLate, locked
from .ending import end, locked_change
from .telling import tell_group

#: More pieces than this nobody types; the database's column would hold more.
MOST_PIECES = 9_999


@dataclass(frozen=True, slots=True)
class WantedOfLine:
    """What a form sent for one line: pieces, and the texts sent for its questions (None: as is)."""

    line_id: int
    quantity: int
    sent: Mapping[int, Sequence[str]] | None = None


class NothingAsked(Exception):
    """Everything is wanted as it is already."""


class OneIsOpen(Exception):
    """`change` waits for an answer; one at a time."""

    def __init__(self, change: ChangeRequest):
        super().__init__(str(change))
        self.change = change


class CannotChange(Exception):
    """This line stays as it is. `why`: "shared" (villages of a cluster make it), "begun" (its
    answers are being made), "finished" (all of it), "gone" (it is no longer sold)."""

    def __init__(self, line: Line, why: str):
        super().__init__(f"{line.pk}: {why}")
        self.line, self.why = line, why


class TooFewPieces(Exception):
    """The group makes no fewer than `least` of it at a time."""

    def __init__(self, line: Line, least: int):
        super().__init__(f"{line.pk}: at least {least}")
        self.line, self.least = line, least


class TooManyPieces(Exception):
    """No more than `most` of it in one order."""

    def __init__(self, line: Line, most: int):
        super().__init__(f"{line.pk}: at most {most}")
        self.line, self.most = line, most


class BadAnswers(Exception):
    """The answers for `line` do not fit the group's questions; `checked` tells what is wrong."""

    def __init__(self, line: Line, checked: Checked):
        super().__init__(f"{line.pk}: {checked.refusals}")
        self.line, self.checked = line, checked


class BeingPaid(Exception):
    """A payment for it is under way; close it first."""


@transaction.atomic
def ask_change(
    *,
    fulfilment_id: int,
    wanted: Iterable[WantedOfLine],
    address: Mapping[str, str] | None = None,
    words: str = "",
    token: UUID,
    now: datetime,
    today: date,
    by: Any = None,
) -> ChangeRequest:
    """The buyer asks for other pieces, answers or another address; the group has
    `CHANGE_ANSWER_HOURS` to say its price. Nothing changes yet.

    Sent twice with one token it is asked once; it is also the answer to an open notice of delay.
    Raises TooLate once it is packed, OneIsOpen, NothingAsked, CannotChange, TooFewPieces,
    TooManyPieces, BadAnswers, NoWayThere for an address nobody goes to.
    """
    part = locked(fulfilment_id)
    known = part.changes.filter(token=token).first()
    if known is not None:
        return known
    if part.state not in CAN_BE_CHANGED:
        raise TooLate(part)
    if (before := open_change(part)) is not None:
        raise OneIsOpen(before)
    lines = _wanted_lines(part, wanted)
    there = dict(address) if address and not _is_there(part, address) else None
    if not lines and there is None:
        raise NothingAsked
    kept = {"lines": [_kept(each) for each in lines], **({"address": there} if there else {})}
    due_at = now + timedelta(hours=settings.CHANGE_ANSWER_HOURS)
    with suppress(NoFreeDays):  # the group may make room, or refuses
        reckon_change(part, kept, until=due_at, today=today)
    change = ChangeRequest.objects.create(
        fulfilment=part,
        token=token,
        wanted=kept,
        before=_as_it_is(part, lines),
        words=words,
        by=by if getattr(by, "pk", None) else None,
        asked_at=now,
        due_at=due_at,
    )
    StateChange.objects.create(
        about_label=change._meta.label_lower, about_id=change.pk, new=change.state, by=change.by
    )
    photos_sold(tokens=[t for each in lines for t in photo_tokens(each.answered)], now=now)
    _answer_delay(part, now=now, by=by)
    tell_group(change, "change_asked")
    return change


@transaction.atomic
def withdraw_change(*, change_id: int, by: Any = None) -> ChangeRequest:
    """The buyer leaves it as it is. Raises MoveNotAllowed once it is over, and BeingPaid while
    a payment for it is under way."""
    change = locked_change(change_id)
    if change.state == ChangeState.WITHDRAWN:
        return change
    if not change.is_open:
        raise MoveNotAllowed(change, change.state, ChangeState.WITHDRAWN)
    if is_being_paid(change.reference):
        raise BeingPaid
    end(change, ChangeState.WITHDRAWN, by=by)
    tell_group(change, "change_withdrawn")
    return change


def open_change(part: Fulfilment) -> ChangeRequest | None:
    """The change of this part that something can still come of."""
    return next((each for each in part.changes.all() if each.is_open), None)


def may_ask(part: Fulfilment) -> bool:
    return part.state in CAN_BE_CHANGED and open_change(part) is None


def why_not(line: Line, shared: Iterable[int]) -> tuple[str, str]:
    """Why the number and the answers of a line stay as they are ("" where they may change).

    `shared`: lines that villages of a cluster make together. The line comes with its job.
    """
    job = getattr(line, "job", None)
    if line.pk in set(shared):
        return "shared", "shared"
    if line.stockrecord is None:
        return "gone", "gone"
    if job is None:
        begun = line.sold_as != "stock" and line.fulfilment_line.fulfilment.state == "started"
        return "", "begun" if begun else ""
    state = JobState(job.state)
    if state == JobState.RELEASED:
        return "gone", "gone"
    if state not in CAN_BE_COUNTED_ANEW:
        return "finished", "finished"
    return "", "" if state in CAN_BE_ANSWERED_ANEW else "begun"


def shared_lines(part: Fulfilment) -> set[int]:
    found = ClusterOrder.objects.alive().filter(line__fulfilment_line__fulfilment=part)
    return set(found.values_list("line_id", flat=True))


# --- the inside ---


def _wanted_lines(part: Fulfilment, wanted: Iterable[WantedOfLine]) -> list[WantedLine]:
    rows = part.lines.select_related(
        "fulfilment", "line__job__workshop", "line__stockrecord", "line__product__parent"
    )
    lines = {row.line_id: row.line for row in rows}
    shared = shared_lines(part)
    asked = {each.line_id: each for each in wanted if each.line_id in lines}
    found = []
    for pk, each in asked.items():
        line = lines[pk]
        answers = _answers(line, each.sent)
        one = WantedLine(line, each.quantity, answers)
        if one.changes:
            _possible(one, shared)
            found.append(one)
    _within_terms(lines.values(), found)
    return found


def _possible(one: WantedLine, shared: Iterable[int]) -> None:
    number, answers = why_not(one.line, shared)
    if one.more_pieces and number:
        raise CannotChange(one.line, number)
    if one.answers is not None and answers:
        raise CannotChange(one.line, answers)


def still_possible(part: Fulfilment, lines: Iterable[WantedLine]) -> None:
    """The group may have gone on with its work since it was asked. Raises CannotChange."""
    shared = shared_lines(part)
    for each in lines:
        _possible(each, shared)


def _answers(line: Line, sent: Mapping[int, Sequence[str]] | None) -> tuple[Answer, ...] | None:
    """The answers sent, where they are others; what was answered so before keeps its price."""
    if sent is None or line.product is None:
        return None
    typed = {pk: [t for t in texts if t.strip()] for pk, texts in sent.items()}
    if {pk: texts for pk, texts in typed.items() if texts} == raw_of(line.answers):
        return None
    checked = check_sent(questions_of([line.product])[line.product.pk], sent)
    if not checked.is_right:
        raise BadAnswers(line, checked)
    if digest_of(checked.answers) == digest_of(line.answers):
        return None
    old = {(each["question"], each["value"]): each for each in line.answers}
    return tuple(old.get((a["question"], a["value"]), a) for a in checked.answers)


def _within_terms(lines: Iterable[Line], changed: list[WantedLine]) -> None:
    """Several lines may be of one thing (with other answers): together they keep to its terms."""
    new = {each.line.pk: each for each in changed if each.more_pieces}
    every = list(lines)
    for each in new.values():
        record = each.line.stockrecord
        same = [line for line in every if line.stockrecord_id == record.pk]
        pieces = sum(new[x.pk].quantity if x.pk in new else x.quantity for x in same)
        besides = pieces - each.quantity
        if each.quantity < 1 or pieces < record.min_quantity:
            raise TooFewPieces(each.line, max(record.min_quantity - besides, 1))
        most = min(record.max_quantity or MOST_PIECES, MOST_PIECES)
        if each.more_pieces > 0 and pieces > most:
            raise TooManyPieces(each.line, most - besides)
        free = record.free_pieces
        if each.line.sold_as == "stock" and each.more_pieces > free:
            raise TooManyPieces(each.line, each.line.quantity + free)


def _is_there(part: Fulfilment, address: Mapping[str, str]) -> bool:
    """Whether the parcel goes to this address already."""
    now = part.address
    return now is not None and address_facts(now) == dict(address)


def address_facts(address: Any) -> dict[str, str]:
    """An address as `ChangeRequest` keeps it."""
    return {
        "name": address.first_name,
        "phone": str(address.phone_number or ""),
        **{name: getattr(address, name) or "" for name in PARTS},
    }


def _kept(each: WantedLine) -> dict[str, Any]:
    answers = None if each.answers is None else [dict(answer) for answer in each.answers]
    return {"line": each.line.pk, "quantity": each.quantity, "answers": answers}


def _as_it_is(part: Fulfilment, lines: Iterable[WantedLine]) -> dict[str, Any]:
    return {
        "promised_on": part.promised_on.isoformat(),
        "goods": str(part.goods),
        "charge": str(part.charge),
        "address": address_facts(part.address) if part.address else None,
        "lines": [line_facts(each.line) for each in lines],
    }


def line_facts(line: Line) -> dict[str, Any]:
    """A line as it stands, to be kept when it changes."""
    return {
        "line": line.pk,
        "title": line.title,
        "title_en": line.title_en,
        "quantity": line.quantity,
        "unit_price": str(line.unit_price_incl_tax),
        "total": str(line.line_price_incl_tax),
        "answers": [dict(answer) for answer in line.answers],
    }


def _answer_delay(part: Fulfilment, *, now: datetime, by: Any) -> None:
    """Asking for a change answers an open notice of delay; one whose time is over stays."""
    notice = open_notice(part)
    if notice is None:
        return
    try:
        answer_notice(notice_id=notice.pk, answer=DelayState.CHANGES, now=now, by=by)
    except AnsweredAlready:
        return
