"""Groups accept or decline their parts; what one gives back is offered to others, alone."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from shop.core.states import MoveNotAllowed, can_move, move
from shop.core.sweeps import each_alone

from ...models import ClusterOrder, ClusterPart, Job
from ...splitting import Infeasible, Split
from ...states import (
    CLUSTER_ORDER_TRANSITIONS,
    PART_NOT_BEGUN,
    ClusterOrderState,
    ClusterPartState,
    JobState,
)
from ..capacity import NoCapacity, drop_capacity, take_capacity
from ..jobs import approve_job
from .benches import JOB_KEY, lock_order, lock_part, move_part
from .planning import (
    cannot_be_shared,
    offer_parts,
    parts_due_on,
    settle_state,
    split_anew,
)
from .telling import tell_part

#: Somebody works on these parts at this moment.
AT_THE_LOOM = (ClusterPartState.IN_WORK, ClusterPartState.REWORK)


class AnswerTooLate(Exception):
    """The time to answer this part is over; it is, or will be, offered to others."""

    def __init__(self, part: ClusterPart):
        super().__init__(f"{part.pk} was to be answered by {part.answer_by}")
        self.part, self.answer_by = part, part.answer_by


class WorkHasBegun(Exception):
    """Groups are making pieces of this order already; nothing was changed."""

    def __init__(self, order: ClusterOrder, pieces: int):
        super().__init__(f"{pieces} pieces of {order.pk} are begun or made")
        self.order, self.pieces = order, pieces


@transaction.atomic
def accept_part(*, part_id: int, today: date, now: datetime, by: Any = None) -> ClusterPart:
    """The group makes its part by its day, for its pay. Raises AnswerTooLate, MoveNotAllowed."""
    part, order = lock_part(part_id)
    if part.is_overdue(now):
        raise AnswerTooLate(part)
    part.answered_at = now
    move_part(part, ClusterPartState.ACCEPTED, by=by, also=["answered_at"])
    if not take_capacity(reference=part.reference, lines={JOB_KEY: None}):
        raise NoCapacity(JOB_KEY, part.due_on)
    if order.is_sample_settled:
        # Offered before the sample was approved, accepted after: it need not wait any more.
        for job in Job.objects.of(part.reference).filter(state=JobState.WAITING):
            approve_job(job_id=job.pk, today=today, by=by)
    settle_state(order, by=by)
    return part


@transaction.atomic
def decline_part(
    *, part_id: int, today: date, now: datetime, by: Any = None, reason: str = ""
) -> Split | Infeasible:
    """The group does not make its part, or cannot any more though it had accepted.

    Its days are free again, and its pieces are offered to others; no other part is touched.
    Returns who is offered them, or that nobody can make them, by when all could be, and how many
    could; the order is short of them then (`place_missing`). Raises MoveNotAllowed once it has
    begun.
    """
    part, order = lock_part(part_id, for_offering=True)
    part.answered_at = now
    move_part(part, ClusterPartState.DECLINED, by=by, reason=reason, also=["answered_at"])
    return _give_to_others(part, order, today=today, now=now, by=by, reason=reason)


def lapse_due_parts(*, today: date, now: datetime) -> int:
    """Offers that were not answered in time go to others. A sweep; safe to run twice."""
    due = ClusterPart.objects.overdue(now).order_by("pk").values_list("pk", flat=True)
    return each_alone(due, lambda pk: _lapse(pk, today=today, now=now))


@transaction.atomic
def place_missing(
    *,
    cluster_order_id: int,
    today: date,
    now: datetime,
    wished_on: date | None = None,
    by: Any = None,
) -> list[ClusterPart]:
    """Offer the pieces that no group has, perhaps for a later day that the buyer has agreed to.

    With a new day those who declined are asked again; parts that groups have keep theirs. Raises
    CannotBeShared, and MoveNotAllowed where no pieces are missing; nothing has moved then.
    """
    order = lock_order(cluster_order_id)
    if order.state != ClusterOrderState.SHORT:
        raise MoveNotAllowed(order, order.state, ClusterOrderState.OFFERED)
    if wished_on is not None:
        order.wished_on, order.parts_due_on = wished_on, parts_due_on(wished_on)
        order.save(update_fields=["wished_on", "parts_due_on"])
    missing = order.missing
    found, benches = split_anew(order, missing, today=today, ask_again=wished_on is not None)
    if isinstance(found, Infeasible):
        raise cannot_be_shared(missing, found)
    parts = offer_parts(order, found, benches, today=today, now=now)
    settle_state(order, by=by)
    return parts


@transaction.atomic
def cancel_cluster_order(
    *, cluster_order_id: int, by: Any = None, reason: str = "", though_begun: bool = False
) -> ClusterOrder:
    """The order is not made; all parts are withdrawn and their days free. Raises WorkHasBegun.

    `though_begun`: the buyer has cancelled by the ladder agreed before paying. Parts that are begun
    stay as they are, for what is made is paid; the others are withdrawn.
    """
    order = lock_order(cluster_order_id)
    alive = list(order.parts.alive().select_for_update(of=("self",)).order_by("pk"))
    begun = [part for part in alive if part.state not in PART_NOT_BEGUN]
    if (
        begun
        and not though_begun
        and can_move(order.state, ClusterOrderState.CANCELLED, CLUSTER_ORDER_TRANSITIONS)
    ):
        raise WorkHasBegun(order, sum(part.pieces for part in begun))
    move(
        order,
        ClusterOrderState.CANCELLED,
        transitions=CLUSTER_ORDER_TRANSITIONS,
        by=by,
        reason=reason,
    )
    for part in alive:
        if part in begun:
            if part.state in AT_THE_LOOM:
                part.order = order
                tell_part(part, "cluster_part_stopped")
            continue
        move_part(part, ClusterPartState.WITHDRAWN, by=by, reason=reason)
        drop_capacity(reference=part.reference, by=by, reason=reason)
        part.order = order
        tell_part(part, "cluster_part_withdrawn")
    return order


def _lapse(part_id: int, *, today: date, now: datetime) -> bool:
    part, order = lock_part(part_id, for_offering=True)
    if not part.is_overdue(now):
        return False
    move_part(part, ClusterPartState.LAPSED)
    _give_to_others(part, order, today=today, now=now)
    return True


def _give_to_others(
    part: ClusterPart,
    order: ClusterOrder,
    *,
    today: date,
    now: datetime,
    by: Any = None,
    reason: str = "",
) -> Split | Infeasible:
    drop_capacity(reference=part.reference, by=by, reason=reason)
    found, benches = split_anew(order, part.pieces, today=today)
    if isinstance(found, Split):
        offer_parts(order, found, benches, today=today, now=now, instead_of=part)
    settle_state(order, by=by, reason=reason)
    return found
