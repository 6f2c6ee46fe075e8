"""PaymentIntents made by the server: PromptPay and its QR, cards by their test method."""

from __future__ import annotations

import urllib.request
from typing import Any

import pytest
import stripe
from stripe import StripeClient

from shop.stripe_simulator.promptpay import checksum, payload
from shop.stripe_simulator.testing import KEY, ControlRefused, SimulatorThread
from tests.stripe_simulator.conftest import card_params, client_of, promptpay_params


def fetch(address: str) -> bytes:
    with urllib.request.urlopen(address, timeout=5) as response:
        body: bytes = response.read()
    return body


def test_promptpay_shows_a_qr_and_is_paid(sim: SimulatorThread, client: StripeClient) -> None:
    intent = client.v1.payment_intents.create(promptpay_params())
    qr: Any = intent.next_action.promptpay_display_qr_code

    sim.control(f"pay/{intent.id}")
    paid = client.v1.payment_intents.retrieve(intent.id, {"expand": ["latest_charge"]})

    assert intent.status == "requires_action"
    assert intent.next_action.type == "promptpay_display_qr_code"
    assert sorted(qr.to_dict()) == [
        "data",
        "hosted_instructions_url",
        "image_url_png",
        "image_url_svg",
    ]
    assert "5406500.00" in qr.data
    assert qr.data[-4:] == checksum(qr.data[:-4])
    assert fetch(qr.image_url_png).startswith(b"\x89PNG")
    assert b"<svg" in fetch(qr.image_url_svg)
    assert (paid.status, paid.next_action, paid.amount_received) == ("succeeded", None, 50_000)
    charge: Any = paid.latest_charge
    assert charge.id.startswith("py_")
    assert charge.payment_method_details.type == "promptpay"
    assert charge.billing_details.email == "buyer@example.com"
    assert [webhook.type for webhook in sim.take_webhooks()] == [
        "payment_intent.created",
        "payment_intent.requires_action",
        "charge.succeeded",
        "payment_intent.succeeded",
    ]


def test_the_qr_checksum_is_the_one_of_the_standard() -> None:
    assert checksum("123456789") == "29B1"
    assert payload(123_450, "pi_3abc").startswith("000201010212")
    assert "54071234.50" in payload(123_450, "pi_3abc")


def test_promptpay_without_an_email_is_refused(sim: SimulatorThread, client: StripeClient) -> None:
    without = {"type": "promptpay", "billing_details": {"name": "Test Buyer"}}

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.create(promptpay_params(payment_method_data=without))

    assert refusal.value.param == "payment_method_data[billing_details][email]"
    assert refusal.value.code == "parameter_missing"
    assert sim.look("state")["counts"] == {}


def test_a_qr_that_runs_out_can_be_asked_for_again(
    sim: SimulatorThread, client: StripeClient
) -> None:
    intent = client.v1.payment_intents.create(promptpay_params())

    sim.control("clock/advance", seconds=3601)
    expired = client.v1.payment_intents.retrieve(intent.id)
    with pytest.raises(ControlRefused, match="409"):
        sim.control(f"pay/{intent.id}")
    data = promptpay_params()["payment_method_data"]
    again = client.v1.payment_intents.confirm(intent.id, {"payment_method_data": data})

    assert expired.status == "requires_payment_method"
    assert expired.last_payment_error.code == "payment_intent_payment_attempt_expired"
    assert again.status == "requires_action"
    assert client.v1.charges.list({"payment_intent": intent.id}).data == []


def test_a_refused_promptpay_payment_moves_no_money(
    sim: SimulatorThread, client: StripeClient
) -> None:
    intent = client.v1.payment_intents.create(promptpay_params())

    sim.control(f"fail/{intent.id}")
    failed = client.v1.payment_intents.retrieve(intent.id)

    assert (failed.status, failed.amount_received) == ("requires_payment_method", 0)
    assert [webhook.type for webhook in sim.take_webhooks()][-2:] == [
        "charge.failed",
        "payment_intent.payment_failed",
    ]


def test_a_cancelled_intent_can_never_be_paid(sim: SimulatorThread, client: StripeClient) -> None:
    intent = client.v1.payment_intents.create(promptpay_params())

    cancelled = client.v1.payment_intents.cancel(intent.id, {"cancellation_reason": "abandoned"})

    assert (cancelled.status, cancelled.cancellation_reason) == ("canceled", "abandoned")
    with pytest.raises(ControlRefused, match="canceled"):
        sim.control(f"pay/{intent.id}")
    assert client.v1.payment_intents.retrieve(intent.id).amount_received == 0


