"""Days freed while many hurry: they are kept for who waits, and pass from hand to hand."""

import threading
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from shop.oscar.checkout import services as checkouts
from shop.oscar.checkout.models import Checkout
from shop.production.models import Job, WaitingEntry
from shop.production.promising import promise, read_calendars
from shop.production.services import (
    NoCapacity,
    Wanted,
    hold_capacity,
    join_waiting_list,
    lapse_offers,
    offer_freed_capacity,
    release_capacity,
    take_offer,
    waiting,
)
from shop.production.states import JobState, WaitingState
from tests.concurrency.crowd import all_at_once
from tests.factories import make_checkout, make_workshop, make_woven, record_of
from tests.production.books import check_books
from tests.production.test_waiting import fill

pytestmark = pytest.mark.django_db(transaction=True)


def _snatch(record: Any, looms: Any, pieces: int) -> Any:
    """A newcomer who tries for free days again and again."""
    today = timezone.localdate()

    def go() -> int:
        got = 0
        for _ in range(8):
            shown = promise(record, pieces, today, read_calendars([looms], today))
            if shown is None:
                continue
            try:
                work = Wanted("1", record.pk, pieces, shown)
                hold_capacity(reference=uuid4(), wanted=[work], today=today)
                got += 1
            except NoCapacity:
                continue
        return got

    return go


def test_freed_days_reach_who_waits_and_no_newcomer() -> None:
    now = timezone.now()
    looms = make_workshop(horizon_days=10, keeps_holidays=False)
    cloth = make_woven(looms)
    record = record_of(cloth)
    free = fill(looms, cloth, 10, now=now)
    entry = join_waiting_list(stockrecord_id=record.pk, quantity=8, now=now, email="a@example.com")

    results = all_at_once(
        [lambda: release_capacity(reference=free)] + [_snatch(record, looms, 4)] * 8
    )

    assert not any(isinstance(result, Exception) for result in results), results
    entry.refresh_from_db()
    assert entry.state == WaitingState.OFFERED
    assert sum(result or 0 for result in results) == 0
    check_books(looms)


def test_taken_over_by_the_checkout_while_newcomers_try_for_the_days() -> None:
    now, today = timezone.now(), timezone.localdate()
    looms = make_workshop(horizon_days=10, keeps_holidays=False)
    cloth = make_woven(looms)
    record = record_of(cloth)
    free = fill(looms, cloth, 10, now=now)
    entry = join_waiting_list(stockrecord_id=record.pk, quantity=8, now=now, email="a@example.com")
    release_capacity(reference=free)
    checkout = make_checkout((cloth, 8))
    take_offer(entry=entry, basket_id=checkout.basket_id, now=now)
    offer = checkouts.offer_now(checkout, today=today)

    def pay() -> Any:
        return checkouts.hold_and_write(
            checkout.pk, "card", str(offer.total), today, offer.fingerprint
        )

    results = all_at_once([pay] + [_snatch(record, looms, 4)] * 8)

    assert not any(isinstance(result, Exception) for result in results), results
    assert sum(results[1:]) == 0
    assert Job.objects.get(state=JobState.HELD).reference == checkout.reference
    assert WaitingEntry.objects.get().checkout_reference == checkout.reference
    check_books(looms)


def test_sweeps_at_once_offer_and_lapse_each_entry_once() -> None:
    now = timezone.now()
    looms = make_workshop(horizon_days=10, keeps_holidays=False)
    cloth = make_woven(looms)
    fill(looms, cloth, 10, now=now)
    for n in range(6):
        join_waiting_list(
            stockrecord_id=record_of(cloth).pk, quantity=4, now=now, email=f"{n}@example.com"
        )
    release = Job.objects.get(state=JobState.HELD).reference

    results = all_at_once(
        [lambda: release_capacity(reference=release)] + [lambda: offer_freed_capacity()] * 6
    )
    assert not any(isinstance(result, Exception) for result in results), results
    offered = WaitingEntry.objects.offered().in_turn()
    assert [entry.email for entry in offered] == ["0@example.com", "1@example.com"]

    later = now + timedelta(hours=25)
    results = all_at_once([lambda: lapse_offers(now=later)] * 6)
    assert not any(isinstance(result, Exception) for result in results), results
    assert sum(results) == 2
    offered = WaitingEntry.objects.offered().in_turn()
    assert [entry.email for entry in offered] == ["2@example.com", "3@example.com"]
    assert not Checkout.objects.exists()
    check_books(looms)


