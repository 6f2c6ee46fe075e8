"""A notice of delay waits for its answer again: the change the buyer wanted instead was not made.

To ask for a change answers a notice, and takes no right away with it: if the change comes to
nothing, the buyer may still wait, or cancel and have everything back.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import translation

from shop.core.states import move
from shop.outbox.services import post

from ..cancelling import paid_of
from ..models import ChangeRequest, DelayNotice, Fulfilment
from ..states import DELAY_TRANSITIONS, IN_WORK, DelayState
from .telling import buyer_messages


def ask_again(part: Fulfilment, change: ChangeRequest, *, now: datetime, by_buyer: bool) -> None:
    """Open the notice that asking for this change had answered. The caller holds the part.

    The clock has stood still meanwhile. Where it was not the buyer who let the change go
    (`by_buyer`), there are CHANGE_REMINDER_HOURS at least. A newer notice stands for itself.
    """
    notice = part.delays.select_for_update(of=("self",)).order_by("pk").last()
    answered = notice is not None and notice.answered_at == change.asked_at
    if notice is None or not answered or notice.state != DelayState.CHANGES:
        return
    if part.state not in IN_WORK:
        return
    least = timedelta(0) if by_buyer else timedelta(hours=settings.CHANGE_REMINDER_HOURS)
    notice.answer_by = now + max(notice.answer_by - change.asked_at, least)
    notice.answered_at = None
    move(
        notice,
        DelayState.ASKED,
        transitions=DELAY_TRANSITIONS,
        reason=f"change {change.pk}",
        also=["answer_by", "answered_at"],
    )
    notice.fulfilment = part
    tell_of_delay(notice)


def tell_of_delay(notice: DelayNotice) -> None:
    """The buyer reads why, until when, and what comes back if they would rather not wait."""
    post(buyer_messages("part_delayed", notice.fulfilment, **_facts(notice)))


def _facts(notice: DelayNotice) -> dict[str, Any]:
    reasons = {}
    for language in ("th", "en"):
        with translation.override(language):
            reasons[f"why_{language}"] = str(notice.get_reason_display())
    return {
        **reasons,
        "words": notice.words,
        "total": str(paid_of(notice.fulfilment)),
        "old_promised_on": notice.old_promised_on.isoformat(),
        "delay_answer_by": notice.answer_by.isoformat(),
    }
