"""Checkout Sessions over the SDK: made, paid, declined, expired."""

from __future__ import annotations

import time
from typing import Any

import pytest
import stripe
from stripe import StripeClient

from shop.stripe_simulator.testing import ControlRefused, SimulatorThread
from tests.stripe_simulator.conftest import CreateSession, line, session_params


def test_a_new_session_waits_for_the_buyer(
    sim: SimulatorThread, client: StripeClient, create_session: CreateSession
) -> None:
    session = create_session()

    assert (session.status, session.payment_status) == ("open", "unpaid")
    assert (session.amount_total, session.currency) == (296_000, "thb")
    assert session.url == f"{sim.base_address}/c/pay/{session.id}"
    assert session.payment_intent is None, "Stripe makes the intent when the buyer confirms"
    assert session.payment_method_types == ["card", "promptpay"]
    assert session.expires_at - session.created == 86_400
    lines = client.v1.checkout.sessions.line_items.list(session.id)
    assert [(item.description, item.quantity, item.amount_total) for item in lines.data] == [
        ("ผ้าไหมมัดหมี่", 2, 290_000),
        ("ค่าส่ง", 1, 6_000),
    ]


def test_a_paid_session_leads_to_intent_charge_and_fee(
    sim: SimulatorThread, client: StripeClient, create_session: CreateSession
) -> None:
    session = create_session(payment_intent_data={"metadata": {"order": "A1"}})

    went_to = sim.control(f"session/{session.id}/pay")["redirect"]
    paid = client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]}
    )

    assert went_to == f"http://127.0.0.1:8000/th/paid/?session={session.id}"
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.customer_details.email == "buyer@example.com"
    intent: Any = paid.payment_intent
    assert (intent.status, intent.amount_received) == ("succeeded", 296_000)
    assert intent.metadata["order"] == "A1"
    assert intent.latest_charge.id.startswith("ch_")
    entry = intent.latest_charge.balance_transaction
    # 3.65 % of 2,960 baht is 108.04, and 10 baht: the estimate written in fees.py.
    assert (entry.fee, entry.net) == (11_804, 284_196)
    assert len(paid.line_items.data) == 2


def test_a_declined_card_leaves_the_session_open(
    sim: SimulatorThread, client: StripeClient, create_session: CreateSession
) -> None:
    session = create_session()

    tried = sim.control(f"session/{session.id}/pay", card="insufficient_funds")
    intent = tried["payment_intent"]

    assert intent["status"] == "requires_payment_method"
    assert intent["last_payment_error"]["decline_code"] == "insufficient_funds"
    assert client.v1.checkout.sessions.retrieve(session.id).status == "open"
    again = sim.control(f"session/{session.id}/pay", card="succeed")
    assert again["payment_intent"]["id"] == intent["id"]
    charges = client.v1.charges.list({"payment_intent": intent["id"]})
    assert [charge.status for charge in charges.data] == ["succeeded", "failed"]


def test_three_d_secure_waits_until_the_bank_answers(
    sim: SimulatorThread, client: StripeClient, create_session: CreateSession
) -> None:
    session = create_session()
    tried = sim.control(f"session/{session.id}/pay", card="three_d_secure")
    intent_id = tried["payment_intent"]["id"]
    assert tried["payment_intent"]["status"] == "requires_action"

    sim.control(f"fail/{intent_id}")
    failed = client.v1.payment_intents.retrieve(intent_id)
    sim.control(f"session/{session.id}/pay", card="three_d_secure", then="pay")
    charge = client.v1.payment_intents.retrieve(
        intent_id, {"expand": ["latest_charge"]}
    ).latest_charge

    assert failed.last_payment_error.code == "payment_intent_authentication_failure"
    assert charge.payment_method_details.card.three_d_secure.result == "authenticated"
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_an_expired_session_takes_its_intent_with_it(
    sim: SimulatorThread, client: StripeClient, create_session: CreateSession
) -> None:
    session = create_session()
    intent_id = sim.control(f"session/{session.id}/pay", card="declined")["payment_intent"]["id"]

    expired = client.v1.checkout.sessions.expire(session.id)

    assert (expired.status, expired.url) == ("expired", None)
    assert client.v1.payment_intents.retrieve(intent_id).status == "canceled"
    with pytest.raises(ControlRefused):
        sim.control(f"session/{session.id}/pay")
    with pytest.raises(stripe.InvalidRequestError, match="status of `expired`"):
        client.v1.checkout.sessions.expire(session.id)


