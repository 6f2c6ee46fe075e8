"""The group's screens of a change: seen among the tasks, priced, refused; nobody else's."""

import pytest

from shop.fulfilment.models import ChangeRequest
from shop.fulfilment.states import ChangeState
from tests.checkout.shopping import Buyer
from tests.factories import make_enterprise, make_member
from tests.fulfilment.changing import ask, day
from tests.fulfilment.steps import Weaving

pytestmark = pytest.mark.django_db


@pytest.fixture
def weaving() -> Weaving:
    return Weaving(2)


def screen(change: ChangeRequest, rest: str = "") -> str:
    return f"/en/workspace/changes/{change.pk}/{rest}"


def test_offered_as_suggested_with_one_tap(weaving):
    change = ask(weaving.part, 3)
    group = Buyer("en", weaving.member)
    home = group.get("/en/workspace/").content.decode()
    assert screen(change) in home
    assert "2 things to do" in home
    page = group.get(screen(change)).content.decode()
    assert "฿1,240 more" in page
    assert group.post(screen(change), {"seen": "1 2026-01-01"}).status_code == 302
    change.refresh_from_db()
    assert change.state == ChangeState.ASKED
    seen = page.split('name="seen" value="')[1].split('"')[0]
    group.post(screen(change), {"seen": seen})
    change.refresh_from_db()
    assert (change.state, change.amount) == (ChangeState.PRICED, 1240)
    assert screen(change) in group.get(f"/en/workspace/jobs/{weaving.part.pk}/").content.decode()
    assert screen(change) not in group.get("/en/workspace/").content.decode()


def test_another_price_needs_a_reason_and_a_day_that_can_be_kept(weaving):
    change = ask(weaving.part, 3)
    group = Buyer("en", weaving.member)
    typed = {"way": "more", "sum": "๑,๕๐๐", "promised_on": day(40).isoformat(), "words": ""}
    page = group.post(screen(change, "price/"), typed)
    assert (page.status_code, "๑,๕๐๐" in page.content.decode()) == (422, True)
    early = {**typed, "words": "ด้ายแพงขึ้น", "promised_on": day(-1).isoformat()}
    assert "earliest day" in group.post(screen(change, "price/"), early).content.decode()
    back = {**typed, "way": "less", "sum": "90000", "words": "x"}
    assert "can go back" in group.post(screen(change, "price/"), back).content.decode()
    change.refresh_from_db()
    assert change.version == 0
    group.post(screen(change, "price/"), {**typed, "words": "ด้ายแพงขึ้น"})
    change.refresh_from_db()
    assert (change.amount, change.promised_on, change.version) == (1500, day(40), 1)
    group.post(screen(change, "price/"), {**typed, "way": "same", "words": "ลดให้"})
    change.refresh_from_db()
    assert (change.amount, change.version) == (0, 2)


def test_refused_with_a_reason(weaving):
    change = ask(weaving.part, 3)
    group = Buyer("en", weaving.member)
    assert group.post(screen(change, "refuse/"), {"words": ""}).status_code == 422
    group.post(screen(change, "refuse/"), {"words": "ไม่มีด้ายสีนี้แล้ว"})
    change.refresh_from_db()
    assert (change.state, change.ended_reason) == (ChangeState.REFUSED, "ไม่มีด้ายสีนี้แล้ว")


def test_what_does_not_fit_can_only_be_refused(weaving):
    change = ask(weaving.part, 900)
    page = Buyer("en", weaving.member).get(screen(change)).content.decode()
    assert "does not fit into your free days" in page
    assert "Offer this to the buyer" not in page


def test_another_groups_is_not_found(weaving):
    change = ask(weaving.part, 3)
    stranger = Buyer("en", make_member(make_enterprise()).user)
    for rest in ("", "price/", "refuse/"):
        assert stranger.get(screen(change, rest)).status_code == 404
        assert stranger.post(screen(change, rest), {"words": "x"}).status_code == 404
    change.refresh_from_db()
    assert change.state == ChangeState.ASKED
