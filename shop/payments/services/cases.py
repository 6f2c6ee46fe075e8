"""What about money a person in the office has to look at, and how that is ended."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shop.core.states import move

from ..models import Dispute, PaymentAttempt, PaymentCase
from ..states import CASE_TRANSITIONS, CaseKind, CaseState, DisputeState


class WordsNeeded(Exception):
    """A case is closed with words that tell the next reader what was found."""


class BankWaits(Exception):
    """The bank still waits for our answer to this dispute: nobody may put it aside."""

    def __init__(self, case: PaymentCase):
        super().__init__(str(case))
        self.case = case


@transaction.atomic
def open_case(
    *,
    cause: str,
    kind: str,
    amount: Decimal | None = None,
    asked: Decimal | None = None,
    provider_id: str = "",
    words: str = "",
    attempt: PaymentAttempt | None = None,
    dispute: Dispute | None = None,
    due_at: datetime | None = None,
    again: bool = False,
) -> PaymentCase:
    """Put money (baht) in doubt before the office, once per `cause`.

    Noticed again it stays as it is, closed too; `again` opens a closed one, where something new
    has happened.
    """
    due_at = due_at or timezone.now() + timedelta(days=settings.MONEY_CASE_DAYS)
    case, fresh = PaymentCase.objects.select_for_update().get_or_create(
        cause=cause[:160],
        defaults={
            "kind": CaseKind(kind),
            "amount": amount,
            "asked": asked,
            "provider_id": provider_id,
            "words": words[:300],
            "attempt": attempt,
            "dispute": dispute,
            "due_at": due_at,
        },
    )
    if again and not fresh and case.state == CaseState.CLOSED:
        case.closed_at, case.closed_by, case.due_at = None, None, due_at
        move(
            case,
            CaseState.OPEN,
            transitions=CASE_TRANSITIONS,
            reason=words,
            also=["closed_at", "closed_by", "due_at"],
        )
    return case


@transaction.atomic
def close_case(*, case_id: int, by: Any, reason: str) -> PaymentCase:
    """An officer has looked into it; the words stay with it.

    Raises WordsNeeded, BankWaits, and MoveNotAllowed where somebody was quicker.
    """
    if not reason.strip():
        raise WordsNeeded
    case = PaymentCase.objects.select_for_update(of=("self",)).get(pk=case_id)
    waiting = Dispute.objects.filter(case=case, state=DisputeState.NEEDS_RESPONSE)
    if waiting.exists():
        raise BankWaits(case)
    case.closed_at = timezone.now()
    case.closed_by = by if getattr(by, "pk", None) else None
    case.closing_words = reason.strip()
    move(
        case,
        CaseState.CLOSED,
        transitions=CASE_TRANSITIONS,
        by=by,
        reason=reason.strip(),
        also=["closed_at", "closed_by", "closing_words"],
    )
    return case


# --- how money comes into doubt ---


def money_of_nobody(
    provider_id: str,
    amount: Decimal,
    *,
    words: str = "",
    cause: str = "",
    attempt: PaymentAttempt | None = None,
) -> PaymentCase:
    """Money (baht) at the provider that belongs to no payment of ours."""
    return open_case(
        cause=cause or f"money:{provider_id}",
        kind=CaseKind.UNEXPLAINED,
        amount=amount,
        provider_id=provider_id,
        words=words,
        attempt=attempt,
    )


def refunded_by_hand(attempt: PaymentAttempt, provider_id: str, amount: Decimal) -> PaymentCase:
    """Somebody gave money (baht) of this payment back at the provider, past the shop."""
    return open_case(
        cause=f"by_hand:{provider_id}",
        kind=CaseKind.BY_HAND,
        amount=amount,
        provider_id=provider_id,
        attempt=attempt,
    )


def another_amount(attempt: PaymentAttempt, *, paid: Decimal, asked: Decimal) -> PaymentCase:
    """A payment came over another sum (baht) than was asked; it makes no order."""
    return open_case(
        cause=f"amount:{attempt.pk}",
        kind=CaseKind.ANOTHER_AMOUNT,
        amount=paid,
        asked=asked,
        provider_id=attempt.intent_id,
        attempt=attempt,
    )
