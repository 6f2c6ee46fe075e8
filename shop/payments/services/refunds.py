"""Money on its way back: asked for once per cause, handed over and asked about by a sweep."""

import logging
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from shop.core.models import StateChange
from shop.core.money import ZERO
from shop.core.states import MoveNotAllowed, move

from ..models import PaymentAttempt, Refund
from ..provider import ProviderDown, RefundStanding, Refused, provider
from ..states import REFUND_TRANSITIONS, AttemptState, RefundState
from .attempts import as_uuid

ASK_REFUND_EVERY = timedelta(minutes=2)
#: A buyer may take weeks to name a bank account.
ASK_WAITING_REFUND_EVERY = timedelta(hours=1)
MOST_TRIES = 32_767  # what the column holds

logger = logging.getLogger(__name__)


class NothingToRefund(Exception):
    """No payment of this checkout has so much money left to give back."""


class BuyerHasIt(Exception):
    """The buyer's bank has taken this money back by a dispute: paid by hand it would go twice."""

    def __init__(self, refund: Refund):
        super().__init__(str(refund))
        self.refund = refund


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
            _note_refund(refund.pk, provider().send_refund(refund))
        else:
            ask_about_refund(refund)
    except Refused as refusal:
        _note_refund(refund.pk, RefundStanding("", "failed", str(refusal)))


def ask_about_refund(refund: Refund, provider_id: str = "") -> None:
    """Note how a refund stands at the provider. Raises ProviderDown and Refused.

    `provider_id` tells what it is called there, where its answer was lost.
    """
    _note_refund(refund.pk, provider().ask_refund(refund.provider_id or provider_id))


def refund_of(provider_id: str, reference: str) -> Refund | None:
    """The refund that the provider means: by its id, or by what we told it to keep."""
    refunds = Refund.objects.select_related("attempt")
    named = as_uuid(reference)
    return (refunds.filter(provider_id=provider_id).first() if provider_id else None) or (
        refunds.filter(reference=named).first() if named else None
    )


@transaction.atomic
def _note_refund(refund_id: int, standing: RefundStanding) -> None:
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    also = []
    if standing.provider_id and not refund.provider_id:
        refund.provider_id = standing.provider_id
        also.append("provider_id")
    if standing.failure:
        refund.last_error = standing.failure[:2000]
        also.append("last_error")
    to = {
        "succeeded": RefundState.SUCCEEDED,
        "failed": RefundState.FAILED,
        "needs_customer": RefundState.NEEDS_CUSTOMER,
    }.get(standing.state, RefundState.SUBMITTED)
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

    Raises MoveNotAllowed unless the refund has failed, and BuyerHasIt where a dispute holds the
    money already.
    """
    refund = Refund.objects.select_for_update().get(pk=refund_id)
    if refund.state != RefundState.FAILED:
        raise MoveNotAllowed(refund, refund.state, RefundState.SUCCEEDED)
    if refund.amount > _left_beside_disputes(refund):
        raise BuyerHasIt(refund)
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


def _left_beside_disputes(refund: Refund) -> Decimal:
    """What of the payment neither a dispute has taken nor another refund gives back (baht)."""
    attempt = refund.attempt
    taken = attempt.disputes.aggregate(sum=Sum("taken"))["sum"] or ZERO
    others = attempt.refunds.exclude(pk=refund.pk).exclude(state=RefundState.FAILED)
    return attempt.amount - taken - (others.aggregate(sum=Sum("amount"))["sum"] or ZERO)
