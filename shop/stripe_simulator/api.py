"""The door at /v1: authorisation, Idempotency-Key, faults, and the answer in Stripe's form."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass, field
from email.message import Message
from urllib.parse import unquote, urlsplit

from .encoding import Params, nest, read_pairs
from .endpoints import Call, find
from .errors import ApiError, Obj
from .listing import expand
from .shapes import API_VERSION
from .simulator import Simulator
from .store import new_id

_KEEP_KEYS = 24 * 3600
_IN_USE = (
    "There is currently another in-progress request using this Idempotent Key (that probably"
    " means you submitted twice, and the other request is still going through): {key}. Please try"
    " again later, or use a new idempotency key."
)


@dataclass
class Answer:
    """Status, JSON text and headers. Status 0: cut the connection without an answer."""

    status: int
    text: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Request:
    """One call as it came in."""

    method: str
    target: str
    headers: Message
    body: bytes = b""
    id: str = field(default_factory=lambda: new_id("req_", 14))

    @property
    def path(self) -> str:
        return unquote(urlsplit(self.target).path)

    @property
    def key(self) -> str | None:
        # Only POST takes a key; Stripe ignores it on reading.
        return self.headers.get("Idempotency-Key") if self.method == "POST" else None


def handle(simulator: Simulator, request: Request) -> Answer:
    """Answer one call to /v1 and remember that it was made."""
    answer = _answer(simulator, request)
    answer.headers.setdefault("Request-Id", request.id)
    answer.headers["Stripe-Version"] = request.headers.get("Stripe-Version") or API_VERSION
    if request.key:
        answer.headers["Idempotency-Key"] = request.key
    simulator.calls.append(
        {
            "method": request.method,
            "path": request.path,
            "status": answer.status,
            "idempotency_key": request.key,
            "version": request.headers.get("Stripe-Version"),
            "replayed": "Idempotent-Replayed" in answer.headers,
            "request": request.id,
        }
    )
    return answer


def _answer(simulator: Simulator, request: Request) -> Answer:
    try:
        _authorise(request.headers)
        status = simulator.take_failure(request.path, after=False)
        if status is not None:
            return _failure(status, request)
        params = Params(nest(_pairs(request)))
        if request.key:
            return _once(simulator, request, request.key, params)
        simulator.hang(request.path, after=False)
        return _late_faults(simulator, request, _run(simulator, request, params))
    except ApiError as error:
        return _refusal(error, request)


def _pairs(request: Request) -> list[tuple[str, str]]:
    pairs = read_pairs(urlsplit(request.target).query)
    if request.method != "POST":
        return pairs
    kind = request.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if request.body and kind != "application/x-www-form-urlencoded":
        raise ApiError(
            "Invalid request: the body must be application/x-www-form-urlencoded"
            f" (check the Content-Type header, which is {kind!r})."
        )
    try:
        return pairs + read_pairs(request.body.decode("ascii"))
    except UnicodeDecodeError as error:
        raise ApiError("The body must be percent-encoded.") from error


def _authorise(headers: Message) -> None:
    """A test key, as bearer or as the name of basic authorisation."""
    scheme, _, value = headers.get("Authorization", "").partition(" ")
    key = ""
    if scheme.lower() == "bearer":
        key = value.strip()
    elif scheme.lower() == "basic":
        try:
            key = base64.b64decode(value, validate=True).decode("ascii").partition(":")[0]
        except (binascii.Error, UnicodeDecodeError):
            key = ""
    if not key:
        raise ApiError(
            "You did not provide an API key. Provide it in the Authorization header, using Bearer"
            " auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY').",
            status=401,
        )
    if not key.startswith(("sk_test_", "rk_test_")):
        raise ApiError(
            f"Invalid API Key provided: {key[:8]}****. The simulator takes test keys only.",
            status=401,
        )


def _once(simulator: Simulator, request: Request, key: str, params: Params) -> Answer:
    """Do the work of a key once; afterwards repeat the stored answer."""
    stored = _reserve(simulator, request, key)
    if stored is not None:
        return stored
    try:
        simulator.hang(request.path, after=False)
        answer = _run(simulator, request, params, key)
    except BaseException:
        # Refused before work began: nothing to repeat, the key is free again.
        simulator.store.execute("DELETE FROM idempotency WHERE key=? AND status IS NULL", key)
        raise
    return _late_faults(simulator, request, answer)


def _reserve(simulator: Simulator, request: Request, key: str) -> Answer | None:
    """Claim the key, or say what became of its first use."""
    if len(key) > 255:
        raise ApiError("Idempotency keys can be at most 255 characters long.")
    endpoint = f"{request.method} {request.path}"
    fingerprint = hashlib.sha256(json.dumps(sorted(_pairs(request))).encode("utf-8")).hexdigest()
    store = simulator.store
    with store.work() as work:
        store.execute("DELETE FROM idempotency WHERE key=? AND at<?", key, work.now - _KEEP_KEYS)
        row = store.row("SELECT * FROM idempotency WHERE key=?", key)
        if row is None:
            store.execute(
                "INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, NULL, NULL)",
                key,
                endpoint,
                fingerprint,
                request.id,
                work.now,
            )
            return None
    if row["endpoint"] != endpoint:
        raise ApiError(
            "Keys for idempotent requests can only be used for the same endpoint they were first"
            f" used for ('{endpoint}' vs '{row['endpoint']}'). Try using a key other than '{key}'"
            " if you meant to execute a different request.",
            kind="idempotency_error",
        )
    if row["fingerprint"] != fingerprint:
        raise ApiError(
            "Keys for idempotent requests can only be used with the same parameters they were"
            f" first used with. Try using a key other than '{key}' if you meant to execute a"
            " different request.",
            kind="idempotency_error",
        )
    if row["status"] is None:
        raise ApiError(
            _IN_USE.format(key=key),
            status=409,
            kind="idempotency_error",
            code="idempotency_key_in_use",
        )
    replay = {"Idempotent-Replayed": "true", "Original-Request": row["request"]}
    return Answer(row["status"], row["answer"], replay)


def _run(simulator: Simulator, request: Request, params: Params, key: str | None = None) -> Answer:
    """Do the work and store its answer in the same unit of work."""
    endpoint, names = find(request.method, request.path)
    with simulator.work(request.id, key) as work:
        try:
            made = expand(work, endpoint(Call(simulator, work, params, names)), params)
            answer = Answer(200, json.dumps(made, ensure_ascii=False))
        except ApiError as error:
            if not error.began:
                raise
            answer = _refusal(error, request)
        if key:
            simulator.store.execute(
                "UPDATE idempotency SET status=?, answer=? WHERE key=?",
                answer.status,
                answer.text,
                key,
            )
    return answer


def _late_faults(simulator: Simulator, request: Request, answer: Answer) -> Answer:
    """The work is done and stored, but the answer comes late or never."""
    simulator.hang(request.path, after=True)
    status = simulator.take_failure(request.path, after=True)
    return answer if status is None else _failure(status, request)


def _failure(status: int, request: Request) -> Answer:
    kind = "rate_limit_error" if status == 429 else "api_error"
    return _refusal(
        ApiError("The simulator was asked to fail here.", status=status, kind=kind), request
    )


def _refusal(error: ApiError, request: Request) -> Answer:
    body: Obj = error.body(request.id)
    return Answer(error.status, json.dumps(body, ensure_ascii=False))
