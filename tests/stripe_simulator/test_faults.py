"""A provider that hangs, breaks or loses its answer, as often as a test wants."""

from __future__ import annotations

import time

import pytest
import stripe
from stripe import StripeClient

from shop.stripe_simulator.testing import ControlRefused, SimulatorThread
from tests.stripe_simulator.conftest import card_params, client_of, promptpay_params


def test_a_stalled_path_hangs_and_the_others_do_not(
    sim: SimulatorThread, client: StripeClient
) -> None:
    intent = client.v1.payment_intents.create(promptpay_params())
    sim.control("stall", seconds=0.4, paths=["/v1/refunds"])

    began = time.monotonic()
    client.v1.payment_intents.retrieve(intent.id)
    quick = time.monotonic() - began
    began = time.monotonic()
    client.v1.refunds.list()
    slow = time.monotonic() - began
    sim.control("stall", seconds=0)

    assert quick < 0.3 < 0.4 <= slow


def test_the_next_calls_fail_and_then_all_is_well(
    sim: SimulatorThread, client: StripeClient
) -> None:
    sim.control("fail_next", count=1, status=503)
    once = client_of(sim.base_address, max_network_retries=0)

    with pytest.raises(stripe.APIError) as broken:
        once.v1.payment_intents.create(promptpay_params())

    assert broken.value.http_status == 503
    assert sim.look("state")["counts"] == {}
    assert once.v1.payment_intents.create(promptpay_params()).status == "requires_action"


def test_a_rate_limit_is_told_as_one(sim: SimulatorThread) -> None:
    sim.control("fail_next", status=429)

    with pytest.raises(stripe.RateLimitError):
        client_of(sim.base_address, max_network_retries=0).v1.payment_intents.list()


@pytest.mark.parametrize("status", [500, 0])
def test_a_lost_answer_is_found_again_with_the_key(sim: SimulatorThread, status: int) -> None:
    sim.control("fail_next", status=status, after=True)
    client = client_of(sim.base_address, max_network_retries=0)

    with pytest.raises((stripe.APIError, stripe.APIConnectionError)):
        client.v1.payment_intents.create(card_params(), {"idempotency_key": "k"})
    again = client.v1.payment_intents.create(card_params(), {"idempotency_key": "k"})

    assert again.status == "succeeded"
    assert sim.look("state")["counts"]["charge"] == 1


def test_the_sdk_repeats_by_itself_without_paying_twice(sim: SimulatorThread) -> None:
    sim.control("fail_next", count=1, status=500, after=True)

    client_of(sim.base_address, max_network_retries=2).v1.payment_intents.create(card_params())

    assert sim.look("state")["counts"]["charge"] == 1
    calls = sim.look("calls")["calls"]
    assert [(call["status"], call["replayed"]) for call in calls] == [(500, False), (200, True)]
    assert calls[0]["idempotency_key"] == calls[1]["idempotency_key"]


def test_reset_forgets_all(sim: SimulatorThread, client: StripeClient) -> None:
    client.v1.payment_intents.create(card_params())
    sim.control("clock/advance", seconds=5000)
    sim.control("stall", seconds=9)

    sim.control("reset")

    state = sim.look("state")
    assert state["counts"] == {}
    assert abs(state["now"] - time.time()) < 5
    assert client.v1.payment_intents.list().data == []


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("webhooks/mode", {"dorp": True}),
        ("clock/advance", {"seconds": -5}),
        ("clock/advance", {}),
        ("pay/pi_nobody", {}),
        ("nonsense", {}),
        ("session/cs_test_nobody/pay", {}),
    ],
)
def test_a_control_that_makes_no_sense_is_refused(
    sim: SimulatorThread, path: str, asked: dict[str, object]
) -> None:
    with pytest.raises(ControlRefused):
        sim.control(path, **asked)
