"""The six regions with their provinces, each with a picture of something that is made there."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Min

from catalogue.models import Product, ProductPicture
from cms.curation import regions_on_sale

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
    """All regions that have goods on sale; three statements."""
    pictures = _picture_of_each_province()
    regions = []
    for region in regions_on_sale():
        goods = {each.place.code: each for each in region.provinces}
        places = [
            ProvincePlace(
                place.name,
                goods[place.code].slug,
                goods[place.code].count,
                pictures.get(place.code),
            )
            for place in in_order([each.place for each in region.provinces])
        ]
        regions.append(Region(region.code, REGION_NAMES[region.code], places))
    return regions


def _picture_of_each_province() -> dict[str, ProductPicture]:
    """Province code → the first picture of one of its products; two statements."""
    firsts = (
        Product.objects.on_sale()
        .top_level()
        .filter(pictures__isnull=False)
        .order_by()
        .values("province_code")
        .annotate(first=Min("pk"))
    )
    codes = {row["first"]: row["province_code"] for row in firsts}
    found: dict[str, ProductPicture] = {}
    pictures = ProductPicture.objects.filter(product__in=codes).select_related("picture")
    for picture in pictures.order_by("position", "pk"):
        found.setdefault(codes[picture.product_id], picture)
    return found
