"""The six regions with their provinces, each with a picture of something that is made there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Min

from catalogue.models import Product, ProductPicture
from shop.core.places import REGIONS, province, province_slug, provinces

from .groups import in_order
from .words import REGION_NAMES


@dataclass(frozen=True)
class ProvincePlace:
    """A province that has goods on sale."""

    name: str
    slug: str
    count: int
    picture: Any


@dataclass(frozen=True)
class Region:
    """A region with its provinces, in the order a reader looks for them."""

    code: str
    name: Any
    places: list[ProvincePlace]

    @property
    def count(self) -> int:
        return sum(place.count for place in self.places)


def list_regions() -> list[Region]:
    """All regions that have goods on sale; two statements."""
    rows = (
        Product.objects.on_sale()
        .top_level()
        .exclude(province_code="")
        .order_by()
        .values("province_code")
        .annotate(count=Count("pk"), first=Min("pk"))
    )
    found = {row["province_code"]: row for row in rows}
    pictures = _first_pictures(row["first"] for row in found.values())
    regions = []
    for code, provinces_of_region in REGIONS.items():
        here = [province(p) for p in provinces() if p in found and p in provinces_of_region.split()]
        places = [
            ProvincePlace(
                place.name,
                province_slug(place.code),
                found[place.code]["count"],
                pictures.get(found[place.code]["first"]),
            )
            for place in in_order(here)
        ]
        if places:
            regions.append(Region(code, REGION_NAMES[code], places))
    return regions


def _first_pictures(product_ids: Iterable[int]) -> dict[int, ProductPicture]:
    """The first picture of each product, by the product's id; one statement."""
    found: dict[int, ProductPicture] = {}
    pictures = ProductPicture.objects.filter(product__in=list(product_ids))
    for picture in pictures.select_related("picture").order_by("position", "pk"):
        found.setdefault(picture.product_id, picture)
    return found
