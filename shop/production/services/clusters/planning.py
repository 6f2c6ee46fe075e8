"""A large order is planned over a cluster: said at once who can make it, then offered in parts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from producers.models import Cluster, ClusterMembership, Enterprise
from producers.services import give_lead, plain_kind
from shop.core.states import move

from ...models import ClusterOrder, ClusterPart, Job, MemberMaking, Workshop
from ...splitting import Infeasible, Pay, Split, fair_share, pay_for, split_order
from ...states import (
    CLUSTER_ORDER_TRANSITIONS,
    ClusterOrderState,
    ClusterPartState,
    JobState,
    SampleState,
)
from ..capacity import hold_capacity, lock_workshops, release_jobs
from ..waiting import offer_freed_days
from .benches import Bench, lock_order_alone, members_of, read_benches, workshop_ids
from .telling import tell_lead_of_missing, tell_part

#: How long a group may think about its part.
ANSWER_TIME = timedelta(hours=48)
#: Calendar days before sending by which the lead wants all parts: to check, to have some worked
#: over, and to pack.
GATHERING_DAYS = 4
#: Calendar days in which a sample piece is made, shown and approved before the others begin.
SAMPLE_DAYS = 10


class CannotBeShared(Exception):
    """No split of the order over the cluster; nothing was changed.

    `most` pieces can be made by the wished day, all of them sent by `earliest_on` (None: not within
    the days for which the groups plan).
    """

    def __init__(self, pieces: int, most: int, earliest_on: date | None):
        super().__init__(f"{most} of {pieces} pieces, all by {earliest_on}")
        self.pieces, self.most, self.earliest_on = pieces, most, earliest_on


class NoRate(Exception):
    """The cluster has agreed on no rate for this kind of piece."""

    def __init__(self, cluster: Cluster, kind: str):
        super().__init__(f"{cluster.pk} has no rate for {kind}")
        self.cluster, self.kind = cluster, kind


class ClusterIsClosed(Exception):
    """No more orders are planned over this cluster."""

    def __init__(self, cluster: Cluster):
        super().__init__(str(cluster.pk))
        self.cluster = cluster


class NotTheirWorkshop(Exception):
    """A member works in a workshop of its own group."""

    def __init__(self, membership: ClusterMembership, workshop: Workshop):
        super().__init__(f"{workshop.pk} is not {membership.enterprise_id}'s")
        self.membership, self.workshop = membership, workshop


class OrdersUnderWay(Exception):
    """The lead gathers `count` orders yet; nothing was changed."""

    def __init__(self, cluster: Cluster, count: int):
        super().__init__(f"{count} orders of {cluster.pk}")
        self.cluster, self.count = cluster, count


class OrderIsOver(Exception):
    """The villages make this order no more; nothing was changed."""

    def __init__(self, order: ClusterOrder):
        super().__init__(str(order.pk))
        self.order = order


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a cluster could do, before anything is offered: parts by enterprise id, and the pay."""

    split: Split
    pay: Pay
    wished_on: date
    starts_on: date
    benches: Mapping[int, Bench]


@transaction.atomic
def tell_making(
    *,
    membership_id: int,
    kind: str,
    workshop: Workshop,
    units_per_piece: Decimal | int = 1,
    setup_units: Decimal | int = 0,
    by: Any = None,
) -> MemberMaking:
    """How a member makes a kind of piece; told again, it is changed. Raises NotTheirWorkshop.

    What was planned already keeps its units.
    """
    membership = ClusterMembership.objects.select_for_update(of=("self",)).get(pk=membership_id)
    if workshop.enterprise_id != membership.enterprise_id:
        raise NotTheirWorkshop(membership, workshop)
    making, _ = MemberMaking.objects.update_or_create(
        membership=membership,
        kind=plain_kind(kind),
        defaults={
            "workshop": workshop,
            "units_per_piece": units_per_piece,
            "setup_units": setup_units,
        },
    )
    return making


