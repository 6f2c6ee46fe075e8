"""What a group can make and when: workshops, their days, and the work that fills them.

Capacity and allocations are whole units of the workshop (pieces, hours or batches), so that
sums are exact on every database. The rules are told in docs/algorithms/promise-date.md.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Exists, F, Max, OuterRef, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalogue.states import ProductState
from producers.models import Enterprise
from producers.states import EnterpriseState
from shop.oscar.order.models import Line
from shop.oscar.partner.models import StockRecord
from shop.oscar.partner.states import Sells

from ..states import (
    UNMADE,
    JobState,
    Ladder,
    Makes,
    PaymentPlan,
    ProofPolicy,
    Unit,
)

#: Days ahead for which a workshop promises, unless it says otherwise.
HORIZON_DAYS = 120
#: Days kept in hand before the promise while a group has no record yet.
BUFFER_OF_NEW_GROUPS = 2


class WorkshopQuerySet(models.QuerySet["Workshop"]):
    def for_update(self) -> "WorkshopQuerySet":
        """Locked in pk order; whoever changes a workshop's slots or jobs holds its row first."""
        return self.select_for_update(of=("self",)).order_by("pk")

    def selling(self) -> "WorkshopQuerySet":
        """Those that take work for something that is on sale made to order now."""
        sold = MadeToOrderTerms.objects.filter(
            workshop=OuterRef("pk"),
            stockrecord__sells=Sells.MADE_TO_ORDER,
            stockrecord__product__state=ProductState.PUBLISHED,
        )
        return self.filter(Exists(sold), is_open=True, enterprise__state=EnterpriseState.APPROVED)

    def not_heard_since(self, day: date) -> "WorkshopQuerySet":
        """Those whose group last told us something before this day, the longest silent first."""
        return self.filter(heard_on__lt=day).order_by("heard_on", "pk")


