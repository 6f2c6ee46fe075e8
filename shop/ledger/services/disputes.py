"""A buyer's bank takes a payment back: held until it is decided, then given back or lost."""

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from shop.core.money import ZERO

from ..facts import RefundLine
from ..models import Earning, LedgerEvent, SaleLine, Stop
from ..states import Account, EventKind, Payer
from .posting import (
    Entries,
    known_event,
    lock_books,
    positive,
    write_event,
)
from .refunds import give_back, left_of, share_out


class NotOpen(Exception):
    """There is no such dispute, or it has been decided the other way; nothing moved."""


@transaction.atomic
def open_dispute(
    *, dispute: str, order_id: int, amount: Decimal, charge: Decimal = ZERO
) -> LedgerEvent:
    """The provider has taken back `amount` baht and a `charge`; the order's parts are stopped."""
    cause = f"dispute:{dispute}"
    facts = {"order": order_id, "amount": str(positive(amount)), "charge": str(charge)}
    earnings = _locked(order_id)
    known = known_event(EventKind.DISPUTE_OPENED, cause, facts)
    if known is not None:
        return known
    entries = Entries()
    entries.add(Account.BUYER, amount)
    entries.add(Account.PAYMENT_FEE, charge)
    entries.add(Account.PROVIDER, -amount - charge)
    for earning in earnings:
        Stop.objects.get_or_create(earning=earning, cause=cause)
    return write_event(EventKind.DISPUTE_OPENED, cause, entries, facts=facts, order_id=order_id)


@transaction.atomic
def win_dispute(*, dispute: str, charge_back: Decimal = ZERO) -> LedgerEvent:
    """The money has come back, with `charge_back` baht of the charge; releasing goes on.

    Raises NotOpen.
    """
    opened, earnings = _opened(dispute)
    facts = {"charge_back": str(charge_back)}
    known = _decided(opened, EventKind.DISPUTE_WON, EventKind.DISPUTE_LOST, facts)
    if known is not None:
        return known
    amount = Decimal(opened.facts["amount"])
    entries = Entries()
    entries.add(Account.PROVIDER, amount + charge_back)
    entries.add(Account.BUYER, -amount)
    entries.add(Account.PAYMENT_FEE, -charge_back)
    event = write_event(
        EventKind.DISPUTE_WON, opened.cause, entries, facts=facts, order_id=opened.order_id
    )
    _end_stops(earnings, opened.cause)
    return event


@transaction.atomic
def lose_dispute(*, dispute: str, payer: str = Payer.PLATFORM, by: Any = None) -> LedgerEvent:
    """The buyer keeps the money. `payer` bears it; where it is the group, the sale is taken back.

    What is more than is left of the order's price is the platform's. Raises NotOpen, FundIsShort.
    """
    opened, earnings = _opened(dispute)
    facts = {"payer": str(payer)}
    known = _decided(opened, EventKind.DISPUTE_LOST, EventKind.DISPUTE_WON, facts)
    if known is not None:
        return known
    amount = Decimal(opened.facts["amount"])
    sold = list(SaleLine.objects.filter(order=opened.order))
    lefts = left_of(sold)
    lines = share_out(lefts, min(amount, sum((left.price for left in lefts), ZERO)))
    event = _lose(opened, lines, sold, facts, amount, payer, by)
    _end_stops(earnings, opened.cause)
    return event


def _lose(
    opened: LedgerEvent,
    lines: list[RefundLine],
    sold: list[SaleLine],
    facts: dict[str, Any],
    amount: Decimal,
    payer: str,
    by: Any,
) -> LedgerEvent:
    rest = amount - sum((line.amount for line in lines), ZERO)
    more = Entries()
    more.add(Account.BUYER, -rest)
    more.add(Account.PLATFORM_FEE, rest)
    wanted = {line.sale_line_id for line in lines}
    return give_back(
        EventKind.DISPUTE_LOST,
        opened.cause,
        lines,
        [line for line in sold if line.pk in wanted],
        facts,
        payer=payer,
        by=by,
        reason="",
        entries=more,
        order_id=opened.order_id,
    )


def _locked(order_id: int) -> list[Earning]:
    """The order's earnings, under the locks of their groups."""
    groups = Earning.objects.filter(order_id=order_id).values_list("enterprise_id", flat=True)
    lock_books(groups)
    return list(Earning.objects.filter(order_id=order_id).order_by("pk"))


def _opened(dispute: str) -> tuple[LedgerEvent, list[Earning]]:
    opened = LedgerEvent.objects.filter(
        kind=EventKind.DISPUTE_OPENED, cause=f"dispute:{dispute}"
    ).first()
    if opened is None or opened.order_id is None:
        raise NotOpen(dispute)
    return opened, _locked(opened.order_id)


def _decided(
    opened: LedgerEvent, kind: str, other: str, facts: dict[str, Any]
) -> LedgerEvent | None:
    if LedgerEvent.objects.filter(kind=other, cause=opened.cause).exists():
        raise NotOpen(opened.cause)
    return known_event(kind, opened.cause, facts)


def _end_stops(earnings: list[Earning], cause: str) -> None:
    Stop.objects.filter(earning__in=earnings, cause=cause, ended_at=None).update(
        ended_at=timezone.now()
    )
