"""Signed webhooks: as Stripe sends them, and as badly as a tester wants them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
import stripe
from stripe import StripeClient

from shop.stripe_simulator.testing import SimulatorThread, Webhook, wait_for
from tests.stripe_simulator.conftest import card_params, client_of, promptpay_params

PAID = ["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"]


def types(webhooks: list[Webhook]) -> list[str]:
    return [webhook.type for webhook in webhooks]


class Shop(ThreadingHTTPServer):
    """A receiver that checks the signature and answers what it is told to."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Receiver)
        self.answers: list[int] = []
        self.events: list[stripe.Event] = []
        self.address = f"http://127.0.0.1:{self.server_address[1]}/payments/webhook/"


class Receiver(BaseHTTPRequestHandler):
    server: Shop

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.events.append(
            stripe.Webhook.construct_event(body, self.headers["Stripe-Signature"], "whsec_test")
        )
        self.send_response(self.server.answers.pop(0) if self.server.answers else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()


@pytest.fixture
def shop() -> Iterator[Shop]:
    server = Shop()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    server.server_close()


def test_the_sdk_accepts_the_signature_over_http(shop: Shop) -> None:
    with SimulatorThread(webhook_url=shop.address, webhook_secret="whsec_test") as sim:
        intent = client_of(sim.base_address).v1.payment_intents.create(
            card_params(metadata={"ชื่อ": "ผ้าไหม"}), {"idempotency_key": "k-9"}
        )
        sim.control("webhooks/wait")

    assert [event.type for event in shop.events] == PAID
    last = shop.events[-1]
    assert (last.data.object["id"], last.livemode) == (intent.id, False)
    assert last.data.object["metadata"]["ชื่อ"] == "ผ้าไหม"
    assert last.request.idempotency_key == "k-9"


def test_a_refused_event_is_sent_again_until_it_is_taken(shop: Shop) -> None:
    shop.answers = [500, 302, 200]
    with SimulatorThread(
        webhook_url=shop.address, webhook_secret="whsec_test", webhook_retries=(0.05, 0.1, 0.2)
    ) as sim:
        client_of(sim.base_address).v1.payment_intents.create(
            {"amount": 50_000, "currency": "thb", "payment_method_types": ["card"]}
        )
        sim.control("webhooks/wait")
        deliveries = sim.look("webhooks")["deliveries"]

    assert len({event.id for event in shop.events}) == 1
    assert [(one["attempt"], one["state"], one["answer"]) for one in deliveries] == [
        (1, "failed", 500),
        (2, "failed", 302),
        (3, "delivered", 200),
    ]


def test_a_shop_that_is_down_is_tried_a_limited_number_of_times() -> None:
    with SimulatorThread(webhook_url="http://127.0.0.1:9/", webhook_retries=(0.01, 0.01)) as sim:
        client_of(sim.base_address).v1.payment_intents.create(card_params())
        sim.control("webhooks/wait")
        deliveries = sim.look("webhooks")["deliveries"]

    assert [one["state"] for one in deliveries] == ["failed"] * 9


def test_a_forged_body_is_noticed_by_the_sdk(sim: SimulatorThread, client: StripeClient) -> None:
    client.v1.payment_intents.create(card_params())
    caught = sim.take_webhooks()[0]

    with pytest.raises(stripe.SignatureVerificationError):
        stripe.Webhook.construct_event(
            caught.body.replace(b"50000", b"50001"), caught.signature, sim.webhook_secret
        )


def test_the_signature_is_of_the_real_time_even_when_the_clock_is_ahead(
    sim: SimulatorThread, client: StripeClient
) -> None:
    sim.control("clock/advance", seconds=100_000)
    client.v1.payment_intents.create(card_params())
    caught = sim.take_webhooks()[0]

    event = stripe.Webhook.construct_event(caught.body, caught.signature, sim.webhook_secret)

    assert event.created > time.time() + 90_000
    assert abs(int(caught.signature[2:].split(",")[0]) - time.time()) < 10


def test_webhooks_can_be_dropped(sim: SimulatorThread, client: StripeClient) -> None:
    sim.control("webhooks/mode", drop=2)
    client.v1.payment_intents.create(card_params())
    assert types(sim.take_webhooks()) == PAID[2:]

    sim.control("webhooks/mode", drop=True, types=["payment_intent.succeeded"])
    client.v1.payment_intents.create(card_params())
    assert types(sim.take_webhooks()) == PAID[:2]
    assert len(client.v1.events.list({"type": "payment_intent.succeeded"}).data) == 2


def test_webhooks_can_be_repeated(sim: SimulatorThread, client: StripeClient) -> None:
    sim.control("webhooks/mode", repeat=3)
    client.v1.payment_intents.create(card_params())

    caught = sim.take_webhooks()

    assert sorted(types(caught)) == sorted(PAID * 3)
    assert len({webhook.event["id"] for webhook in caught}) == 3


def test_webhooks_can_be_held_and_sent_in_another_order(
    sim: SimulatorThread, client: StripeClient
) -> None:
    sim.control("webhooks/mode", hold=True)
    client.v1.payment_intents.create(card_params())
    assert sim.take_webhooks() == []

    sim.control("webhooks/flush", order="reverse")
    assert types(sim.take_webhooks()) == PAID[::-1]

    client.v1.payment_intents.create(card_params())
    sim.control("webhooks/flush", order=["charge.succeeded"])
    assert types(sim.take_webhooks()) == [PAID[1], PAID[0], PAID[2]]


def test_webhooks_can_be_delayed(sim: SimulatorThread, client: StripeClient) -> None:
    sim.control("webhooks/mode", delay_s=500)
    client.v1.payment_intents.create(card_params())
    assert not sim.control("webhooks/wait", timeout=0.1)["idle"]

    sim.control("clock/advance", seconds=501)

    assert types(sim.take_webhooks()) == PAID


def test_shuffled_webhooks_all_arrive(sim: SimulatorThread, client: StripeClient) -> None:
    sim.control("webhooks/mode", shuffle=True)
    client.v1.payment_intents.create(card_params())

    assert sorted(types(sim.take_webhooks())) == sorted(PAID)


def test_an_event_can_be_sent_again_or_taken_by_hand(
    sim: SimulatorThread, client: StripeClient
) -> None:
    client.v1.payment_intents.create(card_params())
    event = sim.take_webhooks()[-1].event

    sim.control("webhooks/resend", event=event["id"], times=2)
    by_hand = sim.control(f"webhooks/signed/{event['id']}")

    assert [webhook.event["id"] for webhook in sim.take_webhooks()] == [event["id"]] * 2
    taken = stripe.Webhook.construct_event(
        by_hand["body"], by_hand["signature"], sim.webhook_secret
    )
    assert taken.id == event["id"]


def test_events_are_kept_and_listed_newest_first(client: StripeClient) -> None:
    intent = client.v1.payment_intents.create(card_params())

    events = client.v1.events.list({"types": ["payment_intent.succeeded", "charge.succeeded"]})

    assert [event.type for event in events.data] == [PAID[2], PAID[1]]
    kept = client.v1.events.retrieve(events.data[0].id)
    assert kept.data.object["id"] == intent.id


def test_an_event_shows_the_object_as_it_was(sim: SimulatorThread, client: StripeClient) -> None:
    intent = client.v1.payment_intents.create(promptpay_params())
    sim.control(f"pay/{intent.id}")

    asked = sim.take_webhooks()[1].event

    assert asked["data"]["object"]["status"] == "requires_action"


def test_a_shop_that_asks_back_while_it_is_told_gets_an_answer() -> None:
    seen: list[str] = []

    def ask_back(webhook: Webhook) -> int:
        intent_id = webhook.event["data"]["object"]["id"]
        if webhook.type.startswith("payment_intent."):
            seen.append(client_of(address[0]).v1.payment_intents.retrieve(intent_id).status)
        return 200

    address: list[str] = []
    with SimulatorThread(on_webhook=ask_back) as sim:
        address.append(sim.base_address)
        client_of(sim.base_address).v1.payment_intents.create(card_params())
        assert wait_for(lambda: len(seen) == 2)

    assert seen == ["succeeded", "succeeded"]
