"""Attempts to pay: written first, told to the provider, asked about, closed.

No function here calls the provider inside a transaction: a row is written first, the call is
made with the row's own key, and what came back is written in a second, short transaction.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from shop.core.states import move

from ..models import PaymentAttempt
from ..provider import ProviderDown, Refused, Standing, provider
from ..states import ATTEMPT_TRANSITIONS, AttemptState, Method
from .cases import another_amount

ASK_EVERY = timedelta(seconds=15)

logger = logging.getLogger(__name__)


def new_attempt(
    *,
    checkout_reference: UUID,
    method: str,
    amount: Decimal,
    expires_at: datetime,
    opening: dict[str, str],
) -> PaymentAttempt:
    """A try to pay, written before the provider hears of it (in the caller's transaction).

    `opening`: email, language, success_url and cancel_url, as the provider will be told.
    """
    return PaymentAttempt.objects.create(
        checkout_reference=checkout_reference,
        method=Method(method),
        amount=amount,
        expires_at=expires_at,
        opening=opening,
        ask_at=timezone.now() + ASK_EVERY,
    )


def open_with_provider(attempt: PaymentAttempt) -> PaymentAttempt:
    """Tell the provider of the attempt, once; repeating finds the same payment.

    Raises ProviderDown (the attempt stays new and is closed by the sweep) and Refused. Told by
    several at once (a double submit), the provider answers one; the others take its answer.
    """
    if attempt.state != AttemptState.NEW:
        return attempt
    try:
        standing = provider().open_payment(attempt)
    except ProviderDown:
        now = PaymentAttempt.objects.get(pk=attempt.pk)
        if now.state == AttemptState.NEW:
            raise
        return now
    except Refused as refusal:
        _note_refused(attempt.pk, refusal)
        raise
    return note_standing(attempt.pk, standing)


def refresh_attempt(attempt: PaymentAttempt) -> PaymentAttempt:
    """Ask the provider how an open attempt stands. Raises ProviderDown."""
    if not attempt.is_open or not (attempt.session_id or attempt.intent_id):
        return attempt
    return note_standing(attempt.pk, provider().ask(attempt))


def close_attempt(attempt: PaymentAttempt, *, as_state: str) -> PaymentAttempt:
    """End an open attempt at the provider *first*; afterwards it is paid, or `as_state`.

    An attempt the provider may never have heard of is opened again under its own key, so that
    there is something to close. Raises ProviderDown: then nothing is known and it stays open.
    """
    if not attempt.is_open:
        return attempt
    if attempt.state == AttemptState.NEW:
        try:
            attempt = open_with_provider(attempt)
        except Refused:
            return PaymentAttempt.objects.get(pk=attempt.pk)
        if not attempt.is_open:
            return attempt
    standing = provider().close(attempt)
    return note_standing(attempt.pk, standing, closed_as=as_state)


@transaction.atomic
def note_standing(
    attempt_id: int, standing: Standing, *, closed_as: str = AttemptState.EXPIRED
) -> PaymentAttempt:
    """Write what the provider said. Told again or in another order, the end is the same.

    What was really paid is kept: another amount than asked makes no order and goes back.
    """
    attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt_id)
    also = []
    for name in ("session_id", "session_url", "intent_id", "qr_data", "pay_page_url", "failure"):
        value = getattr(standing, name)
        if value and value != getattr(attempt, name):
            setattr(attempt, name, value)
            also.append(name)
    if attempt.is_open:
        attempt.ask_at = timezone.now() + ASK_EVERY
        also.append("ask_at")
    to = _state_for(attempt, standing, closed_as)
    if to is None:
        if also:
            attempt.save(update_fields=also)
        return attempt
    if to == AttemptState.PAID:
        if standing.amount is not None and standing.amount != attempt.amount:
            logger.error("%s: the provider took %s baht", attempt, standing.amount)
            another_amount(attempt, paid=standing.amount, asked=attempt.amount)
            attempt.amount = standing.amount
            also.append("amount")
        attempt.paid_at = timezone.now()
        also.append("paid_at")
    move(attempt, to, transitions=ATTEMPT_TRANSITIONS, also=also)
    return attempt


def _state_for(attempt: PaymentAttempt, standing: Standing, closed_as: str) -> str | None:
    if standing.state == "paid":
        return None if attempt.state == AttemptState.PAID else AttemptState.PAID
    if not attempt.is_open:
        return None
    if standing.state == "closed":
        return closed_as
    if standing.state == "failed":
        return AttemptState.FAILED if attempt.state != AttemptState.FAILED else None
    return AttemptState.PENDING if attempt.state == AttemptState.NEW else None


def _note_refused(attempt_id: int, refusal: Refused) -> None:
    with transaction.atomic():
        attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt_id)
        if attempt.is_open:
            attempt.failure = refusal.code[:200]
            move(attempt, AttemptState.FAILED, transitions=ATTEMPT_TRANSITIONS, also=["failure"])


def ask_about_open(*, now: datetime | None = None, most: int = 50) -> int:
    """Ask the provider about attempts still open: a lost webhook costs seconds, not an order."""
    now = now or timezone.now()
    asked = 0
    for attempt in list(PaymentAttempt.objects.to_ask_about(now)[:most]):
        PaymentAttempt.objects.filter(pk=attempt.pk).update(ask_at=now + ASK_EVERY)
        try:
            asked += _patiently(partial(refresh_attempt, attempt))
        except ProviderDown:
            break  # the others would only wait as long for nothing
    return asked


def close_overdue(*, now: datetime | None = None, most: int = 50) -> list[UUID]:
    """End attempts whose time is over; returns the checkouts that are concerned."""
    now = now or timezone.now()
    ended = []
    for attempt in list(PaymentAttempt.objects.to_close(now)[:most]):
        PaymentAttempt.objects.filter(pk=attempt.pk).update(ask_at=now + ASK_EVERY)
        try:
            if _patiently(partial(close_attempt, attempt, as_state=AttemptState.EXPIRED)):
                ended.append(attempt.checkout_reference)
        except ProviderDown:
            break
    return ended


def attempt_of(session_id: str, intent_id: str, reference: str) -> PaymentAttempt | None:
    """The attempt that the provider means: by its ids, or by what we told it to keep."""
    attempts = PaymentAttempt.objects.all()
    named = as_uuid(reference)
    return (
        (attempts.filter(session_id=session_id).first() if session_id else None)
        or (attempts.filter(intent_id=intent_id).first() if intent_id else None)
        or (attempts.filter(reference=named).first() if named else None)
    )


def as_uuid(word: str) -> UUID | None:
    """Our own reference in what the provider kept; None for somebody else's words."""
    try:
        return UUID(word)
    except ValueError:
        return None


def _patiently(step: Callable[[], Any]) -> bool:
    try:
        step()
    except Refused:
        return False
    return True
