"""What buyer and group hear of each step of a change."""

from typing import Any

from shop.outbox.services import post

from ...models import ChangeRequest
from ..telling import buyer_messages, group_messages


def tell_buyer(change: ChangeRequest, kind: str, **facts: Any) -> None:
    post(buyer_messages(kind, change.fulfilment, **_facts(change), **facts))


def tell_group(change: ChangeRequest, kind: str, **facts: Any) -> None:
    post(group_messages(kind, [change.fulfilment], **_facts(change), **facts))


def _facts(change: ChangeRequest) -> dict[str, Any]:
    amount = change.amount if change.amount is not None else 0
    return {
        "change": change.pk,
        "words": change.words,
        "price_words": change.price_words,
        "more": str(amount) if amount > 0 else "",
        "less": str(-amount) if amount < 0 else "",
        "new_day": change.promised_on.isoformat() if change.promised_on else "",
        "change_due_at": change.due_at.isoformat(),
        "change_reason": change.ended_reason,
    }
