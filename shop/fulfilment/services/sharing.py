"""A line too large for its group: made by the villages of a cluster, sent as the lead's own part.

The part's lock comes first here, as in every step of a part; then workshops, then rows.
"""

from datetime import date, datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import transaction
from django.utils import timezone

from producers.models import Cluster
from shop.core.states import MoveNotAllowed
from shop.oscar.order.models import Line
from shop.production.models import ClusterOrder, ClusterPart, Job
from shop.production.services import clusters as villages
from shop.production.states import ClusterOrderState, JobState

from ..models import Fulfilment, Quote
from ..states import FulfilmentState
from .parts import jobs_of, locked, step


class NotTheLead(Exception):
    """Only the lead of a cluster shares its orders over the cluster."""

    def __init__(self, cluster: Cluster, enterprise_id: int):
        super().__init__(f"{enterprise_id} does not lead {cluster.pk}")
        self.cluster, self.enterprise_id = cluster, enterprise_id


class LeadHasNotAccepted(Exception):
    """The buyer has paid, and the lead has not accepted its part of the order yet."""

    def __init__(self, part: Fulfilment):
        super().__init__(str(part))
        self.part = part


def lines_to_share(part: Fulfilment) -> list[Line]:
    """Lines whose work has not begun and that no cluster makes yet; none before accepting."""
    if part.state != FulfilmentState.ACCEPTED:
        return []
    return [job.line for job in jobs_of(part) if job.line and job.state == JobState.QUEUED]


def suggest_sharing(
    *, part: Fulfilment, line: Line, cluster: Cluster, kind: str, sample: bool, today: date
) -> villages.Suggestion:
    """Who could make the line by its promised day; the days the lead keeps for it count as free.

    Raises what `suggest_split` raises.
    """
    own = Job.objects.filter(line=line).exclude(state=JobState.RELEASED)
    return villages.suggest_split(
        cluster=cluster,
        kind=kind,
        pieces=line.quantity,
        wished_on=part.promised_on,
        today=today,
        rate=_rate(line),
        sample=sample,
        instead_of=[job.reference for job in own],
    )


@transaction.atomic
def share_line(
    *,
    fulfilment_id: int,
    line_id: int,
    cluster_id: int,
    kind: str,
    today: date,
    now: datetime,
    sample: bool = False,
    by: Any = None,
) -> ClusterOrder:
    """The lead offers the pieces of one accepted line to its cluster, for what the buyer paid.

    The days of its own workshop are free again, unless it gets a part itself. Asked again, the
    order is returned as it is. Raises NotTheLead, MoveNotAllowed for a part that is not accepted
    or has begun, and what `plan_cluster_order` raises; nothing has moved then.
    """
    part = locked(fulfilment_id)
    cluster = Cluster.objects.get(pk=cluster_id)
    if cluster.lead_id != part.enterprise_id:
        raise NotTheLead(cluster, part.enterprise_id)
    line = Line.objects.get(pk=line_id, fulfilment_line__fulfilment=part)
    before = ClusterOrder.objects.filter(line=line).first()
    if before is not None:
        return before
    if line not in lines_to_share(part):
        raise MoveNotAllowed(part, part.state, ClusterOrderState.OFFERED)
    return villages.plan_cluster_order(
        cluster_id=cluster.pk,
        kind=kind,
        pieces=line.quantity,
        wished_on=part.promised_on,
        today=today,
        now=now,
        reference=_reference(line),
        rate=_rate(line),
        sample=sample,
        what=line.title,
        line_id=line.pk,
        by=by,
    )


@transaction.atomic
def start_shared_part(*, part_id: int, by: Any = None) -> ClusterPart:
    """A village has begun its pieces; with the first one the lead's part of the order is begun.

    Raises LeadHasNotAccepted, NotPaidYet, SampleNotApproved, MoveNotAllowed.
    """
    order = ClusterOrder.objects.get(parts=part_id)
    whole = _whole_of(order)
    if whole is not None and whole.state == FulfilmentState.PLACED:
        raise LeadHasNotAccepted(whole)
    part = villages.start_part(part_id=part_id, by=by)
    if whole is not None and whole.state == FulfilmentState.ACCEPTED:
        whole.started_at = timezone.now()
        step(whole, FulfilmentState.STARTED, by=by, also=["started_at"])
    return part


def request_of(order: ClusterOrder) -> int | None:
    """The custom request whose quote this order makes, if it was quoted."""
    found = Quote.objects.filter(cluster_order=order)
    return found.values_list("request_id", flat=True).first()


def _whole_of(order: ClusterOrder) -> Fulfilment | None:
    """The lead's part of the buyer's order, locked; None for a cluster order without a line."""
    found = Fulfilment.objects.filter(lines__line=order.line_id) if order.line_id else None
    pk = found.values_list("pk", flat=True).first() if found is not None else None
    return locked(pk) if pk else None


def _rate(line: Line) -> Any:
    """What the buyer paid for each piece (baht)."""
    return line.unit_price_incl_tax


def _reference(line: Line) -> UUID:
    """One reference for one line, so that two taps plan one order."""
    return uuid5(NAMESPACE_OID, f"cluster-line:{line.pk}")
