"""What a wanted change would cost and when the parcel could go, as of now. Reads; changes nothing.

The rules are told in docs/algorithms/changing-an-order.md. Amounts are baht; the difference is
what the buyer pays more (below zero: gets back).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils import timezone

from catalogue.asking.answering import Answer, is_non_returnable, price_of, units_of
from shop.core.money import ZERO, baht, split_exactly
from shop.core.places import TambonAddress, tambon_address
from shop.oscar.order.models import Line
from shop.oscar.partner.models import StockHold
from shop.oscar.partner.states import HoldState
from shop.production.changing import (
    WorkOtherwise,
    first_day_after,
    need_of,
    work_otherwise,
)
from shop.production.promising import (
    PACKING_DAYS_MADE,
    PACKING_DAYS_READY,
    promise_in_days,
    read_calendars,
    terms_of,
    works_on_of,
)
from shop.production.states import JobState, ProofPolicy

from .delivery import DeliveryOption, Load, RateBook
from .models import Fulfilment, Instalment
from .states import UNPAID

#: Work that has begun keeps its answers; finished work keeps its number too.
CAN_BE_ANSWERED_ANEW = (JobState.WAITING, JobState.QUEUED)
CAN_BE_COUNTED_ANEW = (*CAN_BE_ANSWERED_ANEW, JobState.IN_PRODUCTION)


@dataclass(frozen=True, slots=True)
class WantedLine:
    """One line as the buyer wants it; `answers` None: as they were."""

    line: Line
    quantity: int
    answers: tuple[Answer, ...] | None = None

    @property
    def changes(self) -> bool:
        return self.quantity != self.line.quantity or self.answers is not None

    @property
    def answered(self) -> list[Answer]:
        """The answers in force after the change."""
        return list(self.line.answers if self.answers is None else self.answers)

    @property
    def unit_price(self) -> Decimal:
        """Baht for one piece: the price it was sold at, with what other answers add."""
        price = self.line.unit_price_incl_tax
        if self.answers is None:
            return price
        return price - price_of(self.line.answers) + price_of(self.answers)

    @property
    def costs_more(self) -> Decimal:
        """What the line costs more than now (baht; below zero: less, at most what it costs)."""
        new, old = self.unit_price * self.quantity, self.line.unit_price_incl_tax
        return max(baht(new - old * self.line.quantity), -self.line.line_price_incl_tax)

    @property
    def more_pieces(self) -> int:
        return self.quantity - self.line.quantity

    @property
    def made_non_returnable(self) -> bool:
        """From now on made for this buyer alone."""
        return not self.line.non_returnable and is_non_returnable(self.answered)


@dataclass(slots=True)
class Reckoning:
    """What a change comes to. `promised_on` is the first day the plan can keep; `works` need it."""

    lines: list[WantedLine]
    charge: Decimal
    promised_on: date
    option: DeliveryOption | None = None
    works: list[WorkOtherwise] = field(default_factory=list)
    charge_before: Decimal = ZERO

    @property
    def suggested(self) -> Decimal:
        """The difference by the shop's rules, before the group says its own."""
        goods = sum((each.costs_more for each in self.lines), ZERO)
        return goods + self.charge - self.charge_before

    @property
    def least(self) -> Decimal:
        """Less than this difference would make a price fall below zero."""
        totals = [each.line.line_price_incl_tax + each.costs_more for each in self.lines]
        return self.suggested - (sum(totals, ZERO) if totals else self.charge)

    def with_amount(self, amount: Decimal) -> tuple[list[Decimal], Decimal]:
        """What each line and the delivery cost when the group asks `amount`; exact to the satang.

        What the group asks more or less than suggested is shared over the changed lines.
        """
        totals = [each.line.line_price_incl_tax + each.costs_more for each in self.lines]
        own = amount - self.suggested
        if not totals:
            return [], self.charge + own
        weights = totals if sum(totals) else [1] * len(totals)
        shares = split_exactly(own, weights)
        return [a + b for a, b in zip(totals, shares, strict=True)], self.charge


@dataclass(frozen=True, slots=True)
class Settling:
    """How a difference is settled: paid before, added to the balance, given back (baht)."""

    to_pay: Decimal = ZERO
    to_balance: Decimal = ZERO
    to_return: Decimal = ZERO


class NoWayThere(Exception):
    """No carrier of this group brings these goods to the wanted address."""


def wanted_lines(part: Fulfilment, wanted: Iterable[Mapping[str, Any]]) -> list[WantedLine]:
    """The lines of `ChangeRequest.wanted` that really change, beside what they are now."""
    lines = {row.line_id: row.line for row in part.lines.select_related("line__product__parent")}
    found = [
        WantedLine(
            lines[each["line"]],
            each["quantity"],
            None if each.get("answers") is None else tuple(each["answers"]),
        )
        for each in wanted
        if each["line"] in lines
    ]
    return [each for each in found if each.changes]


def reckon_change(
    part: Fulfilment,
    wanted: Mapping[str, Any],
    *,
    until: datetime,
    today: date,
    reference: Any = None,
) -> Reckoning:
    """What the wanted change comes to, if it is agreed by `until` at the latest.

    Days held for `reference` count as free: they are the change's own. Raises NoFreeDays and
    NoWayThere.
    """
    lines = wanted_lines(part, wanted.get("lines", ()))
    option, charge = _delivery(part, lines, wanted.get("address"), today)
    days = [part.promised_on, today]
    works = _works(lines, until=until, today=today, reference=reference)
    days += [work.promised_on for work in works]
    ready = timezone.localdate(until)
    for each in lines:
        if each.more_pieces > 0 and getattr(each.line, "job", None) is None:
            days.append(_day_without_workshop(each.line, ready))
    return Reckoning(lines, charge, max(days), option, works, part.charge)


