"""The waiting list: joining, leaving, and offers of days that became free.

Who came first is asked first; days are offered to the first entry they are enough for, and kept
for it until it answers or its time is over. The rules are told in
docs/algorithms/promise-date.md, "The waiting list". Locks: the workshop, then its entries.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone, translation

from shop.core.states import move
from shop.core.sweeps import each_alone
from shop.oscar.partner.models import StockRecord
from shop.outbox.services import Contact, send_later

from ..models import Job, WaitingEntry
from ..promising import Calendars, Promise, promise, promise_of_work, read_calendars, terms_of
from ..states import WAITING_TRANSITIONS, JobState, WaitingState
from .capacity import NoCapacity, Wanted, hold_capacity, lock_workshops, release_jobs

#: The one work that an entry's reference holds.
KEY = "waiting"


class CannotWait(Exception):
    """There is nothing to wait for: not on sale, not made in a workshop, or so many are never
    made at a time (`least` and `most` pieces, where the quantity is what is wrong)."""

    def __init__(self, least: int | None = None, most: int | None = None):
        super().__init__(f"{least}–{most}")
        self.least, self.most = least, most


class CanBePromised(Exception):
    """So many can be promised now, for `promised_on`; nobody has to wait."""

    def __init__(self, promised_on: date):
        super().__init__(str(promised_on))
        self.promised_on = promised_on


class NotOffered(Exception):
    """Nothing is kept for this entry (any more); `entry` tells how it stands."""

    def __init__(self, entry: WaitingEntry):
        super().__init__(str(entry))
        self.entry = entry


# --- the buyer ---


@transaction.atomic
def join_waiting_list(
    *,
    stockrecord_id: int,
    quantity: int,
    now: datetime,
    user: Any = None,
    email: str = "",
    language: str = "th",
) -> WaitingEntry:
    """Wait for `quantity` pieces. Joined again, fewer keep the place; more go to the end.

    A guest gives an e-mail address. Raises CannotWait, and CanBePromised where nobody has to.
    """
    record = _record(stockrecord_id)
    terms = terms_of(record) if record is not None else None
    if record is None or terms is None or not is_on_sale(record):
        raise CannotWait
    least, most = max(record.min_quantity, 1), record.most_per_order
    if not least <= quantity <= most:
        raise CannotWait(least, most)
    workshop = lock_workshops([terms.workshop_id])[terms.workshop_id]
    who: dict[str, Any] = {"user": user} if user else {"user": None, "email": email.lower()}
    entries = WaitingEntry.objects.for_update().open().filter(stockrecord=record, **who)
    entry = entries.first()
    if entry is not None and entry.is_offered:
        return entry
    moment = timezone.localtime(now)
    calendars = read_calendars([workshop], moment.date())
    found = promise(record, quantity, moment.date(), calendars, hour=moment.hour)
    if found is not None:
        raise CanBePromised(found.promised_on)
    if entry is None:
        entry = WaitingEntry.objects.create(
            stockrecord=record, quantity=quantity, language=language, joined_at=now, **who
        )
    elif entry.quantity != quantity:
        entry.joined_at = entry.joined_at if quantity < entry.quantity else now
        entry.quantity, entry.language = quantity, language
        entry.save(update_fields=["quantity", "joined_at", "language"])
    else:
        return entry
    _tell(entry, "waiting_joined", offer_hours=settings.WAITING_OFFER_HOURS)
    return entry


@transaction.atomic
def leave_waiting_list(*, entry: WaitingEntry, now: datetime, by: Any = None) -> WaitingEntry:
    """The buyer does not want it any more; days that were kept go to the next. Safe to repeat."""
    entry, workshops = _locked(entry)
    if not entry.is_open:
        return entry
    move(entry, WaitingState.LEFT, transitions=WAITING_TRANSITIONS, by=by)
    if _release(entry):
        offer_freed_days(workshops, now=now)
    return entry


@transaction.atomic
def take_offer(*, entry: WaitingEntry, basket_id: int, now: datetime) -> WaitingEntry:
    """The offer lies in this basket: its checkout finds the kept days. Raises NotOffered."""
    entry, _ = _locked(entry)
    if not entry.is_offered or entry.offered_until is None or entry.offered_until <= now:
        raise NotOffered(entry)
    entry.basket_id = basket_id
    entry.save(update_fields=["basket_id"])
    return entry


def promise_to(entry: WaitingEntry, *, now: datetime) -> Promise | None:
    """What can be promised to this entry at this moment, with the days kept for it."""
    moment = timezone.localtime(now)
    terms = terms_of(entry.stockrecord)
    references = [each for each in (entry.reference, entry.checkout_reference) if each]
    workshops = [terms.workshop] if terms else []
    calendars = read_calendars(workshops, moment.date(), without=references)
    return promise(entry.stockrecord, entry.quantity, moment.date(), calendars, hour=moment.hour)


# --- the checkout ---


def offers_in_basket(basket_id: int | None, stockrecord_ids: Iterable[int]) -> list[UUID]:
    """The references whose days are this basket's own; no statement where nothing is made."""
    ids = list(stockrecord_ids)
    if basket_id is None or not ids:
        return []
    entries = WaitingEntry.objects.offered().filter(basket_id=basket_id, stockrecord__in=ids)
    return list(entries.values_list("reference", flat=True))


