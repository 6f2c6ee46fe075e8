"""Paying groups: computed, looked through, approved by a second officer, sent, answered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shop.core.money import ZERO
from shop.core.states import MoveNotAllowed, move

from ..models import GroupBook, LedgerEntry, Payout, PayoutBatch, Transfer
from ..periods import next_payout_on
from ..states import (
    BATCH_TRANSITIONS,
    NOT_APPROVED,
    PAYOUT_TRANSITIONS,
    TRANSFER_TRANSITIONS,
    Account,
    BatchState,
    EventKind,
    PayoutState,
    TransferState,
)
from .bank_accounts import accounts_in_use, holder_of, number_of
from .posting import Entries, lock_books, lock_till, write_event
from .taking import Purse


class NothingToPay(Exception):
    """No group is due; `left_out` tells why each that has money is left for later."""

    def __init__(self, left_out: "list[LeftOut]"):
        super().__init__(f"{len(left_out)} groups wait")
        self.left_out = left_out


class SecondOfficerNeeded(Exception):
    """Who computed or looked through a batch cannot approve it."""


class PreviewIsOld(Exception):
    """These groups (ids) are owed less than was looked through, or are paid elsewhere now."""

    def __init__(self, enterprise_ids: list[int]):
        super().__init__(str(enterprise_ids))
        self.enterprise_ids = enterprise_ids


class AnsweredOtherwise(Exception):
    """The bank has given this transfer another reference; nothing was written."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A group that has money and is not paid now: "day", "minimum", "account" or "batch"."""

    enterprise_id: int
    payable: Decimal
    why: str


@dataclass(frozen=True, slots=True)
class BankLine:
    """What the bank is told of one transfer; the number is in clear."""

    transfer_id: int
    reference: str
    bank_code: str
    number: str
    holder: str
    amount: Decimal


# --- computing ---


@transaction.atomic
def compute_batch(
    *, today: date, by: Any, now: datetime | None = None
) -> tuple[PayoutBatch, list[LeftOut]]:
    """What is owed to every group that is due, without moving anything. Raises NothingToPay."""
    lock_till(Account.PAYING)
    batch = PayoutBatch.objects.create(day=today, computed_by=by)
    return batch, _fill(batch, now or timezone.now())


@transaction.atomic
def recompute_batch(
    *, batch_id: int, by: Any, now: datetime | None = None
) -> tuple[PayoutBatch, list[LeftOut]]:
    """The same day reckoned anew; it has to be looked through again. Raises NothingToPay."""
    lock_till(Account.PAYING)
    batch = _locked(batch_id)
    if batch.state == BatchState.PREVIEWED:
        _move(batch, BatchState.COMPUTED, by)
    if batch.state != BatchState.COMPUTED:
        raise MoveNotAllowed(batch, batch.state, BatchState.COMPUTED)
    batch.computed_by, batch.previewed_by = by, None
    batch.save(update_fields=["computed_by", "previewed_by"])
    batch.payouts.all().delete()
    return batch, _fill(batch, now or timezone.now())


@transaction.atomic
def preview_batch(*, batch_id: int, by: Any) -> PayoutBatch:
    """The lines have been looked through."""
    batch = _locked(batch_id)
    batch.previewed_by = by
    _move(batch, BatchState.PREVIEWED, by, also=["previewed_by"])
    return batch


@transaction.atomic
def drop_batch(*, batch_id: int, by: Any, reason: str = "") -> PayoutBatch:
    """The batch is given up before it is approved; nothing has moved."""
    batch = _locked(batch_id)
    if batch.state == BatchState.DROPPED:
        return batch
    _move(batch, BatchState.DROPPED, by, reason=reason)
    for payout in batch.payouts.all():
        move(payout, PayoutState.DROPPED, transitions=PAYOUT_TRANSITIONS, by=by, reason=reason)
    return batch


def _fill(batch: PayoutBatch, now: datetime) -> list[LeftOut]:
    sums = LedgerEntry.objects.on(Account.RELEASABLE, Account.DEBT).balances(
        "enterprise", "account"
    )
    groups = sorted({group for group, _ in sums})
    books = {book.enterprise_id: book for book in GroupBook.objects.filter(enterprise__in=groups)}
    waiting = set(
        Payout.objects.filter(state=PayoutState.COMPUTED).values_list("enterprise_id", flat=True)
    )
    accounts = accounts_in_use(groups, at=now)
    rows, left_out = [], []
    for group in groups:
        ready = -sums.get((group, Account.RELEASABLE), ZERO)
        netted = min(sums.get((group, Account.DEBT), ZERO), ready)
        amount = ready - netted
        if amount <= 0:
            continue
        book, account = books.get(group), accounts.get(group)
        why = "batch" if group in waiting else _not_yet(book, amount, batch.day)
        if why or account is None:
            left_out.append(LeftOut(group, amount, why or "account"))
            continue
        rows.append(
            Payout(
                batch=batch,
                enterprise_id=group,
                amount=amount,
                netted=netted,
                bank_account=account,
                period_until=batch.day,
            )
        )
    if not rows:
        raise NothingToPay(left_out)
    _begin_periods(rows)
    Payout.objects.bulk_create(rows)
    return left_out


