"""What the account holds, and what it pays out to its own bank account."""

from __future__ import annotations

from typing import Any

from .encoding import Params
from .errors import ApiError, missing
from .fees import record_move
from .shapes import Obj, blank
from .store import Work, new_id

_DAYS_TO_ARRIVE = 2
_DAY = 86_400


def sums(work: Work, currency: str = "thb") -> tuple[int, int]:
    """Satang that can be paid out or transferred now, and satang that come later."""
    row: Any = work.store.row(
        "SELECT coalesce(sum(json_extract(body, '$.net')) FILTER"
        " (WHERE json_extract(body, '$.available_on')<=?), 0) AS now,"
        " coalesce(sum(json_extract(body, '$.net')) FILTER"
        " (WHERE json_extract(body, '$.available_on')>?), 0) AS later"
        " FROM objects WHERE kind='balance_transaction'"
        " AND json_extract(body, '$.currency')=?",
        work.now,
        work.now,
        currency,
    )
    return int(row["now"]), int(row["later"])


def balance(work: Work) -> Obj:
    now, later = sums(work)
    found = blank("balance")
    found.update(
        object="balance",
        available=[_part(now)],
        connect_reserved=[{"amount": 0, "currency": "thb"}],
        livemode=False,
        pending=[_part(later)],
    )
    return found


def _part(amount: int) -> Obj:
    return {"amount": amount, "currency": "thb", "source_types": {"card": amount}}


def must_have(work: Work, amount: int) -> None:
    """Raises what Stripe raises when more would leave than is there."""
    if amount > sums(work)[0]:
        raise ApiError(
            "You have insufficient available funds in your Stripe account.",
            code="balance_insufficient",
            began=True,
        )


def pay_out(work: Work, params: Params) -> Obj:
    """Send available money (satang) to the account's own bank; it arrives in two days."""
    params.only("amount", "currency", "description", "metadata", "statement_descriptor", "expand")
    amount = params.integer("amount", least=1)
    if amount is None:
        raise missing("amount")
    currency = params.must("currency").lower()
    must_have(work, amount)
    payout = blank("payout")
    payout.update(
        id=new_id("po_1", 23),
        object="payout",
        amount=amount,
        arrival_date=work.now + _DAYS_TO_ARRIVE * _DAY,
        automatic=False,
        created=work.now,
        currency=currency,
        description=params.text("description"),
        destination="ba_1SimulatedBankAccount",
        livemode=False,
        metadata=params.metadata(),
        method="standard",
        reconciliation_status="not_applicable",
        source_type="card",
        statement_descriptor=params.text("statement_descriptor"),
        status="in_transit",
        type="bank_account",
    )
    payout["balance_transaction"] = record_move(work, payout, -amount, "payout", "payout")["id"]
    work.add(payout, due_at=payout["arrival_date"])
    work.emit("payout.created", payout)
    return payout


def arrive(work: Work, payout: Obj) -> Obj:
    """The bank has booked it."""
    payout["status"] = "paid"
    work.save(payout)
    work.emit("payout.paid", payout)
    return payout
