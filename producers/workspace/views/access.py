"""Who may come in: members of a group, each time anew, and only to what is their group's."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from catalogue.models import Product
from producers.models import Enterprise, Membership
from producers.workspace.pending import pending_of
from shop.fulfilment.models import CustomRequest, Fulfilment

GROUP = "workspace-group"  # in the session: the group one works for now
View = Callable[..., HttpResponse]


def member(view: View) -> View:
    """For anybody who belongs to a group now; `request.memberships` are all of theirs."""

    @login_required
    @never_cache
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        memberships = list(
            Membership.objects.filter(user=request.user, left_at=None)
            .select_related("enterprise")
            .order_by("enterprise__name_th", "pk")
        )
        if not memberships:
            return render(request, "workspace/no_group.html", status=403)
        request.memberships = memberships
        request.membership = _chosen(request)
        return view(request, *args, **kwargs)

    return inner


def in_group(view: View) -> View:
    """The same for screens about a whole group: who is in several chooses one first."""

    @member
    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.membership is None:
            return redirect("workspace:switch")
        return view(request, *args, **kwargs)

    return inner


def enter(request: HttpRequest, enterprise_id: int | None) -> None:
    """Work for this group from now on. Raises Http404 for a group that is not one's own."""
    for membership in request.memberships:
        if membership.enterprise_id == enterprise_id:
            request.membership = membership
            if len(request.memberships) > 1 and request.session.get(GROUP) != enterprise_id:
                request.session[GROUP] = enterprise_id
            return
    raise Http404("not a group of yours")


def own_part(request: HttpRequest, part_id: int) -> Fulfilment:
    """One's own group's part, with its order; anybody else's is not found."""
    part = (
        Fulfilment.objects.of_member(request.user)
        .select_related("order__shipping_address", "own_address", "enterprise", "carrier")
        .filter(pk=part_id)
        .first()
    )
    if part is None:
        raise Http404("no such part of yours")
    enter(request, part.enterprise_id)
    return part


def own_request(request: HttpRequest, request_id: int) -> CustomRequest:
    """A request to one's own group, with all that a page tells; anybody else's is not found."""
    own = CustomRequest.objects.of_member(request.user).with_all()
    found = own.filter(pk=min(request_id, 2**62)).first()
    if found is None:
        raise Http404("no such request to a group of yours")
    enter(request, found.enterprise_id)
    return found


def own_product(request: HttpRequest, product_id: int) -> Product:
    """One's own group's product (not a size of it); anybody else's is not found."""
    product = (
        Product.objects.top_level()
        .ordinary()
        .select_related("enterprise")
        .filter(
            pk=product_id,
            enterprise__in=[membership.enterprise_id for membership in request.memberships],
        )
        .first()
    )
    if product is None:
        raise Http404("no such product of yours")
    enter(request, product.enterprise_id)
    return product


def group_of(request: HttpRequest) -> Enterprise:
    """The group one works for now."""
    return request.membership.enterprise


def screen(
    request: HttpRequest, name: str, place: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A page in the frame of the group's phone screens."""
    enterprise = group_of(request)
    to_do = context.setdefault("to_do", pending_of(enterprise))
    context.update(
        pending=to_do.total,
        enterprise=enterprise,
        membership=request.membership,
        place=place,
        many_groups=len(request.memberships) > 1,
    )
    return render(request, f"workspace/{name}.html", context, status=status)


def sent(request: HttpRequest) -> Any:
    """What was typed, for a form; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def status_of(form: Any) -> int:
    """422 for a form that was sent and is not right."""
    return 422 if form.is_bound and form.errors else 200


def _chosen(request: HttpRequest) -> Membership | None:
    memberships = request.memberships
    if len(memberships) == 1:
        return memberships[0]
    wanted = request.session.get(GROUP)
    return next((each for each in memberships if each.enterprise_id == wanted), None)
