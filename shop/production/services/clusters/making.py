"""A cluster's order is made: the sample first, then the parts, handed over, checked, gathered."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import transaction

from shop.core.states import MoveNotAllowed, move

from ...models import ClusterOrder, ClusterPart, Job
from ...states import (
    CLUSTER_ORDER_TRANSITIONS,
    SAMPLE_TRANSITIONS,
    ClusterOrderState,
    ClusterPartState,
    JobState,
    SampleState,
)
from ..jobs import approve_job, finish_jobs, pack_jobs, start_jobs
from .benches import lock_order, lock_order_alone, lock_part, move_part
from .telling import tell_part


class SampleNotApproved(Exception):
    """The pieces begin when the buyer has approved the sample; nothing was changed."""

    def __init__(self, order: ClusterOrder):
        super().__init__(f"the sample of {order.pk} is {order.sample}")
        self.order = order


class NotPaidYet(Exception):
    """The order is quoted only: its pieces begin when the buyer has paid; nothing was changed."""

    def __init__(self, order: ClusterOrder):
        super().__init__(str(order.pk))
        self.order = order


class PartsMissing(Exception):
    """Not all pieces are with the lead and good; nothing was changed."""

    def __init__(self, order: ClusterOrder, good: int):
        super().__init__(f"{good} of {order.pieces} pieces of {order.pk} are checked")
        self.order, self.good = order, good


@transaction.atomic
def show_sample(
    *, cluster_order_id: int, picture_id: int | None = None, note: str = "", by: Any = None
) -> ClusterOrder:
    """The sample piece is made and the buyer may look at it. Raises NotPaidYet, MoveNotAllowed."""
    order = lock_order_alone(cluster_order_id)
    if order.awaits_buyer:
        raise NotPaidYet(order)
    order.sample_picture_id, order.sample_note = picture_id, note
    _move_sample(order, SampleState.SHOWN, by=by, also=["sample_picture", "sample_note"])
    return order


@transaction.atomic
def ask_sample_change(*, cluster_order_id: int, reason: str, by: Any = None) -> ClusterOrder:
    """The buyer wants the sample otherwise; another one is made."""
    order = lock_order_alone(cluster_order_id)
    _move_sample(order, SampleState.AWAITED, by=by, reason=reason)
    return order


@transaction.atomic
def approve_sample(*, cluster_order_id: int, today: date, by: Any = None) -> ClusterOrder:
    """The buyer has approved the sample: all pieces are made like it, and may begin tomorrow."""
    order = lock_order(cluster_order_id)
    _move_sample(order, SampleState.APPROVED, by=by)
    accepted = order.parts.filter(state=ClusterPartState.ACCEPTED).values("reference")
    for job in Job.objects.filter(reference__in=accepted, state=JobState.WAITING).order_by("pk"):
        approve_job(job_id=job.pk, today=today, by=by)
    return order


@transaction.atomic
def start_part(*, part_id: int, by: Any = None) -> ClusterPart:
    """The group has begun its part. Raises NotPaidYet, SampleNotApproved, MoveNotAllowed."""
    part, order = lock_part(part_id)
    if part.state == ClusterPartState.ACCEPTED and not order.may_begin:
        raise NotPaidYet(order) if order.awaits_buyer else SampleNotApproved(order)
    move_part(part, ClusterPartState.IN_WORK, by=by)
    start_jobs(references=[part.reference], by=by)
    return part


@transaction.atomic
def hand_over_part(
    *, part_id: int, today: date, now: datetime, note: str = "", by: Any = None
) -> ClusterPart:
    """The group has brought its pieces to the lead, or brought them again after working them over.

    Days still planned for them are free for others. `note`: what the lead should know.
    """
    part, _ = lock_part(part_id)
    part.handed_over_at, part.hand_over_note = now, note
    also = ["handed_over_at", "hand_over_note"]
    move_part(part, ClusterPartState.HANDED_OVER, by=by, also=also)
    finish_jobs(references=[part.reference], today=today, by=by)
    return part


@transaction.atomic
def check_part(
    *, part_id: int, now: datetime, rework: int = 0, note: str = "", by: Any = None
) -> ClusterPart:
    """The lead has looked at each piece: all are good, or `rework` of them are worked over.

    Raises ValueError for more pieces than the part has, and MoveNotAllowed before they are brought.
    """
    part, _ = lock_part(part_id)
    if not 0 <= rework <= part.pieces:
        raise ValueError(f"{rework} of {part.pieces} pieces cannot be worked over")
    part.checked_at, part.rework_pieces, part.check_note = now, rework, note
    move_part(
        part,
        ClusterPartState.REWORK if rework else ClusterPartState.CHECKED_OK,
        by=by,
        reason=note,
        also=["checked_at", "rework_pieces", "check_note"],
    )
    if rework:
        tell_part(part, "cluster_part_rework")
    return part


@transaction.atomic
def gather_cluster_order(*, cluster_order_id: int, now: datetime, by: Any = None) -> ClusterOrder:
    """All parts are with the lead and good: it packs them into the parcels of one Fulfilment.

    Raises PartsMissing, and MoveNotAllowed where not all parts were accepted.
    """
    order = lock_order(cluster_order_id)
    if order.state != ClusterOrderState.AGREED:
        raise MoveNotAllowed(order, order.state, ClusterOrderState.GATHERED)
    good = order.parts.filter(state=ClusterPartState.CHECKED_OK)
    if good.pieces() != order.pieces:
        raise PartsMissing(order, good.pieces())
    pack_jobs(references=good.values_list("reference", flat=True), by=by)
    order.gathered_at = now
    move(
        order,
        ClusterOrderState.GATHERED,
        transitions=CLUSTER_ORDER_TRANSITIONS,
        by=by,
        also=["gathered_at"],
    )
    return order


def _move_sample(
    order: ClusterOrder, to: str, *, by: Any = None, reason: str = "", also: Iterable[str] = ()
) -> None:
    move(
        order,
        to,
        transitions=SAMPLE_TRANSITIONS,
        by=by,
        reason=reason,
        also=also,
        field="sample",
    )
