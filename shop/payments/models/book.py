"""The provider's own book, as far as we have read it, and how far that is."""

from django.db import models
from django.utils import timezone

from .attempts import PaymentAttempt
from .cases import PaymentCase
from .disputes import Dispute
from .refunds import Refund


class ProviderMovement(models.Model):
    """One line of the provider's book: money (baht) that came to our account there or left it.

    It is explained by a payment, a refund or a dispute of ours, or by being the account's own
    (a payout to our bank, a fee); else by the case that the office has of it.
    """

    provider_id = models.CharField(max_length=120, unique=True)
    kind = models.CharField(max_length=16)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    fee = models.DecimalField(max_digits=12, decimal_places=2)
    at = models.DateTimeField(db_index=True)
    source_id = models.CharField(max_length=120, blank=True)
    attempt = models.ForeignKey(
        PaymentAttempt, null=True, blank=True, on_delete=models.PROTECT, related_name="movements"
    )
    refund = models.ForeignKey(
        Refund, null=True, blank=True, on_delete=models.PROTECT, related_name="movements"
    )
    dispute = models.ForeignKey(
        Dispute, null=True, blank=True, on_delete=models.PROTECT, related_name="movements"
    )
    case = models.ForeignKey(
        PaymentCase, null=True, blank=True, on_delete=models.PROTECT, related_name="movements"
    )

    class Meta:
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount} baht ({self.provider_id})"


class Reconciliation(models.Model):
    """One whole walk through the provider's book: from when to when, and what differed.

    The next walk begins where the last whole one ended; one that broke off is not written.
    """

    since = models.DateTimeField()
    until = models.DateTimeField(db_index=True)
    movements = models.PositiveIntegerField()
    differences = models.PositiveIntegerField()
    ended_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-until"]

    def __str__(self) -> str:
        return f"{self.until:%Y-%m-%d %H:%M}: {self.differences} of {self.movements} differ"
