"""One product's page."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from catalogue.asking.showing import AskedForm, asked_form
from catalogue.shopfront import seo
from catalogue.shopfront.details import ProductDetails, product_details
from catalogue.shopfront.groups import in_order
from catalogue.shopfront.parcels import sending_to
from catalogue.shopfront.reviews import ShownReviews, review_data, reviews_of
from catalogue.states import OtopType
from shop.core.places import province_slug, provinces

from .pages import home, show


@require_safe
def product(request: HttpRequest, slug: str) -> HttpResponse:
    """One product: what it is, who made it, when it can be sent, what it costs.

    `?to=<province>` asks what sending it there costs.
    """
    return product_page(request, slug)


def product_page(
    request: HttpRequest,
    slug: str,
    *,
    asking: AskedForm | None = None,
    picked: int | None = None,
    quantity: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page, or the page again with what was typed: answers, the size `picked`, `quantity`."""
    now, language = timezone.now(), get_language() or "th"
    details = product_details(slug, now=now, language=language)
    if details is None:
        raise Http404
    to = request.GET.get("to", "")
    crumbs = _crumbs(details)
    reviews = reviews_of(details.product, page=request.GET.get("reviews", ""))
    context = {
        "details": details,
        "product": details.product,
        "enterprise": details.enterprise,
        "reviews": reviews,
        "sending": sending_to(to, details, timezone.localdate(now)) if to else None,
        "to": to,
        "provinces": [
            (province_slug(place.code), place.name) for place in in_order([*provinces().values()])
        ],
        "asking": asking or asked_form(details.questions),
        "picked": picked or (details.chosen.product.pk if details.chosen else None),
        "quantity": quantity or (details.chosen.least if details.chosen else ""),
        "withdrawal_days": settings.WITHDRAWAL_DAYS,
        "deposit_from": settings.DEPOSIT_FROM,
        "place_lines": details.enterprise.place.lines(language),
        "province_slug": province_slug(details.enterprise.province_code),
    }
    meta = _meta(details, crumbs, reviews)
    return show(request, "shopfront/product.html", context, meta=meta, crumbs=crumbs, status=status)


def _crumbs(details: ProductDetails) -> list[seo.Crumb]:
    product = details.product
    crumbs: list[seo.Crumb] = [home()]
    if product.otop_type:
        kind = OtopType(product.otop_type)
        crumbs.append((kind.label, reverse("shopfront:type", args=[kind])))
    return [*crumbs, (product.name, product.get_absolute_url())]


def _meta(details: ProductDetails, crumbs: list[seo.Crumb], reviews: ShownReviews) -> seo.PageMeta:
    product = details.product
    return seo.PageMeta(
        title=f"{product.name} · {details.enterprise.name}",
        description=product.text or product.name,
        picture=next(map(seo.picture_address, details.pictures), ""),
        kind="product",
        data=[{**seo.product_data(details), **review_data(reviews)}, seo.breadcrumbs(crumbs)],
    )
