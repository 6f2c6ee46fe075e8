"""A second payment provider, in memory: it shows that the contract asks for nothing of Stripe's."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from shop.core.money import ZERO
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.provider import (
    Concern,
    DisputeStanding,
    ForgedEvent,
    Movement,
    ProviderDown,
    RefundStanding,
    Refused,
    Standing,
    Unknown,
)

SECRET = b"a secret of both"
FEE = Decimal(10)


class Pretend:
    """Provider and bank in one: what is asked of it, and what buyers and banks do to it."""

    def __init__(self) -> None:
        self.away = False
        self.things: dict[str, dict[str, Any]] = {}
        self.book: list[Movement] = []
        self.told: list[dict[str, Any]] = []

    # --- what the shop asks ---

    def open_payment(self, attempt: PaymentAttempt) -> Standing:
        self._here()
        name = f"pay-{attempt.reference}"
        self.things.setdefault(
            name,
            {
                "state": "open",
                "amount": attempt.amount,
                "method": attempt.method,
                "reference": str(attempt.reference),
                "back": ZERO,
            },
        )
        return self._standing(name)

    def ask(self, attempt: PaymentAttempt) -> Standing:
        self._thing(attempt.intent_id)
        return self._standing(attempt.intent_id)

    def close(self, attempt: PaymentAttempt) -> Standing:
        try:
            thing = self._thing(attempt.intent_id)
        except Unknown:
            return Standing("closed")
        if thing["state"] != "paid":
            thing["state"] = "closed"
        return self._standing(attempt.intent_id)

    def send_refund(self, refund: Refund) -> RefundStanding:
        payment = self._thing(refund.attempt.intent_id)
        name = f"back-{refund.reference}"
        if name not in self.things:
            if payment["back"] + refund.amount > payment["amount"]:
                raise Refused("too_much", "more than was paid")
            payment["back"] += refund.amount
            self.things[name] = {
                "state": "needs_customer",
                "amount": refund.amount,
                "payment": refund.attempt.intent_id,
                "reference": str(refund.reference),
            }
            self._tell("refund", name)
            if payment["method"] == "card":
                self.decide_refund(name, good=True)
        return self.ask_refund(name)

    def ask_refund(self, provider_id: str) -> RefundStanding:
        state = self._thing(provider_id)["state"]
        return RefundStanding(provider_id, state, "declined" if state == "failed" else "")

    def ask_dispute(self, provider_id: str) -> DisputeStanding:
        thing = self._thing(provider_id)
        return DisputeStanding(
            provider_id=provider_id,
            state=thing["state"],
            amount=thing["amount"],
            taken=ZERO if thing["state"] == "won" else thing["amount"],
            fee=FEE,
            reason="general",
            inquiry=False,
            opened_at=thing["at"],
            respond_by=thing["at"] + timedelta(days=7),
            intent_id=thing["payment"],
        )

    def read_event(self, body: bytes, signature: str) -> dict[str, Any]:
        if not hmac.compare_digest(_signed(body), signature):
            raise ForgedEvent("not signed by us")
        event: dict[str, Any] = json.loads(body)
        return event

    def concern_of(self, event: dict[str, Any]) -> Concern:
        if event["type"] not in ("payment", "refund", "dispute"):
            return Concern()
        moved = Decimal(event["moved"])
        return Concern(event["type"], event["name"], event["payment"], event["reference"], moved)

    def movements(self, since: datetime) -> Iterator[Movement]:
        self._here()
        return (each for each in reversed(self.book) if each.at >= since)

    # --- what buyers and banks do ---

    def pay(self, attempt: PaymentAttempt) -> None:
        thing = self._thing(attempt.intent_id)
        assert thing["state"] == "open", thing["state"]
        thing["state"] = "paid"
        self._move("payment", attempt.intent_id, thing["amount"], fee=FEE)
        self._tell("payment", attempt.intent_id, thing["amount"])

    def refuse(self, attempt: PaymentAttempt) -> None:
        self._thing(attempt.intent_id)["state"] = "failed"

    def decide_refund(self, provider_id: str, *, good: bool) -> None:
        thing = self._thing(provider_id)
        thing["state"] = "succeeded" if good else "failed"
        if good:
            self._move("refund", provider_id, -thing["amount"])
        self._tell("refund", provider_id, thing["amount"])

    def dispute(self, attempt: PaymentAttempt) -> str:
        name = f"quarrel-{attempt.reference}"
        amount = self._thing(attempt.intent_id)["amount"]
        self.things[name] = {
            "state": "needs_response",
            "amount": amount,
            "payment": attempt.intent_id,
            "reference": "",
            "at": datetime.now(UTC),
        }
        self._move("dispute", name, -amount, fee=FEE)
        self._tell("dispute", name)
        return name

    def decide_dispute(self, provider_id: str, *, won: bool) -> None:
        thing = self._thing(provider_id)
        thing["state"] = "won" if won else "lost"
        if won:
            self._move("dispute_back", provider_id, thing["amount"])

    def events(self) -> list[tuple[bytes, str]]:
        bodies = [json.dumps(event).encode() for event in self.told]
        return [(body, _signed(body)) for body in bodies]

    def go_away(self) -> None:
        self.away = True

    def come_back(self) -> None:
        self.away = False

    def lose_next_answer(self) -> None:
        """Nothing is lost in memory."""

    def payments(self) -> int:
        return sum(name.startswith("pay-") for name in self.things)

    # --- inside ---

    def _here(self) -> None:
        if self.away:
            raise ProviderDown("away")

    def _thing(self, name: str) -> dict[str, Any]:
        self._here()
        if name not in self.things:
            raise Unknown("unknown", name)
        return self.things[name]

    def _standing(self, name: str) -> Standing:
        thing = self.things[name]
        return Standing(
            thing["state"],
            amount=thing["amount"],
            session_url=f"https://pay.example/{name}" if thing["method"] == "card" else "",
            intent_id=name,
            qr_data="000201" + name if thing["method"] == "promptpay" else "",
            failure="refused" if thing["state"] == "failed" else "",
        )

    def _move(self, kind: str, name: str, amount: Decimal, *, fee: Decimal = ZERO) -> None:
        thing = self.things[name]
        self.book.append(
            Movement(
                provider_id=f"line-{len(self.book)}",
                kind=kind,
                amount=amount,
                fee=fee,
                at=datetime.now(UTC),
                source_id=name,
                intent_id=thing.get("payment", name),
                reference=thing["reference"],
            )
        )

    def _tell(self, kind: str, name: str, moved: Decimal = ZERO) -> None:
        thing = self.things[name]
        self.told.append(
            {
                "id": f"event-{len(self.told)}",
                "type": kind,
                "name": name,
                "payment": thing.get("payment", name),
                "reference": thing["reference"],
                "moved": str(moved),
            }
        )


def _signed(body: bytes) -> str:
    return hmac.new(SECRET, body, hashlib.sha256).hexdigest()