def suggest_split(
    *,
    cluster: Cluster,
    kind: str,
    pieces: int,
    wished_on: date,
    today: date,
    rate: Decimal | None = None,
    sample: bool = False,
    not_before: date | None = None,
    instead_of: Iterable[UUID] = (),
) -> Suggestion:
    """Who could make `pieces` by the wished day, and what each is paid; nothing is held or written.

    `wished_on` is the last day the lead hands all of it to the carrier. The buyer pays the
    cluster's rate for each piece, or `rate` (baht) as a quote says. Nobody begins before
    `not_before`, the day a quote is paid at the latest. Days kept under the references `instead_of`
    count as free: this work takes their place.

    Raises CannotBeShared, NoRate, ClusterIsClosed, and ValueError for a number of pieces that no
    order has.
    """
    if not cluster.is_open:
        raise ClusterIsClosed(cluster)
    kind = plain_kind(kind)
    pay = pay_for(pieces, rate=rate or _rate(cluster, kind), fee_percent=cluster.lead_fee_percent)
    starts_on = first_day_of_parts(today, sample=sample, not_before=not_before)
    benches = read_benches(cluster, kind, today=today, starts_on=starts_on, instead_of=instead_of)
    found = split_order(
        pieces, members_of(benches), by=parts_due_on(wished_on), radius_km=cluster.radius_km
    )
    if isinstance(found, Infeasible):
        raise cannot_be_shared(pieces, found)
    return Suggestion(found, pay, wished_on, starts_on, benches)


@transaction.atomic
def plan_cluster_order(
    *,
    cluster_id: int,
    kind: str,
    pieces: int,
    wished_on: date,
    today: date,
    now: datetime,
    reference: UUID | None = None,
    rate: Decimal | None = None,
    sample: bool = False,
    what: str = "",
    stockrecord_id: int | None = None,
    line_id: int | None = None,
    awaits_buyer: bool = False,
    not_before: date | None = None,
    by: Any = None,
) -> ClusterOrder:
    """Plan an order over the cluster, hold the days for it, and offer each group its part.

    `awaits_buyer`: it is quoted only; the villages answer, and begin when it is paid (`link_line`).
    Work that the lead keeps for the line itself is not made there: its days are free first. Asked
    again with the same `reference`, the order is returned as it is. Raises what `suggest_split`
    raises; then nothing has moved.
    """
    cluster = Cluster.objects.select_related("lead").get(pk=cluster_id)
    kind = plain_kind(kind)
    own = Job.objects.filter(line=line_id) if line_id else Job.objects.none()
    own = own.exclude(state=JobState.RELEASED)
    lock_workshops([*workshop_ids(cluster, kind), *own.values_list("workshop_id", flat=True)])
    before = ClusterOrder.objects.filter(reference=reference).first() if reference else None
    if before is not None:
        return before
    freed = release_jobs(own, by=by, reason="cluster")
    found = suggest_split(
        cluster=cluster,
        kind=kind,
        pieces=pieces,
        wished_on=wished_on,
        today=today,
        rate=rate,
        sample=sample,
        not_before=not_before,
    )
    order = ClusterOrder.objects.create(
        cluster=cluster,
        reference=reference or uuid4(),
        kind=kind,
        what=what,
        stockrecord_id=stockrecord_id,
        line_id=line_id,
        pieces=pieces,
        wished_on=wished_on,
        parts_due_on=parts_due_on(wished_on),
        starts_on=found.starts_on,
        awaits_buyer=awaits_buyer,
        rate=found.pay.rate,
        per_piece=found.pay.per_piece,
        lead_fee_percent=cluster.lead_fee_percent,
        lead_fee=found.pay.fee,
        total=found.pay.total,
        sample=SampleState.AWAITED if sample else SampleState.NOT_NEEDED,
        planned_by=by if getattr(by, "pk", None) else None,
    )
    offer_parts(order, found.split, found.benches, today=today, now=now)
    if freed:
        offer_freed_days({job.workshop_id for job in freed}, now=now)
    return order


@transaction.atomic
def change_lead(*, cluster_id: int, enterprise: Enterprise, by: Any) -> Cluster:
    """Another member leads the cluster. Raises OrdersUnderWay, and what `give_lead` raises."""
    cluster = give_lead(cluster_id=cluster_id, enterprise=enterprise, by=by)
    count = cluster.orders.under_way().count()
    if count:
        raise OrdersUnderWay(cluster, count)
    return cluster


@transaction.atomic
def link_line(*, cluster_order_id: int, line_id: int, by: Any = None) -> ClusterOrder:
    """The buyer has paid: this cluster order makes the order line, and its villages may begin.

    Told again, nothing happens. Raises OrderIsOver where it was cancelled meanwhile.
    """
    order = lock_order_alone(cluster_order_id)
    if order.state == ClusterOrderState.CANCELLED:
        raise OrderIsOver(order)
    if order.line_id == line_id:
        return order
    order.line_id, order.awaits_buyer = line_id, False
    order.save(update_fields=["line", "awaits_buyer"])
    for part in order.parts.alive().order_by("pk"):
        part.order = order
        tell_part(part, "cluster_part_paid")
    return order


