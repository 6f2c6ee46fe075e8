"""What the shop asks of whoever takes the money, in the shop's own words. Amounts are baht.

Which provider there is, is said by the setting PAYMENT_PROVIDER alone: `provider()` gives it.
Every provider passes the tests of `tests/payments/contract.py`. None of these calls is ever made
inside a transaction.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from shop.core.money import ZERO

from .models import PaymentAttempt, Refund


class ProviderDown(Exception):
    """The provider did not answer, or not sensibly; nothing is known, ask again later."""


class Refused(Exception):
    """The provider understood and said no; `code` is its word for it."""

    def __init__(self, code: str, message: str):
        super().__init__(f"{code}: {message}")
        self.code = code


class Unknown(Refused):
    """The provider has never heard of it: nobody can have paid it."""


class ForgedEvent(Exception):
    """The signature does not fit, or is older than 300 s."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the provider says of one attempt. `state`: "open", "paid", "failed" or "closed"."""

    state: str
    amount: Decimal | None = None
    session_id: str = ""
    session_url: str = ""
    intent_id: str = ""
    qr_data: str = ""
    pay_page_url: str = ""
    failure: str = ""


@dataclass(frozen=True, slots=True)
class RefundStanding:
    """What the provider says of one refund.

    `state`: "pending", "needs_customer" (it waits for the buyer's bank account), "succeeded" or
    "failed"; `failure` is the provider's word for why.
    """

    provider_id: str
    state: str
    failure: str = ""


@dataclass(frozen=True, slots=True)
class DisputeStanding:
    """What the provider says of a payment that a buyer's bank disputes.

    `state`: "needs_response", "under_review", "won" or "lost". `taken` is what it holds of our
    money now (baht, without the fee); an inquiry only asks and takes nothing.
    """

    provider_id: str
    state: str
    amount: Decimal
    taken: Decimal
    fee: Decimal
    reason: str
    inquiry: bool
    opened_at: datetime
    respond_by: datetime | None
    intent_id: str


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of the provider's own book: money (baht) that came to our account there or left it.

    `kind`: "payment", "refund", "refund_back", "dispute", "dispute_back", "transfer", "payout",
    "fee" or "other". `source_id` is the provider's id of what moved it; `intent_id` the payment it
    belongs to and `reference` our own word for it, where it has one.
    """

    provider_id: str
    kind: str
    amount: Decimal
    fee: Decimal
    at: datetime
    source_id: str = ""
    intent_id: str = ""
    reference: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class Concern:
    """What an event is about: a "payment", "refund" or "dispute", or nothing that concerns us.

    `provider_id` names it, `reference` is what we had told the provider to keep with it, and
    `moved` is how much money the event says has moved.
    """

    kind: str = ""
    provider_id: str = ""
    intent_id: str = ""
    reference: str = ""
    moved: Decimal = ZERO


class PaymentProvider(Protocol):
    """Takes payments, gives refunds, and tells of both. All of it is safe to repeat.

    Every call may raise ProviderDown; those that name something may raise Refused, and Unknown
    where the provider has never heard of it.
    """

    def open_payment(self, attempt: PaymentAttempt) -> Standing:
        """Tell what is to be paid; the attempt's reference makes it once."""

    def ask(self, attempt: PaymentAttempt) -> Standing:
        """How the attempt stands now."""

    def close(self, attempt: PaymentAttempt) -> Standing:
        """Make sure that it can no longer be paid, and say how it ended: "closed" or "paid"."""

    def send_refund(self, refund: Refund) -> RefundStanding:
        """Ask for money to go back; the refund's reference makes it once."""

    def ask_refund(self, provider_id: str) -> RefundStanding:
        """How a refund stands now."""

    def ask_dispute(self, provider_id: str) -> DisputeStanding:
        """How a dispute stands now."""

    def read_event(self, body: bytes, signature: str) -> dict[str, Any]:
        """The signed event as plain values with `id` and `type`. Raises ForgedEvent."""

    def concern_of(self, event: dict[str, Any]) -> Concern:
        """What a stored event is about."""

    def movements(self, since: datetime) -> Iterator[Movement]:
        """All that moved at or after a moment, the newest first; asked for page by page."""


def provider() -> PaymentProvider:
    """The provider that is set."""
    return _made(settings.PAYMENT_PROVIDER)


@cache
def _made(path: str) -> PaymentProvider:
    made: PaymentProvider = import_string(path)()
    return made
