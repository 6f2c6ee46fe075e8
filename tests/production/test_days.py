"""Holidays, the nightly round, and a group's record of lateness."""

from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from shop.fulfilment import services as fulfilments
from shop.fulfilment.models import Carrier
from shop.production import services
from shop.production.holidays import listed_holidays
from shop.production.models import HandOver, Job, PublicHoliday, Workshop
from shop.production.promising import promise, read_calendars
from shop.production.services import days
from shop.production.services.workshops import BEYOND, usual_capacity
from tests.factories import make_enterprise, make_member, make_placed_order, make_product, record_of
from tests.factories.making import make_workshop, make_woven

pytestmark = pytest.mark.django_db

TODAY = date(2027, 4, 1)
SONGKRAN = date(2027, 4, 13)


def capacity(workshop: Workshop, day: date) -> int:
    return int(workshop.slots.get(day=day).capacity)


# --- public holidays ---


def test_the_list_is_dated_and_says_what_must_be_checked():
    listed = listed_holidays()

    assert len({each.day for each in listed}) == len(listed)
    assert {each.day.year for each in listed} == {2026, 2027, 2028}
    assert all(each.name_th and each.name_en for each in listed)
    by_date = {each.day for each in listed if each.by_date}
    assert {date(year, 4, 13) for year in (2026, 2027, 2028)} <= by_date
    assert not any(each.day.year == 2028 and not each.by_date for each in listed)
    visakha = next(each for each in listed if each.day == date(2027, 5, 20))
    assert not visakha.by_date


def test_a_new_database_knows_the_holidays():
    assert PublicHoliday.objects.count() == len(listed_holidays())
    assert PublicHoliday.objects.get(day=SONGKRAN).is_checked
    assert not PublicHoliday.objects.get(day=date(2027, 2, 21)).is_checked


def test_loading_again_corrects_what_nobody_checked_and_keeps_what_the_office_wrote():
    PublicHoliday.objects.filter(day=date(2027, 2, 21)).update(name_th="ผิด")
    PublicHoliday.objects.filter(day=date(2027, 2, 22)).update(name_th="ของเรา", is_checked=True)
    PublicHoliday.objects.filter(day=SONGKRAN).delete()

    assert services.load_holidays() == 2
    assert services.load_holidays() == 0

    assert PublicHoliday.objects.get(day=date(2027, 2, 21)).name_th == "วันมาฆบูชา"
    assert PublicHoliday.objects.get(day=date(2027, 2, 22)).name_th == "ของเรา"
    assert PublicHoliday.objects.filter(day=SONGKRAN).exists()


def test_a_new_holiday_closes_those_that_keep_it_and_moves_their_work():
    closed = make_workshop(today=TODAY, keeps_holidays=True)
    works = make_workshop(today=TODAY, keeps_holidays=False)
    day = TODAY + timedelta(days=7)

    holiday, at_risk = services.set_holiday(day=day, name_th="วันหยุดพิเศษ", today=TODAY)
    assert (capacity(closed, day), capacity(works, day), at_risk) == (0, 1, [])

    services.set_holiday(
        holiday_id=holiday.pk, day=day + timedelta(days=1), name_th="วันหยุดพิเศษ", today=TODAY
    )
    assert (capacity(closed, day), capacity(closed, day + timedelta(days=1))) == (1, 0)

    services.remove_holiday(holiday_id=holiday.pk, today=TODAY)
    assert capacity(closed, day + timedelta(days=1)) == 1


def test_a_holiday_that_breaks_a_promise_names_the_job():
    workshop = make_workshop(today=TODAY, keeps_holidays=True)
    job = sell(workshop, 3)

    _, at_risk = services.set_holiday(
        day=TODAY + timedelta(days=2), name_th="วันหยุดพิเศษ", today=TODAY
    )

    assert [each.pk for each in at_risk] == [job.pk]


def sell(workshop: Workshop, quantity: int) -> Job:
    record = record_of(make_woven(workshop))
    promised = promise(record, quantity, TODAY, read_calendars([workshop], TODAY))
    assert promised is not None
    wanted = services.Wanted("line", record.pk, quantity, promised)
    [job] = services.hold_capacity(reference=uuid4(), wanted=[wanted], today=TODAY)
    return job


# --- parts of a unit ---


def test_parts_of_a_piece_add_up_over_a_harvest():
    workshop = make_workshop(today=TODAY, keeps_holidays=False)

    services.close_days(
        workshop_id=workshop.pk,
        first_day=TODAY + timedelta(days=1),
        last_day=TODAY + timedelta(days=10),
        percent=30,
        today=TODAY,
    )

    made = [capacity(workshop, TODAY + timedelta(days=n)) for n in range(1, 11)]
    assert made == [0, 0, 0, 1, 0, 0, 1, 0, 0, 1]
    # Opened later, day by day, they are the same.
    [part] = usual_capacity(workshop, [TODAY + timedelta(days=7)]).values()
    assert part == 1


