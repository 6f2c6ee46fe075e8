"""What the buyer and the buyer's bank do: confirm, pay, refuse, keep waiting, run out of time."""

from __future__ import annotations

from . import balances, disputes, intents, promptpay, refunds, sessions
from .cards import decline_message
from .errors import ApiError, unexpected_state
from .shapes import Obj
from .store import Work

REFUSED = "payment_intent_payment_attempt_failed"
EXPIRED = "payment_intent_payment_attempt_expired"
UNAUTHENTICATED = "payment_intent_authentication_failure"


def confirm(
    work: Work,
    intent: Obj,
    method: Obj,
    *,
    base_url: str,
    qr_lifetime: int,
    return_url: str | None = None,
) -> Obj:
    """Try to pay ``intent`` with ``method``. The QR of PromptPay lives ``qr_lifetime`` seconds."""
    if intent["status"] not in intents.CONFIRMABLE:
        raise unexpected_state(intent, "confirm", "confirmed", intents.CONFIRMABLE)
    if method["type"] not in intent["payment_method_types"]:
        raise ApiError(
            f"The PaymentMethod provided ({method['type']}) is not allowed for this PaymentIntent.",
            param="payment_method",
        )
    work.note(intent["id"], return_url=return_url)
    if method["type"] == "promptpay":
        return _show_qr(work, intent, method, base_url, qr_lifetime)
    outcome = work.private(method["id"])["outcome"]
    intent["payment_method"] = method["id"]
    if outcome["outcome"] == "succeed":
        return pay(work, intent)
    if outcome["outcome"] == "authenticate":
        page = f"{base_url}/authenticate/{intent['id']}"
        return intents.wait_for_buyer(
            work,
            intent,
            method,
            {
                "type": "redirect_to_url",
                "redirect_to_url": {"return_url": return_url, "url": page},
            },
        )
    code, decline_code = outcome["code"], outcome["decline_code"]
    message = decline_message(code, decline_code)
    return intents.fail(work, intent, code=code, message=message, decline_code=decline_code)


def _show_qr(work: Work, intent: Obj, method: Obj, base_url: str, lifetime: int) -> Obj:
    text = promptpay.payload(intent["amount"], intent["id"])
    work.note(intent["id"], qr_expires_at=work.now + lifetime)
    work.due(intent["id"], work.now + lifetime)
    return intents.wait_for_buyer(
        work,
        intent,
        method,
        {
            "type": "promptpay_display_qr_code",
            "promptpay_display_qr_code": {
                "data": text,
                "hosted_instructions_url": f"{base_url}/promptpay/{intent['id']}",
                "image_url_png": f"{base_url}/qr/{intent['id']}.png",
                "image_url_svg": f"{base_url}/qr/{intent['id']}.svg",
            },
        },
    )


def card_error(intent: Obj) -> ApiError:
    """A declined confirmation over the interface is a 402 that carries the intent."""
    failure = intent["last_payment_error"]
    return ApiError(
        failure["message"],
        status=402,
        kind="card_error",
        code=failure["code"],
        decline_code=failure.get("decline_code"),
        charge=failure.get("charge"),
        began=True,
        payment_intent=intent,
        payment_method=failure["payment_method"],
    )


def pay(work: Work, intent: Obj) -> Obj:
    """The bank has paid."""
    waited = intent["status"] == "requires_action"
    method = work.get("payment_method", intent["payment_method"])
    intents.succeed(work, intent, authenticated=waited and method["type"] == "card")
    session = session_of(work, intent)
    if session and session["status"] == "open":
        sessions.complete(work, session, paid=True)
    elif session and session["status"] == "complete":
        sessions.settle_late(work, session, paid=True)
    reason = (work.private(method["id"])["outcome"] or {}).get("dispute")
    if reason:
        inquiry = reason == "inquiry"
        why = "unrecognized" if inquiry else reason
        charge = work.get("charge", intent["latest_charge"])
        disputes.open_dispute(work, charge, reason=why, inquiry=inquiry)
    return intent


def process(work: Work, intent: Obj) -> Obj:
    """The bank takes its time; the buyer may go."""
    must_wait(intent, "requires_action")
    intents.start_processing(work, intent)
    session = session_of(work, intent)
    if session and session["status"] == "open":
        sessions.complete(work, session, paid=False)
    return intent


def refuse(work: Work, intent: Obj) -> Obj:
    """The bank refused, or the buyer failed 3-D Secure."""
    must_wait(intent, "requires_action", "processing")
    method = work.get("payment_method", intent["payment_method"])
    if method["type"] == "card":
        intents.fail(
            work,
            intent,
            code=UNAUTHENTICATED,
            message="We are unable to authenticate your payment method. Please choose a different"
            " payment method and try again.",
            kind="invalid_request_error",
            with_charge=False,
        )
    else:
        intents.fail(
            work,
            intent,
            code=REFUSED,
            message="The payment attempt failed at the customer's bank.",
            kind="invalid_request_error",
        )
    _tell_finished_session(work, intent)
    return intent


def run_out(work: Work, intent: Obj) -> Obj:
    """The QR's time is over; the intent can be confirmed anew."""
    must_wait(intent, "requires_action")
    return intents.fail(
        work,
        intent,
        code=EXPIRED,
        message="The payment attempt expired before the customer paid.",
        kind="invalid_request_error",
        with_charge=False,
    )


def _tell_finished_session(work: Work, intent: Obj) -> None:
    session = session_of(work, intent)
    if session and session["status"] == "complete" and session["payment_status"] == "unpaid":
        sessions.settle_late(work, session, paid=False)


def must_wait(intent: Obj, *states: str) -> None:
    """Only a payment that still waits can be decided."""
    if intent["status"] not in states:
        raise ApiError(
            f"The payment is {intent['status']}; this needs {' or '.join(states)}.",
            status=409,
            code="payment_intent_unexpected_state",
        )


def session_of(work: Work, intent: Obj) -> Obj | None:
    session_id = work.private(intent["id"]).get("session")
    return work.find("checkout.session", session_id) if session_id else None


def tick(work: Work) -> int:
    """Do what has become due by the clock; the number of objects that moved."""
    rows = work.store.rows(
        "SELECT id, kind FROM objects WHERE due_at<=? ORDER BY due_at, seq LIMIT 200", work.now
    )
    for row in rows:
        obj = work.get(row["kind"], row["id"])
        work.due(obj["id"], None)
        if row["kind"] == "checkout.session" and obj["status"] == "open":
            sessions.expire(work, obj)
        elif row["kind"] == "payment_intent" and obj["status"] == "requires_action":
            run_out(work, obj)
        elif row["kind"] == "refund" and obj["status"] in refunds.OPEN:
            decide = work.private(obj["id"]).get("decide", "succeed")
            (refunds.succeed if decide == "succeed" else refunds.fail)(work, obj)
        elif row["kind"] == "dispute" and obj["status"] in disputes.NEEDS_ANSWER:
            disputes.run_out(work, obj)
        elif row["kind"] == "balance_transaction":
            work.save({**obj, "status": "available"})
        elif row["kind"] == "payout" and obj["status"] == "in_transit":
            balances.arrive(work, obj)
    return len(rows)
