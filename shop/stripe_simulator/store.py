"""What the simulator remembers: one SQLite file in WAL mode, one unit of work at a time."""

from __future__ import annotations

import json
import secrets
import sqlite3
import string
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from .errors import ApiError, not_found
from .shapes import API_VERSION, Obj

_LETTERS = string.ascii_letters + string.digits
_SCHEMA = """
CREATE TABLE IF NOT EXISTS objects (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    created INTEGER NOT NULL, intent TEXT, due_at INTEGER, body TEXT NOT NULL,
    private TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS objects_of_kind ON objects (kind, seq);
CREATE INDEX IF NOT EXISTS objects_of_intent ON objects (intent) WHERE intent IS NOT NULL;
CREATE INDEX IF NOT EXISTS objects_due ON objects (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE IF NOT EXISTS idempotency (
    key TEXT PRIMARY KEY, endpoint TEXT NOT NULL, fingerprint TEXT NOT NULL,
    request TEXT NOT NULL, at INTEGER NOT NULL, status INTEGER, answer TEXT);
CREATE TABLE IF NOT EXISTS deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL, attempt INTEGER NOT NULL,
    due_at REAL NOT NULL, rank INTEGER NOT NULL DEFAULT 0, state TEXT NOT NULL,
    answer INTEGER, note TEXT);
CREATE INDEX IF NOT EXISTS deliveries_due ON deliveries (state, due_at, rank, id);
CREATE TABLE IF NOT EXISTS settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
TABLES = ("objects", "idempotency", "deliveries", "settings")


def new_id(prefix: str, length: int = 24) -> str:
    return prefix + "".join(secrets.choice(_LETTERS) for _ in range(length))


class Store:
    """The store and its clock. Safe to use from many threads: work is done one after another."""

    def __init__(self, path: str) -> None:
        self._lock = threading.RLock()
        self.closed = False
        self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=10)
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.executescript(_SCHEMA)
        # A request that was cut off by the last stop has no answer to repeat.
        self._db.execute("DELETE FROM idempotency WHERE status IS NULL")
        self._db.execute("UPDATE deliveries SET state='pending' WHERE state='sending'")
        self.offset = float(self.setting("clock_offset", 0.0))
        self.schedule_event: Callable[[Work, Obj], None] = lambda work, event: None
        self.committed: Callable[[], None] = lambda: None

    def close(self) -> None:
        with self._lock:
            self.closed = True
            self._db.close()

    def now(self) -> float:
        """Simulated seconds since 1970: the real clock plus what a tester has advanced."""
        return time.time() + self.offset

    def advance(self, seconds: float) -> None:
        with self._lock:
            self.offset += seconds
            self.set_setting("clock_offset", self.offset)

    def setting(self, name: str, default: Any) -> Any:
        row = self.row("SELECT value FROM settings WHERE name=?", name)
        return json.loads(row["value"]) if row else default

    def set_setting(self, name: str, value: Any) -> None:
        self.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", name, json.dumps(value))

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        with self._lock:
            return self._db.execute(sql, values)

    def rows(self, sql: str, *values: Any) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Any) -> sqlite3.Row | None:
        rows = self.rows(sql, *values)
        return rows[0] if rows else None

    def forget_everything(self) -> None:
        with self._lock:
            for table in TABLES:
                self._db.execute(f"DELETE FROM {table}")
            self.offset = 0.0

    @contextmanager
    def work(self, request: str | None = None, key: str | None = None) -> Iterator[Work]:
        """All or nothing, except that a refusal after work began keeps what was written."""
        with self._lock:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield Work(self, request, key)
            except BaseException as error:
                kept = isinstance(error, ApiError) and error.began
                self._db.execute("COMMIT" if kept else "ROLLBACK")
                raise
            self._db.execute("COMMIT")
        self.committed()


class Work:
    """One unit of work: reads and writes objects, and tells the world by events."""

    def __init__(self, store: Store, request: str | None, key: str | None) -> None:
        self.store = store
        self.request = request
        self.key = key
        self.now = int(store.now())

    def add(self, obj: Obj, *, due_at: int | None = None, **private: Any) -> Obj:
        self.store.execute(
            "INSERT INTO objects (id, kind, created, intent, due_at, body, private)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            obj["id"],
            obj["object"],
            obj["created"],
            obj.get("payment_intent"),
            due_at,
            json.dumps(obj, ensure_ascii=False),
            json.dumps(private, ensure_ascii=False),
        )
        return obj

    def save(self, obj: Obj) -> Obj:
        self.store.execute(
            "UPDATE objects SET body=?, intent=? WHERE id=?",
            json.dumps(obj, ensure_ascii=False),
            obj.get("payment_intent"),
            obj["id"],
        )
        return obj

    def find(self, kind: str, object_id: str) -> Obj | None:
        row = self.store.row("SELECT body FROM objects WHERE id=? AND kind=?", object_id, kind)
        return json.loads(row["body"]) if row else None

    def get(self, kind: str, object_id: str, param: str = "id") -> Obj:
        found = self.find(kind, object_id)
        if found is None:
            raise not_found(kind, object_id, param)
        return found

    def private(self, object_id: str) -> Obj:
        """What Stripe would know and not show: a card's outcome, where to return to."""
        row = self.store.row("SELECT private FROM objects WHERE id=?", object_id)
        return json.loads(row["private"]) if row else {}

    def note(self, object_id: str, **private: Any) -> None:
        merged = {**self.private(object_id), **private}
        text = json.dumps(merged, ensure_ascii=False)
        self.store.execute("UPDATE objects SET private=? WHERE id=?", text, object_id)

    def due(self, object_id: str, at: int | None) -> None:
        """Have the clock look at this object at ``at``, or no more."""
        self.store.execute("UPDATE objects SET due_at=? WHERE id=?", at, object_id)

    def of_intent(self, kind: str, intent_id: str) -> list[Obj]:
        rows = self.store.rows(
            "SELECT body FROM objects WHERE intent=? AND kind=? ORDER BY seq DESC", intent_id, kind
        )
        return [json.loads(row["body"]) for row in rows]

    def emit(self, kind: str, obj: Obj, previous: Obj | None = None) -> None:
        """Store an event and plan its webhook, in this same unit of work."""
        data: Obj = {"object": obj}
        if previous is not None:
            data["previous_attributes"] = previous
        event: Obj = {
            "id": new_id("evt_3" if obj["object"] in ("payment_intent", "charge") else "evt_1", 23),
            "object": "event",
            "api_version": API_VERSION,
            "created": self.now,
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": {"id": self.request, "idempotency_key": self.key},
            "type": kind,
        }
        self.store.schedule_event(self, event)
        self.add(event)
