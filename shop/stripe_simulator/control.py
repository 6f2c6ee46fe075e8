"""The door at /_sim: tests and testers play the buyer, the bank, the network and the clock."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

from . import accounts, checkout, disputes, outcomes, refunds, sessions
from .cards import BY_NUMBER, BY_SLUG, digits_of
from .checkout import CardForm
from .errors import ApiError
from .shapes import Obj
from .simulator import Fail, Settings, Simulator, Stall
from .store import Work
from .tester_pages import decide
from .webhooks import Mode, sign


def ready(simulator: Simulator, asked: Obj) -> Obj:
    return {"ready": True, "pid": os.getpid(), "base_url": simulator.base_url}


def reset(simulator: Simulator, asked: Obj) -> Obj:
    """As new; the webhook's address and secret stay."""
    simulator.forget_everything()
    return {"reset": True}


def intent_action(action: str) -> Callable[..., Obj]:
    def act(simulator: Simulator, asked: Obj, intent_id: str) -> Obj:
        with simulator.work() as work:
            return decide(work, work.get("payment_intent", intent_id), action)

    return act


def expire(simulator: Simulator, asked: Obj, object_id: str) -> Obj:
    """A Session, or the QR of an intent, runs out of time now."""
    with simulator.work() as work:
        if object_id.startswith("cs_"):
            return sessions.expire(work, work.get("checkout.session", object_id))
        return outcomes.run_out(work, work.get("payment_intent", object_id))


def pay_session(simulator: Simulator, asked: Obj, session_id: str) -> Obj:
    """What a buyer does on the hosted page: ``card`` (a slug or a test number) or ``promptpay``.

    ``then`` is the bank's answer where the buyer has to do more: pay, fail, expire, process, or
    None to leave it waiting. Without it PromptPay is paid and 3-D Secure is left waiting.
    """
    with simulator.work() as work:
        session = work.get("checkout.session", session_id)
        if session["status"] != "open":
            raise ApiError(f"The Session is {session['status']}.", status=409)
        email = session["customer_email"] or asked.get("email", "buyer@example.com")
        if asked.get("method", "card") == "promptpay":
            intent = checkout.pay_by_promptpay(simulator, work, session, email)
            then = asked.get("then", "pay")
        else:
            intent = checkout.pay_by_card(simulator, work, session, _form(work, asked, email))
            then = asked.get("then")
        if then and intent["status"] == "requires_action":
            intent = decide(work, intent, then)
        return {
            "session": work.get("checkout.session", session_id),
            "payment_intent": intent,
            "redirect": sessions.success_address(session),
        }


def _form(work: Work, asked: Obj, email: str) -> CardForm:
    wanted = str(asked.get("card", "succeed"))
    card = BY_SLUG.get(wanted) or BY_NUMBER.get(digits_of(wanted))
    if card is None:
        raise ApiError("Unknown test card; use a slug such as 'succeed' or 'declined'.")
    form = CardForm(card.number, "12/34", "123", asked.get("name", "Test Buyer"), email)
    form.check(work.now)
    if form.errors:
        raise ApiError(f"The form is refused: {', '.join(form.errors)}.")
    return form


def decide_refund(action: str) -> Callable[..., Obj]:
    def act(simulator: Simulator, asked: Obj, refund_id: str) -> Obj:
        with simulator.work() as work:
            refund = work.get("refund", refund_id)
            if action == "succeed":
                return refunds.succeed(work, refund)
            return refunds.fail(work, refund, asked.get("reason", "declined"))

    return act


def open_dispute(simulator: Simulator, asked: Obj) -> Obj:
    """The bank of a cardholder disputes ``payment_intent`` (or ``charge``).

    ``reason``, ``amount`` (satang), and ``inquiry=True`` where it only asks.
    """
    with simulator.work() as work:
        charge_id = asked.pop("charge", "")
        if "payment_intent" in asked:
            intent = work.get("payment_intent", asked.pop("payment_intent"))
            charge_id = intent["latest_charge"] or ""
        return disputes.open_dispute(work, work.get("charge", charge_id), **asked)


def decide_dispute(*, won: bool) -> Callable[..., Obj]:
    def act(simulator: Simulator, asked: Obj, dispute_id: str) -> Obj:
        with simulator.work() as work:
            return disputes.close(work, work.get("dispute", dispute_id), won=won)

    return act


def finish_account(simulator: Simulator, asked: Obj, account_id: str) -> Obj:
    with simulator.work() as work:
        return accounts.finish(work, work.get("account", account_id))


def webhook_mode(simulator: Simulator, asked: Obj) -> Obj:
    """Set the whole mode; what is not named goes back to normal."""
    simulator.webhooks.mode = _made(Mode, asked)
    return vars(simulator.webhooks.mode)


def webhook_endpoint(simulator: Simulator, asked: Obj) -> Obj:
    """Send to another address, or with another secret, from now on."""
    if "url" in asked:
        simulator.webhooks.url = asked["url"]
    if "secret" in asked:
        simulator.webhooks.secret = asked["secret"]
    if "retries" in asked:
        simulator.webhooks.retries = tuple(float(wait) for wait in asked["retries"])
    return {"url": simulator.webhooks.url}


def webhook_flush(simulator: Simulator, asked: Obj) -> Obj:
    return {"flushed": simulator.webhooks.flush(asked.get("order", "forward"))}


