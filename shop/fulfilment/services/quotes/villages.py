"""A quote too large for one group: the lead plans it over its cluster before it is sent.

Locks: the villages' workshops, then the request, then the cluster order and its parts.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid4, uuid5

from django.conf import settings
from django.utils import timezone

from producers.models import Cluster
from shop.core.sweeps import each_alone
from shop.oscar.order.models import Order
from shop.oscar.partner.models import StockHold
from shop.oscar.partner.states import HoldState
from shop.production.models import ClusterOrder, ClusterPart
from shop.production.services import clusters
from shop.production.states import PROMISED_BY_VILLAGES

from ...models import CustomRequest, Quote
from ...states import REQUEST_OPEN
from ..sharing import NotTheLead


@dataclass(frozen=True, slots=True)
class Villages:
    """Who makes a quote instead of a workshop: the members of a cluster that the group leads.

    `sent_by` is the last day the lead hands it to the carrier; `sample`: the buyer approves a
    piece first. `token` is the form's own, so that two taps offer the parts once.
    """

    cluster: Cluster
    kind: str
    sent_by: date
    sample: bool = False
    token: UUID = field(default_factory=uuid4)


def reference_of(request_id: int, villages: Villages) -> UUID:
    """The cluster order that one form of one request plans."""
    return uuid5(NAMESPACE_OID, f"villages of a quote:{request_id}:{villages.token}")


class VillagesMissing(Exception):
    """Some pieces of this quote have no village at the moment; nothing was changed."""

    def __init__(self, order: ClusterOrder):
        super().__init__(str(order.pk))
        self.order = order


def suggest_villages(
    *,
    request: CustomRequest,
    villages: Villages,
    pieces: int,
    unit_price: Decimal,
    valid_days: int,
    now: datetime,
) -> clusters.Suggestion:
    """Who would make so many pieces by the day, and what each is paid; nothing is held.

    Days that an earlier version of the quote keeps count as free. Raises NotTheLead, and what
    `suggest_split` raises.
    """
    _check_lead(request, villages)
    kept = ClusterPart.objects.alive().filter(order__in=_planned(request))
    return clusters.suggest_split(
        cluster=villages.cluster,
        kind=villages.kind,
        pieces=pieces,
        wished_on=villages.sent_by,
        today=timezone.localdate(now),
        rate=unit_price,
        sample=villages.sample,
        not_before=paid_by(now, valid_days),
        instead_of=list(kept.values_list("reference", flat=True)),
    )


def paid_by(now: datetime, valid_days: int) -> date:
    """The day after the last one on which a quote sent now can be paid."""
    return timezone.localdate(now) + timedelta(days=valid_days + settings.QUOTE_PAY_DAYS + 1)


# --- shared with the other steps ---


def lock_request(request_id: int, villages: Villages | None = None) -> CustomRequest:
    """The request, locked after the workshops whose days its quotes keep, or want to keep."""
    planned = _planned(CustomRequest(pk=request_id)).values_list("pk", flat=True)
    clusters.lock_villages(
        cluster_order_ids=planned,
        planned_for=[(villages.cluster, villages.kind)] if villages else [],
    )
    return CustomRequest.objects.for_update().select_related("enterprise").get(pk=request_id)


def plan_villages(
    request: CustomRequest,
    villages: Villages,
    *,
    what: str,
    pieces: int,
    unit_price: Decimal,
    valid_days: int,
    now: datetime,
    by: Any,
) -> ClusterOrder:
    """The parts are offered and their days kept; nobody begins before the quote is paid.

    The caller holds the request (`lock_request`). Raises NotTheLead, and what
    `plan_cluster_order` raises.
    """
    _check_lead(request, villages)
    return clusters.plan_cluster_order(
        cluster_id=villages.cluster.pk,
        kind=villages.kind,
        pieces=pieces,
        wished_on=villages.sent_by,
        today=timezone.localdate(now),
        now=now,
        reference=reference_of(request.pk, villages),
        rate=unit_price,
        sample=villages.sample,
        what=what,
        awaits_buyer=True,
        not_before=paid_by(now, valid_days),
        by=by,
    )


def drop_villages(request: CustomRequest, *, by: Any = None, reason: str = "") -> None:
    """Nobody makes what was quoted: its parts are withdrawn, and the days are free.

    While the buyer is paying they stay; `free_forgotten_villages` looks again.
    """
    if is_being_paid(request):
        return
    for pk in _planned(request).order_by("pk").values_list("pk", flat=True):
        clusters.cancel_cluster_order(cluster_order_id=pk, by=by, reason=reason)


def free_forgotten_villages(*, most: int = 100) -> int:
    """Days kept for quotes that have ended while they were being paid. Safe to run twice."""
    ended = CustomRequest.objects.exclude(state__in=REQUEST_OPEN)
    ended = ended.filter(quotes__cluster_order__in=ClusterOrder.objects.awaiting_buyer())
    return each_alone(ended.order_by("pk").values_list("pk", flat=True).distinct()[:most], _free)


def _free(request_id: int) -> bool:
    request = lock_request(request_id)
    if request.is_open or is_being_paid(request):
        return False
    drop_villages(request, reason=request.state)
    return True


def check_villages(quote: Quote) -> None:
    """Raises VillagesMissing where the quote's day cannot be promised at the moment."""
    order = quote.cluster_order
    if order is not None and order.state not in PROMISED_BY_VILLAGES:
        raise VillagesMissing(order)


def link_villages(quotes: Iterable[Quote], order: Order) -> None:
    """The quote is paid: its villages make the line of the order. Raises OrderIsOver."""
    for quote in quotes:
        if quote.cluster_order_id is not None:
            line = order.lines.get(product=quote.product_id)
            clusters.link_line(cluster_order_id=quote.cluster_order_id, line_id=line.pk)


def is_being_paid(request: CustomRequest) -> bool:
    """Whether somebody is paying what its quote made at this moment."""
    return StockHold.objects.filter(
        stockrecord__product__quote__request=request, state=HoldState.HELD
    ).exists()


def _planned(request: CustomRequest) -> Any:
    """The cluster orders of its quotes that still keep days and that nobody has paid."""
    return ClusterOrder.objects.awaiting_buyer().filter(quote__request=request.pk)


def _check_lead(request: CustomRequest, villages: Villages) -> None:
    if villages.cluster.lead_id != request.enterprise_id:
        raise NotTheLead(villages.cluster, request.enterprise_id)
