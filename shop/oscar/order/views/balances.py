"""Paying the balance of a part, by card at the provider or by PromptPay here."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shop.fulfilment import services as fulfilments
from shop.fulfilment.models import Instalment
from shop.fulfilment.states import InstalmentState
from shop.oscar.checkout.showing import drawn_qr
from shop.payments.models import PaymentAttempt
from shop.payments.provider import ProviderDown, Refused
from shop.payments.states import AttemptState, Method

from .opening import opened_part, page_language, to_order


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def balance(request: HttpRequest, number: str, token: str, part_id: int) -> HttpResponse:
    """One page for all of it: choose how, scan or go to the provider, and come back."""
    order, part = opened_part(number, token, part_id)
    instalment = fulfilments.balance_of(part)
    if instalment is None:
        raise Http404("nothing to pay in two")
    here = reverse("order:balance", args=[number, token, part_id])
    if request.method == "POST":
        return _pay(request, order, instalment, here)
    _look(instalment)
    instalment.refresh_from_db()
    if not instalment.is_due:
        _say_how_it_stands(request, instalment)
        return _lead(request, to_order(request, order))
    attempt = _open_attempt(instalment)
    minutes = 0
    if attempt is not None:
        left = (attempt.expires_at - timezone.now()).total_seconds()
        minutes = max(int(left // 60) + 1, 0)
    context = {
        "order": order, "part": part, "token": token, "balance": instalment, "attempt": attempt,
        "here": here, "minutes_left": minutes, "back": to_order(request, order)["Location"],
        "method": order.paid_with,
    }  # fmt: skip
    page = "order/_balance_wait.html" if request.htmx and attempt else "order/balance.html"
    return render(request, page, context)


def _pay(request: HttpRequest, order: Any, instalment: Instalment, here: str) -> HttpResponse:
    method = request.POST.get("method", "")
    try:
        if method == "another":
            fulfilments.give_up_instalment(reference=instalment.reference)
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
        attempt = fulfilments.begin_instalment(
            instalment_id=instalment.pk, method=method, opening=opening
        )
    except fulfilments.NothingDue:
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


@require_safe
@never_cache
def balance_qr(request: HttpRequest, number: str, token: str, part_id: int) -> HttpResponse:
    """The PromptPay code of the balance as a drawing."""
    _order, part = opened_part(number, token, part_id)
    instalment = fulfilments.balance_of(part)
    attempt = _open_attempt(instalment) if instalment else None
    if attempt is None or not attempt.qr_data:
        raise Http404("nothing to pay")
    return HttpResponse(drawn_qr(attempt.qr_data), content_type="image/svg+xml")


def _open_attempt(instalment: Instalment) -> PaymentAttempt | None:
    attempts = PaymentAttempt.objects.filter(checkout_reference=instalment.reference)
    return attempts.open().first()


def _look(instalment: Instalment) -> None:
    """How it stands at the provider; where it does not say, as we knew it."""
    try:
        fulfilments.look_again_at(reference=instalment.reference)
    except (ProviderDown, Refused):
        return


def _say_how_it_stands(request: HttpRequest, instalment: Instalment) -> None:
    if instalment.state == InstalmentState.PAID:
        messages.success(request, _("Thank you. The rest is paid and the group has been told."))
    elif instalment.state == InstalmentState.DUE_LATER:
        messages.info(request, _("The rest is due when your goods are finished. We write to you."))
    else:
        messages.info(request, _("There is nothing to pay any more."))


def _lead(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """A redirect that htmx follows with the whole page."""
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": answer["Location"]})
    return answer
