"""Attempts to pay, what the provider told us, and money on its way back."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .states import OPEN, AttemptState, Method, RefundState


class PaymentAttemptQuerySet(models.QuerySet["PaymentAttempt"]):
    def open(self) -> "PaymentAttemptQuerySet":
        return self.filter(state__in=OPEN)

    def to_ask_about(self, now: datetime) -> "PaymentAttemptQuerySet":
        """Open attempts whose provider should be asked again."""
        return self.open().filter(ask_at__lte=now).order_by("ask_at")

    def to_close(self, now: datetime) -> "PaymentAttemptQuerySet":
        """Open attempts whose time is over; what was tried longest ago comes first."""
        return self.open().filter(expires_at__lte=now).order_by("ask_at")

    def paid_unsettled(self) -> "PaymentAttemptQuerySet":
        """Money that is neither an order nor on its way back yet."""
        return self.filter(state=AttemptState.PAID, settled_at=None)


class PaymentAttempt(models.Model):
    """One try to pay one checkout: an amount in baht, a method, and the provider's ids.

    `reference` is also the idempotency key of the provider call. Until `expires_at` the goods
    are held; then the provider is told to close it first, and only then the goods go back.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    checkout_reference = models.UUIDField(db_index=True)
    method = models.CharField(max_length=10, choices=Method.choices)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    state = models.CharField(max_length=10, choices=AttemptState.choices, default=AttemptState.NEW)
    opening = models.JSONField(
        default=dict, help_text=_("What the provider is told: e-mail, language, ways back")
    )
    session_id = models.CharField(max_length=120, blank=True)
    session_url = models.TextField(blank=True)
    intent_id = models.CharField(max_length=120, blank=True, db_index=True)
    qr_data = models.TextField(blank=True)
    pay_page_url = models.TextField(
        blank=True, help_text=_("The provider's page for paying by PromptPay")
    )
    failure = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    ask_at = models.DateTimeField(default=timezone.now)
    paid_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the money became an order or a refund")
    )

    objects = PaymentAttemptQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["session_id"], condition=~Q(session_id=""), name="attempt_session_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="attempt_amount_positive"),
        ]
        indexes = [
            models.Index(
                fields=["ask_at"],
                name="attempt_open",
                condition=Q(state__in=["new", "pending"]),
            ),
            models.Index(
                fields=["paid_at"],
                name="attempt_unsettled",
                condition=Q(state="paid", settled_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} baht by {self.method} ({self.state})"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


class WebhookEvent(models.Model):
    """One signed event of the provider, stored once by its id and handled by a sweep."""

    event_id = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=80)
    payload = models.JSONField()
    received_at = models.DateTimeField(default=timezone.now)
    handled_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    last_error = models.TextField(blank=True)

    class Meta:
        ordering = ["received_at"]
        indexes = [
            models.Index(fields=["due_at"], name="webhook_due", condition=Q(handled_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"


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