def test_to_stop_taking_orders_leaves_promised_work_its_days():
    workshop = make_workshop(today=TODAY)
    job = sell(workshop, 3)
    Job.objects.filter(pk=job.pk).update(state="queued")

    workshop = services.set_pattern(workshop_id=workshop.pk, today=TODAY, is_open=False)

    assert not Job.objects.at_risk().exists()
    assert job.allocations.count() == 3
    record = record_of(make_woven(workshop))
    assert promise(record, 1, TODAY, read_calendars([workshop], TODAY)) is None


# --- the night ---


def test_the_night_opens_new_days_and_is_safe_to_repeat():
    workshop = make_workshop(today=TODAY)
    other = make_workshop(today=TODAY)
    now = fixed(TODAY + timedelta(days=3))

    assert services.roll_workshops(now=now) == {"workshops": 2, "at risk": 0}
    opened = list(workshop.slots.values_list("day", flat=True))
    assert max(opened) == TODAY + timedelta(days=3 + workshop.horizon_days + BEYOND)
    services.roll_workshops(now=now)
    assert list(workshop.slots.values_list("day", flat=True)) == opened
    assert other.slots.count() == len(opened)


def test_one_workshop_in_trouble_does_not_hold_up_the_night(monkeypatch):
    first, second = make_workshop(today=TODAY), make_workshop(today=TODAY)
    roll = days._roll

    def fails_for_first(pk: int, today: date) -> int:
        if pk == first.pk:
            raise RuntimeError("a slot that cannot be")
        return roll(pk, today)

    monkeypatch.setattr(days, "_roll", fails_for_first)

    assert services.roll_workshops(now=fixed(TODAY + timedelta(days=1)))["workshops"] == 1
    assert second.slots.count() > first.slots.count()


def fixed(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 0, 5, tzinfo=ZoneInfo("Asia/Bangkok"))


# --- the record of lateness ---


@pytest.mark.parametrize(
    ("late", "buffer"),
    [
        ([], 2),
        ([9, 9, 9, 9], 2),
        ([0, 0, 0, 0, 0], 0),
        ([0, 0, 0, 0, 9], 0),
        ([0, 0, 0, 3, 9], 3),
        ([1] * 20, 1),
        ([0] * 16 + [4] * 4, 0),
        ([0] * 15 + [4] * 5, 4),
        ([30] * 20, 5),
    ],
)
def test_the_buffer_would_have_kept_eight_promises_of_ten(late, buffer):
    assert services.buffer_from(late) == buffer


def test_the_buffer_follows_the_last_twenty_hand_overs():
    group = make_enterprise()
    workshop = make_workshop(group, today=TODAY, buffer_days=2)
    other = make_workshop(today=TODAY, buffer_days=2)

    def hand_over(number: int, late: int) -> int:
        """The `number`-th parcel, all promised one after the other."""
        services.note_hand_over(
            enterprise_id=group.pk,
            fulfilment_id=number,
            promised_on=TODAY + timedelta(days=number),
            handed_over_on=TODAY + timedelta(days=number + late),
        )
        workshop.refresh_from_db()
        return workshop.buffer_days

    assert [hand_over(n, 3) for n in range(5)] == [2, 2, 2, 2, 3]
    for n in range(5, 25):
        hand_over(n, 0)
    assert workshop.buffer_days == 0
    other.refresh_from_db()
    assert other.buffer_days == 2


def test_a_hand_over_is_noted_once():
    group = make_enterprise()
    for day in (TODAY, TODAY + timedelta(days=9)):
        services.note_hand_over(
            enterprise_id=group.pk, fulfilment_id=1, promised_on=TODAY, handed_over_on=day
        )

    assert HandOver.objects.get().days_late == 0


def test_sending_a_parcel_notes_when_it_was_promised_and_when_it_went():
    part = make_placed_order((make_product(), 1)).fulfilments.get()
    by = {"fulfilment_id": part.pk, "by": make_member(part.enterprise).user}
    fulfilments.accept_fulfilment(**by)
    fulfilments.pack_fulfilment(**by)

    fulfilments.dispatch_fulfilment(**by, carrier=Carrier.objects.get(slug="registered-carrier"))

    noted = HandOver.objects.get()
    assert (noted.enterprise_id, noted.fulfilment_id) == (part.enterprise_id, part.pk)
    assert noted.promised_on == part.promised_on
    assert noted.days_late == 0
