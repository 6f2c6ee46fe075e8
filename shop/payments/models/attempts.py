"""Attempts to pay: one try to pay one checkout."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..states import OPEN, AttemptState, Method


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
    fee = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("What the provider kept of it (baht); empty until its book was read"),
    )
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
            models.CheckConstraint(
                condition=Q(fee=None) | Q(fee__gte=0), name="attempt_fee_not_negative"
            ),
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
