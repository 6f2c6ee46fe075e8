"""When a workshop can promise: start, need, fill, buffer, packing, horizon, silence."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.production.models import ProductionSlot, PublicHoliday
from shop.production.promising import promise, promise_date, read_calendars
from shop.production.services import close_days, set_pattern
from tests.factories import make_made_to_order, make_workshop, make_woven, record_of

pytestmark = pytest.mark.django_db
SATURDAY = date(2026, 11, 21)
MONDAY_TO_FRIDAY = [1, 2, 3, 4, 5]


def days(number: int) -> date:
    return SATURDAY + timedelta(days=number)


def promised(product: Any, quantity: int = 1, **moment: Any) -> date | None:
    return promise_date(record_of(product), quantity, moment.pop("today", SATURDAY), **moment)


def test_one_piece_a_day_from_tomorrow_on() -> None:
    cloth = make_woven(make_workshop(today=SATURDAY))
    assert promised(cloth) == days(1)
    assert promised(cloth, 5) == days(5)


def test_an_order_after_the_cut_off_counts_on_the_next_day() -> None:
    cloth = make_woven(make_workshop(today=SATURDAY), cut_off_hour=15)
    assert promised(cloth, hour=14) == days(1)
    assert promised(cloth, hour=15) == days(2)


def test_set_up_and_batches_round_the_need_up() -> None:
    kitchen = make_workshop(today=SATURDAY, smallest_batch=4, per_day=4)
    paste = make_woven(kitchen, units_per_piece=Decimal("0.5"), setup_units=Decimal(1))
    record = record_of(paste)
    calendars = read_calendars([kitchen], SATURDAY)
    needs = [promise(record, n, SATURDAY, calendars).units for n in (1, 6, 7)]
    assert needs == [4, 4, 8]
    assert promised(paste, 7) == days(2)


def test_buffer_and_packing_are_days_on_which_the_workshop_works() -> None:
    looms = make_workshop(today=SATURDAY, works_on=MONDAY_TO_FRIDAY, buffer_days=2)
    cloth = make_woven(looms, packing_days=1)
    # Made on Monday to Thursday; Friday and Monday in hand; packed on Tuesday.
    assert promised(cloth, 4) == date(2026, 12, 1)
    found = promise(record_of(cloth), 4, SATURDAY, read_calendars([looms], SATURDAY))
    assert (found.due_on, found.promised_on) == (date(2026, 11, 30), date(2026, 12, 1))


def test_holidays_and_harvest_take_their_days() -> None:
    PublicHoliday.objects.create(day=days(2), name_th="วันหยุด")
    looms = make_workshop(today=SATURDAY, per_day=10, keeps_holidays=True)
    cloth = make_woven(looms)
    assert promised(cloth, 20) == days(3)
    close_days(
        workshop_id=looms.pk, first_day=days(1), last_day=days(1), percent=30, today=SATURDAY
    )
    assert promised(cloth, 20) == days(4)
    set_pattern(workshop_id=looms.pk, today=SATURDAY, keeps_holidays=False)
    assert promised(cloth, 20) == days(3)


def test_a_proof_leaves_the_buyer_time_to_approve(settings: Any) -> None:
    settings.PROOF_DAYS = 7
    cloth = make_woven(make_workshop(today=SATURDAY), proof="photo")
    assert promised(cloth) == days(8)


def test_beyond_the_horizon_nothing_is_promised() -> None:
    cloth = make_woven(make_workshop(today=SATURDAY, horizon_days=10))
    assert promised(cloth, 10) == days(10)
    assert promised(cloth, 11) is None


@pytest.mark.parametrize(
    ("silent", "by"), [(0, 4), (10, 4), (11, 8), (21, 8), (22, None), (400, None)]
)
def test_silence_halves_and_then_stops_what_is_promised(silent: int, by: int | None) -> None:
    looms = make_workshop(today=SATURDAY, per_day=2)
    cloth = make_woven(looms)
    looms.heard_on = SATURDAY - timedelta(days=silent)
    looms.save()
    assert promised(cloth, 8) == (by and days(by))


def test_a_closed_workshop_promises_nothing_more() -> None:
    looms = make_workshop(today=SATURDAY)
    cloth = make_woven(looms)
    set_pattern(workshop_id=looms.pk, today=SATURDAY, is_open=False)
    assert promised(cloth) is None


def test_ready_pieces_of_made_goods_go_first_to_whom_they_suffice() -> None:
    looms = make_workshop(today=SATURDAY)
    record = record_of(make_woven(looms))
    record.num_in_stock, record.num_allocated = 3, 1
    record.save()
    calendars = read_calendars([looms], SATURDAY)
    assert promise(record, 2, SATURDAY, calendars).from_stock
    assert not promise(record, 3, SATURDAY, calendars).from_stock
    assert promise(record, 3, SATURDAY, calendars, held=1).from_stock


def test_without_a_workshop_the_lead_days_hold() -> None:
    bowl = make_made_to_order(lead_days=3)  # the group rests on Sundays
    assert promised(bowl) == date(2026, 11, 26)


@pytest.mark.parametrize("busy", [0, 30])
def test_a_promise_reads_the_same_whatever_the_order_book(busy: int) -> None:
    looms = make_workshop(today=SATURDAY, per_day=3)
    record = record_of(make_woven(looms))
    ProductionSlot.objects.filter(workshop=looms, day__lte=days(busy)).update(allocated=3)
    record = type(record).objects.select_related("making__workshop").get(pk=record.pk)
    with CaptureQueriesContext(connection) as queries:
        assert promise_date(record, 3, SATURDAY) == days(busy + 1)
    assert len(queries) == 1
