"""Money between ourselves, the provider and a group: fees taken, payouts of the provider, debts."""

from decimal import Decimal
from typing import Any

from django.db import transaction

from ..models import LedgerEvent
from ..states import Account, EventKind
from .posting import Entries, known_event, lock_books, once, positive, write_event
from .taking import Purse


class NotOwedSoMuch(Exception):
    """The group owes less than that (`owed` baht); nothing moved."""

    def __init__(self, owed: Decimal):
        super().__init__(str(owed))
        self.owed = owed


@transaction.atomic
def set_aside(*, cause: str, amount: Decimal, by: Any = None, reason: str = "") -> LedgerEvent:
    """The platform sets some of its fees aside for buyers, in the guarantee fund."""
    return _move(
        EventKind.FUND, cause, amount, Account.PLATFORM_FEE, Account.GUARANTEE_FUND, by, reason
    )


@transaction.atomic
def note_provider_fee(*, cause: str, amount: Decimal) -> LedgerEvent:
    """The provider has kept its fee."""
    return _move(EventKind.PROVIDER_FEE, cause, amount, Account.PAYMENT_FEE, Account.PROVIDER)


@transaction.atomic
def note_provider_payout(*, cause: str, amount: Decimal) -> LedgerEvent:
    """The provider has paid to our bank account."""
    return _move(EventKind.PROVIDER_PAYOUT, cause, amount, Account.BANK, Account.PROVIDER)


def _move(
    kind: str,
    cause: str,
    amount: Decimal,
    to: str,
    from_: str,
    by: Any = None,
    reason: str = "",
) -> LedgerEvent:
    facts = {"amount": str(positive(amount))}

    def write() -> LedgerEvent:
        entries = Entries()
        entries.add(to, amount)
        entries.add(from_, -amount)
        return write_event(kind, cause, entries, facts=facts, by=by, reason=reason)

    return once(kind, cause, facts, write)


@transaction.atomic
def note_debt_repaid(
    *, cause: str, enterprise_id: int, amount: Decimal, by: Any = None
) -> LedgerEvent:
    """The group has paid to our bank what it owed. Raises NotOwedSoMuch."""
    return _settle_debt(EventKind.DEBT_REPAID, cause, enterprise_id, amount, Account.BANK, by, "")


@transaction.atomic
def waive_debt(
    *, cause: str, enterprise_id: int, amount: Decimal, by: Any, reason: str
) -> LedgerEvent:
    """The platform bears what the group owed. Raises NotOwedSoMuch."""
    return _settle_debt(
        EventKind.DEBT_WAIVED, cause, enterprise_id, amount, Account.PLATFORM_FEE, by, reason
    )


def _settle_debt(
    kind: str,
    cause: str,
    enterprise_id: int,
    amount: Decimal,
    to: str,
    by: Any,
    reason: str,
) -> LedgerEvent:
    facts = {"group": enterprise_id, "amount": str(positive(amount))}
    lock_books([enterprise_id])
    known = known_event(kind, cause, facts)
    if known is not None:
        return known
    owed = Purse(enterprise_id, []).debt
    if amount > owed:
        raise NotOwedSoMuch(owed)
    entries = Entries()
    entries.add(to, amount)
    entries.add(Account.DEBT, -amount, enterprise_id=enterprise_id)
    return write_event(kind, cause, entries, facts=facts, by=by, reason=reason)
