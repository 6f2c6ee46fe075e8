"""The standards a group's goods keep, and their proofs."""

from datetime import date
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..states import SHOWN_STATES, CertificateState
from .groups import Enterprise


class Scheme(models.TextChoices):
    """The standards a certificate can prove (domain: certificates)."""

    MPC = "mpc", _("Community product standard (มผช.)")
    FDA_FOOD = "fda_food", _("FDA food serial number (อย.)")
    COSMETIC = "cosmetic", _("Cosmetic notification")
    HERBAL = "herbal", _("Herbal product registration")
    TIS = "tis", _("Industrial standard (มอก.)")
    HALAL = "halal", _("Halal")
    GI = "gi", _("Geographical indication (GI)")
    ORGANIC = "organic", _("Organic Thailand")
    GAP = "gap", _("Good agricultural practice (GAP)")
    GMP = "gmp", _("Good manufacturing practice (GMP)")
    PEACOCK = "peacock", _("Royal Thai silk peacock")
    OTOP_STAR = "otop_star", _("OTOP Product Champion stars")


#: OTOP Product Champion rounds come about every two years; stars are hidden after the second
#: later round without renewal (domain: vocabulary). พ.ศ. = ค.ศ. + 543.
OTOP_ROUND_YEARS = 2
BUDDHIST_ERA = 543


def oldest_star_year(day: date) -> int:
    """The first year (พ.ศ.) whose stars are still shown on this day."""
    return day.year + BUDDHIST_ERA - 2 * OTOP_ROUND_YEARS


def shown_on(day: date, prefix: str = "") -> Q:
    """The rule of the badge: verified, not past its last day, and no outdated stars.

    `prefix` leads to the certificate from another model, as in "certificates__".
    """

    def where(**facts: Any) -> Q:
        return Q(**{f"{prefix}{name}": value for name, value in facts.items()})

    return (
        where(state__in=SHOWN_STATES)
        & (where(expires_on=None) | where(expires_on__gte=day))
        & (where(stars=None) | where(year__gte=oldest_star_year(day)))
    )


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def shown_on(self, day: date) -> "CertificateQuerySet":
        """Only these may become a badge on this day."""
        return self.filter(shown_on(day))


class Certificate(models.Model):
    """A standard's proof: issuer's number, what it covers, how long, verified by the office.

    `expires_on` is the last day it is valid; the badge goes at 00:00 Asia/Bangkok after it.
    """

    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.CASCADE, related_name="certificates"
    )
    scheme = models.CharField(_("Scheme"), max_length=12, choices=Scheme.choices)
    number = models.CharField(_("Standard or serial number"), max_length=60, blank=True)
    certificate_number = models.CharField(_("Certificate number"), max_length=60, blank=True)
    stars = models.PositiveSmallIntegerField(_("Stars"), null=True, blank=True)
    year = models.PositiveSmallIntegerField(_("Year (พ.ศ.)"), null=True, blank=True)
    issued_on = models.DateField(_("Issued on"), null=True, blank=True)
    expires_on = models.DateField(_("Valid until"), null=True, blank=True)
    file = models.FileField(_("Copy of the certificate"), upload_to="certificates/", blank=True)
    state = models.CharField(
        max_length=12, choices=CertificateState.choices, default=CertificateState.SUBMITTED
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    verified_on = models.DateField(_("Verified on"), null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = CertificateQuerySet.as_manager()

    class Meta:
        ordering = ["scheme", "number"]
        verbose_name = _("certificate")
        verbose_name_plural = _("certificates")
        constraints = [
            models.CheckConstraint(
                condition=Q(stars=None) | Q(stars__gte=1, stars__lte=5, year__isnull=False),
                name="certificate_stars_with_year",
            ),
            models.CheckConstraint(
                condition=Q(verified_by=None)
                | Q(checked_by=None)
                | ~Q(verified_by=F("checked_by")),
                name="certificate_second_person_verifies",
            ),
            models.CheckConstraint(
                condition=Q(issued_on=None)
                | Q(expires_on=None)
                | Q(expires_on__gte=F("issued_on")),
                name="certificate_ends_after_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_scheme_display()} {self.number}".strip()

    def is_shown_on(self, day: date) -> bool:
        """Whether a badge may be shown for it on this day."""
        in_time = self.expires_on is None or day <= self.expires_on
        fresh = self.stars is None or (self.year or 0) >= oldest_star_year(day)
        return self.state in SHOWN_STATES and in_time and fresh

    def snapshot(self) -> dict[str, Any]:
        """What an order line keeps of it at the time of sale."""
        return {
            "scheme": self.scheme,
            "number": self.number,
            "certificate_number": self.certificate_number,
            "stars": self.stars,
            "year": self.year,
            "expires_on": self.expires_on.isoformat() if self.expires_on else None,
            "state": self.state,
        }
