"""Paying by card at the provider or by PromptPay here, and the way back."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shop.core.clock import this_moment
from shop.core.templatetags.shop_text import clock
from shop.oscar.checkout import services
from shop.oscar.checkout.models import Checkout
from shop.oscar.checkout.showing import drawn_qr, last_attempt, last_of_session, open_attempt
from shop.oscar.checkout.states import CheckoutState
from shop.oscar.order.models import Order
from shop.oscar.order.services import order_path
from shop.payments.models import PaymentAttempt
from shop.payments.provider import ProviderDown, Refused
from shop.payments.states import AttemptState, Method

from .steps import SESSION_KEY, language, review_page

#: The money is there; what has become of it is told on another page.
PAID_FOR = (CheckoutState.PLACED, CheckoutState.ASKED, CheckoutState.REFUNDED)


@require_POST
@never_cache
def pay(request: HttpRequest) -> HttpResponse:
    """Hold the goods and lead the buyer to where the money is given."""
    checkout = services.under_way(request.basket.pk)
    if checkout is None:
        return _after_a_second_tap(request)
    if not checkout.address:
        return redirect("checkout:address")
    seen_total = request.POST.get("seen_total", "")[:20]
    try:
        attempt = services.begin_payment(
            checkout=checkout,
            method=checkout.method,
            seen_total=seen_total,
            seen_offer=request.POST.get("seen_offer", "")[:64],
            **this_moment(),
        )
    except services.OfferChanged as changed:
        if changed.offer.is_empty:
            return _after_a_second_tap(request)
        return review_page(request, checkout, seen_total=seen_total or "-", status=409)
    except services.AlreadyPlaced as placed:
        return _end(request, placed.checkout)
    except ProviderDown:
        messages.error(
            request,
            _(
                "The payment service does not answer at the moment. Nothing has been charged and "
                "your goods are kept. Please try again in a minute."
            ),
        )
        return redirect("checkout:review")
    except Refused:
        services.settle_checkout(checkout.reference)
        messages.error(
            request,
            _(
                "The payment service refused this payment. Nothing has been charged. "
                "Check the e-mail address, or choose the other way to pay."
            ),
        )
        return redirect("checkout:review")
    return _to_the_money(checkout, attempt)


def _to_the_money(checkout: Checkout, attempt: PaymentAttempt) -> HttpResponse:
    if attempt.state == AttemptState.PENDING and attempt.method == Method.PROMPTPAY:
        return redirect("checkout:promptpay", checkout.reference)
    if attempt.state == AttemptState.PENDING and attempt.session_url:
        return redirect(attempt.session_url)
    return redirect("checkout:return", checkout.reference)


def _after_a_second_tap(request: HttpRequest) -> HttpResponse:
    """The same button pressed twice: where the first press has led."""
    last = last_of_session(request.session.get(SESSION_KEY, ""))
    if last is not None and last.state in PAID_FOR:
        return _end(request, last)
    return redirect("basket:summary")


@require_safe
@never_cache
def promptpay(request: HttpRequest, reference: UUID) -> HttpResponse:
    """The QR code, the amount, and until when; asks by itself whether the money has come."""
    checkout = _own(request, reference)
    attempt = open_attempt(checkout, method=Method.PROMPTPAY)
    if attempt is not None:
        checkout = _look(checkout, only_when_due=True)
        attempt = open_attempt(checkout, method=Method.PROMPTPAY)
    if attempt is None or not attempt.qr_data:
        return _lead(request, reverse("checkout:return", args=[reference]))
    minutes = max(int((attempt.expires_at - timezone.now()).total_seconds() // 60) + 1, 0)
    context = {"checkout": checkout, "attempt": attempt, "minutes_left": minutes}
    page = "checkout/_promptpay_wait.html" if request.htmx else "checkout/promptpay.html"
    return render(request, page, context)


@require_safe
@never_cache
def qr_code(request: HttpRequest, reference: UUID) -> HttpResponse:
    """The QR code as a drawing, made here: no picture is fetched from the provider."""
    attempt = open_attempt(_own(request, reference), method=Method.PROMPTPAY)
    if attempt is None or not attempt.qr_data:
        raise Http404("nothing to pay")
    return HttpResponse(drawn_qr(attempt.qr_data), content_type="image/svg+xml")


@require_POST
@never_cache
def cancel(request: HttpRequest, reference: UUID) -> HttpResponse:
    """The buyer goes back to change something or to pay another way."""
    checkout = _own(request, reference)
    try:
        checkout = services.give_up_payment(checkout=checkout)
    except (ProviderDown, Refused):
        messages.error(
            request,
            _(
                "The payment could not be closed just now. Please try again in a minute; "
                "your goods are kept meanwhile."
            ),
        )
        return redirect("checkout:return", reference)
    if checkout.state in PAID_FOR:
        return _end(request, checkout)
    messages.info(request, _("The payment is cancelled. Nothing has been charged."))
    return redirect("checkout:review")


@require_safe
@never_cache
def back(request: HttpRequest, reference: UUID) -> HttpResponse:
    """Back from the provider, or waiting for its word."""
    checkout = _own(request, reference)
    if checkout.state not in PAID_FOR:
        checkout = _look(checkout)
    if checkout.state in PAID_FOR:
        return _end(request, checkout)
    attempt = open_attempt(checkout)
    if attempt is None:
        messages.error(request, _why_unpaid(last_attempt(checkout)))
        return _lead(request, reverse("checkout:review"))
    if "cancelled" in request.GET:
        messages.info(
            request,
            _("Nothing has been charged. Your goods are kept for you until %(time)s.")
            % {"time": clock(attempt.expires_at)},
        )
        return redirect("checkout:review")
    return render(request, "checkout/waiting.html", {"checkout": checkout, "attempt": attempt})


def _look(checkout: Checkout, *, only_when_due: bool = False) -> Checkout:
    """How it stands at the provider; where it does not say, as we knew it."""
    try:
        return services.look_again(checkout=checkout, only_when_due=only_when_due)
    except (ProviderDown, Refused):
        return checkout


def _end(request: HttpRequest, checkout: Checkout) -> HttpResponse:
    """The order's page, the question about a later day, or the apology."""
    if checkout.state == CheckoutState.PLACED:
        order = Order.objects.get(checkout_reference=checkout.reference)
        messages.success(request, _("Thank you. Your order is paid and the makers are told."))
        if request.user.is_authenticated and order.user_id == request.user.pk:
            return _lead(request, reverse("order:detail", args=[order.number]))
        return _lead(request, order_path(order, language=language()))
    if checkout.state == CheckoutState.ASKED:
        return _lead(request, services.question_path(checkout, language=language()))
    attempt = last_attempt(checkout)
    context = {"checkout": checkout, "attempt": attempt}
    return render(request, "checkout/refunded.html", context)


def _lead(request: HttpRequest, address: str) -> HttpResponse:
    """A redirect that htmx follows with the whole page."""
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def _why_unpaid(attempt: PaymentAttempt | None) -> str:
    if attempt is not None and attempt.state == AttemptState.EXPIRED:
        return _(
            "The time to pay has run out and nothing was charged. "
            "If the goods are still there, you can try again."
        )
    if attempt is not None and attempt.state == AttemptState.FAILED:
        return _(
            "The payment did not succeed and nothing was charged. "
            "Try again, or choose the other way to pay."
        )
    return _("Nothing has been paid yet.")


def _own(request: HttpRequest, reference: UUID) -> Checkout:
    """The buyer's own checkout; anybody else's is not found."""
    checkout = Checkout.objects.filter(reference=reference).first()
    if checkout is None:
        raise Http404("no such checkout")
    user: Any = request.user
    theirs = checkout.user_id is not None and checkout.user_id == user.pk
    if theirs or request.session.get(SESSION_KEY) == str(reference):
        return checkout
    if checkout.basket_id is not None and checkout.basket_id == request.basket.pk:
        return checkout
    raise Http404("not yours")
