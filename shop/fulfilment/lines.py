"""What a buyer wants of one thing, and how it can be sold now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from catalogue.asking.answering import (
    Answer,
    digest_of,
    is_non_returnable,
    price_of,
    units_of,
)
from shop.core.money import ZERO
from shop.oscar.partner.models import StockRecord
from shop.production.promising import (
    Promise,
    terms_of,
)
from shop.production.states import LADDER_STEPS, PaymentPlan

from .cancelling import OF_READY, WITHOUT_LADDER, Steps


@dataclass(frozen=True, slots=True)
class Wanted:
    """Pieces of one stock record, and the price (baht) the buyer last saw for one.

    `held` pieces are kept for this very buyer while they pay, so they are not gone for them.
    `answers` are the buyer's to the group's questions, at today's prices; `ask_again`: they do
    not fit the questions any more. `besides`: pieces of the same stock record in other lines.
    """

    stockrecord: StockRecord
    quantity: int
    seen_price: Decimal | None = None
    line_id: int | None = None
    held: int = 0
    answers: tuple[Answer, ...] = ()
    ask_again: bool = False
    besides: int = 0

    @property
    def key(self) -> str:
        """Tells the lines of one basket apart: stock record, and what was answered."""
        return line_key(self.stockrecord.pk, self.answers)

    @property
    def most(self) -> int:
        """The largest quantity that can be had now (pieces)."""
        return max(self.stockrecord.most_for(held=self.held) - self.besides, 0)

    @property
    def unit_price(self) -> Decimal:
        """What one piece costs now with its answers (baht)."""
        price = self.stockrecord.price
        return (price if price is not None else ZERO) + price_of(self.answers)

    @property
    def more_units(self) -> Decimal:
        """The work its answers add, over all its pieces."""
        return units_of(self.answers) * max(self.quantity, 1)


@dataclass(slots=True)
class LineOffer:
    """One product as it can be sold now.

    `problem`: "gone", "answers" (the group asks something else now), "too_many", "too_few", "full"
    (it cannot be promised within the workshop's horizon) or "". Where it is full, `most_now`
    pieces could be promised instead.
    """

    wanted: Wanted
    unit_price: Decimal
    promise: Promise | None
    problem: str = ""
    most_now: int | None = None

    @property
    def promised_on(self) -> date | None:
        return self.promise.promised_on if self.promise else None

    @property
    def stockrecord(self) -> StockRecord:
        return self.wanted.stockrecord

    @property
    def product(self) -> Any:
        return self.wanted.stockrecord.product

    @property
    def quantity(self) -> int:
        return self.wanted.quantity

    @property
    def answers(self) -> tuple[Answer, ...]:
        return self.wanted.answers

    @property
    def non_returnable(self) -> bool:
        """Made for this buyer alone, so not taken back without a reason."""
        return is_non_returnable(self.answers)

    @property
    def is_made(self) -> bool:
        """Whether it is made after the order; ready pieces of it are not."""
        if self.promise is not None:
            return not self.promise.from_stock
        return self.wanted.stockrecord.is_made_to_order

    @property
    def is_on_deposit(self) -> bool:
        terms = terms_of(self.stockrecord)
        return self.is_made and terms is not None and terms.payment_plan == PaymentPlan.DEPOSIT

    @property
    def ladder(self) -> Steps:
        """How much comes back on cancelling, stage by stage."""
        terms = terms_of(self.stockrecord)
        if not self.is_made:
            return OF_READY
        return LADDER_STEPS[terms.ladder] if terms else WITHOUT_LADDER

    @property
    def starts_on(self) -> date | None:
        """The first day on which the group may begin; None for ready pieces."""
        return self.promise.starts_on if self.promise and self.is_made else None

    @property
    def top_product(self) -> Any:
        """The product with the page and the pictures: of a size or colour, its parent."""
        return self.product.parent if self.product.is_child else self.product

    @property
    def chilled(self) -> bool:
        return self.product.chilled or self.top_product.chilled

    @property
    def total(self) -> Decimal:
        return self.unit_price * self.quantity

    @property
    def most(self) -> int:
        """The largest quantity that can be had now (pieces)."""
        return self.wanted.most

    @property
    def price_before(self) -> Decimal | None:
        """The price the buyer saw, where it has changed since."""
        seen = self.wanted.seen_price
        return seen if seen is not None and seen != self.unit_price else None


def line_key(stockrecord_id: int, answers: Iterable[Answer]) -> str:
    """What a line is known by from the basket to the workshop's job."""
    digest = digest_of(answers)
    return f"{stockrecord_id}-{digest}" if digest else str(stockrecord_id)
