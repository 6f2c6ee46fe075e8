"""Connected accounts, transfers and their reversal, the balance and payouts."""

from __future__ import annotations

from typing import Any

import pytest
import stripe
from stripe import StripeClient

from shop.stripe_simulator.fees import fee_for
from shop.stripe_simulator.testing import SimulatorThread
from tests.stripe_simulator.conftest import card_params
from tests.stripe_simulator.test_hosted_page import ask

WEEK = 8 * 86_400


@pytest.fixture
def account(client: StripeClient) -> Any:
    return client.v1.accounts.create(
        {
            "type": "express",
            "country": "TH",
            "email": "group@example.com",
            "capabilities": {"transfers": {"requested": True}},
            "metadata": {"enterprise": "7"},
        }
    )


def _to(account: Any, amount: int, **given: Any) -> Any:
    return {"amount": amount, "currency": "thb", "destination": account.id, **given}


def test_an_owner_makes_the_account_ready_on_the_hosted_page(
    sim: SimulatorThread, client: StripeClient, account: Any
) -> None:
    back = "http://127.0.0.1:8000/back/"
    link = client.v1.account_links.create(
        {
            "account": account.id,
            "refresh_url": "http://127.0.0.1:8000/again/",
            "return_url": back,
            "type": "account_onboarding",
        }
    )
    before = client.v1.accounts.capabilities.retrieve(account.id, "transfers")

    assert ask(link.url).status == 200
    answer = ask(link.url, {"action": "finish"})

    ready = client.v1.accounts.retrieve(account.id)
    assert (answer.status, answer.to) == (303, back)
    assert before.status == "inactive"
    assert (ready.details_submitted, ready.payouts_enabled) == (True, True)
    assert ready.capabilities.transfers == "active"
    types = [webhook.type for webhook in sim.take_webhooks()]
    assert types == ["capability.updated", "account.updated"]


def test_an_old_link_leads_to_where_a_new_one_is_made(
    sim: SimulatorThread, client: StripeClient, account: Any
) -> None:
    again = "http://127.0.0.1:8000/again/"
    link = client.v1.account_links.create(
        {
            "account": account.id,
            "refresh_url": again,
            "return_url": "http://127.0.0.1:8000/back/",
            "type": "account_onboarding",
        }
    )
    sim.control("clock/advance", seconds=301)

    assert ask(link.url).to == again


def test_money_is_moved_on_and_taken_back_in_parts(
    sim: SimulatorThread, client: StripeClient, account: Any
) -> None:
    sim.control(f"accounts/{account.id}/finish")
    client.v1.payment_intents.create(card_params())
    sim.control("clock/advance", seconds=WEEK)
    there = 50_000 - fee_for("card", 50_000)

    transfer = client.v1.transfers.create(_to(account, 30_000, transfer_group="payout-4"))
    part = client.v1.transfers.reversals.create(transfer.id, {"amount": 10_000})
    after = client.v1.transfers.retrieve(transfer.id)
    rest = client.v1.transfers.reversals.create(transfer.id)

    assert (after.amount_reversed, after.reversed) == (10_000, False)
    assert (part.amount, rest.amount) == (10_000, 20_000)
    assert client.v1.transfers.retrieve(transfer.id).reversed
    with pytest.raises(stripe.InvalidRequestError, match="has not been reversed"):
        client.v1.transfers.reversals.create(transfer.id)
    entries = client.v1.balance_transactions.list({"limit": 4}).data
    assert [(entry.type, entry.amount) for entry in entries] == [
        ("transfer_refund", 20_000),
        ("transfer_refund", 10_000),
        ("transfer", -30_000),
        ("charge", 50_000),
    ]
    assert client.v1.balance.retrieve().available[0].amount == there
    listed = client.v1.transfers.list({"transfer_group": "payout-4"}).data
    assert [each.id for each in listed] == [transfer.id]


def test_no_transfer_to_who_is_not_ready_nor_of_money_that_is_not_there(
    sim: SimulatorThread, client: StripeClient, account: Any
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as not_ready:
        client.v1.transfers.create(_to(account, 1_000))
    sim.control(f"accounts/{account.id}/finish")
    paid = client.v1.payment_intents.create(card_params())
    with pytest.raises(stripe.InvalidRequestError) as too_early:
        client.v1.transfers.create(_to(account, 1_000))
    # What names its charge may be told before the charge's money is available.
    named = client.v1.transfers.create(_to(account, 40_000, source_transaction=paid.latest_charge))
    with pytest.raises(stripe.InvalidRequestError, match="left of the source"):
        client.v1.transfers.create(_to(account, 40_000, source_transaction=paid.latest_charge))

    assert not_ready.value.code == "insufficient_capabilities_for_transfer"
    assert too_early.value.code == "balance_insufficient"
    assert [each.id for each in client.v1.transfers.list().data] == [named.id]


def test_the_same_key_moves_money_once(
    sim: SimulatorThread, client: StripeClient, account: Any
) -> None:
    sim.control(f"accounts/{account.id}/finish")
    client.v1.payment_intents.create(card_params())
    sim.control("clock/advance", seconds=WEEK)

    both = [
        client.v1.transfers.create(_to(account, 5_000), {"idempotency_key": "payout-4"})
        for _ in range(2)
    ]

    assert both[0].id == both[1].id
    assert len(client.v1.transfers.list().data) == 1


def test_the_balance_is_the_sum_of_its_transactions(
    sim: SimulatorThread, client: StripeClient
) -> None:
    net = 50_000 - fee_for("card", 50_000)
    client.v1.payment_intents.create(card_params())
    early = client.v1.balance.retrieve()
    first = client.v1.balance_transactions.list().data[0]
    sim.control("clock/advance", seconds=WEEK)
    payout = client.v1.payouts.create({"amount": 20_000, "currency": "thb"})
    with pytest.raises(stripe.InvalidRequestError) as too_much:
        client.v1.payouts.create({"amount": net, "currency": "thb"})
    sim.control("clock/advance", seconds=3 * 86_400)

    now = client.v1.balance.retrieve()
    assert (early.available[0].amount, early.pending[0].amount) == (0, net)
    assert (now.available[0].amount, now.pending[0].amount) == (net - 20_000, 0)
    assert too_much.value.code == "balance_insufficient"
    assert client.v1.payouts.retrieve(payout.id).status == "paid"
    assert first.status == "pending"
    assert client.v1.balance_transactions.retrieve(first.id).status == "available"


def test_transactions_are_listed_from_a_moment_on_in_pages(
    sim: SimulatorThread, client: StripeClient
) -> None:
    for _ in range(3):
        client.v1.payment_intents.create(card_params())
    sim.control("clock/advance", seconds=100)
    mark = int(sim.look("state")["now"])
    later = [client.v1.payment_intents.create(card_params()) for _ in range(3)]

    since = client.v1.balance_transactions.list(
        {"created": {"gte": mark}, "limit": 2, "currency": "thb", "type": "charge"}
    )
    found = [entry.source for entry in since.auto_paging_iter()]

    assert found == [intent.latest_charge for intent in reversed(later)]
