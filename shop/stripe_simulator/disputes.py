"""Disputes of card payments: opened by the cardholder's bank, answered, won or lost."""

from __future__ import annotations

from .encoding import Params
from .errors import ApiError
from .fees import record_dispute
from .shapes import Obj, blank, field_tree
from .store import Work, new_id

REASONS = (
    "bank_cannot_process",
    "credit_not_processed",
    "customer_initiated",
    "debit_not_authorized",
    "duplicate",
    "fraudulent",
    "general",
    "incorrect_account_details",
    "insufficient_funds",
    "product_not_received",
    "product_unacceptable",
    "subscription_canceled",
    "unrecognized",
)
NEEDS_ANSWER = ("needs_response", "warning_needs_response")
OPEN = (*NEEDS_ANSWER, "under_review", "warning_under_review")
_DAYS_TO_ANSWER = 9
_DAY = 86_400


def open_dispute(
    work: Work,
    charge: Obj,
    *,
    reason: str = "fraudulent",
    amount: int | None = None,
    inquiry: bool = False,
) -> Obj:
    """The bank takes the money (satang) back, with a fee; an inquiry only asks."""
    left = charge["amount"] - charge["amount_refunded"]
    _check(charge, reason, left)
    disputed = left if amount is None else amount
    if not 0 < disputed <= left:
        raise ApiError(f"Only {left} satang of this charge can be disputed.", status=409)
    dispute = _made(work, charge, reason, disputed, inquiry)
    if not inquiry:
        dispute["balance_transactions"] = [record_dispute(work, dispute)]
    work.add(dispute)
    work.due(dispute["id"], dispute["evidence_details"]["due_by"])
    charge["disputed"] = True
    work.save(charge)
    work.emit("charge.dispute.created", dispute)
    if not inquiry:
        work.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def _check(charge: Obj, reason: str, left: int) -> None:
    if charge["payment_method_details"]["type"] != "card":
        raise ApiError("Only card payments can be disputed.", status=409)
    if not charge["paid"] or charge["disputed"] or left == 0:
        raise ApiError("This charge is unpaid, refunded or disputed already.", status=409)
    if reason not in REASONS:
        raise ApiError(f"Invalid reason: must be one of {', '.join(REASONS)}")


def _made(work: Work, charge: Obj, reason: str, amount: int, inquiry: bool) -> Obj:
    card = charge["payment_method_details"]["card"]
    dispute = blank("dispute")
    dispute.update(
        id=new_id("dp_1", 23),
        object="dispute",
        amount=amount,
        balance_transactions=[],
        charge=charge["id"],
        created=work.now,
        currency=charge["currency"],
        enhanced_eligibility_types=[],
        evidence={**blank("dispute", "evidence"), "enhanced_evidence": {}},
        evidence_details={
            "due_by": work.now + _DAYS_TO_ANSWER * _DAY,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        is_charge_refundable=inquiry,
        livemode=False,
        metadata={},
        payment_intent=charge["payment_intent"],
        payment_method_details={
            "card": {
                "brand": card["brand"],
                "case_type": "inquiry" if inquiry else "chargeback",
                "network": card["network"],
                "network_reason_code": "13.1" if reason == "product_not_received" else "10.4",
            },
            "type": "card",
        },
        reason=reason,
        status="warning_needs_response" if inquiry else "needs_response",
    )
    return dispute


def answer(work: Work, dispute: Obj, params: Params) -> Obj:
    """Keep the shop's evidence; with ``submit`` the bank reads it.

    As in Stripe's test mode the bank decides by ``uncategorized_text``: ``winning_evidence`` or
    ``losing_evidence``; other words leave it under review for a tester.
    """
    params.only("evidence", "metadata", "submit", "expand")
    _must_be_open(dispute)
    given = params.inner("evidence")
    given.only(*field_tree("dispute")["evidence"])
    texts = {name: given.text(name, longest=20_000) for name in given.values}
    dispute["evidence"].update(texts)
    dispute["evidence_details"]["has_evidence"] = any(
        value for name, value in dispute["evidence"].items() if name != "enhanced_evidence"
    )
    if "metadata" in params:
        dispute["metadata"] = {**dispute["metadata"], **params.metadata()}
    # Stripe submits unless told otherwise.
    if "submit" in params and not params.flag("submit"):
        work.save(dispute)
        return dispute
    before = {"status": dispute["status"]}
    dispute["evidence_details"]["submission_count"] += 1
    if dispute["status"] in NEEDS_ANSWER:
        warned = dispute["status"].startswith("warning")
        dispute["status"] = "warning_under_review" if warned else "under_review"
    work.due(dispute["id"], None)
    work.save(dispute)
    work.emit("charge.dispute.updated", dispute, before)
    decided = {"winning_evidence": True, "losing_evidence": False}
    word = dispute["evidence"]["uncategorized_text"]
    return close(work, dispute, won=decided[word]) if word in decided else dispute


def close(work: Work, dispute: Obj, *, won: bool) -> Obj:
    """The bank decides. Won: the money comes back, the fee does not. An inquiry just ends."""
    _must_be_open(dispute)
    before = {"status": dispute["status"]}
    inquiry = dispute["status"].startswith("warning")
    if inquiry and not won:
        _escalate(work, dispute)
    dispute["status"] = "warning_closed" if inquiry and won else ("won" if won else "lost")
    reinstated = won and not inquiry
    if reinstated:
        dispute["balance_transactions"].append(record_dispute(work, dispute, won=True))
    dispute["is_charge_refundable"] = won
    work.due(dispute["id"], None)
    work.save(dispute)
    work.emit("charge.dispute.closed", dispute, before)
    if reinstated:
        work.emit("charge.dispute.funds_reinstated", dispute, before)
    return dispute


def _must_be_open(dispute: Obj) -> None:
    if dispute["status"] not in OPEN:
        raise ApiError("This dispute is already closed.", code="dispute_closed", began=True)


def _escalate(work: Work, dispute: Obj) -> None:
    """An inquiry that is lost first becomes a real dispute, which takes the money."""
    dispute["balance_transactions"] = [record_dispute(work, dispute)]
    dispute["payment_method_details"]["card"]["case_type"] = "chargeback"
    work.emit("charge.dispute.funds_withdrawn", dispute)


def run_out(work: Work, dispute: Obj) -> Obj:
    """Nobody answered in time: the buyer's bank keeps the money; an inquiry is let go."""
    dispute["evidence_details"]["past_due"] = True
    return close(work, dispute, won=dispute["status"].startswith("warning"))


def blocks_refund(work: Work, charge: Obj) -> bool:
    """Money that a dispute has taken already cannot go back a second way."""
    found = work.of_intent("dispute", charge["payment_intent"]) if charge["disputed"] else []
    return any(not dispute["is_charge_refundable"] for dispute in found)
