"""What is taken of a price, and from which day: fees, VAT, and when money is released."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from catalogue.states import OtopType
from producers.models import Enterprise


class DatedQuerySet(models.QuerySet):
    def on(self, day: date) -> Any:
        """The rows that hold on this day."""
        return self.filter(valid_from__lte=day).filter(
            Q(valid_until=None) | Q(valid_until__gte=day)
        )


class Dated(models.Model):
    """Holds from one day until another; `valid_until` is the last day, or open."""

    valid_from = models.DateField(_("From"))
    valid_until = models.DateField(_("Until"), null=True, blank=True)
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    objects: Any = DatedQuerySet.as_manager()

    class Meta:
        abstract = True


ENDS_AFTER_BEGIN = Q(valid_until=None) | Q(valid_until__gte=F("valid_from"))


class FeeRule(Dated):
    """What the platform takes of a line: percent of its price and baht, within bounds.

    It holds for whom it names (all named must match); the most specific rule wins. It is never
    edited: `set_fee_rule` ends it and begins its next version.
    """

    enterprise = models.ForeignKey(
        Enterprise, null=True, blank=True, on_delete=models.PROTECT, related_name="fee_rules"
    )
    programme = models.SlugField(_("Programme"), max_length=80, blank=True)
    province_code = models.CharField(_("Province"), max_length=2, blank=True)
    product_type = models.CharField(
        _("Product type"), max_length=10, choices=OtopType.choices, blank=True
    )
    percent = models.DecimalField(_("Percent"), max_digits=5, decimal_places=2)
    fixed = models.DecimalField(_("Fixed (baht)"), max_digits=8, decimal_places=2, default=0)
    minimum = models.DecimalField(_("At least (baht)"), max_digits=8, decimal_places=2, default=0)
    most = models.DecimalField(
        _("At most (baht)"), max_digits=10, decimal_places=2, null=True, blank=True
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["-valid_from", "-pk"]
        verbose_name = _("fee rule")
        verbose_name_plural = _("fee rules")
        constraints = [
            models.CheckConstraint(condition=ENDS_AFTER_BEGIN, name="fee_rule_ends_after_begin"),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=50, fixed__gte=0, minimum__gte=0),
                name="fee_rule_sensible",
            ),
            models.CheckConstraint(
                condition=Q(most=None) | Q(most__gte=F("minimum")), name="fee_rule_bounds"
            ),
            models.UniqueConstraint(
                fields=["enterprise", "programme", "province_code", "product_type"],
                condition=Q(valid_until=None),
                name="fee_rule_one_open",
            ),
            # Where no group is named, NULLs would not be equal.
            models.UniqueConstraint(
                fields=["programme", "province_code", "product_type"],
                condition=Q(valid_until=None, enterprise=None),
                name="fee_rule_one_open_for_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.percent} % + {self.fixed} (version {self.version})"

    @property
    def scope(self) -> dict[str, Any]:
        """For whom it holds; empty values hold for all."""
        return {
            "enterprise_id": self.enterprise_id,
            "programme": self.programme,
            "province_code": self.province_code,
            "product_type": self.product_type,
        }


class PaymentFee(Dated):
    """What paying by one method costs: percent of what is paid, and baht per payment."""

    method = models.CharField(_("Method"), max_length=10)
    percent = models.DecimalField(_("Percent"), max_digits=5, decimal_places=2)
    fixed = models.DecimalField(_("Fixed (baht)"), max_digits=8, decimal_places=2, default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["method", "-valid_from"]
        verbose_name = _("payment fee")
        verbose_name_plural = _("payment fees")
        constraints = [
            models.CheckConstraint(condition=ENDS_AFTER_BEGIN, name="payment_fee_ends_after_begin"),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=20, fixed__gte=0),
                name="payment_fee_sensible",
            ),
            models.UniqueConstraint(
                fields=["method"], condition=Q(valid_until=None), name="payment_fee_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method}: {self.percent} % + {self.fixed}"


class VatRegistration(Dated):
    """A group is registered for VAT from this day: its prices contain VAT, at `percent`."""

    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="vat_registrations"
    )
    tax_id = models.CharField(_("Tax number"), max_length=13)
    percent = models.DecimalField(
        _("Percent"), max_digits=4, decimal_places=2, default=Decimal("7.00")
    )

    class Meta:
        ordering = ["enterprise", "-valid_from"]
        verbose_name = _("VAT registration")
        verbose_name_plural = _("VAT registrations")
        constraints = [
            models.CheckConstraint(condition=ENDS_AFTER_BEGIN, name="vat_ends_after_begin"),
            models.CheckConstraint(
                condition=Q(percent__gte=0, percent__lte=30), name="vat_percent_sensible"
            ),
            models.UniqueConstraint(
                fields=["enterprise"], condition=Q(valid_until=None), name="vat_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id}: VAT {self.percent} %"


class ReleasePolicy(Dated):
    """Goods of this type are exempt from withdrawal, so their money is held for fewer days.

    Only with a source that can be named, and only for buyers who were told before paying.
    """

    product_type = models.CharField(_("Product type"), max_length=10, choices=OtopType.choices)
    days = models.PositiveSmallIntegerField(_("Days held after receipt"), default=2)
    source = models.CharField(_("Source"), max_length=200)

    class Meta:
        ordering = ["product_type", "-valid_from"]
        verbose_name = _("release policy")
        verbose_name_plural = _("release policies")
        constraints = [
            models.CheckConstraint(
                condition=ENDS_AFTER_BEGIN, name="release_policy_ends_after_begin"
            ),
            models.CheckConstraint(condition=~Q(source=""), name="release_policy_has_source"),
            models.UniqueConstraint(
                fields=["product_type"],
                condition=Q(valid_until=None),
                name="release_policy_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product_type}: {self.days} days"
