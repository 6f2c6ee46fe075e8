"""Every object carries the fields of Stripe's, so that code written against it also runs there."""

from __future__ import annotations

from typing import Any

import stripe
from stripe import StripeClient

from shop.stripe_simulator.shapes import API_VERSION, field_tree
from shop.stripe_simulator.testing import SimulatorThread
from tests.stripe_simulator.conftest import CreateSession, card_params, promptpay_params

# Parts that exist only for one kind of payment: a charge by PromptPay has no card.
VARIANTS = {"card", "promptpay"}


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
    objects = sim.look("state")["objects"]
    kinds = (
        "checkout.session",
        "payment_intent",
        "charge",
        "refund",
        "event",
        "payment_method",
        "balance_transaction",
    )

    missing = {
        kind: [name for made in objects[kind] for name in missing_fields(field_tree(kind), made)]
        for kind in kinds
    }

    assert missing == {kind: [] for kind in kinds}


def test_the_contract_notices_a_lost_field() -> None:
    tree = field_tree("charge")
    made = {name: None for name in tree if name != "amount_refunded"}

    assert missing_fields(tree, made) == ["amount_refunded"]
