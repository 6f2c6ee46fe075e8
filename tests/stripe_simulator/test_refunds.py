"""Refunds: cards at once, PromptPay only after the buyer has answered."""

from __future__ import annotations

from typing import Any

import pytest
import stripe
from stripe import StripeClient

from shop.stripe_simulator.testing import SimulatorThread
from tests.stripe_simulator.conftest import card_params, promptpay_params


@pytest.fixture
def card_payment(client: StripeClient) -> Any:
    return client.v1.payment_intents.create(card_params())


@pytest.fixture
def promptpay_payment(sim: SimulatorThread, client: StripeClient) -> Any:
    intent = client.v1.payment_intents.create(promptpay_params())
    sim.control(f"pay/{intent.id}")
    return client.v1.payment_intents.retrieve(intent.id)


def test_a_card_is_refunded_at_once_in_parts(
    sim: SimulatorThread, client: StripeClient, card_payment: Any
) -> None:
    first = client.v1.refunds.create(
        {
            "payment_intent": card_payment.id,
            "amount": 20_000,
            "reason": "requested_by_customer",
            "metadata": {"line": "4"},
        }
    )
    part = client.v1.charges.retrieve(card_payment.latest_charge)
    rest = client.v1.refunds.create({"charge": card_payment.latest_charge})
    whole = client.v1.charges.retrieve(card_payment.latest_charge, {"expand": ["refunds"]})

    assert (first.status, first.amount, first.metadata["line"]) == ("succeeded", 20_000, "4")
    assert (part.amount_refunded, part.refunded) == (20_000, False)
    assert rest.amount == 30_000
    assert (whole.amount_refunded, whole.refunded) == (50_000, True)
    assert [refund.id for refund in whole.refunds.data] == [rest.id, first.id]
    entry = client.v1.balance_transactions.retrieve(first.balance_transaction)
    assert (entry.amount, entry.fee, entry.type) == (-20_000, 0, "refund")
    assert [webhook.type for webhook in sim.take_webhooks()][-4:] == [
        "refund.created",
        "charge.refunded",
    ] * 2


def test_no_more_than_was_paid_goes_back(client: StripeClient, card_payment: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError, match="greater than") as too_much:
        client.v1.refunds.create({"payment_intent": card_payment.id, "amount": 50_001})
    client.v1.refunds.create({"payment_intent": card_payment.id})
    with pytest.raises(stripe.InvalidRequestError) as again:
        client.v1.refunds.create({"payment_intent": card_payment.id})

    assert too_much.value.param == "amount"
    assert again.value.code == "charge_already_refunded"
    assert len(client.v1.refunds.list({"payment_intent": card_payment.id}).data) == 1


def test_a_promptpay_refund_waits_for_the_buyers_account(
    sim: SimulatorThread, client: StripeClient, promptpay_payment: Any
) -> None:
    refund = client.v1.refunds.create({"payment_intent": promptpay_payment.id, "amount": 10_000})
    asked = refund.next_action.display_details.email_sent.email_sent_to

    done = sim.control(f"refunds/{refund.id}/succeed")

    assert (refund.id[:4], refund.status, asked) == ("pyr_", "requires_action", "buyer@example.com")
    assert done["status"] == "succeeded"
    updates = [webhook for webhook in sim.take_webhooks() if webhook.type == "refund.updated"]
    assert updates[0].event["data"]["previous_attributes"]["status"] == "requires_action"
    charge = client.v1.charges.retrieve(promptpay_payment.latest_charge)
    assert charge.amount_refunded == 10_000


def test_a_failed_refund_can_be_made_again(
    sim: SimulatorThread, client: StripeClient, promptpay_payment: Any
) -> None:
    refund = client.v1.refunds.create({"payment_intent": promptpay_payment.id})

    sim.control(f"refunds/{refund.id}/fail", reason="declined")

    failed = client.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "declined")
    assert client.v1.charges.retrieve(promptpay_payment.latest_charge).amount_refunded == 0
    assert sim.take_webhooks()[-1].type == "refund.failed"
    assert client.v1.refunds.create({"payment_intent": promptpay_payment.id}).amount == 50_000


def test_refunds_can_be_decided_by_the_clock(
    sim: SimulatorThread, client: StripeClient, promptpay_payment: Any
) -> None:
    sim.control("settings", refund_decision="succeed", refund_delay=600)
    refund = client.v1.refunds.create({"payment_intent": promptpay_payment.id})

    sim.control("clock/advance", seconds=590)
    before = client.v1.refunds.retrieve(refund.id).status
    sim.control("clock/advance", seconds=11)

    assert before == "requires_action"
    assert client.v1.refunds.retrieve(refund.id).status == "succeeded"


def test_a_waiting_refund_can_be_withdrawn_once(
    client: StripeClient, promptpay_payment: Any
) -> None:
    refund = client.v1.refunds.create({"payment_intent": promptpay_payment.id})

    withdrawn = client.v1.refunds.cancel(refund.id)

    assert withdrawn.status == "canceled"
    with pytest.raises(stripe.InvalidRequestError, match="status of canceled"):
        client.v1.refunds.cancel(refund.id)


def test_an_unpaid_intent_has_nothing_to_refund(client: StripeClient) -> None:
    intent = client.v1.payment_intents.create(promptpay_params())

    with pytest.raises(stripe.InvalidRequestError, match="successful charge"):
        client.v1.refunds.create({"payment_intent": intent.id})
