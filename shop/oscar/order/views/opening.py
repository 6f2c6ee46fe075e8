"""Which order a request may see, and the way back to its page."""

from typing import Any

from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language

from shop.fulfilment.models import (
    DelayNotice,
    Fulfilment,
    FulfilmentLine,
)
from shop.oscar.order import services
from shop.oscar.order.models import Order
from shop.oscar.order.showing import WORK


def with_everything() -> Any:
    parts = Fulfilment.objects.select_related(
        "enterprise", "carrier", "own_address"
    ).prefetch_related(
        Prefetch(
            "lines",
            FulfilmentLine.objects.select_related("line__job__workshop", "line__cluster_order"),
        ),
        Prefetch("delays", DelayNotice.objects.select_related("picture")),
        "parcels__carrier",
        *WORK,
        "instalments",
        "changes",
    )
    return Order.objects.select_related("shipping_address", "user").prefetch_related(
        Prefetch("fulfilments", parts.order_by("pk"))
    )


def opened_order(number: str, token: str) -> Order:
    order = with_everything().filter(number=number).first()
    if order is None or not services.opens_order(order, token):
        raise Http404("no such order")
    return order


def opened_part(number: str, token: str, part_id: int) -> tuple[Order, Fulfilment]:
    order = opened_order(number, token)
    for part in order.fulfilments.all():
        if part.pk == part_id:
            return order, part
    raise Http404("no such part of this order")


def part_page(
    request: HttpRequest, template: str, order: Order, part: Fulfilment, form: Any, **more: Any
) -> HttpResponse:
    context = {
        **more,
        "order": order,
        "part": part,
        "form": form,
        "back": order_address(request, order),
    }
    return render(request, template, context, status=422 if form.is_bound else 200)


def to_order(request: HttpRequest, order: Order) -> HttpResponse:
    return redirect(order_address(request, order))


def order_address(request: HttpRequest, order: Order) -> str:
    """The owner goes on at the plain address, a guest at the signed one."""
    user: Any = request.user
    if user.is_authenticated and order.user_id == user.pk:
        return reverse("order:detail", args=[order.number])
    return services.order_path(order, language=page_language())


def page_language() -> str:
    return "en" if get_language() == "en" else "th"


def typed(request: HttpRequest) -> Any:
    """What was sent with a form, an empty one too; None where none was sent."""
    return request.POST if request.method == "POST" else None
