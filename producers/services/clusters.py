"""Clusters: opened by the office, joined and left by groups, with the rates all share."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from producers.models import Cluster, ClusterMembership, ClusterRate, Enterprise
from producers.states import CLUSTER_TRANSITIONS, ClusterState, EnterpriseState
from shop.core.money import baht
from shop.core.states import MoveNotAllowed, move

from .noting import note
from .reasons import needed


class OutsideRadius(Exception):
    """The group lives too far from the lead; nothing was changed.

    `approximate` when one of the two has not said where it is, so that a town stands for it.
    """

    def __init__(self, cluster: Cluster, enterprise: Enterprise, distance: Decimal):
        super().__init__(f"{enterprise.pk} lives {distance} km from the lead of {cluster.pk}")
        self.cluster, self.enterprise, self.distance_km = cluster, enterprise, distance
        self.radius_km = cluster.radius_km
        self.approximate = enterprise.position.approximate or cluster.lead.position.approximate


class NotSelling(Exception):
    """Only a group that may sell here can belong to a cluster."""

    def __init__(self, enterprise: Enterprise):
        super().__init__(f"{enterprise.pk} is {enterprise.state}")
        self.enterprise = enterprise


class AlreadyMember(Exception):
    """The group belongs to this cluster already."""

    def __init__(self, membership: ClusterMembership):
        super().__init__(str(membership.pk))
        self.membership = membership


class LeadStays(Exception):
    """The lead cannot leave the cluster it leads; the office closes the cluster instead."""

    def __init__(self, cluster: Cluster):
        super().__init__(str(cluster.pk))
        self.cluster = cluster


class NotAMember(Exception):
    """Only a group that belongs to the cluster can lead it."""

    def __init__(self, cluster: Cluster, enterprise: Enterprise):
        super().__init__(f"{enterprise.pk} is not in {cluster.pk}")
        self.cluster, self.enterprise = cluster, enterprise


class FeeAboveCap(Exception):
    """The lead's fee may not exceed the cluster's cap (percent)."""

    def __init__(self, percent: Decimal, cap: Decimal):
        super().__init__(f"{percent} % is above {cap} %")
        self.percent, self.cap = percent, cap


@transaction.atomic
def open_cluster(
    *,
    lead: Enterprise,
    slug: str,
    name_th: str,
    name_en: str = "",
    about_th: str = "",
    about_en: str = "",
    radius_km: int = 50,
    lead_fee_percent: Decimal = Decimal(5),
    by: Any,
) -> Cluster:
    """The office opens a cluster around a lead, its first member.

    Raises NotSelling and FeeAboveCap.
    """
    _check_selling(lead)
    cluster = Cluster(
        lead=lead,
        slug=slug,
        name_th=name_th,
        name_en=name_en,
        about_th=about_th,
        about_en=about_en,
        radius_km=radius_km,
        lead_fee_percent=lead_fee_percent,
    )
    _check_fee(cluster, lead_fee_percent)
    cluster.save()
    ClusterMembership.objects.create(cluster=cluster, enterprise=lead)
    note(cluster, "state", old="", new=cluster.state, by=by)
    return cluster


@transaction.atomic
def describe_cluster(
    *,
    cluster_id: int,
    name_th: str,
    name_en: str,
    about_th: str,
    about_en: str,
    radius_km: int,
    by: Any,
) -> Cluster:
    """The cluster's words, and how far from the lead its members live (km).

    Raises OutsideRadius for a member that would live too far away, and MoveNotAllowed where it is
    closed.
    """
    cluster = _locked_open(cluster_id)
    before = cluster.radius_km
    cluster.name_th, cluster.name_en = name_th, name_en
    cluster.about_th, cluster.about_en = about_th, about_en
    cluster.radius_km = radius_km
    _check_distances(cluster)
    cluster.save(update_fields=["name_th", "name_en", "about_th", "about_en", "radius_km"])
    if before != radius_km:
        note(cluster, "radius_km", old=str(before), new=str(radius_km), by=by)
    return cluster


@transaction.atomic
def give_lead(*, cluster_id: int, enterprise: Enterprise, by: Any) -> Cluster:
    """Another member leads from now on. Orders under way are the caller's question.

    Raises NotAMember, NotSelling, OutsideRadius for a member that lives too far from the new lead,
    and MoveNotAllowed where the cluster is closed.
    """
    cluster = _locked_open(cluster_id)
    _check_selling(enterprise)
    if not cluster.memberships.current().filter(enterprise=enterprise).exists():
        raise NotAMember(cluster, enterprise)
    old, cluster.lead = cluster.lead, enterprise
    _check_distances(cluster)
    cluster.save(update_fields=["lead"])
    if old != enterprise:
        note(cluster, "lead", old=old.name_th, new=enterprise.name_th, by=by)
    return cluster


@transaction.atomic
def join_cluster(
    *, cluster_id: int, enterprise: Enterprise, by: Any, most_pieces: int | None = None
) -> ClusterMembership:
    """A group joins the cluster and may be offered parts of its orders.

    Raises NotSelling, OutsideRadius, AlreadyMember, and MoveNotAllowed where it is closed.
    """
    cluster = _locked_open(cluster_id)
    _check_selling(enterprise)
    before = cluster.memberships.current().filter(enterprise=enterprise).first()
    if before is not None:
        raise AlreadyMember(before)
    distance = cluster.distance_to(enterprise)
    if distance > cluster.radius_km:
        raise OutsideRadius(cluster, enterprise, distance)
    membership = ClusterMembership.objects.create(
        cluster=cluster, enterprise=enterprise, most_pieces=most_pieces
    )
    note(membership, "membership", old="", new="joined", by=by)
    return membership


@transaction.atomic
def leave_cluster(*, membership_id: int, by: Any) -> ClusterMembership:
    """The group is offered no more parts; those it has accepted it still makes.

    Raises LeadStays. Safe to repeat.
    """
    membership = ClusterMembership.objects.select_for_update(of=("self",)).get(pk=membership_id)
    cluster = membership.cluster
    if membership.enterprise_id == cluster.lead_id:
        raise LeadStays(cluster)
    if membership.left_at is None:
        membership.left_at = timezone.now()
        membership.save(update_fields=["left_at"])
        note(membership, "membership", old="joined", new="left", by=by)
    return membership


@transaction.atomic
def set_most_pieces(*, membership_id: int, most_pieces: int | None, by: Any) -> ClusterMembership:
    """The most pieces of one order that a group takes; None for as many as its days allow."""
    membership = ClusterMembership.objects.select_for_update(of=("self",)).get(pk=membership_id)
    old, membership.most_pieces = membership.most_pieces, most_pieces
    membership.save(update_fields=["most_pieces"])
    note(membership, "most_pieces", old=str(old or ""), new=str(most_pieces or ""), by=by)
    return membership


@transaction.atomic
def set_rate(*, cluster_id: int, kind: str, per_piece: Decimal, by: Any) -> ClusterRate:
    """What one piece of a kind costs from now on (baht); orders already planned keep theirs."""
    cluster, kind = _locked_open(cluster_id), plain_kind(kind)
    before = cluster.rates.filter(kind=kind).first()
    rate, _ = ClusterRate.objects.update_or_create(
        cluster=cluster, kind=kind, defaults={"per_piece": baht(per_piece)}
    )
    old = str(before.per_piece) if before else ""
    note(rate, "per_piece", old=old, new=str(rate.per_piece), by=by)
    return rate


@transaction.atomic
def set_lead_fee(
    *, cluster_id: int, percent: Decimal, by: Any, cap: Decimal | None = None
) -> Cluster:
    """The lead's fee from now on (percent), and with it the office's cap. Raises FeeAboveCap."""
    cluster = _locked_open(cluster_id)
    if cap is not None:
        cluster.lead_fee_cap = cap
    _check_fee(cluster, percent)
    old, cluster.lead_fee_percent = cluster.lead_fee_percent, percent
    cluster.save(update_fields=["lead_fee_percent", "lead_fee_cap"])
    note(cluster, "lead_fee_percent", old=str(old), new=str(percent), by=by)
    return cluster


@transaction.atomic
def close_cluster(*, cluster_id: int, by: Any, reason: str) -> Cluster:
    """No more orders are planned over it; those under way go on. Raises ReasonNeeded."""
    reason = needed(reason)
    cluster = Cluster.objects.select_for_update(of=("self",)).get(pk=cluster_id)
    move(cluster, ClusterState.CLOSED, transitions=CLUSTER_TRANSITIONS, by=by, reason=reason)
    return cluster


@transaction.atomic
def reopen_cluster(*, cluster_id: int, by: Any, reason: str = "") -> Cluster:
    """Orders are planned over it again. Raises NotSelling where its lead may not sell."""
    cluster = Cluster.objects.select_for_update(of=("self",)).get(pk=cluster_id)
    _check_selling(cluster.lead)
    move(cluster, ClusterState.OPEN, transitions=CLUSTER_TRANSITIONS, by=by, reason=reason)
    return cluster


def plain_kind(kind: str) -> str:
    """The word under which a rate is kept: `" Ikat  Scarf "` and `"ikat scarf"` are one."""
    return " ".join(kind.lower().split())


def _locked_open(cluster_id: int) -> Cluster:
    cluster = Cluster.objects.select_for_update(of=("self",)).get(pk=cluster_id)
    if not cluster.is_open:
        raise MoveNotAllowed(cluster, cluster.state, ClusterState.OPEN)
    return cluster


def _check_distances(cluster: Cluster) -> None:
    for membership in cluster.memberships.current().select_related("enterprise"):
        distance = cluster.distance_to(membership.enterprise)
        if distance > cluster.radius_km:
            raise OutsideRadius(cluster, membership.enterprise, distance)


def _check_selling(enterprise: Enterprise) -> None:
    if enterprise.state != EnterpriseState.APPROVED:
        raise NotSelling(enterprise)


def _check_fee(cluster: Cluster, percent: Decimal) -> None:
    if percent > cluster.lead_fee_cap:
        raise FeeAboveCap(percent, cluster.lead_fee_cap)
