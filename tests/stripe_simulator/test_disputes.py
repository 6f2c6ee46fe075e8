"""Disputes: the bank takes the money at once, the shop may answer, the bank decides."""

from __future__ import annotations

from typing import Any

import pytest
import stripe
from stripe import StripeClient

from shop.stripe_simulator.fees import DISPUTE_FEE
from shop.stripe_simulator.testing import ControlRefused, SimulatorThread
from tests.stripe_simulator.conftest import CreateSession, card_params, promptpay_params
from tests.stripe_simulator.test_hosted_page import ask


def _disputed(client: StripeClient, **given: Any) -> Any:
    paid = client.v1.payment_intents.create(card_params(**given))
    return client.v1.disputes.list({"payment_intent": paid.id}).data[0]


def _dispute_events(sim: SimulatorThread) -> list[str]:
    types = [webhook.type for webhook in sim.take_webhooks()]
    return [kind for kind in types if kind.startswith("charge.dispute.")]


def test_the_test_card_disputes_at_once_and_the_money_is_gone(
    sim: SimulatorThread, client: StripeClient
) -> None:
    dispute = _disputed(client, payment_method="pm_card_createDispute")

    charge = client.v1.charges.retrieve(dispute.charge)
    (entry,) = dispute.balance_transactions
    assert (dispute.amount, dispute.status, dispute.reason) == (
        50_000,
        "needs_response",
        "fraudulent",
    )
    assert charge.disputed
    assert (entry.amount, entry.fee, entry.net) == (-50_000, DISPUTE_FEE, -50_000 - DISPUTE_FEE)
    assert (entry.type, entry.reporting_category, entry.source) == (
        "adjustment",
        "dispute",
        dispute.id,
    )
    assert dispute.evidence_details.due_by > dispute.created
    assert _dispute_events(sim) == ["charge.dispute.created", "charge.dispute.funds_withdrawn"]


@pytest.mark.parametrize(
    ("word", "status", "back"),
    [("winning_evidence", "won", [50_000]), ("losing_evidence", "lost", [])],
)
def test_what_the_shop_answers_decides_as_in_stripes_test_mode(
    sim: SimulatorThread, client: StripeClient, word: str, status: str, back: list[int]
) -> None:
    dispute = _disputed(client, payment_method="pm_card_createDispute")
    kept = client.v1.disputes.update(
        dispute.id, {"evidence": {"shipping_tracking_number": "EX123"}, "submit": False}
    )
    sim.take_webhooks()

    ended = client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": word}})

    assert (kept.status, kept.evidence_details.submission_count) == ("needs_response", 0)
    assert (ended.status, ended.evidence_details.submission_count) == (status, 1)
    assert ended.evidence.shipping_tracking_number == "EX123"
    assert [entry.amount for entry in ended.balance_transactions] == [-50_000, *back]
    told = ["charge.dispute.updated", "charge.dispute.closed"]
    assert _dispute_events(sim) == told + ["charge.dispute.funds_reinstated"] * len(back)


def test_other_words_wait_for_a_tester(sim: SimulatorThread, client: StripeClient) -> None:
    dispute = _disputed(client, payment_method="pm_card_createDispute")
    client.v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "it was sent"}})

    sim.control(f"disputes/{dispute.id}/win")

    assert client.v1.disputes.retrieve(dispute.id).status == "won"
    with pytest.raises(ControlRefused, match="closed"):
        sim.control(f"disputes/{dispute.id}/lose")
    with pytest.raises(stripe.InvalidRequestError, match="closed"):
        client.v1.disputes.close(dispute.id)


def test_accepting_or_not_answering_loses_it(sim: SimulatorThread, client: StripeClient) -> None:
    accepted = _disputed(client, payment_method="pm_card_createDispute")
    silent = _disputed(client, payment_method="pm_card_createDisputeProductNotReceived")
    client.v1.disputes.close(accepted.id)

    sim.control("clock/advance", seconds=10 * 86_400)

    assert client.v1.disputes.retrieve(accepted.id).status == "lost"
    ended = client.v1.disputes.retrieve(silent.id)
    assert (ended.status, ended.evidence_details.past_due) == ("lost", True)


def test_an_inquiry_takes_nothing_until_it_is_lost(
    sim: SimulatorThread, client: StripeClient
) -> None:
    let_go = _disputed(client, payment_method="pm_card_createDisputeInquiry")
    taken = _disputed(client, payment_method="pm_card_createDisputeInquiry")

    sim.control(f"disputes/{let_go.id}/win")
    sim.control(f"disputes/{taken.id}/lose")

    assert (let_go.status, let_go.balance_transactions) == ("warning_needs_response", [])
    assert client.v1.disputes.retrieve(let_go.id).status == "warning_closed"
    lost = client.v1.disputes.retrieve(taken.id)
    assert (lost.status, len(lost.balance_transactions)) == ("lost", 1)


def test_money_that_a_dispute_has_taken_is_not_refunded_too(
    sim: SimulatorThread, client: StripeClient
) -> None:
    paid = client.v1.payment_intents.create(card_params())
    dispute = sim.control("disputes/open", payment_intent=paid.id)

    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": paid.id})
    sim.control(f"disputes/{dispute['id']}/win")

    assert refused.value.code == "charge_disputed"
    assert client.v1.refunds.create({"payment_intent": paid.id}).amount == 50_000


def test_only_a_card_payment_can_be_disputed_and_only_once(
    sim: SimulatorThread, client: StripeClient
) -> None:
    slow = client.v1.payment_intents.create(promptpay_params())
    sim.control(f"pay/{slow.id}")
    paid = client.v1.payment_intents.create(card_params())
    sim.control("disputes/open", payment_intent=paid.id, amount=20_000, reason="duplicate")

    for intent in (slow, paid):
        with pytest.raises(ControlRefused):
            sim.control("disputes/open", payment_intent=intent.id)
    assert len(client.v1.disputes.list().data) == 1


def test_a_session_paid_with_the_disputing_card_is_complete_and_disputed(
    sim: SimulatorThread, client: StripeClient, create_session: CreateSession
) -> None:
    session = create_session()
    sim.control(f"session/{session.id}/pay", card="dispute")

    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert client.v1.disputes.list().data[0].amount == session.amount_total


def test_a_tester_opens_and_decides_a_dispute_in_the_browser(
    sim: SimulatorThread, client: StripeClient
) -> None:
    paid = client.v1.payment_intents.create(card_params())
    page = f"{sim.base_address}/promptpay/{paid.id}"

    assert "Dispute this payment" in ask(page, **{"Accept-Language": "en"}).text
    opened = ask(page, {"action": "dispute"})
    again = ask(sim.base_address + opened.to, **{"Accept-Language": "en"})
    for action in ("lose", "win"):
        ask(sim.base_address + opened.to, {"action": action})

    assert "The shop wins, the money comes back" in again.text
    assert client.v1.disputes.list().data[0].status == "lost"
    assert "Dispute this payment" not in ask(page, **{"Accept-Language": "en"}).text
    assert opened.to in ask(f"{sim.base_address}/").text
