"""Disputed card payments: noted as the provider tells them, in any order, any number of times."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from shop.core.states import move

from ..models import Dispute, PaymentAttempt
from ..provider import DisputeStanding, ProviderDown, Refused, provider
from ..states import DISPUTE_OPEN, DISPUTE_TRANSITIONS, CaseKind, DisputeState
from .cases import open_case

#: A dispute moves within days; events and the provider's book mostly tell earlier.
ASK_DISPUTE_EVERY = timedelta(hours=1)
#: How far a dispute has come; an answer that was overtaken does not take it back.
STEPS = {DisputeState.NEEDS_RESPONSE: 0, DisputeState.UNDER_REVIEW: 1}


def hear_of_dispute(provider_id: str) -> Dispute:
    """Ask how a dispute stands, and note it. Raises ProviderDown and Refused."""
    return note_dispute(provider().ask_dispute(provider_id))


@transaction.atomic
def note_dispute(standing: DisputeStanding) -> Dispute:
    """Write what the provider says of a dispute, and put it before the office.

    Told again or in another order, the end is the same. A dispute that is lost after the office
    has closed its case opens the case again. The ledger takes its facts here, in this
    transaction: `taken` and `fee` as they now are (docs/architecture.md, "Disputes and doubt").
    """
    attempt = _attempt_of(standing)
    dispute, fresh = Dispute.objects.select_for_update(of=("self",)).get_or_create(
        provider_id=standing.provider_id,
        defaults={
            "attempt": attempt,
            "inquiry": standing.inquiry,
            "amount": standing.amount,
            "taken": standing.taken,
            "fee": standing.fee,
            "reason": standing.reason[:120],
            "opened_at": standing.opened_at,
            "respond_by": standing.respond_by,
            "ask_at": timezone.now() + ASK_DISPUTE_EVERY,
        },
    )
    if not fresh and _is_overtaken(dispute, standing):
        return dispute
    _take_over(dispute, standing, attempt)
    moved = dispute.state != standing.state
    if moved:
        _move(dispute, standing.state)
    open_case(
        cause=f"dispute:{dispute.provider_id}",
        kind=CaseKind.DISPUTE,
        amount=dispute.amount,
        provider_id=dispute.provider_id,
        words=dispute.reason,
        attempt=attempt,
        dispute=dispute,
        due_at=dispute.respond_by,
        again=moved and dispute.state in (DisputeState.LOST, DisputeState.NEEDS_RESPONSE),
    )
    return dispute


def _attempt_of(standing: DisputeStanding) -> PaymentAttempt | None:
    if not standing.intent_id:
        return None
    return PaymentAttempt.objects.filter(intent_id=standing.intent_id).first()


def _is_overtaken(dispute: Dispute, standing: DisputeStanding) -> bool:
    """An older answer, written late. Only an inquiry that became a dispute begins anew."""
    if dispute.inquiry and not standing.inquiry:
        return False
    return STEPS.get(DisputeState(standing.state), 2) < STEPS.get(DisputeState(dispute.state), 2)


def _take_over(dispute: Dispute, standing: DisputeStanding, attempt: PaymentAttempt | None) -> None:
    facts = {
        "attempt": dispute.attempt or attempt,
        "inquiry": standing.inquiry,
        "amount": standing.amount,
        "taken": standing.taken,
        "fee": standing.fee,
        "respond_by": standing.respond_by,
        "ask_at": timezone.now() + ASK_DISPUTE_EVERY,
    }
    for name, value in facts.items():
        setattr(dispute, name, value)
    dispute.save(update_fields=list(facts))


def _move(dispute: Dispute, to: str) -> None:
    ended = to not in DISPUTE_OPEN
    dispute.closed_at = timezone.now() if ended else None
    move(dispute, to, transitions=DISPUTE_TRANSITIONS, also=["closed_at"])


def ask_about_disputes(*, now: datetime | None = None, most: int = 50) -> int:
    """Ask about disputes that are not decided: a lost event costs an hour, not a dispute."""
    now = now or timezone.now()
    due = Dispute.objects.filter(state__in=DISPUTE_OPEN, ask_at__lte=now).order_by("ask_at")
    asked = 0
    for dispute in list(due[:most]):
        Dispute.objects.filter(pk=dispute.pk).update(ask_at=now + ASK_DISPUTE_EVERY)
        try:
            hear_of_dispute(dispute.provider_id)
            asked += 1
        except Refused:
            continue
        except ProviderDown:
            break
    return asked
