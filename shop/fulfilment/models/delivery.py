"""How parcels travel: who carries them, by which method, for how much."""

import re

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


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

    def recognises(self, number: str) -> bool:
        """Whether the number has a look of its own that this carrier's numbers have.

        A pattern that takes any letters tells nothing: a mistyped number of another carrier fits.
        """
        tells = bool(self.tracking_pattern) and not self.knows("A" * len(number))
        return tells and self.knows(number)

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
