"""The producer groups as buyers see them: the list of all, and what one group's page tells."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.utils.translation import get_language

from catalogue.models import Product, ProductPicture
from catalogue.states import ProductState
from cms.models import StoryPage
from producers.models import Certificate, Enterprise
from shop.core.places import (
    REGIONS,
    Place,
    province_slug,
    provinces,
    provinces_by_slug,
    region_of,
)
from shop.core.thai import thai_sort_key

from .paging import Pages

GROUPS_PER_PAGE = 24
BANNER_PICTURES = 3


@dataclass(frozen=True)
class GroupCard:
    """A group with how many products it sells, and a picture: its own photo or of its goods."""

    enterprise: Enterprise
    count: int
    picture: Any

    @property
    def place(self) -> str:
        return self.enterprise.province.name


@dataclass(frozen=True)
class GroupList:
    """One page of the groups of a region or province, or of all."""

    groups: list[GroupCard]
    total: int
    page: int
    region: str
    province: Place | None
    regions: list[str]
    provinces: list[tuple[Place, str]]

    @property
    def pages(self) -> Pages:
        return Pages(self.page, self.total, self.address, GROUPS_PER_PAGE)

    def address(self, page: int) -> str:
        """The query string of a page of this list."""
        wanted = {
            "region": self.region,
            "province": province_slug(self.province.code) if self.province else "",
            "page": str(page) if page > 1 else "",
        }
        return f"?{urlencode({name: value for name, value in wanted.items() if value})}"


def list_groups(*, region: str = "", place: str = "", page: int = 1) -> GroupList:
    """Open groups that have goods on sale, in the order of their names; three statements.

    `place` is a province's slug. A region or province nobody knows is as none.
    """
    rows = list(
        Enterprise.objects.open()
        .annotate(goods=Count("products", filter=_shown_goods()))
        .filter(goods__gt=0)
        .order_by()
        .values_list("pk", "name_th", "name_en", "province_code", "goods")
    )
    home = provinces_by_slug().get(place)
    region = region if region in REGIONS and home is None else ""
    chosen = [
        row
        for row in rows
        if (home is None or row[3] == home.code) and (not region or region_of(row[3]) == region)
    ]
    chosen.sort(key=lambda row: (_sort_key(row[1], row[2]), row[0]))
    start = (page - 1) * GROUPS_PER_PAGE
    known = {row[3] for row in rows}
    return GroupList(
        _cards({row[0]: row[4] for row in chosen[start : start + GROUPS_PER_PAGE]}),
        len(chosen),
        page,
        region,
        home,
        [code for code in REGIONS if any(region_of(province) == code for province in known)],
        [
            (each, province_slug(each.code))
            for each in in_order([each for code, each in provinces().items() if code in known])
        ],
    )


def in_order(places: list[Place]) -> list[Place]:
    """Provinces as a reader of this language looks for them; they come in Thai order."""
    return sorted(places, key=lambda p: p.name_en) if get_language() == "en" else places


def _sort_key(name_th: str, name_en: str) -> str:
    return name_en.lower() if name_en and get_language() == "en" else thai_sort_key(name_th)


def _shown_goods() -> Q:
    return Q(products__state=ProductState.PUBLISHED) & ~Q(products__structure=Product.CHILD)


def _cards(counts: dict[int, int]) -> list[GroupCard]:
    """Cards in the order of `counts`; groups without a photo show one of their goods.

    Drawn landscapes are much alike side by side; what a group makes tells it from the others.
    """
    groups = Enterprise.objects.select_related("picture").in_bulk(list(counts))
    bare = [
        pk for pk, each in groups.items() if each.picture is None or each.picture.is_illustration
    ]
    borrowed: dict[int, Any] = {}
    if bare:
        pictures = ProductPicture.objects.filter(
            product__enterprise__in=bare,
            product__state=ProductState.PUBLISHED,
            position=0,
        ).select_related("picture", "product")
        for picture in pictures.order_by("product__sort_key", "pk"):
            borrowed.setdefault(picture.product.enterprise_id or 0, picture)
    return [
        GroupCard(groups[pk], count, borrowed.get(pk) or groups[pk].picture)
        for pk, count in counts.items()
    ]


def pictures_of(enterprise: Enterprise, products: list[Product]) -> list[Any]:
    """What a group's page opens with: its own picture, or up to three of its goods."""
    if enterprise.picture is not None:
        return [enterprise.picture]
    each = [list(product.pictures.all()) for product in products]
    firsts = [pictures[0] for pictures in each if pictures]
    others = [picture for pictures in each for picture in pictures[1:]]
    return [*firsts, *others][:BANNER_PICTURES]


def certificates_of(enterprise: Enterprise, today: date) -> list[Certificate]:
    """What the group may show today."""
    return list(Certificate.objects.shown_on(today).filter(enterprise=enterprise))


def story_of(enterprise_id: int | None, language: str) -> StoryPage | None:
    """The newest story of the group in this language; one statement."""
    stories = StoryPage.objects.in_language(language).filter(enterprise=enterprise_id)
    return (
        stories.order_by("-first_published_at", "-pk").select_related("picture", "locale").first()
    )
