"""Neighbouring groups that share large orders."""

from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shop.core.positions import distance_km

from ..states import ClusterState, EnterpriseState
from .groups import Enterprise

#: What a lead may keep at most of a cluster order, and what any cluster may ever allow (percent).
LEAD_FEE_CAP = Decimal(10)
HIGHEST_FEE_CAP = Decimal(20)


class ClusterQuerySet(models.QuerySet["Cluster"]):
    def open(self) -> "ClusterQuerySet":
        """Clusters whose members may be given work."""
        return self.filter(state=ClusterState.OPEN)

    def of_enterprise(self, enterprise: Enterprise) -> "ClusterQuerySet":
        """Clusters this group belongs to now."""
        return self.filter(memberships__enterprise=enterprise, memberships__left_at=None)


class Cluster(models.Model):
    """Neighbouring groups that share large orders, and the one of them that leads.

    Members live within `radius_km` of the lead. The lead gathers and checks; it keeps
    `lead_fee_percent` of what the pieces cost, at most `lead_fee_cap` (the office sets the cap).
    """

    slug = models.SlugField(_("Slug"), max_length=80, unique=True)
    name_th = models.CharField(_("Name (Thai)"), max_length=160)
    name_en = models.CharField(_("Name (English)"), max_length=160, blank=True)
    about_th = models.TextField(_("About the cluster (Thai)"), blank=True)
    about_en = models.TextField(_("About the cluster (English)"), blank=True)
    lead = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="leads_clusters")
    radius_km = models.PositiveSmallIntegerField(_("Radius (km)"), default=50)
    lead_fee_percent = models.DecimalField(
        _("Lead's fee (percent)"), max_digits=4, decimal_places=2, default=Decimal(5)
    )
    lead_fee_cap = models.DecimalField(
        _("Highest fee (percent)"), max_digits=4, decimal_places=2, default=LEAD_FEE_CAP
    )
    state = models.CharField(max_length=6, choices=ClusterState.choices, default=ClusterState.OPEN)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ClusterQuerySet.as_manager()

    class Meta:
        ordering = ["name_th"]
        verbose_name = _("cluster")
        verbose_name_plural = _("clusters")
        constraints = [
            models.CheckConstraint(
                condition=Q(radius_km__gte=1, radius_km__lte=500), name="cluster_radius_sensible"
            ),
            models.CheckConstraint(
                condition=Q(lead_fee_percent__gte=0, lead_fee_percent__lte=F("lead_fee_cap")),
                name="cluster_fee_within_cap",
            ),
            models.CheckConstraint(
                condition=Q(lead_fee_cap__lte=HIGHEST_FEE_CAP), name="cluster_cap_sensible"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return (self.name_en if get_language() == "en" else "") or self.name_th

    @property
    def about(self) -> str:
        return (self.about_en if get_language() == "en" else "") or self.about_th

    @property
    def is_open(self) -> bool:
        return self.state == ClusterState.OPEN

    def distance_to(self, enterprise: Enterprise) -> Decimal:
        """From the lead to a group, in km as the crow flies."""
        return distance_km(self.lead.position, enterprise.position)


class ClusterMembershipQuerySet(models.QuerySet["ClusterMembership"]):
    def current(self) -> "ClusterMembershipQuerySet":
        """Those who have not left."""
        return self.filter(left_at=None)

    def at_work(self) -> "ClusterMembershipQuerySet":
        """Those who may be given work: here still, and their group may sell."""
        return self.current().filter(enterprise__state=EnterpriseState.APPROVED)


class ClusterMembership(models.Model):
    """One group in one cluster; `most_pieces` is the most it takes of one order, if it says so."""

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="memberships")
    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.CASCADE, related_name="cluster_memberships"
    )
    most_pieces = models.PositiveIntegerField(_("Most pieces of one order"), null=True, blank=True)
    joined_at = models.DateTimeField(default=timezone.now)
    left_at = models.DateTimeField(null=True, blank=True)

    objects = ClusterMembershipQuerySet.as_manager()

    class Meta:
        ordering = ["cluster", "pk"]
        verbose_name = _("cluster membership")
        verbose_name_plural = _("cluster memberships")
        constraints = [
            models.UniqueConstraint(
                fields=["cluster", "enterprise"],
                condition=Q(left_at=None),
                name="cluster_membership_once",
            ),
            models.CheckConstraint(
                condition=Q(most_pieces=None) | Q(most_pieces__gte=1),
                name="cluster_most_pieces_positive",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} · {self.cluster}"


class ClusterRate(models.Model):
    """What one piece of a kind costs in this cluster, whoever makes it (baht).

    `kind` is an OTOP type ("textile") or the groups' own word for a craft.
    """

    cluster = models.ForeignKey(Cluster, on_delete=models.CASCADE, related_name="rates")
    kind = models.CharField(_("Kind"), max_length=60)
    per_piece = models.DecimalField(_("Baht per piece"), max_digits=10, decimal_places=2)

    class Meta:
        ordering = ["cluster", "kind"]
        verbose_name = _("cluster rate")
        verbose_name_plural = _("cluster rates")
        constraints = [
            models.UniqueConstraint(fields=["cluster", "kind"], name="cluster_rate_once"),
            models.CheckConstraint(condition=Q(per_piece__gt=0), name="cluster_rate_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.cluster}: {self.kind} {self.per_piece}"
