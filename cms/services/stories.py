"""Stories that come from data, such as the demo market's."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone
from django.utils.html import escape
from wagtail.models import Page
from wagtail.rich_text import RichText

from catalogue.models import ProductPicture
from cms.models import Picture, StoryIndexPage, StoryPage
from producers.models import Enterprise


@transaction.atomic
def load_stories(
    stories: Iterable[Mapping[str, Any]],
    *,
    enterprises: Mapping[str, Enterprise] | None = None,
    pictures: Mapping[str, Picture] | None = None,
) -> int:
    """Make or renew stories in both languages; returns how many there were.

    Each has slug, group (the enterprise's slug), and title_*, intro_*, body_* with _th and _en;
    paragraphs of a body are parted by empty lines. `pictures` are by the story's slug; without
    one the story shows the group's first product. A story that somebody has edited in the office
    is left alone. The first story given is the newest, so it becomes the hero.
    """
    indexes = {
        page.locale.language_code: page
        for page in StoryIndexPage.objects.select_related("locale").all()
    }
    now = timezone.now()
    count = 0
    for count, story in enumerate(stories, start=1):
        slug = story["group"]
        enterprise = (enterprises or {}).get(slug) or Enterprise.objects.get(slug=slug)
        picture = (pictures or {}).get(story["slug"]) or _picture_of(enterprise)
        _load_one(story, enterprise, picture, indexes, now - timedelta(days=count))
    return count


@transaction.atomic
def hang_story_picture(*, slug: str, picture: Picture, alt_th: str = "", alt_en: str = "") -> int:
    """Give the story with this slug its picture in both languages, unless it was edited."""
    stories = StoryPage.objects.filter(slug=slug, latest_revision=None)
    changed = 0
    for language, alt in (("th", alt_th), ("en", alt_en)):
        changed += stories.filter(locale__language_code=language).update(
            picture=picture, picture_alt=alt[:200]
        )
    return changed


def _load_one(
    story: Mapping[str, Any],
    enterprise: Enterprise,
    picture: Picture | None,
    indexes: Mapping[str, StoryIndexPage],
    published: datetime,
) -> None:
    known = {
        page.locale.language_code: page
        for page in StoryPage.objects.filter(slug=story["slug"]).select_related("locale")
    }
    key = next((page.translation_key for page in known.values()), None) or uuid4()
    for language, index in indexes.items():
        page = known.get(language)
        if page is not None and page.latest_revision_id is not None:
            continue
        page = page or StoryPage(slug=story["slug"], locale=index.locale, translation_key=key)
        page.title = story[f"title_{language}"]
        page.intro = story[f"intro_{language}"]
        page.search_description = story[f"intro_{language}"]
        page.enterprise = enterprise
        page.picture = page.picture or picture
        page.body = [("words", RichText(paragraphs(story[f"body_{language}"])))]
        page.first_published_at = page.first_published_at or published
        page.last_published_at = page.last_published_at or published
        if page.pk:
            page.save()
        else:
            Page.objects.get(pk=index.pk).add_child(instance=page)


def paragraphs(text: str) -> str:
    """HTML paragraphs from text with empty lines between them."""
    parts = [" ".join(part.split()) for part in text.strip().split("\n\n")]
    return "".join(f"<p>{escape(part)}</p>" for part in parts if part)


def _picture_of(enterprise: Enterprise) -> Picture | None:
    shown = (
        ProductPicture.objects.filter(product__enterprise=enterprise)
        .select_related("picture")
        .order_by("product__sort_key", "position", "pk")
        .first()
    )
    return shown.picture if shown else None
