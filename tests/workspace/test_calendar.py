"""The work calendar at the group's phone: days, closures, set-up, and stopping."""

import re
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from catalogue.models import Product
from shop.production import services
from shop.production.models import Job, PublicHoliday, Workshop, WorkshopException
from shop.production.promising import promise, read_calendars
from shop.production.states import JobState
from tests.factories import make_enterprise, make_member, make_placed_order, record_of
from tests.factories.making import make_workshop, make_woven
from tests.workspace.members import Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make_enterprise(name_en="Weavers")


@pytest.fixture
def member(group):
    return Member(make_member(group).user)


@pytest.fixture
def looms(group) -> Workshop:
    workshop = make_workshop(group, per_day=2, keeps_holidays=False)
    make_woven(workshop)
    return workshop


def today() -> date:
    return timezone.localdate()


def within(days: int) -> date:
    return today() + timedelta(days=days)


def closure(first: int, last: int, percent: int = 0, **more: str) -> dict[str, str]:
    return {
        "first_day": within(first).isoformat(),
        "last_day": within(last).isoformat(),
        "percent": str(percent),
        **more,
    }


def sold(looms: Workshop, quantity: int) -> Job:
    """An order of what is made there, taken by paying."""
    product = Product.objects.get(stockrecords__making__workshop=looms)
    order = make_placed_order((product, quantity))
    return Job.objects.get(line__order=order)


def test_each_day_is_said_in_words(looms, member):
    services.close_days(
        workshop_id=looms.pk, first_day=within(3), last_day=within(3), today=today(),
        reason="เกี่ยวข้าว",
    )  # fmt: skip
    sold(looms, 3)

    page = member.read(f"calendar/{looms.pk}/")

    for words in ("full", "1 of 2 pieces free", "2 pieces free", "closed", "เกี่ยวข้าว"):
        assert words in page, words
    assert page.count('class="day') >= 20


def test_a_holiday_is_named_where_the_workshop_keeps_it(group, member):
    PublicHoliday.objects.filter(day=within(2)).delete()
    PublicHoliday.objects.create(day=within(2), name_th="วันหยุดพิเศษ", name_en="Special day")
    looms = make_workshop(group, keeps_holidays=True)

    assert "Special day" in member.read(f"calendar/{looms.pk}/")


def test_later_weeks_and_pages_that_are_none(looms, member):
    first = member.read(f"calendar/{looms.pk}/")
    assert member.read(f"calendar/{looms.pk}/?page=1") != first
    for page in ("0", "-1", "x", "9" * 400, "٣"):
        assert member.get(f"calendar/{looms.pk}/?page={page}").status_code == 200


def test_the_calendar_costs_the_same_whatever_the_order_book(
    looms, member, django_assert_max_num_queries
):
    address = f"calendar/{looms.pk}/"
    member.read(address)
    with django_assert_max_num_queries(16):
        member.read(address)
    for _ in range(4):
        sold(looms, 1)
    with django_assert_max_num_queries(16):
        member.read(address)


def test_a_group_without_a_workshop_is_offered_one(group, member):
    page = member.read("calendar/")
    assert "How much can you make?" in page

    member.tap("workshops/new/", {"name_th": "ครัว", "unit": "batch", "per_day": "๓"})

    kitchen = Workshop.objects.get(enterprise=group)
    assert (kitchen.name_th, kitchen.unit, kitchen.per_day) == ("ครัว", "batch", 3)
    assert kitchen.works_on == group.works_on
    assert kitchen.slots.count() > 120


# --- closures ---


def test_a_closure_says_first_what_it_does_and_is_then_saved(looms, member):
    address = f"workshops/{looms.pk}/close/"

    page = member.tap(address, closure(5, 9, 30, reason="เกี่ยวข้าว"))
    assert "Everything you have promised still fits." in page
    assert not WorkshopException.objects.exists()

    member.tap(address, closure(5, 9, 30, reason="เกี่ยวข้าว", sure="1"))

    saved = WorkshopException.objects.get()
    assert (saved.first_day, saved.last_day) == (within(5), within(9))
    assert (saved.percent, saved.reason) == (30, "เกี่ยวข้าว")
    assert sum(looms.slots.filter(day__range=(within(5), within(9))).values_list(
        "capacity", flat=True
    )) == 3  # fmt: skip


