"""What /v1 can do: one function per endpoint, and the table that finds it."""

from __future__ import annotations

import re
from collections.abc import Callable

from . import intents, listing, outcomes, refunds, sessions
from .calls import Call, listed, retrieve, update
from .cards import BY_METHOD
from .connect_endpoints import CONNECT
from .encoding import Params
from .errors import ApiError, missing, not_found, unexpected_state, unsupported
from .shapes import Obj, billing_details

CANCELLATION_REASONS = ("duplicate", "fraudulent", "requested_by_customer", "abandoned")
_CONFIRMING = (
    "payment_method",
    "payment_method_data",
    "payment_method_options",
    "return_url",
    "receipt_email",
    "expand",
)
_TEXTS = (
    "description",
    "receipt_email",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
)


def create_session(call: Call) -> Obj:
    return sessions.create(
        call.work,
        call.params,
        base_url=call.simulator.base_url,
        shortest=call.simulator.settings.shortest_session,
    )


def expire_session(call: Call) -> Obj:
    call.params.only("expand")
    return sessions.expire(call.work, call.work.get("checkout.session", call.id, "session"))


def session_lines(call: Call) -> Obj:
    call.params.only("limit", "expand")
    call.work.get("checkout.session", call.id, "session")
    lines = call.work.private(call.id)["lines"]
    limit = call.params.integer("limit", least=1, most=100) or 10
    answer = listing.whole(lines[:limit], f"/v1/checkout/sessions/{call.id}/line_items")
    answer["has_more"] = len(lines) > limit
    return answer


def create_intent(call: Call) -> Obj:
    params = call.params
    params.only(
        *_CONFIRMING,
        *_TEXTS,
        "amount",
        "currency",
        "payment_method_types",
        "automatic_payment_methods",
        "capture_method",
        "confirm",
        "metadata",
    )
    amount = params.integer("amount", least=1)
    if amount is None:
        raise missing("amount")
    currency = params.must("currency").lower()
    if not re.fullmatch("[a-z]{3}", currency):
        raise ApiError(f"Invalid currency: {currency[:20]}.", param="currency")
    intents.check_amount(amount, currency, "amount")
    if params.text("capture_method") not in (None, "automatic", "automatic_async"):
        raise unsupported("capture_method", "manual capture")
    confirm = params.flag("confirm")
    method = _method(call)
    intent = intents.create(
        call.work,
        amount=amount,
        currency=currency,
        methods=sessions.methods_of(params, currency),
        automatic="payment_method_types" not in params,
        metadata=params.metadata(),
        **{name: params.text(name) for name in _TEXTS},
    )
    if confirm:
        return _confirm(call, intent, method)
    if method:
        intent.update(payment_method=method["id"], status="requires_confirmation")
        call.work.save(intent)
    return intent


def confirm_intent(call: Call) -> Obj:
    call.params.only(*_CONFIRMING)
    intent = _own_intent(call)
    if intent["status"] not in intents.CONFIRMABLE:
        raise unexpected_state(intent, "confirm", "confirmed", intents.CONFIRMABLE)
    if call.params.text("receipt_email"):
        intent["receipt_email"] = call.params.text("receipt_email")
    method = _method(call)
    if method is None and intent["payment_method"]:
        method = call.work.get("payment_method", intent["payment_method"])
    return _confirm(call, intent, method)


def _confirm(call: Call, intent: Obj, method: Obj | None) -> Obj:
    if method is None:
        raise ApiError(
            "You cannot confirm this PaymentIntent because it's missing a payment method. You can"
            " either update the PaymentIntent with a payment method and then confirm it again, or"
            " confirm it again directly with a payment method.",
            code="payment_intent_unexpected_state",
            payment_intent=intent,
        )
    confirmed = outcomes.confirm(
        call.work,
        intent,
        method,
        base_url=call.simulator.base_url,
        qr_lifetime=call.simulator.settings.qr_lifetime,
        return_url=call.params.text("return_url"),
    )
    if confirmed["last_payment_error"]:
        raise outcomes.card_error(confirmed)
    return confirmed


def _own_intent(call: Call) -> Obj:
    """An intent the shop made itself; those of Checkout belong to their Session."""
    intent = call.work.get("payment_intent", call.id, "intent")
    if call.work.private(intent["id"]).get("session"):
        raise ApiError(
            "You cannot perform this action on PaymentIntents created by Checkout."
            " Expire the Checkout Session instead."
        )
    return intent


def cancel_intent(call: Call) -> Obj:
    call.params.only("cancellation_reason", "expand")
    reason = call.params.choice("cancellation_reason", *CANCELLATION_REASONS)
    return intents.cancel(call.work, _own_intent(call), reason)


def _method(call: Call) -> Obj | None:
    """The payment method that a request names or describes."""
    params = call.params
    named = params.text("payment_method")
    if named in BY_METHOD:
        card = BY_METHOD[named]
        return intents.make_method(call.work, "card", card=card, expiry=(12, 2034))
    if named:
        return call.work.get("payment_method", named, "payment_method")
    if "payment_method_data" not in params:
        return None
    return _described(call, params.inner("payment_method_data"))


