"""Paying something of one part: its balance, the price of a change; by card or by PromptPay."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from shop.oscar.checkout.showing import drawn_qr
from shop.oscar.order.models import Order
from shop.payments.models import PaymentAttempt
from shop.payments.provider import ProviderDown, Refused
from shop.payments.states import AttemptState, Method

from .opening import page_language, to_order


@dataclass(frozen=True, slots=True)
class Payable:
    """An amount (baht) under a reference of its own, and the verbs that pay it.

    `nothing`: what `begin` raises when nothing is to be paid (any more).
    """

    reference: UUID
    amount: Decimal
    begin: Callable[[str, dict[str, str]], PaymentAttempt]
    give_up: Callable[[], None]
    look: Callable[[], None]
    nothing: type[Exception]


def pay(request: HttpRequest, order: Order, payable: Payable, here: str) -> HttpResponse:
    """The buyer has chosen how to pay, or another way."""
    method = request.POST.get("method", "")
    try:
        if method == "another":
            payable.give_up()
            return redirect(here)
        if method not in Method.values:
            messages.error(request, _("Choose how to pay."))
            return redirect(here)
        opening = {
            "email": order.contact_email,
            "language": page_language(),
            "success_url": settings.SITE_URL + here,
            "cancel_url": settings.SITE_URL + here,
        }
        attempt = payable.begin(method, opening)
    except payable.nothing:
        return redirect(here)
    except (ProviderDown, Refused):
        messages.error(
            request,
            _("The payment service does not answer at the moment. Please try again in a minute."),
        )
        return redirect(here)
    if attempt.method == Method.CARD and attempt.state == AttemptState.PENDING:
        return redirect(attempt.session_url or here)
    return redirect(here)


def look(payable: Payable) -> None:
    """How it stands at the provider; where it does not say, as we knew it."""
    try:
        payable.look()
    except (ProviderDown, Refused):
        return


def waiting(request: HttpRequest, order: Order, payable: Payable, here: str) -> dict[str, Any]:
    """What a page of paying shows: the open payment, if there is one, and how long it lasts."""
    attempt = open_attempt(payable.reference)
    left = (attempt.expires_at - timezone.now()).total_seconds() if attempt else 0
    return {
        "order": order,
        "amount": payable.amount,
        "attempt": attempt,
        "here": here,
        "qr": f"{here}qr.svg",
        "minutes_left": max(int(left // 60) + 1, 0) if attempt else 0,
        "back": to_order(request, order)["Location"],
        "method": order.paid_with,
    }


def qr(reference: UUID | None) -> HttpResponse:
    """The PromptPay code of what is being paid, as a drawing."""
    attempt = open_attempt(reference) if reference else None
    if attempt is None or not attempt.qr_data:
        raise Http404("nothing to pay")
    return HttpResponse(drawn_qr(attempt.qr_data), content_type="image/svg+xml")


def open_attempt(reference: UUID) -> PaymentAttempt | None:
    return PaymentAttempt.objects.filter(checkout_reference=reference).open().first()


def lead(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """A redirect that htmx follows with the whole page."""
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": answer["Location"]})
    return answer