def webhook_resend(simulator: Simulator, asked: Obj) -> Obj:
    """Send stored events again: ``event`` (an id), ``type``, or all; ``times`` each."""
    found = [
        row["id"]
        for row in simulator.store.rows(
            "SELECT id, json_extract(body, '$.type') AS type FROM objects WHERE kind='event'"
            " ORDER BY seq"
        )
        if asked.get("event") in (None, row["id"]) and asked.get("type") in (None, row["type"])
    ]
    return {"sent": simulator.webhooks.resend(found, int(asked.get("times", 1)))}


def webhook_wait(simulator: Simulator, asked: Obj) -> Obj:
    """Wait until nothing is under way any more (held deliveries do not count)."""
    idle = simulator.webhooks.wait_until_idle(min(float(asked.get("timeout", 5)), 60))
    return {"idle": idle, "unsent": simulator.webhooks.unsent()}


def webhook_signed(simulator: Simulator, asked: Obj, event_id: str) -> Obj:
    """Body and signature of an event, for a test that delivers it by hand."""
    with simulator.work() as work:
        event = work.get("event", event_id)
    body = json.dumps(event, ensure_ascii=False)
    return {"body": body, "signature": sign(body.encode(), simulator.webhooks.secret)}


def webhook_list(simulator: Simulator, asked: Obj) -> Obj:
    rows = simulator.store.rows(
        "SELECT d.*, json_extract(o.body, '$.type') AS type FROM deliveries d"
        " JOIN objects o ON o.id = d.event ORDER BY d.id"
    )
    return {"deliveries": [dict(row) for row in rows], "mode": vars(simulator.webhooks.mode)}


def stall(simulator: Simulator, asked: Obj) -> Obj:
    simulator.stall = _made(Stall, asked)
    return vars(simulator.stall)


def fail_next(simulator: Simulator, asked: Obj) -> Obj:
    simulator.fail = _made(Fail, {"count": 1, **asked})
    return vars(simulator.fail)


def change_settings(simulator: Simulator, asked: Obj) -> Obj:
    _check_names(Settings, asked)
    simulator.settings = replace(simulator.settings, **asked)
    return vars(simulator.settings)


def advance(simulator: Simulator, asked: Obj) -> Obj:
    """Move the simulated clock forward; what has expired has done so when this answers."""
    seconds = float(asked["seconds"])
    if seconds < 0:
        raise ApiError("The clock only goes forward.")
    simulator.store.advance(seconds)
    simulator.tick()
    simulator.webhooks.wake()
    return {"now": int(simulator.store.now()), "advanced": simulator.store.offset}


def state(simulator: Simulator, asked: Obj) -> Obj:
    """Everything that is stored, by kind, oldest first."""
    objects: dict[str, list[Obj]] = {}
    for row in simulator.store.rows("SELECT kind, body FROM objects ORDER BY seq"):
        objects.setdefault(row["kind"], []).append(json.loads(row["body"]))
    return {
        "now": int(simulator.store.now()),
        "counts": {kind: len(found) for kind, found in objects.items()},
        "objects": objects,
    }


def calls(simulator: Simulator, asked: Obj) -> Obj:
    """The last calls to /v1, oldest first."""
    return {"calls": list(simulator.calls)}


def _made(kind: Any, asked: Obj) -> Any:
    _check_names(kind, asked)
    return kind(**asked)


def _check_names(kind: Any, asked: Obj) -> None:
    unknown = set(asked) - {field.name for field in fields(kind)}
    if unknown:
        raise ApiError(f"Unknown: {', '.join(sorted(unknown))}.")


_ACTIONS: dict[str, Callable[..., Obj]] = {
    "reset": reset,
    "pay/<id>": intent_action("pay"),
    "process/<id>": intent_action("process"),
    "fail/<id>": intent_action("fail"),
    "expire/<id>": expire,
    "session/<id>/pay": pay_session,
    "refunds/<id>/succeed": decide_refund("succeed"),
    "refunds/<id>/fail": decide_refund("fail"),
    "disputes/open": open_dispute,
    "disputes/<id>/win": decide_dispute(won=True),
    "disputes/<id>/lose": decide_dispute(won=False),
    "accounts/<id>/finish": finish_account,
    "webhooks/mode": webhook_mode,
    "webhooks/endpoint": webhook_endpoint,
    "webhooks/flush": webhook_flush,
    "webhooks/resend": webhook_resend,
    "webhooks/wait": webhook_wait,
    "webhooks/signed/<id>": webhook_signed,
    "stall": stall,
    "fail_next": fail_next,
    "settings": change_settings,
    "clock/advance": advance,
}
_VIEWS: dict[str, Callable[..., Obj]] = {
    "ready": ready,
    "state": state,
    "calls": calls,
    "webhooks": webhook_list,
}


def handle(simulator: Simulator, method: str, path: str, body: bytes) -> tuple[int, Obj]:
    """Answer one call; refusals come as ``{"error": …}``."""
    table = _VIEWS if method == "GET" else _ACTIONS
    parts = path.strip("/").split("/")
    for pattern, act in table.items():
        wanted = pattern.split("/")
        same = len(wanted) == len(parts) and all(
            want in ("<id>", part) for want, part in zip(wanted, parts, strict=True)
        )
        if not same:
            continue
        names = [part for want, part in zip(wanted, parts, strict=True) if want == "<id>"]
        try:
            asked = json.loads(body) if body.strip() else {}
            if not isinstance(asked, dict):
                raise ValueError("a JSON object is wanted")
            return 200, act(simulator, asked, *names)
        except ApiError as error:
            return error.status, {"error": error.message}
        except (ValueError, TypeError, KeyError) as error:
            return 400, {"error": f"{type(error).__name__}: {error}"}
    return 404, {"error": f"no such control: {method} {path}"}
