"""The buyer's pages: listings, search, product, groups, provinces."""

from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from catalogue.models import Product
from catalogue.searching import search_products, suggest_neighbours
from catalogue.states import OtopType, ProductState
from producers.models import Enterprise
from shop.core.places import Place, provinces, provinces_by_slug

from .details import product_details
from .listing import SORTS, Filters, Listing, make_listing


def search(request: HttpRequest) -> HttpResponse:
    """What the buyer's words find; nothing found still leads somewhere."""
    filters = Filters.from_query(request.GET)
    today = timezone.localdate()
    if not filters.query:
        return _listing_page(request, Product.objects.all(), filters, title=_("All products"))
    ranked = search_products(filters.query)
    listing = make_listing(Product.objects.all(), filters, today=today, ranked=ranked)
    context: dict[str, Any] = {"title": _("Results for “%s”") % filters.query, "searched": True}
    if not listing.total:
        context["neighbours"] = suggest_neighbours(filters.query)
    return _show(request, listing, context)


def all_products(request: HttpRequest) -> HttpResponse:
    """Everything on sale."""
    filters = Filters.from_query(request.GET)
    return _listing_page(request, Product.objects.all(), filters, title=_("All products"))


def product_type(request: HttpRequest, slug: str) -> HttpResponse:
    """One of the five OTOP types."""
    scope = Product.objects.filter(otop_type=slug)
    return _listing_page(
        request,
        scope,
        Filters.from_query(request.GET),
        title=OtopType(slug).label,
        fixed=["type"],
        crumbs=[(_("All products"), reverse("shopfront:products"))],
    )


def province_list(request: HttpRequest) -> HttpResponse:
    """All provinces that have something on sale, in Thai order."""
    counts = dict(
        Product.objects.top_level()
        .on_sale()
        .order_by()
        .values_list("province_code")
        .annotate(n=Count("pk"))
    )
    found = [(place, counts[code]) for code, place in provinces().items() if code in counts]
    return render(request, "shopfront/provinces.html", {"provinces": found})


def one_province(request: HttpRequest, slug: str) -> HttpResponse:
    """What one province makes."""
    place: Place | None = provinces_by_slug().get(slug)
    if place is None:
        raise Http404
    return _listing_page(
        request,
        Product.objects.filter(province_code=place.code),
        Filters.from_query(request.GET),
        title=place.name,
        fixed=["province"],
        crumbs=[(_("Provinces"), reverse("shopfront:provinces"))],
        province=place,
    )


def group_list(request: HttpRequest) -> HttpResponse:
    """All groups whose goods are on sale."""
    groups = (
        Enterprise.objects.open()
        .filter(products__state=ProductState.PUBLISHED)
        .annotate(on_sale=Count("products", distinct=True))
        .select_related("picture")
        .order_by("province_code", "name_th")
    )
    return render(request, "shopfront/groups.html", {"groups": groups})


def group(request: HttpRequest, slug: str) -> HttpResponse:
    """One group: who they are, and what they make."""
    enterprise = get_object_or_404(
        Enterprise.objects.open().select_related("picture"), slug=slug
    )
    return _listing_page(
        request,
        Product.objects.made_by(enterprise),
        Filters.from_query(request.GET),
        template="shopfront/group.html",
        title=enterprise.name,
        fixed=["group", "province"],
        crumbs=[(_("Groups"), reverse("shopfront:groups"))],
        enterprise=enterprise,
    )


def product(request: HttpRequest, slug: str) -> HttpResponse:
    """One product: what it is, who made it, when it can be sent, what it costs."""
    details = product_details(slug, today=timezone.localdate())
    if details is None:
        raise Http404
    return render(request, "shopfront/product.html", details)


def _listing_page(
    request: HttpRequest,
    scope: QuerySet[Product],
    filters: Filters,
    *,
    fixed: list[str] | None = None,
    template: str = "shopfront/listing.html",
    **context: Any,
) -> HttpResponse:
    listing = make_listing(scope, filters, today=timezone.localdate(), fixed=fixed or ())
    return _show(request, listing, context, template)


def _show(
    request: HttpRequest,
    listing: Listing,
    context: dict[str, Any],
    template: str = "shopfront/listing.html",
) -> HttpResponse:
    if listing.filters.page > listing.pages:
        raise Http404
    return render(
        request,
        template,
        {"listing": listing, "filters": listing.filters, "sorts": SORTS, **context},
    )
