"""Money on its way back to a payer."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..states import RefundState
from .attempts import PaymentAttempt


class Refund(models.Model):
    """Money (baht) going back to a payer; `cause` is unique so that nothing is refunded twice."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    attempt = models.ForeignKey(PaymentAttempt, on_delete=models.PROTECT, related_name="refunds")
    cause = models.CharField(max_length=120, unique=True)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    reason = models.CharField(max_length=200, blank=True)
    state = models.CharField(
        max_length=16, choices=RefundState.choices, default=RefundState.REQUESTED
    )
    provider_id = models.CharField(max_length=120, blank=True, db_index=True)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    succeeded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at"]
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="refund_amount_positive"),
            models.UniqueConstraint(
                fields=["provider_id"], condition=~Q(provider_id=""), name="refund_provider_once"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="refund_due",
                condition=Q(state__in=["requested", "submitted", "needs_customer"]),
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} baht back ({self.state})"
