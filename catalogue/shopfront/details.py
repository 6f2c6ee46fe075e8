"""All that one product page tells, gathered in a handful of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Prefetch

from catalogue.models import Product
from shop.oscar.partner.models import StockRecord
from shop.production.promising import promise_date

MORE_FROM_GROUP = 4


@dataclass(frozen=True)
class Selling:
    """One thing that can be put into the basket: the product itself or a child of it."""

    product: Product
    stockrecord: StockRecord
    promised_on: date | None

    @property
    def can_be_bought(self) -> bool:
        return self.stockrecord.price is not None and self.stockrecord.most_per_order > 0

    @property
    def made_to_order(self) -> bool:
        return self.stockrecord.is_made_to_order


def product_details(slug: str, *, today: date) -> dict[str, Any] | None:
    """What the product page shows, or None where there is no such product on sale."""
    records = StockRecord.objects.select_related("partner__enterprise")
    product = (
        Product.objects.top_level()
        .on_sale()
        .filter(slug=slug)
        .select_related("enterprise__picture")
        .for_cards(today)
        .prefetch_related(
            Prefetch("stockrecords", records),
            Prefetch(
                "children",
                Product.objects.on_sale().order_by("pk").prefetch_related(
                    Prefetch("stockrecords", records)
                ),
            ),
        )
        .first()
    )
    if product is None:
        return None
    sellings = _sellings(product, today)
    more = Product.objects.top_level().on_sale().made_by(product.enterprise)
    return {
        "product": product,
        "enterprise": product.enterprise,
        "sellings": sellings,
        "first": next((s for s in sellings if s.can_be_bought), None),
        "certificates": product.shown_certificates,
        "more": list(more.exclude(pk=product.pk).for_cards(today)[:MORE_FROM_GROUP]),
        "nearby": _nearby(product, today),
    }


def _sellings(product: Product, today: date) -> list[Selling]:
    owners: Sequence[Product] = list(product.children.all()) or [product]
    found = []
    for owner in owners:
        for record in owner.stockrecords.all()[:1]:
            able = record.price is not None and record.most_per_order > 0
            day = promise_date(record, record.min_quantity, today) if able else None
            found.append(Selling(owner, record, day))
    return found


def _nearby(product: Product, today: date) -> list[Product]:
    """Other groups' goods from the same province."""
    others = Product.objects.top_level().on_sale().filter(province_code=product.province_code)
    others = others.exclude(enterprise=product.enterprise)
    return list(others.for_cards(today)[:MORE_FROM_GROUP])
