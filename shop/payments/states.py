"""The words for money on its way in and on its way back."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Method(models.TextChoices):
    CARD = "card", _("Card")
    PROMPTPAY = "promptpay", _("PromptPay QR")


class AttemptState(models.TextChoices):
    NEW = "new", _("Not yet with the provider")
    PENDING = "pending", _("Waiting for the payer")
    PAID = "paid", _("Paid")
    FAILED = "failed", _("Failed")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Given up by the buyer")


#: Money may arrive after we gave up: only PAID has no way on.
ATTEMPT_TRANSITIONS = {
    AttemptState.NEW: (
        AttemptState.PENDING,
        AttemptState.PAID,
        AttemptState.FAILED,
        AttemptState.EXPIRED,
        AttemptState.CANCELLED,
    ),
    AttemptState.PENDING: (
        AttemptState.PAID,
        AttemptState.FAILED,
        AttemptState.EXPIRED,
        AttemptState.CANCELLED,
    ),
    AttemptState.FAILED: (AttemptState.PAID,),
    AttemptState.EXPIRED: (AttemptState.PAID,),
    AttemptState.CANCELLED: (AttemptState.PAID,),
    AttemptState.PAID: (),
}

OPEN = (AttemptState.NEW, AttemptState.PENDING)


class RefundState(models.TextChoices):
    REQUESTED = "requested", _("Requested")
    SUBMITTED = "submitted", _("With the provider")
    NEEDS_CUSTOMER = "needs_customer", _("Waiting for the buyer's bank account")
    SUCCEEDED = "succeeded", _("Paid back")
    FAILED = "failed", _("Failed, the office pays it back")


REFUND_TRANSITIONS = {
    RefundState.REQUESTED: (
        RefundState.SUBMITTED,
        RefundState.NEEDS_CUSTOMER,
        RefundState.SUCCEEDED,
        RefundState.FAILED,
    ),
    RefundState.SUBMITTED: (
        RefundState.NEEDS_CUSTOMER,
        RefundState.SUCCEEDED,
        RefundState.FAILED,
    ),
    RefundState.NEEDS_CUSTOMER: (
        RefundState.SUBMITTED,
        RefundState.SUCCEEDED,
        RefundState.FAILED,
    ),
    RefundState.FAILED: (RefundState.SUCCEEDED,),
    # A bank may send back days later what the provider has called paid.
    RefundState.SUCCEEDED: (RefundState.FAILED,),
}
