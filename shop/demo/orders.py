"""A few past orders of the demo buyer, so that account and workspace are not empty.

They go through the same verbs as every order; only the payment provider is not asked, and the
clock is turned back afterwards.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cms.models import Picture
from cms.pictures import store_upload
from shop.core.models import StateChange, User
from shop.fulfilment import services as steps
from shop.fulfilment.models import Carrier, Fulfilment, JobUpdate, Parcel, Proof
from shop.fulfilment.states import DelayReason
from shop.oscar.address.models import UserAddress
from shop.oscar.basket.models import Basket
from shop.oscar.basket.services import add_to_basket
from shop.oscar.checkout import services as checkouts
from shop.oscar.checkout.models import Checkout
from shop.oscar.order.models import Order
from shop.oscar.partner.models import StockRecord
from shop.outbox.models import Message
from shop.payments import services as payments
from shop.payments.provider import Standing
from shop.production.models import Job

from .illustrations import CREDIT
from .pictures import draw


@dataclass(frozen=True, slots=True)
class PastOrder:
    """What was bought (part's slug → pieces), how many days ago, and how far it has come."""

    wanted: Mapping[str, int]
    days_ago: int
    method: str
    steps: tuple[str, ...]  # of accept, start, pack, dispatch, receive; in this order


#: The provider never saw their money: what is given back of it fails, and the office sees that.
PAST = (
    PastOrder({"thung-kula-rong-hai-hom-mali-rice-5kg": 2}, 11, "card",
              ("accept", "pack", "dispatch", "receive")),
    PastOrder({"praewa-silk-of-kalasin-sabai": 1}, 20, "card",
              ("accept", "proof", "approve", "start", "finish")),
    PastOrder({"praewa-silk-of-kalasin-shawl": 1}, 9, "promptpay", ("accept", "start")),
    PastOrder({"praewa-silk-of-kalasin-sabai": 1}, 2, "card", ("accept", "proof")),
    PastOrder({"nan-silverware-pendant": 1}, 8, "card", ("accept", "start", "delay")),
    PastOrder({"thale-noi-krajood-basketry-own-stripe": 4}, 4, "promptpay", ("accept",)),
    PastOrder({"thung-kula-rong-hai-hom-mali-rice-1kg": 3}, 1, "card", ("accept", "pack")),
    # Late, and the group has told nobody: the office asks.
    PastOrder({"thale-noi-krajood-basketry-own-stripe": 1}, 14, "card", ("accept", "start")),
)  # fmt: skip
#: Hours after placing at which each step was taken.
HOURS = {"accept": 3, "proof": 6, "approve": 10, "start": 30, "finish": 160, "delay": 170,
         "pack": 20, "dispatch": 26, "receive": 98}  # fmt: skip
#: The steps that move the part itself; the others concern its work.
OF_THE_PART = ("accept", "start", "pack", "dispatch", "receive")
TRACKING = "ET100000005TH"
WORDS = {
    "proof": "ไหมย้อมเสร็จแล้ว พื้นแดงครั่ง ลายแทรกเหลือง ขาว และคราม ตามที่เลือกไว้",
    "start": "ขึ้นกี่แล้ว เริ่มทอแถวแรก",
    "finish": "ทอเสร็จแล้ว เหลือเก็บชายผ้าและรีด",
    "delay": "ฝนตกหลายวัน ตากแบบหล่อไม่แห้ง ขอเลื่อนวันส่ง",
}
DELAYED_BY = timedelta(days=7)
#: Which view of the goods stands for a step of the work, and how wide it is drawn (pixels).
VIEWS_OF_WORK = {"proof": 1, "start": 1, "finish": 2}
SMALL = 480


def load_orders(buyer: User, leaders: Mapping[int, User], officer: User) -> int:
    """The past orders, unless the buyer has any order.

    `leaders` by enterprise id; for groups without a leader of their own the officer acts.
    """
    if Order.objects.filter(user=buyer).exists():
        return 0
    for past in PAST:
        with transaction.atomic():
            _load(past, buyer, leaders, officer)
    return len(PAST)


def buy(goods: Mapping[int, int], buyer: User, *, method: str, day: date) -> Order:
    """The buyer's order of these products (id → pieces), paid on that day."""
    checkout = _filled_checkout(goods, buyer)
    _pay(checkout, method, day)
    return Order.objects.get(checkout_reference=checkout.reference)


def _load(past: PastOrder, buyer: User, leaders: Mapping[int, User], officer: User) -> None:
    back = timedelta(days=past.days_ago)
    sold = StockRecord.objects.filter(partner_sku__in=past.wanted)
    goods = {record.product_id: past.wanted[record.partner_sku] for record in sold}
    order = buy(goods, buyer, method=past.method, day=timezone.localdate() - back)
    for part in order.fulfilments.all():
        for step in past.steps:
            STEPS[step](part, leaders.get(part.enterprise_id, officer), buyer)
    turn_back(order, back, past.steps)
    mails_were_read(order)


def _filled_checkout(goods: Mapping[int, int], buyer: User) -> Checkout:
    address = UserAddress.objects.filter(user=buyer).order_by("-is_default_for_shipping").first()
    assert address is not None
    basket = Basket.objects.create(owner=buyer, status=Basket.SAVED)
    for product_id, quantity in goods.items():
        add_to_basket(basket=basket, product_id=product_id, quantity=quantity)
    checkout = checkouts.open_checkout(basket=basket, user=buyer, language="th")
    parts = ("house_number", "moo", "building", "soi", "road", "tambon_code", "postcode")
    return checkouts.set_address(
        checkout=checkout,
        contact={"name": buyer.get_full_name(), "email": buyer.email or "",
                 "phone": buyer.phone or ""},
        address={name: str(getattr(address, name)) for name in parts},
    )  # fmt: skip


def _pay(checkout: Checkout, method: str, day: Any) -> None:
    """Hold the goods, note the money as paid and settle, without asking the provider."""
    total = str(checkouts.offer_now(checkout, today=day).total)
    # The half of `begin_payment` that comes before the provider is called.
    attempt, _ = checkouts.hold_and_write(checkout.pk, method, total, day)
    assert attempt is not None
    paid = Standing("paid", amount=attempt.amount, intent_id=f"pi_demo_{uuid4().hex}")
    payments.note_standing(attempt.pk, paid)
    checkouts.settle_checkout(checkout.reference)


def _dispatch(part: Fulfilment, leader: User, buyer: User) -> None:
    carrier = part.carrier or Carrier.objects.get(slug="thailand_post")
    number = TRACKING if carrier.knows(TRACKING) else ""
    steps.dispatch_fulfilment(
        fulfilment_id=part.pk, by=leader, carrier=carrier, tracking_number=number
    )


def _proof(part: Fulfilment, leader: User, _: User) -> None:
    for job in _jobs(part):
        steps.send_proof(
            job_id=job.pk,
            token=uuid4(),
            kind=job.proof,
            picture_id=_picture(job, "proof").pk,
            note=WORDS["proof"],
            by=leader,
        )


def _approve(part: Fulfilment, _: User, buyer: User) -> None:
    for proof in Proof.objects.filter(job__in=_jobs(part)):
        steps.approve_proof(proof_id=proof.pk, seen=date.max, by=buyer, today=timezone.localdate())


def _start(part: Fulfilment, leader: User, _: User) -> None:
    for job in _jobs(part):
        steps.start_job(
            job_id=job.pk,
            token=uuid4(),
            picture_id=_picture(job, "start").pk,
            text=WORDS["start"],
            by=leader,
        )


def _finish(part: Fulfilment, leader: User, _: User) -> None:
    for job in _jobs(part):
        steps.finish_job(
            job_id=job.pk,
            token=uuid4(),
            picture_id=_picture(job, "finish").pk,
            text=WORDS["finish"],
            by=leader,
            today=timezone.localdate(),
        )


def _delay(part: Fulfilment, leader: User, _: User) -> None:
    today = timezone.localdate()
    part.refresh_from_db()
    earliest = steps.earliest_new_day(part, today=today)
    steps.give_notice(
        fulfilment_id=part.pk,
        reason=DelayReason.RAIN,
        new_day=max(earliest, part.promised_on + DELAYED_BY),
        words=WORDS["delay"],
        today=today,
        by=leader,
    )


def _picture(job: Job, step: str) -> Picture:
    """What the group shows of its work: drawn, small, and marked as an illustration."""
    assert job.line is not None
    sold = job.line.product
    top = sold.parent or sold
    drawn = draw(top.slug, top.facts["craft"], VIEWS_OF_WORK[step], SMALL)
    file = BytesIO()
    drawn.save(file, "JPEG", quality=85)
    file.seek(0)
    picture = store_upload(file, title=f"{top.title} · {WORDS[step]}"[:255])
    picture.is_illustration, picture.credit = True, CREDIT
    picture.save(update_fields=["is_illustration", "credit"])
    return picture


def _jobs(part: Fulfilment) -> Any:
    return Job.objects.filter(line__fulfilment_line__fulfilment=part)


STEPS: dict[str, Callable[[Fulfilment, User, User], Any]] = {
    "accept": lambda part, leader, _: steps.accept_fulfilment(fulfilment_id=part.pk, by=leader),
    "proof": _proof,
    "approve": _approve,
    "start": _start,
    "finish": _finish,
    "delay": _delay,
    "pack": lambda part, leader, _: steps.pack_fulfilment(fulfilment_id=part.pk, by=leader),
    "dispatch": _dispatch,
    "receive": lambda part, _, buyer: steps.receive_fulfilment(fulfilment_id=part.pk, by=buyer),
}


def turn_back(order: Order, back: timedelta, taken: tuple[str, ...]) -> None:
    """All of it happened so long ago, with some hours between the steps."""
    work = {step: _at(timezone.now() - back, step) for step in taken}
    taken = tuple(step for step in taken if step in OF_THE_PART)
    placed = timezone.now() - back
    Order.objects.filter(pk=order.pk).update(date_placed=placed)
    fields = {"accept": "accepted_at", "start": "started_at", "pack": "packed_at",
              "dispatch": "dispatched_at", "receive": "received_at"}  # fmt: skip
    times: dict[str, Any] = {fields[step]: _at(placed, step) for step in taken}
    if "dispatch" in taken:
        times["received_by_itself_at"] = F("received_by_itself_at") - back
    parts = Fulfilment.objects.filter(order=order)
    parts.update(placed_at=placed, answer_by=F("answer_by") - back, **times)
    Parcel.objects.filter(fulfilment__in=parts).update(dispatched_at=_at(placed, "dispatch"))
    updates = JobUpdate.objects.filter(job__line__order=order)
    for step, reached in (("start", "in_production"), ("finish", "finished")):
        if step in work:
            updates.filter(reached=reached).update(at=work[step])
    proofs = Proof.objects.filter(job__line__order=order)
    if "proof" in work:
        proofs.update(sent_at=work["proof"])
    if "approve" in work:
        proofs.update(answered_at=work["approve"])
    for part in parts:
        changes = StateChange.objects.filter(about_label="fulfilment.fulfilment", about_id=part.pk)
        for change, step in zip(changes.order_by("pk"), ("placed", *taken), strict=False):
            change.at = placed if step == "placed" else _at(placed, step)
            change.save(update_fields=["at"])


def _at(placed: datetime, step: str) -> datetime:
    return min(placed + timedelta(hours=HOURS[step]), timezone.now())


def mails_were_read(order: Order) -> None:
    """The mails about it have long been sent; the worker need not send them now."""
    about = {
        Order._meta.label_lower: [order.pk],
        Fulfilment._meta.label_lower: list(order.fulfilments.values_list("pk", flat=True)),
    }
    for label, ids in about.items():
        Message.objects.filter(about_label=label, about_id__in=ids, sent_at=None).delete()
