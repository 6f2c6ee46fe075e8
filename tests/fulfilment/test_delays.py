"""A later day is told, answered once, and silence means waiting."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from shop.core.states import MoveNotAllowed
from shop.fulfilment import services
from shop.fulfilment.models import Carrier, DelayNotice, Fulfilment
from shop.fulfilment.states import DELAY_TRANSITIONS, DelayState, FulfilmentState
from shop.oscar.order.services import order_path
from shop.outbox.models import Message
from shop.payments.models import Refund
from shop.production.models import Job, ProductionSlot
from shop.production.services import finish_jobs
from tests.checkout.shopping import Buyer
from tests.factories import make_member, make_placed_order
from tests.factories.making import make_workshop, make_woven

pytestmark = pytest.mark.django_db


@pytest.fixture
def today() -> date:
    return timezone.localdate()


def begun(*, quantity: int = 2, language: str = "en", **workshop: Any) -> Fulfilment:
    """Two scarves, one a day, accepted and begun; promised for the day after tomorrow."""
    scarf = make_woven(make_workshop(**workshop))
    part = make_placed_order((scarf, quantity), language=language).fulfilments.get()
    by = {"fulfilment_id": part.pk, "by": make_member(part.enterprise).user}
    services.accept_fulfilment(**by)
    services.start_fulfilment(**by)
    part.refresh_from_db()
    return part


def tell(part: Fulfilment, day: date, **facts: Any) -> DelayNotice:
    return services.give_notice(
        fulfilment_id=part.pk, reason="rain", new_day=day, today=timezone.localdate(), by=None,
        **facts,
    )  # fmt: skip


def answer(notice: DelayNotice, what: str, *, late: bool = False) -> DelayNotice:
    now = notice.answer_by if late else notice.answer_by - timedelta(seconds=1)
    return services.answer_notice(notice_id=notice.pk, answer=what, now=now)


def test_the_promise_moves_with_the_plan_and_keeps_its_past(today: date) -> None:
    part = begun()
    old, new = part.promised_on, part.promised_on + timedelta(days=5)
    notice = tell(part, new, words="น้ำท่วมหมู่บ้าน")
    part.refresh_from_db()
    line, job = part.lines.get().line, Job.objects.get()
    assert (part.promised_on, line.promised_on, job.promised_on) == (new, new, new)
    assert job.due_on == new
    assert line.snapshot["promise"]["promised_on"] == old.isoformat()
    assert line.snapshot["days"] == [
        {"from": str(old), "to": str(new), "delay": notice.pk, "reason": "rain"}
    ]
    assert part.first_promised_on == old
    assert notice.answer_by - notice.given_at == timedelta(hours=72)
    assert {m.channel for m in Message.objects.filter(kind="part_delayed")} == {"email", "sms"}


def test_a_day_that_is_not_later_or_that_the_plan_cannot_keep_is_refused(today: date) -> None:
    part = begun()
    for day in (today, part.promised_on):
        with pytest.raises(services.TooEarly) as refused:
            tell(part, day)
        assert refused.value.earliest == part.promised_on + timedelta(days=1)
    with pytest.raises(services.TooFar):
        tell(part, today + timedelta(days=401))
    Job.objects.update(unplanned_units=1)
    ProductionSlot.objects.filter(day__lt=today + timedelta(days=10)).update(
        capacity=0, allocated=0
    )
    with pytest.raises(services.TooEarly) as refused:
        tell(part, part.promised_on + timedelta(days=1))
    assert refused.value.earliest == today + timedelta(days=10)
    assert not DelayNotice.objects.exists()
    part.refresh_from_db()
    assert part.promised_on == today + timedelta(days=2)


def test_one_notice_at_a_time(today: date) -> None:
    part = begun()
    first = tell(part, part.promised_on + timedelta(days=1))
    with pytest.raises(services.StillAsked):
        tell(part, part.promised_on + timedelta(days=9))
    with pytest.raises(IntegrityError), transaction.atomic():
        DelayNotice.objects.create(
            fulfilment=part, reason="rain", old_promised_on=today,
            new_promised_on=today + timedelta(days=1), answer_by=timezone.now(),
        )  # fmt: skip
    answer(first, DelayState.WAITS)
    part.refresh_from_db()
    tell(part, part.promised_on + timedelta(days=1))
    assert DelayNotice.objects.count() == 2


@pytest.mark.parametrize("state", ["placed", "dispatched", "declined"])
def test_only_what_is_accepted_and_not_sent_can_be_late(state: str) -> None:
    part = begun()
    Fulfilment.objects.filter(pk=part.pk).update(state=state)
    with pytest.raises(MoveNotAllowed):
        tell(part, part.promised_on + timedelta(days=3))
    assert not DelayNotice.objects.exists()


def test_cancelling_because_of_a_delay_gives_everything_back_after_the_start_too() -> None:
    part = begun()
    notice = tell(part, part.promised_on + timedelta(days=3))
    answer(notice, DelayState.CANCELLED)
    part.refresh_from_db()
    assert part.state == FulfilmentState.CANCELLED
    assert Refund.objects.get().amount == part.total
    assert sum(ProductionSlot.objects.values_list("allocated", flat=True)) == 0
    with pytest.raises(services.AnsweredAlready):
        answer(notice, DelayState.CANCELLED)
    assert Refund.objects.count() == 1


def test_an_answer_after_the_deadline_changes_nothing_and_silence_waits_once() -> None:
    part = begun()
    notice = tell(part, part.promised_on + timedelta(days=3))
    with pytest.raises(services.AnsweredAlready):
        answer(notice, DelayState.CANCELLED, late=True)
    assert not Refund.objects.exists()
    assert services.wait_in_silence(now=notice.answer_by - timedelta(seconds=1)) == 0
    assert services.wait_in_silence(now=notice.answer_by) == 1
    assert services.wait_in_silence(now=notice.answer_by) == 0
    notice.refresh_from_db()
    assert notice.state == DelayState.WAITS


def test_sent_before_an_answer_nothing_is_asked_any_more() -> None:
    part = begun()
    notice = tell(part, part.promised_on + timedelta(days=3))
    by = {"fulfilment_id": part.pk, "by": make_member(part.enterprise).user}
    line_ids = part.lines.values_list("line_id", flat=True)
    finish_jobs(line_ids=line_ids, today=timezone.localdate())
    services.pack_fulfilment(**by)
    services.dispatch_fulfilment(**by, carrier=Carrier.objects.first())
    notice.refresh_from_db()
    assert notice.state == DelayState.OVERTAKEN
    with pytest.raises(services.AnsweredAlready):
        answer(notice, DelayState.CANCELLED)
    assert not Refund.objects.exists()


def test_answers_end_a_notice_unless_the_change_was_not_made() -> None:
    open_ended = {state for state, after in DELAY_TRANSITIONS.items() if after}
    assert open_ended == {DelayState.ASKED, DelayState.CHANGES}
    assert DELAY_TRANSITIONS[DelayState.CHANGES] == (DelayState.ASKED,)


# --- the doors ---


def test_the_buyer_reads_why_and_answers_on_the_orders_page() -> None:
    part = begun()
    notice = tell(part, part.promised_on + timedelta(days=3), words="The river is in the village")
    path, buyer = order_path(part.order), Buyer("en")
    page = buyer.get(path).content.decode()
    assert f'href="#part-{part.pk}-delay"' in page  # the next thing, on top
    for said in ("Rain or flood", "The river is in the village", "I wait", "back"):
        assert said in page
    assert buyer.post(f"{path}{part.pk}/later/").status_code == 302
    assert buyer.post(f"{path}{part.pk}/later/").status_code == 302
    notice.refresh_from_db()
    assert notice.state == DelayState.WAITS
    everything = {"reason": "", "seen": str(part.total)}
    assert buyer.post(f"{path}{part.pk}/cancel/", everything).status_code == 302
    part.refresh_from_db()
    assert part.state == FulfilmentState.STARTED


def test_the_cancel_page_gives_all_back_while_a_notice_is_open() -> None:
    part = begun()
    tell(part, part.promised_on + timedelta(days=3))
    path = f"{order_path(part.order)}{part.pk}/cancel/"
    assert Buyer("en").get(path).status_code == 200
    assert Buyer("en").post(path, {"reason": "too late for the wedding"}).status_code == 302
    part.refresh_from_db()
    assert (part.state, Refund.objects.get().amount) == (FulfilmentState.CANCELLED, part.total)


def test_the_group_tells_it_on_its_phone_and_nobody_elses_group_does() -> None:
    part = begun()
    day = part.promised_on + timedelta(days=3)
    path = f"/th/workspace/jobs/{part.pk}/later/"
    member = Buyer(user=part.enterprise.memberships.get().user)
    address = member.get(f"/th/workspace/jobs/{part.pk}/").content.decode()
    assert f"jobs/{part.pk}/later/" in address
    path = next(x for x in address.split('"') if x.endswith(f"jobs/{part.pk}/later/"))
    assert member.get(path).status_code == 200
    kept = member.post(path, {"reason": "other", "new_day": "31/31/2569", "words": "\x00ก"})
    assert kept.status_code == 422
    thai = f"{day.day}/{day.month}/{day.year + 543}"
    early = member.post(path, {"reason": "rain", "new_day": f"1/1/{day.year + 543}"})
    assert early.status_code == 422
    stranger = Buyer(user=make_member(make_workshop().enterprise).user)
    assert stranger.post(path, {"reason": "rain", "new_day": thai}).status_code == 404
    assert not DelayNotice.objects.exists()
    for _ in range(2):
        told = member.post(path, {"reason": "rain", "new_day": thai, "words": "ฝนตกหนัก"})
        assert told.status_code == 302
    assert DelayNotice.objects.get().new_promised_on == day