class Workshop(models.Model):
    """Hands or looms of one group that share one capacity.

    `per_day` units can be made on each of the `works_on` days (ISO weekdays); work is taken in
    whole `smallest_batch`es (units); nothing is promised beyond `horizon_days`. `buffer_days`
    (0–5 working days) follow from the group's record of lateness. `heard_on` is the day the
    group last told us anything about its capacity; silence fades what is promised. With `sums_due`
    its products' `sendable_on` has to be reckoned again.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="workshops")
    name_th = models.CharField(_("Name (Thai)"), max_length=80)
    name_en = models.CharField(_("Name (English)"), max_length=80, blank=True)
    unit = models.CharField(_("Counted in"), max_length=6, choices=Unit.choices, default=Unit.PIECE)
    per_day = models.PositiveIntegerField(_("A day's capacity"), default=1)
    works_on = models.JSONField(_("Working days (1 = Monday)"), default=list)
    keeps_holidays = models.BooleanField(_("Closed on public holidays"), default=True)
    smallest_batch = models.PositiveIntegerField(_("Smallest batch"), default=1)
    horizon_days = models.PositiveSmallIntegerField(_("Days ahead"), default=HORIZON_DAYS)
    buffer_days = models.PositiveSmallIntegerField(default=BUFFER_OF_NEW_GROUPS)
    heard_on = models.DateField(default=timezone.localdate)
    is_open = models.BooleanField(_("Takes work"), default=True)
    sums_due = models.BooleanField(default=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)

    objects = WorkshopQuerySet.as_manager()

    class Meta:
        ordering = ["enterprise", "pk"]
        verbose_name = _("workshop")
        verbose_name_plural = _("workshops")
        constraints = [
            models.CheckConstraint(
                condition=Q(smallest_batch__gte=1), name="workshop_batch_positive"
            ),
            models.CheckConstraint(
                condition=Q(buffer_days__lte=5), name="workshop_buffer_within_five_days"
            ),
            models.CheckConstraint(
                condition=Q(horizon_days__gte=1, horizon_days__lte=400),
                name="workshop_horizon_sensible",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], name="workshop_sums_due", condition=Q(sums_due=True))
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return (self.name_en if get_language() == "en" else "") or self.name_th


class PublicHoliday(models.Model):
    """A day on which Thailand rests (data/holidays.toml; the office may change it).

    `is_checked` is false for days that the list reckons (by the moon, or in place of another)
    until the office has compared them with the cabinet's announcement.
    """

    day = models.DateField(_("Day"), unique=True)
    name_th = models.CharField(_("Name (Thai)"), max_length=120)
    name_en = models.CharField(_("Name (English)"), max_length=120, blank=True)
    is_checked = models.BooleanField(_("Checked against the announcement"), default=True)

    class Meta:
        ordering = ["day"]
        verbose_name = _("public holiday")
        verbose_name_plural = _("public holidays")

    def __str__(self) -> str:
        return f"{self.day} {self.name_th}"

    @property
    def name(self) -> str:
        return (self.name_en if get_language() == "en" else "") or self.name_th


class WorkshopException(models.Model):
    """From one day to another a workshop makes `percent` of its usual: 0 closed, 30 harvest.

    Parts of a unit add up over its days: one loom at 30 % makes three pieces in ten days.
    """

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="exceptions")
    first_day = models.DateField(_("First day"))
    last_day = models.DateField(_("Last day"))
    percent = models.PositiveSmallIntegerField(_("Percent of the usual"), default=0)
    reason = models.CharField(_("Reason"), max_length=200, blank=True)
    check_in = models.OneToOneField(
        "CheckIn", null=True, blank=True, on_delete=models.CASCADE, related_name="exception"
    )

    class Meta:
        ordering = ["first_day", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day__gte=F("first_day")), name="exception_days_in_order"
            ),
            models.CheckConstraint(
                condition=Q(percent__lte=300), name="exception_percent_sensible"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workshop} {self.first_day}–{self.last_day}: {self.percent} %"


class ProductionSlot(models.Model):
    """One workshop on one day: what can be made, and what is allocated of it (units)."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="slots")
    day = models.DateField()
    capacity = models.PositiveIntegerField()
    allocated = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["workshop", "day"]
        constraints = [
            models.UniqueConstraint(fields=["workshop", "day"], name="slot_once_per_day"),
            models.CheckConstraint(
                condition=Q(allocated__lte=F("capacity")), name="slot_never_over_capacity"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.workshop_id} {self.day}: {self.allocated}/{self.capacity}"

    @property
    def free(self) -> int:
        return max(self.capacity - self.allocated, 0)


class HowItIsMade(models.Model):
    """The made-to-order terms of one stock record, or of a profile to use again.

    Need in units = `setup_units` + quantity × `units_per_piece` + what the answers add, rounded
    up to whole batches. An order after `cut_off_hour` (Asia/Bangkok) counts as the next day's.
    """

    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="+")
    units_per_piece = models.DecimalField(
        _("Units per piece"), max_digits=8, decimal_places=3, default=1
    )
    setup_units = models.DecimalField(_("Set-up units"), max_digits=8, decimal_places=3, default=0)
    packing_days = models.PositiveSmallIntegerField(_("Days for packing"), default=1)
    cut_off_hour = models.PositiveSmallIntegerField(_("Cut-off hour"), default=24)
    makes = models.CharField(max_length=12, choices=Makes.choices, default=Makes.ALWAYS)
    proof = models.CharField(
        _("Proof"), max_length=8, choices=ProofPolicy.choices, default=ProofPolicy.NONE
    )
    payment_plan = models.CharField(
        _("Payment"), max_length=8, choices=PaymentPlan.choices, default=PaymentPlan.FULL
    )
    ladder = models.CharField(
        _("Cancelling"), max_length=8, choices=Ladder.choices, default=Ladder.GENTLE
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(units_per_piece__gt=0, setup_units__gte=0), name="%(class)s_units"
            ),
            models.CheckConstraint(
                condition=Q(cut_off_hour__lte=24, packing_days__lte=30), name="%(class)s_times"
            ),
        ]


#: What a profile hands on to the terms that follow it.
TERMS_FIELDS = (
    "workshop_id", "units_per_piece", "setup_units", "packing_days", "cut_off_hour", "makes",
    "proof", "payment_plan", "ladder",
)  # fmt: skip