def test_a_paid_intent_cannot_be_cancelled_and_says_so(
    sim: SimulatorThread, client: StripeClient
) -> None:
    intent = client.v1.payment_intents.create(promptpay_params())
    sim.control(f"pay/{intent.id}")

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.cancel(intent.id)

    assert refusal.value.code == "payment_intent_unexpected_state"
    assert refusal.value.error.payment_intent.status == "succeeded"


def test_paying_twice_charges_once(sim: SimulatorThread, client: StripeClient) -> None:
    intent = client.v1.payment_intents.create(promptpay_params())
    sim.control(f"pay/{intent.id}")

    with pytest.raises(ControlRefused, match="succeeded"):
        sim.control(f"pay/{intent.id}")

    assert len(client.v1.charges.list({"payment_intent": intent.id}).data) == 1


def test_a_declined_card_is_a_card_error_that_is_remembered(client: StripeClient) -> None:
    with pytest.raises(stripe.CardError) as refusal:
        client.v1.payment_intents.create(card_params(payment_method="pm_card_visa_chargeDeclined"))

    error = refusal.value
    assert (error.code, error.http_status) == ("card_declined", 402)
    assert error.error.decline_code == "generic_decline"
    kept = client.v1.payment_intents.retrieve(error.error.payment_intent.id)
    assert kept.status == "requires_payment_method"


def test_a_refusal_in_the_middle_leaves_nothing_behind(
    sim: SimulatorThread, client: StripeClient
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="not allowed"):
        client.v1.payment_intents.create(card_params(payment_method_types=["promptpay"]))

    assert sim.look("state")["counts"] == {}
    assert sim.take_webhooks() == []


def test_card_numbers_are_not_taken_over_the_interface(client: StripeClient) -> None:
    card = {"type": "card", "card": {"number": "4242424242424242", "exp_month": 12}}

    with pytest.raises(stripe.StripeError, match="unsafe"):
        client.v1.payment_intents.create(card_params(payment_method_data=card, payment_method=None))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount": 999}, "amount_too_small"),
        ({"amount": 100_000_000}, "amount_too_large"),
        ({"amount": -1}, "parameter_invalid_integer"),
        ({"amount": None}, "parameter_missing"),
        ({"amount": "NaN"}, "parameter_invalid_integer"),
    ],
)
def test_impossible_amounts_are_refused(
    client: StripeClient, change: dict[str, Any], code: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.create(promptpay_params(**change))

    assert (refusal.value.code, refusal.value.param) == (code, "amount")


def test_promptpay_is_for_baht_only(client: StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="thb"):
        client.v1.payment_intents.create(promptpay_params(currency="usd"))


def test_an_unknown_intent_is_missing(client: StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.payment_intents.retrieve("pi_nobody")

    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")


def test_only_test_keys_open_the_door(sim: SimulatorThread) -> None:
    live = stripe.StripeClient("sk_live_abc", base_addresses={"api": sim.base_address})

    with pytest.raises(stripe.AuthenticationError) as refusal:
        live.v1.payment_intents.list()

    assert "sk_live_abc" not in str(refusal.value)


def test_answers_name_request_and_version(sim: SimulatorThread) -> None:
    client = client_of(sim.base_address, stripe_version="2026-10-28.endive")

    intent = client.v1.payment_intents.create(card_params(), {"idempotency_key": "k-1"})

    headers = intent.last_response.headers
    assert intent.last_response.request_id.startswith("req_")
    assert headers["Stripe-Version"] == "2026-10-28.endive"
    assert intent.last_response.idempotency_key == "k-1"


def test_basic_authorisation_works_too(sim: SimulatorThread) -> None:
    import base64

    name = base64.b64encode(f"{KEY}:".encode()).decode()
    asked = urllib.request.Request(
        f"{sim.base_address}/v1/payment_intents", headers={"Authorization": f"Basic {name}"}
    )

    with urllib.request.urlopen(asked, timeout=5) as response:
        assert response.status == 200


def test_metadata_is_merged_and_removed(client: StripeClient) -> None:
    intent = client.v1.payment_intents.create(promptpay_params(metadata={"a": "1", "b": "2"}))

    changed = client.v1.payment_intents.update(intent.id, {"metadata": {"a": "", "c": "3"}})

    assert changed.metadata.to_dict() == {"b": "2", "c": "3"}


def test_an_unknown_expansion_is_refused(client: StripeClient) -> None:
    intent = client.v1.payment_intents.create(card_params())

    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.payment_intents.retrieve(intent.id, {"expand": ["amount"]})
