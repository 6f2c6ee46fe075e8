"""A change that comes too late: the part was packed, or has ended, before it was agreed."""

from django.utils import timezone

from shop.core.states import move
from shop.outbox.services import post

from ..models import Fulfilment
from ..states import CHANGE_TRANSITIONS, ChangeState
from .telling import buyer_messages


def overtake_change(fulfilment: Fulfilment, *, tell: bool) -> None:
    """What is open ends here; the order stays as it was. The caller holds the part.

    Goods and days that were held for it stay on the row (`holds`) until the sweep frees them:
    stock records are locked before workshops, and a part's own step may hold workshops already.
    """
    for change in fulfilment.changes.for_update().open():
        change.ended_at = timezone.now()
        move(change, ChangeState.OVERTAKEN, transitions=CHANGE_TRANSITIONS, also=["ended_at"])
        if tell:
            post(buyer_messages("change_overtaken", fulfilment))
