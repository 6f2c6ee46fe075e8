"""What is paid to groups: batches, one payout per group, one attempt of the bank."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from producers.models import Enterprise

from ..states import BatchState, PayoutState, TransferState
from .bank_accounts import BankAccount


def _person() -> models.ForeignKey:
    return models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )


class PayoutBatch(models.Model):
    """Payouts that go to the bank together; a second officer approves what one has computed."""

    state = models.CharField(max_length=10, choices=BatchState.choices, default=BatchState.COMPUTED)
    day = models.DateField(_("Day"))
    computed_by = _person()
    computed_at = models.DateTimeField(default=timezone.now)
    previewed_by = _person()
    approved_by = _person()
    approved_at = models.DateTimeField(null=True, blank=True)
    exported_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("payout batch")
        verbose_name_plural = _("payout batches")
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | (
                    (Q(computed_by=None) | ~Q(approved_by=F("computed_by")))
                    & (Q(previewed_by=None) | ~Q(approved_by=F("previewed_by")))
                ),
                name="batch_second_person_approves",
            )
        ]

    def __str__(self) -> str:
        return f"batch {self.pk} of {self.day} ({self.state})"


class Payout(models.Model):
    """What is paid to one group in one batch (baht): `amount`, after `netted` of its debt.

    `period_from` is the day after the last payout's end; none for the first one.
    """

    batch = models.ForeignKey(PayoutBatch, on_delete=models.PROTECT, related_name="payouts")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="payouts")
    state = models.CharField(
        max_length=10, choices=PayoutState.choices, default=PayoutState.COMPUTED
    )
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    netted = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="payouts")
    period_from = models.DateField(null=True, blank=True)
    period_until = models.DateField()

    class Meta:
        ordering = ["batch", "enterprise"]
        verbose_name = _("payout")
        verbose_name_plural = _("payouts")
        constraints = [
            models.CheckConstraint(
                condition=Q(amount__gt=0, netted__gte=0), name="payout_pays_something"
            ),
            models.UniqueConstraint(fields=["batch", "enterprise"], name="payout_once_in_batch"),
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=Q(state="computed"),
                name="payout_one_to_approve",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise_id}: {self.amount} ({self.state})"


class Transfer(models.Model):
    """One attempt of the bank to pay one payout, under our `reference` and the bank's own."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="transfers")
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(
        max_length=10, choices=TransferState.choices, default=TransferState.READY
    )
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    bank_reference = models.CharField(_("Bank's reference"), max_length=80, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("transfer")
        verbose_name_plural = _("transfers")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_pays_something"),
            models.UniqueConstraint(
                fields=["payout"],
                condition=~Q(state="returned"),
                name="transfer_one_alive",
            ),
            models.UniqueConstraint(
                fields=["bank_reference"],
                condition=~Q(bank_reference=""),
                name="transfer_bank_reference_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} ({self.state})"
