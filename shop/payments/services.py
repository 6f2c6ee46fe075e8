"""Money in and money back. Payments mark what is paid; the checkout makes orders of it.

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
from django.db.models import Sum
from django.utils import timezone

from shop.core.models import StateChange
from shop.core.money import ZERO
from shop.core.states import MoveNotAllowed, move

from . import gateway
from .gateway import ProviderDown, Refused, Standing
from .models import PaymentAttempt, Refund, WebhookEvent
from .states import (
    ATTEMPT_TRANSITIONS,
    REFUND_TRANSITIONS,
    AttemptState,
    Method,
    RefundState,
)

ASK_EVERY = timedelta(seconds=15)
RETRY_EVENT_AFTER = timedelta(seconds=30)
ASK_REFUND_EVERY = timedelta(minutes=2)
#: A buyer may take weeks to name a bank account.
ASK_WAITING_REFUND_EVERY = timedelta(hours=1)
MOST_TRIES = 32_767  # what the column holds

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
        standing = gateway.open_payment(attempt)
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
    return note_standing(attempt.pk, gateway.ask(attempt))


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
    standing = gateway.close(attempt)
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


# --- the webhook inbox ---


def store_event(event: dict[str, Any]) -> bool:
    """Keep a signed event, once by its id. False when we had it already."""
    _, fresh = WebhookEvent.objects.get_or_create(
        event_id=event["id"], defaults={"kind": event["type"], "payload": event}
    )
    return fresh


def handle_due_events(*, now: datetime | None = None, most: int = 100) -> int:
    """Act on stored events; each in its own step, any order, any number of times."""
    now = now or timezone.now()
    handled = 0
    due = WebhookEvent.objects.filter(handled_at=None, due_at__lte=now)
    for event in list(due.order_by("due_at")[:most]):
        try:
            _handle(event)
        except Exception as error:  # kept on the row, tried again later
            WebhookEvent.objects.filter(pk=event.pk).update(
                attempts=event.attempts + 1,
                last_error=repr(error)[:2000],
                due_at=timezone.now() + RETRY_EVENT_AFTER * min(2**event.attempts, 120),
            )
            if isinstance(error, ProviderDown):
                break  # the others would only wait as long for nothing
            continue
        WebhookEvent.objects.filter(pk=event.pk).update(
            handled_at=timezone.now(), attempts=event.attempts + 1, last_error=""
        )
        handled += 1
    return handled


def _handle(event: WebhookEvent) -> None:
    """Events only wake us: what counts is what the provider says when asked.

    So a forged order of events, a repeated or an old one leads to the same end state.
    """
    thing = event.payload.get("data", {}).get("object", {})
    if event.kind.startswith("checkout.session."):
        attempt = PaymentAttempt.objects.filter(session_id=thing.get("id", "")).first()
    elif event.kind.startswith("payment_intent."):
        attempt = PaymentAttempt.objects.filter(intent_id=thing.get("id", "-")).first()
    elif event.kind.startswith(("refund.", "charge.refund.")):
        refund = Refund.objects.filter(provider_id=thing.get("id", "-")).first()
        if refund is not None:
            _ask_about_refund(refund)
        return
    else:
        return
    attempt = attempt or _attempt_named_in(thing)
    if attempt is None or attempt.state == AttemptState.PAID:
        return
    if attempt.session_id or attempt.intent_id:
        note_standing(attempt.pk, gateway.ask(attempt))


def _attempt_named_in(thing: dict[str, Any]) -> PaymentAttempt | None:
    reference = (thing.get("metadata") or {}).get("attempt", "")
    try:
        return PaymentAttempt.objects.filter(reference=UUID(reference)).first()
    except ValueError:
        return None


# --- reconciliation ---


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


def _patiently(step: Callable[[], Any]) -> bool:
    try:
        step()
    except Refused:
        return False
    return True


# --- refunds ---


class NothingToRefund(Exception):
    """No payment of this checkout has so much money left to give back."""


@transaction.atomic
def request_refund(
    *, checkout_reference: UUID, amount: Decimal, cause: str, reason: str = "", attempt_id: int = 0
) -> Refund:
    """Write down that money goes back, once per `cause`; a sweep hands it to the provider.

    Taken from the payment that made the order (or from `attempt_id`), never from one that is
    not settled yet and may have to go back whole. Raises NothingToRefund when more would go
    back than was paid.
    """
    before = Refund.objects.filter(cause=cause).first()
    if before is not None:
        return before
    attempts = PaymentAttempt.objects.select_for_update().filter(
        checkout_reference=checkout_reference, state=AttemptState.PAID
    )
    if attempt_id:
        attempts = attempts.filter(pk=attempt_id)
    else:
        attempts = attempts.exclude(settled_at=None)
    for attempt in attempts.order_by("paid_at", "pk"):
        back = attempt.refunds.aggregate(sum=Sum("amount"))["sum"] or ZERO
        if attempt.amount - back >= amount:
            return Refund.objects.create(
                attempt=attempt, cause=cause, amount=amount, reason=reason[:200]
            )
    raise NothingToRefund(f"{cause}: {amount} baht")


def submit_due_refunds(*, now: datetime | None = None, most: int = 50) -> int:
    """Hand requested refunds to the provider, and ask about those on their way."""
    now = now or timezone.now()
    waiting = (RefundState.REQUESTED, RefundState.SUBMITTED, RefundState.NEEDS_CUSTOMER)
    due = Refund.objects.filter(state__in=waiting, due_at__lte=now).select_related("attempt")
    done = 0
    for refund in list(due.order_by("due_at")[:most]):
        waits = refund.state == RefundState.NEEDS_CUSTOMER
        Refund.objects.filter(pk=refund.pk).update(
            due_at=now + (ASK_WAITING_REFUND_EVERY if waits else ASK_REFUND_EVERY),
            tries=min(refund.tries + 1, MOST_TRIES),
        )
        try:
            _submit_or_ask(refund)
        except Exception as error:  # kept on the row, tried again later
            Refund.objects.filter(pk=refund.pk).update(last_error=repr(error)[:2000])
            if isinstance(error, ProviderDown):
                break
            logger.exception("refund %s could not be handed over", refund.pk)
            continue
        done += 1
    return done


def _submit_or_ask(refund: Refund) -> None:
    try:
        if refund.state == RefundState.REQUESTED:
            provider_id, status = gateway.send_refund(refund, refund.attempt.intent_id)
            _note_refund(refund.pk, status, provider_id)
        else:
            _ask_about_refund(refund)
    except Refused as refusal:
        _note_refund(refund.pk, "failed", error=str(refusal))


def _ask_about_refund(refund: Refund) -> None:
    _note_refund(refund.pk, gateway.ask_refund(refund.provider_id))


@transaction.atomic
def _note_refund(refund_id: int, status: str, provider_id: str = "", error: str = "") -> None:
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    also = []
    if provider_id and not refund.provider_id:
        refund.provider_id = provider_id
        also.append("provider_id")
    if error:
        refund.last_error = error[:2000]
        also.append("last_error")
    to = {
        "succeeded": RefundState.SUCCEEDED,
        "failed": RefundState.FAILED,
        "canceled": RefundState.FAILED,
        "requires_action": RefundState.NEEDS_CUSTOMER,
    }.get(status, RefundState.SUBMITTED)
    came_back = to == RefundState.FAILED and not _was_paid_by_hand(refund)
    if refund.state == to or (refund.state == RefundState.SUCCEEDED and not came_back):
        if also:
            refund.save(update_fields=also)
        return
    refund.succeeded_at = timezone.now() if to == RefundState.SUCCEEDED else None
    move(refund, to, transitions=REFUND_TRANSITIONS, also=[*also, "succeeded_at"])


def _was_paid_by_hand(refund: Refund) -> bool:
    """Whether the office has paid what failed: what the provider says of it no longer counts."""
    steps = StateChange.objects.filter(about_label=refund._meta.label_lower, about_id=refund.pk)
    return steps.filter(old=RefundState.FAILED, new=RefundState.SUCCEEDED).exists()


@transaction.atomic
def note_refund_paid_by_hand(*, refund_id: int, by: Any, reference: str) -> Refund:
    """The office has paid back itself what the provider could not; the bank's reference stays.

    Raises MoveNotAllowed unless the refund has failed.
    """
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    if refund.state != RefundState.FAILED:
        raise MoveNotAllowed(refund, refund.state, RefundState.SUCCEEDED)
    refund.succeeded_at = timezone.now()
    move(
        refund,
        RefundState.SUCCEEDED,
        transitions=REFUND_TRANSITIONS,
        by=by,
        reason=reference,
        also=["succeeded_at"],
    )
    return refund
