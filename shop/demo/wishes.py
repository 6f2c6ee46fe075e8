"""What buyers wish for in the demo market: questions that groups ask, and custom requests."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from catalogue.asking.models import Question
from catalogue.asking.services import set_question
from catalogue.models import Product
from catalogue.states import QuestionKind
from producers.models import Enterprise
from shop.core.clock import this_moment
from shop.core.models import User
from shop.fulfilment.models import CustomRequest
from shop.fulfilment.services import quotes
from shop.outbox.models import Message
from shop.production.models import Workshop

#: Product's slug → what its group asks whoever buys it.
QUESTIONS: dict[str, tuple[dict[str, Any], ...]] = {
    "lanna-lantern": (
        {"kind": QuestionKind.TEXT, "label_th": "ชื่อที่จะเขียนบนโคม", "label_en": "Name on the lantern",
         "longest": 20, "price": Decimal(15), "makes_non_returnable": True},
    ),
    "khit-triangle-pillow": (
        {"kind": QuestionKind.TEXT, "label_th": "ชื่อที่จะปัก", "label_en": "Name to embroider",
         "longest": 12, "price": Decimal(60), "units": Decimal(2), "makes_non_returnable": True},
        {"kind": QuestionKind.COLOUR, "label_th": "สีด้ายปัก", "label_en": "Colour of the thread",
         "choices": [{"th": "แดงครั่ง", "en": "Lac red", "colour": "#9c2a3f"},
                     {"th": "คราม", "en": "Indigo", "colour": "#24306b"},
                     {"th": "เหลืองขมิ้น", "en": "Turmeric yellow", "colour": "#e3a427"}]},
    ),
    "chanthabun-reed-mat": (
        {"kind": QuestionKind.MEASUREMENT,
         "label_th": "ความยาวที่ต้องการ", "label_en": "Length needed",
         "least": Decimal(100), "most": Decimal(300), "unit_th": "ซม.", "unit_en": "cm",
         "units": Decimal(1)},
    ),
}  # fmt: skip
GROUP = "kham-muang-praewa"
#: Words and pieces of each request; the second one is quoted.
WISHES = (
    ("ผ้าคลุมไหล่ลายนาค พื้นสีคราม สำหรับผู้ใหญ่ในงานเกษียณ ขอปักชื่อย่อที่ชาย", 6),
    ("ผ้าไหมแพรวาหน้าแคบ ทำเป็นสไบเด็กสำหรับนางรำ 4 คน ขอสีแดงครั่งทั้งหมด", 4),
)
QUOTED = quotes.DraftLine("สไบเด็กแพรวา", 4, Decimal(2800), units=240, title_en="Child's sabai")
REPLY = "ทำได้ ใช้ไหมน้อยกว่าผืนใหญ่ ราคานี้รวมเก็บชายแล้ว"


def load_questions() -> int:
    """The groups' questions, where a product asks none yet; how many there are now."""
    for slug, questions in QUESTIONS.items():
        product = Product.objects.top_level().filter(upc=slug).first()
        if product is not None and not Question.objects.filter(product=product).exists():
            for facts in questions:
                set_question(product_id=product.pk, **facts)
    return Question.objects.count()


def load_wishes(
    enterprises: Mapping[str, Enterprise], buyer: User, leaders: Mapping[int, User]
) -> int:
    """One request that waits for its group, and one quote that waits for the buyer."""
    group = enterprises.get(GROUP)
    known = CustomRequest.objects.filter(buyer=buyer, words__in=[words for words, _ in WISHES])
    if group is None or known.exists():
        return 0
    now = timezone.now()
    with transaction.atomic():
        asked = [
            quotes.ask_for_something(
                enterprise_id=group.pk,
                buyer=buyer,
                words=words,
                quantity=pieces,
                token=uuid4(),
                now=now,
                wished_on=timezone.localdate(now) + timedelta(days=60),
            )
            for words, pieces in WISHES
        ]
        quotes.send_quote(
            request_id=asked[1].pk,
            by=leaders.get(group.pk),
            draft=quotes.Draft(
                lines=[QUOTED], workshop=Workshop.objects.get(enterprise=group), words=REPLY
            ),
            now=now,
            **this_moment(),
        )
        labels = {CustomRequest._meta.label_lower, "fulfilment.quote"}
        Message.objects.filter(about_label__in=labels, sent_at=None).delete()
    return len(asked)
