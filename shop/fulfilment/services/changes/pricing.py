"""The group says what a change costs and how long it takes, or that it cannot be."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction

from shop.core.money import ZERO
from shop.core.states import MoveNotAllowed, move
from shop.oscar.partner.services import hold_more_goods
from shop.production.services import Wanted as Work
from shop.production.services import hold_capacity, key_of

from ...changing import (
    Reckoning,
    more_from_stock,
    ready_records,
    reckon_change,
    settling_of,
)
from ...models import ChangeRequest
from ...states import CAN_BE_CHANGED, CHANGE_TRANSITIONS, ChangeState
from ..delays import FARTHEST, TooEarly, TooFar
from .asking import still_possible
from .ending import end, locked_change
from .telling import tell_buyer


class ReasonNeeded(Exception):
    """The group asks another amount than suggested (`suggested` baht): the buyer reads why."""

    def __init__(self, suggested: Decimal):
        super().__init__(str(suggested))
        self.suggested = suggested


class TooCheap(Exception):
    """Below `least` baht a price would fall under zero."""

    def __init__(self, least: Decimal):
        super().__init__(str(least))
        self.least = least


class TooLittle(Exception):
    """So little cannot be paid by itself; nothing, or `least` baht and more, can."""

    def __init__(self, least: Decimal):
        super().__init__(f"at least {least}")
        self.least = least


def reckon_now(change: ChangeRequest, *, now: datetime, today: date) -> Reckoning:
    """What the screen suggests at this moment: the difference, and the first day that can be kept.

    Raises NoFreeDays and NoWayThere.
    """
    return reckon_change(
        change.fulfilment,
        change.wanted,
        until=_buyers_until(now),
        today=today,
        reference=change.reference,
    )


@transaction.atomic
def price_change(
    *,
    change_id: int,
    amount: Decimal | None = None,
    promised_on: date | None = None,
    words: str = "",
    now: datetime,
    today: date,
    by: Any,
) -> ChangeRequest:
    """The group's price: the difference in baht (below zero: goes back) and the new day.

    Without them it is what the shop suggests, or nothing more where that is too little to be
    paid. Goods and days are kept until the buyer's time is
    over; priced again, the buyer is told anew. Raises ReasonNeeded, TooCheap, TooLittle, TooEarly,
    CannotChange, NoFreeDays, NoWayThere, NotEnough, NoCapacity, and MoveNotAllowed once it is
    accepted or over.
    """
    change = locked_change(change_id)
    part = change.fulfilment
    allowed = change.state in (ChangeState.ASKED, ChangeState.PRICED) and change.due_at > now
    if not allowed or part.state not in CAN_BE_CHANGED:
        raise MoveNotAllowed(change, change.state, ChangeState.PRICED)
    found = reckon_now(change, now=now, today=today)
    still_possible(part, found.lines)
    least = Decimal(settings.LEAST_PAYMENT)
    too_little = ZERO < settling_of(part, found.suggested).to_pay < least
    if amount is None:
        amount = ZERO if too_little else found.suggested
    day = promised_on or found.promised_on
    if ZERO < settling_of(part, amount).to_pay < least:
        raise TooLittle(least)
    forgiven = too_little and not amount
    if amount != found.suggested and not forgiven and not words.strip():
        raise ReasonNeeded(found.suggested)
    if amount < found.least:
        raise TooCheap(found.least)
    if day < found.promised_on:
        raise TooEarly(found.promised_on)
    if day > (latest := today + timedelta(days=FARTHEST)):
        raise TooFar(latest)
    _hold(change, found, day, today)
    change.version += 1
    change.amount, change.promised_on, change.price_words = amount, day, words.strip()
    change.reckoned = _kept(change, found, day)
    change.priced_at, change.due_at, change.reminded_at = now, _buyers_until(now), None
    move(
        change,
        ChangeState.PRICED,
        transitions=CHANGE_TRANSITIONS,
        by=by,
        reason=f"version {change.version}",
        also=[
            "version", "amount", "promised_on", "price_words", "reckoned", "priced_at", "due_at",
            "reminded_at", "holds",
        ],
    )  # fmt: skip
    tell_buyer(change, "change_priced")
    return change


@transaction.atomic
def refuse_change(*, change_id: int, reason: str, by: Any) -> ChangeRequest:
    """The group cannot do it and says why; the order stays as it was. Raises MoveNotAllowed once
    the buyer has accepted."""
    change = locked_change(change_id)
    if change.state == ChangeState.REFUSED:
        return change
    end(change, ChangeState.REFUSED, by=by, reason=reason)
    tell_buyer(change, "change_refused")
    return change


def _buyers_until(now: datetime) -> datetime:
    return now + timedelta(hours=settings.CHANGE_ACCEPT_HOURS)


def _hold(change: ChangeRequest, found: Reckoning, day: date, today: date) -> None:
    """Goods first, then days, as everywhere; what an earlier version held goes back."""
    part = change.fulfilment
    more = more_from_stock(part, found.lines)
    ready = ready_records(part, more)
    goods = {pk: n for pk, n in more.items() if n > 0 and pk in ready}
    hold_more_goods(reference=change.reference, wanted=goods)
    works = [
        Work(
            key=key_of(work.job.pk),
            stockrecord_id=work.job.stockrecord_id,
            quantity=work.quantity,
            promise=work.promise,
            proof=work.job.proof,
        )
        for work in found.works
        if work.promise is not None
    ]
    hold_capacity(reference=change.reference, wanted=works, today=today)
    change.holds = bool(goods or works)


def _kept(change: ChangeRequest, found: Reckoning, day: date) -> dict[str, Any]:
    """What the price consists of, as it will be made; plain values."""
    assert change.amount is not None
    totals, charge = found.with_amount(change.amount)
    settling = settling_of(change.fulfilment, change.amount)
    option = found.option
    return {
        "suggested": str(found.suggested),
        "suggested_day": found.promised_on.isoformat(),
        "was_promised_on": change.fulfilment.promised_on.isoformat(),
        "charge": str(charge),
        "to_pay": str(settling.to_pay),
        "to_return": str(settling.to_return),
        "lines": [
            {
                "line": each.line.pk,
                "quantity": each.quantity,
                "unit_price": str(each.unit_price),
                "total": str(total),
            }
            for each, total in zip(found.lines, totals, strict=True)
        ],
        "works": [
            {
                "job": work.job.pk,
                "quantity": work.quantity,
                "units": work.units,
                "more": work.promise.units if work.promise else 0,
                "starts_on": work.starts_on.isoformat(),
                "due_on": work.due_on.isoformat(),
                "promised_on": work.promised_on.isoformat(),
                "anew": work.anew,
            }
            for work in found.works
        ],
        "method": None
        if option is None
        else {
            "slug": option.method.slug,
            "name_th": option.method.name_th,
            "name_en": option.method.name_en,
            "carrier": option.method.carrier_id,
            "fastest_days": option.fastest_days,
            "slowest_days": option.slowest_days,
        },
    }
