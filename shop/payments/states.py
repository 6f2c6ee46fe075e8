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


class DisputeState(models.TextChoices):
    NEEDS_RESPONSE = "needs_response", _("The bank waits for our answer")
    UNDER_REVIEW = "under_review", _("The bank decides")
    WON = "won", _("Won, the money is ours")
    LOST = "lost", _("Lost, the buyer has the money")


#: As the provider tells it, whatever we have missed in between; an inquiry may begin anew.
DISPUTE_TRANSITIONS = {
    DisputeState.NEEDS_RESPONSE: (
        DisputeState.UNDER_REVIEW,
        DisputeState.WON,
        DisputeState.LOST,
    ),
    DisputeState.UNDER_REVIEW: (
        DisputeState.NEEDS_RESPONSE,
        DisputeState.WON,
        DisputeState.LOST,
    ),
    # A let-go inquiry can come back as a dispute, and a bank may correct itself.
    DisputeState.WON: (DisputeState.NEEDS_RESPONSE, DisputeState.LOST),
    DisputeState.LOST: (DisputeState.WON,),
}

DISPUTE_OPEN = (DisputeState.NEEDS_RESPONSE, DisputeState.UNDER_REVIEW)


class CaseKind(models.TextChoices):
    DISPUTE = "dispute", _("A card payment is disputed")
    UNEXPLAINED = "unexplained", _("Money at the provider that nobody here knows")
    ANOTHER_AMOUNT = "another_amount", _("Another amount than asked was paid")
    BY_HAND = "by_hand", _("Paid back at the provider, not by the shop")
    MISSING = "missing", _("Paid here, but not in the provider's book")


class CaseState(models.TextChoices):
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


CASE_TRANSITIONS = {
    CaseState.OPEN: (CaseState.CLOSED,),
    CaseState.CLOSED: (CaseState.OPEN,),
}
