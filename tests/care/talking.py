"""Short words for tests of talks and reviews."""

from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

from PIL import Image

from shop.care import services
from shop.care.models import Conversation, TalkMessage
from shop.fulfilment import services as fulfilments
from shop.fulfilment.models import Carrier, Fulfilment
from tests.factories import make_enterprise, make_member, make_placed_order, make_product


def jpeg(width: int = 80, height: int = 60) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), "indigo").save(out, "JPEG")
    return out.getvalue()


def ask(product: Any, buyer: Any, text: str = "ทอสีครามได้ไหม", **facts: Any) -> TalkMessage:
    facts.setdefault("token", uuid4())
    return services.ask_about_product(product_id=product.pk, buyer=buyer, text=text, **facts)


def reply(talk: Conversation, by: Any, text: str = "ได้", **facts: Any) -> TalkMessage:
    facts.setdefault("token", uuid4())
    return services.write(conversation_id=talk.pk, side="group", by=by, text=text, **facts)


def draft_photo(token: UUID) -> Any:
    return services.keep_photo(draft=token, data=jpeg(), width=80, height=60)


def a_part(*, user: Any = None, state: str = "placed", **details: Any) -> Fulfilment:
    """One group's part of an order of one product, moved on to a state."""
    enterprise = make_enterprise()
    member = make_member(enterprise)
    order = make_placed_order((make_product(enterprise), 1), user=user, **details)
    part = order.fulfilments.get()
    steps = ["placed", "accepted", "packed", "dispatched", "received"]
    verbs = ["accept", "pack", "dispatch", "receive"]
    for verb in verbs[: steps.index(state)]:
        more: dict[str, Any] = {}
        if verb == "dispatch":
            more = {"carrier": Carrier.objects.first(), "tracking_number": "EF123456785TH"}
        getattr(fulfilments, f"{verb}_fulfilment")(fulfilment_id=part.pk, by=member.user, **more)
    part.refresh_from_db()
    return part


def review(part: Fulfilment, by: Any = None, **facts: Any) -> Any:
    facts = {"stars": 5, "text": "สวยมาก", "shown_name": "มะลิ", "draft": uuid4(), **facts}
    return services.submit_review(line_id=part.lines.get().line_id, by=by, **facts)
