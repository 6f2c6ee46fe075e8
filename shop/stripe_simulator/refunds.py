"""Refunds: by card at once; by PromptPay only after the buyer has named a bank account."""

from __future__ import annotations

from .disputes import blocks_refund
from .encoding import Params
from .errors import ApiError
from .fees import record_refund
from .shapes import Obj, blank
from .store import Work, new_id

REASONS = ("duplicate", "fraudulent", "requested_by_customer")
_DAYS_TO_ANSWER = 45
_DAY = 86_400
OPEN = ("requires_action", "pending")


def create(work: Work, params: Params) -> Obj:
    """Give back all or a part (satang) of a paid charge."""
    params.only(
        "amount",
        "charge",
        "payment_intent",
        "reason",
        "metadata",
        "instructions_email",
        "currency",
        "expand",
    )
    wanted = params.integer("amount", least=1)
    reason = params.choice("reason", *REASONS)
    metadata = params.metadata()
    charge = _charge_to_refund(work, params)
    if blocks_refund(work, charge):
        raise ApiError(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.",
            code="charge_disputed",
            began=True,
        )
    left = charge["amount"] - charge["amount_refunded"]
    if left == 0:
        raise ApiError(
            f"Charge {charge['id']} has already been refunded.",
            code="charge_already_refunded",
            began=True,
        )
    amount = left if wanted is None else wanted
    if amount > left:
        raise ApiError(
            f"Refund amount ({_baht(amount)}) is greater than unrefunded amount on charge"
            f" ({_baht(left)})",
            param="amount",
            began=True,
        )
    email = params.text("instructions_email") or charge["billing_details"]["email"]
    refund = _make(work, charge, amount, email)
    refund.update(reason=reason, metadata=metadata)
    at_once = charge["payment_method_details"]["type"] == "card"
    if at_once:
        refund["balance_transaction"] = record_refund(work, refund)["id"]
    work.add(refund)
    work.emit("refund.created", refund)
    before = {
        "amount_refunded": charge["amount_refunded"],
        "refunded": charge["refunded"],
    }
    _count(work, charge, amount)
    work.emit("charge.refunded", charge, before)
    return refund


def _charge_to_refund(work: Work, params: Params) -> Obj:
    charge_id, intent_id = params.text("charge"), params.text("payment_intent")
    if charge_id:
        charge = work.get("charge", charge_id, "charge")
    elif intent_id:
        intent = work.get("payment_intent", intent_id, "payment_intent")
        if intent["status"] != "succeeded":
            raise ApiError(
                f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.",
                code="payment_intent_unexpected_state",
                param="payment_intent",
                began=True,
            )
        charge = work.get("charge", intent["latest_charge"], "payment_intent")
    else:
        raise ApiError(
            "One of the following params should be provided for this request:"
            " payment_intent or charge.",
            code="parameter_missing",
        )
    if not charge["paid"]:
        raise ApiError(f"Charge {charge['id']} is not paid.", param="charge", began=True)
    return charge


def _make(work: Work, charge: Obj, amount: int, email: str | None) -> Obj:
    kind = charge["payment_method_details"]["type"]
    refund = blank("refund")
    refund.update(
        id=new_id("re_3" if kind == "card" else "pyr_1", 23),
        object="refund",
        amount=amount,
        charge=charge["id"],
        created=work.now,
        currency=charge["currency"],
        payment_intent=charge["payment_intent"],
        payment_method=charge["payment_method"],
        status="succeeded",
    )
    if kind == "card":
        refund["destination_details"] = {
            "card": {
                "reference_status": "pending",
                "reference_type": "acquirer_reference_number",
                "type": "refund",
            },
            "type": "card",
        }
        return refund
    refund.update(
        status="requires_action",
        destination_details={
            "th_bank_transfer": {"reference": None, "reference_status": None},
            "type": "th_bank_transfer",
        },
        instructions_email=email,
        next_action={
            "type": "display_details",
            "display_details": {
                "email_sent": {"email_sent_at": work.now, "email_sent_to": email},
                "expires_at": work.now + _DAYS_TO_ANSWER * _DAY,
            },
        },
    )
    return refund


def succeed(work: Work, refund: Obj) -> Obj:
    """The buyer named an account and the bank has paid."""
    _must_be(refund, OPEN, "succeed")
    before = {"status": refund["status"], "balance_transaction": None}
    refund["destination_details"]["th_bank_transfer"] = {
        "reference": new_id("SIM", 12).upper(),
        "reference_status": "available",
    }
    refund.update(status="succeeded", next_action=None)
    refund["balance_transaction"] = record_refund(work, refund)["id"]
    return _moved(work, refund, before, "refund.updated")


def fail(work: Work, refund: Obj, reason: str = "declined") -> Obj:
    """The bank sent the money back; the charge counts it as not refunded again."""
    _must_be(refund, (*OPEN, "succeeded"), "fail")
    before = {"status": refund["status"]}
    if refund["status"] == "succeeded":
        refund["failure_balance_transaction"] = record_refund(work, refund, failed=True)["id"]
    refund.update(status="failed", failure_reason=reason, next_action=None)
    _count(work, work.get("charge", refund["charge"]), -refund["amount"])
    _moved(work, refund, before, "refund.updated")
    work.emit("refund.failed", refund)
    return refund


def cancel(work: Work, refund: Obj) -> Obj:
    """The shop withdraws a refund that still waits for the buyer."""
    if refund["status"] != "requires_action":
        raise ApiError(
            f"You cannot cancel this refund because it has a status of {refund['status']}.",
            began=True,
        )
    before = {"status": refund["status"]}
    refund.update(status="canceled", failure_reason="merchant_request", next_action=None)
    _count(work, work.get("charge", refund["charge"]), -refund["amount"])
    return _moved(work, refund, before, "refund.updated")


def _must_be(refund: Obj, allowed: tuple[str, ...], verb: str) -> None:
    if refund["status"] not in allowed:
        raise ApiError(f"A refund that is {refund['status']} cannot {verb}.", status=409)


def _moved(work: Work, refund: Obj, before: Obj, event: str) -> Obj:
    work.due(refund["id"], None)
    work.save(refund)
    work.emit(event, refund, before)
    return refund


def _count(work: Work, charge: Obj, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    work.save(charge)


def _baht(satang: int) -> str:
    return f"฿{satang // 100:,}.{satang % 100:02d}"
