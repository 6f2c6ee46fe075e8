"""Money in and money back. Payments mark what is paid; the checkout makes orders of it.

Attempts to pay, the webhook inbox, refunds, disputes, cases of the office, and the walk through
the provider's book.
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
from .cases import BankWaits, WordsNeeded, close_case, open_case
from .disputes import ask_about_disputes, hear_of_dispute, note_dispute
from .inbox import handle_due_events, store_event
from .reconciling import reconcile
from .refunds import (
    BuyerHasIt,
    NothingToRefund,
    note_refund_paid_by_hand,
    request_refund,
    submit_due_refunds,
)

__all__ = [
    "BankWaits",
    "BuyerHasIt",
    "NothingToRefund",
    "ProviderDown",
    "Refused",
    "Standing",
    "WordsNeeded",
    "ask_about_disputes",
    "ask_about_open",
    "close_attempt",
    "close_case",
    "close_overdue",
    "handle_due_events",
    "hear_of_dispute",
    "new_attempt",
    "note_dispute",
    "note_refund_paid_by_hand",
    "note_standing",
    "open_case",
    "open_with_provider",
    "reconcile",
    "refresh_attempt",
    "request_refund",
    "store_event",
    "submit_due_refunds",
]
