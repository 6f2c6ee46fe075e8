"""Short ways through paying, as the doors would call them."""

from typing import Any

from django.test import Client
from django.utils import timezone

from shop.oscar.checkout import services as checkouts
from shop.oscar.checkout.models import Checkout
from shop.payments.models import PaymentAttempt
from shop.stripe_simulator.testing import SimulatorThread, Webhook

WEBHOOK = "/payments/webhook/"


def begin(checkout: Checkout, method: str = "card") -> PaymentAttempt:
    """The buyer presses the button, having seen the total of this moment."""
    today = timezone.localdate()
    total = str(checkouts.offer_now(checkout, today=today).total)
    return checkouts.begin_payment(checkout=checkout, method=method, seen_total=total, today=today)


def deliver(webhook: Webhook, **headers: str) -> Any:
    """The provider's POST, as it was signed (or as `headers` forge it)."""
    signature = headers.get("signature", webhook.signature)
    return Client().post(
        WEBHOOK,
        webhook.body,
        content_type="application/json",
        headers={"Stripe-Signature": signature},
    )


def sweep() -> None:
    """What the worker does every few seconds."""
    from shop.payments import services as payments

    payments.handle_due_events()
    checkouts.settle_due()
    checkouts.close_and_release()
    payments.submit_due_refunds()


def sessions(provider: SimulatorThread) -> dict[str, Any]:
    """The provider's Checkout Sessions by id."""
    found = provider.look("state")["objects"].get("checkout.session", [])
    return {session["id"]: session for session in found}
