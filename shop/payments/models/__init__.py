"""Attempts to pay, refunds, disputes, what the provider told us, and what is in doubt."""

from .attempts import PaymentAttempt, PaymentAttemptQuerySet
from .book import ProviderMovement, Reconciliation
from .cases import PaymentCase
from .disputes import Dispute
from .inbox import WebhookEvent
from .refunds import Refund

__all__ = [
    "Dispute",
    "PaymentAttempt",
    "PaymentAttemptQuerySet",
    "PaymentCase",
    "ProviderMovement",
    "Reconciliation",
    "Refund",
    "WebhookEvent",
]
