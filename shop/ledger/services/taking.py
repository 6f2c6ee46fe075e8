"""What a group has, as seen under its lock, and taking from it in the order of the house."""

from decimal import Decimal

from django.db.models import Q

from shop.core.money import ZERO

from ..models import Earning, LedgerEntry
from ..states import Account
from .posting import Entries


class Purse:
    """What one group has at this moment, all as plain positive baht; its book is locked.

    Taking changes these numbers and adds the entries, so that several takings in one event see
    each other.
    """

    def __init__(self, enterprise_id: int, earnings: list[Earning]):
        self.enterprise_id = enterprise_id
        self.earnings = {each.part_id: each for each in earnings}
        rows = LedgerEntry.objects.of_group(enterprise_id).filter(
            Q(account__in=[Account.RELEASABLE, Account.DEBT])
            | Q(
                part_id__in=self.earnings,
                account__in=[Account.HELD, Account.VAT, Account.ADVANCE],
            )
        )
        self.releasable = self.debt = ZERO
        self.held: dict[int, Decimal] = {}
        self.vat: dict[int, Decimal] = {}
        self.advance: dict[int, Decimal] = {}
        for (account, part_id), amount in rows.balances("account", "part_id").items():
            if account == Account.RELEASABLE:
                self.releasable -= amount
            elif account == Account.DEBT:
                self.debt += amount
            elif account == Account.HELD:
                self.held[part_id] = -amount
            elif account == Account.VAT:
                self.vat[part_id] = -amount
            else:
                self.advance[part_id] = amount

    @property
    def payable(self) -> Decimal:
        """What the next payout would pay (baht); never less than nothing."""
        return max(self.releasable - self.debt, ZERO)

    def take(self, amount: Decimal, entries: Entries, *, part_id: int | None = None) -> None:
        """Take from what is held of the part, then from what is releasable, then as debt."""
        if part_id is not None:
            amount -= self._from_held(amount, part_id, entries)
        ready = min(amount, self.releasable)
        self._add(entries, Account.RELEASABLE, ready)
        self.releasable -= ready
        self._add(entries, Account.DEBT, amount - ready)
        self.debt += amount - ready

    def take_vat(self, amount: Decimal, entries: Entries, *, part_id: int) -> None:
        """Take VAT that is held; where it has been released, as everything else."""
        held = min(amount, self.vat.get(part_id, ZERO))
        if held:
            self.vat[part_id] -= held
            entries.add(Account.VAT, held, enterprise_id=self.enterprise_id, part_id=part_id)
        self.take(amount - held, entries, part_id=part_id)

    def cover_advance(self, entries: Entries, *, part_id: int) -> None:
        """What was advanced and is held no longer is taken at once."""
        held, advanced = self.held.get(part_id, ZERO), self.advance.get(part_id, ZERO)
        if advanced <= held:
            return
        open_ = advanced - held
        self.advance[part_id] = held
        entries.add(Account.ADVANCE, -open_, enterprise_id=self.enterprise_id, part_id=part_id)
        self.take(open_, entries)

    def _from_held(self, amount: Decimal, part_id: int, entries: Entries) -> Decimal:
        held = min(amount, self.held.get(part_id, ZERO))
        if held:
            self.held[part_id] -= held
            entries.add(Account.HELD, held, enterprise_id=self.enterprise_id, part_id=part_id)
        return held

    def _add(self, entries: Entries, account: str, amount: Decimal) -> None:
        if amount:
            entries.add(account, amount, enterprise_id=self.enterprise_id)
