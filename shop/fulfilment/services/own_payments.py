"""Payments that belong to one part of an order: its balance, the price of a change.

Each is paid under a reference of its own. Ten taps open one payment; one that comes twice, late,
or over another amount goes back whole, which is the settling verb's own to say.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from shop.payments import services as payments
from shop.payments.models import PaymentAttempt
from shop.payments.states import AttemptState

CLOSING_TRIES = 3
#: A payment that ends sooner is not worth showing.
STILL_USABLE = timedelta(seconds=30)
#: Money that has paid for nothing by then goes back.
STUCK_AFTER = timedelta(minutes=8)

logger = logging.getLogger(__name__)

#: (the attempt to pay with, None), or (None, an earlier one in the way).
Written = tuple[PaymentAttempt | None, PaymentAttempt | None]


def open_payment(write: Callable[[], Written], settle: Callable[[UUID], object]) -> PaymentAttempt:
    """Open what `write` has written with the provider, outside any transaction.

    Raises what `write` raises, and the gateway's ProviderDown and Refused.
    """
    for _ in range(CLOSING_TRIES):
        attempt, in_the_way = write()
        if in_the_way is None:
            assert attempt is not None
            return payments.open_with_provider(attempt)
        ended = payments.close_attempt(in_the_way, as_state=AttemptState.CANCELLED)
        settle(ended.checkout_reference)
    raise payments.ProviderDown("an earlier payment could not be closed")


def write_attempt(
    *, reference: UUID, amount: Decimal, method: str, opening: dict[str, str]
) -> Written:
    """The attempt for this amount: one that is open already serves again, where it fits.

    The caller holds the row that is paid for.
    """
    before = PaymentAttempt.objects.open().filter(checkout_reference=reference).first()
    if before is not None:
        usable = before.expires_at > timezone.now() + STILL_USABLE
        fits = before.method == method and before.amount == amount
        return (before, None) if fits and usable else (None, before)
    attempt = payments.new_attempt(
        checkout_reference=reference,
        method=method,
        amount=amount,
        expires_at=timezone.now() + timedelta(minutes=settings.PAYMENT_MINUTES),
        opening=opening,
    )
    return attempt, None


def is_being_paid(reference: UUID) -> bool:
    """Whether a payment is under way, or has come and is not settled yet."""
    attempts = PaymentAttempt.objects.filter(checkout_reference=reference)
    return attempts.open().exists() or attempts.paid_unsettled().exists()


def is_paid_unsettled(reference: UUID) -> bool:
    attempts = PaymentAttempt.objects.filter(checkout_reference=reference)
    return attempts.paid_unsettled().exists()


def give_up(reference: UUID, settle: Callable[[UUID], object]) -> None:
    """Close what is open at the provider first, then settle what was paid. Raises ProviderDown."""
    for attempt in PaymentAttempt.objects.open().filter(checkout_reference=reference):
        payments.close_attempt(attempt, as_state=AttemptState.CANCELLED)
    settle(reference)


def look_again(
    reference: UUID, settle: Callable[[UUID], object], *, only_when_due: bool = False
) -> None:
    """Ask the provider how open payments stand, and settle what is paid. Raises ProviderDown."""
    for attempt in PaymentAttempt.objects.open().filter(checkout_reference=reference):
        if not only_when_due or attempt.ask_at <= timezone.now():
            payments.refresh_attempt(attempt)
    settle(reference)


def settle_each(
    reference: UUID, settle_one: Callable[[int], None], give_back: Callable[[int], None]
) -> None:
    """Each paid and unsettled payment of a reference, in the order in which it came.

    What cannot be settled for minutes is given back: nobody's money is kept for nothing. Until
    then whatever `settle_one` raises is raised.
    """
    paid = PaymentAttempt.objects.filter(checkout_reference=reference).paid_unsettled()
    for attempt in list(paid.order_by("paid_at", "pk")):
        try:
            settle_one(attempt.pk)
        except Exception:
            if attempt.paid_at is None or attempt.paid_at > timezone.now() - STUCK_AFTER:
                raise
            logger.exception("%s could not be settled and goes back", attempt)
            give_back(attempt.pk)
