"""The list of producer groups."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from catalogue.shopfront import seo
from catalogue.shopfront.filters import Filters
from catalogue.shopfront.groups import list_groups
from catalogue.shopfront.words import REGION_NAMES

from .pages import home, show


@require_safe
def group_list(request: HttpRequest) -> HttpResponse:
    """All groups whose goods are on sale; `?region=` and `?province=` narrow the list."""
    page = Filters.from_query(request.GET).page
    region, place = request.GET.get("region", ""), request.GET.get("province", "")
    found = list_groups(region=region, place=place, page=page)
    if page > found.pages.last:
        raise Http404
    title = _("Producer groups")
    intro = _("The village groups behind the goods: who they are, where they live, what they make.")
    crumbs = [home(), (title, reverse("shopfront:groups"))]
    narrow = bool(found.region or found.province)
    context = {
        "title": title,
        "intro": intro,
        "groups": found,
        "regions": [(code, REGION_NAMES[code]) for code in found.regions],
    }
    meta = seo.PageMeta(
        title,
        intro,
        index=not narrow,
        suffix=f"?page={page}" if page > 1 and not narrow else "",
        data=[seo.breadcrumbs(crumbs)],
    )
    return show(request, "shopfront/groups.html", context, meta=meta, crumbs=crumbs)
