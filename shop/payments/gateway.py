"""The only place that talks to Stripe (or to its simulator). Amounts here are satang.

Every write carries a stored idempotency key; no call is made inside a transaction, because
on SQLite any open transaction holds *the* lock while the provider thinks.
"""

from dataclasses import dataclass
from datetime import UTC, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

import stripe
from django.conf import settings

from shop.core.limits import in_transaction
from shop.core.money import from_satang, to_satang

from .models import PaymentAttempt, Refund
from .states import Method

TIMEOUT_SECONDS = 20
TOLERANCE_SECONDS = 300
LOCALES = {"th": "th", "en": "en"}
#: The same call is under way elsewhere (a double submit); nothing has been refused.
KEY_IN_USE = "idempotency_key_in_use"
#: What the provider has never heard of cannot be paid.
UNKNOWN = "resource_missing"


class ProviderDown(Exception):
    """The provider did not answer, or not sensibly; nothing is known, ask again later."""


class Refused(Exception):
    """The provider understood and said no; `code` is its word for it."""

    def __init__(self, code: str, message: str):
        super().__init__(f"{code}: {message}")
        self.code = code


class ForgedEvent(Exception):
    """The signature does not fit, or is older than 300 s."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the provider says of one attempt. `state`: "open", "paid", "failed" or "closed"."""

    state: str
    amount: Decimal | None = None
    session_id: str = ""
    session_url: str = ""
    intent_id: str = ""
    qr_data: str = ""
    pay_page_url: str = ""
    failure: str = ""


@lru_cache
def _client(key: str, base: str) -> stripe.StripeClient:
    addresses: Any = {"api": base} if base else {}
    return stripe.StripeClient(
        key,
        base_addresses=addresses,
        max_network_retries=1,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )


def client() -> stripe.StripeClient:
    return _client(settings.STRIPE_API_KEY, settings.STRIPE_API_BASE)


def open_payment(attempt: PaymentAttempt) -> Standing:
    """Tell the provider what is to be paid. Safe to repeat: the reference is the key, and all
    that is told stands on the attempt.

    Raises ProviderDown and Refused.
    """
    if attempt.method == Method.PROMPTPAY:
        return _open_promptpay(attempt)
    opening = attempt.opening
    params: Any = {
        "mode": "payment",
        "payment_method_types": ["card"],
        "line_items": [
            {
                "quantity": 1,
                "price_data": {
                    "currency": "thb",
                    "unit_amount": to_satang(attempt.amount),
                    "product_data": {"name": "ตลาดลอยฟ้า · Talat Loi Fa"},
                },
            }
        ],
        "success_url": opening["success_url"],
        "cancel_url": opening["cancel_url"],
        "client_reference_id": str(attempt.reference),
        "customer_email": opening["email"],
        "locale": LOCALES.get(opening["language"], "auto"),
        "metadata": {"attempt": str(attempt.reference)},
        "payment_intent_data": {"metadata": {"attempt": str(attempt.reference)}},
        "expires_at": _session_end(attempt),
    }
    return _session_standing(
        _call(
            client().v1.checkout.sessions.create,
            params=params,
            options={"idempotency_key": f"open-{attempt.reference}"},
        )
    )


def ask(attempt: PaymentAttempt) -> Standing:
    """How the provider sees the attempt now. Raises ProviderDown and Refused."""
    if attempt.method == Method.PROMPTPAY:
        return _intent_standing(_call(client().v1.payment_intents.retrieve, attempt.intent_id))
    return _session_standing(_call(client().v1.checkout.sessions.retrieve, attempt.session_id))


def close(attempt: PaymentAttempt) -> Standing:
    """Make sure it can no longer be paid, and say how it ended: "closed" or "paid".

    Raises ProviderDown; then it may still be paid and the goods must stay held.
    """
    try:
        standing = ask(attempt)
    except Refused as refusal:
        if refusal.code != UNKNOWN:
            raise
        return Standing("closed")
    if standing.state in ("paid", "closed"):
        return standing
    try:
        if attempt.method == Method.PROMPTPAY:
            intent = _call(client().v1.payment_intents.cancel, attempt.intent_id)
            return _intent_standing(intent)
        session = _call(client().v1.checkout.sessions.expire, attempt.session_id)
        return _session_standing(session)
    except Refused:
        return ask(attempt)