def _not_yet(book: GroupBook | None, amount: Decimal, day: date) -> str:
    if book is not None and book.next_payout_on is not None and book.next_payout_on > day:
        return "day"
    minimum = book.payout_minimum if book else None
    return "minimum" if amount < (settings.PAYOUT_MINIMUM if minimum is None else minimum) else ""


def _begin_periods(rows: list[Payout]) -> None:
    """Each period begins the day after the last payout's ended."""
    done = (PayoutState.APPROVED, PayoutState.PAID)
    last: dict[int, date] = {}
    for group, until in Payout.objects.filter(
        enterprise__in=[row.enterprise_id for row in rows], state__in=done
    ).values_list("enterprise_id", "period_until"):
        last[group] = max(last.get(group, until), until)
    for row in rows:
        before = last.get(row.enterprise_id)
        if before is not None:
            row.period_from = min(date.fromordinal(before.toordinal() + 1), row.period_until)


# --- approving ---


@transaction.atomic
def approve_batch(*, batch_id: int, by: Any, now: datetime | None = None) -> PayoutBatch:
    """A second officer approves: from here on the money is the bank's to pay, once.

    Raises SecondOfficerNeeded, PreviewIsOld (nothing moves), MoveNotAllowed. Approved already:
    the batch as it is.
    """
    now = now or timezone.now()
    batch = _locked(batch_id)
    if batch.approved_by_id is not None:
        return batch
    if by.pk in (batch.computed_by_id, batch.previewed_by_id):
        raise SecondOfficerNeeded
    payouts = list(batch.payouts.order_by("enterprise"))
    books = lock_books(payout.enterprise_id for payout in payouts)
    purses = {payout.pk: Purse(payout.enterprise_id, []) for payout in payouts}
    accounts = accounts_in_use(books, at=now)
    old = [
        payout.enterprise_id
        for payout in payouts
        if purses[payout.pk].payable < payout.amount
        or accounts.get(payout.enterprise_id) != payout.bank_account
    ]
    if old:
        raise PreviewIsOld(old)
    batch.approved_by, batch.approved_at = by, now
    _move(batch, BatchState.APPROVED, by, also=["approved_by", "approved_at"])
    for payout in payouts:
        _approve(payout, purses[payout.pk], by)
        book = books[payout.enterprise_id]
        book.next_payout_on = next_payout_on(book.payout_period, batch.day)
        book.save(update_fields=["next_payout_on"])
    return batch


def _approve(payout: Payout, purse: Purse, by: Any) -> None:
    cause, group = f"payout:{payout.pk}", payout.enterprise_id
    payout.netted = purse.debt
    if purse.debt:
        netting = Entries()
        netting.add(Account.RELEASABLE, purse.debt, enterprise_id=group)
        netting.add(Account.DEBT, -purse.debt, enterprise_id=group)
        write_event(EventKind.NETTING, cause, netting, facts={"amount": str(purse.debt)}, by=by)
    paying = Entries()
    paying.add(Account.RELEASABLE, payout.amount, enterprise_id=group)
    paying.add(Account.PAYING, -payout.amount, enterprise_id=group)
    write_event(EventKind.PAYOUT, cause, paying, facts={"amount": str(payout.amount)}, by=by)
    move(payout, PayoutState.APPROVED, transitions=PAYOUT_TRANSITIONS, by=by, also=["netted"])
    Transfer.objects.create(payout=payout, amount=payout.amount)


# --- the bank ---


@transaction.atomic
def export_batch(*, batch_id: int, by: Any, now: datetime | None = None) -> PayoutBatch:
    """The batch goes to the bank; `bank_lines` gives its lines. Exported already: as it is."""
    batch = _locked(batch_id)
    if batch.exported_at is not None:
        return batch
    batch.exported_at = now or timezone.now()
    _move(batch, BatchState.EXPORTED, by, also=["exported_at"])
    ready = Transfer.objects.filter(payout__batch=batch, state=TransferState.READY)
    for transfer in ready.select_for_update(of=("self",)).order_by("pk"):
        transfer.sent_at = batch.exported_at
        move(
            transfer,
            TransferState.SENT,
            transitions=TRANSFER_TRANSITIONS,
            by=by,
            also=["sent_at"],
        )
    return batch


