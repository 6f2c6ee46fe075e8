"""The simulator as one object: its settings, its store, its webhooks, its clock, its faults."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from .outcomes import tick
from .shapes import Obj
from .store import Store, Work
from .webhooks import Dispatcher, Mode, Sender, post


class RefusedInProduction(RuntimeError):
    """Somebody tried to start a pretended payment provider beside a real shop."""


def refuse_in_production(environ: Mapping[str, str]) -> None:
    """A simulator that says "paid" must never stand behind a shop that sends goods."""
    settings = environ.get("DJANGO_SETTINGS_MODULE", "")
    if settings.split(".")[-1] == "production" or environ.get("TALAT_ENV") == "production":
        raise RefusedInProduction(
            "The Stripe simulator does not run with production settings in force:"
            " it would report payments that nobody made."
        )


@dataclass
class Settings:
    """What a tester may change while it runs. All times in seconds."""

    shortest_session: int = 1800
    """Stripe refuses Checkout Sessions that live less than 30 minutes."""
    qr_lifetime: int = 3600
    """How long a PromptPay QR can be paid; Stripe publishes no number, this is an estimate."""
    refund_decision: str | None = None
    """``succeed`` or ``fail``: decide PromptPay refunds by the clock; None leaves it to a tester"""
    refund_delay: int = 0


@dataclass
class Stall:
    """Each call to a path that begins with one of ``paths`` hangs for ``seconds``."""

    seconds: float = 0.0
    paths: list[str] = field(default_factory=lambda: ["/v1/"])
    after: bool = False
    """Hang after the work is done, before the answer is sent."""


@dataclass
class Fail:
    """The next ``count`` calls are answered with ``status``; 0 cuts the connection."""

    count: int = 0
    status: int = 500
    paths: list[str] = field(default_factory=lambda: ["/v1/"])
    after: bool = False
    """Do the work first: the answer is lost, the money moved."""


class Simulator:
    """Everything but the HTTP around it."""

    def __init__(
        self,
        store: str,
        *,
        webhook_url: str | None = None,
        webhook_secret: str = "whsec_simulator",
        webhook_retries: tuple[float, ...] = (1, 5, 30, 120, 600),
        webhook_threads: int = 1,
        sender: Sender = post,
        settings: Settings | None = None,
    ) -> None:
        self.store = Store(store)
        self.settings = settings or Settings()
        self.webhooks = Dispatcher(
            self.store,
            url=webhook_url,
            secret=webhook_secret,
            retries=webhook_retries,
            sender=sender,
            threads=webhook_threads,
        )
        self.stall = Stall()
        self.fail = Fail()
        self.calls: deque[Obj] = deque(maxlen=1000)
        """The last calls to /v1: method, path, status, key and version, never a body."""
        self.base_url = ""
        self.stopping = threading.Event()
        self._fault_lock = threading.Lock()
        self._clock = threading.Thread(target=self._tick_often, name="clock", daemon=True)

    def start(self, base_url: str) -> None:
        """Begin to send webhooks and to let things expire."""
        self.base_url = base_url
        self.webhooks.start()
        self._clock.start()

    def stop(self) -> None:
        self.stopping.set()
        self.webhooks.stop()
        self._clock.join(timeout=1)
        self.store.close()

    @contextmanager
    def work(self, request: str | None = None, key: str | None = None) -> Iterator[Work]:
        """A unit of work that first lets happen what the clock says has happened."""
        self.tick()
        with self.store.work(request, key) as work:
            yield work

    def tick(self) -> None:
        """Expire what is due; looks before it writes."""
        while self.store.row("SELECT 1 FROM objects WHERE due_at<=? LIMIT 1", self.store.now()):
            with self.store.work() as work:
                tick(work)

    def _tick_often(self) -> None:
        while not self.stopping.wait(0.5):
            self.tick()

    def take_failure(self, path: str, *, after: bool) -> int | None:
        """The status with which this call has to fail, if it is one of the next to fail."""
        with self._fault_lock:
            fail = self.fail
            if fail.count < 1 or fail.after != after or not path.startswith(tuple(fail.paths)):
                return None
            fail.count -= 1
            return fail.status

    def hang(self, path: str, *, after: bool) -> None:
        """Sleep as long as a tester asked for, but not beyond the end of the process."""
        stall = self.stall
        if stall.seconds > 0 and stall.after == after and path.startswith(tuple(stall.paths)):
            self.stopping.wait(stall.seconds)

    def forget_everything(self) -> None:
        """As new: no objects, no keys, no faults, the real time. Keeps the webhook's address."""
        self.stall, self.fail, self.settings = Stall(), Fail(), Settings()
        self.webhooks.mode = Mode()
        self.calls.clear()
        self.store.forget_everything()
