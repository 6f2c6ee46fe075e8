"""A group's phone: one photo moves the work on, proofs go to the buyer, the week on one sheet."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cms.models import Picture
from producers.workspace.weeks import monday_of, week_of
from shop.fulfilment import services
from shop.fulfilment.models import JobUpdate, Proof
from shop.production.models import Job, SlotAllocation
from tests.factories import (
    make_enterprise,
    make_made_to_order,
    make_member,
    make_placed_order,
    make_workshop,
    make_woven,
)
from tests.fulfilment.steps import Weaving
from tests.workspace.members import Member, photo

pytestmark = pytest.mark.django_db


def token_in(page: str) -> str:
    found = re.search(r'name="token" value="([^"]+)"', page)
    assert found, page
    return found.group(1)


def step_in(page: str) -> str:
    found = re.search(r'name="step" value="([^"]+)"', page)
    assert found, page
    return found.group(1)


class Phone(Member):
    """The member's phone, at the one line of an order."""

    def __init__(self, weaving: Weaving, language: str = "en"):
        super().__init__(weaving.member, language)
        self.job = f"jobs/{weaving.part.pk}/"
        self.work = f"{self.job}line/{weaving.job.pk}/"

    def show(self, text: str = "", file=None, **more) -> str:
        page = self.read(self.work)
        form = {"token": token_in(page), "step": step_in(page), "text": text, **more}
        return self.tap(self.work, {**form, "photo": file or photo()})


def test_a_line_goes_its_way_by_three_photos():
    weaving = Weaving(2)
    phone = Phone(weaving)
    assert "Begin to make" in phone.read()
    assert "Take a photo: we have begun" in phone.read(phone.job)

    assert "you have begun" in phone.show("ขึ้นกี่แล้ว สีครามสวยมาก")
    assert weaving.states == ("started", "in_production")
    page = phone.read(phone.job)
    assert "Take a photo: it is finished" in page
    assert "ขึ้นกี่แล้ว สีครามสวยมาก" in page
    assert "Being made: finish it" in phone.read()

    assert "it is finished" in phone.show()
    assert "Take a photo: it is packed" in phone.read(phone.job)
    assert "it is packed" in phone.show()
    assert weaving.states == ("packed", "packed")
    assert "Hand it over" in phone.read(phone.job)
    assert Picture.objects.filter(title__startswith=weaving.order.number).count() == 3


def test_sent_again_after_the_signal_was_lost_it_is_noted_once():
    weaving = Weaving(1)
    phone = Phone(weaving)
    page = phone.read(phone.work)
    form = {"token": token_in(page), "step": "make", "text": ""}
    phone.tap(phone.work, {**form, "photo": photo()})

    again = phone.tap(phone.work, {**form, "photo": photo()})

    assert "Nothing was done twice" in again
    assert JobUpdate.objects.count() == 1
    assert Picture.objects.filter(title__startswith=weaving.order.number).count() == 1
    assert weaving.states == ("started", "in_production")


def test_an_old_page_does_not_move_the_work_two_steps():
    weaving = Weaving(1)
    phone = Phone(weaving)
    old = phone.read(phone.work)
    phone.show()

    said = phone.tap(
        phone.work, {"token": str(uuid4()), "step": step_in(old), "text": "", "photo": photo()}
    )

    assert "The work now stands at: Being made" in said
    assert weaving.states == ("started", "in_production")
    assert JobUpdate.objects.count() == 1


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (None, "Take or choose a photo first."),
        (SimpleUploadedFile("a.jpg", b"not a picture"), "This file is not a photo."),
        (SimpleUploadedFile("a.svg", b"<svg xmlns='x'/>"), "This is a drawing file."),
    ],
)
def test_without_a_photo_nothing_moves_and_the_words_stay(file, words):
    weaving = Weaving(1)
    phone = Phone(weaving)
    form = {"token": str(uuid4()), "step": "make", "text": "ย้อมครามรอบที่สาม"}

    page = phone.post(phone.work, {**form, **({"photo": file} if file else {})})

    assert page.status_code == 422
    assert words in page.content.decode()
    assert "ย้อมครามรอบที่สาม" in page.content.decode()
    assert weaving.states == ("accepted", "queued")
    assert not JobUpdate.objects.exists()


