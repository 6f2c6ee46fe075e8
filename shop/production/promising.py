"""When a group can hand a parcel to the carrier. Pure rules over rows and a day.

The rules are told in docs/algorithms/promise-date.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from math import ceil
from typing import Any

from django.conf import settings

from .models import MadeToOrderTerms, ProductionSlot, SlotAllocation, Workshop
from .planning import Plan, fill_earliest
from .states import PROMISED_BY_VILLAGES, UNMADE, ProofPolicy

RULE_VERSION = 2
#: Working days to pack what is ready, and to pack what has been made without a workshop.
PACKING_DAYS_READY = 2
PACKING_DAYS_MADE = 1
EVERY_DAY_BUT_SUNDAY = (1, 2, 3, 4, 5, 6)
#: Days of silence after which half, and then nothing, of the capacity is promised.
SILENCE_HALVES_AFTER = 10
SILENCE_STOPS_AFTER = 21
#: No group is closed longer than this without saying so; beyond it no day is looked for.
FARTHEST = timedelta(days=800)


@dataclass(frozen=True, slots=True)
class Promise:
    """What is promised for one line, and what it was reckoned from.

    The work fills `plan` from `starts_on` on; finished on `due_on` at the latest it is packed and
    handed over on `promised_on`. `units` is 0 where no workshop is needed (ready stock, or terms
    with lead days only, or the villages of `cluster_order_id` have kept theirs).
    """

    promised_on: date
    starts_on: date
    due_on: date
    units: int = 0
    plan: Plan = ()
    buffer_days: int = 0
    packing_days: int = 0
    workshop_id: int | None = None
    from_stock: bool = False
    cluster_order_id: int | None = None

    def snapshot(self) -> dict[str, Any]:
        """What an order line keeps of it; plain values, dates as ISO text."""
        return {
            "rule_version": RULE_VERSION,
            "promised_on": self.promised_on.isoformat(),
            "starts_on": self.starts_on.isoformat(),
            "due_on": self.due_on.isoformat(),
            "units": self.units,
            "buffer_days": self.buffer_days,
            "packing_days": self.packing_days,
            "workshop": self.workshop_id,
            "from_stock": self.from_stock,
            **({"cluster_order": self.cluster_order_id} if self.cluster_order_id else {}),
        }


@dataclass(slots=True)
class Calendar:
    """One workshop's days as they are now. `take` fills this copy, never the database.

    `free`: day → units that can still be promised, ascending, from tomorrow to the horizon;
    `open_days`: those of them on which the workshop works at all.
    """

    works_on: Sequence[int]
    smallest_batch: int = 1
    buffer_days: int = 0
    free: dict[date, int] = field(default_factory=dict)
    open_days: dict[date, bool] = field(default_factory=dict)

    def need(self, units: Decimal | int) -> int:
        """Whole units, rounded up to batches."""
        return max(ceil(Decimal(units) / self.smallest_batch), 1) * self.smallest_batch

    def take(self, plan: Plan) -> None:
        for day, units in plan:
            self.free[day] -= units

    def is_open(self, day: date) -> bool:
        known = self.open_days.get(day)
        return day.isoweekday() in self.works_on if known is None else known

    def working_day_after(self, day: date, count: int) -> date | None:
        """The `count`-th day after `day` on which the workshop works; `day` itself for 0."""
        limit = day + FARTHEST
        while count and day < limit:
            day += timedelta(days=1)
            count -= self.is_open(day)
        return None if count else day


Calendars = dict[int, Calendar]


def promise_date(
    stockrecord: Any, quantity: int, today: date, *, hour: int = 0, held: int = 0
) -> date | None:
    """The last day the group promises to hand `quantity` pieces to the carrier.

    None when it cannot be promised within the workshop's horizon. `hour` is the hour of the
    moment in Bangkok (for the cut-off), `held` ready pieces kept for this buyer. Raises ValueError
    for a quantity below 1.
    """
    terms = terms_of(stockrecord)
    calendars = read_calendars([terms.workshop], today) if terms else {}
    found = promise(stockrecord, quantity, today, calendars, hour=hour, held=held)
    return found.promised_on if found else None


def promise(
    stockrecord: Any,
    quantity: int,
    today: date,
    calendars: Calendars,
    *,
    hour: int = 0,
    held: int = 0,
    more_units: Decimal | int = 0,
    ready: bool | None = None,
) -> Promise | None:
    """`promise_date` with its reasons, out of calendars already read; nothing is taken of them.

    `more_units` is the work the buyer's answers add. `ready` says whether these pieces come from
    stock where the caller knows better: other lines of the order may want the same ones.
    """
    if quantity < 1:
        raise ValueError("at least one piece can be promised")
    terms = terms_of(stockrecord)
    if ready is None:
        ready = stockrecord.sells_from_stock(quantity, held=held)
    if ready:
        days = PACKING_DAYS_READY
    elif terms is None:
        days = stockrecord.lead_days + PACKING_DAYS_MADE
    elif terms.planned is not None:
        return promise_of_villages(terms.planned, terms, today)
    else:
        need = terms.setup_units + quantity * terms.units_per_piece + more_units
        return promise_of_work(terms, need, today, calendars[terms.workshop_id], hour=hour)
    day = promise_in_days(days, works_on_of(stockrecord), today)
    return Promise(day, today + timedelta(days=1), day, from_stock=ready)


def promise_of_work(
    terms: Any, need: Decimal | int, today: date, calendar: Calendar, *, hour: int = 0
) -> Promise | None:
    """The promise for `need` units under these terms; None beyond the horizon."""
    starts_on = first_day_of_work(terms, today, hour)
    units = calendar.need(need)
    plan = fill_earliest(calendar.free, units, starts_on=starts_on)
    if plan is None:
        return None
    due_on = calendar.working_day_after(plan[-1][0], calendar.buffer_days)
    promised_on = due_on and calendar.working_day_after(due_on, terms.packing_days)
    if due_on is None or promised_on is None:
        return None
    return Promise(
        promised_on,
        starts_on,
        due_on,
        units,
        plan,
        calendar.buffer_days,
        terms.packing_days,
        terms.workshop_id,
    )


def promise_of_villages(order: Any, terms: Any, today: date) -> Promise | None:
    """The day that the villages of a cluster have kept for a quote; no other day is to be had.

    None when they make it no more, when pieces have no village, or when the day is over.
    """
    if order.state not in PROMISED_BY_VILLAGES or order.parts_due_on <= today:
        return None
    starts_on = order.starts_on or order.parts_due_on
    return Promise(
        order.wished_on,
        starts_on,
        order.parts_due_on,
        packing_days=terms.packing_days,
        cluster_order_id=order.pk,
    )


def most_promised(
    stockrecord: Any,
    today: date,
    calendars: Calendars,
    *,
    hour: int = 0,
    held: int = 0,
    more_units: Decimal | int = 0,
    made_anyway: bool = False,
) -> int:
    """The largest quantity (pieces) that `promise` would promise now; 0 for none.

    `more_units` is the work answers add to one piece; `made_anyway`: ready pieces do not count.
    It stays within what one order may take, and is 0 where less could be made than the group
    makes at a time.
    """
    most = stockrecord.most_for(held=held)
    terms = terms_of(stockrecord)
    if terms is not None and terms.planned_id is not None:
        return 0
    if terms is not None:
        calendar = calendars[terms.workshop_id]
        first = first_day_of_work(terms, today, hour)
        free = sum(units for day, units in calendar.free.items() if day >= first)
        whole = free // calendar.smallest_batch * calendar.smallest_batch
        made = max(int((whole - terms.setup_units) // (terms.units_per_piece + more_units)), 0)
        ready = 0 if made_anyway else max(stockrecord.net_stock_level, 0) + held
        most = min(most, max(made, ready))
    return most if most >= max(stockrecord.min_quantity, 1) else 0


def first_day_of_work(terms: Any, today: date, hour: int) -> date:
    """The day after the order counts; with a proof, after the days allowed for approving it."""
    counts_on = today + timedelta(days=hour >= terms.cut_off_hour)
    if terms.proof != ProofPolicy.NONE:
        counts_on += timedelta(days=settings.PROOF_DAYS)
    return counts_on + timedelta(days=1)


def promise_in_days(days: int, works_on: Sequence[int], today: date) -> date:
    """The `days`-th working day after `today`."""
    weeks, rest = divmod(days, len(works_on))
    day = today + timedelta(weeks=weeks)
    if not rest and days:
        rest, day = len(works_on), day - timedelta(weeks=1)
    while rest:
        day += timedelta(days=1)
        if day.isoweekday() in works_on:
            rest -= 1
    return day


# --- reading ---


def terms_of(stockrecord: Any) -> MadeToOrderTerms | None:
    """The made-to-order terms; no statement where they were read with the record."""
    if not stockrecord.is_made_to_order:
        return None
    return getattr(stockrecord, "making", None)


def read_calendars(
    workshops: Iterable[Workshop], today: date, *, without: Iterable[Any] = ()
) -> Calendars:
    """The calendars of these workshops from tomorrow on; one statement whatever their number.

    What the jobs of the references `without` hold counts as free: it is the asker's own (one
    statement more).
    """
    by_id = {workshop.pk: workshop for workshop in workshops}
    if not by_id:
        return {}
    slots = ProductionSlot.objects.filter(workshop__in=by_id, day__gt=today).order_by("day")
    own = _own_units(list(without))
    days: dict[int, list[tuple[date, int, int]]] = defaultdict(list)
    rows = slots.values_list("pk", "workshop_id", "day", "capacity", "allocated")
    for pk, workshop_id, day, capacity, allocated in rows:
        days[workshop_id].append((day, capacity, allocated - own.get(pk, 0)))
    return {pk: calendar_of(workshop, days[pk], today) for pk, workshop in by_id.items()}


def calendar_of(workshop: Workshop, days: Iterable[tuple[date, int, int]], today: date) -> Calendar:
    """A calendar out of (day, capacity, allocated) in ascending order."""
    last = today + timedelta(days=workshop.horizon_days)
    percent = percent_promised(workshop, today)
    calendar = Calendar(days_of(workshop.works_on), workshop.smallest_batch, workshop.buffer_days)
    for day, capacity, allocated in days:
        calendar.open_days[day] = capacity > 0
        if day <= last:
            calendar.free[day] = max(capacity * percent // 100 - allocated, 0)
    return calendar


def percent_promised(workshop: Workshop, today: date) -> int:
    """How much of its capacity is promised to new orders: silence fades it."""
    silent = (today - workshop.heard_on).days
    if not workshop.is_open or silent > SILENCE_STOPS_AFTER:
        return 0
    return 50 if silent > SILENCE_HALVES_AFTER else 100


def promises_for_cards(products: Iterable[Any], today: date, *, hour: int = 0) -> dict[int, date]:
    """Product id → the earliest day its smallest order can be sent; two statements at most."""
    products = list(products)
    terms = terms_for_cards(products)
    calendars = read_calendars((each.workshop for each in terms), today)
    return card_promises(products, terms, calendars, today, hour=hour)


def terms_for_cards(products: Iterable[Any]) -> list[MadeToOrderTerms]:
    """The terms that decide what cards promise; none, and no statement, where all is ready."""
    made = [each.pk for each in products if each.takes_orders and not each.ready_pieces]
    if not made:
        return []
    return list(MadeToOrderTerms.objects.for_products(made).select_related("workshop"))


def card_promises(
    products: Iterable[Any],
    terms: Iterable[MadeToOrderTerms],
    calendars: Calendars,
    today: date,
    *,
    hour: int = 0,
) -> dict[int, date]:
    """Product id → the earliest day, by what `terms_for_cards` and `read_calendars` gave.

    Ready pieces are promised by the product's own summary, and so is what is made without a
    workshop; what no workshop can promise is not in the answer.
    """
    made: dict[int, list[Any]] = defaultdict(list)
    for each in terms:
        made[each.parent_id or each.product_id].append(each)  # type: ignore[attr-defined]
    found: dict[int, date] = {}
    for product in products:
        works_on = days_of(product.enterprise.works_on)
        days: list[date] = []
        if product.ready_pieces:
            days = [promise_in_days(PACKING_DAYS_READY, works_on, today)]
        elif product.pk in made:
            days = [
                promised.promised_on
                for each in made[product.pk]
                if (promised := _smallest(each, calendars[each.workshop_id], today, hour))
            ]
        elif product.takes_orders and product.first_lead_days is not None:
            lead = product.first_lead_days + PACKING_DAYS_MADE
            days = [promise_in_days(lead, works_on, today)]
        if days:
            found[product.pk] = min(days)
    return found


def _smallest(terms: Any, calendar: Calendar, today: date, hour: int) -> Promise | None:
    """The promise for the smallest order under these terms."""
    need = terms.setup_units + max(terms.least, 1) * terms.units_per_piece
    return promise_of_work(terms, need, today, calendar, hour=hour)


def _own_units(references: list[Any]) -> dict[int, int]:
    if not references:
        return {}
    rows = SlotAllocation.objects.filter(job__reference__in=references, job__state__in=UNMADE)
    own: dict[int, int] = defaultdict(int)
    for slot_id, units in rows.values_list("slot_id", "units"):
        own[slot_id] += units
    return own


def works_on_of(stockrecord: Any) -> Sequence[int]:
    return days_of(stockrecord.partner.enterprise.works_on)


def days_of(works_on: Iterable[int] | None) -> Sequence[int]:
    """ISO weekdays; who has not said works every day but Sunday."""
    return sorted({day for day in works_on or () if 1 <= day <= 7}) or EVERY_DAY_BUT_SUNDAY
