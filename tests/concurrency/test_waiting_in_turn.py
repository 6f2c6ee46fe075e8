"""Days freed while many hurry: they are kept for who waits, and pass from hand to hand."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
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
