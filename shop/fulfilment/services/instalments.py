"""The balance of a part that was ordered with a deposit: asked for, paid, reminded, defaulted.

It is paid through payments of its own under the instalment's reference. A payment that comes
twice, late, or over another amount goes back whole.
"""

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shop.core.states import move
from shop.core.sweeps import each_alone
from shop.outbox.services import post
from shop.payments import services as payments
from shop.payments.models import PaymentAttempt
from shop.payments.states import OPEN, AttemptState, Method

from ..cancelling import Back, paid_of
from ..models import BALANCE, Fulfilment, Instalment
from ..states import INSTALMENT_TRANSITIONS, FulfilmentState, InstalmentState
from .own_payments import (
    Written,
    give_up,
    is_being_paid,
    is_paid_unsettled,
    look_again,
    open_payment,
    settle_each,
    write_attempt,
)
from .parts import ask_for_balance, locked
from .telling import buyer_messages, tell_group
from .undoing import undo


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
    return open_payment(
        lambda: _write_attempt(instalment_id, Method(method), opening), settle_instalment
    )


@transaction.atomic
def _write_attempt(instalment_id: int, method: str, opening: dict[str, str]) -> Written:
    instalment = _locked_instalment(instalment_id)
    if instalment.state != InstalmentState.DUE or is_paid_unsettled(instalment.reference):
        raise NothingDue(instalment)
    return write_attempt(
        reference=instalment.reference, amount=instalment.amount, method=method, opening=opening
    )


def give_up_instalment(*, reference: UUID) -> None:
    """The buyer wants to pay another way: what is open is closed first. Raises ProviderDown."""
    give_up(reference, settle_instalment)


def look_again_at(*, reference: UUID, only_when_due: bool = False) -> None:
    """Ask the provider how open payments stand, and settle what is paid. Raises ProviderDown."""
    look_again(reference, settle_instalment, only_when_due=only_when_due)


def settle_instalment(reference: UUID) -> bool:
    """Paid money pays the instalment, once, or goes back. False where there is no such one."""
    found = Instalment.objects.filter(reference=reference).values_list("pk", flat=True).first()
    if found is None:
        return False
    settle_each(reference, partial(_settle, found), partial(_settle, found, refused=True))
    return True


@transaction.atomic
def _settle(instalment_id: int, attempt_id: int, *, refused: bool = False) -> None:
    """Pay the instalment, or (`refused`: in any case) send the money back."""
    instalment = _locked_instalment(instalment_id)
    attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt_id)
    if attempt.state != AttemptState.PAID or attempt.settled_at is not None:
        return
    part = instalment.fulfilment
    right = instalment.state == InstalmentState.DUE and attempt.amount == instalment.amount
    if right and not refused:
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
        ids = due.values_list("pk", flat=True)[:200]
        count += each_alone(ids, lambda pk, nth=nth: _remind(pk, nth))  # type: ignore[misc]
    return count


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
    ids = due.exclude(reference__in=unsettled).values_list("pk", flat=True)[:200]
    return each_alone(ids, lambda pk: _default(pk, today))


def _default(instalment_id: int, today: date) -> bool:
    """The goods stay with the group, which keeps the deposit; delivery goes back."""
    instalment = _locked_instalment(instalment_id)
    if instalment.state != InstalmentState.DUE or instalment.due_on is None:
        return False
    if instalment.due_on >= today or is_being_paid(instalment.reference):
        return False
    _move(instalment, InstalmentState.DEFAULTED)
    part = instalment.fulfilment
    paid = paid_of(part)
    # A change may have made sending dearer than what has been paid.
    back_now = min(part.charge, paid)
    back = Back(total=back_now, kept=paid - back_now)
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
