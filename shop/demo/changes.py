"""Changes of orders in the demo market: one that its group has priced, one still to be priced."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from shop.core.models import User
from shop.fulfilment.models import ChangeRequest, Fulfilment
from shop.fulfilment.services import changes
from shop.fulfilment.states import AT_WORK
from shop.production.changing import NoFreeDays

from .orders import mails_were_read

#: What of the buyer's orders is wanted otherwise: sku → pieces more, and why.
PRICED = ("thale-noi-krajood-basketry-own-stripe", 2, "เพื่อนที่ทำงานอยากได้ด้วย เอาลายเดียวกัน")
ASKED = ("praewa-silk-of-kalasin-shawl", 1, "อยากได้อีกผืนให้แม่ สีเดียวกัน")
#: Whoever opens the demo later finds it open still.
KEPT_OPEN = timedelta(days=60)


def load_changes(buyer: User, leaders: Mapping[int, User], officer: User) -> int:
    """One change to be priced by its group, one to be agreed by the buyer; once."""
    if ChangeRequest.objects.filter(fulfilment__order__user=buyer).exists():
        return 0
    return sum(_load(*wish, buyer, leaders, officer) for wish in (PRICED, ASKED))


@transaction.atomic
def _load(
    sku: str, more: int, words: str, buyer: User, leaders: Mapping[int, User], officer: User
) -> int:
    parts = Fulfilment.objects.filter(
        order__user=buyer, state__in=AT_WORK, lines__line__partner_sku=sku
    )
    part = parts.order_by("pk").first()
    if part is None:
        return 0
    line = part.lines.get(line__partner_sku=sku).line
    moment: dict[str, Any] = {"now": timezone.now(), "today": timezone.localdate()}
    change = changes.ask_change(
        fulfilment_id=part.pk,
        wanted=[changes.WantedOfLine(line.pk, line.quantity + more)],
        words=words,
        token=uuid4(),
        by=buyer,
        **moment,
    )
    if sku == PRICED[0]:
        leader = leaders.get(part.enterprise_id, officer)
        with suppress(NoFreeDays):  # where its days are full, the group has still to answer
            changes.price_change(change_id=change.pk, by=leader, **moment)
    ChangeRequest.objects.filter(pk=change.pk).update(
        due_at=moment["now"] + KEPT_OPEN, reminded_at=moment["now"]
    )
    mails_were_read(part.order)
    return 1
