"""A change that comes too late: the part was packed, or has ended, before it was agreed."""

from django.utils import timezone

from shop.core.states import move
from shop.outbox.services import post

from ..models import Fulfilment
from ..states import CHANGE_TRANSITIONS, ChangeState
from .asking_again import ask_again
from .telling import buyer_messages


def overtake_change(fulfilment: Fulfilment, *, tell: bool) -> None:
    """What is open ends here; the order stays as it was. The caller holds the part.

    Goods and days that were held for it stay on the row (`holds`) until the sweep frees them:
    stock records are locked before workshops, and a part's own step may hold workshops already.
    """
    for change in fulfilment.changes.for_update().open():
        now = timezone.now()
        change.ended_at = now
        move(change, ChangeState.OVERTAKEN, transitions=CHANGE_TRANSITIONS, also=["ended_at"])
        ask_again(fulfilment, change, now=now, by_buyer=False)
        if tell:
            post(buyer_messages("change_overtaken", fulfilment))
