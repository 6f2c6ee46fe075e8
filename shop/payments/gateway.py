"""Stripe (or its simulator) as the shop's payment provider; nothing else here speaks to it.

Amounts are satang beyond this file and baht before it. Every write carries a stored idempotency
key; no call is made inside a transaction, because on SQLite any open transaction holds *the* lock
while the provider thinks.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import stripe
from django.conf import settings

from shop.core.limits import in_transaction
from shop.core.money import from_satang, to_satang

from .models import PaymentAttempt, Refund
from .provider import (
    Concern,
    DisputeStanding,
    ForgedEvent,
    Movement,
    ProviderDown,
    RefundStanding,
    Refused,
    Standing,
    Unknown,
)
from .states import Method

#: The version whose words are spoken here; another SDK does not change it silently.
API_VERSION = "2026-10-28.endive"
TIMEOUT_SECONDS = 20
TOLERANCE_SECONDS = 300
LOCALES = {"th": "th", "en": "en"}
#: The same call is under way elsewhere (a double submit); nothing has been refused.
KEY_IN_USE = "idempotency_key_in_use"
#: What the provider has never heard of cannot be paid.
UNKNOWN = "resource_missing"
PAGE = 100
#: Stripe's words for what moved money, and ours.
MOVED = {
    "charge": "payment",
    "refund": "refund",
    "refund_failure": "refund_back",
    "partial_capture_reversal": "refund",
    "dispute": "dispute",
    "dispute_reversal": "dispute_back",
    "transfer": "transfer",
    "transfer_reversal": "transfer",
    "payout": "payout",
    "payout_reversal": "payout",
    "fee": "fee",
    "network_cost": "fee",
    "tax": "fee",
}
REFUND_STATES = {
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "failed",
    "requires_action": "needs_customer",
}
DISPUTE_STATES = {
    "needs_response": "needs_response",
    "warning_needs_response": "needs_response",
    "under_review": "under_review",
    "warning_under_review": "under_review",
    "won": "won",
    "warning_closed": "won",
    "prevented": "won",
    "lost": "lost",
}


class StripeProvider:
    """Hosted Checkout for cards, so no card number reaches us; PaymentIntents for PromptPay."""

    def open_payment(self, attempt: PaymentAttempt) -> Standing:
        """All that is told stands on the attempt, so that repeating tells the same."""
        if attempt.method == Method.PROMPTPAY:
            return _open_promptpay(attempt)
        return _open_card(attempt)

    def ask(self, attempt: PaymentAttempt) -> Standing:
        if attempt.method == Method.PROMPTPAY:
            return _intent_standing(_call(client().v1.payment_intents.retrieve, attempt.intent_id))
        return _session_standing(_call(client().v1.checkout.sessions.retrieve, attempt.session_id))

    def close(self, attempt: PaymentAttempt) -> Standing:
        """Where this raises ProviderDown it may still be paid, and the goods must stay held."""
        try:
            standing = self.ask(attempt)
        except Unknown:
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
            return self.ask(attempt)

    def send_refund(self, refund: Refund) -> RefundStanding:
        return _refund_standing(
            _call(
                client().v1.refunds.create,
                params={
                    "payment_intent": refund.attempt.intent_id,
                    "amount": to_satang(refund.amount),
                    "metadata": {"refund": str(refund.reference)},
                },
                options={"idempotency_key": f"refund-{refund.reference}"},
            )
        )

    def ask_refund(self, provider_id: str) -> RefundStanding:
        return _refund_standing(_call(client().v1.refunds.retrieve, provider_id))

    def ask_dispute(self, provider_id: str) -> DisputeStanding:
        return _dispute_standing(_call(client().v1.disputes.retrieve, provider_id))

    def read_event(self, body: bytes, signature: str) -> dict[str, Any]:
        try:
            event = stripe.Webhook.construct_event(
                body, signature, settings.STRIPE_WEBHOOK_SECRET, TOLERANCE_SECONDS
            )
        except (ValueError, stripe.SignatureVerificationError) as error:
            raise ForgedEvent(str(error)) from error
        return event.to_dict()

    def concern_of(self, event: dict[str, Any]) -> Concern:
        thing = event.get("data", {}).get("object", {})
        kind = str(event.get("type", ""))
        told = thing.get("metadata") or {}
        if kind.startswith("charge.dispute."):
            return Concern("dispute", thing.get("id", ""), _id_of(thing.get("payment_intent")))
        if kind.startswith(("refund.", "charge.refund.")):
            return Concern(
                "refund",
                thing.get("id", ""),
                _id_of(thing.get("payment_intent")),
                told.get("refund", ""),
                from_satang(thing.get("amount") or 0),
            )
        reference = told.get("attempt", "")
        if kind.startswith("checkout.session."):
            paid = thing.get("payment_status") == "paid"
            moved = from_satang((thing.get("amount_total") or 0) if paid else 0)
            intent_id = _id_of(thing.get("payment_intent"))
            return Concern("payment", thing.get("id", ""), intent_id, reference, moved)
        if kind.startswith("payment_intent."):
            moved = from_satang(thing.get("amount_received") or 0)
            return Concern("payment", thing.get("id", ""), thing.get("id", ""), reference, moved)
        if kind.startswith("charge."):
            moved = from_satang((thing.get("amount_captured") or 0) if thing.get("paid") else 0)
            intent_id = _id_of(thing.get("payment_intent"))
            return Concern("payment", thing.get("id", ""), intent_id, reference, moved)
        return Concern()

    def movements(self, since: datetime) -> Iterator[Movement]:
        params: Any = {
            "created": {"gte": int(since.timestamp())},
            "limit": PAGE,
            "expand": ["data.source"],
        }
        while True:
            page = _call(client().v1.balance_transactions.list, params)
            yield from map(_movement, page.data)
            if not page.has_more:
                return
            params = {**params, "starting_after": page.data[-1].id}


@lru_cache
def _client(key: str, base: str) -> stripe.StripeClient:
    addresses: Any = {"api": base} if base else {}
    return stripe.StripeClient(
        key,
        stripe_version=API_VERSION,
        base_addresses=addresses,
        max_network_retries=1,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )


def client() -> stripe.StripeClient:
    return _client(settings.STRIPE_API_KEY, settings.STRIPE_API_BASE)


def _open_card(attempt: PaymentAttempt) -> Standing:
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
    return Standing(
        state,
        amount=from_satang(session.amount_total),
        session_id=session.id,
        session_url=session.url or "",
        intent_id=_id_of(session.payment_intent),
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
        amount=from_satang(intent.amount_received if state == "paid" else intent.amount),
        intent_id=intent.id,
        qr_data=getattr(qr, "data", "") or "",
        pay_page_url=getattr(qr, "hosted_instructions_url", "") or "",
        failure=(getattr(error, "code", "") or "") if error else "",
    )


def _refund_standing(refund: Any) -> RefundStanding:
    state = REFUND_STATES.get(refund.status or "", "pending")
    return RefundStanding(refund.id, state, getattr(refund, "failure_reason", None) or "")


def _dispute_standing(dispute: Any) -> DisputeStanding:
    entries = dispute.balance_transactions
    taken = -sum(entry.amount for entry in entries)
    due_by = dispute.evidence_details.due_by
    return DisputeStanding(
        provider_id=dispute.id,
        state=DISPUTE_STATES.get(dispute.status, "needs_response"),
        amount=from_satang(dispute.amount),
        taken=from_satang(taken),
        fee=from_satang(sum(entry.fee for entry in entries)),
        reason=dispute.reason or "",
        inquiry=dispute.status.startswith("warning"),
        opened_at=datetime.fromtimestamp(dispute.created, UTC),
        respond_by=datetime.fromtimestamp(due_by, UTC) if due_by else None,
        intent_id=_id_of(dispute.payment_intent),
    )


def _movement(entry: Any) -> Movement:
    kind = MOVED.get(entry.reporting_category, "other")
    source = entry.source
    told = getattr(source, "metadata", None)
    word = "refund" if kind in ("refund", "refund_back") else "attempt"
    return Movement(
        provider_id=entry.id,
        kind=kind,
        amount=from_satang(entry.amount),
        fee=from_satang(entry.fee),
        at=datetime.fromtimestamp(entry.created, UTC),
        source_id=_id_of(source),
        intent_id=_id_of(getattr(source, "payment_intent", None)),
        reference=(told.to_dict() if told else {}).get(word, ""),
        words=entry.description or entry.type,
    )


def _id_of(named: Any) -> str:
    """The id of what is named by its id, or shown whole."""
    return named if isinstance(named, str) else (getattr(named, "id", "") or "")


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
        if error.code == UNKNOWN:
            raise Unknown(UNKNOWN, str(error)) from error
        raise Refused(error.code or "refused", str(error)) from error
    except stripe.StripeError as error:
        raise ProviderDown(str(error)) from error
