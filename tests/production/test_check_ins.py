"""The weekly question: who is asked, what an answer does, and what silence does."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from catalogue.models import Product
from catalogue.states import ProductState
from shop.outbox.models import Message
from shop.production import services
from shop.production.models import CheckIn, Job, Workshop, WorkshopException
from shop.production.promising import percent_promised, promise, read_calendars
from shop.production.states import Answer, JobState
from tests.factories import make_enterprise, make_member, record_of
from tests.factories.making import make_workshop, make_woven

pytestmark = pytest.mark.django_db

BANGKOK = ZoneInfo("Asia/Bangkok")
#: A Thursday; the Monday after it, which begins the week that is asked about.
THURSDAY = date(2027, 3, 4)
MONDAY = date(2027, 3, 8)
SUNDAY = date(2027, 3, 14)


def at(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=BANGKOK)


@pytest.fixture
def looms() -> Workshop:
    """Two pieces a day on six days a week, and something on sale that is made there."""
    group = make_enterprise("กลุ่มทอผ้าบ้านกลาง", name_en="Ban Klang weavers")
    make_member(group)
    workshop = make_workshop(group, today=THURSDAY, per_day=2, works_on=[1, 2, 3, 4, 5, 6])
    make_woven(workshop)
    return workshop


def asked(workshop: Workshop) -> CheckIn:
    services.ask_groups(now=at(THURSDAY))
    return CheckIn.objects.get(workshop=workshop)


def capacity(workshop: Workshop, first: date = MONDAY) -> list[int]:
    """Units of the seven days from `first`."""
    slots = workshop.slots.filter(day__gte=first, day__lt=first + timedelta(days=7))
    return list(slots.order_by("day").values_list("capacity", flat=True))


def sell(workshop: Workshop, quantity: int, *, today: date = THURSDAY) -> Job:
    """Sold work on the first free days of the workshop."""
    record = record_of(Product.objects.get(stockrecords__making__workshop=workshop))
    promised = promise(record, quantity, today, read_calendars([workshop], today))
    assert promised is not None
    wanted = services.Wanted("line", record.pk, quantity, promised)
    [job] = services.hold_capacity(reference=uuid4(), wanted=[wanted], today=today)
    Job.objects.filter(pk=job.pk).update(state=JobState.QUEUED)
    return Job.objects.get(pk=job.pk)


# --- asking ---


def test_a_selling_workshop_is_asked_once_about_the_week_that_comes(looms):
    assert services.ask_groups(now=at(THURSDAY)) == 1
    assert services.ask_groups(now=at(THURSDAY)) == 0
    assert services.ask_groups(now=at(THURSDAY + timedelta(days=2))) == 0

    check_in = CheckIn.objects.get()
    assert (check_in.week, check_in.asked_units, check_in.answer) == (MONDAY, 12, "")
    assert Message.objects.filter(kind="check_in").count() == 2  # one member, SMS and mail


@pytest.mark.parametrize("moment", [at(THURSDAY, 7), at(THURSDAY, 20), at(date(2027, 3, 3))])
def test_nobody_is_asked_at_night_or_too_early_in_the_week(looms, moment):
    assert services.ask_groups(now=moment) == 0
    assert not Message.objects.filter(kind="check_in").exists()


def test_who_sells_nothing_made_to_order_is_not_asked(looms):
    Product.objects.update(state=ProductState.WITHDRAWN)
    assert services.ask_groups(now=at(THURSDAY)) == 0

    Product.objects.update(state=ProductState.PUBLISHED)
    services.set_pattern(workshop_id=looms.pk, today=THURSDAY, is_open=False)
    assert services.ask_groups(now=at(THURSDAY)) == 0
    assert not CheckIn.objects.exists()


def test_who_has_said_closed_already_is_not_asked(looms):
    services.close_days(workshop_id=looms.pk, first_day=MONDAY, last_day=SUNDAY, today=THURSDAY)

    assert services.ask_groups(now=at(THURSDAY)) == 0


def test_the_question_counts_a_harvest_that_was_told(looms):
    services.close_days(
        workshop_id=looms.pk, first_day=MONDAY, last_day=SUNDAY, today=THURSDAY, percent=30
    )

    assert asked(looms).asked_units == 3  # 30 % of 12, parts of a piece added up


# --- answering ---


def test_yes_leaves_the_week_as_it_is_and_is_heard(looms):
    check_in = asked(looms)
    day = THURSDAY + timedelta(days=1)

    services.answer_check_in(check_in_id=check_in.pk, answer=Answer.YES, today=day, by="สมใจ")

    check_in.refresh_from_db()
    looms.refresh_from_db()
    assert (check_in.answer, check_in.answered_units, check_in.answered_by) == ("yes", 12, "สมใจ")
    assert looms.heard_on == day
    assert capacity(looms) == [2, 2, 2, 2, 2, 2, 0]
    assert not WorkshopException.objects.exists()


@pytest.mark.parametrize("units", range(1, 12))
def test_fewer_gives_the_week_exactly_so_many(looms, units):
    check_in = asked(looms)

    services.answer_check_in(
        check_in_id=check_in.pk, answer=Answer.FEWER, units=units, today=THURSDAY
    )

    assert sum(capacity(looms)) == units
    assert capacity(looms, MONDAY + timedelta(days=7)) == [2, 2, 2, 2, 2, 2, 0]


def test_fewer_without_a_number_is_half(looms):
    check_in = asked(looms)

    answered = services.answer_check_in(
        check_in_id=check_in.pk, answer=Answer.FEWER, today=THURSDAY
    )

    assert (answered.answer, answered.answered_units) == ("fewer", 6)
    assert sum(capacity(looms)) == 6


def test_the_last_answer_holds(looms):
    check_in = asked(looms)

    def answer(word: str, units: int | None = None) -> list[int]:
        services.answer_check_in(check_in_id=check_in.pk, answer=word, units=units, today=THURSDAY)
        return capacity(looms)

    assert answer(Answer.CLOSED) == [0, 0, 0, 0, 0, 0, 0]
    assert sum(answer(Answer.FEWER, 4)) == 4
    assert answer(Answer.YES) == [2, 2, 2, 2, 2, 2, 0]
    assert not WorkshopException.objects.exists()


def test_a_double_tap_is_one_answer(looms):
    check_in = asked(looms)
    for _ in range(2):
        services.answer_check_in(check_in_id=check_in.pk, answer=Answer.CLOSED, today=THURSDAY)

    assert WorkshopException.objects.count() == 1
    assert capacity(looms) == [0] * 7


def test_all_and_none_are_called_by_their_names(looms):
    check_in = asked(looms)

    all_ = services.answer_check_in(
        check_in_id=check_in.pk, answer=Answer.FEWER, units=12, today=THURSDAY
    )
    assert all_.answer == Answer.YES
    none = services.answer_check_in(
        check_in_id=check_in.pk, answer=Answer.FEWER, units=0, today=THURSDAY
    )
    assert none.answer == Answer.CLOSED


def test_more_than_was_asked_is_refused_and_nothing_moves(looms):
    check_in = asked(looms)

    with pytest.raises(services.MoreThanAsked) as refused:
        services.answer_check_in(
            check_in_id=check_in.pk, answer=Answer.FEWER, units=13, today=MONDAY
        )

    assert refused.value.asked == 12
    check_in.refresh_from_db()
    looms.refresh_from_db()
    assert (check_in.answer, looms.heard_on) == ("", THURSDAY)


def test_the_answer_can_change_until_the_week_is_over(looms):
    check_in = asked(looms)
    services.answer_check_in(check_in_id=check_in.pk, answer=Answer.CLOSED, today=SUNDAY)

    with pytest.raises(services.WeekIsOver):
        services.answer_check_in(
            check_in_id=check_in.pk, answer=Answer.YES, today=SUNDAY + timedelta(days=1)
        )

    check_in.refresh_from_db()
    looms.refresh_from_db()
    assert (check_in.answer, looms.heard_on) == (Answer.CLOSED, SUNDAY)


def test_closing_names_the_work_that_no_longer_fits(looms):
    job = sell(looms, 14)  # Friday, Saturday, and into the week that is asked about
    check_in = asked(looms)
    assert not Job.objects.at_risk().exists()

    services.answer_check_in(check_in_id=check_in.pk, answer=Answer.CLOSED, today=THURSDAY)
    assert [each.pk for each in Job.objects.at_risk()] == [job.pk]

    services.answer_check_in(check_in_id=check_in.pk, answer=Answer.YES, today=THURSDAY)
    assert not Job.objects.at_risk().exists()


# --- reminding, and silence ---


def test_who_has_not_answered_is_reminded_once(looms):
    asked(looms)
    assert services.remind_groups(now=at(THURSDAY + timedelta(days=1))) == 0
    saturday = at(THURSDAY + timedelta(days=2), 10)

    assert services.remind_groups(now=saturday) == 1
    assert services.remind_groups(now=saturday + timedelta(days=1)) == 0
    assert Message.objects.filter(kind="check_in_again").count() == 2


def test_who_has_answered_is_not_reminded(looms):
    check_in = asked(looms)
    services.answer_check_in(check_in_id=check_in.pk, answer=Answer.YES, today=THURSDAY)

    assert services.remind_groups(now=at(THURSDAY + timedelta(days=3))) == 0


@pytest.mark.parametrize(
    ("days", "percent", "told"),
    [
        (10, 100, set()),
        (11, 50, {"workshop_halved"}),
        (21, 50, {"workshop_halved"}),
        (22, 0, {"workshop_stopped"}),
    ],
)
def test_silence_fades_what_is_promised_and_says_so(looms, days, percent, told):
    day = THURSDAY + timedelta(days=days)

    for _ in range(2):
        services.tell_silent_groups(now=at(day))

    assert percent_promised(looms, day) == percent
    messages = Message.objects.all()
    assert {each.kind for each in messages} == told
    assert len(messages) == 2 * len(told)  # SMS and mail, once


def test_a_word_ends_the_silence_and_a_new_silence_is_told_anew(looms):
    day = THURSDAY + timedelta(days=22)
    services.tell_silent_groups(now=at(day))

    services.say_as_usual(workshop_id=looms.pk, today=day)

    looms.refresh_from_db()
    assert percent_promised(looms, day) == 100
    assert services.tell_silent_groups(now=at(day)) == 0
    services.tell_silent_groups(now=at(day + timedelta(days=11)))
    assert Message.objects.filter(kind="workshop_halved").count() == 2


def test_nobody_is_told_of_silence_at_night(looms):
    assert services.tell_silent_groups(now=at(THURSDAY + timedelta(days=30), 22)) == 0
    assert not Message.objects.exists()


def test_the_questions_of_two_workshops_of_one_group(looms):
    kitchen = make_workshop(looms.enterprise, today=THURSDAY, name_en="Kitchen")
    make_woven(kitchen)

    assert services.ask_groups(now=at(THURSDAY)) == 2
    first = CheckIn.objects.get(workshop=kitchen)
    services.answer_check_in(check_in_id=first.pk, answer=Answer.CLOSED, today=THURSDAY)

    assert capacity(looms) == [2, 2, 2, 2, 2, 2, 0]
    assert capacity(kitchen) == [0] * 7


def test_one_statement_more_per_workshop_not_per_job(looms, django_assert_max_num_queries: Any):
    for _ in range(3):
        make_woven(make_workshop(looms.enterprise, today=THURSDAY))
    with django_assert_max_num_queries(40):
        services.ask_groups(now=at(THURSDAY))
