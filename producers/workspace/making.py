"""The way from a photo to a product on sale: which question comes next. Reads and pure rules."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from catalogue.models import Product
from catalogue.services import missing_to_publish
from catalogue.states import ProductState
from shop.core.models import StateChange
from shop.oscar.partner.models import StockRecord
from shop.oscar.partner.states import Sells

#: The questions about a new product, in order; each has a screen of its own.
STEPS = ("name", "kind", "price", "terms", "weight", "details", "text")
#: Which screen fills what a buyer must see (`missing_to_publish`).
FILLED_BY = {
    "picture": "pictures",
    "title": "name",
    "otop_type": "kind",
    "price": "price",
    "description": "text",
}
MISSING_WORDS = {
    "picture": _("a picture"),
    "title": _("a name"),
    "otop_type": _("what kind of goods it is"),
    "price": _("a price"),
    "description": _("a few words about it"),
}
ON_OFFICE_SIDE = (ProductState.DRAFT, ProductState.BLOCKED)


@dataclass(frozen=True, slots=True)
class Missing:
    """Something a product still lacks: words for it, and the screen that asks for it."""

    words: Any
    step: str


def missing_of(product: Product) -> list[Missing]:
    """What must be filled in before a product can be sold, in the order it is asked."""
    lacking = missing_to_publish(product)
    return [
        Missing(MISSING_WORDS[name], step) for name, step in FILLED_BY.items() if name in lacking
    ]


def step_after(step: str) -> str:
    """The next question of a new product; "" after the last."""
    index = STEPS.index(step) + 1
    return STEPS[index] if index < len(STEPS) else ""


def records_of(product: Product) -> list[StockRecord]:
    """The stock records of a product or of its sizes, with their products."""
    rows = StockRecord.objects.select_related("product").order_by("product__pk")
    if product.is_parent:
        return list(rows.filter(product__parent=product))
    return list(rows.filter(product=product))


def asks_how_made(records: Iterable[StockRecord]) -> bool:
    """Whether some of these are made to order, in a way nobody has told yet."""
    made = StockRecord.objects.filter(
        pk__in=[record.pk for record in records], sells=Sells.MADE_TO_ORDER
    )
    return made.filter(making=None).exists()


def offices_words(product: Product) -> str:
    """Why the office sent a product back or stopped it; "" where it did not."""
    if product.state not in ON_OFFICE_SIDE:
        return ""
    change = (
        StateChange.objects.filter(
            about_label=product._meta.label_lower, about_id=product.pk, new=product.state
        )
        .exclude(reason="")
        .order_by("-at", "-pk")
        .first()
    )
    return change.reason if change else ""


def titles(records: Iterable[StockRecord]) -> str:
    """The names of some sizes, as a sentence lists them."""
    return ", ".join(record.product.name for record in records)
