"""The pages every shop has, in both languages, with words good enough to open with."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from wagtail.models import Locale, Page, Site

from cms.models import HomePage, InfoPage, StoryIndexPage

from .office import ensure_office
from .shelf import home_shelf

CONTENT = Path(__file__).resolve().parents[1] / "content"
THAI, ENGLISH = "th", "en"
INFO = ("about", "rights", "privacy", "seller-identity")
SEO = ("title", "seo_title", "search_description")


@transaction.atomic
def ensure_pages() -> dict[str, HomePage]:
    """Make whatever is missing: languages, site, homes, stories, information, shelf, office.

    What is there already stays as the office has written it. Returns language → home page.
    """
    homes = _ensure_homes(_ensure_locales())
    _ensure_site(homes[THAI])
    _ensure_below(homes, StoryIndexPage, "stories", _content("stories"), ("intro",))
    for key in INFO:
        words = _content(key)
        dated = {"key": key, "in_force_from": words.get("in_force_from")}
        _ensure_below(homes, InfoPage, key, words, ("intro",), dated)
    home_shelf()
    ensure_office()
    return homes


def _ensure_locales() -> dict[str, Locale]:
    return {
        code: Locale.objects.get_or_create(language_code=code)[0] for code, _ in settings.LANGUAGES
    }


def _ensure_homes(locales: Mapping[str, Locale]) -> dict[str, HomePage]:
    words = _content("home")
    root = Page.get_first_root_node()
    homes: dict[str, HomePage] = {}
    for language, locale in sorted(locales.items(), key=lambda item: item[0] != THAI):
        home = HomePage.objects.filter(locale=locale, depth=root.depth + 1).first()
        if home is None:
            home = _page(HomePage, f"home-{language}", locale, words[language])
            if THAI in homes:
                home.translation_key = homes[THAI].translation_key
            root.add_child(instance=home)
        homes[language] = home
    return homes


def _ensure_site(home: HomePage) -> None:
    """One site whose root is the Thai home; Wagtail's first page makes way.

    Our addresses are built on SITE_URL, so the site's port does not matter.
    """
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True)
    if site.root_page_id != home.pk:
        site.root_page = Page.objects.get(pk=home.pk)
        site.hostname = urlsplit(settings.SITE_URL).hostname or "localhost"
        site.port = 80
        site.site_name = settings.WAGTAIL_SITE_NAME
        site.save()
    for page in Page.objects.filter(depth=home.depth, content_type__model="page"):
        page.delete()


def _ensure_below(
    homes: Mapping[str, HomePage],
    kind: Any,
    slug: str,
    words: Mapping[str, Any],
    fields: tuple[str, ...],
    facts: Mapping[str, Any] | None = None,
) -> None:
    """The page with this slug below each home; translations of one another."""
    first = None
    for language, home in homes.items():
        page = kind.objects.child_of(home).filter(slug=slug).first()
        if page is None:
            page = _page(kind, slug, home.locale, words[language], *fields)
            for name, value in (facts or {}).items():
                setattr(page, name, value)
            if first is not None:
                page.translation_key = first.translation_key
            Page.objects.get(pk=home.pk).add_child(instance=page)
        first = first or page


def _page(kind: Any, slug: str, locale: Locale, words: Mapping[str, Any], *fields: str) -> Any:
    now = timezone.now()
    page = kind(
        slug=slug,
        locale=locale,
        show_in_menus=False,
        first_published_at=now,
        last_published_at=now,
        **{name: words[name] for name in (*SEO, *fields)},
    )
    if body := words.get("body"):
        page.body = [_block(row) for row in body]
    return page


def _block(row: Mapping[str, Any]) -> tuple[str, Any]:
    """A part of a page as a stream takes it: ("rule", {…}) or ("words", "<p>…</p>")."""
    value = row["value"] if "value" in row else {k: v for k, v in row.items() if k != "type"}
    return row["type"], value


def _content(name: str) -> dict[str, Any]:
    return tomllib.loads((CONTENT / f"{name}.toml").read_text(encoding="utf-8"))
