"""Listings: everything, one type, one province, one group, and what a search finds."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.models import Product, ProductQuerySet
from catalogue.searching import Neighbour, search_products, suggest_neighbours
from catalogue.shopfront import seo
from catalogue.shopfront.filters import Filters
from catalogue.shopfront.groups import certificates_of, pictures_of, story_of
from catalogue.shopfront.listing import MOST_FOUND, Listing, make_listing
from catalogue.shopfront.regions import list_regions
from catalogue.shopfront.words import TYPE_WORDS
from catalogue.states import OtopType
from producers.models import Enterprise
from shop.core.clock import this_moment
from shop.core.places import province_slug, provinces_by_slug

from .pages import home, show


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """What the buyer's words find; nothing found still leads somewhere."""
    filters = Filters.from_query(request.GET)
    ranked = search_products(filters.query, limit=MOST_FOUND) if filters.query else None
    listing = _listing(Product.objects.all(), filters, ranked=ranked)
    title = _("Results for “%s”") % filters.query if filters.query else _("Search")
    context: dict[str, Any] = {"title": title, "is_search": True}
    if filters.query and not listing.total and not filters.narrow:
        near = suggest_neighbours(filters.query, language=get_language() or "th")
        context["neighbours"] = [(each.text, _address_of(each)) for each in near]
    return _show(request, listing, context, crumbs=[(_("Search"), reverse("shopfront:search"))])


def _address_of(neighbour: Neighbour) -> str:
    """Where a suggestion leads: a type's or a province's page, or a search for the word."""
    match neighbour.kind:
        case "type":
            return reverse("shopfront:type", args=[neighbour.code])
        case "province":
            return reverse("shopfront:province", args=[province_slug(neighbour.code)])
    return f"{reverse('shopfront:search')}?{urlencode({'q': neighbour.text})}"


@require_safe
def all_products(request: HttpRequest) -> HttpResponse:
    """Everything on sale."""
    listing = _listing(Product.objects.all(), Filters.from_query(request.GET))
    context = {
        "title": _("All products"),
        "intro": _("Made by village groups across Thailand and sent straight from the village."),
    }
    return _show(request, listing, context, crumbs=[_all_products()])


@require_safe
def product_type(request: HttpRequest, slug: str) -> HttpResponse:
    """One of the five OTOP types."""
    filters = Filters.from_query(request.GET, fixed=["type"])
    listing = _listing(Product.objects.filter(otop_type=slug), filters, fixed=["type"])
    title = OtopType(slug).label
    here = (title, reverse("shopfront:type", args=[slug]))
    context = {"title": title, "intro": TYPE_WORDS[OtopType(slug)]}
    return _show(request, listing, context, crumbs=[_all_products(), here])


@require_safe
def province_list(request: HttpRequest) -> HttpResponse:
    """All provinces that have something on sale, by region."""
    regions = list_regions()
    title = _("Provinces")
    crumbs = [home(), (title, reverse("shopfront:provinces"))]
    count = sum(len(region.places) for region in regions)
    words = ngettext(
        "Village products from %(count)d province, each sent by the people who made it.",
        "Village products from %(count)d provinces, each sent by the people who made it.",
        count,
    ) % {"count": count}
    context = {
        "title": title,
        "intro": words,
        "regions": regions,
    }
    meta = seo.PageMeta(title, words, data=[seo.breadcrumbs(crumbs)])
    return show(request, "shopfront/provinces.html", context, meta=meta, crumbs=crumbs)


@require_safe
def one_province(request: HttpRequest, slug: str) -> HttpResponse:
    """What one province makes."""
    place = provinces_by_slug().get(slug)
    if place is None:
        raise Http404
    filters = Filters.from_query(request.GET, fixed=["province"])
    listing = _listing(
        Product.objects.filter(province_code=place.code), filters, fixed=["province"]
    )
    title = _("Made in %s") % place.name
    context = {
        "title": title,
        "place": place,
        "intro": _("What the village groups of %s make, and when they can send it.") % place.name,
    }
    crumbs = [
        (_("Provinces"), reverse("shopfront:provinces")),
        (place.name, reverse("shopfront:province", args=[slug])),
    ]
    return _show(request, listing, context, crumbs=crumbs, empty=not listing.total)


@require_safe
def group(request: HttpRequest, slug: str) -> HttpResponse:
    """One group: who they are, and what they make."""
    groups = Enterprise.objects.open().select_related("picture")
    enterprise = get_object_or_404(groups, slug=slug)
    fixed = ["group", "province"]
    filters = Filters.from_query(request.GET, fixed=fixed)
    listing = _listing(Product.objects.made_by(enterprise), filters, fixed=fixed)
    certificates = certificates_of(enterprise, timezone.localdate())
    crumbs = [
        (_("Producer groups"), reverse("shopfront:groups")),
        (enterprise.name, reverse("shopfront:group", args=[slug])),
    ]
    context = {
        "title": enterprise.name,
        "intro": enterprise.about,
        "enterprise": enterprise,
        "pictures": pictures_of(enterprise, listing.products),
        "certificates": certificates,
        "story": story_of(enterprise.pk, get_language() or "th"),
        "picture": seo.picture_address(enterprise.picture),
        "data": [seo.group_data(enterprise, certificates)],
    }
    return _show(request, listing, context, crumbs=crumbs, template="shopfront/group.html")


def _listing(
    scope: ProductQuerySet,
    filters: Filters,
    *,
    ranked: list[int] | None = None,
    fixed: Sequence[str] = (),
) -> Listing:
    listing = make_listing(scope, filters, ranked=ranked, fixed=fixed, **this_moment())
    if listing.is_beyond_the_end:
        raise Http404
    return listing


def _show(
    request: HttpRequest,
    listing: Listing,
    context: dict[str, Any],
    *,
    crumbs: list[seo.Crumb],
    template: str = "shopfront/listing.html",
    empty: bool = False,
) -> HttpResponse:
    filters = listing.filters
    trail = [home(), *crumbs]
    first = listing.products[0].pictures.all() if listing.products else ()
    meta = seo.PageMeta(
        title=_page_title(context["title"], filters.page),
        description=context.get("intro") or _("Made by Thai villages: %s") % context["title"],
        picture=context.get("picture") or next(map(seo.picture_address, first), ""),
        index=filters.plain and not context.get("is_search") and not empty,
        suffix=f"?page={filters.page}" if filters.plain and filters.page > 1 else "",
        data=[seo.breadcrumbs(trail), *context.get("data", [])],
    )
    shown = {
        "listing": listing,
        "filters": filters,
        "types": OtopType.choices,
        **context,
    }
    response = show(request, template, shown, meta=meta, crumbs=trail)
    if request.htmx:
        # A form sends its empty fields too; the address bar need not show them.
        response["HX-Push-Url"] = request.path + filters.address(page=filters.page)
    return response


def _page_title(title: str, page: int) -> str:
    return _("%(title)s, page %(page)d") % {"title": title, "page": page} if page > 1 else title


def _all_products() -> seo.Crumb:
    return _("All products"), reverse("shopfront:products")
