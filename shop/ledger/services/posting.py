"""Writing what happened to money: one event, entries that sum to zero, once per cause."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from shop.core.money import ZERO, baht

from ..models import Earning, GroupBook, LedgerEntry, LedgerEvent, Till
from ..states import OF_GROUPS


class CauseMeansOther(Exception):
    """This cause has been recorded already, with other facts; nothing was written."""

    def __init__(self, event: LedgerEvent, facts: dict[str, Any]):
        super().__init__(f"{event}: {event.facts}, now {facts}")
        self.event, self.facts = event, facts


class AmountNotPositive(Exception):
    """An amount of money that moves is more than nothing; the minus is the ledger's."""


@dataclass(slots=True)
class Entries:
    """Signed baht to be written for one event; equal places are added up."""

    rows: dict[tuple[str, int | None, int | None], Decimal] = field(default_factory=dict)

    def add(
        self,
        account: str,
        amount: Decimal,
        *,
        enterprise_id: int | None = None,
        part_id: int | None = None,
    ) -> None:
        place = (account, enterprise_id, part_id)
        self.rows[place] = self.rows.get(place, ZERO) + amount

    def __iter__(self) -> Iterator[LedgerEntry]:
        for (account, enterprise_id, part_id), amount in self.rows.items():
            if amount:
                yield LedgerEntry(
                    account=account, enterprise_id=enterprise_id, part_id=part_id, amount=amount
                )

    def check(self) -> None:
        """A mistake of ours must not be written. Raises ValueError."""
        total = sum(self.rows.values(), ZERO)
        if total:
            raise ValueError(f"the entries sum to {total}")
        for (account, enterprise_id, _), amount in self.rows.items():
            if amount != baht(amount) or (account in OF_GROUPS and enterprise_id is None):
                raise ValueError(f"no entry: {account} {amount}")


def positive(amount: Decimal) -> Decimal:
    """The amount, if it is whole satang and more than nothing. Raises AmountNotPositive."""
    if amount <= 0 or amount != baht(amount):
        raise AmountNotPositive(str(amount))
    return amount


def known_event(kind: str, cause: str, facts: dict[str, Any]) -> LedgerEvent | None:
    """The event of this cause, if it is written; raises CauseMeansOther for other facts."""
    event = LedgerEvent.objects.filter(kind=kind, cause=cause).first()
    if event is not None and event.facts != facts:
        raise CauseMeansOther(event, facts)
    return event


def write_event(
    kind: str,
    cause: str,
    entries: Entries,
    *,
    facts: dict[str, Any],
    order_id: int | None = None,
    by: Any = None,
    reason: str = "",
    at: datetime | None = None,
) -> LedgerEvent:
    """Write the event and its entries, in the caller's transaction.

    The caller has asked `known_event`. Told twice at the same moment, the later one waits for the
    unique constraint and raises IntegrityError; `once` turns that into the first one's event.
    """
    entries.check()
    event = LedgerEvent.objects.create(
        kind=kind,
        cause=cause,
        order_id=order_id,
        facts=facts,
        by=by if getattr(by, "pk", None) else None,
        reason=reason[:200],
        at=at or timezone.now(),
    )
    rows = list(entries)
    for row in rows:
        row.event = event
    LedgerEntry.objects.bulk_create(rows)
    return event


def once(kind: str, cause: str, facts: dict[str, Any], write: Any) -> LedgerEvent:
    """The event of this cause: the one that stands, or what `write()` writes now.

    For events that only add, and so lock no book.
    """
    known = known_event(kind, cause, facts)
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return write()
    except IntegrityError:
        known = known_event(kind, cause, facts)
        if known is None:
            raise
        return known


def lock_books(enterprise_ids: Iterable[int]) -> dict[int, GroupBook]:
    """The books of these groups, locked in the order of their groups; opened where missing."""
    wanted = sorted(set(enterprise_ids))
    books = _locked(wanted)
    if len(books) < len(wanted):
        missing = [GroupBook(enterprise_id=pk) for pk in wanted if pk not in books]
        GroupBook.objects.bulk_create(missing, ignore_conflicts=True)
        books = _locked(wanted)
    return books


def _locked(enterprise_ids: list[int]) -> dict[int, GroupBook]:
    books = GroupBook.objects.select_for_update().filter(enterprise_id__in=enterprise_ids)
    return {book.enterprise_id: book for book in books.order_by("enterprise_id")}


def lock_till(account: str) -> Till:
    """Our own money on one account, locked before something is taken from it; after all books."""
    found = Till.objects.select_for_update().filter(account=account).first()
    if found is None:
        Till.objects.bulk_create([Till(account=account)], ignore_conflicts=True)
        found = Till.objects.select_for_update().get(account=account)
    return found


def place_of(part_id: int | None) -> dict[str, int | None]:
    """Group and part of an entry about this part."""
    if part_id is None:
        return {"enterprise_id": None, "part_id": None}
    group = Earning.objects.values_list("enterprise_id", flat=True).get(part_id=part_id)
    return {"enterprise_id": group, "part_id": part_id}
