"""The sitemap: every public page in both languages, each naming the other (hreflang).

Cut into files of at most 20,000 addresses (the protocol allows 50,000), so that a file is
written in a second or two and never held in memory as a whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from django.conf import settings
from django.db.models import DateTimeField, Value
from django.urls import reverse
from django.utils import translation

from catalogue.models import Product
from catalogue.states import OtopType, ProductState
from cms.models import HomePage, InfoPage, StoryIndexPage, StoryPage
from producers.models import Enterprise
from shop.core.places import province_slug, provinces

PER_FILE = 10_000  # pages; each stands in it once per language
LANGUAGES = tuple(code for code, _name in settings.LANGUAGES)
NAMESPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
)
SLUG = "slug-of-the-page"


@dataclass(frozen=True)
class Entry:
    """One page: its address in each language it has, and when it last changed."""

    addresses: dict[str, str]
    changed: datetime | date | None = None


def files() -> list[str]:
    """The names of the sitemap's files: `pages`, `groups-1`, `products-1`, `products-2` …"""
    names = ["pages"]
    for kind, rows in (("groups", _groups()), ("products", _products())):
        names += [f"{kind}-{n + 1}" for n in range(-(-rows.count() // PER_FILE))]
    return names


def entries(name: str) -> Iterator[Entry] | None:
    """The pages of one file, or None where there is no such file."""
    kind, _, number = name.partition("-")
    if name == "pages":
        return _pages()
    if kind not in ("groups", "products") or not (number.isascii() and number.isdigit()):
        return None
    start = (int(number[:6]) - 1) * PER_FILE
    rows = {"groups": _groups, "products": _products}[kind]()
    if start < 0 or not rows[start : start + 1].exists():
        return None
    route = {"groups": "shopfront:group", "products": "shopfront:product"}[kind]
    return _rows(route, rows[start : start + PER_FILE].iterator())


def index_xml(names: list[str]) -> Iterator[str]:
    """The index of the files."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex {NAMESPACES}>\n'
    for name in names:
        address = settings.SITE_URL + reverse("sitemap_file", args=[name])
        yield f"<sitemap><loc>{escape(address)}</loc></sitemap>\n"
    yield "</sitemapindex>\n"


def urlset_xml(pages: Iterator[Entry]) -> Iterator[str]:
    """One file; each language's address names all of them and the default."""
    yield f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {NAMESPACES}>\n'
    for page in pages:
        default = page.addresses.get(LANGUAGES[0]) or next(iter(page.addresses.values()))
        links = "".join(
            f'<xhtml:link rel="alternate" hreflang="{code}" href={quoteattr(address)}/>'
            for code, address in [*page.addresses.items(), ("x-default", default)]
        )
        changed = f"<lastmod>{page.changed.isoformat()}</lastmod>" if page.changed else ""
        for address in page.addresses.values():
            yield f"<url><loc>{escape(address)}</loc>{changed}{links}</url>\n"
    yield "</urlset>\n"


def _groups() -> Any:
    makers = Product.objects.filter(state=ProductState.PUBLISHED).order_by().values("enterprise")
    rows = Enterprise.objects.open().filter(pk__in=makers).order_by("pk")
    return rows.values_list("slug", Value(None, output_field=DateTimeField()))


def _products() -> Any:
    rows = Product.objects.top_level().on_sale().order_by("pk")
    return rows.values_list("slug", "date_updated")


def _rows(route: str, rows: Iterator[tuple[str, datetime | None]]) -> Iterator[Entry]:
    patterns = _addresses(route, SLUG)
    for slug, changed in rows:
        yield Entry({code: p.replace(SLUG, slug) for code, p in patterns.items()}, changed)


def _pages() -> Iterator[Entry]:
    """What is not a product or a group: the office's pages, listings, types, provinces."""
    for kind in (HomePage, StoryIndexPage, StoryPage, InfoPage):
        yield from _written_pages(kind)
    for route in ("shopfront:products", "shopfront:provinces", "shopfront:groups"):
        yield Entry(_addresses(route))
    for otop_type in OtopType.values:
        yield Entry(_addresses("shopfront:type", otop_type))
    with_goods = set(
        Product.objects.top_level().on_sale().order_by().values_list("province_code", flat=True)
    )
    for code in provinces():
        if code in with_goods:
            yield Entry(_addresses("shopfront:province", province_slug(code)))


def _written_pages(kind: Any) -> Iterator[Entry]:
    translations: dict[Any, Entry] = {}
    for page in kind.objects.live().select_related("locale").order_by("pk"):
        entry = translations.setdefault(page.translation_key, Entry({}, page.last_published_at))
        entry.addresses[page.locale.language_code] = page.full_address
    yield from translations.values()


def _addresses(route: str, *args: str) -> dict[str, str]:
    found = {}
    for code in LANGUAGES:
        with translation.override(code):
            found[code] = settings.SITE_URL + reverse(route, args=args)
    return found