def test_what_no_longer_fits_is_named_before_and_after(looms, member):
    job = sold(looms, 6)
    assert job.line is not None
    number = job.line.order.number
    address = f"workshops/{looms.pk}/close/"
    days = closure(1, 30)

    page = member.tap(address, days)
    assert "1 promised order no longer fits" in page
    assert number in page
    assert not Job.objects.at_risk().exists()
    assert not WorkshopException.objects.exists()

    page = member.tap(address, {**days, "sure": "1"})
    assert number in page
    assert Job.objects.at_risk().get() == job

    page = member.tap(
        f"workshops/{looms.pk}/open/", {"closure": WorkshopException.objects.get().pk}
    )
    assert number not in page
    assert not Job.objects.at_risk().exists()


def test_an_empty_last_day_is_one_day(looms, member):
    days = {**closure(5, 5), "last_day": "", "sure": "1"}

    member.tap(f"workshops/{looms.pk}/close/", days)

    saved = WorkshopException.objects.get()
    assert (saved.first_day, saved.last_day) == (within(5), within(5))


@pytest.mark.parametrize(
    "change",
    [
        {"first_day": ""},
        {"first_day": "x"},
        {"first_day": "0000-00-00"},
        {"last_day": "x"},
        {"percent": ""},
        {"percent": "101"},
        {"percent": "-5"},
        {"reason": "ก" * 201},
    ],
)
def test_days_that_cannot_be_are_said_and_nothing_is_lost(looms, member, change):
    form = {**closure(5, 6, 30, reason="เกี่ยวข้าว", sure="1"), **change}

    answer = member.post(f"workshops/{looms.pk}/close/", form)

    assert answer.status_code == 422
    text = answer.content.decode()
    assert "field__error" in text
    assert "reason" in change or "เกี่ยวข้าว" in text
    assert not WorkshopException.objects.exists()


@pytest.mark.parametrize(("first", "last"), [(0, 3), (-3, 3), (5, 4), (5, 500)])
def test_days_gone_by_turned_round_or_years_ahead_are_refused(looms, member, first, last):
    answer = member.post(f"workshops/{looms.pk}/close/", closure(first, last, sure="1"))

    assert answer.status_code == 422
    assert not WorkshopException.objects.exists()


def test_double_taps_are_one_closure_and_one_end_of_it(looms, member):
    for _ in range(2):
        member.tap(f"workshops/{looms.pk}/close/", closure(5, 5, sure="1"))
    saved = WorkshopException.objects.get()

    for _ in range(2):
        page = member.tap(f"workshops/{looms.pk}/open/", {"closure": saved.pk})
        assert "The days are as usual again." in page

    assert looms.slots.get(day=within(5)).capacity == 2


@pytest.mark.parametrize("chosen", ["", "x", "9" * 40, "\x00", "٣"])
def test_a_closure_that_is_none_opens_nothing(looms, group, member, chosen):
    other, _ = services.close_days(
        workshop_id=make_workshop(group).pk, first_day=within(5), last_day=within(5),
        today=today(),
    )  # fmt: skip
    for typed in (chosen, other.pk):
        member.tap(f"workshops/{looms.pk}/open/", {"closure": typed})
    assert WorkshopException.objects.filter(pk=other.pk).exists()


# --- set-up ---


def setup_of(looms: Workshop, **changes: object) -> dict[str, object]:
    return {
        "name_th": looms.name_th,
        "name_en": looms.name_en,
        "per_day": looms.per_day,
        "works_on": ["1", "2", "3", "4", "5"],
        "smallest_batch": "1",
        "horizon_days": "120",
        **changes,
    }


def test_a_workshop_is_set_up_and_promises_follow(looms, member):
    member.tap(
        f"workshops/{looms.pk}/",
        setup_of(looms, per_day="๔", smallest_batch="2", horizon_days="60", keeps_holidays="on"),
    )

    looms.refresh_from_db()
    assert (looms.per_day, looms.smallest_batch, looms.horizon_days) == (4, 2, 60)
    assert (looms.works_on, looms.keeps_holidays, looms.unit) == ([1, 2, 3, 4, 5], True, "piece")
    sunday = within(7 - today().isoweekday() + 7)
    assert looms.slots.get(day=sunday).capacity == 0


