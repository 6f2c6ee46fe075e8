"""The workshops of a cluster: locked in one order, and what they can make, read for planning."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from producers.models import Cluster
from producers.services import plain_kind
from shop.core.states import move

from ...models import ClusterOrder, ClusterPart, MemberMaking, Workshop
from ...promising import Calendar, Promise, read_calendars
from ...splitting import Member, pieces_by_day, pieces_of_batch
from ...states import CLUSTER_PART_TRANSITIONS, ProofPolicy
from ..capacity import Wanted, lock_workshops

#: Under each part's reference there is one job.
JOB_KEY = "part"


@dataclass(frozen=True, slots=True)
class Bench:
    """One member at its workshop: `member` is what the split sees of it."""

    making: MemberMaking
    calendar: Calendar
    member: Member

    def units(self, pieces: int) -> int:
        """What its workshop needs for so many pieces, in whole batches."""
        return self.calendar.need(self.making.setup_units + pieces * self.making.units_per_piece)

    def wanted(self, part: ClusterPart, *, starts_on: date, stockrecord_id: int | None) -> Wanted:
        """The work of a part, as capacity is held for it."""
        order = part.order
        promise = Promise(
            promised_on=part.due_on,
            starts_on=starts_on,
            due_on=part.due_on,
            units=part.units,
            buffer_days=self.calendar.buffer_days,
            workshop_id=part.workshop_id,
        )
        proof = ProofPolicy.NONE if order.is_sample_settled else ProofPolicy.SAMPLE
        return Wanted(JOB_KEY, stockrecord_id, part.pieces, promise, proof)


def workshop_ids(cluster: Cluster, kind: str) -> list[int]:
    """The workshops in which members of the cluster make this kind."""
    return list(
        MemberMaking.objects.filter(membership__cluster=cluster, kind=kind).values_list(
            "workshop_id", flat=True
        )
    )


def lock_villages(
    *, cluster_order_ids: Iterable[int] = (), planned_for: Iterable[tuple[Cluster, str]] = ()
) -> None:
    """All workshops that have, or may be offered, parts of these orders and of these plans.

    For who locks something else after them, and before the orders.
    """
    ids: set[int] = set()
    for order in ClusterOrder.objects.filter(pk__in=list(cluster_order_ids)):
        ids.update(workshop_ids(order.cluster, order.kind))
        ids.update(order.parts.values_list("workshop_id", flat=True))
    for cluster, kind in planned_for:
        ids.update(workshop_ids(cluster, plain_kind(kind)))
    lock_workshops(ids)


def home_workshop_of(order: ClusterOrder) -> Workshop:
    """The workshop under whose name an order is sold: the lead's, or that of the first part."""
    found = MemberMaking.objects.filter(membership__cluster=order.cluster_id, kind=order.kind)
    own = found.filter(membership__enterprise=order.cluster.lead_id).select_related("workshop")
    making = own.first()
    return making.workshop if making else order.parts.select_related("workshop")[0].workshop


def lock_order(order_id: int) -> ClusterOrder:
    """A cluster order, locked after all workshops that have, or may be offered, a part of it."""
    order = ClusterOrder.objects.select_related("cluster").get(pk=order_id)
    parts = order.parts.values_list("workshop_id", flat=True)
    lock_workshops([*workshop_ids(order.cluster, order.kind), *parts])
    return lock_order_alone(order_id)


def lock_order_alone(order_id: int) -> ClusterOrder:
    """The order, where the caller holds the workshops or needs none."""
    orders = ClusterOrder.objects.select_for_update(of=("self",))
    return orders.select_related("cluster__lead").get(pk=order_id)


def lock_part(part_id: int, *, for_offering: bool = False) -> tuple[ClusterPart, ClusterOrder]:
    """A part and its order, locked after its workshop (`for_offering`: after all workshops)."""
    found = ClusterPart.objects.values_list("order_id", "workshop_id").get(pk=part_id)
    if for_offering:
        order = lock_order(found[0])
    else:
        lock_workshops([found[1]])
        order = lock_order_alone(found[0])
    part = ClusterPart.objects.select_for_update(of=("self",)).get(pk=part_id)
    part.order = order
    return part, order


def move_part(
    part: ClusterPart, to: str, *, by: Any = None, reason: str = "", also: Iterable[str] = ()
) -> None:
    move(part, to, transitions=CLUSTER_PART_TRANSITIONS, by=by, reason=reason, also=also)


def read_benches(
    cluster: Cluster,
    kind: str,
    *,
    today: date,
    starts_on: date,
    has: Mapping[int, int] | None = None,
    instead_of: Iterable[UUID] = (),
) -> dict[int, Bench]:
    """Enterprise id → bench, of all members at work that make this kind. Four statements.

    Work may begin on `starts_on`. `has` tells the pieces that members have of this very order: they
    have set up, so that no smallest batch holds them, and what they take at most is less by these.
    Days kept under the references `instead_of` count as free (one statement more).
    """
    has = has or {}
    makings = list(
        MemberMaking.objects.filter(
            membership__in=cluster.memberships.at_work(), kind=kind, workshop__is_open=True
        )
        .select_related("membership__enterprise", "workshop")
        .order_by("membership__enterprise_id")
    )
    workshops = [making.workshop for making in makings]
    instead_of = list(instead_of)
    calendars = read_calendars(workshops, today, without=instead_of)
    had = ClusterPart.objects.all().had_by_enterprise(cluster, today, without=instead_of)
    benches = {}
    for making in makings:
        enterprise = making.membership.enterprise
        calendar = calendars[making.workshop_id]
        benches[enterprise.pk] = Bench(
            making,
            calendar,
            _member(
                making,
                calendar,
                starts_on=starts_on,
                distance=cluster.distance_to(enterprise),
                had=had.get(enterprise.pk, 0),
                has=has.get(enterprise.pk, 0),
            ),
        )
    return benches


def members_of(benches: Mapping[int, Bench], *, without: Collection[int] = ()) -> list[Member]:
    return [bench.member for key, bench in benches.items() if key not in without]


def _member(
    making: MemberMaking,
    calendar: Calendar,
    *,
    starts_on: date,
    distance: Decimal,
    had: int,
    has: int,
) -> Member:
    per_piece, setup = making.units_per_piece, making.setup_units
    steps = pieces_by_day(
        {day: units for day, units in calendar.free.items() if day >= starts_on},
        units_per_piece=per_piece,
        setup_units=setup,
        batch_units=calendar.smallest_batch,
    )
    # The days a group is usually late by are kept in hand, as in every promise of its own.
    finished = [(calendar.working_day_after(day, calendar.buffer_days), n) for day, n in steps]
    most = making.membership.most_pieces
    batch = pieces_of_batch(calendar.smallest_batch, units_per_piece=per_piece, setup_units=setup)
    return Member(
        making.membership.enterprise_id,
        tuple((day, n) for day, n in finished if day is not None),
        smallest_batch=1 if has else batch,
        distance_km=distance,
        had=had,
        most=None if most is None else max(most - has, 0),
    )
