"""Paid for a day that was gone meanwhile: the buyer takes a later one, or the money back."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from producers.models import Enterprise
from shop.oscar.checkout import services
from shop.oscar.checkout.models import Checkout
from shop.oscar.checkout.showing import last_attempt
from shop.oscar.checkout.states import CheckoutState
from shop.oscar.order.models import Order
from shop.oscar.order.services import order_path

from .steps import language


@dataclass(frozen=True, slots=True)
class AskedPart:
    """One group's part: the day that was promised and the day that can be kept."""

    group: Enterprise
    lines: list[dict[str, Any]]
    before: date
    after: date
    arrives: tuple[date, date]

    @property
    def is_later(self) -> bool:
        return self.after > self.before


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_date(request: HttpRequest, reference: UUID, token: str) -> HttpResponse:
    """The question, for whoever holds the signed link; answered by one of two buttons."""
    checkout = Checkout.objects.filter(reference=reference).first()
    if checkout is None or not constant_time_compare(services.question_token(checkout), token):
        raise Http404("no such question")
    if request.method == "POST":
        answer = request.POST.get("answer", "")
        try:
            if answer == "accept":
                _say_what_became(request, services.accept_new_date(checkout=checkout))
            elif answer == "refuse":
                services.refuse_new_date(checkout=checkout)
        except services.NotAsked:  # answered already: by a second tap, or by the time that ran out
            messages.info(request, _("This question has been answered already."))
        checkout.refresh_from_db()
    if checkout.state == CheckoutState.PLACED:
        order = Order.objects.get(checkout_reference=checkout.reference)
        return redirect(order_path(order, language=language()))
    if checkout.state not in (CheckoutState.ASKED, CheckoutState.REFUNDED):
        raise Http404("nothing is asked")
    attempt = last_attempt(checkout)
    if checkout.state == CheckoutState.REFUNDED:
        return render(request, "checkout/refunded.html", {"checkout": checkout, "attempt": attempt})
    context = {"checkout": checkout, "parts": _parts(checkout), "attempt": attempt}
    return render(request, "checkout/new_date.html", context)


def _say_what_became(request: HttpRequest, order: Order | None) -> None:
    if order is not None:
        messages.success(request, _("Thank you. Your order is placed for the new day."))
    else:
        messages.warning(
            request, _("This day is gone too: the group has closed days meanwhile. See below.")
        )


def _parts(checkout: Checkout) -> list[AskedPart]:
    old, new = checkout.offer["groups"], checkout.new_offer["groups"]
    groups = Enterprise.objects.in_bulk([group["enterprise"] for group in new])
    parts = []
    for before, after in zip(old, new, strict=True):
        day = date.fromisoformat(after["promised_on"])
        parts.append(
            AskedPart(
                group=groups[after["enterprise"]],
                lines=after["lines"],
                before=date.fromisoformat(before["promised_on"]),
                after=day,
                arrives=(
                    day + timedelta(days=after["fastest_days"]),
                    day + timedelta(days=after["slowest_days"]),
                ),
            )
        )
    return parts