@pytest.mark.parametrize(
    "change",
    [
        {"name_th": ""},
        {"name_th": "ก" * 81},
        {"per_day": "0"},
        {"per_day": "99999"},
        {"per_day": "x"},
        {"works_on": []},
        {"works_on": ["8"]},
        {"smallest_batch": "0"},
        {"horizon_days": "6"},
        {"horizon_days": "366"},
        {"name_en": "a" * 81},
    ],
)
def test_a_set_up_that_cannot_be_changes_nothing(looms, member, change):
    answer = member.post(f"workshops/{looms.pk}/", setup_of(looms, **change))

    assert answer.status_code == 422
    before = looms.per_day
    looms.refresh_from_db()
    assert (looms.per_day, looms.horizon_days) == (before, 120)


def test_the_unit_stays_once_goods_are_made_in_it(looms, group, member):
    assert 'name="unit"' not in member.read(f"workshops/{looms.pk}/")
    member.tap(f"workshops/{looms.pk}/", setup_of(looms, unit="hour"))
    looms.refresh_from_db()
    assert looms.unit == "piece"

    other = make_workshop(group)
    assert 'name="unit"' in member.read(f"workshops/{other.pk}/")


def test_one_tap_stops_new_orders_and_keeps_what_is_promised(looms, member):
    job = sold(looms, 4)
    record = record_of(Product.objects.get(stockrecords__making__workshop=looms))

    page = member.tap(f"workshops/{looms.pk}/orders/", {"open": "0"})

    assert "You take no new orders now." in page
    looms.refresh_from_db()
    assert promise(record, 1, today(), read_calendars([looms], today())) is None
    assert not Job.objects.at_risk().exists()
    assert sum(job.allocations.values_list("units", flat=True)) == 4

    member.tap(f"workshops/{looms.pk}/orders/", {"open": "1"})
    looms.refresh_from_db()
    assert promise(record, 1, today(), read_calendars([looms], today())) is not None


@pytest.mark.parametrize(
    "path", ["calendar/{}/", "workshops/{}/", "workshops/{}/close/", "workshops/{}/orders/"]
)
def test_somebody_elses_workshop_is_not_found(looms, path):
    stranger = Member(make_member(make_enterprise()).user)
    address = path.format(looms.pk)

    if not address.endswith("orders/"):
        assert stranger.get(address).status_code == 404
    if not address.startswith("calendar"):
        answer = stranger.post(address, {**closure(5, 6, sure="1"), "open": "0"})
        assert answer.status_code == 404
    saved, _ = services.close_days(
        workshop_id=looms.pk, first_day=within(5), last_day=within(5), today=today()
    )
    answer = stranger.post(f"workshops/{looms.pk}/open/", {"closure": saved.pk})
    assert answer.status_code == 404
    looms.refresh_from_db()
    assert looms.is_open
    assert WorkshopException.objects.count() == 1


def test_held_goods_are_nobodys_promise_on_the_calendar(looms, member):
    record = record_of(Product.objects.get(stockrecords__making__workshop=looms))
    promised = promise(record, 4, today(), read_calendars([looms], today()))
    assert promised is not None
    wanted = services.Wanted("line", record.pk, 4, promised)
    services.hold_capacity(reference=uuid4(), wanted=[wanted], today=today())
    assert Job.objects.get().state == JobState.HELD

    page = member.tap(f"workshops/{looms.pk}/close/", closure(1, 30))

    assert "Everything you have promised still fits." in page


@pytest.mark.parametrize("language", ["th", "en"])
def test_every_screen_says_what_it_asks(looms, group, language):
    member = Member(make_member(group).user, language)
    for path in ("", f"calendar/{looms.pk}/", f"workshops/{looms.pk}/", "workshops/new/",
                 f"workshops/{looms.pk}/close/"):  # fmt: skip
        page = member.read(path)
        assert len(re.findall(r"<h1\b", page)) == 1, path
        assert not re.search(r"{{|{%|%}|None", page), path
