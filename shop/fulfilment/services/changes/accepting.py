"""The buyer accepts one exact price; the difference is paid first, then the order is changed."""

import logging
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shop.core.states import MoveNotAllowed, move
from shop.oscar.partner.services import NotEnough
from shop.payments import services as payments
from shop.payments.models import PaymentAttempt
from shop.payments.states import AttemptState, Method
from shop.production.services import NoCapacity

from ...changing import Settling, settling_of, unpaid_balance
from ...models import ChangeRequest
from ...states import CAN_BE_CHANGED, CHANGE_TRANSITIONS, ChangeState
from ..own_payments import (
    Written,
    give_up,
    is_being_paid,
    is_paid_unsettled,
    look_again,
    open_payment,
    settle_each,
    write_attempt,
)
from .applying import make_change
from .asking import BeingPaid, CannotChange
from .ending import end, locked_change
from .telling import tell_buyer, tell_group

logger = logging.getLogger(__name__)

#: What can stand in the way when the money is there: days or goods lost, work gone on.
CANNOT_BE_MADE = (CannotChange, NoCapacity, NotEnough, MoveNotAllowed)


class AnotherPrice(Exception):
    """The group has changed its price since the buyer looked; `change` tells it."""

    def __init__(self, change: ChangeRequest):
        super().__init__(str(change))
        self.change = change


class NothingToPay(Exception):
    """Nothing is to be paid for this change (any more); `change` tells how it stands."""

    def __init__(self, change: ChangeRequest):
        super().__init__(str(change))
        self.change = change


@transaction.atomic
def accept_change(
    *, change_id: int, seen_version: int, now: datetime, by: Any = None
) -> ChangeRequest:
    """The buyer agrees to exactly the price and day of `seen_version`.

    Where nothing is to be paid before (less, the same, or the balance takes it) the order is
    changed at once; otherwise when the difference has been paid. Raises AnotherPrice, BeingPaid
    while the balance is being paid, MoveNotAllowed when it is over, and what `make_change`
    raises; nothing has moved then.
    """
    change = locked_change(change_id)
    part = change.fulfilment
    if change.state != ChangeState.PRICED or change.due_at <= now:
        raise MoveNotAllowed(change, change.state, ChangeState.ACCEPTED)
    if part.state not in CAN_BE_CHANGED:
        raise MoveNotAllowed(part, part.state, ChangeState.ACCEPTED)
    if change.version != seen_version:
        raise AnotherPrice(change)
    assert change.amount is not None
    settling = settling_of(part, change.amount)
    balance = unpaid_balance(part)
    if settling.to_balance and balance is not None and is_being_paid(balance.reference):
        raise BeingPaid
    change.reckoned = {
        **change.reckoned,
        "to_pay": str(settling.to_pay),
        "to_return": str(settling.to_return),
    }
    # Who accepts in the last minute has time to pay.
    change.due_at = max(change.due_at, now + 2 * timedelta(minutes=settings.PAYMENT_MINUTES))
    move(
        change,
        ChangeState.ACCEPTED,
        transitions=CHANGE_TRANSITIONS,
        by=by,
        reason=f"version {change.version}",
        also=["reckoned", "due_at"],
    )
    if not settling.to_pay:
        make_change(change, settling, now=now, today=timezone.localdate(now), by=by)
    return change


def begin_change_payment(*, change_id: int, method: str, opening: dict[str, str]) -> PaymentAttempt:
    """Open a payment of the difference with the provider; ten taps open one.

    `opening`: email, language, success_url, cancel_url. Raises NothingToPay, and the gateway's
    ProviderDown and Refused.
    """
    return open_payment(lambda: _write(change_id, Method(method), opening), settle_change)


@transaction.atomic
def _write(change_id: int, method: str, opening: dict[str, str]) -> Written:
    change = locked_change(change_id)
    waits = change.state == ChangeState.ACCEPTED and change.due_at > timezone.now()
    if not waits or is_paid_unsettled(change.reference):
        raise NothingToPay(change)
    return write_attempt(
        reference=change.reference, amount=change.to_pay, method=method, opening=opening
    )


def give_up_change_payment(*, reference: UUID) -> None:
    """The buyer wants to pay another way, or not at all: what is open is closed first.

    Raises ProviderDown.
    """
    give_up(reference, settle_change)


def look_again_at_change(*, reference: UUID) -> None:
    """Ask the provider how open payments stand, and settle what is paid. Raises ProviderDown."""
    look_again(reference, settle_change)


def settle_change(reference: UUID) -> bool:
    """Paid money makes the change, once, or goes back. False where there is no such change."""
    found = ChangeRequest.objects.filter(reference=reference).values_list("pk", flat=True).first()
    if found is None:
        return False
    settle_each(reference, partial(_settle, found), partial(_settle, found, refused=True))
    return True


@transaction.atomic
def _settle(change_id: int, attempt_id: int, *, refused: bool = False) -> None:
    """Make the change, or (`refused`: in any case) send the money back."""
    change = locked_change(change_id)
    attempt = PaymentAttempt.objects.select_for_update().get(pk=attempt_id)
    if attempt.state != AttemptState.PAID or attempt.settled_at is not None:
        return
    if refused or not _made(change, attempt):
        payments.request_refund(
            checkout_reference=change.reference,
            attempt_id=attempt.pk,
            amount=attempt.amount,
            cause=f"attempt:{attempt.pk}:change",
            reason=f"change {change.state}",
        )
        tell_buyer(change, "change_returned", total=str(attempt.amount), method=attempt.method)
    attempt.settled_at = timezone.now()
    attempt.save(update_fields=["settled_at"])


def _made(change: ChangeRequest, attempt: PaymentAttempt) -> bool:
    """Whether this money has made the change. What cannot be made any more ends here."""
    right = attempt.amount == change.to_pay > 0
    if change.state != ChangeState.ACCEPTED or not right:
        return False
    now = timezone.now()
    settling = Settling(to_pay=Decimal(change.to_pay))
    try:
        with transaction.atomic():
            make_change(change, settling, now=now, today=timezone.localdate(now), by=change.by)
    except CANNOT_BE_MADE:
        logger.exception("change %s: paid, and could not be made", change.pk)
        change = locked_change(change.pk)
        end(change, ChangeState.LAPSED, reason="not possible any more")
        tell_group(change, "change_lapsed_for_group", was="paid")
        return False
    return True
