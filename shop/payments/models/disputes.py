"""Payments that a cardholder's bank has taken back, or asks about."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.core.money import ZERO

from ..states import DISPUTE_OPEN, DisputeState
from .attempts import PaymentAttempt


class Dispute(models.Model):
    """A buyer told their bank that a card payment was not right; the provider judges it.

    `amount` is what is disputed, `taken` what the provider holds of our money because of it now,
    `fee` what it charges for it (all baht). `respond_by` is the last moment to send it proof. An
    inquiry only asks and takes nothing. Without an attempt it concerns a payment of nobody here.
    """

    provider_id = models.CharField(max_length=120, unique=True)
    attempt = models.ForeignKey(
        PaymentAttempt, null=True, blank=True, on_delete=models.PROTECT, related_name="disputes"
    )
    state = models.CharField(
        max_length=16, choices=DisputeState.choices, default=DisputeState.NEEDS_RESPONSE
    )
    inquiry = models.BooleanField(default=False)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    taken = models.DecimalField(max_digits=12, decimal_places=2, default=ZERO)
    fee = models.DecimalField(max_digits=12, decimal_places=2, default=ZERO)
    reason = models.CharField(max_length=120, blank=True)
    opened_at = models.DateTimeField()
    respond_by = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    ask_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-opened_at"]
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="dispute_amount_positive"),
        ]
        indexes = [
            models.Index(
                fields=["ask_at"],
                name="dispute_open",
                condition=Q(state__in=["needs_response", "under_review"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} baht disputed ({self.state})"

    @property
    def is_open(self) -> bool:
        return self.state in DISPUTE_OPEN