def test_words_that_are_too_many_are_said_beside_the_field_and_odd_ones_are_cleaned():
    weaving = Weaving(1)
    phone = Phone(weaving)
    form = {"token": str(uuid4()), "step": "make", "text": "ก" * 301, "photo": photo()}
    page = phone.post(phone.work, form)
    assert page.status_code == 422
    assert 'id="id_text_error"' in page.content.decode()
    assert weaving.job.state == "queued"
    phone.show("ก\x00ข 🧵 เส้นยืน")
    assert JobUpdate.objects.get().text == "กข 🧵 เส้นยืน"


def test_a_stranger_and_another_part_are_not_found():
    weaving, other = Weaving(1), Weaving(1)
    stranger = Member(other.member)
    for path in ("", "proof/", "no-change/"):
        theirs = f"jobs/{weaving.part.pk}/line/{weaving.job.pk}/{path}"
        crossed = f"jobs/{other.part.pk}/line/{weaving.job.pk}/{path}"
        for address in (theirs, crossed):
            assert stranger.get(address).status_code == 404
            assert stranger.post(address, {"token": str(uuid4())}).status_code == 404
    assert weaving.states == ("accepted", "queued")
    assert Member().get(f"jobs/{weaving.part.pk}/line/{weaving.job.pk}/").status_code == 302


def test_a_proof_is_sent_and_answered_and_the_work_begins():
    weaving = Weaving(2, proof="photo")
    phone = Phone(weaving)
    assert "Show the buyer what you will make" in phone.read()
    assert phone.get(phone.work).status_code == 302  # nothing to begin before the approval
    page = phone.read(f"{phone.work}proof/")
    form = {"token": token_in(page), "kind": "photo", "note": "ลายดอกแก้ว สีคราม"}
    missing = phone.post(f"{phone.work}proof/", form)
    assert missing.status_code == 422
    assert "ลายดอกแก้ว" in missing.content.decode()
    assert not Proof.objects.exists()

    said = phone.tap(f"{phone.work}proof/", {**form, "photo": photo()})
    assert "Version 1 is sent" in said
    again = phone.tap(f"{phone.work}proof/", {**form, "photo": photo()})
    assert "Nothing was done twice" in again
    proof = Proof.objects.get()
    assert (proof.version, proof.note, proof.state) == (1, "ลายดอกแก้ว สีคราม", "sent")
    assert "Waiting for the buyer's approval" in phone.read()

    services.ask_for_change(proof_id=proof.pk, words="ขอสีเข้มขึ้นค่ะ")
    assert "ขอสีเข้มขึ้นค่ะ" in phone.read(phone.job)
    assert "No further change" not in phone.read(phone.job)
    assert phone.get(f"{phone.work}no-change/").status_code == 302
    weaving.approve(weaving.show())
    assert "Take a photo: we have begun" in phone.read(phone.job)
    assert "you have begun" in phone.show()


def test_a_sample_may_be_described_without_a_photo():
    weaving = Weaving(1, proof="sample")
    phone = Phone(weaving)
    form = {"token": str(uuid4()), "kind": "sample", "note": ""}
    assert phone.post(f"{phone.work}proof/", form).status_code == 422
    assert not Proof.objects.exists()
    phone.tap(f"{phone.work}proof/", {**form, "note": "ผืนตัวอย่าง 20 ซม."})
    assert Proof.objects.get().picture is None


def test_the_third_change_is_declined_in_words():
    weaving = Weaving(1, proof="photo")
    phone = Phone(weaving)
    for words in ("หนึ่ง", "สอง", "สาม"):
        services.ask_for_change(proof_id=weaving.show().pk, words=words)
    assert "No further change" in phone.read(phone.job)
    assert phone.post(f"{phone.work}no-change/", {"words": ""}).status_code == 422
    said = phone.tap(f"{phone.work}no-change/", {"words": "ย้อมใหม่ไม่ได้แล้ว"})
    assert "The buyer has been told" in said
    assert Proof.objects.get(version=3).state == "sent"


