"""PaymentIntents and their charges: the words of a payment's life and how one leads to the next."""

from __future__ import annotations

from typing import Any

from .cards import TestCard
from .errors import ApiError, unexpected_state
from .fees import record_charge
from .shapes import Obj, billing_details, blank
from .store import Work, new_id

SMALLEST_THB = 1000
"""Satang; Stripe refuses less than 10 baht."""
CANCELABLE = (
    "requires_payment_method",
    "requires_capture",
    "requires_confirmation",
    "requires_action",
    "processing",
)
CONFIRMABLE = ("requires_payment_method", "requires_confirmation", "requires_action")


def check_amount(amount: int, currency: str, param: str) -> None:
    if currency == "thb" and amount < SMALLEST_THB:
        raise ApiError("Amount must be at least ฿10.00 thb", code="amount_too_small", param=param)


def create(work: Work, *, amount: int, currency: str, methods: list[str], **given: Any) -> Obj:
    """A new intent that waits for a payment method. Amount in satang."""
    intent_id = new_id("pi_3", 23)
    automatic = given.pop("automatic", False)
    session = given.pop("session", None)
    intent = blank("payment_intent")
    intent.update(
        id=intent_id,
        object="payment_intent",
        amount=amount,
        amount_capturable=0,
        amount_details={"tip": {}},
        amount_received=0,
        automatic_payment_methods={"allow_redirects": "always", "enabled": True}
        if automatic
        else None,
        capture_method="automatic",
        client_secret=new_id(f"{intent_id}_secret_", 25),
        confirmation_method="automatic",
        created=work.now,
        currency=currency,
        livemode=False,
        metadata={},
        payment_method_options={
            name: {"request_three_d_secure": "automatic"} if name == "card" else {}
            for name in methods
        },
        payment_method_types=methods,
        status="requires_payment_method",
    )
    intent.update(given)
    work.add(intent, session=session)
    work.emit("payment_intent.created", intent)
    return intent


def make_method(
    work: Work, kind: str, *, billing: Obj | None = None, card: TestCard | None = None, **made: Any
) -> Obj:
    """What is paid with. Of a card only brand, last four digits, expiry and outcome are kept."""
    method = blank("payment_method")
    method.pop("card")
    method.update(
        id=new_id("pm_1", 23),
        object="payment_method",
        allow_redisplay="unspecified",
        billing_details=billing or billing_details(),
        created=work.now,
        livemode=False,
        metadata=made.get("metadata") or {},
        type=kind,
    )
    method[kind] = _card_of_method(card, *made["expiry"]) if card else {}
    outcome = None
    if card:
        outcome = {
            "outcome": card.outcome,
            "code": card.code,
            "decline_code": card.decline_code,
            "dispute": card.dispute,
        }
    return work.add(method, outcome=outcome)


def _card_of_method(card: TestCard, month: int, year: int) -> Obj:
    shown = blank("payment_method", "card")
    shown.update(
        brand=card.brand,
        checks={
            "address_line1_check": None,
            "address_postal_code_check": None,
            "cvc_check": "fail" if card.code == "incorrect_cvc" else "pass",
        },
        country="US",
        display_brand=card.brand,
        exp_month=month,
        exp_year=year,
        fingerprint=f"simulated{card.last4}",
        funding="credit",
        last4=card.last4,
        networks={"available": [card.brand], "preferred": None},
        three_d_secure_usage={"supported": True},
    )
    return shown


def wait_for_buyer(work: Work, intent: Obj, method: Obj, next_action: Obj) -> Obj:
    """The buyer has to do something first: scan a QR, or answer the bank."""
    intent.update(
        status="requires_action",
        payment_method=method["id"],
        next_action=next_action,
        last_payment_error=None,
    )
    work.save(intent)
    work.emit("payment_intent.requires_action", intent)
    return intent


def start_processing(work: Work, intent: Obj) -> Obj:
    """The bank has the order and has not yet answered."""
    intent.update(status="processing", next_action=None, processing=None)
    work.due(intent["id"], None)
    work.save(intent)
    work.emit("payment_intent.processing", intent)
    return intent


