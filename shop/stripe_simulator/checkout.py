"""What the hosted Checkout page does with a form: read it, check it, try to pay."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime

from . import cards, intents, outcomes, sessions
from .cards import BY_NUMBER, TestCard
from .shapes import Obj, billing_details
from .simulator import Simulator
from .store import Work


@dataclass
class CardForm:
    """What the buyer typed. The number stays in this object and dies with the request."""

    number: str = ""
    expiry: str = ""
    cvc: str = ""
    name: str = ""
    email: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return "CardForm(…)"

    def check(self, now: int) -> None:
        """Fill ``errors`` with the name of what is wrong with each field."""
        number, cvc = cards.digits_of(self.number), cards.digits_of(self.cvc)
        today = datetime.fromtimestamp(now, UTC)
        end = cards.read_expiry(self.expiry)
        if not looks_like_email(self.email):
            self.errors["email"] = "bad_email"
        if not cards.passes_luhn(number):
            self.errors["number"] = "bad_number"
        if end is None or (end[1], end[0]) < (today.year, today.month) or end[1] > today.year + 50:
            self.errors["expiry"] = "bad_expiry"
        if len(cvc) not in (3, 4):
            self.errors["cvc"] = "bad_cvc"
        if not self.name.strip():
            self.errors["name"] = "bad_name"

    def card(self) -> TestCard:
        """The test card; a number that is none is declined and not kept."""
        number = cards.digits_of(self.number)
        known = BY_NUMBER.get(number)
        if known:
            return known
        brand = {"3": "amex", "4": "visa", "5": "mastercard"}.get(number[:1], "unknown")
        return TestCard(
            "unknown", number[-4:], brand, "decline", "card_declined", "test_mode_live_card"
        )


def looks_like_email(text: str) -> bool:
    return bool(re.fullmatch(r"[^@\s]{1,64}@[^@\s]+\.[^@\s]+", text)) and len(text) <= 254


def pay_by_card(simulator: Simulator, work: Work, session: Obj, form: CardForm) -> Obj:
    """Try a checked form; the intent says what came of it."""
    end = cards.read_expiry(form.expiry)
    assert end is not None
    billing = billing_details(name=form.name.strip()[:200], email=form.email)
    billing["address"]["country"] = "TH"
    method = intents.make_method(work, "card", billing=billing, card=form.card(), expiry=end)
    return _try(simulator, work, session, method)


def pay_by_promptpay(simulator: Simulator, work: Work, session: Obj, email: str) -> Obj:
    """Show a QR; it is paid, refused or left to expire on its own page."""
    method = intents.make_method(work, "promptpay", billing=billing_details(email=email))
    return _try(simulator, work, session, method)


def _try(simulator: Simulator, work: Work, session: Obj, method: Obj) -> Obj:
    return outcomes.confirm(
        work,
        sessions.ensure_intent(work, session),
        method,
        base_url=simulator.base_url,
        qr_lifetime=simulator.settings.qr_lifetime,
    )
