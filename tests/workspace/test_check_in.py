"""The weekly question at the group's phone: by link from a message, and in the workspace."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone, translation

from producers.workspace.templatetags.workshop_text import answer_token
from shop.core.models import User
from shop.outbox.channels import _mail, _render
from shop.outbox.models import Channel, Message
from shop.production import services
from shop.production.models import CheckIn, Workshop, WorkshopException
from tests.factories import make_enterprise, make_member
from tests.factories.making import make_workshop, make_woven
from tests.workspace.members import Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make_enterprise("กลุ่มทอผ้าบ้านกลาง", name_en="Ban Klang weavers")


@pytest.fixture
def membership(group):
    return make_member(group)


@pytest.fixture
def looms(group) -> Workshop:
    workshop = make_workshop(group, per_day=2, keeps_holidays=False)
    make_woven(workshop)
    return workshop


@pytest.fixture
def check_in(looms) -> CheckIn:
    """A question about the week that comes: 14 pieces."""
    today = timezone.localdate()
    week = today + timedelta(days=8 - today.isoweekday())
    return CheckIn.objects.create(workshop=looms, week=week, asked_units=14)


def link(check_in: CheckIn, membership: Any, answer: str = "") -> str:
    token = answer_token(check_in.pk, membership.pk if membership else "", answer)
    return f"/en/workspace/check-in/{token}/"


@pytest.mark.parametrize("answer", ["yes", "fewer", "closed", ""])
def test_looking_at_a_link_changes_nothing(check_in, membership, looms, answer):
    """Programs that read mail open every link in it."""
    page = Client().get(link(check_in, membership, answer))

    assert page.status_code == 200
    assert page["Cache-Control"].startswith("max-age=0")
    assert page.content.decode().count('name="answer"') == 1  # one button
    check_in.refresh_from_db()
    assert check_in.answer == ""
    assert "_auth_user_id" not in page.client.session


def test_one_tap_answers_without_signing_in(check_in, membership, looms):
    phone = Client()
    Workshop.objects.update(heard_on=timezone.localdate() - timedelta(days=15))

    page = phone.post(link(check_in, membership, "yes"), {"answer": "yes"}, follow=True)

    assert "Thank you: 14 pieces" in page.content.decode()
    check_in.refresh_from_db()
    looms.refresh_from_db()
    assert (check_in.answer, check_in.answered_by) == ("yes", str(membership.user))
    assert looms.heard_on == timezone.localdate()
    assert "_auth_user_id" not in phone.session
    assert phone.get("/en/workspace/").status_code == 302


def test_fewer_starts_at_half_and_takes_thai_digits(check_in, membership):
    phone = Client()
    page = phone.get(link(check_in, membership, "fewer")).content.decode()
    assert re.search(r'name="units"[^>]*value="7"|value="7"[^>]*name="units"', page)

    phone.post(link(check_in, membership, "fewer"), {"answer": "fewer", "units": "๕"})

    check_in.refresh_from_db()
    assert (check_in.answer, check_in.answered_units) == ("fewer", 5)


@pytest.mark.parametrize("typed", ["15", "-1", "x", "5" * 40, "\x00", "ห้า", "5.5"])
def test_a_number_that_cannot_be_is_said_beside_the_field(check_in, membership, typed):
    page = Client().post(link(check_in, membership, "fewer"), {"answer": "fewer", "units": typed})

    assert page.status_code == 422
    assert "field__error" in page.content.decode()
    check_in.refresh_from_db()
    assert check_in.answer == ""


def test_the_link_is_its_own_undo(check_in, membership):
    phone = Client()
    phone.post(link(check_in, membership, "closed"), {"answer": "closed"})
    assert WorkshopException.objects.count() == 1
    phone.post(link(check_in, membership, "closed"), {"answer": "closed"})
    assert WorkshopException.objects.count() == 1

    page = phone.get(link(check_in, membership, "closed") + "?done=1").content.decode()
    assert "Not right? Change it" in page
    phone.post(link(check_in, membership, "yes"), {"answer": "yes"})

    assert not WorkshopException.objects.exists()


def test_after_the_week_the_link_changes_nothing(check_in, membership):
    CheckIn.objects.update(week=check_in.week - timedelta(weeks=4))
    address = link(check_in, membership, "closed")

    assert "That week is over" in Client().get(address).content.decode()
    page = Client().post(address, {"answer": "closed"})

    assert "That week is over" in page.content.decode()
    check_in.refresh_from_db()
    assert check_in.answer == ""
    assert not WorkshopException.objects.exists()


def test_strangers_have_no_link(check_in, membership, looms):
    gone = make_member(looms.enterprise, left_at=timezone.now())
    stranger = make_member(make_enterprise())
    for address in (
        link(check_in, gone, "closed"),
        link(check_in, stranger, "closed"),
        link(check_in, None, "closed"),  # the group has members who answer
        "/en/workspace/check-in/forged/",
        link(check_in, membership, "closed")[:-4] + "xyz/",
    ):
        for page in (Client().get(address), Client().post(address, {"answer": "closed"})):
            assert page.status_code == 302, address
            assert "/sign-in/" in page["Location"]
    check_in.refresh_from_db()
    assert check_in.answer == ""


def test_a_group_without_members_answers_at_its_own_contact(check_in):
    page = Client().post(link(check_in, None, "yes"), {"answer": "yes"})

    assert page.status_code == 302
    check_in.refresh_from_db()
    assert (check_in.answer, check_in.answered_by) == ("yes", "กลุ่มทอผ้าบ้านกลาง")


# --- in the workspace ---


def test_the_home_screen_asks_and_one_tap_answers(check_in, membership):
    member = Member(membership.user)
    assert "Can you make 14 pieces from" in member.read()

    page = member.tap(f"check-ins/{check_in.pk}/", {"answer": "yes"})

    assert "Thank you: 14 pieces" in page
    assert "Can you make 14 pieces from" not in member.read()
    check_in.refresh_from_db()
    assert check_in.answered_by == str(membership.user)


def test_somebody_elses_question_and_workshop_are_not_found(check_in, looms):
    stranger = Member(make_member(make_enterprise()).user)

    assert stranger.get(f"check-ins/{check_in.pk}/").status_code == 404
    assert stranger.post(f"check-ins/{check_in.pk}/", {"answer": "closed"}).status_code == 404
    assert stranger.post(f"workshops/{looms.pk}/as-usual/").status_code == 404
    check_in.refresh_from_db()
    assert check_in.answer == ""


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (10, None),
        (11, "Buyers are offered only half of Looms"),
        (21, "Buyers are offered only half of Looms"),
        (22, "Buyers cannot order from Looms now"),
    ],
)
def test_silence_is_said_on_the_home_screen_and_one_tap_ends_it(looms, membership, days, words):
    member = Member(membership.user)
    today = timezone.localdate()
    Workshop.objects.update(heard_on=today - timedelta(days=days))

    page = member.read()
    if words is None:
        assert "We have not heard from you" not in page
        return
    assert words in page
    assert f"for {days} days" in page

    assert "offered to buyers again" in member.tap(f"workshops/{looms.pk}/as-usual/")
    looms.refresh_from_db()
    assert looms.heard_on == today
    assert "We have not heard from you" not in member.read()


# --- what is sent ---


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("with_question", [True, False])
def test_the_letters_can_be_read_and_lead_to_the_answer(looms, membership, language, with_question):
    User.objects.update(language=language)
    now = timezone.localtime().replace(hour=9)
    if with_question:
        week = now.date() + timedelta(days=8 - now.isoweekday())
        CheckIn.objects.create(
            workshop=looms, week=week, asked_units=14, asked_at=now - timedelta(days=3)
        )
        services.remind_groups(now=now)
    for days in (11, 22):
        Workshop.objects.update(heard_on=now.date() - timedelta(days=days))
        services.tell_silent_groups(now=now)
    if with_question:
        CheckIn.objects.all().delete()
        thursday = now + timedelta(days=(4 - now.isoweekday()) % 7)
        services.ask_groups(now=thursday)

    kinds = {"workshop_halved", "workshop_stopped"}
    if with_question:
        kinds |= {"check_in", "check_in_again"}
    found = list(Message.objects.all())
    assert {each.kind for each in found} == kinds
    for message in found:
        with translation.override(message.language):
            if message.channel == Channel.SMS:
                words, _, address = _render(message, "sms.txt").strip().rpartition(" ")
                assert len(words) <= 110, words
                texts = [words]
            else:
                mail = _mail(message)
                html = str(mail.alternatives[0][0])
                texts = [mail.subject, str(mail.body), html]
                address = re.findall(r'https?://\S+?/workspace/[^"\s]*', html)[-1]
        assert address.startswith(settings.SITE_URL)
        for text in texts:
            assert not re.search(r"{{|{%|}}|%}|None|\d{4}-\d\d-\d\d", text), text
            assert bool(re.search("[ก-๙]", text)) == (language == "th") or len(texts) == 3
        if with_question and message.kind == "check_in":
            answer = Client().get(address.removeprefix(settings.SITE_URL))
            assert answer.status_code == 200
