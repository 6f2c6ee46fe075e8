"""The simulator for tests: as a process of its own, or fast inside the test's process.

Both give ``base_address`` (for ``stripe.StripeClient(..., base_addresses={"api": …})``) and
``control(path, **json)`` for the door at ``/_sim``.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from .server import Server
from .simulator import Settings, Simulator, refuse_in_production

SECRET = "whsec_simulator"
KEY = "sk_test_simulator"


class ControlRefused(AssertionError):
    """The control door said no; the message says why."""


@dataclass(frozen=True)
class Webhook:
    """One delivery that was caught instead of sent."""

    body: bytes
    signature: str

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event

    @property
    def type(self) -> str:
        return str(self.event["type"])


class _Controls:
    """What both kinds share."""

    base_address: str = ""

    def control(self, path: str, **asked: Any) -> dict[str, Any]:
        """POST to ``/_sim/path``; raises ``ControlRefused`` when it is refused."""
        return self._call("POST", path, json.dumps(asked))

    def look(self, path: str) -> dict[str, Any]:
        """GET ``/_sim/path``: ``state``, ``calls``, ``webhooks`` or ``ready``."""
        return self._call("GET", path, None)

    def _call(self, method: str, path: str, body: str | None) -> dict[str, Any]:
        parts = urlsplit(self.base_address)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=70)
        try:
            headers = {"Content-Type": "application/json"}
            connection.request(method, f"/_sim/{path.lstrip('/')}", body, headers)
            response = connection.getresponse()
            answer: dict[str, Any] = json.loads(response.read())
        finally:
            connection.close()
        if response.status != 200:
            raise ControlRefused(f"{response.status}: {answer['error']}")
        return answer


class SimulatorProcess(_Controls):
    """A simulator in its own process on a free port, with its own store; for whole-system tests.

    The store lives in ``folder`` (else a temporary one), so that a second process can go on with
    it. Extra options are passed to ``python -m shop.stripe_simulator``.
    """

    def __init__(
        self,
        *,
        webhook_url: str | None = None,
        webhook_secret: str = SECRET,
        folder: Path | None = None,
        port: int = 0,
        options: tuple[str, ...] = (),
        wait: float = 15.0,
    ) -> None:
        self._own = tempfile.TemporaryDirectory() if folder is None else None
        self.folder = Path(self._own.name) if self._own else Path(str(folder))
        self.webhook_secret = webhook_secret
        self._wait = wait
        self._command = [sys.executable, "-m", "shop.stripe_simulator", "--port", str(port)]
        self._command += ["--store", str(self.folder / "stripe.sqlite3")]
        self._command += ["--webhook-secret", webhook_secret]
        self._command += ["--webhook-url", webhook_url or ""]
        self._command += options
        self._process: subprocess.Popen[str] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def log(self) -> str:
        """What the process wrote to its error stream so far."""
        path = self.folder / "stripe.log"
        return path.read_text("utf-8") if path.exists() else ""

    def __enter__(self) -> SimulatorProcess:
        root = Path(__file__).resolve().parents[2]
        with (self.folder / "stripe.log").open("a", encoding="utf-8") as log:
            self._process = subprocess.Popen(
                self._command, stdout=subprocess.PIPE, stderr=log, text=True, cwd=root
            )
        timer = threading.Timer(self._wait, self._process.kill)
        timer.start()
        try:
            assert self._process.stdout is not None
            line = self._process.stdout.readline()
        finally:
            timer.cancel()
        if "ready on" not in line:
            self.stop()
            raise RuntimeError(f"The Stripe simulator did not start: {self.log[-2000:]}")
        self.base_address = line.split()[-1]
        return self

    def stop(self, *, kill: bool = False) -> int:
        """End this one process; the exit status."""
        process = self._process
        if process is None:
            return 0
        if process.poll() is None:
            os.kill(process.pid, signal.SIGKILL if kill else signal.SIGTERM)
        try:
            status = process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            status = process.wait()
        if process.stdout:
            process.stdout.close()
        return status

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()
        if self._own:
            self._own.cleanup()


class SimulatorThread(_Controls):
    """A simulator inside this process, in memory: starts in milliseconds, for many tests.

    Without ``webhook_url`` webhooks are caught: ``take_webhooks()`` gives them in the order sent,
    for a test that hands them to the shop by itself. ``on_webhook`` answers each with a status.
    """

    def __init__(
        self,
        *,
        webhook_url: str | None = None,
        webhook_secret: str = SECRET,
        webhook_retries: tuple[float, ...] = (),
        on_webhook: Callable[[Webhook], int] | None = None,
        settings: Settings | None = None,
    ) -> None:
        refuse_in_production(os.environ)
        self.webhook_secret = webhook_secret
        self._on_webhook = on_webhook
        self._caught: list[Webhook] = []
        given: dict[str, Any] = {} if webhook_url else {"sender": self._catch}
        self.simulator = Simulator(
            ":memory:",
            webhook_url=webhook_url or "http://caught.invalid/",
            webhook_secret=webhook_secret,
            webhook_retries=webhook_retries,
            settings=settings,
            **given,
        )
        self._server = Server(self.simulator, 0)
        self._loop = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self.base_address = self._server.base_url

    def _catch(self, address: str, body: bytes, headers: dict[str, str]) -> int:
        webhook = Webhook(body, headers["Stripe-Signature"])
        self._caught.append(webhook)
        return self._on_webhook(webhook) if self._on_webhook else 200

    def take_webhooks(self, *, timeout: float = 5.0) -> list[Webhook]:
        """All webhooks caught since the last call, after everything due was sent."""
        self.simulator.webhooks.wait_until_idle(timeout)
        taken, self._caught = self._caught, []
        return taken

    def start(self) -> SimulatorThread:
        self.simulator.start(self.base_address)
        self._loop.start()
        return self

    def stop(self) -> None:
        self._server.shutdown()
        self._loop.join(timeout=5)
        self._server.server_close()
        self.simulator.stop()

    def __enter__(self) -> SimulatorThread:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def wait_for(condition: Callable[[], bool], *, timeout: float = 5.0) -> bool:
    """Look every 10 ms until it is so; whether it came to be."""
    end = time.monotonic() + timeout
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True