class ProcessingProfile(HowItIsMade):
    """Terms under a name, which a group uses for several products."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="profiles")
    name = models.CharField(_("Name"), max_length=80)

    class Meta(HowItIsMade.Meta):
        ordering = ["enterprise", "name"]
        constraints = [
            *HowItIsMade.Meta.constraints,
            models.UniqueConstraint(fields=["enterprise", "name"], name="profile_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class MadeToOrderTermsQuerySet(models.QuerySet["MadeToOrderTerms"]):
    def for_products(self, product_ids: Iterable[int]) -> "MadeToOrderTermsQuerySet":
        """Terms of what is sold of these products or of their sizes, with what a card needs."""
        ids = list(product_ids)
        sold = Q(stockrecord__product__in=ids) | Q(stockrecord__product__parent__in=ids)
        return self.filter(
            sold, stockrecord__sells=Sells.MADE_TO_ORDER, stockrecord__price__isnull=False
        ).annotate(
            product_id=F("stockrecord__product_id"),
            parent_id=F("stockrecord__product__parent_id"),
            least=F("stockrecord__min_quantity"),
        )


class MadeToOrderTerms(HowItIsMade):
    """How one stock record is made to order; follows its profile, where it has one.

    `planned`: the villages that make it have kept their days already, so that its day is theirs and
    none of the workshop's own is needed.
    """

    stockrecord = models.OneToOneField(StockRecord, on_delete=models.CASCADE, related_name="making")
    profile = models.ForeignKey(
        ProcessingProfile, null=True, blank=True, on_delete=models.SET_NULL, related_name="terms"
    )
    planned = models.ForeignKey(
        "ClusterOrder", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = MadeToOrderTermsQuerySet.as_manager()

    class Meta(HowItIsMade.Meta):
        verbose_name = _("made-to-order terms")
        verbose_name_plural = _("made-to-order terms")

    def __str__(self) -> str:
        return f"{self.stockrecord_id} in {self.workshop_id}"


class JobQuerySet(models.QuerySet["Job"]):
    def of(self, reference: Any) -> "JobQuerySet":
        return self.filter(reference=reference)

    def unmade(self) -> "JobQuerySet":
        """Work that still needs its days."""
        return self.filter(state__in=UNMADE)

    def late(self) -> "JobQuerySet":
        """Work that is planned after its due day, or has no day; the earliest due first."""
        planned = self.unmade().annotate(planned_until=Max("allocations__slot__day"))
        late = Q(unplanned_units__gt=0) | Q(planned_until__gt=F("due_on"))
        return planned.filter(late).order_by("due_on", "pk")

    def at_risk(self) -> "JobQuerySet":
        """Sold work whose plan can no longer keep its promise."""
        return self.late().exclude(state=JobState.HELD)


class Job(models.Model):
    """One line's work in one workshop: held while paying, then made.

    `reference` is the checkout's (or another holder's), `key` tells its lines apart. The work
    may begin on `starts_on` and must be finished on `due_on`, the last day that leaves the
    packing days before `promised_on`. `planned_until` is the last day it is planned for; None
    while some of it has no day (`unplanned_units`).
    """

    reference = models.UUIDField(db_index=True)
    key = models.CharField(max_length=60)
    workshop = models.ForeignKey(Workshop, on_delete=models.PROTECT, related_name="jobs")
    stockrecord = models.ForeignKey(
        StockRecord, null=True, on_delete=models.PROTECT, related_name="jobs"
    )
    line = models.OneToOneField(
        Line, null=True, blank=True, on_delete=models.PROTECT, related_name="job"
    )
    quantity = models.PositiveIntegerField()
    units = models.PositiveIntegerField()
    unplanned_units = models.PositiveIntegerField(default=0)
    starts_on = models.DateField()
    due_on = models.DateField()
    promised_on = models.DateField()
    proof = models.CharField(max_length=8, choices=ProofPolicy.choices, default=ProofPolicy.NONE)
    state = models.CharField(max_length=14, choices=JobState.choices, default=JobState.HELD)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    packed_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["reference", "key"], name="job_once_per_line"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, units__gt=0, unplanned_units__lte=F("units")),
                name="job_units_positive",
            ),
        ]
        indexes = [
            models.Index(
                fields=["workshop", "due_on"],
                name="job_unmade",
                condition=Q(state__in=["held", "waiting", "queued", "in_production"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.stockrecord_id} ({self.state})"

    def is_at_risk(self, planned_until: date | None) -> bool:
        """Whether its plan can no longer keep the promise (`planned_until`: its last day)."""
        return bool(self.unplanned_units) or (
            planned_until is not None and planned_until > self.due_on
        )


class SlotAllocation(models.Model):
    """The part of a slot (units) that one job holds or has taken."""

    slot = models.ForeignKey(ProductionSlot, on_delete=models.PROTECT, related_name="allocations")
    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="allocations")
    units = models.PositiveIntegerField()

    class Meta:
        ordering = ["job", "slot"]
        constraints = [
            models.UniqueConstraint(fields=["slot", "job"], name="allocation_once_per_slot"),
            models.CheckConstraint(condition=Q(units__gt=0), name="allocation_units_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.units} of slot {self.slot_id} for job {self.job_id}"


class HandOver(models.Model):
    """When one parcel was promised and when it was handed over: a group's record of lateness."""

    enterprise = models.ForeignKey(Enterprise, on_delete=models.CASCADE, related_name="hand_overs")
    fulfilment_id = models.PositiveBigIntegerField(unique=True)
    promised_on = models.DateField()
    handed_over_on = models.DateField()

    class Meta:
        ordering = ["-handed_over_on", "-pk"]
        indexes = [
            models.Index(fields=["enterprise", "-handed_over_on"], name="hand_over_of_group")
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id}: {self.promised_on} → {self.handed_over_on}"

    @property
    def days_late(self) -> int:
        """Calendar days after the promise; 0 when in time."""
        return max((self.handed_over_on - self.promised_on).days, 0)
