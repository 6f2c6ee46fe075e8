"""Money that goes back to a buyer: who pays for it, and what is taken back of the price."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from shop.core.money import ZERO, baht
from shop.core.states import move

from ..facts import RefundLine, total_of
from ..models import PARTS, Earning, LedgerEntry, LedgerEvent, Reversal, SaleLine
from ..pricing import take_proportionally
from ..states import (
    EARNING_TRANSITIONS,
    Account,
    EarningState,
    EventKind,
    FeeBearer,
    Payer,
    SoldAs,
)
from .posting import (
    Entries,
    known_event,
    lock_books,
    lock_till,
    once,
    place_of,
    positive,
    write_event,
)
from .releasing import start_counting
from .taking import Purse


class MoreThanLeft(Exception):
    """More would go back than is left of the price (baht); nothing moved."""

    def __init__(self, asked: Decimal, left: Decimal):
        super().__init__(f"{asked} of {left}")
        self.asked, self.left = asked, left


class FundIsShort(Exception):
    """The guarantee fund has less than is asked of it; nothing moved."""

    def __init__(self, asked: Decimal, left: Decimal):
        super().__init__(f"{asked} of {left}")
        self.asked, self.left = asked, left


@dataclass(slots=True)
class Left:
    """What is left of one sale line's price, part by part (baht)."""

    line: SaleLine
    parts: dict[str, Decimal]

    @property
    def price(self) -> Decimal:
        return sum(self.parts.values(), ZERO)


def left_of(lines: Iterable[SaleLine]) -> list[Left]:
    """What is left of these lines after everything that was taken back; one read."""
    rows = list(lines)
    taken: dict[int, dict[str, Any]] = {
        row["sale_line"]: {**row}
        for row in Reversal.objects.filter(sale_line__in=[line.pk for line in rows])
        .order_by()
        .values("sale_line")
        .annotate(**{f"sum_{name}": Sum(name) for name in PARTS})
    }
    return [
        Left(
            line,
            {
                name: getattr(line, name) - baht(taken.get(line.pk, {}).get(f"sum_{name}") or 0)
                for name in PARTS
            },
        )
        for line in rows
    ]


# --- what a refund is ---


@transaction.atomic
def record_refund(
    *,
    cause: str,
    lines: Sequence[RefundLine],
    payer: str = Payer.GROUP,
    by: Any = None,
    reason: str = "",
) -> LedgerEvent:
    """Money goes back of these lines, once per cause; `payer` decides what it is taken from.

    All lines belong to one order. Raises MoreThanLeft, FundIsShort, CauseMeansOther; then
    nothing moved.
    """
    sold = _sale_lines(lines)
    facts = {
        "payer": str(payer),
        "lines": {str(line.sale_line_id): str(positive(line.amount)) for line in lines},
    }
    return give_back(
        EventKind.REFUND, f"refund:{cause}", lines, sold, facts, payer=payer, by=by, reason=reason
    )


@transaction.atomic
def take_back_part(
    *, part_id: int, cause: str, today: date, kept: Decimal = ZERO, by: Any = None, reason: str = ""
) -> LedgerEvent | None:
    """A part will not be, or not all of it: everything goes back but what the group keeps.

    `kept` is baht of the goods' price; the delivery goes back first. What the buyer never paid
    is only written off. Once per cause. None where nothing is left to take back.
    """
    earning = Earning.objects.get(part_id=part_id)
    lock_books([earning.enterprise_id])
    facts = {"part": part_id, "kept": str(kept)}
    known = known_event(EventKind.REFUND, f"refund:{cause}", facts)
    if known is not None:
        return known
    sold = list(SaleLine.objects.filter(part_id=part_id))
    lines = _all_but(left_of(sold), kept)
    if not lines:
        return None
    event = give_back(
        EventKind.REFUND,
        f"refund:{cause}",
        lines,
        sold,
        facts,
        payer=Payer.GROUP,
        by=by,
        reason=reason,
    )
    earning.refresh_from_db()
    if earning.state == EarningState.WAITING and kept:
        start_counting(earning, today, by=by)
    return event


