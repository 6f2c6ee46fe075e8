"""One group's part of one order, its parcels, and how parcels travel."""

import re
from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from producers.models import Enterprise
from shop.oscar.order.models import Line, Order
from shop.outbox.services import Contact

from .states import WITH_GROUP, FulfilmentState


class Named(models.Model):
    """Something with a Thai and an English name."""

    name_th = models.CharField(_("Name (Thai)"), max_length=120)
    name_en = models.CharField(_("Name (English)"), max_length=120, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return (self.name_en if get_language() == "en" else "") or self.name_th


class Carrier(Named):
    """Who carries parcels. A pattern only warns about a mistyped tracking number."""

    slug = models.SlugField(max_length=40, unique=True)
    tracking_pattern = models.CharField(max_length=120, blank=True)
    tracking_hint_th = models.CharField(max_length=160, blank=True)
    tracking_hint_en = models.CharField(max_length=160, blank=True)
    tracking_url = models.CharField(max_length=200, blank=True)
    chilled = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("carrier")
        verbose_name_plural = _("carriers")

    @property
    def tracking_hint(self) -> str:
        english = get_language() == "en"
        return (self.tracking_hint_en if english else "") or self.tracking_hint_th

    def knows(self, number: str) -> bool:
        """Whether the number looks like one of this carrier's."""
        return not self.tracking_pattern or bool(re.fullmatch(self.tracking_pattern, number))

    def follow_url(self, number: str) -> str:
        return self.tracking_url.replace("{number}", number) if self.tracking_url else ""


class DeliveryMethod(Named):
    """A way of sending that a buyer can choose, with its carrier."""

    slug = models.SlugField(max_length=40, unique=True)
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="methods")
    chilled = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]


class Zone(models.TextChoices):
    SAME_PROVINCE = "same_province", _("Same province")
    SAME_REGION = "same_region", _("Same region")
    ELSEWHERE = "elsewhere", _("Elsewhere")
    REMOTE = "remote", _("Remote area")


class DeliveryRate(models.Model):
    """What one parcel costs (baht) up to a weight, into a zone, from a day on.

    `fastest_days` and `slowest_days` are calendar days from handing over to the door.
    """

    method = models.ForeignKey(DeliveryMethod, on_delete=models.CASCADE, related_name="rates")
    zone = models.CharField(max_length=14, choices=Zone.choices)
    max_weight_g = models.PositiveIntegerField()
    price = models.DecimalField(max_digits=10, decimal_places=2)
    fastest_days = models.PositiveSmallIntegerField()
    slowest_days = models.PositiveSmallIntegerField()
    effective_from = models.DateField()

    class Meta:
        ordering = ["method", "zone", "max_weight_g", "-effective_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["method", "zone", "max_weight_g", "effective_from"], name="rate_once"
            ),
            models.CheckConstraint(
                condition=Q(slowest_days__gte=models.F("fastest_days")), name="rate_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method.slug} {self.zone} ≤ {self.max_weight_g} g: {self.price}"


class RemotePlace(models.Model):
    """A province (2 digits) or amphoe (4 digits) with remote rates, where no cold van goes."""

    area_code = models.CharField(max_length=4, unique=True)

    def __str__(self) -> str:
        return self.area_code


class FulfilmentQuerySet(models.QuerySet["Fulfilment"]):
    def for_update(self) -> "FulfilmentQuerySet":
        return self.select_for_update(of=("self",))

    def of_member(self, user: Any) -> "FulfilmentQuerySet":
        """Only the parts of groups this person belongs to now."""
        return self.filter(
            enterprise__memberships__user=user, enterprise__memberships__left_at=None
        )

    def with_group(self) -> "FulfilmentQuerySet":
        return self.filter(state__in=WITH_GROUP)

    def with_all(self) -> "FulfilmentQuerySet":
        return self.select_related(
            "order__shipping_address", "enterprise", "carrier"
        ).prefetch_related("lines__line", "parcels__carrier")


class Fulfilment(models.Model):
    """One group's part of one order, made and sent together.

    `goods` and `charge` are baht as paid; `promised_on` is the last day we promise to hand the
    parcel to the carrier; `answer_by` is when an unanswered part is declined by itself.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="fulfilments")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="fulfilments")
    state = models.CharField(
        max_length=12, choices=FulfilmentState.choices, default=FulfilmentState.PLACED
    )
    made_to_order = models.BooleanField(default=False)
    goods = models.DecimalField(max_digits=12, decimal_places=2)
    charge = models.DecimalField(max_digits=10, decimal_places=2)
    method_slug = models.CharField(max_length=40)
    method_name_th = models.CharField(max_length=120)
    method_name_en = models.CharField(max_length=120, blank=True)
    carrier = models.ForeignKey(Carrier, null=True, on_delete=models.PROTECT, related_name="+")
    fastest_days = models.PositiveSmallIntegerField(default=1)
    slowest_days = models.PositiveSmallIntegerField(default=3)
    promised_on = models.DateField()
    placed_at = models.DateTimeField(default=timezone.now)
    answer_by = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    packed_at = models.DateTimeField(null=True, blank=True)
    dispatched_at = models.DateTimeField(null=True, blank=True)
    received_by_itself_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.TextField(blank=True)
    objected_at = models.DateTimeField(null=True, blank=True)
    objection = models.TextField(blank=True)

    objects = FulfilmentQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "enterprise"], name="fulfilment_once_per_group"
            ),
            models.CheckConstraint(
                condition=Q(goods__gte=0, charge__gte=0), name="fulfilment_money_not_negative"
            ),
        ]
        indexes = [
            models.Index(
                fields=["answer_by"],
                name="fulfilment_unanswered",
                condition=Q(state="placed"),
            ),
            models.Index(
                fields=["received_by_itself_at"],
                name="fulfilment_on_its_way",
                condition=Q(state="dispatched"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order.number} · {self.enterprise}"

    @property
    def total(self) -> Any:
        """Goods and delivery of this part in baht."""
        return self.goods + self.charge

    @property
    def method_name(self) -> str:
        return (self.method_name_en if get_language() == "en" else "") or self.method_name_th

    @property
    def buyer_contact(self) -> Contact:
        order = self.order
        return Contact(order.contact_email, order.contact_phone, order.language)

    def delivery_window(self) -> tuple[date, date]:
        """The days between which the parcel should be at the door, as told before paying."""
        sent_on = timezone.localdate(self.dispatched_at) if self.dispatched_at else None
        start = sent_on or self.promised_on
        return (
            start + timedelta(days=self.fastest_days),
            start + timedelta(days=self.slowest_days),
        )


class FulfilmentLine(models.Model):
    """One order line in the part it belongs to."""

    fulfilment = models.ForeignKey(Fulfilment, on_delete=models.CASCADE, related_name="lines")
    line = models.OneToOneField(Line, on_delete=models.PROTECT, related_name="fulfilment_line")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.line)


class Parcel(models.Model):
    """One box with one tracking number."""

    fulfilment = models.ForeignKey(Fulfilment, on_delete=models.CASCADE, related_name="parcels")
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="parcels")
    tracking_number = models.CharField(max_length=40, blank=True)
    dispatched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.tracking_number or str(self.pk)

    @property
    def follow_url(self) -> str:
        return self.carrier.follow_url(self.tracking_number) if self.tracking_number else ""
