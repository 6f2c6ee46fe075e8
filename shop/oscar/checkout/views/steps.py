"""Address · delivery and payment · review. Each step shows the total and asks nothing twice."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.core.clock import this_moment
from shop.fulfilment.offers import Offer
from shop.oscar.address.models import UserAddress
from shop.oscar.basket.services import remove_lines
from shop.oscar.checkout import services
from shop.oscar.checkout.forms import BuyerForm, DeliveryForm, typed_before
from shop.oscar.checkout.models import Checkout
from shop.oscar.checkout.showing import (
    last_of_session,
    open_attempt,
    shown_groups,
    written_address,
)
from shop.oscar.checkout.states import CheckoutState
from shop.oscar.customer.services import save_address
from shop.payments.states import Method

#: The session remembers the last checkout, so that a guest need not type an address again.
SESSION_KEY = "checkout"


def of_a_basket(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Gives the view the checkout of this basket and its offer; an empty basket has none."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        basket = request.basket
        if basket.pk is None or not basket.lines.exists():
            return redirect("basket:summary")
        checkout = services.open_checkout(basket=basket, user=request.user, language=language())
        return view(request, checkout, *args, **kwargs)

    return never_cache(inner)


def language() -> str:
    return "en" if get_language() == "en" else "th"


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The first step that is still open."""
    checkout = services.under_way(request.basket.pk)
    done = checkout is not None and checkout.address
    return redirect("checkout:delivery" if done else "checkout:address")


@require_http_methods(["GET", "HEAD", "POST"])
@of_a_basket
def address(request: HttpRequest, checkout: Checkout) -> HttpResponse:
    """Who gets the parcels and where."""
    user: Any = request.user
    kept = _kept_addresses(user)
    searching = "find" in request.POST
    if request.method == "POST" and not searching:
        form = BuyerForm(request.POST, kept=kept)
        if form.is_valid():
            return _save_address(request, checkout, form)
    elif searching:
        form = BuyerForm(initial=request.POST.dict(), kept=kept)
    else:
        form = BuyerForm(initial=_known_already(request, checkout, kept), kept=kept)
    context = {"form": form, "step": 1, "searching": searching}
    status = 422 if form.is_bound else 200
    return _page(request, "checkout/address.html", checkout, context, status=status)


def _save_address(request: HttpRequest, checkout: Checkout, form: BuyerForm) -> HttpResponse:
    user: Any = request.user
    data = form.cleaned_data
    services.set_address(
        checkout=checkout,
        contact=form.contact,
        address=form.address_parts,
        consents=["newsletter"] if data["newsletter"] else [],
        language=language(),
    )
    if data["keep"] and user.is_authenticated and "saved" not in form.address_parts:
        save_address(user=user, contact=form.contact, address=form.address_parts)
    request.session[SESSION_KEY] = str(checkout.reference)
    return redirect("checkout:delivery")


def _kept_addresses(user: Any) -> list[UserAddress]:
    if not user.is_authenticated:
        return []
    kept = UserAddress.objects.filter(user=user).exclude(tambon_code="")
    return list(kept.order_by("-is_default_for_shipping", "-pk")[:8])


def _known_already(
    request: HttpRequest, checkout: Checkout, kept: list[UserAddress]
) -> dict[str, str]:
    """What need not be typed: this checkout's own, the last one's, or the account's."""
    if checkout.address:
        return typed_before(checkout.contact, checkout.address)
    before = last_of_session(request.session.get(SESSION_KEY, ""))
    if before is not None and before.address and before.user_id == checkout.user_id:
        return typed_before(before.contact, before.address)
    user: Any = request.user
    if not user.is_authenticated:
        return typed_before(before.contact, before.address) if before else {}
    known = {"name": user.get_full_name(), "phone": user.phone or "", "email": user.email or ""}
    return typed_before(known, {"saved": str(kept[0].pk)} if kept else {})


@require_safe
def tambons(request: HttpRequest) -> HttpResponse:
    """Tambons to choose from while the buyer types; a part of a page."""
    form = BuyerForm(initial={"place": request.GET.get("place", "")[:60]})
    return render(request, "checkout/_tambons.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@of_a_basket
def delivery(request: HttpRequest, checkout: Checkout) -> HttpResponse:
    """How each group sends its parcel, and how the buyer pays."""
    if not checkout.address:
        return redirect("checkout:address")
    offer = services.offer_now(checkout, **this_moment())
    form = DeliveryForm(request.POST if request.method == "POST" else None, offer=offer)
    if request.method == "POST" and form.is_valid():
        services.set_choices(
            checkout=checkout,
            choices=form.choices,
            method=form.cleaned_data["method"],
            language=language(),
        )
        return redirect("checkout:review")
    context = {"form": form, "step": 2, "methods": Method.choices, "method": checkout.method}
    status = 422 if form.is_bound else 200
    return _page(request, "checkout/delivery.html", checkout, context, offer=offer, status=status)


@require_POST
@of_a_basket
def drop(request: HttpRequest, checkout: Checkout) -> HttpResponse:
    """Takes out the lines that nobody carries to this address."""
    ids = [int(pk) for pk in request.POST.getlist("line")[:100] if pk.isdecimal() and len(pk) < 19]
    if remove_lines(basket=request.basket, line_ids=ids):
        messages.success(request, _("Taken out of your basket. The rest is as it was."))
    return redirect("checkout:delivery")


@require_safe
@of_a_basket
def review(request: HttpRequest, checkout: Checkout) -> HttpResponse:
    """Everything once more, and the button that pays."""
    if not checkout.address:
        return redirect("checkout:address")
    return review_page(request, checkout)


def review_page(
    request: HttpRequest, checkout: Checkout, *, seen_total: str = "", status: int = 200
) -> HttpResponse:
    """The third step; with `seen_total` it says that the total is no longer that one."""
    offer = services.offer_now(checkout, **this_moment())
    attempt = None
    if checkout.state == CheckoutState.PAYING:
        attempt = open_attempt(checkout)
    context = {
        "step": 3,
        "address": written_address(checkout.address, language()),
        "seen_total": str(offer.total),
        "seen_offer": offer.fingerprint,
        "total_before": seen_total if seen_total and seen_total != str(offer.total) else "",
        "changed": bool(seen_total),
        "attempt": attempt,
        "withdrawal_days": settings.WITHDRAWAL_DAYS,
    }
    return _page(request, "checkout/review.html", checkout, context, offer=offer, status=status)


def _page(
    request: HttpRequest,
    template: str,
    checkout: Checkout,
    context: dict[str, Any],
    *,
    offer: Offer | None = None,
    status: int = 200,
) -> HttpResponse:
    """A step with the offer beside it."""
    offer = offer or services.offer_now(checkout, **this_moment())
    shared = {
        "checkout": checkout,
        "offer": offer,
        "groups": shown_groups(offer),
        "balance_days": settings.BALANCE_DAYS,
    }
    return render(request, template, {**shared, **context}, status=status)
