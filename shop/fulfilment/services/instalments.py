"""The balance of a part that was ordered with a deposit: asked for, paid, reminded, defaulted.

It is paid through payments of its own under the instalment's reference. A payment that comes
twice, late, or over another amount goes back whole.
"""

import logging
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shop.core.states import move
from shop.outbox.services import post
from shop.payments import services as payments
from shop.payments.models import PaymentAttempt
from shop.payments.states import OPEN, AttemptState, Method

from ..cancelling import Back
from ..models import BALANCE, Fulfilment, Instalment
from ..states import INSTALMENT_TRANSITIONS, FulfilmentState, InstalmentState
from .parts import ask_for_balance, locked
from .telling import buyer_messages, tell_group
from .undoing import undo

logger = logging.getLogger(__name__)

CLOSING_TRIES = 3


class NothingDue(Exception):
    """This instalment is not to be paid (any more); `instalment` tells how it stands."""

    def __init__(self, instalment: Instalment):
        super().__init__(str(instalment))
        self.instalment = instalment


def balance_of(part: Fulfilment) -> Instalment | None:
    """The second payment of a part, where it is paid in two."""
    return next((each for each in part.instalments.all() if each.number == BALANCE), None)


@transaction.atomic
def balance_due(*, fulfilment_id: int, today: date) -> Instalment | None:
    """The part is finished: the buyer is asked for the rest. Safe to repeat."""
    part = locked(fulfilment_id)
    return ask_for_balance(part, today=today)


def begin_instalment(*, instalment_id: int, method: str, opening: dict[str, str]) -> PaymentAttempt:
    """Open a payment of the balance with the provider; ten taps open one.

    `opening`: email, language, success_url, cancel_url. Raises NothingDue, and the gateway's
    ProviderDown and Refused.
    """
    for _ in range(CLOSING_TRIES):
        attempt, in_the_way = _write_attempt(instalment_id, Method(method), opening)
        if in_the_way is None:
            assert attempt is not None
            return payments.open_with_provider(attempt)
        ended = payments.close_attempt(in_the_way, as_state=AttemptState.CANCELLED)
        settle_instalment(ended.checkout_reference)
    raise payments.ProviderDown("an earlier payment could not be closed")


@transaction.atomic
def _write_attempt(
    instalment_id: int, method: str, opening: dict[str, str]
) -> tuple[PaymentAttempt | None, PaymentAttempt | None]:
    """(the attempt to pay with, None), or (None, an earlier one in the way)."""
    instalment = _locked_instalment(instalment_id)
    if instalment.state != InstalmentState.DUE:
        raise NothingDue(instalment)
    attempts = PaymentAttempt.objects.filter(checkout_reference=instalment.reference)
    if attempts.paid_unsettled().exists():
        raise NothingDue(instalment)
    before = attempts.open().first()
    if before is not None:
        usable = before.expires_at > timezone.now() + timedelta(seconds=30)
        return (before, None) if before.method == method and usable else (None, before)
    expires_at = timezone.now() + timedelta(minutes=settings.PAYMENT_MINUTES)
    attempt = payments.new_attempt(
        checkout_reference=instalment.reference,
        method=method,
        amount=instalment.amount,
        expires_at=expires_at,
        opening=opening,
    )
    return attempt, None


def give_up_instalment(*, reference: UUID) -> None:
    """The buyer wants to pay another way: what is open is closed first. Raises ProviderDown."""
    for attempt in PaymentAttempt.objects.open().filter(checkout_reference=reference):
        payments.close_attempt(attempt, as_state=AttemptState.CANCELLED)
    settle_instalment(reference)


def look_again_at(*, reference: UUID, only_when_due: bool = False) -> None:
    """Ask the provider how open payments stand, and settle what is paid. Raises ProviderDown."""
    for attempt in PaymentAttempt.objects.open().filter(checkout_reference=reference):
        if not only_when_due or attempt.ask_at <= timezone.now():
            payments.refresh_attempt(attempt)
    settle_instalment(reference)


def settle_instalment(reference: UUID) -> bool:
    """Paid money pays the instalment, once, or goes back. False where there is no such one."""
    found = Instalment.objects.filter(reference=reference).values_list("pk", flat=True).first()
    if found is None:
        return False
    paid = PaymentAttempt.objects.filter(checkout_reference=reference).paid_unsettled()
    for pk in list(paid.order_by("paid_at", "pk").values_list("pk", flat=True)):
        _settle(found, pk)
    return True


