"""One Idempotency-Key, one piece of work, one answer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import stripe
from stripe import StripeClient

from shop.stripe_simulator.testing import SimulatorThread, wait_for
from tests.stripe_simulator.conftest import card_params, client_of, promptpay_params

WITH_KEY: stripe.RequestOptions = {"idempotency_key": "attempt-7"}


def test_a_repeated_request_gets_the_stored_answer(
    sim: SimulatorThread, client: StripeClient
) -> None:
    first = client.v1.payment_intents.create(promptpay_params(), WITH_KEY)
    sim.control(f"pay/{first.id}")
    again = client.v1.payment_intents.create(promptpay_params(), WITH_KEY)

    assert (again.id, again.status) == (first.id, "requires_action")
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert again.last_response.headers["Original-Request"] == first.last_response.request_id
    assert sim.look("state")["counts"]["payment_intent"] == 1


def test_the_same_key_with_other_fields_is_refused(client: StripeClient) -> None:
    client.v1.payment_intents.create(promptpay_params(), WITH_KEY)

    with pytest.raises(stripe.IdempotencyError) as other_amount:
        client.v1.payment_intents.create(promptpay_params(amount=60_000), WITH_KEY)
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        client.v1.refunds.create({"payment_intent": "pi_1"}, WITH_KEY)

    assert other_amount.value.http_status == 400


def test_a_decline_is_stored_and_repeated(sim: SimulatorThread, client: StripeClient) -> None:
    declined = card_params(payment_method="pm_card_visa_chargeDeclined")

    ids = []
    for _ in range(2):
        with pytest.raises(stripe.CardError) as refusal:
            client.v1.payment_intents.create(declined, WITH_KEY)
        ids.append(refusal.value.error.payment_intent.id)

    assert ids[0] == ids[1]
    assert sim.look("state")["counts"]["charge"] == 1


def test_a_request_refused_before_work_leaves_the_key_free(client: StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        client.v1.payment_intents.create(promptpay_params(amount=5), WITH_KEY)

    assert client.v1.payment_intents.create(promptpay_params(), WITH_KEY).amount == 50_000


def test_a_key_is_forgotten_after_a_day(sim: SimulatorThread, client: StripeClient) -> None:
    first = client.v1.payment_intents.create(promptpay_params(), WITH_KEY)
    sim.control("clock/advance", seconds=86_401)

    assert client.v1.payment_intents.create(promptpay_params(), WITH_KEY).id != first.id


def test_a_key_in_progress_is_a_conflict(sim: SimulatorThread, client: StripeClient) -> None:
    sim.control("stall", seconds=30)
    slow = threading.Thread(
        target=lambda: client.v1.payment_intents.create(promptpay_params(), WITH_KEY), daemon=True
    )
    slow.start()
    reserved = "SELECT 1 FROM idempotency WHERE status IS NULL"
    assert wait_for(lambda: sim.simulator.store.row(reserved) is not None)

    with pytest.raises(stripe.StripeError) as conflict:
        client_of(sim.base_address, max_network_retries=0).v1.payment_intents.create(
            promptpay_params(), WITH_KEY
        )
    sim.simulator.stopping.set()
    slow.join(timeout=5)

    assert conflict.value.http_status == 409
    assert conflict.value.json_body["error"]["code"] == "idempotency_key_in_use"
    assert client.v1.payment_intents.create(promptpay_params(), WITH_KEY).amount == 50_000
    assert sim.look("state")["counts"]["payment_intent"] == 1


def test_ten_at_once_make_one_payment(sim: SimulatorThread) -> None:
    def create(_: int) -> str:
        client = client_of(sim.base_address, max_network_retries=5)
        return client.v1.payment_intents.create(card_params(), WITH_KEY).id

    with ThreadPoolExecutor(10) as pool:
        ids = set(pool.map(create, range(10)))

    counts = sim.look("state")["counts"]
    assert len(ids) == 1
    assert (counts["payment_intent"], counts["charge"]) == (1, 1)


def test_without_the_key_ten_at_once_make_ten(sim: SimulatorThread) -> None:
    def create(_: int) -> str:
        return client_of(sim.base_address).v1.payment_intents.create(card_params()).id

    with ThreadPoolExecutor(10) as pool:
        ids = set(pool.map(create, range(10)))

    assert len(ids) == 10