def bank_lines(batch: PayoutBatch) -> Iterator[BankLine]:
    """The transfers of an exported batch, one by one, however many; numbers are read here only.

    What has been answered is not told to the bank again. Raises MoveNotAllowed before exporting.
    """
    if batch.state != BatchState.EXPORTED:
        raise MoveNotAllowed(batch, batch.state, BatchState.EXPORTED)
    sent = Transfer.objects.filter(payout__batch=batch, state=TransferState.SENT)
    for transfer in sent.select_related("payout__bank_account").order_by("pk").iterator(500):
        account = transfer.payout.bank_account
        yield BankLine(
            transfer.pk,
            transfer.reference.hex,
            account.bank_code,
            number_of(account),
            holder_of(account),
            transfer.amount,
        )


@transaction.atomic
def note_result(
    *,
    transfer_id: int,
    result: str,
    bank_reference: str = "",
    by: Any = None,
    reason: str = "",
    now: datetime | None = None,
) -> Transfer:
    """What the bank says of one transfer: paid, returned, or unresolved. Safe to repeat.

    Raises MoveNotAllowed for a step that is none, AnsweredOtherwise for another reference of a
    paid transfer; nothing moves then.
    """
    batch_id, group = Transfer.objects.values_list("payout__batch", "payout__enterprise").get(
        pk=transfer_id
    )
    batch = _locked(batch_id)
    lock_books([group])
    transfer = Transfer.objects.select_related("payout").get(pk=transfer_id)
    before = transfer.state
    if before == result:
        if bank_reference and bank_reference != transfer.bank_reference:
            raise AnsweredOtherwise(str(transfer))
        return transfer
    transfer.bank_reference = transfer.bank_reference or bank_reference[:80]
    transfer.answered_at = now or timezone.now()
    move(
        transfer,
        result,
        transitions=TRANSFER_TRANSITIONS,
        by=by,
        reason=reason,
        also=["bank_reference", "answered_at"],
    )
    if result in (TransferState.PAID, TransferState.RETURNED):
        _write_result(transfer, before, by)
        _close_if_answered(batch, by)
    return transfer


def _write_result(transfer: Transfer, before: str, by: Any) -> None:
    payout, group = transfer.payout, transfer.payout.enterprise_id
    entries = Entries()
    if transfer.state == TransferState.PAID:
        kind, to = EventKind.TRANSFER_PAID, PayoutState.PAID
        entries.add(Account.PAYING, transfer.amount, enterprise_id=group)
        entries.add(Account.BANK, -transfer.amount)
    else:
        kind, to = EventKind.TRANSFER_RETURNED, PayoutState.RETURNED
        entries.add(Account.RELEASABLE, -transfer.amount, enterprise_id=group)
        if before == TransferState.PAID:
            entries.add(Account.BANK, transfer.amount)
        else:
            entries.add(Account.PAYING, transfer.amount, enterprise_id=group)
        # Due again at once: the next batch pays it.
        GroupBook.objects.filter(enterprise=group).update(next_payout_on=None)
    write_event(
        kind, f"transfer:{transfer.pk}", entries, facts={"amount": str(transfer.amount)}, by=by
    )
    move(payout, to, transitions=PAYOUT_TRANSITIONS, by=by)


def _close_if_answered(batch: PayoutBatch, by: Any) -> None:
    answered = (TransferState.PAID, TransferState.RETURNED)
    open_ = Transfer.objects.filter(payout__batch=batch).exclude(state__in=answered)
    if batch.state == BatchState.EXPORTED and not open_.exists():
        _move(batch, BatchState.CLOSED, by)


def _locked(batch_id: int) -> PayoutBatch:
    return PayoutBatch.objects.select_for_update(of=("self",)).get(pk=batch_id)


def _move(batch: PayoutBatch, to: str, by: Any, *, also: Any = (), reason: str = "") -> None:
    move(batch, to, transitions=BATCH_TRANSITIONS, by=by, also=also, reason=reason)


__all__ = [
    "NOT_APPROVED",
    "AnsweredOtherwise",
    "BankLine",
    "LeftOut",
    "NothingToPay",
    "PreviewIsOld",
    "SecondOfficerNeeded",
    "approve_batch",
    "bank_lines",
    "compute_batch",
    "drop_batch",
    "export_batch",
    "note_result",
    "preview_batch",
    "recompute_batch",
]
