"""Fifty buyers, a few free days: never over capacity, every promise kept, on both databases."""

import threading
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from shop.oscar.checkout import services as checkouts
from shop.production.models import Job, ProductionSlot, Workshop
from shop.production.promising import promise, read_calendars
from shop.production.services import NoCapacity, Wanted, capacity, close_days, release_capacity
from shop.production.services import hold_capacity as hold
from tests.concurrency.crowd import all_at_once
from tests.factories import make_checkout, make_workshop, make_woven, record_of
from tests.production.books import check_books

pytestmark = pytest.mark.django_db(transaction=True)

BUYERS = 50
FREE = 7


def _works(workshop: Workshop, record: Any, people: int) -> list[Wanted]:
    """What each of them was shown a moment ago: one piece, made within the free days."""
    today = timezone.localdate()
    shown = promise(record, FREE, today, read_calendars([workshop], today))
    assert shown is not None
    return [Wanted(str(n), record.pk, 1, replace(shown, units=1, plan=())) for n in range(people)]


def _buy(work: Wanted, today: date) -> Any:
    return lambda: hold(reference=uuid4(), wanted=[work], today=today)


def test_fifty_buyers_get_exactly_the_free_days() -> None:
    looms = make_workshop(horizon_days=FREE)
    record = record_of(make_woven(looms))
    today = timezone.localdate()

    results = all_at_once(_buy(work, today) for work in _works(looms, record, BUYERS))

    held = [result for result in results if isinstance(result, list)]
    refused = [result for result in results if not isinstance(result, list)]
    assert len(held) == FREE
    assert all(isinstance(result, NoCapacity) for result in refused), refused
    assert Job.objects.count() == FREE
    check_books(looms)
    for job in Job.objects.all():
        assert max(a.slot.day for a in job.allocations.select_related("slot")) <= job.due_on


def test_without_the_lock_the_same_race_promises_too_much(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the race is real: the lock removed, days are promised twice."""
    looms = make_workshop(horizon_days=FREE)
    record = record_of(make_woven(looms))
    today = timezone.localdate()
    works = _works(looms, record, BUYERS)
    gathered = threading.Barrier(BUYERS, timeout=60)
    read = capacity.read_calendars

    def all_have_looked(*args: Any, **kwargs: Any) -> Any:
        found = read(*args, **kwargs)
        gathered.wait()
        return found

    monkeypatch.setattr(capacity, "lock_workshops", lambda ids: Workshop.objects.in_bulk(list(ids)))
    monkeypatch.setattr(capacity, "read_calendars", all_have_looked)
    # Nor does anybody write before all have read: else the last wall might stop them one by one.
    counted = threading.Barrier(BUYERS, timeout=60)
    update = ProductionSlot.objects.bulk_update

    def all_have_counted(*args: Any, **kwargs: Any) -> Any:
        counted.wait()
        return update(*args, **kwargs)

    monkeypatch.setattr(ProductionSlot.objects, "bulk_update", all_have_counted)
    unguarded = capacity.hold_capacity.__wrapped__
    all_at_once(
        (lambda work=work: unguarded(reference=uuid4(), wanted=[work], today=today))
        for work in works
    )

    first = ProductionSlot.objects.filter(workshop=looms, day__gt=today).order_by("day").first()
    assert first is not None
    promised = sum(a.units for a in first.allocations.all())
    assert promised > first.capacity


def test_fifty_checkouts_for_the_last_days_keep_every_promise() -> None:
    looms = make_workshop(horizon_days=FREE)
    cloth = make_woven(looms)
    today = timezone.localdate()
    ways = [make_checkout((cloth, 1)) for _ in range(12)]
    seen = [checkouts.offer_now(way, today=today) for way in ways]

    def begin(way: Any, offer: Any) -> Any:
        def buy() -> Any:
            total = str(offer.total)
            for _ in range(20):  # a buyer who agrees to the day as it is now, again and again
                now = checkouts.offer_now(way, today=today)
                if not now.is_complete:
                    return "full"
                try:
                    return checkouts.hold_and_write(way.pk, "card", total, today, now.fingerprint)
                except checkouts.OfferChanged:
                    continue
            return "gave up"

        return buy

    results = all_at_once(begin(way, offer) for way, offer in zip(ways, seen, strict=True))

    assert results.count("full") == len(ways) - FREE
    assert not any(isinstance(result, Exception) for result in results), results
    check_books(looms)
    days = sorted(Job.objects.values_list("promised_on", flat=True))
    assert days == [today + timedelta(days=n) for n in range(1, FREE + 1)]


def test_closing_days_while_buyers_come_and_go_keeps_the_books() -> None:
    looms = make_workshop(per_day=3, horizon_days=30)
    record = record_of(make_woven(looms))
    today = timezone.localdate()

    def come_and_go(number: int) -> Any:
        def go() -> str:
            reference = uuid4()
            calendars = read_calendars([looms], today)
            shown = promise(record, 2, today, calendars)
            assert shown is not None
            try:
                hold(reference=reference, wanted=[Wanted("1", record.pk, 2, shown)], today=today)
            except NoCapacity:
                return "refused"
            if number % 2:
                release_capacity(reference=reference)
            return "held"

        return go

    def close(number: int) -> Any:
        day = today + timedelta(days=number)
        return lambda: close_days(
            workshop_id=looms.pk, first_day=day, last_day=day, percent=34, today=today
        )

    actions = [close(n) if n % 5 == 0 else come_and_go(n) for n in range(1, 31)]
    results = all_at_once(actions)
    assert not any(isinstance(result, Exception) for result in results), results
    check_books(looms)
