"""What search engines and shared links learn of the office's pages (schema.org)."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext

SCHEMA = "https://schema.org"
SHARED_WIDTH = 1200


def full(path: str) -> str:
    """The whole address of a path; media on another host have one already."""
    return path if path.startswith(("http://", "https://")) else f"{settings.SITE_URL}{path}"


def picture_address(picture: Any) -> str:
    """A whole address of a prepared picture, or ""."""
    from .pictures import address_of  # reads the models, which read this

    path = address_of(picture, width=SHARED_WIDTH) if picture is not None else ""
    return full(path) if path else ""


def data_of(page: Any, crumbs: Sequence[tuple[str, str]] | None) -> list[dict[str, Any]]:
    """The data of a page: the site for a home, an article for a story, and the way to it."""
    if crumbs is None:
        return [_site(page), _organisation()]
    data = [_breadcrumbs(page, crumbs)]
    if hasattr(page, "told_by"):
        data.insert(0, _article(page))
    return data


def _site(page: Any) -> dict[str, Any]:
    search = full(reverse("shopfront:search"))
    return {
        "@context": SCHEMA,
        "@type": "WebSite",
        "name": "ตลาดลอยฟ้า",
        "alternateName": "Talat Loi Fa",
        "url": page.full_address,
        "inLanguage": page.locale.language_code,
        "description": page.summary,
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": search + "?q={search_term_string}"},
            "query-input": "required name=search_term_string",
        },
    }


def _organisation() -> dict[str, Any]:
    return {
        "@context": SCHEMA,
        "@type": "OnlineStore",
        "name": "ตลาดลอยฟ้า · Talat Loi Fa",
        "url": settings.SITE_URL + "/",
        "areaServed": "TH",
    }


def _article(story: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "@context": SCHEMA,
        "@type": "Article",
        "headline": story.title,
        "description": story.summary,
        "inLanguage": story.locale.language_code,
        "mainEntityOfPage": story.full_address,
        "publisher": {"@type": "Organization", "name": "ตลาดลอยฟ้า · Talat Loi Fa"},
    }
    if story.first_published_at:
        data["datePublished"] = story.first_published_at.isoformat()
    if story.last_published_at:
        data["dateModified"] = story.last_published_at.isoformat()
    if image := picture_address(story.picture):
        data["image"] = [image]
    if story.told_by is not None:
        data["author"] = {
            "@type": "Organization",
            "name": story.told_by.name,
            "url": full(reverse("shopfront:group", args=[story.told_by.slug])),
        }
    return data


def _breadcrumbs(page: Any, crumbs: Sequence[tuple[str, str]]) -> dict[str, Any]:
    way = [(gettext("Home"), reverse("pages:home")), *crumbs, (page.title, page.address())]
    return {
        "@context": SCHEMA,
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": position, "name": name, "item": full(path)}
            for position, (name, path) in enumerate(way, 1)
        ],
    }
