"""The provider's book against ours: every line is explained, or somebody looks at it.

What is found late is noted as if its event had come: a payment whose events were lost becomes
an order (or goes back) by the same verbs.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from shop.core.models import StateChange

from ..models import (
    Dispute,
    PaymentAttempt,
    PaymentCase,
    ProviderMovement,
    Reconciliation,
    Refund,
)
from ..provider import Movement, Refused, Standing, provider
from ..states import AttemptState, CaseKind, RefundState
from .attempts import attempt_of, note_standing
from .cases import another_amount, money_of_nobody, open_case, refunded_by_hand
from .disputes import hear_of_dispute
from .refunds import ask_about_refund, refund_of

#: The first walk begins here; what was paid before the market opened is nobody's difference.
FIRST_LOOK = timedelta(hours=1)
#: A provider may write a line of its book a little later than the moment it carries.
OVERLAP = timedelta(hours=1)
#: The account's own: payouts to our bank account and fees, which need no payment of ours.
OWN = ("payout", "fee")
CHUNK = 100

logger = logging.getLogger(__name__)


def reconcile(*, now: datetime | None = None) -> Reconciliation:
    """Walk through the provider's book since the last whole walk; safe to repeat.

    Raises ProviderDown: what was read is kept, and the next walk begins where this one did.
    """
    now = now or timezone.now()
    last = Reconciliation.objects.order_by("-until").first()
    since = last.until - OVERLAP if last else now - FIRST_LOOK
    seen = differences = 0
    for chunk in _chunks(provider().movements(since)):
        seen += len(chunk)
        known = set(
            ProviderMovement.objects.filter(
                provider_id__in=[each.provider_id for each in chunk]
            ).values_list("provider_id", flat=True)
        )
        # The oldest first, as it happened: a payment before what it was refunded by.
        for movement in reversed(chunk):
            if movement.provider_id not in known:
                differences += _note(movement)
    differences += _look_for_missing(now)
    walk = Reconciliation.objects.create(
        since=since, until=now, movements=seen, differences=differences
    )
    if differences:
        logger.error("the provider's book differs from ours: %s", walk)
    return walk


def _chunks(movements: Iterable[Movement]) -> Iterator[list[Movement]]:
    source = iter(movements)
    while chunk := list(islice(source, CHUNK)):
        yield chunk


def _note(movement: Movement) -> bool:
    """Write one line with what explains it; whether it is a difference."""
    try:
        return _explain(movement).case is not None
    except Refused as refusal:
        # One line that the provider itself cannot explain must not stop the walk.
        cause = f"movement:{movement.provider_id}"
        _write(movement, case=unknown_money(movement, cause=cause, words=str(refusal)))
        return True


def _explain(movement: Movement) -> ProviderMovement:
    if movement.kind == "payment":
        return _note_payment(movement)
    if movement.kind in ("refund", "refund_back"):
        return _note_refund(movement)
    if movement.kind in ("dispute", "dispute_back"):
        return _write(movement, dispute=hear_of_dispute(movement.source_id))
    if movement.kind in OWN:
        return _write(movement)
    cause = f"movement:{movement.provider_id}"
    return _write(movement, case=unknown_money(movement, cause=cause))


def _note_payment(movement: Movement) -> ProviderMovement:
    attempt = attempt_of("", movement.intent_id, movement.reference)
    if attempt is None:
        return _write(movement, case=unknown_money(movement))
    if attempt.state != AttemptState.PAID:
        # Its events were lost, or it was paid after we had given it up.
        standing = Standing("paid", amount=movement.amount, intent_id=movement.intent_id)
        attempt = note_standing(attempt.pk, standing)
    with transaction.atomic():
        attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt.pk)
        case = None
        others = attempt.movements.exclude(provider_id=movement.provider_id)
        if others.filter(kind="payment").exists():
            cause = f"movement:{movement.provider_id}"
            case = unknown_money(movement, cause=cause, attempt=attempt)
        elif attempt.amount != movement.amount:
            case = another_amount(attempt, paid=movement.amount, asked=attempt.amount)
        else:
            attempt.fee = movement.fee
            attempt.save(update_fields=["fee"])
        return _write(movement, attempt=attempt, case=case)


def _note_refund(movement: Movement) -> ProviderMovement:
    refund = refund_of(movement.source_id, movement.reference)
    if refund is not None:
        if movement.kind == "refund_back" or refund.state != RefundState.SUCCEEDED:
            ask_about_refund(refund, movement.source_id)
        return _write(movement, refund=refund, attempt=refund.attempt)
    attempt = attempt_of("", movement.intent_id, "")
    if attempt is None:
        return _write(movement, case=unknown_money(movement))
    case = refunded_by_hand(attempt, movement.source_id, -movement.amount)
    return _write(movement, attempt=attempt, case=case)


def unknown_money(
    movement: Movement,
    *,
    cause: str = "",
    words: str = "",
    attempt: PaymentAttempt | None = None,
) -> PaymentCase:
    """The office looks at a line that no payment, refund or dispute of ours explains."""
    named = movement.intent_id or movement.source_id or movement.provider_id
    return money_of_nobody(
        named, movement.amount, words=words or movement.words, cause=cause, attempt=attempt
    )


def _write(
    movement: Movement,
    *,
    attempt: PaymentAttempt | None = None,
    refund: Refund | None = None,
    dispute: Dispute | None = None,
    case: PaymentCase | None = None,
) -> ProviderMovement:
    written, _ = ProviderMovement.objects.get_or_create(
        provider_id=movement.provider_id,
        defaults={
            "kind": movement.kind,
            "amount": movement.amount,
            "fee": movement.fee,
            "at": movement.at,
            "source_id": movement.source_id,
            "attempt": attempt or (dispute.attempt if dispute else None),
            "refund": refund,
            "dispute": dispute,
            "case": case,
        },
    )
    return written


def _look_for_missing(now: datetime) -> int:
    """What we call paid, or paid back, and the provider's book does not have after a day."""
    first = Reconciliation.objects.order_by("until").values_list("until", flat=True).first()
    if first is None:
        return 0
    between = (first, now - timedelta(days=settings.MONEY_MISSING_DAYS))
    attempts = PaymentAttempt.objects.filter(
        state=AttemptState.PAID, paid_at__range=between, movements=None
    ).exclude(cases__kind=CaseKind.MISSING)
    found = 0
    for attempt in attempts[:CHUNK]:
        found += 1
        open_case(
            cause=f"missing:attempt:{attempt.pk}",
            kind=CaseKind.MISSING,
            amount=attempt.amount,
            provider_id=attempt.intent_id,
            attempt=attempt,
        )
    by_hand = StateChange.objects.filter(
        about_label=Refund._meta.label_lower, old=RefundState.FAILED, new=RefundState.SUCCEEDED
    )
    refunds = Refund.objects.filter(
        ~Q(pk__in=by_hand.values("about_id")),
        state=RefundState.SUCCEEDED,
        succeeded_at__range=between,
        movements=None,
    )
    for refund in refunds.select_related("attempt"):
        if PaymentCase.objects.filter(cause=f"missing:refund:{refund.pk}").exists():
            continue
        found += 1
        open_case(
            cause=f"missing:refund:{refund.pk}",
            kind=CaseKind.MISSING,
            amount=-refund.amount,
            provider_id=refund.provider_id,
            attempt=refund.attempt,
        )
    return found
