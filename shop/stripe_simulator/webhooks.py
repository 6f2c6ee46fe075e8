"""Signed webhooks: planned in the store, sent by threads, repeated until the shop says 2xx."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .shapes import Obj
from .store import Store, Work

Sender = Callable[[str, bytes, dict[str, str]], int]
"""Takes address, body and headers; returns the HTTP status, or raises ``OSError``."""

TIMEOUT = 10.0
LONGEST_STOP = 1.5
SHUFFLED_WITHIN = 0.5


@dataclass
class Mode:
    """How a tester wants webhooks to misbehave. The default is to send each once, at once."""

    drop: bool | int = False
    """All, or the next n deliveries, are never sent."""
    delay_s: float = 0.0
    repeat: int = 1
    """How often each event is sent in total."""
    shuffle: bool = False
    hold: bool = False
    """Keep deliveries back until they are flushed in a chosen order."""
    types: list[str] = field(default_factory=list)
    """Misbehave for these event types only; empty means for all."""


def sign(body: bytes, secret: str, at: int | None = None) -> str:
    """The ``Stripe-Signature`` header. Uses the real clock, as the receiver does."""
    moment = int(time.time()) if at is None else at
    digest = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"


def post(address: str, body: bytes, headers: dict[str, str]) -> int:
    """Send once, without following redirects, as Stripe does."""
    parts = urlsplit(address)
    make = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = make(parts.hostname or "", parts.port, timeout=TIMEOUT)
    try:
        path = parts.path or "/"
        connection.request("POST", f"{path}?{parts.query}" if parts.query else path, body, headers)
        response = connection.getresponse()
        response.read(65_536)
        return response.status
    except http.client.HTTPException as error:
        raise OSError(f"{type(error).__name__}: {error}") from error
    finally:
        connection.close()


class Dispatcher:
    """Plans a delivery for each event and sends what is due."""

    def __init__(
        self,
        store: Store,
        *,
        url: str | None,
        secret: str,
        retries: tuple[float, ...],
        sender: Sender = post,
        threads: int = 1,
    ) -> None:
        self.store = store
        self.url = url
        self.secret = secret
        self.retries = retries
        self.sender = sender
        self.mode = Mode()
        self._stopping = False
        self._news = 0
        self._wake = threading.Condition()
        self._threads = [
            threading.Thread(target=self._run, name=f"webhooks-{n}", daemon=True)
            for n in range(threads)
        ]
        store.schedule_event = self.plan
        store.committed = self.wake

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping = True
        self.wake()
        # A shop that hangs does not hold us up: what is cut off is sent again at the next start.
        end = time.monotonic() + LONGEST_STOP
        for thread in self._threads:
            thread.join(timeout=max(0.0, end - time.monotonic()))

    def wake(self) -> None:
        with self._wake:
            self._news += 1
            self._wake.notify_all()

    def plan(self, work: Work, event: Obj) -> None:
        """Called inside the unit of work that made the event."""
        if not self.url:
            return
        event["pending_webhooks"] = 1
        mode = self.mode
        if mode.types and event["type"] not in mode.types:
            mode = Mode()
        state = "held" if mode.hold else "pending"
        if mode.drop is True or (mode.drop and self.mode.drop > 0):
            state = "dropped"
            if mode.drop is not True:
                self.mode.drop -= 1
        for _ in range(max(1, mode.repeat)):
            wait = mode.delay_s + (random.uniform(0, SHUFFLED_WITHIN) if mode.shuffle else 0)
            self._insert(event["id"], 1, self.store.now() + wait, state)

    def _insert(self, event: str, attempt: int, due_at: float, state: str, rank: int = 0) -> None:
        self.store.execute(
            "INSERT INTO deliveries (event, attempt, due_at, rank, state) VALUES (?, ?, ?, ?, ?)",
            event,
            attempt,
            due_at,
            rank,
            state,
        )

    def resend(self, event_ids: list[str], times: int = 1) -> int:
        """Send stored events again, whatever the mode."""
        for _ in range(times):
            for event_id in event_ids:
                self._insert(event_id, 1, self.store.now(), "pending")
        self.wake()
        return len(event_ids) * times

    def flush(self, order: str | list[str] = "forward") -> int:
        """Release what is held: ``forward``, ``reverse``, ``shuffle``, or a list of ids or types.

        A list sends first what it names, in its order; the rest follows as it happened.
        """
        held = self.store.rows(
            "SELECT d.id, d.event, json_extract(o.body, '$.type') AS type FROM deliveries d"
            " JOIN objects o ON o.id = d.event WHERE d.state='held' ORDER BY d.id"
        )
        if order == "reverse":
            held.reverse()
        elif order == "shuffle":
            random.shuffle(held)
        elif isinstance(order, list):
            places = {name: place for place, name in enumerate(order)}
            last = len(order)
            held.sort(key=lambda row: places.get(row["event"], places.get(row["type"], last)))
        now = self.store.now()
        for rank, row in enumerate(held):
            self.store.execute(
                "UPDATE deliveries SET state='pending', due_at=?, rank=? WHERE id=?",
                now,
                rank,
                row["id"],
            )
        self.wake()
        return len(held)

    def unsent(self) -> int:
        """How many deliveries are under way or wait for their time (held ones do not count)."""
        row = self.store.row(
            "SELECT count(*) AS n FROM deliveries WHERE state IN ('pending', 'sending')"
        )
        return int(row["n"]) if row else 0

    def wait_until_idle(self, timeout: float) -> bool:
        end = time.monotonic() + timeout
        while self.unsent():
            if time.monotonic() > end or self._stopping:
                return False
            time.sleep(0.01)
        return True

    def _run(self) -> None:
        while not self._stopping:
            seen = self._news
            row = self._take()
            if row is not None:
                self._send(row)
                continue
            with self._wake:
                # News that came while we looked must not be slept through.
                if self._news == seen and not self._stopping:
                    self._wake.wait(self._pause())

    def _take(self) -> Any:
        """The next due delivery, now ours alone."""
        if not self.url:
            return None
        row = self.store.row(
            "SELECT d.id, d.event, d.attempt, o.body FROM deliveries d"
            " JOIN objects o ON o.id = d.event WHERE d.state='pending' AND d.due_at<=?"
            " ORDER BY d.due_at, d.rank, d.id LIMIT 1",
            self.store.now(),
        )
        if row is None:
            return None
        taken = self.store.execute(
            "UPDATE deliveries SET state='sending' WHERE id=? AND state='pending'", row["id"]
        )
        return row if taken.rowcount else None

    def _pause(self) -> float:
        row = self.store.row("SELECT min(due_at) AS at FROM deliveries WHERE state='pending'")
        if row is None or row["at"] is None:
            return 0.5
        return min(0.5, max(0.005, float(row["at"]) - self.store.now()))

    def _send(self, row: Any) -> None:
        body = json.dumps(json.loads(row["body"]), ensure_ascii=False, indent=2).encode()
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (simulator)",
            "Stripe-Signature": sign(body, self.secret),
        }
        answer, note = None, None
        try:
            answer = self.sender(str(self.url), body, headers)
        except OSError as error:
            note = str(error)[:200]
        if self._stopping and self.store.closed:
            return
        delivered = answer is not None and 200 <= answer < 300
        if not delivered and row["attempt"] <= len(self.retries):
            later = self.store.now() + self.retries[row["attempt"] - 1]
            self._insert(row["event"], row["attempt"] + 1, later, "pending")
        self.store.execute(
            "UPDATE deliveries SET state=?, answer=?, note=? WHERE id=?",
            "delivered" if delivered else "failed",
            answer,
            note,
            row["id"],
        )
