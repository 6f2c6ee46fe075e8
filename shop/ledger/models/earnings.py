"""How far a part's money is, and the row that is locked before a group's money moves."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from producers.models import Enterprise
from shop.oscar.order.models import Order

from ..states import Account, EarningState, PayoutPeriod


class GroupBook(models.Model):
    """One group in the ledger: locked before anything is taken from it; how it wants to be paid.

    `payout_minimum` is baht; `next_payout_on` the day from which it is due.
    """

    enterprise = models.OneToOneField(Enterprise, on_delete=models.PROTECT, related_name="book")
    payout_period = models.CharField(
        max_length=10, choices=PayoutPeriod.choices, default=PayoutPeriod.WEEK
    )
    payout_minimum = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    next_payout_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["enterprise"]
        verbose_name = _("group's book")
        verbose_name_plural = _("groups' books")
        constraints = [
            models.CheckConstraint(
                condition=Q(payout_minimum=None) | Q(payout_minimum__gte=0),
                name="book_minimum_not_negative",
            )
        ]

    def __str__(self) -> str:
        return f"book of {self.enterprise_id}"


class Till(models.Model):
    """Money of our own on one account: the row that is locked before some of it is taken."""

    account = models.CharField(max_length=14, choices=Account.choices, unique=True)

    class Meta:
        verbose_name = _("till")
        verbose_name_plural = _("tills")

    def __str__(self) -> str:
        return self.account


class EarningQuerySet(models.QuerySet["Earning"]):
    def without_stop(self) -> "EarningQuerySet":
        open_stops = Stop.objects.filter(earning=OuterRef("pk"), ended_at=None)
        return self.exclude(Exists(open_stops))

    def to_release(self, today: date) -> "EarningQuerySet":
        """Parts whose money is to be released on this day."""
        due = self.filter(state=EarningState.COUNTING, release_on__lte=today)
        return due.without_stop().order_by("release_on", "pk")


class Earning(models.Model):
    """What one part of an order brings its group: held until `release_on`, then to be paid.

    `held_days` counts from the day of receipt; it is the longest of the part's lines.
    """

    part_id = models.BigIntegerField(unique=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="earnings")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="earnings")
    state = models.CharField(
        max_length=10, choices=EarningState.choices, default=EarningState.WAITING
    )
    held_days = models.PositiveSmallIntegerField()
    dispatched_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    release_on = models.DateField(_("Released on"), null=True, blank=True)

    objects = EarningQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("earning")
        verbose_name_plural = _("earnings")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="counting") | Q(release_on__isnull=False),
                name="earning_counting_has_a_day",
            )
        ]
        indexes = [
            models.Index(
                fields=["release_on"], name="earning_to_release", condition=Q(state="counting")
            ),
            models.Index(fields=["enterprise", "state"], name="earning_of_group"),
        ]

    def __str__(self) -> str:
        return f"part {self.part_id} ({self.state})"

    @property
    def is_held(self) -> bool:
        return self.state in (EarningState.WAITING, EarningState.COUNTING)


class Stop(models.Model):
    """A problem or a dispute: the part's money is not released before it has ended."""

    earning = models.ForeignKey(Earning, on_delete=models.PROTECT, related_name="stops")
    cause = models.CharField(max_length=120)
    began_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: Any = models.Manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["earning", "cause"], name="stop_once_per_cause")
        ]
        indexes = [models.Index(fields=["earning"], name="stop_open", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"{self.earning_id}: {self.cause}"