# --- shared with answering ---


def parts_due_on(wished_on: date) -> date:
    """The last day on which parts reach the lead."""
    return wished_on - timedelta(days=GATHERING_DAYS)


def first_day_of_parts(today: date, *, sample: bool, not_before: date | None = None) -> date:
    """Work begins the day after the last day to answer (or to pay), and after the sample."""
    first = max(today + timedelta(days=ANSWER_TIME.days + 1), not_before or today)
    return first + timedelta(days=SAMPLE_DAYS if sample else 0)


def first_day_of(order: ClusterOrder, today: date) -> date:
    """The same for pieces of an order that is planned already."""
    first = first_day_of_parts(today, sample=not order.is_sample_settled)
    return max(first, order.starts_on) if order.starts_on else first


def cannot_be_shared(pieces: int, found: Infeasible) -> CannotBeShared:
    earliest = found.earliest_on and found.earliest_on + timedelta(days=GATHERING_DAYS)
    return CannotBeShared(pieces, found.most, earliest)


def split_anew(
    order: ClusterOrder, pieces: int, *, today: date, ask_again: bool = False
) -> tuple[Split | Infeasible, Mapping[int, Bench]]:
    """Who could make pieces of this order that nobody has. The caller holds workshops and order.

    Those who declined, or let a part of it lapse, are left out unless `ask_again`.
    """
    parts = list(order.parts.all())
    has: dict[int, int] = {}
    refused = set()
    for part in parts:
        if part.state in (ClusterPartState.DECLINED, ClusterPartState.LAPSED):
            refused.add(part.enterprise_id)
        elif part.state != ClusterPartState.WITHDRAWN:
            has[part.enterprise_id] = has.get(part.enterprise_id, 0) + part.pieces
    starts_on = first_day_of(order, today)
    benches = read_benches(order.cluster, order.kind, today=today, starts_on=starts_on, has=has)
    found = split_order(
        pieces,
        members_of(benches, without=() if ask_again else refused),
        by=order.parts_due_on,
        radius_km=order.cluster.radius_km,
        share=fair_share(members_of(benches)),
    )
    return found, benches


def offer_parts(
    order: ClusterOrder,
    split: Split,
    benches: Mapping[int, Bench],
    *,
    today: date,
    now: datetime,
    instead_of: ClusterPart | None = None,
) -> list[ClusterPart]:
    """Write the parts of a split, hold their days, and tell the groups.

    The caller holds the workshops.
    """
    starts_on = first_day_of(order, today)
    parts = []
    for each in split.parts:
        bench = benches[each.key]
        part = ClusterPart.objects.create(
            order=order,
            enterprise_id=each.key,
            workshop_id=bench.making.workshop_id,
            pieces=each.pieces,
            units=bench.units(each.pieces),
            pay=order.pay.of(each.pieces),
            distance_km=bench.member.distance_km,
            due_on=order.parts_due_on,
            offered_on=today,
            answer_by=now + ANSWER_TIME,
            instead_of=instead_of,
        )
        wanted = bench.wanted(part, starts_on=starts_on, stockrecord_id=order.stockrecord_id)
        hold_capacity(reference=part.reference, wanted=[wanted], today=today)
        tell_part(part, "cluster_part_offered")
        parts.append(part)
    return parts


def settle_state(order: ClusterOrder, *, by: Any = None, reason: str = "") -> None:
    """Let the order say what its parts say: pieces missing, answers awaited, all accepted."""
    if order.missing:
        to = ClusterOrderState.SHORT
    elif order.parts.unanswered().exists():
        to = ClusterOrderState.OFFERED
    else:
        to = ClusterOrderState.AGREED
    if order.state != to:
        move(order, to, transitions=CLUSTER_ORDER_TRANSITIONS, by=by, reason=reason)
        if to == ClusterOrderState.SHORT:
            tell_lead_of_missing(order)


def _rate(cluster: Cluster, kind: str) -> Decimal:
    rate = cluster.rates.filter(kind=kind).first()
    if rate is None:
        raise NoRate(cluster, kind)
    return rate.per_piece
