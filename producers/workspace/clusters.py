"""What a group has to do for the orders its clusters share: reads and pure rules."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from producers.models import Cluster, Enterprise
from shop.fulfilment.models import Fulfilment
from shop.fulfilment.services import cluster_orders_of, lines_to_share
from shop.production.models import (
    ClusterOrder,
    ClusterOrderQuerySet,
    ClusterPart,
    ClusterPartQuerySet,
    MemberMaking,
)
from shop.production.services.clusters import Suggestion
from shop.production.states import (
    ClusterOrderState,
    ClusterPartState,
    SampleState,
)


@dataclass(frozen=True, slots=True)
class ClusterTask:
    """One next thing: `kind` is answer, begin, hand_over, rework (of `part`, one's own), or check,
    missing, sample, gather (of the `order` one leads)."""

    kind: str
    order: ClusterOrder
    part: ClusterPart | None
    due: date | datetime
    is_late: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One village in the table that everybody sees: pieces, and pay (baht)."""

    enterprise: Enterprise
    pieces: int
    pay: Decimal
    part: ClusterPart | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """A cluster one leads, and a kind of piece that its members make."""

    cluster: Cluster
    kind: str

    @property
    def key(self) -> str:
        return f"{self.cluster.pk}:{self.kind}"


#: What a group does next with its part.
NEXT_OF_PART = {
    ClusterPartState.OFFERED: "answer",
    ClusterPartState.ACCEPTED: "begin",
    ClusterPartState.IN_WORK: "hand_over",
    ClusterPartState.REWORK: "rework",
}


def cluster_tasks(enterprise: Enterprise, *, now: datetime) -> list[ClusterTask]:
    """The next things of a group in its clusters, what presses most first; two statements."""
    orders = (
        ClusterOrder.objects.under_way()
        .filter(Q(cluster__lead=enterprise) | Q(parts__enterprise=enterprise))
        .select_related("cluster__lead")
        .prefetch_related("parts__enterprise")
        .distinct()
    )
    found = [task for order in orders for task in _tasks_of(order, enterprise, now)]
    return sorted(found, key=lambda task: (not task.is_late, _day(task.due), task.order.pk))


def waiting_parts(enterprise: Enterprise) -> ClusterPartQuerySet:
    """The parts among `cluster_tasks`: one's own to go on with, and others' to be checked."""
    can_begin = Q(
        state=ClusterPartState.ACCEPTED,
        order__awaits_buyer=False,
        order__sample__in=(SampleState.NOT_NEEDED, SampleState.APPROVED),
    )
    goes_on = Q(
        state__in=(ClusterPartState.OFFERED, ClusterPartState.IN_WORK, ClusterPartState.REWORK)
    )
    checks = Q(state=ClusterPartState.HANDED_OVER, order__cluster__lead=enterprise)
    mine = Q(enterprise=enterprise) & (can_begin | goes_on)
    return ClusterPart.objects.filter(mine | checks, order__in=ClusterOrder.objects.under_way())


def waiting_orders(enterprise: Enterprise) -> ClusterOrderQuerySet:
    """The orders one leads among `cluster_tasks`: short of villages, to be shown or gathered."""
    made = ClusterPart.objects.alive().exclude(state=ClusterPartState.CHECKED_OK)
    unfinished = Exists(made.filter(order=OuterRef("pk")))
    shows = Q(
        sample=SampleState.AWAITED, state__in=(ClusterOrderState.OFFERED, ClusterOrderState.AGREED)
    )
    gathers = Q(state=ClusterOrderState.AGREED) & ~Q(sample=SampleState.AWAITED) & ~unfinished
    paid = Q(awaits_buyer=False) & (shows | gathers)
    led = ClusterOrder.objects.under_way().filter(cluster__lead=enterprise)
    return led.filter(Q(state=ClusterOrderState.SHORT) | paid)


def next_of_part(part: ClusterPart) -> str:
    """What the group does next with its part, or nothing."""
    if part.state == ClusterPartState.ACCEPTED and not part.order.may_begin:
        return "nothing"
    return NEXT_OF_PART.get(ClusterPartState(part.state), "nothing")


def next_of_lead(order: ClusterOrder) -> str:
    """What the lead does next for the whole order; parts to be checked come with their rows."""
    alive = parts_alive(order)
    if order.state == ClusterOrderState.SHORT:
        return "missing"
    if order.awaits_buyer:
        return "nothing"
    if order.sample == SampleState.AWAITED and order.state in (
        ClusterOrderState.OFFERED,
        ClusterOrderState.AGREED,
    ):
        return "sample"
    good = [part for part in alive if part.state == ClusterPartState.CHECKED_OK]
    if order.state == ClusterOrderState.AGREED and len(good) == len(alive):
        return "gather"
    return "nothing"


def parts_alive(order: ClusterOrder) -> list[ClusterPart]:
    """The parts that are offered or made, in the order they were offered."""
    given_up = (
        ClusterPartState.DECLINED,
        ClusterPartState.LAPSED,
        ClusterPartState.WITHDRAWN,
    )
    found = [part for part in order.parts.all() if part.state not in given_up]
    return sorted(found, key=lambda part: part.pk)


def rows_of(order: ClusterOrder) -> list[Row]:
    """The table of an order: each part with its pay."""
    return [Row(part.enterprise, part.pieces, part.pay, part) for part in parts_alive(order)]


def rows_of_suggestion(found: Suggestion) -> list[Row]:
    """The table of an order that is not planned yet."""
    return [
        Row(
            found.benches[part.key].making.membership.enterprise,
            part.pieces,
            found.pay.of(part.pieces),
        )
        for part in found.split.parts
    ]


def choices_of(enterprise: Enterprise) -> list[Choice]:
    """Over which clusters a group can share an order, and as what kind of piece."""
    clusters = {each.pk: each for each in Cluster.objects.open().filter(lead=enterprise)}
    if not clusters:
        return []
    kinds = (
        MemberMaking.objects.filter(membership__cluster__in=clusters)
        .order_by("membership__cluster", "kind")
        .values_list("membership__cluster", "kind")
        .distinct()
    )
    return [Choice(clusters[pk], kind) for pk, kind in kinds]


def shared_work(part: Fulfilment) -> dict[str, Any]:
    """For the page of a job: orders that villages make, the first not gathered, lines to share."""
    orders = list(cluster_orders_of(part)) if part.made_to_order else []
    may_share = part.made_to_order and choices_of(part.enterprise)
    return {
        "shared": orders,
        "gathering": next((order for order in orders if order.gathered_at is None), None),
        "sharable": lines_to_share(part) if may_share else [],
    }


def _tasks_of(order: ClusterOrder, enterprise: Enterprise, now: datetime) -> list[ClusterTask]:
    today, tasks = timezone.localdate(now), []
    leads = order.cluster.lead_id == enterprise.pk
    for part in parts_alive(order):
        part.order = order
        if part.enterprise_id == enterprise.pk:
            kind = next_of_part(part)
            if kind == "answer":
                late = part.is_overdue(now)
                tasks.append(ClusterTask(kind, order, part, part.answer_by, late))
            elif kind != "nothing":
                tasks.append(ClusterTask(kind, order, part, part.due_on, part.due_on < today))
        if leads and part.state == ClusterPartState.HANDED_OVER:
            late = order.wished_on < today
            tasks.append(ClusterTask("check", order, part, order.wished_on, late))
    kind = next_of_lead(order) if leads else "nothing"
    if kind != "nothing":
        late = order.wished_on < today
        tasks.append(ClusterTask(kind, order, None, order.wished_on, late))
    return tasks


def _day(due: date | datetime) -> date:
    return timezone.localdate(due) if isinstance(due, datetime) else due
