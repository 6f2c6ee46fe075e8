"""The shelf of featured products."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from catalogue.models import Product
from cms.models import FeaturedProduct, FeaturedShelf


def home_shelf() -> FeaturedShelf:
    """The shelf the home page shows, made if it is missing."""
    return FeaturedShelf.objects.get_or_create(name=FeaturedShelf.HOME)[0]


@transaction.atomic
def feature_products(
    products: Iterable[Product],
    *,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    note: str = "",
) -> FeaturedShelf:
    """Put products at the end of the shelf, in this order; those that are on it stay in place."""
    shelf = home_shelf()
    there = set(shelf.places.values_list("product_id", flat=True))
    last = shelf.places.aggregate(last=Max("sort_order"))["last"]
    new = [product for product in products if product.pk not in there]
    FeaturedProduct.objects.bulk_create(
        FeaturedProduct(
            shelf=shelf,
            product=product,
            starts_at=starts_at,
            ends_at=ends_at,
            note=note,
            sort_order=place,
        )
        for place, product in enumerate(new, start=0 if last is None else last + 1)
    )
    return shelf
