"""A buyer wants it otherwise: asks, reads the group's price, accepts and pays, or leaves it."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.core.clock import this_moment
from shop.core.states import MoveNotAllowed
from shop.fulfilment import services as fulfilments
from shop.fulfilment.changing import NoWayThere
from shop.fulfilment.comparing import compared
from shop.fulfilment.models import ChangeRequest, Fulfilment
from shop.fulfilment.services import changes
from shop.fulfilment.states import ChangeState
from shop.oscar.order.models import Order
from shop.payments.provider import ProviderDown, Refused

from .change_form import ChangeForm
from .opening import opened_part, order_address, to_order
from .paying import Payable, lead, look, pay, qr, waiting


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, number: str, token: str, part_id: int) -> HttpResponse:
    """The form: pieces, answers, address, a few words; filled with what is."""
    order, part = opened_part(number, token, part_id)
    if not changes.may_ask(part):
        _say_why_not(request, part)
        return to_order(request, order)
    form = ChangeForm(request, part, shared=changes.shared_lines(part))
    asked = request.method == "POST" and "find" not in request.POST
    if asked and form.is_right() and _ask(request, order, part, form):
        return to_order(request, order)
    context = {
        "order": order,
        "part": part,
        "form": form,
        "photo_url": reverse("order:photos", args=[number, token]),
        "back": order_address(request, order),
        "here": request.path,
        "token": form.token or uuid4(),
        "notice": fulfilments.open_notice(part),
    }
    return render(request, "order/change.html", context, status=422 if asked else 200)


def _ask(request: HttpRequest, order: Order, part: Fulfilment, form: ChangeForm) -> bool:
    """Whether it has been asked, or cannot be any more; otherwise the form says what is wrong."""
    try:
        changes.ask_change(
            fulfilment_id=part.pk,
            wanted=form.wanted(),
            address=form.new_address(),
            words=form.words(),
            token=form.token or uuid4(),
            now=timezone.now(),
            today=this_moment()["today"],
            by=order.user,
        )
    except changes.NothingAsked:
        form.refuse(_("Nothing is different yet. Change what you would like to have otherwise."))
    except changes.TooFewPieces as error:
        form.refuse_line(error.line.pk, _("At least %(n)d.") % {"n": error.least})
    except changes.TooManyPieces as error:
        form.refuse_line(error.line.pk, _("At most %(n)d.") % {"n": error.most})
    except changes.BadAnswers as error:
        form.refuse_answers(error.line.pk, error.checked)
    except NoWayThere:
        form.refuse(_("No carrier of this group goes to this address. Please choose another one."))
    except changes.CannotChange:
        form.refuse(_("The group has gone on meanwhile: part of this cannot be changed any more."))
    except (changes.OneIsOpen, fulfilments.TooLate):
        part = Fulfilment.objects.get(pk=part.pk)
        _say_why_not(request, part)
        return True
    else:
        messages.success(
            request, _("The group has been asked. It answers within two days; we write to you.")
        )
        return True
    return False


@require_POST
def answer_change(
    request: HttpRequest, number: str, token: str, part_id: int, change_id: int
) -> HttpResponse:
    """The buyer accepts exactly what was shown, or leaves the order as it is."""
    order, part = opened_part(number, token, part_id)
    found = _own(part, change_id)
    if "accept" not in request.POST:
        return _withdraw(request, order, found)
    try:
        version = int(request.POST.get("version", ""))
        found = changes.accept_change(
            change_id=found.pk, seen_version=version, now=timezone.now(), by=order.user
        )
    except (ValueError, changes.AnotherPrice):
        messages.warning(
            request, _("The group has changed its price. Please look at it; nothing is agreed yet.")
        )
    except changes.BeingPaid:
        messages.warning(request, _("A payment is under way. Please wait until it has come."))
    except changes.CANNOT_BE_MADE:
        _say_what_happened(request, found)
    else:
        if found.state == ChangeState.ACCEPTED:
            return redirect("order:pay_change", number, token, part_id, found.pk)
        messages.success(request, _("Agreed. The order has been changed."))
    return to_order(request, order)


def _withdraw(request: HttpRequest, order: Order, found: ChangeRequest) -> HttpResponse:
    try:
        if found.state == ChangeState.ACCEPTED:
            changes.give_up_change_payment(reference=found.reference)
        changes.withdraw_change(change_id=found.pk, by=order.user)
    except (changes.BeingPaid, ProviderDown, Refused):
        messages.warning(request, _("A payment is under way. Please wait until it has come."))
    except MoveNotAllowed:
        messages.info(request, _("This was settled already. See below how it stands."))
    else:
        messages.success(request, _("Everything stays as it was ordered."))
    return to_order(request, order)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pay_change(
    request: HttpRequest, number: str, token: str, part_id: int, change_id: int
) -> HttpResponse:
    """Paying the difference: choose how, scan or go to the provider, and come back."""
    order, part = opened_part(number, token, part_id)
    found = _own(part, change_id)
    here = reverse("order:pay_change", args=[number, token, part_id, change_id])
    payable = _payable(found)
    if request.method == "POST":
        return pay(request, order, payable, here)
    if found.state == ChangeState.ACCEPTED:
        look(payable)
        found.refresh_from_db()
    if found.state != ChangeState.ACCEPTED:
        _say_what_happened(request, found)
        return lead(request, to_order(request, order))
    context = {
        **waiting(request, order, payable, here),
        "part": part,
        "token": token,
        "change": found,
        "comparison": compared(found),
    }
    wait = request.htmx and context["attempt"]
    return render(request, "order/_balance_wait.html" if wait else "order/change_pay.html", context)


@require_safe
@never_cache
def change_qr(
    request: HttpRequest, number: str, token: str, part_id: int, change_id: int
) -> HttpResponse:
    """The PromptPay code of the difference as a drawing."""
    _order, part = opened_part(number, token, part_id)
    return qr(_own(part, change_id).reference)


def _payable(found: ChangeRequest) -> Payable:
    reference: UUID = found.reference
    return Payable(
        reference=reference,
        amount=found.to_pay,
        begin=lambda method, opening: changes.begin_change_payment(
            change_id=found.pk, method=method, opening=opening
        ),
        give_up=lambda: changes.give_up_change_payment(reference=reference),
        look=lambda: changes.look_again_at_change(reference=reference),
        nothing=changes.NothingToPay,
    )


def _own(part: Fulfilment, change_id: int) -> ChangeRequest:
    for found in part.changes.all():
        if found.pk == change_id:
            return found
    raise Http404("no such change of this part")


def _say_why_not(request: HttpRequest, part: Any) -> None:
    if changes.open_change(part) is not None:
        words = _("You have asked for a change already. See below how it stands.")
    else:
        words = _("It is too late for a change: it is packed, or has ended.")
    messages.info(request, words)


def _say_what_happened(request: HttpRequest, found: ChangeRequest) -> None:
    found.refresh_from_db()
    if found.state == ChangeState.DONE:
        messages.success(request, _("Thank you. The order has been changed as agreed."))
    elif found.is_open:
        messages.error(
            request,
            _("The group's days have changed, so it cannot keep this price. Nothing is agreed."),
        )
    else:
        messages.info(request, _("This was settled already. See below how it stands."))
