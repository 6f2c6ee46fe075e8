"""A part that will not be: declined, cancelled by the agreed ladder, or left unanswered.

Goods and days go back, and each sum of money to the payment it came with, in one transaction.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Prefetch, prefetch_related_objects
from django.utils import timezone

from shop.core.models import User
from shop.core.money import ZERO
from shop.core.states import MoveNotAllowed, move
from shop.oscar.partner.services import give_back_goods
from shop.production.services import cancel_jobs
from shop.production.services.clusters import cancel_cluster_order

from ..cancelling import Back, paid_of, refund_on_cancelling
from ..models import Fulfilment, FulfilmentLine, Proof
from ..states import (
    INSTALMENT_TRANSITIONS,
    PROOF_TRANSITIONS,
    UNPAID,
    FulfilmentState,
    InstalmentState,
    ProofState,
)
from .parts import (
    TooLate,
    checkout_of,
    cluster_orders_of,
    line_ids,
    locked,
    may,
    step,
    stockrecord_ids_of,
    sweep,
)
from .paying_back import pay_back, payments_of
from .telling import tell_group


class GivesLessNow(Exception):
    """Less comes back than the buyer was shown; `back` is what it is now."""

    def __init__(self, back: Back):
        super().__init__(str(back.total))
        self.back = back


@transaction.atomic
def decline_fulfilment(*, fulfilment_id: int, by: User | None, reason: str) -> Fulfilment:
    """The group cannot do it: the buyer gets the money of this part back, the goods return."""
    fulfilment = locked(fulfilment_id)
    undo(fulfilment, FulfilmentState.DECLINED, by=by, reason=reason)
    return fulfilment


@transaction.atomic
def cancel_fulfilment(
    *, fulfilment_id: int, by: Any = None, reason: str = "", seen: Decimal | None = None
) -> Fulfilment:
    """The buyer changes their mind: what the agreed ladder gives back comes back.

    `seen` is the amount (baht) beside the button. Raises TooLate when nothing would come back,
    GivesLessNow when the group has begun meanwhile.
    """
    # Whoever moves a line's job holds its part; locking jobs before their workshop would deadlock
    # with a plan that is made anew.
    fulfilment = locked(fulfilment_id)
    back = refund_on_cancelling(with_jobs(fulfilment))
    if back is None:
        raise TooLate(fulfilment)
    if seen is not None and back.total < seen:
        raise GivesLessNow(back)
    undo(fulfilment, FulfilmentState.CANCELLED, by=by, reason=reason, back=back)
    tell_group(fulfilment, "part_called_off", kept=str(back.kept) if back.kept else "")
    return fulfilment


def with_jobs(fulfilment: Fulfilment) -> Fulfilment:
    """The part with its lines and their jobs as they are now, for `refund_on_cancelling`."""
    rows = FulfilmentLine.objects.select_related("line__job", "line__cluster_order")
    prefetch_related_objects([fulfilment], Prefetch("lines", rows), "instalments", "changes")
    return fulfilment


def refund_cause(fulfilment: Fulfilment) -> str:
    """The name under which the money of an undone part goes back, once."""
    return f"fulfilment:{fulfilment.pk}:undone"


def undo(
    fulfilment: Fulfilment,
    to: str,
    *,
    by: Any,
    reason: str,
    back: Back | None = None,
    tell: bool = True,
) -> None:
    """Goods and days are free again, the money goes back; locks in the order of the house.

    `back` is what the agreed ladder leaves of it; without one all comes back.
    """
    if not may(fulfilment, to):
        raise MoveNotAllowed(fulfilment, fulfilment.state, to)
    fulfilment.ended_reason = reason
    give_back_goods(
        reference=checkout_of(fulfilment),
        stockrecord_ids=stockrecord_ids_of(fulfilment),
    )
    cancel_jobs(line_ids=line_ids(fulfilment), by=by, reason=reason)
    for shared in cluster_orders_of(fulfilment).under_way():
        cancel_cluster_order(cluster_order_id=shared.pk, by=by, reason=reason, though_begun=True)
    for proof in Proof.objects.for_update().unanswered().filter(job__line__in=line_ids(fulfilment)):
        move(proof, ProofState.WITHDRAWN, transitions=PROOF_TRANSITIONS, by=by, reason=to)
    instalments = list(fulfilment.instalments.select_for_update(of=("self",)))
    prefetch_related_objects([fulfilment], "instalments", "changes")
    amount = back.total if back else paid_of(fulfilment)
    fulfilment.kept = back.kept if back else ZERO
    for instalment in instalments:
        if instalment.state in UNPAID:
            move(instalment, InstalmentState.WAIVED, transitions=INSTALMENT_TRANSITIONS, by=by)
    facts = {"total": str(amount), "kept": str(fulfilment.kept) if fulfilment.kept else ""}
    step(
        fulfilment, to, by=by, also=["ended_reason", "kept"], reason=reason, facts=facts, tell=tell
    )
    pay_back(
        payments_of(fulfilment),
        amount,
        cause=refund_cause(fulfilment),
        reason=f"{to} {fulfilment.order.number}",
    )


def decline_unanswered(*, now: datetime | None = None) -> int:
    """Parts nobody answered in time are declined and refunded."""
    now = now or timezone.now()
    due = Fulfilment.objects.filter(state=FulfilmentState.PLACED, answer_by__lte=now)
    return sweep(due, lambda pk: decline_fulfilment(fulfilment_id=pk, by=None, reason="silence"))