def _all_but(lefts: list[Left], kept: Decimal) -> list[RefundLine]:
    """The whole of each line, less what is kept of the goods. Raises MoreThanLeft."""
    goods = [left for left in lefts if left.line.sold_as == SoldAs.GOODS]
    there = sum((left.price for left in goods), ZERO)
    if kept < 0 or kept > there:
        raise MoreThanLeft(kept, there)
    stays = dict(
        zip(
            [left.line.pk for left in goods],
            take_proportionally(kept, [left.price for left in goods]),
            strict=True,
        )
    )
    wanted = [(left.line.pk, left.price - stays.get(left.line.pk, ZERO)) for left in lefts]
    return [RefundLine(pk, amount) for pk, amount in wanted if amount]


def share_out(lefts: list[Left], amount: Decimal) -> list[RefundLine]:
    """An amount over lines, in proportion to what is left of them. Raises MoreThanLeft."""
    there = sum((left.price for left in lefts), ZERO)
    if amount > there:
        raise MoreThanLeft(amount, there)
    parts = take_proportionally(amount, [left.price for left in lefts])
    return [RefundLine(left.line.pk, part) for left, part in zip(lefts, parts, strict=True) if part]


def _sale_lines(lines: Sequence[RefundLine]) -> list[SaleLine]:
    sold = list(SaleLine.objects.filter(pk__in=[line.sale_line_id for line in lines]))
    if len(sold) != len(lines) or len({line.order_id for line in sold}) != 1:
        raise ValueError("each line once, and all of one order")
    return sold


def give_back(
    kind: str,
    cause: str,
    lines: Sequence[RefundLine],
    sold: Sequence[SaleLine],
    facts: dict[str, Any],
    *,
    payer: str,
    by: Any,
    reason: str,
    order_id: int | None = None,
    entries: Entries | None = None,
) -> LedgerEvent:
    """Lock, look, take, write, with further `entries` where given; in the caller's transaction."""
    lock_books(line.enterprise_id for line in sold)
    known = known_event(kind, cause, facts)
    if known is not None:
        return known
    lefts = {left.line.pk: left for left in left_of(sold)}
    for line in lines:
        left = lefts[line.sale_line_id]
        if line.amount > left.price:
            raise MoreThanLeft(line.amount, left.price)
    entries, reversals = entries or Entries(), []
    purses = _purses(sold)
    for line in lines:
        left = lefts[line.sale_line_id]
        place = {"enterprise_id": left.line.enterprise_id, "part_id": left.line.part_id}
        entries.add(Account.BUYER, -line.amount, **place)
        purse = purses[left.line.enterprise_id]
        if payer == Payer.GROUP:
            reversals.append(_take_back(left, line.amount, purse, entries))
        elif payer == Payer.KINDNESS:
            purse.take(line.amount, entries, part_id=left.line.part_id)
        else:
            entries.add(
                Account.GUARANTEE_FUND if payer == Payer.FUND else Account.PLATFORM_FEE,
                line.amount,
                **place,
            )
    if payer == Payer.FUND:
        _check_fund(total_of(lines))
    for purse in purses.values():
        for part_id in purse.earnings:
            purse.cover_advance(entries, part_id=part_id)
    event = write_event(
        kind,
        cause,
        entries,
        facts=facts,
        order_id=order_id or sold[0].order_id,
        by=by,
        reason=reason,
    )
    for row in reversals:
        row.event = event
    Reversal.objects.bulk_create(reversals)
    if payer == Payer.GROUP:
        _end_what_is_gone({line.part_id for line in sold}, by, reason)
    return event


