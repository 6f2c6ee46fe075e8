"""A change, side by side: how it was, how it would be. Pure, from what the request keeps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language

from catalogue.asking.answering import Answer, photo_tokens
from shop.core.places import UnknownPlace
from shop.oscar.order.models import ShippingAddress
from shop.oscar.order.services import PARTS

from .models import ChangeRequest


@dataclass(frozen=True, slots=True)
class ComparedLine:
    """One line that changes: pieces, answers, and its price where the group has said one."""

    before: Mapping[str, Any]
    quantity: int
    answers: list[Answer] | None
    total: Decimal | None

    @property
    def name(self) -> str:
        english = get_language() == "en"
        return str((self.before["title_en"] if english else "") or self.before["title"])

    @property
    def quantity_changes(self) -> bool:
        return bool(self.quantity != self.before["quantity"])


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is asked for, beside what it was; totals are the part's, in baht."""

    change: ChangeRequest
    lines: list[ComparedLine]

    @property
    def address_before(self) -> list[str]:
        return written(self.change.before.get("address"))

    @property
    def address(self) -> list[str]:
        return written(self.change.address)

    @property
    def total_before(self) -> Decimal:
        return Decimal(self.change.before["goods"]) + Decimal(self.change.before["charge"])

    @property
    def total(self) -> Decimal | None:
        amount = self.change.amount
        return None if amount is None else self.total_before + amount

    @property
    def charge_before(self) -> Decimal:
        return Decimal(self.change.before["charge"])

    @property
    def charge(self) -> Decimal | None:
        """The delivery after the change, where it is another."""
        new = self.change.reckoned.get("charge")
        return None if new is None or Decimal(new) == self.charge_before else Decimal(new)

    @property
    def day_before(self) -> date:
        return self.change.old_promised_on

    @property
    def makes_non_returnable(self) -> bool:
        """Agreed, something is made for this buyer alone that was not before."""
        return any(
            any(a["non_returnable"] for a in each.answers or ())
            and not any(a["non_returnable"] for a in each.before["answers"])
            for each in self.lines
        )

    @property
    def is_suggested(self) -> bool:
        """The group has asked what the shop suggested."""
        return self.change.amount == self.change.suggested

    @property
    def needs_proof(self) -> bool:
        return any(work["anew"] for work in self.change.reckoned.get("works", ()))


def compared(change: ChangeRequest) -> Comparison:
    """A request beside what was; no statement."""
    before = {each["line"]: each for each in change.before.get("lines", ())}
    totals = {each["line"]: Decimal(each["total"]) for each in change.reckoned.get("lines", ())}
    lines = [
        ComparedLine(
            before[each["line"]], each["quantity"], each["answers"], totals.get(each["line"])
        )
        for each in change.wanted.get("lines", ())
        if each["line"] in before
    ]
    return Comparison(change, lines)


def photos_wanted(changes: Iterable[ChangeRequest]) -> set[str]:
    """The photos that these changes were asked for with, and those they were before."""
    rows = [
        each
        for change in changes
        for each in (*change.wanted.get("lines", ()), *change.before.get("lines", ()))
    ]
    return {token for each in rows for token in photo_tokens(each.get("answers") or ())}


def written(facts: Mapping[str, str] | None) -> list[str]:
    """An address as one writes it, the name first; nothing where there is none."""
    if not facts:
        return []
    address = ShippingAddress(
        postcode=facts.get("postcode", ""), **{part: facts.get(part, "") for part in PARTS[:-1]}
    )
    try:
        lines = address.written("en" if get_language() == "en" else "th")
    except UnknownPlace:
        return []
    return [facts.get("name", ""), *lines]