def hand_over_offers(*, references: Iterable[UUID], to: UUID) -> None:
    """A checkout's hold has taken over the days of these offers (`hold_capacity(instead_of=…)`)."""
    wanted = list(references)
    if wanted:
        offered = WaitingEntry.objects.offered().filter(reference__in=wanted)
        offered.update(checkout_reference=to)


def follow_basket(*, basket_id: int, into: int) -> None:
    """A guest has signed in: offers in their basket are in the person's own from now on."""
    WaitingEntry.objects.offered().filter(basket_id=basket_id).update(basket_id=into)


def note_ordered(*, reference: UUID, stockrecord_ids: Iterable[int]) -> None:
    """The checkout has become an order: whoever waited for these goods has them."""
    entries = WaitingEntry.objects.for_update().offered()
    for entry in entries.filter(
        checkout_reference=reference, stockrecord__in=list(stockrecord_ids)
    ).order_by("pk"):
        move(entry, WaitingState.TAKEN, transitions=WAITING_TRANSITIONS, by=entry.user)


def keep_offers_of(reference: UUID, *, now: datetime) -> None:
    """A checkout has let its days go: keep them again for offers that still stand.

    The caller holds the workshops. What no longer fits is put back in its place by `keep_offers`.
    """
    standing = WaitingEntry.objects.for_update().offered().with_goods()
    for entry in standing.filter(checkout_reference=reference, offered_until__gt=now).in_turn():
        assert entry.offered_until is not None
        entry.checkout_reference = None
        entry.save(update_fields=["checkout_reference"])
        workshop = entry.stockrecord.making.workshop
        calendars = read_calendars([workshop], timezone.localdate(now))
        if found := _promise_until(entry, entry.offered_until, calendars):
            _hold(entry, found, now=now)


# --- offering ---


def offer_freed_days(workshop_ids: Iterable[int], *, now: datetime) -> list[WaitingEntry]:
    """Offer what is free in these workshops to those who wait, first come first.

    The caller holds the workshops. An offer stands `WAITING_OFFER_HOURS`; its days are kept from
    the day on which the latest answer would let the work begin, so it holds until the last hour.
    """
    entries = list(
        WaitingEntry.objects.for_update()
        .waiting()
        .in_workshops(workshop_ids)
        .with_goods()
        .in_turn()
    )
    if not entries:
        return []
    until = now + timedelta(hours=settings.WAITING_OFFER_HOURS)
    workshops = [entry.stockrecord.making.workshop for entry in entries]
    calendars = read_calendars(workshops, timezone.localdate(now))
    offered = []
    for entry in entries:
        found = _promise_until(entry, until, calendars)
        if found is None or not is_on_sale(entry.stockrecord):
            continue
        if not _hold(entry, found, now=now):
            continue
        calendars[entry.stockrecord.making.workshop_id].take(found.plan)
        entry.offered_at, entry.offered_until = now, until
        entry.promised_on = found.promised_on
        entry.basket_id = entry.checkout_reference = None
        move(
            entry,
            WaitingState.OFFERED,
            transitions=WAITING_TRANSITIONS,
            also=["offered_at", "offered_until", "promised_on", "basket_id", "checkout_reference"],
        )
        _tell(entry, "waiting_offer")
        offered.append(entry)
    return offered


def is_on_sale(record: StockRecord) -> bool:
    """Whether the product is shown and its group takes orders."""
    return (
        record.price is not None
        and record.product.is_published
        and record.partner.enterprise.is_open
    )


# --- sweeps ---


def offer_freed_capacity(*, now: datetime | None = None) -> int:
    """Days freed by time, by the group or by a new workshop are offered to those who wait."""
    moment = now or timezone.now()
    waiting = WaitingEntry.objects.waiting().order_by()
    ids = waiting.values_list("stockrecord__making__workshop", flat=True).distinct()
    offered = []

    def offer(workshop_id: int) -> None:
        lock_workshops([workshop_id])
        offered.extend(offer_freed_days([workshop_id], now=moment))

    each_alone(sorted(pk for pk in ids if pk), offer)
    return len(offered)


def lapse_offers(*, now: datetime | None = None) -> int:
    """Offers nobody took in time end, and their days go to the next.

    An offer that is being paid at that moment waits for the end of the payment.
    """
    moment = now or timezone.now()
    due = WaitingEntry.objects.offered().filter(offered_until__lte=moment).exclude(_being_paid())

    def lapse(entry: WaitingEntry) -> bool:
        entry, workshops = _locked(entry)
        if not due.filter(pk=entry.pk).exists():
            return False
        move(entry, WaitingState.LAPSED, transitions=WAITING_TRANSITIONS, reason="no answer")
        _release(entry)
        _tell(entry, "waiting_lapsed")
        offer_freed_days(workshops, now=moment)
        return True

    return each_alone(due.order_by("offered_until", "pk")[:100], lapse)


