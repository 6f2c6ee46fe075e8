"""Every mail and SMS of an order's life, written by the services themselves, in both languages."""

import re
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import signing
from django.utils import timezone, translation

from producers.models import Enterprise
from shop.core.models import User
from shop.fulfilment import services as fulfilments
from shop.fulfilment.models import Carrier, Fulfilment
from shop.oscar.checkout import services as checkouts
from shop.oscar.order.services import order_token, send_order_link
from shop.outbox.channels import _mail, _render
from shop.outbox.models import Channel, Message
from shop.production.models import Job
from tests.factories import (
    make_checkout,
    make_enterprise,
    make_made_to_order,
    make_member,
    make_placed_order,
    make_product,
    make_workshop,
    make_woven,
    pay,
)

TO_BUYER = {
    "order_placed",
    "part_accepted",
    "part_declined",
    "part_cancelled",
    "part_started",
    "part_made",
    "step_taken_back",
    "proof_sent",
    "proof_waiting",
    "proof_change_declined",
    "part_dispatched",
    "parcel_added",
    "paid_twice",
    "paid_too_late",
    "order_link",
    "problem_settled",
}
TO_GROUP = {
    "proof_approved",
    "proof_change_asked",
    "part_placed",
    "part_waiting",
    "part_called_off",
    "part_objected",
    "problem_settled_for_group",
}
#: What the buyer is told by mail only: an SMS would say too little about money.
MAIL_ONLY = {"order_placed", "paid_twice", "paid_too_late", "order_link"}
THAI = re.compile("[ก-๙]")


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["th", "en"])
def test_all_that_is_told_of_an_order_can_be_read(language):
    live_through_everything(language)

    messages = list(Message.objects.all())
    assert {message.kind for message in messages} == TO_BUYER | TO_GROUP
    assert {m.kind for m in messages if m.channel == Channel.SMS} == (
        (TO_BUYER | TO_GROUP) - MAIL_ONLY
    )
    for message in messages:
        read(message)


def read(message: Message) -> None:
    with translation.override(message.language):
        if message.channel == Channel.SMS:
            text = _render(message, "sms.txt").strip()
            words, _, link = text.rpartition(" ")
            assert link.startswith(settings.SITE_URL), text
            assert len(words) <= 110, text
            texts = [words]
        else:
            mail = _mail(message)
            html = str(mail.alternatives[0][0])
            assert "\n" not in mail.subject
            assert f'<html lang="{message.language}">' in html
            texts = [mail.subject, str(mail.body), html]
    for text in texts:
        assert text.strip(), message.kind
        assert not re.search(r"{{|{%|}}|%}", text), text
        assert "None" not in text, text
        assert not re.search(r"\d{4}-\d\d-\d\d|T\d\d:\d\d|\.00\b", text), (message.kind, text)


def live_through_everything(language: str) -> None:
    """One order in which everything happens, as buyer, group and clock would have it."""
    weavers = make_enterprise("กลุ่มทอผ้าบ้านทดสอบ", name_en="Test weavers")
    member = make_member(weavers)
    User.objects.update(language=language)
    cloth = make_product(weavers, stock=9)
    made = make_made_to_order(weavers)

    def order(*wanted) -> Fulfilment:
        return make_placed_order(*wanted, language=language).fulfilments.get()

    carrier = None
    sent = order((made, 1), (cloth, 1))
    by = {"fulfilment_id": sent.pk, "by": member.user}
    fulfilments.accept_fulfilment(**by)
    fulfilments.start_fulfilment(**by)
    fulfilments.pack_fulfilment(**by)
    carrier = Carrier.objects.get(slug="ems-carrier")
    fulfilments.dispatch_fulfilment(**by, carrier=carrier, tracking_number="EF123456785TH")
    fulfilments.add_parcel(**by, carrier=carrier, tracking_number="EF123456794TH")
    fulfilments.object_to_fulfilment(fulfilment_id=sent.pk, text="ผ้าขาด <b>1</b> มุม")
    fulfilments.settle_problem(
        fulfilment_id=sent.pk,
        amount=Decimal("120.50"),
        words="ดูรูปแล้ว <b>ขาดจริง</b>",
        by=member.user,
    )
    well = order((cloth, 1))
    by = {"fulfilment_id": well.pk, "by": member.user}
    fulfilments.accept_fulfilment(**by)
    fulfilments.pack_fulfilment(**by)
    fulfilments.dispatch_fulfilment(**by, carrier=carrier)
    fulfilments.object_to_fulfilment(fulfilment_id=well.pk, text="ยังไม่ได้รับ")
    fulfilments.settle_problem(
        fulfilment_id=well.pk, amount=Decimal(0), words="พัสดุมาถึงแล้ว", by=member.user
    )

    declined = order((cloth, 1))
    fulfilments.decline_fulfilment(
        fulfilment_id=declined.pk, by=member.user, reason="ฝ้ายหมด & ย้อมไม่ทัน"
    )
    cancelled = order((cloth, 2))
    fulfilments.cancel_fulfilment(fulfilment_id=cancelled.pk, reason="")
    silent = order((cloth, 1))
    fulfilments.remind_unanswered(now=silent.answer_by - timedelta(hours=1))
    fulfilments.decline_unanswered(now=silent.answer_by + timedelta(seconds=1))

    show_and_make(weavers, member.user, language)
    pay_twice(language, cloth)
    pay_too_late(language, cloth)
    send_order_link(email="MALI@example.com", number=sent.order.number.lower(), language=language)


