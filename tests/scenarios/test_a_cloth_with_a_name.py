"""A cloth with an embroidered name: asked, approved in its second version, delayed, waited for."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from shop.fulfilment import services as steps
from shop.fulfilment.models import Carrier, DelayNotice, Fulfilment, JobUpdate, Proof
from shop.fulfilment.states import DelayState, FulfilmentState
from shop.oscar.checkout import services as checkouts
from shop.oscar.checkout.models import Checkout
from shop.oscar.order.models import Order
from shop.oscar.order.services import order_path
from shop.outbox.models import Message
from shop.payments.models import Refund
from shop.production.models import HandOver, Job
from shop.production.services import close_days
from shop.production.states import JobState
from tests.checkout.answering import answer, field
from tests.checkout.shopping import Buyer
from tests.factories import make_member, make_question, make_rates, make_workshop, make_woven, pay
from tests.factories.goods import make_picture
from tests.production.books import allocated, check_books

pytestmark = pytest.mark.django_db


def today() -> date:
    return timezone.localdate()


def after(days: int) -> date:
    return today() + timedelta(days=days)


def test_a_cloth_with_a_name_is_proofed_delayed_and_sent() -> None:
    make_rates()
    looms = make_workshop()
    cloth = make_woven(looms, proof="photo")
    name = make_question(
        cloth, label_th="ชื่อที่จะปัก", price="50", units="2", makes_non_returnable=True
    )
    weaver = make_member(looms.enterprise).user
    buyer = Buyer()

    # The buyer answers, sees price and day, and pays: one piece and two units of embroidery,
    # after the week in which the proof may be approved.
    answer(buyer, cloth, 1, **{field(name): "มะลิ"})
    buyer.type_address()
    buyer.choose()
    checkouts.settle_attempt(pay(Checkout.objects.get()).pk)
    order = Order.objects.get()
    line, part, job = order.lines.get(), Fulfilment.objects.get(), Job.objects.get()
    assert line.unit_price_incl_tax == Decimal("1250.00")
    assert line.snapshot["non_returnable"]
    assert (job.state, job.units, job.promised_on) == (JobState.WAITING, 3, after(10))
    promised = part.promised_on
    assert promised == line.promised_on == after(10)

    # Nothing begins before one exact version is approved.
    steps.accept_fulfilment(fulfilment_id=part.pk, by=weaver)
    with pytest.raises(steps.NotApproved):
        steps.start_job(job_id=job.pk, token=uuid4(), picture_id=None, by=weaver)
    first = _show(job, weaver)
    steps.ask_for_change(proof_id=first.pk, words="ตัวอักษรเล็กลงหน่อย")
    second = _show(job, weaver)
    with pytest.raises(steps.NotTheNewest):
        steps.approve_proof(proof_id=first.pk, seen=promised, today=today())
    steps.approve_proof(proof_id=second.pk, seen=promised, today=today())
    job.refresh_from_db()
    part.refresh_from_db()
    assert (job.state, part.promised_on) == (JobState.QUEUED, promised)
    assert Proof.objects.filter(state="approved").get() == second

    # She begins; then days of rain close the shed for two weeks, and she says so.
    steps.start_job(
        job_id=job.pk, token=uuid4(), picture_id=make_picture().pk, text="ขึ้นกี่แล้ว", by=weaver
    )
    _, broken = close_days(
        workshop_id=looms.pk, first_day=after(1), last_day=after(14), today=today()
    )
    assert [each.pk for each in broken] == [job.pk]
    part.refresh_from_db()
    new_day = steps.earliest_new_day(part, today=today())
    assert new_day == after(17)
    notice = steps.give_notice(
        fulfilment_id=part.pk, reason="rain", new_day=new_day, today=today(), by=weaver
    )
    part.refresh_from_db()
    line.refresh_from_db()
    assert part.promised_on == line.promised_on == new_day
    assert line.snapshot["promise"]["promised_on"] == promised.isoformat()
    check_books(looms)

    # The buyer says nothing for three days, which means wait; no money has moved.
    later = notice.answer_by + timedelta(minutes=1)
    assert steps.wait_in_silence(now=notice.answer_by - timedelta(minutes=1)) == 0
    assert steps.wait_in_silence(now=later) == 1
    assert DelayNotice.objects.get().state == DelayState.WAITS
    assert not Refund.objects.exists()

    # Made, packed, sent; the record keeps that the promise of that day was held.
    for step in (steps.finish_job, steps.pack_job):
        more = {"today": today()} if step is steps.finish_job else {}
        step(job_id=job.pk, token=uuid4(), picture_id=make_picture().pk, by=weaver, **more)
    steps.dispatch_fulfilment(
        fulfilment_id=part.pk, by=weaver, carrier=Carrier.objects.all()[0], tracking_number="X1"
    )
    part.refresh_from_db()
    job.refresh_from_db()
    assert (part.state, job.state) == (FulfilmentState.DISPATCHED, JobState.PACKED)
    assert HandOver.objects.get().days_late == 0
    assert allocated(looms) <= job.units
    check_books(looms)
    assert [update.reached for update in JobUpdate.objects.order_by("pk")] == [
        JobState.IN_PRODUCTION,
        JobState.FINISHED,
        JobState.PACKED,
    ]

    # The order's page tells all of it, in both languages, and the letters were written.
    for language, words in (("th", "ขึ้นกี่แล้ว"), ("en", "ขึ้นกี่แล้ว")):
        page = buyer.client.get(order_path(order, language=language)).content.decode()
        assert words in page
        assert "มะลิ" in page
    kinds = set(Message.objects.filter(address=order.contact_email).values_list("kind", flat=True))
    assert {"order_placed", "proof_sent", "part_delayed", "part_made", "part_dispatched"} <= kinds


def _show(job: Job, weaver: object) -> Proof:
    return steps.send_proof(
        job_id=job.pk, token=uuid4(), kind="photo", picture_id=make_picture().pk, by=weaver
    )
