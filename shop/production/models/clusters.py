"""One large order over the groups of a cluster: the order, its parts, and who can make what.

The rules are told in docs/algorithms/splitting-an-order.md.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from producers.models import Cluster, ClusterMembership, Enterprise
from shop.oscar.order.models import Line
from shop.oscar.partner.models import StockRecord

from ..splitting import FAIR_DAYS, RULE_VERSION, Pay
from ..states import (
    PART_GIVEN_UP,
    PART_NOT_BEGUN,
    ClusterOrderState,
    ClusterPartState,
    SampleState,
)
from .workshops import Workshop


class MemberMaking(models.Model):
    """How one member of a cluster makes one kind of piece: in which workshop, with what work.

    Need in units = `setup_units` + pieces × `units_per_piece`, rounded up to whole batches.
    `kind` is the word of the cluster's rate.
    """

    membership = models.ForeignKey(
        ClusterMembership, on_delete=models.CASCADE, related_name="makings"
    )
    kind = models.CharField(_("Kind"), max_length=60)
    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="+")
    units_per_piece = models.DecimalField(
        _("Units per piece"), max_digits=8, decimal_places=3, default=1
    )
    setup_units = models.DecimalField(_("Set-up units"), max_digits=8, decimal_places=3, default=0)

    class Meta:
        ordering = ["membership", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["membership", "kind"], name="member_making_once"),
            models.CheckConstraint(
                condition=Q(units_per_piece__gt=0, setup_units__gte=0), name="member_making_units"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.membership_id}: {self.kind} in {self.workshop_id}"


class ClusterOrderQuerySet(models.QuerySet["ClusterOrder"]):
    def alive(self) -> "ClusterOrderQuerySet":
        """Orders that are made or have been."""
        return self.exclude(state=ClusterOrderState.CANCELLED)

    def awaiting_buyer(self) -> "ClusterOrderQuerySet":
        """Orders that are quoted only: their days are kept, and nobody has paid."""
        return self.alive().filter(awaits_buyer=True)

    def under_way(self) -> "ClusterOrderQuerySet":
        """Orders that the lead has not gathered yet."""
        return self.alive().exclude(state=ClusterOrderState.GATHERED)

    def short_or_late(self, today: date) -> "ClusterOrderQuerySet":
        """What the office watches: pieces without a group, or parts not gathered in time."""
        late = Q(parts_due_on__lt=today)
        return self.under_way().filter(Q(state=ClusterOrderState.SHORT) | late)


class ClusterOrder(models.Model):
    """One order, or quote, that the groups of a cluster make together.

    `wished_on` is the last day the lead hands it to the carrier, `parts_due_on` the last day parts
    reach the lead, `starts_on` the first day that is kept for it. `awaits_buyer`: planned for a
    quote that nobody has paid yet; no village begins before. What is paid (baht) is kept as agreed:
    `rate` by the buyer and `per_piece` to whoever makes it, for each piece; `lead_fee` is the rest,
    at most `lead_fee_percent` of all.
    """

    cluster = models.ForeignKey(Cluster, on_delete=models.PROTECT, related_name="orders")
    reference = models.UUIDField(unique=True, default=uuid4)
    kind = models.CharField(_("Kind"), max_length=60)
    what = models.CharField(_("What is made"), max_length=300, blank=True)
    stockrecord = models.ForeignKey(
        StockRecord, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    line = models.OneToOneField(
        Line, null=True, blank=True, on_delete=models.PROTECT, related_name="cluster_order"
    )
    pieces = models.PositiveIntegerField(_("Pieces"))
    wished_on = models.DateField(_("To be sent by"))
    parts_due_on = models.DateField(_("Parts with the lead by"))
    starts_on = models.DateField(null=True, blank=True)
    awaits_buyer = models.BooleanField(default=False)
    rate = models.DecimalField(max_digits=10, decimal_places=2)
    per_piece = models.DecimalField(max_digits=10, decimal_places=2)
    lead_fee_percent = models.DecimalField(max_digits=4, decimal_places=2)
    lead_fee = models.DecimalField(max_digits=12, decimal_places=2)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    rule_version = models.PositiveSmallIntegerField(default=RULE_VERSION)
    sample = models.CharField(
        max_length=10, choices=SampleState.choices, default=SampleState.NOT_NEEDED
    )
    sample_picture = models.ForeignKey(
        "cms.Picture", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    sample_note = models.CharField(max_length=500, blank=True)
    state = models.CharField(
        max_length=10, choices=ClusterOrderState.choices, default=ClusterOrderState.OFFERED
    )
    planned_by = models.ForeignKey(
        "core.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    gathered_at = models.DateTimeField(null=True, blank=True)

    objects = ClusterOrderQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("cluster order")
        verbose_name_plural = _("cluster orders")
        constraints = [
            models.CheckConstraint(condition=Q(pieces__gt=0), name="cluster_order_has_pieces"),
            models.CheckConstraint(
                condition=Q(parts_due_on__lte=F("wished_on")), name="cluster_order_days"
            ),
            models.CheckConstraint(
                condition=Q(per_piece__gt=0, per_piece__lte=F("rate"), lead_fee__gte=0),
                name="cluster_order_money",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pieces} × {self.kind} ({self.state})"

    @property
    def pay(self) -> Pay:
        """The money as agreed; `pay.of(pieces)` is what a part is paid."""
        return Pay(self.pieces, self.rate, self.per_piece)

    @property
    def missing(self) -> int:
        """Pieces that no group has been offered or has accepted."""
        return self.pieces - self.parts.alive().pieces()

    @property
    def is_alive(self) -> bool:
        """It is made, or has been."""
        return self.state != ClusterOrderState.CANCELLED

    @property
    def has_begun(self) -> bool:
        """A village has begun its pieces, or has made them."""
        idle = (*PART_NOT_BEGUN, *PART_GIVEN_UP)
        return any(part.state not in idle for part in self.parts.all())

    @property
    def is_sample_settled(self) -> bool:
        """There is no sample to wait for (any more)."""
        return self.sample in (SampleState.NOT_NEEDED, SampleState.APPROVED)

    @property
    def may_begin(self) -> bool:
        """Whether groups may begin: it is paid for, and no sample has to be approved."""
        return self.is_sample_settled and not self.awaits_buyer


class ClusterPartQuerySet(models.QuerySet["ClusterPart"]):
    def to_be_paid(self) -> "ClusterPartQuerySet":
        """Parts whose pieces are promised or made, of orders that a buyer has paid for."""
        promised = self.alive().exclude(state=ClusterPartState.OFFERED)
        return promised.filter(order__awaits_buyer=False)

    def alive(self) -> "ClusterPartQuerySet":
        """Parts that are offered, being made, or made."""
        return self.exclude(state__in=PART_GIVEN_UP)

    def unanswered(self) -> "ClusterPartQuerySet":
        return self.filter(state=ClusterPartState.OFFERED)

    def overdue(self, now: datetime) -> "ClusterPartQuerySet":
        """Offers whose time to answer is over."""
        return self.unanswered().filter(answer_by__lte=now)

    def of_enterprise(self, enterprise: Enterprise) -> "ClusterPartQuerySet":
        return self.filter(enterprise=enterprise)

    def pieces(self) -> int:
        return self.aggregate(sum=Sum("pieces"))["sum"] or 0

    def had_by_enterprise(
        self, cluster: Cluster, today: date, *, without: Iterable[UUID] = ()
    ) -> dict[int, int]:
        """Enterprise id → pieces of this cluster's work of the last 90 days; one statement.

        Parts of the references `without` do not count.
        """
        since = today - timedelta(days=FAIR_DAYS)
        rows = self.alive().filter(order__cluster=cluster, offered_on__gt=since).order_by()
        rows = rows.exclude(reference__in=list(without))
        return dict(rows.values_list("enterprise").annotate(sum=Sum("pieces")))


class ClusterPart(models.Model):
    """What one group makes of a cluster's order, offered until `answer_by`.

    `pay` (baht) is what the group is paid, `units` what its workshop needs for it. `instead_of` is
    the given-up part it came from. The lead notes in `rework_pieces` and `check_note` what must be
    worked over.
    """

    order = models.ForeignKey(ClusterOrder, on_delete=models.PROTECT, related_name="parts")
    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="cluster_parts"
    )
    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="+")
    reference = models.UUIDField(unique=True, default=uuid4)
    pieces = models.PositiveIntegerField(_("Pieces"))
    units = models.PositiveIntegerField()
    pay = models.DecimalField(_("Pay (baht)"), max_digits=12, decimal_places=2)
    distance_km = models.DecimalField(max_digits=6, decimal_places=1)
    due_on = models.DateField(_("With the lead by"))
    offered_on = models.DateField()
    answer_by = models.DateTimeField(_("Answer by"))
    instead_of = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="followed_by"
    )
    state = models.CharField(
        max_length=12, choices=ClusterPartState.choices, default=ClusterPartState.OFFERED
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    handed_over_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    hand_over_note = models.CharField(_("A note to the lead"), max_length=500, blank=True)
    rework_pieces = models.PositiveIntegerField(default=0)
    check_note = models.CharField(_("What the lead found"), max_length=500, blank=True)

    objects = ClusterPartQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        verbose_name = _("part of a cluster order")
        verbose_name_plural = _("parts of cluster orders")
        constraints = [
            models.CheckConstraint(
                condition=Q(pieces__gt=0, units__gt=0), name="cluster_part_has_pieces"
            ),
            models.CheckConstraint(
                condition=Q(rework_pieces__lte=F("pieces")), name="cluster_part_rework_within"
            ),
        ]
        indexes = [
            models.Index(
                fields=["answer_by"],
                name="cluster_part_unanswered",
                condition=Q(state="offered"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.pieces} of order {self.order_id} by {self.enterprise_id} ({self.state})"

    def is_overdue(self, now: datetime) -> bool:
        return self.state == ClusterPartState.OFFERED and self.answer_by <= now


def villages_of(order: ClusterOrder) -> list[tuple[Enterprise, int, Decimal]]:
    """Who makes the order: group, pieces, pay (baht), as the buyer and every member see it.

    A group with two parts stands there once. In the order of their first part.
    """
    found: dict[int, tuple[Enterprise, int, Decimal]] = {}
    parts: Iterable[Any] = order.parts.alive().select_related("enterprise").order_by("pk")
    for part in parts:
        _, pieces, pay = found.get(part.enterprise_id, (None, 0, Decimal(0)))
        found[part.enterprise_id] = (part.enterprise, pieces + part.pieces, pay + part.pay)
    return list(found.values())
