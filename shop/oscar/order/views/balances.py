"""Paying the balance of a part, by card at the provider or by PromptPay here."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from shop.fulfilment import services as fulfilments
from shop.fulfilment.models import Instalment
from shop.fulfilment.states import InstalmentState

from .opening import opened_part, to_order
from .paying import Payable, lead, look, pay, qr, waiting


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def balance(request: HttpRequest, number: str, token: str, part_id: int) -> HttpResponse:
    """One page for all of it: choose how, scan or go to the provider, and come back."""
    order, part = opened_part(number, token, part_id)
    instalment = fulfilments.balance_of(part)
    if instalment is None:
        raise Http404("nothing to pay in two")
    here = reverse("order:balance", args=[number, token, part_id])
    payable = _payable(instalment)
    if request.method == "POST":
        return pay(request, order, payable, here)
    look(payable)
    instalment.refresh_from_db()
    if not instalment.is_due:
        _say_how_it_stands(request, instalment)
        return lead(request, to_order(request, order))
    context = {**waiting(request, order, payable, here), "part": part, "balance": instalment}
    wait = request.htmx and context["attempt"]
    return render(request, "order/_balance_wait.html" if wait else "order/balance.html", context)


@require_safe
@never_cache
def balance_qr(request: HttpRequest, number: str, token: str, part_id: int) -> HttpResponse:
    """The PromptPay code of the balance as a drawing."""
    _order, part = opened_part(number, token, part_id)
    instalment = fulfilments.balance_of(part)
    return qr(instalment.reference if instalment else None)


def _payable(instalment: Instalment) -> Payable:
    reference = instalment.reference
    return Payable(
        reference=reference,
        amount=instalment.amount,
        begin=lambda method, opening: fulfilments.begin_instalment(
            instalment_id=instalment.pk, method=method, opening=opening
        ),
        give_up=lambda: fulfilments.give_up_instalment(reference=reference),
        look=lambda: fulfilments.look_again_at(reference=reference),
        nothing=fulfilments.NothingDue,
    )


def _say_how_it_stands(request: HttpRequest, instalment: Instalment) -> None:
    if instalment.state == InstalmentState.PAID:
        messages.success(request, _("Thank you. The rest is paid and the group has been told."))
    elif instalment.state == InstalmentState.DUE_LATER:
        messages.info(request, _("The rest is due when your goods are finished. We write to you."))
    else:
        messages.info(request, _("There is nothing to pay any more."))