def test_lines_without_a_workshop_go_by_one_tap_as_before():
    group = make_enterprise()
    part = make_placed_order((make_made_to_order(group), 1)).fulfilments.get()
    member = Member(make_member(group).user)
    member.tap(f"jobs/{part.pk}/accept/")
    assert 'action="/en/workspace/jobs/' in member.read(f"jobs/{part.pk}/")
    member.tap(f"jobs/{part.pk}/start/")
    member.tap(f"jobs/{part.pk}/pack/")
    part.refresh_from_db()
    assert part.state == "packed"


def test_the_part_is_not_packed_by_a_tap_while_something_is_being_made():
    weaving = Weaving(1)
    phone = Phone(weaving)
    phone.show()
    assert "still being made" in phone.tap(f"{phone.job}pack/")
    assert weaving.states == ("started", "in_production")


# --- the week ---


def test_the_week_tells_what_to_make_each_day_across_orders():
    workshop = make_workshop(per_day=3)
    cloth = make_woven(workshop)
    member = Member(make_member(workshop.enterprise).user)
    orders = [make_placed_order((cloth, quantity)) for quantity in (4, 2)]
    first = SlotAllocation.objects.order_by("slot__day").first().slot.day
    monday = monday_of(first)

    (found,) = week_of(workshop.enterprise, monday=monday, today=timezone.localdate())
    (after,) = week_of(
        workshop.enterprise, monday=monday + timedelta(days=7), today=timezone.localdate()
    )
    allocations = SlotAllocation.objects.count()
    portions = [each for week in (found, after) for day in week.days for each in day.portions]
    assert len(portions) == allocations
    assert sum(each.units for each in portions) == 6

    page = member.read(f"week/?from={monday.isoformat()}")
    assert "Looms" in page
    assert all(order.number in page for order in orders if not after.units)
    assert "× 4" in page
    assert f'href="/en/workspace/jobs/{orders[0].fulfilments.get().pk}/"' in page
    assert "What to make this week" in member.read()


def test_what_was_answered_what_is_late_and_what_waits_is_marked():
    weaving = Weaving(2, proof="photo")
    line = weaving.job.line
    line.snapshot["answers"] = [
        {"kind": "text", "label_th": "ชื่อ", "label_en": "Name", "value": "มะลิ <b>"}
    ]
    line.save(update_fields=["snapshot"])
    Job.objects.filter(pk=weaving.job.pk).update(due_on=timezone.localdate() - timedelta(days=1))
    day = weaving.job.allocations.order_by("slot__day").first().slot.day
    page = Member(weaving.member).read(f"week/?from={day.isoformat()}")
    assert "Name: <bdi>มะลิ &lt;b&gt;</bdi>" in page
    assert "portion--late" in page
    assert "not approved yet" in page


def test_work_without_a_day_stands_first():
    weaving = Weaving(2)
    weaving.job.allocations.all().delete()
    Job.objects.filter(pk=weaving.job.pk).update(unplanned_units=2)
    assert "No day is free for this any more" in Member(weaving.member).read("week/")


@pytest.mark.parametrize("odd", ["x", "2026-02-31", "9999-12-31", "0001-01-01", "๒๕๖๙"])
def test_an_odd_week_is_this_week(odd):
    weaving = Weaving(1)
    assert Member(weaving.member).get("week/", data={"from": odd}).status_code == 200


def test_a_group_sees_its_own_week_only_at_a_fixed_cost(django_assert_max_num_queries):
    small, large = Weaving(1), Weaving(2)
    for _ in range(4):
        make_placed_order((large.cloth, 2))
    few, many = Member(small.member), Member(large.member)
    few.get("week/"), many.get("week/")
    day = large.job.starts_on.isoformat()
    with django_assert_max_num_queries(14) as first:
        assert large.order.number not in few.read(f"week/?from={day}")
    with django_assert_max_num_queries(len(first)):
        assert large.order.number in many.read(f"week/?from={day}")
