"""Who waits for work that is full now."""

from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Count, Min, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.oscar.partner.models import StockRecord

from ..states import STILL_WAITING, WaitingState


class WaitingEntryQuerySet(models.QuerySet["WaitingEntry"]):
    def for_update(self) -> "WaitingEntryQuerySet":
        """Locked; whoever changes an entry holds its workshop first."""
        return self.select_for_update(of=("self",))

    def waiting(self) -> "WaitingEntryQuerySet":
        return self.filter(state=WaitingState.WAITING)

    def offered(self) -> "WaitingEntryQuerySet":
        return self.filter(state=WaitingState.OFFERED)

    def open(self) -> "WaitingEntryQuerySet":
        """Those that still hope for days."""
        return self.filter(state__in=STILL_WAITING)

    def in_turn(self) -> "WaitingEntryQuerySet":
        """Who came first stands first."""
        return self.order_by("joined_at", "pk")

    def in_workshops(self, ids: Iterable[int]) -> "WaitingEntryQuerySet":
        return self.filter(stockrecord__making__workshop__in=list(ids))

    def with_goods(self) -> "WaitingEntryQuerySet":
        """With all that is needed to promise it and to write to the person."""
        return self.select_related(
            "user",
            "stockrecord__product__parent",
            "stockrecord__partner__enterprise",
            "stockrecord__making__workshop",
        )

    def by_goods(self, enterprise: Any) -> Any:
        """What people wait for in one group: entries, pieces, since when; one statement."""
        return (
            self.open()
            .filter(stockrecord__partner__enterprise=enterprise)
            .order_by()
            .values("stockrecord")
            .annotate(people=Count("pk"), pieces=Sum("quantity"), since=Min("joined_at"))
            .order_by("since")
        )


class WaitingEntry(models.Model):
    """One buyer waits for `quantity` pieces that the workshop cannot promise within its horizon.

    `reference` is the holder of the days kept while an offer stands (until `offered_until`), and
    what the signed link names. `basket_id` is the basket the offer was put into;
    `checkout_reference` the checkout whose hold took the days over while it pays.
    """

    reference = models.UUIDField(default=uuid4, unique=True)
    stockrecord = models.ForeignKey(
        StockRecord, on_delete=models.CASCADE, related_name="waiting_entries"
    )
    quantity = models.PositiveIntegerField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="waiting_entries",
    )
    email = models.EmailField(max_length=254, blank=True)
    language = models.CharField(max_length=5, default="th")
    state = models.CharField(
        max_length=10, choices=WaitingState.choices, default=WaitingState.WAITING
    )
    joined_at = models.DateTimeField(default=timezone.now)
    offered_at = models.DateTimeField(null=True, blank=True)
    offered_until = models.DateTimeField(null=True, blank=True)
    promised_on = models.DateField(null=True, blank=True)
    basket_id = models.PositiveBigIntegerField(null=True, blank=True)
    checkout_reference = models.UUIDField(null=True, blank=True)

    objects = WaitingEntryQuerySet.as_manager()

    class Meta:
        ordering = ["-joined_at", "-pk"]
        verbose_name = _("waiting entry")
        verbose_name_plural = _("waiting list")
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="waiting_for_some_pieces"),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | ~Q(email=""), name="waiting_can_be_told"
            ),
            models.CheckConstraint(
                condition=~Q(state="offered") | Q(offered_until__isnull=False),
                name="waiting_offer_has_an_end",
            ),
            models.UniqueConstraint(
                fields=["stockrecord", "user"],
                condition=Q(state__in=["waiting", "offered"], user__isnull=False),
                name="waiting_once_per_person",
            ),
            models.UniqueConstraint(
                fields=["stockrecord", "email"],
                condition=Q(state__in=["waiting", "offered"], user=None),
                name="waiting_once_per_address",
            ),
        ]
        indexes = [
            models.Index(
                fields=["stockrecord", "joined_at"],
                name="waiting_in_turn",
                condition=Q(state__in=["waiting", "offered"]),
            ),
            models.Index(
                fields=["basket_id"],
                name="waiting_offer_in_basket",
                condition=Q(state="offered"),
            ),
            models.Index(
                fields=["checkout_reference"],
                name="waiting_offer_being_paid",
                condition=Q(state="offered"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.stockrecord_id} ({self.state})"

    @property
    def is_open(self) -> bool:
        return self.state in STILL_WAITING

    @property
    def is_offered(self) -> bool:
        return self.state == WaitingState.OFFERED

    @property
    def product(self) -> Any:
        """What is waited for: the product, or a size or colour of it."""
        return self.stockrecord.product
