"""Every test talks to a fresh simulator over HTTP with Stripe's own SDK."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stripe

from shop.stripe_simulator.testing import KEY, SimulatorThread

CreateSession = Callable[..., Any]


@pytest.fixture
def sim(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimulatorThread]:
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    with SimulatorThread() as simulator:
        yield simulator


@pytest.fixture
def client(sim: SimulatorThread) -> stripe.StripeClient:
    return client_of(sim.base_address)


def client_of(address: str, **options: Any) -> stripe.StripeClient:
    return stripe.StripeClient(KEY, base_addresses={"api": address}, **options)


@pytest.fixture
def create_session(client: stripe.StripeClient) -> CreateSession:
    def create(**given: Any) -> Any:
        return client.v1.checkout.sessions.create(session_params(**given))

    return create


def session_params(**given: Any) -> dict[str, Any]:
    """One silk cloth of 1,450 baht twice and one delivery of 60 baht."""
    return {
        "mode": "payment",
        "line_items": [line("ผ้าไหมมัดหมี่", 145_000, 2), line("ค่าส่ง", 6_000, 1)],
        "success_url": "http://127.0.0.1:8000/th/paid/?session={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:8000/th/basket/",
        "customer_email": "buyer@example.com",
        "client_reference_id": "attempt-7",
        "locale": "th",
        "metadata": {"attempt": "7"},
        **given,
    }


def line(name: str, unit_amount: int, quantity: int) -> dict[str, Any]:
    return {
        "price_data": {
            "currency": "thb",
            "unit_amount": unit_amount,
            "product_data": {"name": name},
        },
        "quantity": quantity,
    }


def promptpay_params(**given: Any) -> dict[str, Any]:
    """An intent of 500 baht, confirmed by the server with PromptPay."""
    return {
        "amount": 50_000,
        "currency": "thb",
        "confirm": True,
        "payment_method_types": ["promptpay"],
        "payment_method_data": {
            "type": "promptpay",
            "billing_details": {"email": "buyer@example.com", "name": "Test Buyer"},
        },
        "metadata": {"attempt": "8"},
        **given,
    }


def card_params(**given: Any) -> dict[str, Any]:
    """An intent of 500 baht, confirmed with the test card that succeeds."""
    return {
        "amount": 50_000,
        "currency": "thb",
        "confirm": True,
        "payment_method_types": ["card"],
        "payment_method": "pm_card_visa",
        **given,
    }
