"""The waiting list: first come first among those that fit, days kept, nobody gets in between."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from producers.states import EnterpriseState
from shop.core.models import StateChange
from shop.core.states import MoveNotAllowed, can_move, move
from shop.outbox.models import Message
from shop.production.models import Job, WaitingEntry, Workshop
from shop.production.promising import most_promised, promise, read_calendars
from shop.production.services import (
    CanBePromised,
    CannotWait,
    NotOffered,
    Wanted,
    close_days,
    hold_capacity,
    join_waiting_list,
    keep_offers,
    lapse_offers,
    leave_waiting_list,
    offer_freed_capacity,
    release_capacity,
    take_offer,
)
from shop.production.states import WAITING_TRANSITIONS, JobState, WaitingState
from tests.factories import make_buyer, make_product, make_terms, make_workshop, make_woven
from tests.factories import record_of as record
from tests.production.books import allocated, check_books

pytestmark = pytest.mark.django_db

#: A Monday morning in Bangkok.
NOW = datetime(2026, 12, 7, 3, 0, tzinfo=UTC)
TODAY = timezone.localdate(NOW)
W, O = WaitingState.WAITING, WaitingState.OFFERED  # noqa: E741


def fill(workshop: Workshop, product: Any, pieces: int, *, now: datetime = NOW) -> Any:
    """Somebody holds days of this workshop; the reference of the hold."""
    from uuid import uuid4

    today = timezone.localdate(now)
    reference = uuid4()
    found = promise(record(product), pieces, today, read_calendars([workshop], today))
    assert found is not None
    work = Wanted("1", record(product).pk, pieces, found)
    hold_capacity(reference=reference, wanted=[work], today=today)
    return reference


def join(product: Any, quantity: int, *, now: datetime = NOW, **who: Any) -> WaitingEntry:
    who = who or {"email": f"guest{WaitingEntry.objects.count()}@example.com"}
    return join_waiting_list(stockrecord_id=record(product).pk, quantity=quantity, now=now, **who)


def states(*entries: WaitingEntry) -> list[str]:
    found = WaitingEntry.objects.in_bulk([entry.pk for entry in entries])
    return [found[entry.pk].state for entry in entries]


@pytest.fixture
def looms() -> Workshop:
    """Ten days ahead, one piece a day."""
    return make_workshop(horizon_days=10, keeps_holidays=False, today=TODAY)


def test_every_pair_of_states() -> None:
    allowed = {
        ("waiting", "offered"), ("waiting", "left"), ("offered", "taken"),
        ("offered", "lapsed"), ("offered", "left"), ("offered", "waiting"),
    }  # fmt: skip
    for old in WaitingState.values:
        for new in WaitingState.values:
            assert can_move(old, new, WAITING_TRANSITIONS) == ((old, new) in allowed)


def test_what_fits_now_is_not_waited_for(looms: Workshop) -> None:
    cloth = make_woven(looms)
    with pytest.raises(CanBePromised) as refusal:
        join(cloth, 10)
    assert refusal.value.promised_on == TODAY + timedelta(days=10)
    entry = join(cloth, 11)
    assert (entry.state, entry.quantity) == (W, 11)
    assert Message.objects.get().kind == "waiting_joined"


@pytest.mark.parametrize("quantity", [0, 1, 1001])
def test_what_is_never_made_is_not_waited_for(looms: Workshop, quantity: int) -> None:
    cloth = make_woven(looms)
    record(cloth).__class__.objects.filter(pk=record(cloth).pk).update(min_quantity=2)
    with pytest.raises(CannotWait) as refusal:
        join(cloth, quantity)
    assert (refusal.value.least, refusal.value.most) == (2, 1000)
    assert not WaitingEntry.objects.exists()


def test_what_is_not_made_in_a_workshop_has_no_list() -> None:
    with pytest.raises(CannotWait):
        join(make_product(), 50)


def test_joined_twice_stands_once(looms: Workshop) -> None:
    cloth, mali = make_woven(looms), make_buyer()
    first = join(cloth, 12, user=mali)
    assert join(cloth, 12, user=mali).pk == first.pk
    fewer = join(cloth, 11, user=mali, now=NOW + timedelta(hours=1))
    assert (fewer.pk, fewer.quantity, fewer.joined_at) == (first.pk, 11, NOW)
    more = join(cloth, 14, user=mali, now=NOW + timedelta(hours=2))
    assert (more.quantity, more.joined_at) == (14, NOW + timedelta(hours=2))
    guest = join(cloth, 11, email="Som@Example.com")
    assert join(cloth, 11, email="som@example.com").pk == guest.pk
    assert WaitingEntry.objects.count() == 2


def test_freed_days_go_to_the_first_that_fits(looms: Workshop) -> None:
    """Six days become free: too few for the first, enough for the second, none for the third."""
    cloth = make_woven(looms)
    fill(looms, cloth, 4)
    free = fill(looms, cloth, 6)
    many, some, others = join(cloth, 9), join(cloth, 5), join(cloth, 2)

    release_capacity(reference=free, now=NOW)

    assert states(many, some, others) == [W, O, W]
    some.refresh_from_db()
    assert some.offered_until == NOW + timedelta(hours=24)
    # An answer tomorrow morning lets the work begin the day after; four of the days are taken.
    assert some.promised_on == TODAY + timedelta(days=9)
    assert allocated(looms) == 4 + 5
    offer = Message.objects.get(kind="waiting_offer")
    assert offer.address == some.email
    assert str(some.reference) in offer.context["path"]
    check_books(looms)


def test_days_freed_by_a_cancellation_are_kept_before_anybody_else_sees_them(
    looms: Workshop,
) -> None:
    cloth = make_woven(looms)
    free = fill(looms, cloth, 10)
    waiting = join(cloth, 9)
    release_capacity(reference=free, now=NOW)
    assert states(waiting) == [O]
    calendars = read_calendars([looms], TODAY)
    # Only tomorrow is left: it would be gone before the offer's last hour.
    assert most_promised(record(cloth), TODAY, calendars) == 1
    check_books(looms)


def test_an_offer_not_taken_goes_to_the_next(looms: Workshop) -> None:
    cloth = make_woven(looms)
    free = fill(looms, cloth, 10)
    first, second = join(cloth, 8), join(cloth, 7)
    release_capacity(reference=free, now=NOW)
    assert states(first, second) == [O, W]

    just_before = NOW + timedelta(hours=24) - timedelta(seconds=1)
    assert lapse_offers(now=just_before) == 0
    assert lapse_offers(now=NOW + timedelta(hours=24)) == 1

    assert states(first, second) == [WaitingState.LAPSED, O]
    assert lapse_offers(now=NOW + timedelta(hours=24)) == 0
    kinds = Message.objects.filter(address=first.email).values_list("kind", flat=True)
    assert list(kinds.order_by("pk")) == ["waiting_joined", "waiting_offer", "waiting_lapsed"]
    assert StateChange.objects.filter(about_label="production.waitingentry").count() == 3
    check_books(looms)


def test_leaving_hands_the_days_on(looms: Workshop) -> None:
    cloth = make_woven(looms)
    free = fill(looms, cloth, 10)
    first, second = join(cloth, 8), join(cloth, 8)
    release_capacity(reference=free, now=NOW)
    leave_waiting_list(entry=first, now=NOW)
    assert states(first, second) == [WaitingState.LEFT, O]
    assert leave_waiting_list(entry=first, now=NOW).state == WaitingState.LEFT
    assert leave_waiting_list(entry=second, now=NOW).state == WaitingState.LEFT
    assert allocated(looms) == 0
    with pytest.raises(MoveNotAllowed):
        move(WaitingEntry.objects.get(pk=first.pk), O, transitions=WAITING_TRANSITIONS)


def test_the_horizon_moves_on_and_the_first_is_served(looms: Workshop) -> None:
    cloth = make_woven(looms)
    fill(looms, cloth, 10)
    waiting = join(cloth, 3)
    assert offer_freed_capacity(now=NOW) == 0
    assert offer_freed_capacity(now=NOW + timedelta(days=2)) == 0
    assert offer_freed_capacity(now=NOW + timedelta(days=3)) == 1
    waiting.refresh_from_db()
    assert waiting.promised_on == TODAY + timedelta(days=13)
    assert offer_freed_capacity(now=NOW + timedelta(days=3)) == 0
    assert Message.objects.filter(kind="waiting_offer").count() == 1


def test_a_group_that_rests_offers_nothing(looms: Workshop) -> None:
    cloth = make_woven(looms)
    free = fill(looms, cloth, 10)
    waiting = join(cloth, 5)
    group = looms.enterprise
    group.state = EnterpriseState.SUSPENDED
    group.save()
    release_capacity(reference=free, now=NOW)
    assert states(waiting) == [W]
    assert allocated(looms) == 0
    group.state = EnterpriseState.APPROVED
    group.save()
    assert offer_freed_capacity(now=NOW) == 1


def test_closed_days_put_an_offer_back_in_its_place(looms: Workshop) -> None:
    cloth = make_woven(looms)
    free = fill(looms, cloth, 10)
    first, second = join(cloth, 8), join(cloth, 8)
    release_capacity(reference=free, now=NOW)
    assert keep_offers(now=NOW) == 0
    last = TODAY + timedelta(days=200)
    close_days(workshop_id=looms.pk, first_day=TODAY, last_day=last, today=TODAY)

    assert keep_offers(now=NOW) == 1

    assert states(first, second) == [W, W]
    assert Message.objects.filter(kind="waiting_again").count() == 1
    first.refresh_from_db()
    assert first.offered_until is None
    assert not Job.objects.filter(state=JobState.HELD).exists()
    with pytest.raises(NotOffered):
        take_offer(entry=first, basket_id=1, now=NOW)


def test_an_offer_is_taken_until_its_last_second(looms: Workshop) -> None:
    cloth = make_woven(looms)
    free = fill(looms, cloth, 10)
    entry = join(cloth, 8)
    release_capacity(reference=free, now=NOW)
    end = NOW + timedelta(hours=24)
    with pytest.raises(NotOffered):
        take_offer(entry=entry, basket_id=7, now=end)
    assert take_offer(entry=entry, basket_id=7, now=end - timedelta(seconds=1)).basket_id == 7


def test_the_most_that_can_be_promised(looms: Workshop) -> None:
    """One more is full, whatever units, set-up and batches."""
    for units, setup, batch in [("1", 0, 1), ("0.3", 1, 2), ("2.5", "0.5", 3), ("1", 0, 11)]:
        looms.smallest_batch = batch
        looms.save()
        cloth = make_woven(looms, units_per_piece=units, setup_units=setup)
        calendars = read_calendars([looms], TODAY)
        most = most_promised(record(cloth), TODAY, calendars)
        if most:
            assert promise(record(cloth), most, TODAY, calendars)
        assert promise(record(cloth), most + 1, TODAY, calendars) is None
    assert most_promised(record(make_product(stock=4)), TODAY, {}) == 4


def test_a_thousand_in_the_list_cost_no_more_statements(
    looms: Workshop, django_assert_max_num_queries: Any
) -> None:
    cloth = make_woven(looms)
    reference = fill(looms, cloth, 3)
    fill(looms, cloth, 7)
    WaitingEntry.objects.bulk_create(
        WaitingEntry(stockrecord=record(cloth), quantity=9, email=f"{n}@example.com")
        for n in range(1000)
    )
    with django_assert_max_num_queries(16):
        release_capacity(reference=reference, now=NOW)
    assert not WaitingEntry.objects.offered().exists()


def test_terms_of_another_workshop_do_not_strand_an_offer(looms: Workshop) -> None:
    cloth = make_woven(looms)
    free = fill(looms, cloth, 10)
    entry = join(cloth, 8)
    release_capacity(reference=free, now=NOW)
    make_terms(
        cloth, make_workshop(looms.enterprise, today=TODAY, horizon_days=9, keeps_holidays=False)
    )
    leave_waiting_list(entry=entry, now=NOW)
    assert allocated(looms) == 0
