"""The pages the office writes: home, stories, and information. Each stands in both languages."""

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page, PageManager
from wagtail.query import PageQuerySet

from catalogue.models import Product
from cms import curation, structured
from cms.blocks import HomeStream, InfoStream, StoryStream
from producers.models import Enterprise

from .pictures import Picture

RELATED_PRODUCTS = 8
OTHER_STORIES = 3


class ShopPageQuerySet(PageQuerySet):
    def in_language(self, language: str) -> "ShopPageQuerySet":
        """Live pages in `language` ("th" or "en"); one statement with the locale."""
        return self.live().filter(locale__language_code=language).select_related("locale")


ShopPageManager: Any = PageManager.from_queryset(ShopPageQuerySet)


class ShopPage(Page):
    """What our pages have in common: an address by name, never private, in every language."""

    #: Pages of the shop front are public; nobody has to look for a lock on each request.
    private_page_options: list[str] = []

    class Meta:
        abstract = True

    def address(self) -> str:
        """The path in the page's own language, `/th/stories/…/`."""
        raise NotImplementedError

    def get_url_parts(self, request: Any = None) -> Any:
        parts = super().get_url_parts(request)
        return parts and (parts[0], settings.SITE_URL, self._in_own_language())

    def get_sitemap_urls(self, request: Any = None) -> list[dict[str, Any]]:
        return [{"location": self.full_address, "lastmod": self.last_published_at}]

    @property
    def full_address(self) -> str:
        return settings.SITE_URL + self._in_own_language()

    @property
    def summary(self) -> str:
        """A sentence for search engines and shared links."""
        return self.search_description

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["canonical_url"] = self.full_address
        context["alternates"] = self.addresses_by_language()
        context["shared_picture"] = structured.picture_address(self.shown_picture)
        context["crumbs"] = self.crumbs()
        context["structured"] = structured.data_of(self, context["crumbs"])
        return context

    @property
    def shown_picture(self) -> Picture | None:
        """The picture that shared links show."""
        return None

    def crumbs(self) -> list[tuple[str, str]] | None:
        """Pages between the home page and this one, as (name, path); None for home itself."""
        return []

    def addresses_by_language(self) -> dict[str, str]:
        """language → full address, of the translations that are live."""
        pages = type(self).objects.filter(translation_key=self.translation_key, live=True)
        return {
            page.locale.language_code: page.full_address
            for page in pages.select_related("locale").order_by("-locale__language_code")
        }

    def _in_own_language(self) -> str:
        with translation.override(self.locale.language_code):
            return self.address()


class HomePage(ShopPage):
    """The front of the shop; the office arranges its parts."""

    body = StreamField(HomeStream(), verbose_name=_("Parts"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("body")]
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["cms.StoryIndexPage", "cms.InfoPage"]

    objects = ShopPageManager()

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def address(self) -> str:
        return reverse("pages:home")

    def crumbs(self) -> None:
        return None

    def addresses_by_language(self) -> dict[str, str]:
        """Both homes always stand; this saves the busiest page a statement."""
        found = {}
        for language, _name in settings.LANGUAGES:
            with translation.override(language):
                found[language] = settings.SITE_URL + self.address()
        return found

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        now = timezone.now()
        context["today"] = timezone.localdate(now)
        goods = curation.goods_for(self.body, locale_id=self.locale_id, now=now)
        context["goods"] = goods
        if goods.hero_story is not None:
            context["shared_picture"] = structured.picture_address(goods.hero_story.picture)
        return context


class StoryIndexPage(ShopPage):
    """All stories in one language."""

    intro = models.TextField(_("Introduction"), max_length=300, blank=True)

    content_panels = [*Page.content_panels, FieldPanel("intro")]
    parent_page_types = ["cms.HomePage"]
    subpage_types = ["cms.StoryPage"]
    max_count_per_parent = 1

    objects = ShopPageManager()

    class Meta:
        verbose_name = _("page of stories")
        verbose_name_plural = _("pages of stories")

    def address(self) -> str:
        return reverse("pages:stories")

    @property
    def summary(self) -> str:
        return self.search_description or self.intro

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["stories"] = curation.stories_of(self.locale_id, most=60)
        return context


class StoryPage(ShopPage):
    """A story about a group, told in its own words."""

    enterprise = models.ForeignKey(
        Enterprise,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("Group"),
    )
    intro = models.TextField(_("Introduction"), max_length=300)
    picture = models.ForeignKey(
        Picture,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("Picture"),
    )
    picture_alt = models.CharField(_("What the picture shows"), max_length=200, blank=True)
    body = StreamField(StoryStream(), verbose_name=_("Story"), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("enterprise"),
        FieldPanel("intro"),
        MultiFieldPanel([FieldPanel("picture"), FieldPanel("picture_alt")], heading=_("Picture")),
        FieldPanel("body"),
    ]
    parent_page_types = ["cms.StoryIndexPage"]
    subpage_types: list[str] = []

    objects = ShopPageManager()

    class Meta:
        verbose_name = _("story")
        verbose_name_plural = _("stories")

    def address(self) -> str:
        return reverse("pages:story", args=[self.slug])

    @property
    def summary(self) -> str:
        return self.search_description or self.intro

    @property
    def shown_picture(self) -> Picture | None:
        return self.picture

    def crumbs(self) -> list[tuple[str, str]]:
        return [(gettext("Stories"), reverse("pages:stories"))]

    @property
    def told_by(self) -> Enterprise | None:
        """The group, while it may be shown."""
        return self.enterprise if self.enterprise is not None and self.enterprise.is_open else None

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        today = timezone.localdate()
        context["today"] = today
        context["products"] = []
        if self.told_by is not None:
            related = Product.objects.on_sale().top_level().made_by(self.told_by)
            context["products"] = list(related.for_cards(today)[:RELATED_PRODUCTS])
            curation.add_promises(context["products"], today=today)
        others = curation.stories_of(self.locale_id, most=OTHER_STORIES + 1)
        context["og_type"] = "article"
        context["others"] = [story for story in others if story.pk != self.pk][:OTHER_STORIES]
        return context


class InfoPage(ShopPage):
    """A page of information: about, rights and returns, privacy, who sells."""

    class Key(models.TextChoices):
        """The pages the shop links to by name."""

        ABOUT = "about", _("About")
        RIGHTS = "rights", _("Rights and returns")
        PRIVACY = "privacy", _("Privacy notice")
        SELLER_IDENTITY = "seller-identity", _("Who sells here")

    key = models.CharField(
        _("Linked as"), max_length=20, choices=Key.choices, blank=True, editable=False
    )
    intro = models.TextField(_("Introduction"), max_length=400, blank=True)
    in_force_from = models.DateField(_("In force from"), null=True, blank=True)
    body = StreamField(InfoStream(), verbose_name=_("Parts"), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("intro"),
        FieldPanel("in_force_from"),
        FieldPanel("body"),
    ]
    parent_page_types = ["cms.HomePage"]
    subpage_types: list[str] = []

    objects = ShopPageManager()

    class Meta:
        verbose_name = _("page of information")
        verbose_name_plural = _("pages of information")

    def address(self) -> str:
        return reverse(f"pages:{self.key}") if self.key else reverse("pages:info", args=[self.slug])

    @property
    def summary(self) -> str:
        return self.search_description or Truncator(self.intro).chars(155)

    def get_context(self, request: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context(request, *args, **kwargs)
        context["ways"] = [
            (key.label, reverse(f"pages:{key.value}"), key.value == self.key) for key in self.Key
        ]
        return context