def keep_offers(*, now: datetime | None = None) -> int:
    """Offers whose days are gone (the group closed them) have their place in the list again."""
    moment = now or timezone.now()
    own = Job.objects.filter(
        reference=OuterRef("reference"), state=JobState.HELD, unplanned_units=0
    )
    broken = (
        WaitingEntry.objects.offered()
        .filter(offered_until__gt=moment)
        .exclude(_being_paid())
        .exclude(Exists(own))
    )

    def put_back(entry: WaitingEntry) -> bool:
        entry, workshops = _locked(entry)
        if not broken.filter(pk=entry.pk).exists():
            return False
        _release(entry)
        entry.offered_until = entry.promised_on = None
        entry.basket_id = entry.checkout_reference = None
        move(
            entry,
            WaitingState.WAITING,
            transitions=WAITING_TRANSITIONS,
            reason="the days are closed",
            also=["offered_until", "promised_on", "basket_id", "checkout_reference"],
        )
        _tell(entry, "waiting_again")
        offer_freed_days(workshops, now=moment)
        return True

    return each_alone(broken.in_turn()[:100], put_back)


# --- links ---


def entry_token(entry: WaitingEntry) -> str:
    """The signature that lets a guest see the entry from a mail, on whatever phone."""
    return signing.Signer(salt="waiting").signature(str(entry.reference))


def entry_path(entry: WaitingEntry, *, language: str = "") -> str:
    """The signed address of an entry's page."""
    with translation.override(language or entry.language):
        return reverse("shopfront:waiting_entry", args=[entry.reference, entry_token(entry)])


# --- inside ---


def _being_paid() -> Any:
    paying = Job.objects.filter(
        reference=OuterRef("checkout_reference"),
        stockrecord=OuterRef("stockrecord"),
        state=JobState.HELD,
    )
    return Q(Exists(paying))


def _promise_until(entry: WaitingEntry, until: datetime, calendars: Calendars) -> Promise | None:
    """What can be promised even to an answer at the last moment of an offer."""
    terms = terms_of(entry.stockrecord)
    if terms is None:
        return None
    last = timezone.localtime(until)
    need = terms.setup_units + entry.quantity * terms.units_per_piece
    return promise_of_work(terms, need, last.date(), calendars[terms.workshop_id], hour=last.hour)


def _hold(entry: WaitingEntry, found: Promise, *, now: datetime) -> bool:
    """Keep these days for the entry."""
    proof = entry.stockrecord.making.proof
    work = Wanted(KEY, entry.stockrecord_id, entry.quantity, found, proof)
    try:
        hold_capacity(reference=entry.reference, wanted=[work], today=timezone.localdate(now))
    except NoCapacity:
        return False
    return True


def _release(entry: WaitingEntry) -> bool:
    held = Job.objects.of(entry.reference).filter(state=JobState.HELD)
    return bool(release_jobs(held, reason="waiting list"))


def _locked(entry: WaitingEntry) -> tuple[WaitingEntry, set[int]]:
    """The entry, its workshops being locked first (that of its days, that of its terms)."""
    jobs = Job.objects.of(entry.reference).values_list("workshop_id", flat=True)
    terms = terms_of(_record(entry.stockrecord_id))
    workshops = {*jobs, *([terms.workshop_id] if terms else [])}
    lock_workshops(workshops)
    found = WaitingEntry.objects.for_update().with_goods().get(pk=entry.pk)
    return found, workshops


def _record(stockrecord_id: int) -> Any:
    records = StockRecord.objects.select_related(
        "product__parent", "partner__enterprise", "making__workshop"
    )
    return records.filter(pk=stockrecord_id).first()


def _tell(entry: WaitingEntry, kind: str, **facts: Any) -> None:
    product, group = entry.stockrecord.product, entry.stockrecord.partner.enterprise
    top = product.parent if product.is_child else product
    titles = [(top.title, top.title_en or top.title)]
    if product.is_child:
        titles.append((product.title, product.title_en or product.title))
    user = entry.user
    email = (user.email or "") if user else entry.email
    send_later(
        kind,
        to=Contact(email, (user.phone or "") if user else "", entry.language),
        about=entry,
        context={
            "product_th": " · ".join(th for th, _ in titles),
            "product_en": " · ".join(en for _, en in titles),
            "unit_th": top.unit_th,
            "unit_en": top.unit_en or top.unit_th,
            "group_th": group.name_th,
            "group_en": group.name_en or group.name_th,
            **facts,
            "quantity": entry.quantity,
            "promised_on": entry.promised_on.isoformat() if entry.promised_on else "",
            "offered_until": entry.offered_until.isoformat() if entry.offered_until else "",
            "path": entry_path(entry),
        },
    )