def settling_of(part: Fulfilment, amount: Decimal) -> Settling:
    """An unpaid balance takes the difference, so that both payments still share one total.

    It never becomes so small that it cannot be paid: then more of the deposit goes back.
    """
    balance = unpaid_balance(part)
    if amount > 0:
        return Settling(to_balance=amount) if balance else Settling(to_pay=amount)
    less = min(-amount, balance.amount) if balance else ZERO
    if balance and ZERO < balance.amount - less < settings.LEAST_PAYMENT:
        less = max(balance.amount - settings.LEAST_PAYMENT, ZERO)
    return Settling(to_balance=-less, to_return=-amount - less)


def unpaid_balance(part: Fulfilment) -> Instalment | None:
    return next((each for each in part.instalments.all() if each.state in UNPAID), None)


def more_from_stock(part: Fulfilment, lines: Iterable[WantedLine]) -> dict[int, int]:
    """Stock record id → pieces more (below zero: fewer), over all its lines."""
    pieces: dict[int, int] = defaultdict(int)
    for each in lines:
        if each.line.stockrecord_id and each.more_pieces:
            pieces[each.line.stockrecord_id] += each.more_pieces
    return {pk: n for pk, n in pieces.items() if n}


def ready_records(part: Fulfilment, record_ids: Iterable[int]) -> set[int]:
    """Those of these stock records whose pieces in this order come from what is ready."""
    holds = StockHold.objects.of(part.order.checkout_reference).filter(
        stockrecord__in=list(record_ids), state=HoldState.TAKEN, from_stock=True
    )
    return set(holds.values_list("stockrecord_id", flat=True))


def needs_new_proof(each: WantedLine) -> bool:
    """Other answers are something else than what was approved, or is to be approved."""
    job = getattr(each.line, "job", None)
    return each.answers is not None and job is not None and job.proof != ProofPolicy.NONE


def place_of(part: Fulfilment) -> TambonAddress | None:
    return part.address.place if part.address else None


def _works(
    lines: Iterable[WantedLine], *, until: datetime, today: date, reference: Any
) -> list[WorkOtherwise]:
    made = [each for each in lines if getattr(each.line, "job", None) is not None]
    calendars = read_calendars(
        [each.line.job.workshop for each in made], today, without=[reference] if reference else []
    )
    works = []
    for each in sorted(made, key=lambda each: each.line.job.pk):
        job, record = each.line.job, each.line.stockrecord
        terms = terms_of(record) if record is not None else None
        anew = needs_new_proof(each)
        waits = anew or job.state == JobState.WAITING
        more_units = units_of(each.answered) * each.quantity
        sold = each.line.snapshot.get("promise") or {}
        works.append(
            work_otherwise(
                job,
                quantity=each.quantity,
                need=need_of(job, terms, quantity=each.quantity, more_units=more_units),
                begins_on=first_day_after(
                    timezone.localdate(until), proof_days=settings.PROOF_DAYS if waits else 0
                ),
                calendar=calendars[job.workshop_id],
                packing_days=terms.packing_days if terms else sold.get("packing_days", 0),
                anew=anew,
            )
        )
    return works


def _day_without_workshop(line: Line, agreed_on: date) -> date:
    """More ready pieces, or more that is made in lead days."""
    record = line.stockrecord
    ready = line.sold_as == "stock" or record is None
    lead = line.snapshot.get("lead_days") or 0
    days = PACKING_DAYS_READY if ready else lead + PACKING_DAYS_MADE
    if record is None:
        return agreed_on + timedelta(days=days)
    return promise_in_days(days, works_on_of(record), agreed_on)


def _delivery(
    part: Fulfilment,
    lines: list[WantedLine],
    address: Mapping[str, str] | None,
    today: date,
) -> tuple[DeliveryOption | None, Decimal]:
    """The way and the charge after the change: today's rates tell how much it differs."""
    counts = {each.line.pk: each.quantity for each in lines if each.more_pieces}
    if not address and not counts:
        return None, part.charge
    book = RateBook(today)
    here = place_of(part)
    there = tambon_address(address["tambon_code"]) if address else here
    rows = list(part.lines.select_related("line__product__parent"))
    if there is None or any(row.line.product is None for row in rows):
        return None, part.charge
    before = _option(part, book, [_load(row.line, row.line.quantity) for row in rows], here)
    pieces = {**{row.line.pk: row.line.quantity for row in rows}, **counts}
    loads = [_load(row.line, pieces[row.line.pk]) for row in rows]
    after = _option(part, book, loads, there)
    if after is None:
        raise NoWayThere
    charge = part.charge + after.price - before.price if before else after.price
    return after, max(baht(charge), ZERO)


def _load(line: Line, quantity: int) -> Load:
    product = line.product
    chilled = product.chilled or bool(product.is_child and product.parent.chilled)
    return Load(product.weight_g, product.parcel_cm, quantity, chilled)


def _option(
    part: Fulfilment, book: RateBook, loads: list[Load], to: TambonAddress | None
) -> DeliveryOption | None:
    """The way chosen before where it still goes there, the cheapest otherwise."""
    if to is None:
        return None
    options = book.options(loads, from_province=part.enterprise.province_code, to=to)
    same = next((each for each in options if each.method.slug == part.method_slug), None)
    return same or next(iter(options), None)