@transaction.atomic
def _settle(instalment_id: int, attempt_id: int) -> None:
    instalment = _locked_instalment(instalment_id)
    attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt_id)
    if attempt.state != AttemptState.PAID or attempt.settled_at is not None:
        return
    part = instalment.fulfilment
    if instalment.state == InstalmentState.DUE and attempt.amount == instalment.amount:
        instalment.paid_at = attempt.paid_at
        _move(instalment, InstalmentState.PAID, also=["paid_at"])
        tell_group(part, "balance_paid", amount=str(instalment.amount))
    else:
        payments.request_refund(
            checkout_reference=instalment.reference,
            attempt_id=attempt.pk,
            amount=attempt.amount,
            cause=f"attempt:{attempt.pk}:balance",
            reason=f"balance {instalment.state}",
        )
        facts = {"total": str(attempt.amount), "method": attempt.method}
        post(buyer_messages("balance_returned", part, **facts))
    attempt.settled_at = timezone.now()
    attempt.save(update_fields=["settled_at"])


# --- sweeps ---


def remind_of_balances(*, now: datetime | None = None) -> int:
    """A buyer is reminded after each of BALANCE_REMINDER_DAYS, once."""
    now = now or timezone.now()
    count = 0
    for nth, days in enumerate(settings.BALANCE_REMINDER_DAYS):
        due = Instalment.objects.filter(
            state=InstalmentState.DUE, reminders=nth, asked_at__lte=now - timedelta(days=days)
        )
        for pk in list(due.values_list("pk", flat=True)[:200]):
            count += _remind(pk, nth)
    return count


@transaction.atomic
def _remind(instalment_id: int, nth: int) -> bool:
    instalment = _locked_instalment(instalment_id)
    if instalment.state != InstalmentState.DUE or instalment.reminders != nth:
        return False
    instalment.reminders = nth + 1
    instalment.save(update_fields=["reminders"])
    post(buyer_messages("balance_due", instalment.fulfilment, **due_facts(instalment), again=True))
    return True


def default_balances(*, now: datetime | None = None) -> int:
    """Balances nobody has paid in time: the part is cancelled by the agreed rule.

    A payment that is open at this moment is waited for; it ends within minutes.
    """
    today = timezone.localdate(now or timezone.now())
    under_way = PaymentAttempt.objects.filter(state__in=OPEN).values("checkout_reference")
    unsettled = PaymentAttempt.objects.all().paid_unsettled().values("checkout_reference")
    due = Instalment.objects.filter(state=InstalmentState.DUE, due_on__lt=today).exclude(
        reference__in=under_way
    )
    count = 0
    for pk in list(due.exclude(reference__in=unsettled).values_list("pk", flat=True)[:200]):
        try:
            count += _default(pk, today)
        except Exception:
            logger.exception("instalment %s: a default could not be noted", pk)
    return count


@transaction.atomic
def _default(instalment_id: int, today: date) -> bool:
    """The goods stay with the group, which keeps the deposit; delivery goes back."""
    instalment = _locked_instalment(instalment_id)
    if instalment.state != InstalmentState.DUE or instalment.due_on is None:
        return False
    attempts = PaymentAttempt.objects.filter(checkout_reference=instalment.reference)
    if instalment.due_on >= today or attempts.open().exists() or attempts.paid_unsettled().exists():
        return False
    _move(instalment, InstalmentState.DEFAULTED)
    part = instalment.fulfilment
    paid = part.total - instalment.amount
    back = Back(total=part.charge, kept=paid - part.charge)
    undo(part, FulfilmentState.CANCELLED, by=None, reason="balance", back=back, tell=False)
    facts = {"total": str(back.total), "kept": str(back.kept) if back.kept else ""}
    post(buyer_messages("balance_defaulted", part, **facts))
    tell_group(part, "balance_not_paid", **facts)
    return True


def due_facts(instalment: Instalment) -> dict[str, Any]:
    """What mails tell of a balance."""
    due_on = instalment.due_on.isoformat() if instalment.due_on else ""
    return {"amount": str(instalment.amount), "due_on": due_on}


def _locked_instalment(instalment_id: int) -> Instalment:
    """The part first, as everywhere; then its instalment."""
    part_id = Instalment.objects.values_list("fulfilment_id", flat=True).get(pk=instalment_id)
    part = locked(part_id)
    instalment = Instalment.objects.select_for_update(of=("self",)).get(pk=instalment_id)
    instalment.fulfilment = part
    return instalment


def _move(instalment: Instalment, to: str, *, also: Any = ()) -> None:
    move(instalment, to, transitions=INSTALMENT_TRANSITIONS, also=also)
