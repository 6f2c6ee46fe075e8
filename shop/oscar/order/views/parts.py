"""What a buyer does about one part: cancels, answers a delay, has it, objects."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from shop.core.money import ZERO
from shop.core.states import MoveNotAllowed
from shop.fulfilment import services as fulfilments
from shop.fulfilment.cancelling import Back, paid_of, refund_on_cancelling
from shop.fulfilment.models import Fulfilment
from shop.fulfilment.states import (
    DelayState,
    FulfilmentState,
)
from shop.oscar.order.forms import (
    CancelForm,
    ProblemForm,
)

from .opening import opened_part, part_page, to_order, typed


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_part(request: HttpRequest, number: str, token: str, part_id: int) -> HttpResponse:
    """Asks once more, then cancels one group's part and sends its money back."""
    order, part = opened_part(number, token, part_id)
    form = CancelForm(typed(request))
    notice = fulfilments.open_notice(part)
    if notice is not None and notice.answer_by <= timezone.now():
        notice = None  # the buyer waits; what the ladder gives is open all the same
    if request.method == "POST" and form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            if notice is not None:
                fulfilments.answer_notice(
                    notice_id=notice.pk,
                    answer=DelayState.CANCELLED,
                    now=timezone.now(),
                    by=order.user,
                    reason=reason,
                )
            else:
                fulfilments.cancel_fulfilment(
                    fulfilment_id=part.pk,
                    by=order.user,
                    reason=reason,
                    seen=form.cleaned_data["seen"],
                )
        except fulfilments.GivesLessNow:
            messages.warning(
                request,
                _("The group has begun meanwhile, so less comes back. Nothing is cancelled yet."),
            )
            return redirect(request.path)
        except (fulfilments.TooLate, fulfilments.AnsweredAlready):
            messages.error(request, _("It is too late to cancel: the group has begun its work."))
        else:
            messages.success(request, _("Cancelled. The money of this part goes back to you."))
        return to_order(request, order)
    back = refund_on_cancelling(part) if notice is None else Back(paid_of(part), ZERO)
    if back is None:
        messages.error(request, _("It is too late to cancel: the group has begun its work."))
        return to_order(request, order)
    return part_page(request, "order/cancel.html", order, part, form, gets=back)


@require_POST
def answer_delay(request: HttpRequest, number: str, token: str, part_id: int) -> HttpResponse:
    """The buyer waits for the later day. (Cancelling asks once more: `cancel_part`.)"""
    order, part = opened_part(number, token, part_id)
    notice = fulfilments.open_notice(part)
    if notice is None:
        messages.info(request, _("There is nothing to answer any more."))
        return to_order(request, order)
    try:
        fulfilments.answer_notice(
            notice_id=notice.pk, answer=DelayState.WAITS, now=timezone.now(), by=order.user
        )
    except fulfilments.AnsweredAlready:
        messages.info(request, _("There is nothing to answer any more."))
    else:
        messages.success(request, _("Thank you for waiting. The group has been told."))
    return to_order(request, order)


@require_POST
def received(request: HttpRequest, number: str, token: str, part_id: int) -> HttpResponse:
    """The buyer has the parcel."""
    order, part = opened_part(number, token, part_id)
    try:
        fulfilments.receive_fulfilment(fulfilment_id=part.pk, by=order.user)
    except MoveNotAllowed:
        if part.state != FulfilmentState.RECEIVED:
            messages.error(request, _("This parcel has not been sent yet."))
    else:
        messages.success(request, _("Thank you. The group is glad that it has arrived."))
    return to_order(request, order)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def problem(request: HttpRequest, number: str, token: str, part_id: int) -> HttpResponse:
    """The parcel did not come, or is not right: it will not count as received by itself."""
    order, part = opened_part(number, token, part_id)
    form = ProblemForm(typed(request))
    if request.method == "POST" and form.is_valid():
        try:
            fulfilments.object_to_fulfilment(fulfilment_id=part.pk, text=form.cleaned_data["text"])
        except fulfilments.ToldAlready:
            messages.info(request, _("You have told of a problem with this parcel already."))
        except fulfilments.TooLate as refusal:
            messages.error(request, _too_late_words(refusal.fulfilment))
        else:
            messages.success(
                request,
                _("The group and the office have been told. The office writes to you."),
            )
        return to_order(request, order)
    return part_page(request, "order/problem.html", order, part, form)


def _too_late_words(part: Fulfilment) -> str:
    if part.state == FulfilmentState.RECEIVED:
        return _("The days to tell of a problem are over. Please write to the group.")
    return _("A problem can be told once the parcel has been sent.")
