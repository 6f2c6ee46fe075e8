"""The demo market's front: the pages of every shop, stories, and what the home page features."""

from collections.abc import Mapping

from catalogue.models import Product
from cms.services import add_officer, ensure_pages, feature_products, home_shelf, load_stories
from producers.models import Enterprise
from shop.core.models import User

from .accounts import OFFICERS
from .market import Market

#: The story that opens the home page.
HERO = "the-sampler-under-the-house"
FEATURED = (
    "praewa-silk-of-kalasin",
    "chiang-mai-celadon",
    "tham-sing-chumphon-robusta-coffee",
    "bo-sang-umbrella",
    "sakon-nakhon-natural-indigo-cloth",
    "phetchaburi-palmyra-sugar",
    "yan-lipao-basketry",
    "thung-kula-rong-hai-hom-mali-rice",
    "don-kai-di-benjarong",
    "bang-sadet-court-dolls",
)


def load_pages(
    market: Market,
    enterprises: Mapping[str, Enterprise],
    products: Mapping[str, Product],
    users: Mapping[str, User],
) -> int:
    """Pages, officers' rights, stories and featured products; returns the number of stories.

    The shelf is filled once; afterwards it is the office's.
    """
    ensure_pages()
    for key in OFFICERS:
        add_officer(users[key])
    stories = sorted(market.stories, key=lambda story: story["slug"] != HERO)
    count = load_stories(stories, enterprises=enterprises)
    if not home_shelf().places.exists():
        feature_products([products[slug] for slug in FEATURED])
    return count
