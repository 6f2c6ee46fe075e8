"""A change asked for instead of waiting takes no right away, and no letter names a wrong sum."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shop.core.templatetags.shop_text import baht
from shop.fulfilment import services
from shop.fulfilment.models import ChangeRequest, DelayNotice
from shop.fulfilment.services import changes
from shop.oscar.order.services import order_path
from shop.outbox.models import Message
from tests.checkout.shopping import Buyer
from tests.factories import make_member
from tests.fulfilment.changing import ELSEWHERE, accept, ask, check_money, kept_of, price
from tests.fulfilment.steps import Weaving
from tests.fulfilment.test_change_pages import form_of, path_of
from tests.fulfilment.test_instalments import ordered

pytestmark = pytest.mark.django_db

HOURS = timedelta(hours=1)


def delayed(weaving: Weaving, *, left: timedelta | None = None) -> DelayNotice:
    """Begun and late; the buyer has `left` to say what they want."""
    weaving.move("start")
    notice = services.give_notice(
        fulfilment_id=weaving.part.pk,
        reason="rain",
        new_day=weaving.part.promised_on + timedelta(days=9),
        today=timezone.localdate(),
        by=weaving.member,
    )
    if left is not None:
        notice.answer_by = timezone.now() + left
        notice.save()
    return notice


def told(kind: str) -> int:
    return Message.objects.filter(kind=kind, channel="email").count()


def _refused(change: ChangeRequest, weaving: Weaving) -> None:
    changes.refuse_change(change_id=change.pk, reason="ไหมหมด", by=weaving.member)


def _not_answered(change: ChangeRequest, weaving: Weaving) -> None:
    assert changes.lapse_changes(now=change.due_at) == 1


def _packed(change: ChangeRequest, weaving: Weaving) -> None:
    weaving.move("finish", "pack")


def _withdrawn(change: ChangeRequest, weaving: Weaving) -> None:
    changes.withdraw_change(change_id=change.pk)


def _price_let_go(change: ChangeRequest, weaving: Weaving) -> None:
    assert changes.lapse_changes(now=price(change).due_at) == 1


@pytest.mark.parametrize(
    ("end", "hours"),
    [(_refused, 24), (_not_answered, 24), (_packed, 24), (_withdrawn, 1), (_price_let_go, 1)],
)
def test_a_change_that_is_not_made_leaves_the_right_to_have_everything_back(
    end: Callable[..., None], hours: int
) -> None:
    weaving = Weaving(2)
    notice = delayed(weaving, left=1 * HOURS)
    change = ask(weaving.part, address=ELSEWHERE)
    notice.refresh_from_db()
    assert (notice.state, told("part_delayed")) == ("changes", 1)

    end(change, weaving)

    notice.refresh_from_db()
    assert (notice.state, notice.answered_at, told("part_delayed")) == ("asked", None, 2)
    left = notice.answer_by - timezone.now()
    assert (hours - 0.1) * HOURS < left <= hours * HOURS
    services.answer_notice(notice_id=notice.pk, answer="cancelled", now=timezone.now())
    assert (weaving.part.state, kept_of(weaving.part)) == ("cancelled", 0)


def test_a_change_that_is_made_has_answered_it() -> None:
    weaving = Weaving(2)
    notice = delayed(weaving)
    accept(price(ask(weaving.part, address=ELSEWHERE), 0))
    notice.refresh_from_db()
    assert notice.state == "changes"
    # A later change has nothing to do with it.
    changes.withdraw_change(change_id=ask(weaving.part, 1).pk)
    notice.refresh_from_db()
    assert notice.state == "changes"


def test_what_ended_otherwise_is_asked_about_no_more() -> None:
    weaving = Weaving(2)
    notice = delayed(weaving)
    ask(weaving.part, 1)
    services.decline_fulfilment(fulfilment_id=weaving.part.pk, by=weaving.member, reason="x")
    notice.refresh_from_db()
    assert notice.state == "changes"
    assert kept_of(weaving.part) == 0


def test_page_and_letter_of_a_delay_name_what_was_paid() -> None:
    part = ordered()
    by = {"fulfilment_id": part.pk, "by": make_member(part.enterprise).user}
    services.accept_fulfilment(**by)
    paid = part.instalments.get(number=1).amount
    assert paid < part.total
    services.give_notice(
        **by, reason="rain", new_day=part.promised_on + timedelta(days=9),
        today=timezone.localdate(),
    )  # fmt: skip
    page = Buyer("en").get(order_path(part.order)).content.decode()
    assert f"Cancel, {baht(paid)} back" in page
    assert f"Cancel, {baht(part.total)} back" not in page
    letter = Message.objects.get(kind="part_delayed", channel="email")
    assert letter.context["total"] == str(paid)


def test_nobody_agrees_to_a_day_that_a_notice_has_overtaken() -> None:
    weaving = Weaving(3)
    change = price(ask(weaving.part, 2))
    told_day = weaving.part.promised_on + timedelta(days=9)
    services.give_notice(
        fulfilment_id=weaving.part.pk, reason="rain", new_day=told_day,
        today=timezone.localdate(), by=weaving.member,
    )  # fmt: skip
    with pytest.raises(changes.AnotherPrice):
        accept(change)
    change.refresh_from_db()
    assert (change.version, change.promised_on, change.days_more) == (2, told_day, timedelta(0))
    accept(change)
    assert weaving.part.promised_on == told_day
    check_money(weaving.part)


def test_after_the_time_to_answer_the_ladder_is_open_before_the_sweep_has_come() -> None:
    weaving = Weaving(2)
    notice = delayed(weaving)
    DelayNotice.objects.update(answer_by=timezone.now() - HOURS)
    part = weaving.part
    path = f"{order_path(weaving.order, language='en')}{part.pk}/cancel/"
    page = Buyer("en").get(path)
    assert page.status_code == 200
    half = part.goods / 2
    sent: dict[str, Any] = {"reason": "", "seen": str(half + part.charge)}
    assert Buyer("en").post(path, sent).status_code == 302
    notice.refresh_from_db()
    assert (weaving.part.state, weaving.part.kept, notice.state) == ("cancelled", half, "overtaken")


def test_a_postcode_typed_without_looking_for_it_does_not_leave_the_old_tambon() -> None:
    weaving = Weaving(1)
    buyer = Buyer("en")
    typed = form_of(buyer.get(path_of(weaving)).content.decode())
    assert typed["tambon_code"] == "100404"
    there = {**typed, "house_number": "7", "place": "50200"}
    shown = buyer.post(path_of(weaving), there)
    page = shown.content.decode()
    assert shown.status_code == 422
    assert "Pick your tambon from the list." in page
    assert 'value="500101"' in page
    assert not ChangeRequest.objects.exists()
    assert buyer.post(path_of(weaving), {**there, "tambon_code": "500101"}).status_code == 302
    assert ChangeRequest.objects.get().wanted["address"]["tambon_code"] == "500101"