def _described(call: Call, data: Params) -> Obj:
    data.only("type", "billing_details", "metadata", "promptpay", "card", "expand")
    kind = data.must("type")
    if kind == "card" or "card" in data:
        raise ApiError(
            "Sending credit card numbers directly to the Stripe API is generally unsafe. Cards are"
            " entered on the hosted Checkout page; in tests name a payment method such as"
            " pm_card_visa.",
            status=402,
        )
    if kind != "promptpay":
        raise unsupported(data.name_of("type"), f"payment method {kind!r}")
    billing = data.inner("billing_details")
    billing.only("address", "email", "name", "phone", "tax_id")
    email = billing.text("email", required=True)
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", email or ""):
        raise ApiError(
            f"Invalid email address: {email}", code="email_invalid", param=billing.name_of("email")
        )
    details = billing_details(name=billing.text("name"), email=email)
    details["phone"] = billing.text("phone")
    return intents.make_method(call.work, kind, billing=details, metadata=data.metadata() or None)


def create_method(call: Call) -> Obj:
    return _described(call, call.params)


def create_refund(call: Call) -> Obj:
    refund = refunds.create(call.work, call.params)
    settings = call.simulator.settings
    if refund["status"] == "requires_action" and settings.refund_decision:
        call.work.note(refund["id"], decide=settings.refund_decision)
        call.work.due(refund["id"], call.work.now + settings.refund_delay)
    return refund


def cancel_refund(call: Call) -> Obj:
    call.params.only("expand")
    return refunds.cancel(call.work, call.work.get("refund", call.id, "refund"))


_SESSIONS, _INTENTS, _REFUNDS = "/v1/checkout/sessions", "/v1/payment_intents", "/v1/refunds"
_CHARGES, _EVENTS, _BALANCE = "/v1/charges", "/v1/events", "/v1/balance_transactions"
_TABLE: list[tuple[str, str, Callable[[Call], Obj]]] = [
    ("POST", _SESSIONS, create_session),
    ("GET", _SESSIONS, listed("checkout.session", _SESSIONS, payment_intent="payment_intent",
                              status="status")),
    ("GET", f"{_SESSIONS}/<id>", retrieve("checkout.session", "session")),
    ("POST", f"{_SESSIONS}/<id>", update("checkout.session", "session")),
    ("POST", f"{_SESSIONS}/<id>/expire", expire_session),
    ("GET", f"{_SESSIONS}/<id>/line_items", session_lines),
    ("POST", _INTENTS, create_intent),
    ("GET", _INTENTS, listed("payment_intent", _INTENTS)),
    ("GET", f"{_INTENTS}/<id>", retrieve("payment_intent", "intent")),
    ("POST", f"{_INTENTS}/<id>", update("payment_intent", "intent", *_TEXTS)),
    ("POST", f"{_INTENTS}/<id>/confirm", confirm_intent),
    ("POST", f"{_INTENTS}/<id>/cancel", cancel_intent),
    ("POST", "/v1/payment_methods", create_method),
    ("GET", "/v1/payment_methods/<id>", retrieve("payment_method", "payment_method")),
    ("GET", _CHARGES, listed("charge", _CHARGES, payment_intent="payment_intent")),
    ("GET", f"{_CHARGES}/<id>", retrieve("charge", "charge")),
    ("GET", _BALANCE, listed("balance_transaction", _BALANCE, source="source", type="type",
                             currency="currency")),
    ("GET", f"{_BALANCE}/<id>", retrieve("balance_transaction", "id")),
    ("POST", _REFUNDS, create_refund),
    ("GET", _REFUNDS, listed("refund", _REFUNDS, charge="charge",
                             payment_intent="payment_intent")),
    ("GET", f"{_REFUNDS}/<id>", retrieve("refund", "refund")),
    ("POST", f"{_REFUNDS}/<id>", update("refund", "refund")),
    ("POST", f"{_REFUNDS}/<id>/cancel", cancel_refund),
    ("GET", _EVENTS, listed("event", _EVENTS, type="type", types="type")),
    ("GET", f"{_EVENTS}/<id>", retrieve("event", "id")),
    *CONNECT,
]  # fmt: skip
_ROUTES = [
    (method, re.compile(re.sub("<([a-z]+)>", r"(?P<\1>[^/]+)", path) + "/?"), endpoint)
    for method, path, endpoint in _TABLE
]


def find(method: str, path: str) -> tuple[Callable[[Call], Obj], dict[str, str]]:
    """The endpoint of a call, with the names in its path."""
    for wanted, pattern, endpoint in _ROUTES:
        match = pattern.fullmatch(path)
        if match and wanted == method:
            return endpoint, match.groupdict()
    error = not_found("endpoint", path, "")
    error.message = f"Unrecognized request URL ({method}: {path})."
    error.code, error.param = None, None
    raise error
