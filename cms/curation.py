"""What a home page shows today: read-time rules, so that nothing has to be taken down by a job."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import chain
from typing import Any

from django.db.models import Count, Prefetch, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from catalogue.models import Product, ProductPicture
from producers.models import Certificate
from shop.core.places import REGIONS, Place, province, province_slug, provinces, region_of
from shop.production.promising import promises_for_cards

from .models.shelf import FeaturedProduct, FeaturedShelf

#: How many a shelf shows at most.
FEATURED = 12
MADE_TO_ORDER = 8
#: Read more than are shown, so that each group can be shown once.
MADE_TO_ORDER_READ = 48
#: The hero's and the three below it.
STORIES = 4
REGION_NAMES = {
    "north": _("North"),
    "northeast": _("Northeast (Isan)"),
    "central": _("Central plains"),
    "east": _("East"),
    "west": _("West"),
    "south": _("South"),
}


@dataclass(frozen=True, slots=True)
class ProvinceGoods:
    """A province and how many products it has on sale."""

    place: Place
    slug: str
    count: int


@dataclass(frozen=True, slots=True)
class RegionGoods:
    """One of the six regions (code) with its provinces that have goods on sale."""

    code: str
    provinces: list[ProvinceGoods]

    @property
    def name(self) -> Any:
        return REGION_NAMES[self.code]


@dataclass(slots=True)
class HomeGoods:
    """All a home page shows that is not written on it; read in a handful of statements."""

    featured: list[Product] = field(default_factory=list)
    made_to_order: list[Product] = field(default_factory=list)
    picked: dict[int, Product] = field(default_factory=dict)
    regions: list[RegionGoods] = field(default_factory=list)
    hero_story: Any = None
    more_stories: list[Any] = field(default_factory=list)


def featured_now(now: datetime, *, most: int = FEATURED) -> list[Product]:
    """The products the home page features at this moment, in the office's order.

    What is sold out, withdrawn, or of a group that is suspended is not among them; it comes back
    by itself when that has changed. One statement.
    """
    running = FeaturedProduct.objects.running(now).filter(shelf__name=FeaturedShelf.HOME)
    chosen = (
        Product.objects.on_sale()
        .available()
        .top_level()
        .filter(featured_places__in=running)
        .order_by("featured_places__sort_order", "featured_places__pk")
        .select_related("enterprise")
    )
    # The same product may have two periods at once; it is shown once, where it stands first.
    once: dict[int, Product] = {}
    for product in chosen[: 2 * most]:
        once.setdefault(product.pk, product)
    return list(once.values())[:most]


def made_to_order_now(*, most: int = MADE_TO_ORDER) -> list[Product]:
    """Goods made after the order, those that are ready soonest first, one of each group."""
    soonest = (
        Product.objects.on_sale()
        .top_level()
        .filter(takes_orders=True, ready_pieces=0)
        .order_by("first_lead_days", "sort_key", "pk")
        .select_related("enterprise")[:MADE_TO_ORDER_READ]
    )
    by_group: dict[int | None, Product] = {}
    for product in soonest:
        by_group.setdefault(product.enterprise_id, product)
    return list(by_group.values())[:most]


def regions_on_sale() -> list[RegionGoods]:
    """Provinces with goods on sale, by region, in Thai dictionary order. One statement."""
    counts = dict(
        Product.objects.on_sale()
        .top_level()
        .exclude(province_code="")
        .order_by()
        .values_list("province_code")
        .annotate(Count("pk"))
    )
    found: dict[str, list[ProvinceGoods]] = {code: [] for code in REGIONS}
    for code in sorted(counts, key=_in_dictionary_order):
        goods = ProvinceGoods(province(code), province_slug(code), counts[code])
        found[region_of(code)].append(goods)
    return [RegionGoods(code, places) for code, places in found.items() if places]


def stories_of(locale_id: int, *, most: int = STORIES) -> list[Any]:
    """The newest stories in one language, with picture and group. One statement."""
    from .models import StoryPage  # pages read this module

    return list(
        StoryPage.objects.live()
        .filter(locale=locale_id)
        .select_related("picture", "enterprise")
        .order_by("-first_published_at", "-pk")[:most]
    )


def goods_for(body: Iterable[Any], *, locale_id: int, now: datetime) -> HomeGoods:
    """What the parts on this home page need; parts that are not there cost nothing."""
    kinds = {block.block_type for block in body}
    goods = HomeGoods()
    if "featured" in kinds:
        goods.featured = featured_now(now)
    if "made_to_order" in kinds:
        goods.made_to_order = made_to_order_now()
    if "provinces" in kinds:
        goods.regions = regions_on_sale()
    if kinds & {"stories", "hero"}:
        stories = stories_of(locale_id, most=STORIES)
        goods.hero_story = _hero_story(body) or next(iter(stories), None)
        others = [story for story in stories if story != goods.hero_story]
        goods.more_stories = others[: STORIES - 1] if "hero" in kinds else stories
    for block in body:
        if block.block_type == "shelf":
            goods.picked |= on_sale_of(block.value["products"])
    every = chain(goods.featured, goods.made_to_order, goods.picked.values())
    fill_cards(list(every), now=now)
    return goods


def on_sale_of(chosen: Iterable[Product | None]) -> dict[int, Product]:
    """Those of the chosen products that are on sale, by id, in the given order. One statement."""
    ids = [product.pk for product in chosen if product is not None]
    found = Product.objects.on_sale().top_level().select_related("enterprise").in_bulk(ids)
    return {pk: found[pk] for pk in ids if pk in found}


def fill_cards(
    products: list[Product], *, now: datetime, promises: dict[int, date] | None = None
) -> None:
    """Add what cards show, to all shelves together: four statements whatever their number.

    `promises`: product id → day, where the caller has reckoned them already.
    """
    today, hour = timezone.localdate(now), timezone.localtime(now).hour
    prefetch_related_objects(
        products,
        Prefetch("pictures", ProductPicture.objects.select_related("picture")),
        Prefetch(
            "certificates",
            Certificate.objects.shown_on(today),
            to_attr="shown_certificates",
        ),
    )
    add_promises(products, today=today, hour=hour, promises=promises)


def add_promises(
    products: Iterable[Any],
    *,
    today: date,
    hour: int = 0,
    promises: dict[int, date] | None = None,
) -> None:
    """Set `card_promise`: the day by which each could be with the carrier, or None.

    `hour` is the hour in Bangkok, for the groups' cut-offs. At most two statements.
    """
    products = list(products)
    if promises is None:
        promises = promises_for_cards(products, today, hour=hour)
    for product in products:
        product.card_promise = promises.get(product.pk)


def _hero_story(body: Iterable[Any]) -> Any:
    """The story the office chose for the hero, while it is live."""
    for block in body:
        if block.block_type == "hero":
            story = block.value["story"]
            return story if story is not None and story.live else None
    return None


def _in_dictionary_order(code: str) -> int:
    return list(provinces()).index(code)