def _purses(sold: Sequence[SaleLine]) -> dict[int, Purse]:
    earnings = list(Earning.objects.filter(part_id__in={line.part_id for line in sold}))
    return {
        group: Purse(group, [each for each in earnings if each.enterprise_id == group])
        for group in sorted({each.enterprise_id for each in earnings})
    }


def _take_back(left: Left, amount: Decimal, purse: Purse, entries: Entries) -> Reversal:
    """Part of a line's price, taken back from everyone who has had of it."""
    parts = dict(
        zip(PARTS, take_proportionally(amount, [left.parts[n] for n in PARTS]), strict=True)
    )
    part_id = left.line.part_id
    place = {"enterprise_id": left.line.enterprise_id, "part_id": part_id}
    entries.add(Account.PLATFORM_FEE, parts["platform_fee"], **place)
    purse.take(parts["share"], entries, part_id=part_id)
    purse.take_vat(parts["vat"], entries, part_id=part_id)
    if settings.PAYMENT_FEE_ON_REFUND == FeeBearer.GROUP:
        purse.take(parts["payment_fee"], entries, part_id=part_id)
    else:
        entries.add(Account.PAYMENT_FEE, parts["payment_fee"], **place)
    for name, part in parts.items():
        left.parts[name] -= part
    return Reversal(sale_line=left.line, price=amount, **parts)


def _end_what_is_gone(part_ids: set[int], by: Any, reason: str) -> None:
    """Parts of whose price nothing is left are over."""
    lines = list(SaleLine.objects.filter(part_id__in=part_ids))
    there = dict.fromkeys(part_ids, ZERO)
    for left in left_of(lines):
        there[left.line.part_id] += left.price
    gone = [part_id for part_id, price in there.items() if not price]
    held = [EarningState.WAITING, EarningState.COUNTING]
    for earning in Earning.objects.filter(part_id__in=gone, state__in=held):
        move(earning, EarningState.UNDONE, transitions=EARNING_TRANSITIONS, by=by, reason=reason)


def _check_fund(asked: Decimal) -> None:
    """Under the fund's own lock, so that no two refunds see the same money in it."""
    lock_till(Account.GUARANTEE_FUND)
    left = -LedgerEntry.objects.on(Account.GUARANTEE_FUND).balance()
    if asked > left:
        raise FundIsShort(asked, left)


# --- on its way ---


@transaction.atomic
def note_refund_sent(
    *,
    cause: str,
    amount: Decimal,
    order_id: int | None = None,
    part_id: int | None = None,
    by_bank: bool = False,
    by: Any = None,
) -> LedgerEvent:
    """The buyer has the money: from the provider, or `by_bank` from the office. Once per cause."""
    return _note_way(EventKind.REFUND_SENT, cause, amount, order_id, part_id, by_bank, by)


@transaction.atomic
def note_refund_returned(
    *,
    cause: str,
    amount: Decimal,
    order_id: int | None = None,
    part_id: int | None = None,
    by_bank: bool = False,
    by: Any = None,
) -> LedgerEvent:
    """It came back from the buyer's bank: it is owed to the buyer again. Once per cause."""
    return _note_way(EventKind.REFUND_RETURNED, cause, amount, order_id, part_id, by_bank, by)


def _note_way(
    kind: str,
    cause: str,
    amount: Decimal,
    order_id: int | None,
    part_id: int | None,
    by_bank: bool,
    by: Any,
) -> LedgerEvent:
    facts = {"amount": str(positive(amount)), "part": part_id, "bank": by_bank}
    name = f"refund:{cause}"
    out = amount if kind == EventKind.REFUND_SENT else -amount

    def write() -> LedgerEvent:
        entries = Entries()
        entries.add(Account.BUYER, out, **place_of(part_id))
        entries.add(Account.BANK if by_bank else Account.PROVIDER, -out)
        return write_event(kind, name, entries, facts=facts, order_id=order_id, by=by)

    return once(kind, name, facts, write)
