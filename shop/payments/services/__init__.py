"""Money in and money back. Payments mark what is paid; the checkout makes orders of it.

Attempts to pay, the webhook inbox, and refunds.
"""

from ..provider import ProviderDown, Refused, Standing
from .attempts import (
    ask_about_open,
    close_attempt,
    close_overdue,
    new_attempt,
    note_standing,
    open_with_provider,
    refresh_attempt,
)
from .inbox import handle_due_events, store_event
from .refunds import (
    NothingToRefund,
    note_refund_paid_by_hand,
    request_refund,
    submit_due_refunds,
)

__all__ = [
    "NothingToRefund",
    "ProviderDown",
    "Refused",
    "Standing",
    "ask_about_open",
    "close_attempt",
    "close_overdue",
    "handle_due_events",
    "new_attempt",
    "note_refund_paid_by_hand",
    "note_standing",
    "open_with_provider",
    "refresh_attempt",
    "request_refund",
    "store_event",
    "submit_due_refunds",
]
