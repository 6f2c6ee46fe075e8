"""What a basket would cost and when it would be sent, group by group, as of now.

The same reckoning serves the basket, every step of the checkout and the moment of paying;
there it is frozen (`Offer.frozen`) and the order is written from the frozen form alone.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.conf import settings

from catalogue.asking.answering import (
    units_of,
)
from producers.models import Enterprise
from shop.core.money import ZERO
from shop.core.places import TambonAddress
from shop.oscar.partner.models import StockRecord
from shop.production.promising import (
    RULE_VERSION,
    Calendars,
    most_promised,
    promise,
    read_calendars,
    terms_of,
)
from shop.production.services import Wanted as Work
from shop.production.states import ProofPolicy

from .cancelling import Terms, in_one_sentence
from .delivery import DeliveryOption, Load, RateBook
from .freezing import frozen_group
from .lines import LineOffer, Wanted
from .models import Zone
from .splitting import balances


@dataclass(slots=True)
class GroupOffer:
    """One group's part: its lines, the ways to send them, and the way chosen."""

    enterprise: Enterprise
    lines: list[LineOffer]
    options: list[DeliveryOption] = field(default_factory=list)
    chosen: DeliveryOption | None = None
    undeliverable: bool = False
    balance: Decimal = ZERO  # baht that are due when it is finished; the rest is due now

    @property
    def goods(self) -> Decimal:
        return sum((line.total for line in self.lines), ZERO)

    @property
    def charge(self) -> Decimal:
        return self.chosen.price if self.chosen else ZERO

    @property
    def total(self) -> Decimal:
        return self.goods + self.charge

    @property
    def chilled(self) -> bool:
        return any(line.chilled for line in self.lines)

    @property
    def made_to_order(self) -> bool:
        return any(line.is_made for line in self.lines)

    @property
    def due_now(self) -> Decimal:
        return self.total - self.balance

    @property
    def on_deposit(self) -> Decimal:
        """The price (baht) of its goods whose terms say half now, half when finished."""
        return sum((line.total for line in self.lines if line.is_on_deposit), ZERO)

    @property
    def cancelling(self) -> Terms:
        """Until when it can be cancelled and what comes back, as it will be frozen."""
        return in_one_sentence((line.ladder, line.total, line.starts_on) for line in self.lines)

    @property
    def promised_on(self) -> date | None:
        """Its goods travel together, so the slowest line sets the day."""
        return max((line.promised_on for line in self.lines if line.promised_on), default=None)

    @property
    def arrives_between(self) -> tuple[date, date] | None:
        if self.chosen is None or self.promised_on is None:
            return None
        return (
            self.promised_on + timedelta(days=self.chosen.fastest_days),
            self.promised_on + timedelta(days=self.chosen.slowest_days),
        )


@dataclass(slots=True)
class Offer:
    """All groups' parts together, in baht."""

    groups: list[GroupOffer]
    today: date

    @property
    def lines(self) -> list[LineOffer]:
        return [line for group in self.groups for line in group.lines]

    @property
    def goods(self) -> Decimal:
        return sum((group.goods for group in self.groups), ZERO)

    @property
    def charges(self) -> Decimal:
        return sum((group.charge for group in self.groups), ZERO)

    @property
    def total(self) -> Decimal:
        return self.goods + self.charges

    @property
    def balance(self) -> Decimal:
        """What is due later, when goods are finished."""
        return sum((group.balance for group in self.groups), ZERO)

    @property
    def due_now(self) -> Decimal:
        return self.total - self.balance

    @property
    def is_empty(self) -> bool:
        return not self.groups

    @property
    def non_returnable(self) -> bool:
        """Something here is made for this buyer alone."""
        return any(line.non_returnable for line in self.lines)

    @property
    def has_problem(self) -> bool:
        """Something here cannot be bought as it is."""
        return any(line.problem for line in self.lines) or any(
            group.undeliverable for group in self.groups
        )

    @property
    def is_complete(self) -> bool:
        """Every group has a way to be sent and nothing stands in the way."""
        return bool(self.groups) and not self.has_problem and all(g.chosen for g in self.groups)

    @property
    def fingerprint(self) -> str:
        """Another one when anything a buyer was shown has changed: goods, prices, ways or days."""
        shown = [
            [
                group.enterprise.pk,
                group.chosen.method.slug if group.chosen else "",
                str(group.charge),
                str(group.balance),
                str(group.promised_on),
                [str(day) for day in group.arrives_between or ()],
                [
                    [x.wanted.key, x.quantity, str(x.unit_price), x.non_returnable]
                    for x in group.lines
                ],
            ]
            for group in self.groups
        ]
        return sha256(json.dumps(shown).encode()).hexdigest()

    def quantities(self) -> dict[int, int]:
        """Stock record id → pieces over all its lines, as `hold_goods` wants them."""
        pieces: dict[int, int] = defaultdict(int)
        for line in self.lines:
            pieces[line.stockrecord.pk] += line.quantity
        return dict(pieces)

    def made(self) -> set[int]:
        """The stock records whose pieces are still to be made."""
        return {line.stockrecord.pk for line in self.lines if line.is_made}

    def work(self) -> list[Work]:
        """What has to be made, as `hold_capacity` wants it."""
        return [_work(line) for line in self.lines if line.promise and line.promise.units]

    def frozen(self) -> dict[str, Any]:
        """Everything the sale uses, in plain values, as it is at this moment."""
        return {
            "rule_version": RULE_VERSION,
            "day": self.today.isoformat(),
            "total": str(self.total),
            "due_now": str(self.due_now),
            "groups": [frozen_group(group) for group in self.groups],
        }