def test_a_paid_session_cannot_be_expired_and_stays_paid(
    sim: SimulatorThread, client: StripeClient, create_session: CreateSession
) -> None:
    session = create_session()
    sim.control(f"session/{session.id}/pay")

    with pytest.raises(stripe.InvalidRequestError, match="status of `complete`"):
        client.v1.checkout.sessions.expire(session.id)

    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_the_intent_of_a_session_cannot_be_cancelled_alone(
    sim: SimulatorThread, client: StripeClient, create_session: CreateSession
) -> None:
    session = create_session()
    intent_id = sim.control(f"session/{session.id}/pay", card="declined")["payment_intent"]["id"]

    with pytest.raises(stripe.InvalidRequestError, match="created by Checkout"):
        client.v1.payment_intents.cancel(intent_id)

    assert client.v1.payment_intents.retrieve(intent_id).status == "requires_payment_method"


def test_time_expires_a_session_by_itself(
    sim: SimulatorThread, client: StripeClient, create_session: CreateSession
) -> None:
    session = create_session(expires_at=int(time.time()) + 1800)

    sim.control("clock/advance", seconds=1790)
    before = client.v1.checkout.sessions.retrieve(session.id).status
    sim.control("clock/advance", seconds=11)

    assert before == "open"
    assert client.v1.checkout.sessions.retrieve(session.id).status == "expired"
    assert [webhook.type for webhook in sim.take_webhooks()] == ["checkout.session.expired"]


@pytest.mark.parametrize(
    ("change", "param", "code"),
    [
        ({"line_items": []}, "line_items", "parameter_missing"),
        ({"line_items": [line("x", 999, 1)]}, "line_items", "amount_too_small"),
        ({"line_items": [line("x", 5000, 0)]}, "line_items[0][quantity]", None),
        ({"line_items": [line("x", -5, 1)]}, "line_items[0][price_data][unit_amount]", None),
        ({"success_url": "javascript:alert(1)"}, "success_url", "url_invalid"),
        ({"success_url": None}, "success_url", "parameter_missing"),
        ({"expires_at": int(time.time()) + 600}, "expires_at", None),
        ({"expires_at": int(time.time()) + 90_000}, "expires_at", None),
        ({"payment_method_types": ["ideal"]}, "payment_method_types[0]", None),
        ({"client_referense": "x"}, "client_referense", "parameter_unknown"),
        ({"metadata": {"a": "x" * 501}}, "metadata", None),
    ],
)
def test_what_stripe_would_refuse_is_refused(
    sim: SimulatorThread,
    client: StripeClient,
    change: dict[str, Any],
    param: str,
    code: str | None,
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.create(session_params(**change))

    assert (refusal.value.param, refusal.value.http_status) == (param, 400)
    assert code is None or refusal.value.code == code
    assert sim.look("state")["counts"] == {}


def test_sessions_are_found_by_their_intent(
    sim: SimulatorThread, client: StripeClient, create_session: CreateSession
) -> None:
    wanted, other = create_session(), create_session()
    intent_id = sim.control(f"session/{wanted.id}/pay")["payment_intent"]["id"]

    found = client.v1.checkout.sessions.list({"payment_intent": intent_id})
    still_open = client.v1.checkout.sessions.list({"status": "open"})

    assert [session.id for session in found.data] == [wanted.id]
    assert [session.id for session in still_open.data] == [other.id]


def test_a_list_is_walked_page_by_page(client: StripeClient, create_session: CreateSession) -> None:
    made = [create_session().id for _ in range(5)]

    page = client.v1.checkout.sessions.list({"limit": 2})
    walked = [session.id for session in page.auto_paging_iter()]

    assert (len(page.data), page.has_more) == (2, True)
    assert walked == list(reversed(made))
    newer = client.v1.checkout.sessions.list({"limit": 2, "ending_before": made[1]})
    assert [session.id for session in newer.data] == [made[3], made[2]]


def test_a_slow_bank_completes_first_and_pays_later(
    sim: SimulatorThread, client: StripeClient, create_session: CreateSession
) -> None:
    session = create_session()
    asked = {"method": "promptpay", "then": "process"}
    intent_id = sim.control(f"session/{session.id}/pay", **asked)["payment_intent"]["id"]
    waiting = client.v1.checkout.sessions.retrieve(session.id)
    sim.control(f"pay/{intent_id}")

    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert [webhook.type for webhook in sim.take_webhooks()] == [
        "payment_intent.created",
        "payment_intent.requires_action",
        "payment_intent.processing",
        "checkout.session.completed",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.async_payment_succeeded",
    ]


def test_a_slow_bank_may_say_no(
    sim: SimulatorThread, client: StripeClient, create_session: CreateSession
) -> None:
    session = create_session()
    asked = {"method": "promptpay", "then": "process"}
    intent_id = sim.control(f"session/{session.id}/pay", **asked)["payment_intent"]["id"]

    sim.control(f"fail/{intent_id}")

    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "unpaid"
    assert sim.take_webhooks()[-1].type == "checkout.session.async_payment_failed"