def succeed(work: Work, intent: Obj, *, authenticated: bool = False) -> Obj:
    """The money is captured: exactly one paid charge per intent."""
    if intent["status"] in ("succeeded", "canceled"):
        raise unexpected_state(intent, "confirm", "confirmed", CONFIRMABLE)
    method = work.get("payment_method", intent["payment_method"])
    charge = _make_charge(work, intent, method, authenticated=authenticated)
    entry = record_charge(work, charge, method["type"])
    charge.update(
        amount_captured=charge["amount"],
        balance_transaction=entry["id"],
        captured=True,
        paid=True,
        status="succeeded",
    )
    charge["outcome"].update(
        network_status="approved_by_network",
        seller_message="Payment complete.",
        type="authorized",
    )
    work.add(charge)
    intent.update(
        status="succeeded",
        amount_received=intent["amount"],
        last_payment_error=None,
        latest_charge=charge["id"],
        next_action=None,
    )
    work.due(intent["id"], None)
    work.save(intent)
    work.emit("charge.succeeded", charge)
    work.emit("payment_intent.succeeded", intent)
    return intent


def fail(
    work: Work,
    intent: Obj,
    *,
    code: str,
    message: str,
    kind: str = "card_error",
    decline_code: str | None = None,
    with_charge: bool = True,
) -> Obj:
    """This attempt failed; the intent waits for another payment method."""
    method = work.get("payment_method", intent["payment_method"])
    error: Obj = {"type": kind, "code": code, "message": message, "payment_method": method}
    error["doc_url"] = f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}"
    if decline_code:
        error["decline_code"] = decline_code
    if with_charge:
        charge = _make_charge(work, intent, method)
        charge.update(
            failure_code=code, failure_message=message, paid=False, captured=False, status="failed"
        )
        charge["outcome"].update(
            network_status="declined_by_network",
            reason=decline_code or code,
            seller_message="The bank did not approve this payment.",
            type="issuer_declined",
        )
        work.add(charge)
        intent["latest_charge"] = charge["id"]
        error["charge"] = charge["id"]
        work.emit("charge.failed", charge)
    intent.update(
        status="requires_payment_method",
        last_payment_error=error,
        next_action=None,
        payment_method=None,
    )
    work.due(intent["id"], None)
    work.save(intent)
    work.emit("payment_intent.payment_failed", intent)
    return intent


def cancel(work: Work, intent: Obj, reason: str | None) -> Obj:
    """Never again payable. Refused once the money is captured."""
    if intent["status"] not in CANCELABLE:
        raise unexpected_state(intent, "cancel", "canceled", CANCELABLE)
    intent.update(
        status="canceled", canceled_at=work.now, cancellation_reason=reason, next_action=None
    )
    work.due(intent["id"], None)
    work.save(intent)
    work.emit("payment_intent.canceled", intent)
    return intent


def _make_charge(work: Work, intent: Obj, method: Obj, *, authenticated: bool = False) -> Obj:
    kind = method["type"]
    charge = blank("charge")
    charge.update(
        id=new_id("ch_3" if kind == "card" else "py_3", 23),
        object="charge",
        amount=intent["amount"],
        amount_captured=0,
        amount_refunded=0,
        billing_details=method["billing_details"],
        calculated_statement_descriptor="TALAT SIMULATOR" if kind == "card" else None,
        created=work.now,
        currency=intent["currency"],
        description=intent["description"],
        disputed=False,
        fraud_details={},
        livemode=False,
        metadata=dict(intent["metadata"]),
        outcome=blank("charge", "outcome"),
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={kind: _paid_with(method, authenticated), "type": kind},
        receipt_email=intent["receipt_email"],
        refunded=False,
        statement_descriptor=intent["statement_descriptor"],
        statement_descriptor_suffix=intent["statement_descriptor_suffix"],
        transfer_group=intent["transfer_group"],
    )
    return charge


def _paid_with(method: Obj, authenticated: bool) -> Obj:
    if method["type"] != "card":
        return {"reference": new_id("SIM", 17).upper()}
    card = method["card"]
    details = blank("charge", "payment_method_details", "card")
    details.update(
        {name: card[name] for name in ("brand", "checks", "country", "exp_month", "exp_year")},
        fingerprint=card["fingerprint"],
        funding=card["funding"],
        last4=card["last4"],
        network=card["brand"],
        network_token={"used": False},
        regulated_status="unregulated",
    )
    if authenticated:
        details["three_d_secure"] = blank(
            "charge", "payment_method_details", "card", "three_d_secure"
        )
        details["three_d_secure"].update(
            authentication_flow="challenge", result="authenticated", version="2.2.0"
        )
    return details