def make_offer(
    wanted: Iterable[Wanted],
    *,
    today: date,
    to: TambonAddress | None = None,
    choices: Mapping[str, str] | None = None,
    rate_book: RateBook | None = None,
    hour: int = 0,
    reference: Any = None,
    kept: Iterable[Any] = (),
) -> Offer:
    """Reckon what these goods cost and when they are sent.

    `to` is where they go (without it, charges are for a parcel elsewhere in the country);
    `choices` maps enterprise ids (as text) to delivery method slugs, the cheapest being chosen
    where none is. `hour` is the hour in Bangkok (for cut-offs); days held for `reference`, and
    for the offers `kept` for this buyer, count as free. The stock records must come with product,
    parent, partner__enterprise and making__workshop. Lines of one workshop are promised one after
    the other.
    """
    wanted = list(wanted)
    own = [*kept, *([reference] if reference is not None else [])]
    calendars = _calendars_of(wanted, today, own)
    pieces: dict[int, int] = defaultdict(int)
    for item in wanted:
        pieces[item.stockrecord.pk] += item.quantity
    answered = {item.stockrecord.pk for item in wanted if item.answers}
    by_group: dict[int, list[LineOffer]] = defaultdict(list)
    enterprises: dict[int, Enterprise] = {}
    for item in wanted:
        enterprise = item.stockrecord.partner.enterprise
        enterprises[enterprise.pk] = enterprise
        record = item.stockrecord
        item = replace(item, besides=pieces[record.pk] - item.quantity)
        ready = is_sold_ready(
            record, pieces[record.pk], held=item.held, answered=record.pk in answered
        )
        by_group[enterprise.pk].append(_line_offer(item, today, hour, calendars, ready))
    groups = [GroupOffer(enterprises[pk], lines) for pk, lines in by_group.items()]
    if groups:
        book = rate_book or RateBook(today)
        for group in groups:
            _choose_delivery(group, book, to, (choices or {}).get(str(group.enterprise.pk)))
    offer = Offer(groups, today)
    later = balances(
        [group.on_deposit for group in groups],
        total=offer.total,
        threshold=Decimal(settings.DEPOSIT_FROM),
        least=Decimal(settings.LEAST_PAYMENT),
    )
    for group, balance in zip(groups, later, strict=True):
        group.balance = balance
    return offer


def _calendars_of(wanted: Iterable[Wanted], today: date, own: Iterable[Any]) -> Calendars:
    terms = [terms_of(item.stockrecord) for item in wanted]
    return read_calendars([each.workshop for each in terms if each], today, without=own)


def is_sold_ready(record: StockRecord, pieces: int, *, held: int = 0, answered: bool) -> bool:
    """Whether all the pieces of one record in one order come from what is ready.

    What is made to order and has answers is always made: nobody has made it yet.
    """
    if record.is_made_to_order and answered:
        return False
    return record.sells_from_stock(pieces, held=held)


def _line_offer(
    item: Wanted, today: date, hour: int, calendars: Calendars, ready: bool
) -> LineOffer:
    problem, found, most_now = _problem(item), None, None
    if problem != "gone":
        found = promise(
            item.stockrecord,
            max(item.quantity, 1),
            today,
            calendars,
            hour=hour,
            more_units=item.more_units,
            ready=ready,
        )
        if found is None:
            problem = problem or "full"
            most_now = most_promised(
                item.stockrecord,
                today,
                calendars,
                hour=hour,
                held=item.held,
                more_units=units_of(item.answers),
                made_anyway=bool(item.answers),
            )
    if found and found.workshop_id:
        calendars[found.workshop_id].take(found.plan)
    return LineOffer(item, item.unit_price, found, problem, most_now)


def _work(line: LineOffer) -> Work:
    terms = terms_of(line.stockrecord)
    assert line.promise is not None
    return Work(
        key=line.wanted.key,
        stockrecord_id=line.stockrecord.pk,
        quantity=line.quantity,
        promise=line.promise,
        proof=terms.proof if terms else ProofPolicy.NONE,
    )


def _problem(item: Wanted) -> str:
    record = item.stockrecord
    open_now = record.product.is_for_sale and record.partner.enterprise.is_open
    if not open_now or record.price is None or record.most_for(held=item.held) < 1:
        return "gone"
    if item.ask_again:
        return "answers"
    if item.quantity > item.most:
        return "too_many"
    return "too_few" if item.quantity + item.besides < record.min_quantity else ""


def _choose_delivery(
    group: GroupOffer, book: RateBook, to: TambonAddress | None, choice: str | None
) -> None:
    loads = [
        Load(line.product.weight_g, line.product.parcel_cm, line.quantity, line.chilled)
        for line in group.lines
    ]
    if to is None:
        group.options = book.options_in_zone(loads, Zone.ELSEWHERE)
    else:
        group.options = book.options(loads, from_province=group.enterprise.province_code, to=to)
    group.undeliverable = not group.options
    by_slug = {option.method.slug: option for option in group.options}
    group.chosen = by_slug.get(choice or "") or (group.options[0] if group.options else None)