def show_and_make(weavers: Enterprise, member: User, language: str) -> None:
    """A proof the buyer is slow about, changed as often as it may be, and made in the end."""
    cloth = make_woven(make_workshop(weavers), proof="sample")
    part = make_placed_order((cloth, 1), language=language).fulfilments.get()
    fulfilments.accept_fulfilment(fulfilment_id=part.pk, by=member)
    job = Job.objects.get(line__order=part.order)
    for words in ("สีเข้มขึ้น & เล็กลง", "เลื่อน <ชื่อ>", "อีกครั้ง"):
        proof = fulfilments.send_proof(
            job_id=job.pk, token=uuid4(), kind="sample", note="ผืนตัวอย่าง", by=member
        )
        fulfilments.remind_of_proofs(now=proof.remind_at)
        fulfilments.ask_for_change(proof_id=proof.pk, words=words)
    fulfilments.decline_change(proof_id=proof.pk, words="ย้อมใหม่ไม่ได้ <แล้ว>", by=member)
    today = timezone.localdate()
    fulfilments.approve_proof(proof_id=proof.pk, seen=part.promised_on, today=today)
    made = {"job_id": job.pk, "picture_id": None, "by": member}
    fulfilments.start_job(**made, token=uuid4())
    back = {"job_id": job.pk, "by": member, "now": timezone.now()}
    fulfilments.take_back_step(**back, reached="in_production")
    fulfilments.start_job(**made, token=uuid4())
    fulfilments.finish_job(**made, token=uuid4(), today=today)
    fulfilments.take_back_step(**back, reached="finished")


def pay_twice(language: str, product) -> None:
    checkout = make_checkout((product, 1), language=language)
    first = pay(checkout)
    checkouts.settle_attempt(first.pk)
    again = type(first).objects.create(
        checkout_reference=checkout.reference,
        method="promptpay",
        amount=first.amount,
        state="paid",
        paid_at=timezone.now(),
        expires_at=timezone.now(),
    )
    checkouts.settle_attempt(again.pk)


def pay_too_late(language: str, product) -> None:
    from shop.oscar.partner.services import release_goods, set_ready_pieces

    checkout = make_checkout((product, 1), language=language)
    attempt = pay(checkout)
    release_goods(reference=checkout.reference)
    set_ready_pieces(stockrecord_id=product.stockrecords.get().pk, pieces=0)
    checkouts.settle_attempt(attempt.pk)


@pytest.mark.django_db
def test_the_buyers_mail_opens_the_order_and_names_every_part():
    two = make_product(make_enterprise("กลุ่มหนึ่ง"), title="ผ้าขาวม้า", price="450")
    three = make_made_to_order(make_enterprise("กลุ่มสอง"), title="กระติบข้าว", price="1200")
    order = make_placed_order((two, 2), (three, 1))

    with translation.override("th"):  # whatever the last test has read
        mail = _mail(Message.objects.get(kind="order_placed"))

    body = str(mail.body)
    assert mail.to == ["mali@example.com"]
    assert f"/th/orders/{order.number}/{order_token(order)}/" in body
    assert all(word in body for word in ("กลุ่มหนึ่ง", "กลุ่มสอง", "ผ้าขาวม้า", "กระติบข้าว"))
    assert "฿2,180" in body


@pytest.mark.django_db
def test_the_buyers_mail_says_each_lines_own_rule_and_plan():
    looms = make_workshop()
    ready = make_product(looms.enterprise, price="450")
    gentle = make_woven(looms, payment_plan="deposit")
    strict = make_woven(looms, ladder="strict")
    make_placed_order((ready, 1), (gentle, 2), (strict, 1), language="en")

    with translation.override("en"):
        mail = _mail(Message.objects.get(kind="order_placed"))

    for text in (str(mail.body), str(mail.alternatives[0][0])):
        assert text.count("Cancel free of charge until the parcel is packed.") == 1
        assert text.count("; then ฿1,200 comes back until it is finished.") == 1
        assert text.count("after that it is made for you and the price does not come back.") == 1
        assert text.count("Half is paid now, half when it is finished.") == 1
        assert text.count("Still to pay when it is finished: ฿1,200") == 1
        assert text.count("Defective or not as described is always refunded.") == 1
        assert "You may cancel free of charge until" not in text


@pytest.mark.django_db
def test_the_groups_message_opens_its_own_part_for_its_member():
    product = make_product()
    member = make_member(product.enterprise)
    order = make_placed_order((product, 1))

    text = _render(Message.objects.get(kind="part_placed", channel=Channel.SMS), "sms.txt")

    token = text.strip().rstrip("/").rpartition("/")[2]
    assert signing.loads(token, salt="workspace-link") == {
        "m": member.pk,
        "f": order.fulfilments.get().pk,
    }


@pytest.mark.django_db
def test_a_lost_link_is_sent_only_to_the_address_of_the_order():
    order = make_placed_order((make_product(), 1))
    before = Message.objects.count()

    assert not send_order_link(email="other@example.com", number=order.number, language="th")
    assert not send_order_link(email=order.contact_email, number="TLF-2222-2222", language="th")
    assert not send_order_link(email=order.contact_email, number="' OR 1=1", language="th")
    assert Message.objects.count() == before

    typed = order.number.replace("-", " ").lower()
    assert send_order_link(email="Mali@Example.com", number=typed, language="en")
    message = Message.objects.get(kind="order_link")
    assert message.address == order.contact_email
    assert message.language == "en"


def test_every_kind_has_its_templates():
    folder = Path(settings.BASE_DIR) / "templates" / "outbox"
    for kind in TO_BUYER | TO_GROUP:
        wanted = {"subject.txt", "body.txt", "body.html"} | (
            set() if kind in MAIL_ONLY else {"sms.txt"}
        )
        assert {path.name for path in (folder / kind).iterdir()} == wanted
