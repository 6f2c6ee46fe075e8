"""Which shared orders and parts a member may see, and what all their doors say."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from cms.opening import BadPicture
from cms.pictures import store_upload
from cms.taking import photo_words
from shop.core.states import MoveNotAllowed
from shop.production.models import ClusterOrder, ClusterPart

from .access import enter


def orders_with_all() -> Any:
    return ClusterOrder.objects.select_related("cluster__lead", "line").prefetch_related(
        "parts__enterprise"
    )


def own_groups(request: HttpRequest) -> list[int]:
    return [membership.enterprise_id for membership in request.memberships]


def order_seen(request: HttpRequest, order_id: int) -> ClusterOrder:
    """An order that one's group leads or has (had) a part of; any other is not found."""
    order = orders_with_all().filter(pk=order_id).first()
    if order is None:
        raise Http404("no such order of a cluster of yours")
    mine = own_groups(request)
    known = [order.cluster.lead_id, *(part.enterprise_id for part in order.parts.all())]
    for enterprise_id in known:
        if enterprise_id in mine:
            enter(request, enterprise_id)
            return order
    raise Http404("no such order of a cluster of yours")


def order_led(request: HttpRequest, order_id: int) -> ClusterOrder:
    """An order that one's group leads."""
    order = orders_with_all().filter(pk=order_id, cluster__lead__in=own_groups(request)).first()
    if order is None:
        raise Http404("no such order that you lead")
    enter(request, order.cluster.lead_id)
    return order


def found_part(**found: Any) -> ClusterPart | None:
    parts = ClusterPart.objects.select_related("enterprise", "order__cluster__lead")
    return parts.prefetch_related("order__parts__enterprise").filter(**found).first()


def own_cluster_part(request: HttpRequest, part_id: int) -> ClusterPart:
    part = found_part(pk=part_id, enterprise__in=own_groups(request))
    if part is None:
        raise Http404("no such part of yours")
    enter(request, part.enterprise_id)
    return part


def checked_part(request: HttpRequest, part_id: int) -> ClusterPart:
    """A part of an order that one's group leads."""
    part = found_part(pk=part_id, order__cluster__lead__in=own_groups(request))
    if part is None:
        raise Http404("no such part of an order that you lead")
    enter(request, part.order.cluster.lead_id)
    return part


def kept_photo(request: HttpRequest) -> tuple[Any, str]:
    """The picture, if one came that can be read, or what is wrong with it."""
    file = request.FILES.get("photo")
    if file is None:
        return None, ""
    try:
        return store_upload(file, title=_("Photo of the sample"), by=request.user), ""
    except BadPicture as error:
        return None, photo_words(error)


def once(request: HttpRequest, verb: Callable[[], None]) -> None:
    """A second tap finds the step taken already, and says so."""
    try:
        verb()
    except MoveNotAllowed:
        say_noted(request)


def say_noted(request: HttpRequest) -> None:
    messages.info(request, _("This was noted already. Nothing was done twice."))
