"""A job's way through a group's hands, tap by tap."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from shop.core.models import StateChange
from shop.fulfilment import services as fulfilments
from shop.fulfilment.models import Carrier, Fulfilment, Parcel
from shop.outbox.models import Message
from shop.payments.models import Refund
from tests.factories import (
    make_buyer,
    make_enterprise,
    make_made_to_order,
    make_member,
    make_placed_order,
    make_product,
    record_of,
)
from tests.workspace.members import Member

pytestmark = pytest.mark.django_db
NUMBER = "EE123456785TH"


@pytest.fixture
def group():
    return make_enterprise(name_en="Weavers")


@pytest.fixture
def member(group):
    return Member(make_member(group).user)


def part_of(order) -> Fulfilment:
    return order.fulfilments.get()


def state(part: Fulfilment) -> str:
    return Fulfilment.objects.values_list("state", flat=True).get(pk=part.pk)


def primary_buttons(page: str) -> list[str]:
    """The words on the buttons that lead on (not those beside them)."""
    found = re.findall(
        r'<(?:button|a) class="button(?! button--(?:secondary|quiet|danger))[^"]*"[^>]*>'
        r"(.*?)</(?:button|a)>",
        page.partition("<main")[2],
        re.DOTALL,
    )
    return [re.sub(r"<[^>]+>", "", words).strip() for words in found]


def test_a_job_is_accepted_made_packed_and_sent(group, member):
    cloth = make_made_to_order(group, title_en="Blue cloth", lead_days=3)
    part = part_of(make_placed_order((cloth, 2)))
    job = f"jobs/{part.pk}/"
    home = member.read()
    assert "1 thing to do" in home
    assert "Blue cloth" in home
    assert "Answer within" in home

    assert primary_buttons(member.read(job)) == ["Accept this job"]
    assert "Accepted. Hand the parcel" in member.tap(f"{job}accept/")
    assert primary_buttons(member.read(job)) == ["We have begun"]
    assert "you have begun" in member.tap(f"{job}start/")
    assert primary_buttons(member.read(job)) == ["It is packed"]
    assert "Packed. Now it can be sent." in member.tap(f"{job}pack/")
    assert primary_buttons(member.read(job)) == ["Hand it over"]

    form = {"carrier": part.carrier_id, "tracking_number": "123"}
    warned = member.post(f"{job}send/", form).content.decode()
    assert "does not look like one of" in warned
    assert state(part) == "packed"
    assert not Parcel.objects.exists()
    seen = re.search(r'name="seen" value="([^"]*)"', warned).group(1)

    other = member.post(f"{job}send/", {**form, "tracking_number": "456", "seen": seen})
    assert "does not look like one of" in other.content.decode()
    assert state(part) == "packed"
    sent = member.tap(f"{job}send/", {**form, "seen": seen})

    assert "how to follow the parcel" in sent
    parcel = Parcel.objects.get()
    assert (parcel.fulfilment_id, parcel.tracking_number) == (part.pk, "123")
    assert state(part) == "dispatched"
    steps = StateChange.objects.filter(about_label="fulfilment.fulfilment", about_id=part.pk)
    assert [each.new for each in steps if each.by_id] == [
        "accepted", "started", "packed", "dispatched",
    ]  # fmt: skip
    assert "Nothing to do now" in member.read()


def test_a_right_number_goes_through_at_once_however_it_is_written(group, member):
    part = part_of(make_placed_order((make_product(group), 1)))
    for step in ("accept", "pack"):
        member.tap(f"jobs/{part.pk}/{step}/")
    form = member.read(f"jobs/{part.pk}/send/")
    assert re.search(rf'value="{part.carrier_id}"[^>]*checked', form)

    member.tap(
        f"jobs/{part.pk}/send/",
        {"carrier": part.carrier_id, "tracking_number": " ee 1234 ๕๖๗๘ 5 th"},
    )

    assert Parcel.objects.get().tracking_number == NUMBER


def test_one_part_may_travel_in_several_parcels(group, member):
    part = part_of(make_placed_order((make_product(group), 1)))
    for step in ("accept", "pack"):
        member.tap(f"jobs/{part.pk}/{step}/")
    send = f"jobs/{part.pk}/send/"
    member.tap(send, {"carrier": part.carrier_id, "tracking_number": NUMBER})
    assert f"/{send}" in member.read(f"jobs/{part.pk}/")

    first = Parcel.objects.get()
    other = {"carrier": part.carrier_id, "tracking_number": "EE123456794TH"}
    for again in (other, {**other, "tracking_number": NUMBER}, other):
        seen = f"{again['carrier']}:{again['tracking_number']}"  # whatever it looks like
        member.tap(send, {**again, "seen": seen})
    numbers = part.parcels.values_list("tracking_number", flat=True)
    assert list(numbers) == [first.tracking_number, "EE123456794TH"]
    assert Message.objects.filter(kind="parcel_added", channel="email").count() == 1

    nothing = {"carrier": part.carrier_id, "tracking_number": ""}
    assert "noted already" in member.tap(send, {**nothing, "seen": f"{part.carrier_id}:"})
    fulfilments.receive_fulfilment(fulfilment_id=part.pk)
    member.tap(send, {"carrier": part.carrier_id, "tracking_number": "EE123456803TH", "seen": "x"})
    assert part.parcels.count() == 2


def test_sending_takes_the_goods_off_the_shelf_and_tells_the_buyer(group, member):
    cloth = make_product(group, stock=5)
    part = part_of(make_placed_order((cloth, 2)))
    for step in ("accept", "pack"):
        member.tap(f"jobs/{part.pk}/{step}/")
    member.tap(f"jobs/{part.pk}/send/", {"carrier": part.carrier_id, "tracking_number": NUMBER})

    record = record_of(cloth)
    assert (record.num_in_stock, record.num_allocated) == (3, 0)
    assert Message.objects.filter(kind="part_dispatched").exists()


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"tracking_number": NUMBER}, "Choose who carries the parcel."),
        ({"carrier": "999999", "tracking_number": NUMBER}, "Choose who carries the parcel."),
        ({"carrier": "NaN", "tracking_number": NUMBER}, "Choose who carries the parcel."),
        ({"carrier": None, "tracking_number": "เลขพัสดุ"}, "only letters A–Z and digits"),
        ({"carrier": None, "tracking_number": "A" * 41}, "only letters A–Z and digits"),
        ({"carrier": None, "tracking_number": "<script>"}, "only letters A–Z and digits"),
    ],
)
def test_what_cannot_be_a_parcel_is_not_sent(group, member, form, words):
    part = part_of(make_placed_order((make_product(group), 1)))
    for step in ("accept", "pack"):
        member.tap(f"jobs/{part.pk}/{step}/")
    form = {k: part.carrier_id if v is None else v for k, v in form.items()}

    answer = member.post(f"jobs/{part.pk}/send/", form)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert state(part) == "packed"
    assert not Parcel.objects.exists()


def test_no_number_and_a_warm_carrier_are_asked_about_once(group, member):
    part = part_of(make_placed_order((make_product(group, chilled=True), 1)))
    for step in ("accept", "pack"):
        member.tap(f"jobs/{part.pk}/{step}/")
    warm = Carrier.objects.filter(chilled=False).first()

    page = member.post(f"jobs/{part.pk}/send/", {"carrier": warm.pk}).content.decode()

    assert "the buyer cannot follow the parcel" in page
    assert "must stay cold" in page
    assert state(part) == "packed"


def test_a_second_tap_does_nothing_more_and_says_so(group, member):
    part = part_of(make_placed_order((make_product(group), 1)))
    job = f"jobs/{part.pk}/"
    member.tap(f"{job}accept/")

    assert "noted already" in member.tap(f"{job}accept/")
    assert "not the next step" in member.tap(f"{job}start/")
    member.tap(f"{job}pack/")
    form = {"carrier": part.carrier_id, "tracking_number": NUMBER}
    member.tap(f"{job}send/", form)
    assert "noted already" in member.tap(f"{job}send/", form)
    assert "not the next step" in member.tap(f"{job}accept/")
    assert "not the next step" in member.tap(f"{job}decline/", {"why": "no_time"})

    assert Parcel.objects.count() == 1
    assert (
        StateChange.objects.filter(about_label="fulfilment.fulfilment", new="accepted").count() == 1
    )
    assert not Refund.objects.exists()


def test_looking_at_a_step_moves_nothing(group, member):
    part = part_of(make_placed_order((make_product(group), 1)))

    for step in ("accept", "start", "pack", "send"):
        answer = member.get(f"jobs/{part.pk}/{step}/")
        assert answer["Location"] == f"/en/workspace/jobs/{part.pk}/"

    assert state(part) == "placed"


def test_declining_gives_money_and_goods_back(group, member):
    cloth = make_product(group, stock=5, price="450")
    part = part_of(make_placed_order((cloth, 2)))
    assert record_of(cloth).num_allocated == 2

    nothing = member.post(f"jobs/{part.pk}/decline/", {})
    assert nothing.status_code == 422
    assert "Choose a reason" in nothing.content.decode()
    silent = member.post(f"jobs/{part.pk}/decline/", {"why": "other"})
    assert "Tell the buyer why" in silent.content.decode()
    assert state(part) == "placed"
    assert not Refund.objects.exists()

    page = member.tap(f"jobs/{part.pk}/decline/", {"why": "damaged", "words": "The hem is torn."})

    assert "Declined. The buyer gets the money back." in page
    part.refresh_from_db()
    assert part.state == "declined"
    assert part.ended_reason.endswith(": The hem is torn.")
    assert Refund.objects.get().amount == part.total == Decimal("940.00")
    record = record_of(cloth)
    assert (record.num_in_stock, record.num_allocated) == (5, 0)
    assert primary_buttons(member.read(f"jobs/{part.pk}/")) == ["To today's work"]


def test_what_presses_most_comes_first(group, member):
    late = part_of(make_placed_order((make_product(group, title_en="Late cloth"), 1)))
    unanswered = part_of(make_placed_order((make_product(group, title_en="New cloth"), 1)))
    soon = part_of(make_placed_order((make_product(group, title_en="Soon cloth"), 1)))
    gone = part_of(make_placed_order((make_product(group, title_en="Lost cloth"), 1)))
    today, now = timezone.localdate(), timezone.now()
    Fulfilment.objects.filter(pk=late.pk).update(
        state="packed", promised_on=today - timedelta(days=2)
    )
    Fulfilment.objects.filter(pk=soon.pk).update(
        state="accepted", promised_on=today + timedelta(days=1)
    )
    Fulfilment.objects.filter(pk=gone.pk).update(
        state="dispatched", dispatched_at=now, objected_at=now, objection="It did not come."
    )
    Fulfilment.objects.filter(pk=unanswered.pk).update(answer_by=now + timedelta(hours=5.5))

    page = member.read()

    places = [page.index(f"{name} cloth") for name in ("Lost", "New", "Late", "Soon")]
    assert places == sorted(places)
    for words in ("2 days late", "Answer within 5 hours", "tomorrow", "4 things to do"):
        assert words in page, words
    assert "It did not come." in member.read(f"jobs/{gone.pk}/")


def test_a_number_that_looks_like_another_carriers_offers_that_carrier_first(group, member):
    part = part_of(make_placed_order((make_product(group), 1)))
    for step in ("accept", "pack"):
        member.tap(f"jobs/{part.pk}/{step}/")
    Carrier.objects.update(tracking_pattern="[A-Z0-9]{8,16}")  # fits every number: tells nothing
    post = Carrier.objects.create(
        slug="post",
        name_th="ไปรษณีย์ไทย",
        name_en="Thailand Post",
        tracking_pattern=r"[A-Z]{2}\d{9}TH",
    )
    van = Carrier.objects.create(
        slug="van", name_th="รถด่วน", name_en="Van", tracking_pattern=r"\d{12}"
    )
    form = {"carrier": van.pk, "tracking_number": NUMBER}

    warned = member.post(f"jobs/{part.pk}/send/", form).content.decode()
    assert "It looks like a number of Thailand Post." in warned
    assert primary_buttons(warned) == ["Send with Thailand Post"]
    assert "It is right: send it on" in warned
    assert not Parcel.objects.exists()
    # A number that only the patterns for everything fit is nobody's.
    strange = member.post(f"jobs/{part.pk}/send/", {**form, "tracking_number": "EE12345678TH"})
    assert "It looks like" not in strange.content.decode()

    seen = re.search(r'name="seen" value="([^"]*)"', warned).group(1)
    # As a browser sends it: the chosen carrier, then the pressed button's.
    member.tap(f"jobs/{part.pk}/send/", {**form, "carrier": [van.pk, post.pk], "seen": seen})
    parcel = Parcel.objects.get()
    assert (parcel.carrier, parcel.tracking_number) == (post, NUMBER)


def test_an_address_is_seen_while_it_is_needed_and_not_longer(group, member):
    part = part_of(make_placed_order((make_product(group), 1)))
    job, now = f"jobs/{part.pk}/", timezone.now()
    assert "เจริญกรุง 42" in member.read(job)
    assert "เจริญกรุง 42" in member.read(f"{job}sheet/")

    sent = Fulfilment.objects.filter(pk=part.pk)
    sent.update(state="received", dispatched_at=now - timedelta(days=29))
    assert "เจริญกรุง 42" in member.read(job)
    for state_now, ago in (("received", 31), ("declined", None), ("cancelled", None)):
        sent.update(state=state_now, dispatched_at=now - timedelta(days=ago) if ago else None)
        for page in (member.read(job), member.read(f"{job}sheet/")):
            assert "เจริญกรุง 42" not in page
            assert "812345678" not in page


def test_a_group_sees_its_own_goods_only(group, member):
    other = make_product(make_enterprise(), title_en="Somebody's jar", price="999")
    order = make_placed_order((make_product(group, title_en="Our cloth"), 1), (other, 1))
    part = order.fulfilments.get(enterprise=group)

    for path in ("", f"jobs/{part.pk}/", f"jobs/{part.pk}/sheet/", "money/", "jobs/"):
        page = member.read(path)
        assert "jar" not in page
        assert "999" not in page


def test_what_the_office_has_settled_leaves_the_tasks_and_is_read(group, member):
    part = part_of(make_placed_order((make_product(group, title_en="Torn cloth"), 1)))
    now = timezone.now()
    Fulfilment.objects.filter(pk=part.pk).update(
        state="received", dispatched_at=now, received_at=now, objected_at=now, objection="Torn."
    )
    assert "Torn cloth" in member.read()
    page = member.read(f"jobs/{part.pk}/")
    assert "The buyer tells of a problem" in page
    assert "The office looks at it and settles it." in page

    fulfilments.settle_problem(
        fulfilment_id=part.pk, amount=Decimal("20.50"), words="We saw it.", by=make_buyer()
    )

    assert "Torn cloth" not in member.read()
    page = member.read(f"jobs/{part.pk}/")
    for words in ("We saw it.", "฿20.50 goes back to the buyer.", "Torn."):
        assert words in page, words
