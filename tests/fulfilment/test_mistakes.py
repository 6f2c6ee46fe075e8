"""A wrong tap is taken back for a while, and never once something has followed from it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from shop.core.models import StateChange
from shop.core.states import MoveNotAllowed
from shop.fulfilment import services
from shop.fulfilment.cancelling import refund_on_cancelling
from shop.fulfilment.models import Carrier, JobUpdate
from shop.fulfilment.states import InstalmentState
from shop.outbox.models import Message
from shop.payments.models import PaymentAttempt, Refund
from shop.production.models import Job, SlotAllocation
from shop.production.services import NoCapacity
from tests.checkout.shopping import Buyer
from tests.factories import make_enterprise, make_member, make_placed_order
from tests.fulfilment.steps import Weaving, a_picture
from tests.fulfilment.test_instalments import pay
from tests.production.books import check_books

pytestmark = pytest.mark.django_db


def take_back(weaving: Weaving, reached: str, *, minutes: int = 1) -> Job:
    return services.take_back_step(
        job_id=weaving.job.pk,
        reached=reached,
        by=weaving.member,
        now=timezone.now() + timedelta(minutes=minutes),
    )


def days_of(job: Job) -> list[tuple[date, int]]:
    rows = SlotAllocation.objects.filter(job=job).order_by("slot__day")
    return list(rows.values_list("slot__day", "units"))


def told() -> list[str]:
    rows = Message.objects.filter(channel="email", kind="step_taken_back").order_by("pk")
    return [row.context["reached"] for row in rows]


def everything(weaving: Weaving) -> tuple[Any, ...]:
    """All that a refusal must leave as it is."""
    return (
        weaving.states,
        days_of(weaving.job),
        [(each.number, each.state, each.due_on) for each in weaving.part.instalments.all()],
        JobUpdate.objects.count(),
        StateChange.objects.count(),
        Message.objects.count(),
    )


def test_each_step_is_taken_back_and_can_be_done_again():
    weaving = Weaving(3)
    planned = days_of(weaving.job)

    weaving.move("start")
    take_back(weaving, "in_production")
    assert weaving.states == ("accepted", "queued")
    assert (weaving.part.started_at, weaving.job.started_at) == (None, None)
    back = refund_on_cancelling(services.with_jobs(weaving.part))
    assert back is not None
    assert back.is_all  # free of charge, as before
    assert told() == ["in_production"]

    weaving.move("start", "finish")
    assert days_of(weaving.job) == []
    take_back(weaving, "finished")
    assert weaving.states == ("started", "in_production")
    assert weaving.job.finished_at is None
    assert days_of(weaving.job) == planned  # its days are its own again
    assert told() == ["in_production", "finished"]

    weaving.move("finish", "pack")
    take_back(weaving, "packed")
    assert weaving.states == ("started", "finished")
    assert (weaving.part.packed_at, weaving.job.packed_at) == (None, None)
    assert told() == ["in_production", "finished"]  # of packing the buyer was not told

    weaving.move("pack")
    assert weaving.states == ("packed", "packed")
    assert [each.reached for each in JobUpdate.objects.all()] == [
        "in_production", "finished", "packed",
    ]  # fmt: skip
    mistakes = StateChange.objects.filter(reason="mistake", by=weaving.member)
    assert mistakes.count() == 5  # three of the job, two of the part
    check_books(weaving.workshop)


def test_the_form_that_was_taken_back_is_not_noted_when_the_phone_sends_it_again():
    weaving = Weaving(3)
    by = {"job_id": weaving.job.pk, "picture_id": a_picture().pk, "by": weaving.member}
    token = uuid4()
    services.start_job(**by, token=token)
    take_back(weaving, "in_production")
    before = everything(weaving)
    with pytest.raises(MoveNotAllowed):
        services.start_job(**by, token=token)
    assert everything(weaving) == before
    services.start_job(**by, token=uuid4())
    assert weaving.states == ("started", "in_production")


def test_the_balance_is_asked_for_again_when_it_is_really_finished():
    weaving = Weaving(8, payment_plan="deposit")
    weaving.move("start", "finish")
    balance = weaving.part.instalments.get(number=2)
    assert (balance.state, balance.amount > 0) == (InstalmentState.DUE, True)

    take_back(weaving, "finished")

    balance.refresh_from_db()
    assert (balance.state, balance.asked_at, balance.due_on, balance.reminders) == (
        InstalmentState.DUE_LATER, None, None, 0,
    )  # fmt: skip
    weaving.move("finish")
    balance.refresh_from_db()
    assert balance.state == InstalmentState.DUE
    assert Message.objects.filter(kind="balance_due", channel="email").count() == 2


@pytest.mark.parametrize("settled", [False, True], ids=["being paid", "paid"])
def test_what_the_buyer_pays_for_stays_finished(settled):
    weaving = Weaving(8, payment_plan="deposit")
    weaving.move("start", "finish")
    balance = weaving.part.instalments.get(number=2)
    pay(balance)
    if settled:
        services.settle_instalment(balance.reference)
    before = everything(weaving)

    with pytest.raises(services.StepStays):
        take_back(weaving, "finished")

    assert everything(weaving) == before
    assert Refund.objects.count() == 0
    assert PaymentAttempt.objects.filter(checkout_reference=balance.reference).count() == 1


def test_days_that_somebody_else_has_bought_are_not_taken_from_them():
    weaving = Weaving(40)
    weaving.move("start", "finish")
    theirs = Job.objects.get(line__order=make_placed_order((weaving.cloth, 40)))
    before, kept = everything(weaving), days_of(theirs)

    with pytest.raises(NoCapacity):
        take_back(weaving, "finished")

    assert everything(weaving) == before
    assert days_of(theirs) == kept
    check_books(weaving.workshop)


@pytest.mark.parametrize(
    ("steps", "reached", "minutes"),
    [
        (["start"], "in_production", 31),  # too late
        (["start", "finish"], "in_production", 1),  # not the last step
        ([], "queued", 1),  # nothing was noted
    ],
)
def test_what_is_too_late_or_not_the_last_step_stays(steps, reached, minutes):
    weaving = Weaving(3)
    weaving.move(*steps)
    before = everything(weaving)

    with pytest.raises(services.StepStays):
        take_back(weaving, reached, minutes=minutes)

    assert everything(weaving) == before


@pytest.mark.parametrize("how", ["sent", "cancelled"])
def test_what_is_sent_or_cancelled_stays(how):
    weaving = Weaving(3)
    weaving.move("start")
    reached = "in_production"
    if how == "sent":
        weaving.move("finish", "pack")
        reached = "packed"
        services.dispatch_fulfilment(
            fulfilment_id=weaving.part.pk,
            by=weaving.member,
            carrier=Carrier.objects.first(),
            tracking_number="EF123456785TH",
        )
    else:
        services.cancel_fulfilment(fulfilment_id=weaving.part.pk, by=None)
    before = everything(weaving)

    with pytest.raises(services.StepStays):
        take_back(weaving, reached)

    assert everything(weaving) == before


def test_the_group_takes_it_back_on_its_phone_and_nobody_else_does():
    weaving = Weaving(3)
    weaving.move("start")
    here = f"workspace/jobs/{weaving.part.pk}/"
    there = f"{here}line/{weaving.job.pk}/take-back/"
    group, stranger = (
        Buyer("en", user=weaving.member),
        Buyer("en", user=make_member(make_enterprise()).user),
    )

    assert stranger.post(there, {"reached": "in_production"}).status_code == 404
    assert weaving.states == ("started", "in_production")
    page = group.get(here).content.decode()
    assert "Take back “Being made”" in page
    assert group.get(there).status_code == 405

    assert group.post(there, {"reached": "in_production"}).status_code == 302
    assert weaving.states == ("accepted", "queued")
    page = group.get(here).content.decode()
    assert "Taken back." in page
    assert "Take back “" not in page
    group.post(there, {"reached": "in_production"})  # a second tap
    assert "cannot be taken back any more" in group.get(here).content.decode()
    assert weaving.states == ("accepted", "queued")


def test_the_job_and_the_money_screen_say_what_was_paid():
    weaving = Weaving(8, payment_plan="deposit")
    part, group = weaving.part, Buyer("en", user=weaving.member)
    first, balance = part.instalments.all()
    assert (first.amount + balance.amount, balance.amount > 0) == (part.total, True)
    paid, rest = (
        f"฿{amount:,.2f}".removesuffix(".00") for amount in (first.amount, balance.amount)
    )

    job = group.get(f"workspace/jobs/{part.pk}/").content.decode()
    assert paid in job
    assert "The buyer pays when it is finished" in job
    money = group.get("workspace/money/").content.decode()
    assert f"paid {paid}, still {rest}" in money
    assert f'<dd class="numbers">{paid} <span' in money  # paid and under way
    assert f'<dd class="numbers">{rest}</dd>' in money

    weaving.move("start")
    services.cancel_fulfilment(fulfilment_id=part.pk, by=None)
    part.refresh_from_db()
    assert part.kept > Decimal(0)
    kept = f"฿{part.kept:,.2f}".removesuffix(".00")
    money = group.get("workspace/money/").content.decode()
    assert f"you keep {kept}" in money
    assert f'<dd class="numbers">{kept}</dd>' in money
    assert "still" not in money
    job = group.get(f"workspace/jobs/{part.pk}/").content.decode()
    assert "The buyer gets back what was agreed, and you keep the rest." in job
