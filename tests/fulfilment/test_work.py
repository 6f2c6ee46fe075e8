"""A line's work and the part it belongs to go on together."""

from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from shop.core.states import MoveNotAllowed
from shop.fulfilment import services
from shop.fulfilment.cancelling import refund_on_cancelling
from shop.fulfilment.models import JobUpdate
from shop.outbox.models import Message
from shop.production.models import Job
from tests.factories import (
    make_made_to_order,
    make_member,
    make_placed_order,
    make_product,
    make_workshop,
    make_woven,
)
from tests.fulfilment.steps import Weaving, a_picture
from tests.production.books import allocated, check_books

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    return list(
        Message.objects.filter(channel="email", kind__in=("part_started", "part_made"))
        .order_by("pk")
        .values_list("kind", flat=True)
    )


def test_one_line_is_begun_finished_and_packed_and_its_part_goes_along():
    weaving = Weaving(3)
    assert weaving.states == ("accepted", "queued")

    weaving.move("start", text="เริ่มขึ้นกี่แล้ว")
    assert weaving.states == ("started", "in_production")
    assert weaving.part.started_at == JobUpdate.objects.get().at
    assert kinds() == ["part_started"]
    back = refund_on_cancelling(services.with_jobs(weaving.part))
    assert back is not None
    assert not back.is_all

    weaving.move("finish")
    assert weaving.states == ("started", "finished")
    assert kinds() == ["part_started", "part_made"]
    assert allocated(weaving.workshop) == 0  # made before its days began: they are free

    weaving.move("pack")
    assert weaving.states == ("packed", "packed")
    assert weaving.part.packed_at is not None
    assert kinds() == ["part_started", "part_made"]
    shown = [(each.reached, each.text, each.by) for each in JobUpdate.objects.all()]
    assert shown == [
        ("in_production", "เริ่มขึ้นกี่แล้ว", weaving.member),
        ("finished", "", weaving.member),
        ("packed", "", weaving.member),
    ]
    check_books(weaving.workshop)


def test_the_same_photo_sent_twice_is_noted_once():
    weaving = Weaving(2)
    token = uuid4()
    send = {"job_id": weaving.job.pk, "token": token, "picture_id": a_picture().pk}

    first = services.start_job(**send, by=weaving.member)
    again = services.start_job(**send, by=weaving.member)

    assert first == again
    assert JobUpdate.objects.count() == 1
    assert kinds() == ["part_started"]
    with pytest.raises(MoveNotAllowed) as refused:  # another phone, a moment later
        services.start_job(**{**send, "token": uuid4()}, by=weaving.member)
    assert (refused.value.old, refused.value.new) == ("in_production", "in_production")
    assert JobUpdate.objects.count() == 1


@pytest.mark.parametrize(
    ("before", "step"),
    [
        ((), "finish"),
        ((), "pack"),
        (("start",), "start"),
        (("start",), "pack"),
        (("start", "finish"), "start"),
        (("start", "finish"), "finish"),
        (("start", "finish", "pack"), "pack"),
    ],
)
def test_no_step_is_skipped_or_done_again(before, step):
    weaving = Weaving(1)
    weaving.move(*before)
    stood = weaving.states

    with pytest.raises(MoveNotAllowed):
        weaving.move(step)

    assert weaving.states == stood
    assert JobUpdate.objects.count() == len(before)


def test_work_begins_only_once_the_order_is_accepted():
    weaving = Weaving(1, accepted=False)

    with pytest.raises(MoveNotAllowed):
        weaving.move("start")

    assert weaving.states == ("placed", "queued")


def test_a_part_of_two_lines_is_begun_with_the_first_and_packed_with_the_last():
    workshop = make_workshop()
    order = make_placed_order((make_woven(workshop), 1), (make_woven(workshop), 2))
    member = make_member(workshop.enterprise).user
    part = order.fulfilments.get()
    services.accept_fulfilment(fulfilment_id=part.pk, by=member)
    first, second = Job.objects.order_by("pk")

    def move(job: Job, *steps: str) -> str:
        for step in steps:
            more = {"today": timezone.localdate()} if step == "finish" else {}
            getattr(services, f"{step}_job")(
                job_id=job.pk, token=uuid4(), picture_id=None, by=member, **more
            )
        part.refresh_from_db()
        return part.state

    assert move(first, "start", "finish") == "started"
    assert kinds() == ["part_started"]
    with pytest.raises(services.NotFinished) as refused:
        services.pack_fulfilment(fulfilment_id=part.pk, by=member)
    assert refused.value.jobs == [second]
    assert move(first, "pack") == "started"
    assert move(second, "start", "finish") == "started"
    assert kinds() == ["part_started", "part_made"]
    assert move(second, "pack") == "packed"
    assert kinds() == ["part_started", "part_made"]


def test_ready_pieces_that_go_along_are_packed_with_the_part():
    workshop = make_workshop()
    ready = make_product(workshop.enterprise, stock=3)
    old_way = make_made_to_order(workshop.enterprise, lead_days=3)
    order = make_placed_order((make_woven(workshop), 1), (ready, 1), (old_way, 1))
    member = make_member(workshop.enterprise).user
    part = order.fulfilments.get()
    by = {"fulfilment_id": part.pk, "by": member}
    services.accept_fulfilment(**by)
    services.start_fulfilment(**by)  # all that has a job is begun with the part
    job = Job.objects.get()
    assert job.state == "in_production"
    for step, more in (("finish", {"today": timezone.localdate()}), ("pack", {})):
        getattr(services, f"{step}_job")(
            job_id=job.pk, token=uuid4(), picture_id=None, by=member, **more
        )
    part.refresh_from_db()
    assert part.state == "started"

    services.pack_fulfilment(**by)

    part.refresh_from_db()
    assert (part.state, Job.objects.get().state) == ("packed", "packed")


@pytest.mark.parametrize("how", ["decline", "cancel"])
def test_an_undone_part_frees_exactly_its_own_days(how):
    weaving = Weaving(3)
    other = make_placed_order((weaving.cloth, 2))
    assert allocated(weaving.workshop) == 5

    if how == "decline":
        services.decline_fulfilment(
            fulfilment_id=weaving.part.pk, by=weaving.member, reason="ฝ้ายหมด"
        )
    else:
        services.cancel_fulfilment(fulfilment_id=weaving.part.pk)

    assert weaving.job.state == "released"
    assert allocated(weaving.workshop) == 2
    assert Job.objects.get(line__order=other).state == "queued"
    check_books(weaving.workshop)


def test_declined_in_the_midst_of_making_everything_not_made_is_free():
    weaving = Weaving(3)
    weaving.move("start")

    services.decline_fulfilment(fulfilment_id=weaving.part.pk, by=weaving.member, reason="ไฟไหม้")

    assert weaving.states == ("declined", "released")
    assert allocated(weaving.workshop) == 0
    check_books(weaving.workshop)


def test_what_was_packed_can_still_be_declined_and_then_nothing_more_is_shown():
    weaving = Weaving(1)
    weaving.move("start", "finish", "pack")
    services.decline_fulfilment(fulfilment_id=weaving.part.pk, by=weaving.member, reason="ขาด")
    assert weaving.states == ("declined", "released")

    with pytest.raises(MoveNotAllowed):
        weaving.move("pack")


def test_the_database_keeps_one_photo_per_step():
    weaving = Weaving(1)
    weaving.move("start")

    with pytest.raises(IntegrityError), transaction.atomic():
        JobUpdate.objects.create(job=weaving.job, reached="in_production", token=uuid4())
