"""The simulator as a process: its start, its end, its memory, its secrets, its limits."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from stripe import StripeClient

from shop.stripe_simulator.__main__ import arguments
from shop.stripe_simulator.testing import SimulatorProcess, wait_for
from tests.stripe_simulator.conftest import card_params, client_of, session_params
from tests.stripe_simulator.test_hosted_page import GOOD, ask

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def no_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DJANGO_SETTINGS_MODULE", raising=False)
    monkeypatch.delenv("TALAT_ENV", raising=False)


def run(*options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shop.stripe_simulator", *options],
        env={**os.environ, **environ},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=20,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("DJANGO_SETTINGS_MODULE", "shop.settings.production"), ("TALAT_ENV", "production")],
)
def test_it_refuses_to_stand_behind_a_real_shop(name: str, value: str, tmp_path: Path) -> None:
    refused = run("--port", "0", "--store", str(tmp_path / "s.sqlite3"), **{name: value})

    assert refused.returncode == 2
    assert "production" in refused.stderr
    assert refused.stdout == ""
    assert not (tmp_path / "s.sqlite3").exists()


def test_it_agrees_with_the_shop_it_is_started_beside() -> None:
    shop = {"PORT": "8123", "STRIPE_SIMULATOR_PORT": "12999", "STRIPE_WEBHOOK_SECRET": "whsec_x"}

    told = arguments(shop).parse_args([])
    alone = arguments({}).parse_args([])

    assert (told.port, told.webhook_secret) == (12999, "whsec_x")
    assert told.webhook_url == "http://127.0.0.1:8123/payments/webhook/"
    assert (alone.port, alone.webhook_secret) == (12111, "whsec_simulator")
    assert alone.webhook_url == "http://127.0.0.1:8000/payments/webhook/"


def test_a_shop_that_hangs_does_not_hold_up_the_end(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/"
        with SimulatorProcess(folder=tmp_path, webhook_url=url) as sim:
            client(sim).v1.payment_intents.create(card_params())
            assert wait_for(lambda: sim.look("webhooks")["deliveries"][0]["state"] == "sending")
            began = time.monotonic()
            assert sim.stop() == 0
            took = time.monotonic() - began
    with SimulatorProcess(folder=tmp_path) as again:
        states = {one["state"] for one in again.look("webhooks")["deliveries"]}

    assert took < 2.9
    assert states == {"pending"}, "what was cut off is planned again"


def test_it_keeps_its_memory_over_stop_and_kill(tmp_path: Path) -> None:
    with SimulatorProcess(folder=tmp_path) as first:
        session = client(first).v1.checkout.sessions.create(session_params())
        paid = ask(session.url, GOOD).to
        assert first.stop() == 0, "SIGTERM ends it in good order"
    with SimulatorProcess(folder=tmp_path) as second:
        kept = client(second).v1.checkout.sessions.retrieve(session.id)
        intent = client(second).v1.payment_intents.create(
            card_params(), {"idempotency_key": "before-the-kill"}
        )
        second.stop(kill=True)
    with SimulatorProcess(folder=tmp_path) as third:
        again = client(third).v1.payment_intents.create(
            card_params(), {"idempotency_key": "before-the-kill"}
        )

    assert paid.endswith(session.id)
    assert kept.payment_status == "paid"
    assert again.id == intent.id


def test_card_numbers_are_neither_logged_nor_stored(tmp_path: Path) -> None:
    with SimulatorProcess(folder=tmp_path) as sim:
        for number in ("4000 0000 0000 0002", "4111111111111111", "4242-4242-4242-4242"):
            session = client(sim).v1.checkout.sessions.create(session_params())
            ask(session.url, {**GOOD, "number": number})
        counts = sim.look("state")["counts"]
    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert counts["charge"] == 3
    assert b"/c/pay/cs_test_" in written, "requests are logged"
    for number in (b"4000000000000002", b"4111111111111111", b"4242424242424242"):
        assert number not in written.replace(b" ", b"").replace(b"-", b"")


def test_it_listens_on_the_loopback_address_only() -> None:
    with SimulatorProcess() as sim:
        port = int(sim.base_address.rsplit(":", 1)[1])
        listening = [
            line.split()[1].split(":")[0]
            for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
            if line.split()[1].endswith(f":{port:04X}") and line.split()[3] == "0A"
        ]

    assert listening == [f"{int.from_bytes(socket.inet_aton('127.0.0.1'), 'little'):08X}"]


def test_it_imports_nothing_of_ours_and_nothing_heavy() -> None:
    code = "import sys, json, shop.stripe_simulator.__main__;print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True))
    standard = set(sys.stdlib_module_names)
    others = {
        name
        for name in loaded
        if name.split(".")[0] not in standard
        and not name.startswith(("shop.stripe_simulator", "__"))
        and name != "shop"
        # The interpreter's own start-up files for editable installs and coverage.
        and not name.startswith(("_virtualenv", "_distutils", "a1_coverage", "sitecustomize"))
    }

    assert others == set()


def test_a_taken_port_is_said_plainly() -> None:
    with SimulatorProcess() as sim:
        port = sim.base_address.rsplit(":", 1)[1]
        second = run("--port", port, "--store", ":memory:")

    assert second.returncode == 1
    assert f"port {port}" in second.stderr


def client(sim: SimulatorProcess) -> StripeClient:
    return client_of(sim.base_address)
