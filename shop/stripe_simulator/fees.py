"""What Stripe keeps of a payment. The rates are ESTIMATES for Thailand: check the price list."""

from __future__ import annotations

from .shapes import Obj, blank
from .store import Work, new_id

# Hundredths of a per cent of the amount, and satang per payment. Estimates, without VAT.
FEES = {"card": (365, 1000), "promptpay": (165, 0)}
# Satang per dispute, kept also when it is won. An estimate too.
DISPUTE_FEE = 50_000
DAYS_UNTIL_AVAILABLE = {"card": 7, "promptpay": 3}
_DAY = 86_400


def fee_for(method: str, amount: int) -> int:
    """The estimated fee in satang, rounded half up."""
    rate, fixed = FEES[method]
    return (amount * rate + 5_000) // 10_000 + fixed


def record_charge(work: Work, charge: Obj, method: str) -> Obj:
    """The money that comes in with a charge."""
    fee = fee_for(method, charge["amount"])
    kind = "charge" if method == "card" else "payment"
    return _record(
        work,
        source=charge,
        amount=charge["amount"],
        fee=fee,
        kind=kind,
        category="charge",
        available_on=work.now + DAYS_UNTIL_AVAILABLE[method] * _DAY,
    )


def record_refund(work: Work, refund: Obj, *, failed: bool = False) -> Obj:
    """The money that goes back with a refund, or returns when the refund fails. Fees stay kept."""
    of_card = refund["id"].startswith("re_")
    kind = "refund" if of_card else "payment_refund"
    if failed:
        kind = "refund_failure" if of_card else "payment_failure_refund"
    return _record(
        work,
        source=refund,
        amount=refund["amount"] if failed else -refund["amount"],
        fee=0,
        kind=kind,
        category="refund_failure" if failed else "refund",
        available_on=work.now,
    )


def record_dispute(work: Work, dispute: Obj, *, won: bool = False) -> Obj:
    """The money that a dispute takes, with its fee, or gives back when it is won."""
    return _record(
        work,
        source=dispute,
        amount=dispute["amount"] if won else -dispute["amount"],
        fee=0 if won else DISPUTE_FEE,
        kind="adjustment",
        category="dispute_reversal" if won else "dispute",
        available_on=work.now,
        told="Chargeback reversal" if won else "Chargeback withdrawal",
    )


def record_move(work: Work, source: Obj, amount: int, kind: str, category: str) -> Obj:
    """Money that leaves for a connected account or the bank, or comes back from there."""
    return _record(
        work,
        source=source,
        amount=amount,
        fee=0,
        kind=kind,
        category=category,
        available_on=work.now,
    )


def _record(
    work: Work,
    *,
    source: Obj,
    amount: int,
    fee: int,
    kind: str,
    category: str,
    available_on: int,
    told: str | None = None,
) -> Obj:
    entry = blank("balance_transaction")
    entry.update(
        id=new_id("txn_3", 23),
        object="balance_transaction",
        amount=amount,
        available_on=available_on,
        balance_type="payments",
        created=work.now,
        currency=source["currency"],
        description=told,
        fee=fee,
        fee_details=[
            {
                "amount": fee,
                "application": None,
                "currency": source["currency"],
                "description": "Stripe processing fees (simulator's estimate)",
                "type": "stripe_fee",
            }
        ]
        if fee
        else [],
        net=amount - fee,
        reporting_category=category,
        source=source["id"],
        status="pending" if available_on > work.now else "available",
        type=kind,
    )
    later = available_on if available_on > work.now else None
    return work.add(entry, due_at=later)
