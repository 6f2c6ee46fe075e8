"""What there is, as plain sums of entries; and whether it all adds up."""

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Sum

from shop.core.money import ZERO, baht

from ..models import LedgerEntry
from ..states import OWED, OWING, Account


@dataclass(frozen=True, slots=True)
class GroupMoney:
    """One group's money in positive baht: coming, to be paid, with the bank, owed by it."""

    held: Decimal
    releasable: Decimal
    paying: Decimal
    advanced: Decimal
    debt: Decimal

    @property
    def payable(self) -> Decimal:
        """What the next payout would pay."""
        return max(self.releasable - self.debt, ZERO)


def money_of_group(enterprise_id: int) -> GroupMoney:
    """One statement, however much the group has sold."""
    sums = LedgerEntry.objects.of_group(enterprise_id).balances()
    return GroupMoney(
        held=-sums.get(Account.HELD, ZERO) - sums.get(Account.VAT, ZERO),
        releasable=-sums.get(Account.RELEASABLE, ZERO),
        paying=-sums.get(Account.PAYING, ZERO),
        advanced=sums.get(Account.ADVANCE, ZERO),
        debt=sums.get(Account.DEBT, ZERO),
    )


def all_balances() -> dict[str, Decimal]:
    """Every account's sum (baht, signed); together they are nothing."""
    sums = LedgerEntry.objects.all().balances()
    return {account: sums.get(account, ZERO) for account in Account.values}


def what_does_not_add_up() -> list[str]:
    """Everything that breaks a promise of the ledger, in words for the office; empty by default."""
    found = []
    events = LedgerEntry.objects.order_by().values("event").annotate(sum=Sum("amount"))
    found += [f"event {row['event']} sums to {row['sum']}" for row in events if baht(row["sum"])]
    for (account, part), amount in (
        LedgerEntry.objects.on(*OWED, *OWING).balances("account", "part_id").items()
    ):
        if account in (Account.HELD, Account.VAT, Account.ADVANCE) and _wrong(account, amount):
            found.append(f"{account} of part {part}: {amount}")
    for (account, group), amount in (
        LedgerEntry.objects.on(*OWED, *OWING).balances("account", "enterprise").items()
    ):
        if _wrong(account, amount):
            found.append(f"{account} of group {group}: {amount}")
    return found


def _wrong(account: str, amount: Decimal) -> bool:
    return amount > 0 if account in OWED else amount < 0
