"""Every object carries the fields of Stripe's, so that code written against it also runs there.

`stripe_objects.json` holds Stripe's own example objects, from the repository stripe/openapi
(openapi/fixtures3.json, MIT). What they leave out is held to the classes of Stripe's SDK.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import stripe
from stripe import StripeClient

from shop.stripe_simulator.shapes import API_VERSION, field_tree
from shop.stripe_simulator.testing import SimulatorThread
from tests.stripe_simulator.conftest import CreateSession, card_params, promptpay_params

EXAMPLES: dict[str, Any] = json.loads(
    Path(__file__).with_name("stripe_objects.json").read_text("utf-8")
)["resources"]

# Parts that exist only for one kind of payment: a charge by PromptPay has no card.
VARIANTS = {"card", "promptpay"}
# What the example shows of other things: the subject of an event, a source, a name somebody chose.
NOT_OURS = {"event": ("data", "object"), "charge": ("source",), "payment_method": ("metadata",)}


def example(kind: str) -> dict[str, Any]:
    """The names of the fields in Stripe's example of ``kind``, nested; the leaves are empty."""
    tree = _names(EXAMPLES[kind])
    *path, last = NOT_OURS.get(kind, ("metadata",))
    inner = tree
    for name in path:
        inner = inner[name]
    if last in inner:
        inner[last] = None
    return dict(tree)


def _names(value: Any) -> Any:
    if not isinstance(value, dict):
        return None
    return {name: _names(inner) for name, inner in value.items()}


def missing_fields(shape: Any, made: Any, path: str = "") -> list[str]:
    """Names that the shape has and the object has not; empty parts of the object are not opened."""
    if not isinstance(shape, dict) or not isinstance(made, dict):
        return []
    found: list[str] = []
    for name, inner in shape.items():
        here = f"{path}.{name}" if path else name
        if name in made:
            found += missing_fields(inner, made[name], here)
        elif not (name in VARIANTS and made.get("type") != name):
            found.append(here)
    return found


def test_the_version_imitated_is_that_of_the_sdk(client: StripeClient) -> None:
    assert stripe.api_version == API_VERSION


@pytest.mark.parametrize("kind", sorted(EXAMPLES))
def test_the_shapes_in_use_are_those_of_the_examples(kind: str) -> None:
    assert missing_fields(example(kind), field_tree(kind)) == []
    assert set(field_tree(kind)) == set(EXAMPLES[kind])


def test_all_objects_carry_all_fields(
    sim: SimulatorThread, client: StripeClient, create_session: CreateSession
) -> None:
    session = create_session()
    sim.control(f"session/{session.id}/pay", card="three_d_secure", then="pay")
    client.v1.payment_intents.create(promptpay_params())
    paid = client.v1.payment_intents.create(card_params())
    client.v1.refunds.create({"payment_intent": paid.id})
    slow = client.v1.payment_intents.create(promptpay_params())
    sim.control(f"pay/{slow.id}")
    client.v1.refunds.create({"payment_intent": slow.id})
    create_session(customer_email=None)
    client.v1.payment_intents.create(card_params(payment_method="pm_card_createDispute"))
    account, link = _connect(sim, client)
    client.v1.payment_intents.create(card_params())
    sim.control("clock/advance", seconds=8 * 86_400)
    client.v1.transfers.create({"amount": 2_000, "currency": "thb", "destination": account.id})
    client.v1.payouts.create({"amount": 2_000, "currency": "thb"})
    objects = sim.look("state")["objects"]
    objects["account_link"] = [link.to_dict()]
    objects["balance"] = [client.v1.balance.retrieve().to_dict()]

    missing = {
        kind: [name for made in objects[kind] for name in missing_fields(example(kind), made)]
        for kind in EXAMPLES
    }

    assert missing == {kind: [] for kind in EXAMPLES}


def _connect(sim: SimulatorThread, client: StripeClient) -> tuple[Any, Any]:
    """A connected account that is ready, and the link by which it became so."""
    wanted = {name: {"requested": True} for name in ("card_payments", "transfers")}
    account = client.v1.accounts.create({"capabilities": wanted})
    link = client.v1.account_links.create(
        {
            "account": account.id,
            "refresh_url": "http://127.0.0.1:8000/again/",
            "return_url": "http://127.0.0.1:8000/back/",
            "type": "account_onboarding",
        }
    )
    sim.control(f"accounts/{account.id}/finish")
    return account, link


def test_what_the_examples_leave_out_has_the_fields_of_the_sdk(
    sim: SimulatorThread, client: StripeClient
) -> None:
    account, _ = _connect(sim, client)
    client.v1.payment_intents.create(card_params())
    sim.control("clock/advance", seconds=8 * 86_400)
    moved = client.v1.transfers.create(
        {"amount": 2_000, "currency": "thb", "destination": account.id}
    )
    reversal = client.v1.transfers.reversals.create(moved.id)
    able = client.v1.accounts.capabilities.retrieve(account.id, "transfers")

    for made, known in ((reversal, stripe.TransferReversal), (able, stripe.Capability)):
        assert set(made.to_dict()) == set(known.__annotations__) - {"OBJECT_NAME"}


def test_a_waiting_promptpay_refund_is_worded_as_the_sdk_knows_it(
    sim: SimulatorThread, client: StripeClient
) -> None:
    """The examples show a card's refund; these parts are PromptPay's."""
    known = stripe.Refund
    paid = client.v1.payment_intents.create(promptpay_params())
    sim.control(f"pay/{paid.id}")
    waiting = client.v1.refunds.create({"payment_intent": paid.id, "amount": 20_000}).to_dict()
    sim.control(f"refunds/{waiting['id']}/fail", reason="declined")
    failed = client.v1.refunds.retrieve(waiting["id"]).to_dict()

    details = waiting["next_action"]["display_details"]
    assert set(waiting) | set(failed) <= set(known.__annotations__)
    assert set(waiting["next_action"]) == set(known.NextAction.__annotations__)
    assert set(details) == set(known.NextAction.DisplayDetails.__annotations__)
    emailed = known.NextAction.DisplayDetails.EmailSent.__annotations__
    assert set(details["email_sent"]) == set(emailed)
    bank = waiting["destination_details"]["th_bank_transfer"]
    assert set(bank) == set(known.DestinationDetails.ThBankTransfer.__annotations__)
    assert (failed["status"], failed["failure_reason"]) == ("failed", "declined")


def test_the_contract_notices_a_lost_field() -> None:
    tree = example("charge")
    made = {name: None for name in tree if name != "amount_refunded"}

    assert missing_fields(tree, made) == ["amount_refunded"]