def _taken(now: Any) -> tuple[Any, Any, WaitingEntry]:
    """Looms that are full but for eight days, offered to somebody whose basket has them."""
    looms = make_workshop(horizon_days=10, keeps_holidays=False)
    cloth = make_woven(looms)
    free = fill(looms, cloth, 10, now=now)
    entry = join_waiting_list(
        stockrecord_id=record_of(cloth).pk, quantity=8, now=now, email="a@example.com"
    )
    release_capacity(reference=free)
    checkout = make_checkout((cloth, 8))
    take_offer(entry=entry, basket_id=checkout.basket_id, now=now)
    return looms, checkout, entry


def _pay(checkout: Any) -> Any:
    today = timezone.localdate()
    offer = checkouts.offer_now(checkout, today=today)
    return lambda: checkouts.hold_and_write(
        checkout.pk, "card", str(offer.total), today, offer.fingerprint
    )


def test_taken_lapsed_and_snatched_at_once_the_days_have_one_owner() -> None:
    now = timezone.now()
    looms, checkout, entry = _taken(now)
    record, later = entry.stockrecord, now + timedelta(hours=25)
    newcomers = [_snatch(record, looms, 4) for _ in range(6)]

    results = all_at_once([_pay(checkout), *[lambda: lapse_offers(now=later)] * 3, *newcomers])

    paid, lapses, got = results[0], results[1:4], results[4:]
    assert not any(isinstance(each, Exception) for each in [*lapses, *got]), results
    entry.refresh_from_db()
    own = Job.objects.of(checkout.reference).filter(state=JobState.HELD)
    if entry.state == WaitingState.OFFERED:
        # Taken first: it is being paid, so that it does not lapse, and nobody else had a chance.
        assert (sum(lapses), sum(got)) == (0, 0)
        assert own.get().quantity == 8
    else:
        # Lapsed first: the days are everybody's; whoever holds them holds them alone.
        assert (entry.state, sum(lapses)) == (WaitingState.LAPSED, 1)
        assert isinstance(paid, checkouts.OfferChanged) or own.exists() or sum(got)
    held = Job.objects.filter(state=JobState.HELD)
    assert sum(job.units for job in held) <= 10
    check_books(looms)


def test_without_the_lock_an_offer_lapses_that_is_being_paid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The proof that the race is real: the sweep has looked before the buyer pays."""
    now = timezone.now()
    looms, checkout, entry = _taken(now)
    pay = _pay(checkout)
    looked, paid = threading.Event(), threading.Event()

    def unlocked(entry: WaitingEntry) -> tuple[WaitingEntry, set[int]]:
        return WaitingEntry.objects.with_goods().get(pk=entry.pk), {looms.pk}

    def move_late(*args: Any, **kwargs: Any) -> None:
        looked.set()
        assert paid.wait(60)
        move(*args, **kwargs)

    def release_late(*args: Any, **kwargs: Any) -> Any:
        with transaction.atomic():
            return release(*args, **kwargs)

    move, release = waiting.move, waiting.release_jobs
    monkeypatch.setattr(waiting, "_locked", unlocked)
    monkeypatch.setattr(waiting, "move", move_late)
    monkeypatch.setattr(waiting, "release_jobs", release_late)
    monkeypatch.setattr(waiting, "offer_freed_days", lambda *_, **__: [])
    monkeypatch.setattr(waiting, "each_alone", lambda rows, act: sum(map(act, list(rows))))

    def pay_then() -> Any:
        assert looked.wait(60)
        try:
            return pay()
        finally:
            paid.set()

    results = all_at_once([lambda: lapse_offers(now=now + timedelta(hours=25)), pay_then])

    assert not any(isinstance(each, Exception) for each in results), results
    entry.refresh_from_db()
    # The buyer is told that the days are gone, and pays for them.
    assert entry.state == WaitingState.LAPSED
    assert entry.checkout_reference == checkout.reference
    assert Job.objects.of(checkout.reference).get().state == JobState.HELD