def send_refund(refund: Refund, intent_id: str) -> tuple[str, str]:
    """Ask for money to go back; (provider's id, its status). Raises ProviderDown and Refused."""
    answer = _call(
        client().v1.refunds.create,
        params={
            "payment_intent": intent_id,
            "amount": to_satang(refund.amount),
            "metadata": {"refund": str(refund.reference)},
        },
        options={"idempotency_key": f"refund-{refund.reference}"},
    )
    return answer.id, answer.status or "pending"


def ask_refund(provider_id: str) -> str:
    """The provider's status of a refund. Raises ProviderDown and Refused."""
    return _call(client().v1.refunds.retrieve, provider_id).status or "pending"


def read_event(body: bytes, signature: str) -> dict[str, Any]:
    """The signed event as plain values. Raises ForgedEvent."""
    try:
        event = stripe.Webhook.construct_event(
            body, signature, settings.STRIPE_WEBHOOK_SECRET, TOLERANCE_SECONDS
        )
    except (ValueError, stripe.SignatureVerificationError) as error:
        raise ForgedEvent(str(error)) from error
    return event.to_dict()


def _open_promptpay(attempt: PaymentAttempt) -> Standing:
    params: Any = {
        "amount": to_satang(attempt.amount),
        "currency": "thb",
        "payment_method_types": ["promptpay"],
        "payment_method_data": {
            "type": "promptpay",
            "billing_details": {"email": attempt.opening["email"]},
        },
        "confirm": True,
        "return_url": attempt.opening["success_url"],
        "metadata": {"attempt": str(attempt.reference)},
    }
    return _intent_standing(
        _call(
            client().v1.payment_intents.create,
            params=params,
            options={"idempotency_key": f"open-{attempt.reference}"},
        )
    )


def _session_standing(session: Any) -> Standing:
    state = {"complete": "open", "expired": "closed"}.get(session.status, "open")
    if session.payment_status == "paid":
        state = "paid"
    intent = session.payment_intent
    return Standing(
        state,
        amount=from_satang(session.amount_total),
        session_id=session.id,
        session_url=session.url or "",
        intent_id=(intent if isinstance(intent, str) else getattr(intent, "id", "")) or "",
    )


def _intent_standing(intent: Any) -> Standing:
    state = {
        "succeeded": "paid",
        "canceled": "closed",
        "requires_payment_method": "failed",
    }.get(intent.status, "open")
    qr = getattr(intent.next_action, "promptpay_display_qr_code", None)
    error = intent.last_payment_error
    return Standing(
        state,
        amount=from_satang(intent.amount),
        intent_id=intent.id,
        qr_data=getattr(qr, "data", "") or "",
        pay_page_url=getattr(qr, "hosted_instructions_url", "") or "",
        failure=(getattr(error, "code", "") or "") if error else "",
    )


def _session_end(attempt: PaymentAttempt) -> int:
    """Stripe takes no session shorter than 30 minutes; ours is expired earlier by `close`.

    Counted from our own end, so that a call repeated until then is long enough and the same.
    """
    end = attempt.expires_at.astimezone(UTC) + timedelta(minutes=31)
    return int(end.timestamp())


def _call(function: Any, *args: Any, **kwargs: Any) -> Any:
    if in_transaction() and not getattr(settings, "TEST_WRAPS_IN_TRANSACTION", False):
        raise RuntimeError("the provider is never called inside a transaction")
    try:
        return function(*args, **kwargs)
    except (stripe.CardError, stripe.InvalidRequestError, stripe.IdempotencyError) as error:
        if error.code == KEY_IN_USE:
            raise ProviderDown(str(error)) from error
        raise Refused(error.code or "refused", str(error)) from error
    except stripe.StripeError as error:
        raise ProviderDown(str(error)) from error
