"""What a group tells about itself, and how its people are told."""

from datetime import date, timedelta

import pytest

from producers.models import Membership
from producers.states import CertificateState
from shop.core.models import StateChange
from shop.production.promising import promise_date
from tests.factories import (
    make_certificate,
    make_enterprise,
    make_member,
    make_product,
    record_of,
)
from tests.workspace.members import Member, photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make_enterprise(name_en="Weavers", about_th="ทอผ้ามาสามรุ่น")


@pytest.fixture
def membership(group):
    return make_member(group)


@pytest.fixture
def member(membership):
    return Member(membership.user)


def test_the_page_tells_who_we_are_and_what_we_hold(group, member):
    make_member(group, role="treasurer")
    make_certificate(group, number="มผช. 17/2563", expires_on=date(2030, 1, 31))
    make_certificate(
        group, number="มผช. 18/2560", expires_on=date(2020, 1, 31), state=CertificateState.EXPIRED
    )
    make_certificate(make_enterprise(), number="มผช. 99/2563")

    page = member.read("group/")

    for words in ("17/2563", "In force", "Valid until 31 Jan 2030", "Ended on 31 Jan 2020",
                  "Treasurer", f"/en/groups/{group.slug}/", "6 days a week"):  # fmt: skip
        assert words in page, words
    assert "99/2563" not in page


def test_the_groups_text_is_written_and_noted(group, member, membership):
    typed = "ทอผ้ามาสี่รุ่น\r\n\r\n\r\n\r\nย้อมคราม  เอง\u200b "

    member.tap("group/text/", {"about_th": typed, "about_en": "Weaving for four generations"})

    group.refresh_from_db()
    assert group.about_th == "ทอผ้ามาสี่รุ่น\n\nย้อมคราม เอง"
    assert group.about_en == "Weaving for four generations"
    change = StateChange.objects.get(about_label="producers.enterprise", field="about")
    assert (change.about_id, change.by) == (group.pk, membership.user)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", "Write a sentence or two."),
        ("ก" * 4001, "4000"),
        ("ขายสาโทด้วย", "สาโท"),
        ("ผ้าออร์แกนิกแท้", "ออร์แกนิก"),
        ("ได้มาตรฐาน มผช. ทุกผืน", "มผช"),
        ("น้ำมันของเราช่วยลดความดัน", "ลดความดัน"),
    ],
)
def test_what_cannot_be_said_is_not_saved(group, member, typed, words):
    answer = member.post("group/text/", {"about_th": typed})

    assert answer.status_code == 422
    assert words in answer.content.decode()
    group.refresh_from_db()
    assert group.about_th == "ทอผ้ามาสามรุ่น"


def test_a_standard_may_be_named_while_its_certificate_holds(group, member):
    make_certificate(group, scheme="mpc", expires_on=date.today() - timedelta(days=1))  # noqa: DTZ011
    assert member.post("group/text/", {"about_th": "ผ้า มผช."}).status_code == 422

    make_certificate(group, scheme="mpc", expires_on=date.today() + timedelta(days=9))  # noqa: DTZ011
    member.tap("group/text/", {"about_th": "ผ้า มผช."})

    group.refresh_from_db()
    assert group.about_th == "ผ้า มผช."
    # What stood there before may stay when its certificate ends and something else is changed.
    group.certificates.all().delete()
    member.tap("group/text/", {"about_th": "ผ้า มผช. และตะกร้า"})


def test_promises_count_the_new_working_days(group, member):
    record = record_of(make_product(group))
    friday = date(2026, 11, 20)
    assert promise_date(record, 1, friday) == date(2026, 11, 23)

    member.tap("group/days/", {"days": ["2", "4"]})

    group.refresh_from_db()
    assert group.works_on == [2, 4]
    record.partner.enterprise.refresh_from_db()
    assert promise_date(record, 1, friday) == date(2026, 11, 26)


@pytest.mark.parametrize("days", [[], ["0"], ["8"], ["-1"], ["NaN"], ["1", "99"]])
def test_strange_days_change_nothing(group, member, days):
    answer = member.post("group/days/", {"days": days})

    assert answer.status_code == 422
    group.refresh_from_db()
    assert group.works_on == [1, 2, 3, 4, 5, 6]


def test_the_groups_picture(group, member):
    member.tap("group/picture/", {"photo": photo()})

    group.refresh_from_db()
    assert group.picture is not None
    assert not group.picture.is_illustration


def test_notices_and_language_are_ones_own(group, member, membership):
    other = make_member(group)

    page = member.tap("group/notices/", {"tell_by_sms": "on", "language": "en"})

    assert "Saved." in page
    membership.refresh_from_db()
    assert (membership.tell_by_email, membership.tell_by_sms) == (False, True)
    assert membership.user.language == "en"
    other.refresh_from_db()
    assert (other.tell_by_email, other.user.language) == (True, "th")


def test_the_screen_speaks_the_language_just_chosen(member):
    answer = member.post("group/notices/", {"tell_by_sms": "on", "language": "th"})

    assert answer["Location"] == "/th/workspace/group/"


def test_somebody_must_hear_of_orders(group, member, membership):
    answer = member.post("group/notices/", {"language": "th"})
    assert answer.status_code == 422
    assert "Somebody of the group must hear" in answer.content.decode()
    membership.refresh_from_db()
    assert membership.tell_by_sms

    make_member(group)
    member.tap("group/notices/", {"language": "th"})
    membership.refresh_from_db()
    assert not membership.tell_by_sms


def test_a_group_that_is_paused_works_on_and_is_told(group, member):
    type(group).objects.filter(pk=group.pk).update(state="suspended")

    assert "paused your sales" in member.read()
    assert f"/en/groups/{group.slug}/" not in member.read("group/")


def test_nobody_writes_to_another_group(group, member):
    other = make_member(make_enterprise())

    member.tap("group/notices/", {"tell_by_email": "on", "language": "en"})

    unchanged = Membership.objects.get(pk=other.pk)
    assert (unchanged.tell_by_email, unchanged.tell_by_sms) == (True, True)
