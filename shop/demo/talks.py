"""What people have said in the demo market: questions, a problem, saved words, reviews.

Through the same verbs as everything; then the clock is turned back and the mails count as read.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from catalogue.models import Product
from shop.care import services as care
from shop.care.models import Conversation, Review, SavedReply, TalkMessage
from shop.core.models import User
from shop.fulfilment import services as fulfilments
from shop.fulfilment.models import Fulfilment
from shop.fulfilment.states import FulfilmentState
from shop.fulfilment.timeline import may_tell_problem
from shop.outbox.models import Message

#: Said about a product: (side, words), the oldest first.
QUESTION = (
    ("buyer", "สวัสดี อยากได้สีครามเข้มกว่าในรูป ทำได้ไหม"),
    ("group", "ทำได้ ย้อมเพิ่มอีกสองครั้ง ใช้เวลาเพิ่มประมาณ 3 วัน ราคาเท่าเดิม"),
    ("buyer", "ดีมาก ขอเป็นสองผืน ตัดแยกกันนะ"),
)
ABOUT_ORDER = (
    ("group", "เริ่มทอแล้ว ลายที่เลือกมีสองโทน อยากได้โทนแดงหรือโทนม่วง"),
    ("buyer", "ขอโทนแดง ขอบคุณมาก"),
)
WITH_PROBLEM = (
    ("buyer", "ข้าวถุงหนึ่งมีรอยเปิด จะทำอย่างไรดี"),
    ("group", "ขอโทษด้วย ส่งถุงใหม่ให้ได้ ขอรูปถุงหน่อย"),
)
OBJECTION = "ถุงข้าวหนึ่งถุงเปิดอยู่ ข้าวหกในกล่อง ประมาณครึ่งกิโลกรัม"
REPORT = "ถุงข้าวเปิด ยังตกลงกันไม่ได้ว่าใครออกค่าส่งถุงใหม่"
REPLIES = (
    ("เวลาส่ง", "ส่งทุกวันจันทร์และวันพฤหัส ถึงบ้านภายใน 2–4 วัน"),
    ("ดูแลผ้า", "ซักมือด้วยน้ำเย็น ตากในที่ร่ม รีดด้วยไฟอ่อน"),
)
REVIEW = "ข้าวหอมมาก หุงแล้วนุ่ม ห่อมาดี กลุ่มตอบเร็ว"
ANSWER = "ขอบคุณที่อุดหนุน ข้าวใหม่ออกเดือนหน้า แวะมาอีกนะ"


@dataclass(frozen=True, slots=True)
class People:
    buyer: User
    leaders: Mapping[int, User]  # by enterprise id
    officer: User


def load_talks(people: People) -> int:
    """The talks and reviews, unless there are any; returns how many talks."""
    if Conversation.objects.exists() or Review.objects.exists():
        return 0
    _ask_about_a_product(people)
    for part in Fulfilment.objects.filter(order__user=people.buyer).select_related("order"):
        if part.state == FulfilmentState.STARTED and part.enterprise_id in people.leaders:
            _say(part, ABOUT_ORDER, people)
        elif part.state == FulfilmentState.RECEIVED:
            talk = _say(part, WITH_PROBLEM, people)
            if may_tell_problem(part, today=timezone.localdate()):
                fulfilments.object_to_fulfilment(fulfilment_id=part.pk, text=OBJECTION)
            care.report_problem(conversation_id=talk.pk, side="buyer", by=people.buyer, text=REPORT)
            _review(part, people)
    for leader_of in people.leaders:
        for title, text in REPLIES:
            if not SavedReply.objects.filter(enterprise=leader_of, title=title).exists():
                care.save_reply(enterprise_id=leader_of, title=title, text=text)
    _mails_were_read()
    return Conversation.objects.count()


def _ask_about_a_product(people: People) -> None:
    product = (
        Product.objects.top_level()
        .on_sale()
        .filter(enterprise__in=people.leaders, otop_type="textile")
        .order_by("pk")
        .first()
    )
    if product is not None:
        about = {"product_id": product.pk, "buyer": people.buyer}
        first, *rest = QUESTION
        message = care.ask_about_product(text=first[1], token=uuid4(), **about)
        _go_on(message.conversation, rest, people)
        _turn_back(message.conversation, days=2)


def _say(part: Fulfilment, words: Iterable[tuple[str, str]], people: People) -> Conversation:
    talk: Conversation | None = None
    for side, text in words:
        by = people.buyer if side == "buyer" else people.leaders[part.enterprise_id]
        message = care.write_about_part(
            fulfilment_id=part.pk, side=side, by=by, text=text, token=uuid4()
        )
        talk = message.conversation
    assert talk is not None
    _turn_back(talk, days=1)
    return talk


def _go_on(talk: Conversation, words: Iterable[tuple[str, str]], people: People) -> None:
    for side, text in words:
        by: Any = people.buyer if side == "buyer" else people.leaders[talk.enterprise_id]
        care.write(conversation_id=talk.pk, side=side, by=by, text=text, token=uuid4())


def _review(part: Fulfilment, people: People) -> None:
    line = part.lines.first()
    assert line is not None
    review = care.submit_review(
        line_id=line.line_id,
        by=people.buyer,
        stars=5,
        text=REVIEW,
        shown_name=people.buyer.first_name,
        draft=uuid4(),
    )
    care.publish_review(review_id=review.pk, by=people.officer)
    care.answer_review(review_id=review.pk, by=people.leaders[part.enterprise_id], text=ANSWER)


def _turn_back(talk: Conversation, *, days: int) -> None:
    """It was said some hours apart, the last of it so many days ago."""
    now = timezone.now() - timedelta(days=days)
    written = list(talk.messages.order_by("pk"))
    for number, message in enumerate(reversed(written)):
        at = now - timedelta(hours=3 * number)
        TalkMessage.objects.filter(pk=message.pk).update(sent_at=at)
    Conversation.objects.filter(pk=talk.pk).update(last_at=now)


def _mails_were_read() -> None:
    Message.objects.filter(kind__regex=r"^(talk|review)_|^part_objected$", sent_at=None).delete()
