"""A buyer wants it otherwise: the group sees what, says its price, or that it cannot be."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from producers.workspace.forms.changes import ChangePriceForm, ChangeRefuseForm
from shop.core.money import format_baht
from shop.core.states import MoveNotAllowed
from shop.core.templatetags.shop_text import day
from shop.fulfilment import services
from shop.fulfilment.changing import NoWayThere, Reckoning
from shop.fulfilment.comparing import compared
from shop.fulfilment.models import ChangeRequest
from shop.fulfilment.services import changes
from shop.fulfilment.states import ChangeState
from shop.oscar.partner.services import NotEnough
from shop.production.changing import NoFreeDays
from shop.production.services import NoCapacity

from .access import enter, member, screen, sent, status_of

ASKS = ["GET", "HEAD", "POST"]
CAN_BE_PRICED = (ChangeState.ASKED, ChangeState.PRICED)


@member
@require_http_methods(ASKS)
def change(request: HttpRequest, change_id: int) -> HttpResponse:
    """What is wanted beside what was ordered; one tap agrees to the suggested price and day."""
    asked = _own(request, change_id)
    found, trouble = _reckoned(asked)
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        if found is not None and seen == _seen(found):
            return _priced(
                request,
                asked,
                lambda: changes.price_change(change_id=asked.pk, by=request.user, **_moment()),
            )
        messages.warning(request, _("Something has changed meanwhile. Please look at it again."))
        return redirect("workspace:change", asked.pk)
    return screen(
        request,
        "change",
        "jobs",
        asked=asked,
        comparison=compared(asked),
        found=found,
        seen=_seen(found) if found else "",
        trouble=trouble,
        can_price=asked.state in CAN_BE_PRICED,
    )


@member
@require_http_methods(ASKS)
def price(request: HttpRequest, change_id: int) -> HttpResponse:
    """Another amount, another day, and why."""
    asked = _own(request, change_id)
    found, trouble = _reckoned(asked)
    if found is None:
        return redirect("workspace:change", asked.pk)
    amount = asked.amount if asked.amount is not None else found.suggested
    earliest = found.promised_on
    shown = max(asked.promised_on or earliest, earliest)
    form = ChangePriceForm(
        sent(request),
        amount=amount,
        earliest=earliest,
        initial={"promised_on": shown, "words": asked.price_words},
    )
    if request.method == "POST" and form.is_valid():
        done = _priced_by_form(request, asked, form)
        if done is not None:
            return done
    return screen(
        request,
        "change_price",
        "jobs",
        status=status_of(form),
        asked=asked,
        form=form,
        found=found,
    )


@member
@require_http_methods(ASKS)
def refuse(request: HttpRequest, change_id: int) -> HttpResponse:
    """Why it cannot be; the order stays as it was."""
    asked = _own(request, change_id)
    form = ChangeRefuseForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            changes.refuse_change(
                change_id=asked.pk, reason=form.cleaned_data["words"], by=request.user
            )
        except MoveNotAllowed:
            messages.info(request, _("Something has changed meanwhile. See below how it stands."))
        else:
            messages.success(request, _("The buyer has been told. Everything stays as ordered."))
        return redirect("workspace:job", asked.fulfilment_id)
    if asked.state not in CAN_BE_PRICED:
        return redirect("workspace:change", asked.pk)
    return screen(request, "change_refuse", "jobs", status=status_of(form), asked=asked, form=form)


def _priced_by_form(
    request: HttpRequest, asked: ChangeRequest, form: ChangePriceForm
) -> HttpResponse | None:
    """Where to go on; None where the form says what is wrong."""
    data = form.cleaned_data
    try:
        return _priced(
            request,
            asked,
            lambda: changes.price_change(
                change_id=asked.pk,
                amount=form.amount,
                promised_on=data["promised_on"],
                words=data["words"],
                by=request.user,
                **_moment(),
            ),
        )
    except changes.ReasonNeeded as error:
        form.add_error(
            "words",
            _("Suggested were %(amount)s. Tell the buyer why it is another amount.")
            % {"amount": format_baht(error.suggested)},
        )
    except changes.TooCheap as error:
        form.add_error(
            "sum", _("At most %(amount)s can go back.") % {"amount": format_baht(-error.least)}
        )
    except changes.TooLittle as error:
        form.add_error(
            "sum",
            _("Less than %(amount)s cannot be paid. Ask for nothing, or for at least so much.")
            % {"amount": format_baht(error.least)},
        )
    except services.TooEarly as error:
        form.add_error(
            "promised_on",
            _("The earliest day that your plan can keep is %(day)s.")
            % {"day": day(error.earliest)},
        )
    except services.TooFar as error:
        form.add_error("promised_on", _("At the latest %(day)s.") % {"day": day(error.latest)})
    return None


def _priced(
    request: HttpRequest, asked: ChangeRequest, verb: Callable[[], ChangeRequest]
) -> HttpResponse:
    try:
        priced = verb()
    except NotEnough:
        messages.warning(
            request,
            _("There are not so many ready pieces left. Refuse it, and say how many there are."),
        )
        return redirect("workspace:change", asked.pk)
    except (NoFreeDays, NoCapacity, NoWayThere, changes.CannotChange, MoveNotAllowed):
        messages.warning(request, _("Something has changed meanwhile. Please look at it again."))
        return redirect("workspace:change", asked.pk)
    messages.success(
        request,
        _("The buyer has been told. The days are kept until %(day)s.")
        % {"day": day(priced.due_at)},
    )
    return redirect("workspace:job", asked.fulfilment_id)


def _reckoned(asked: ChangeRequest) -> tuple[Reckoning | None, str]:
    """What is suggested now, or why nothing can be: "days", "way", "goods", "over"."""
    if asked.state not in CAN_BE_PRICED:
        return None, "over"
    try:
        return changes.reckon_now(asked, **_moment()), ""
    except NoFreeDays:
        return None, "days"
    except NoWayThere:
        return None, "way"


def _seen(found: Reckoning) -> str:
    """What the button offers, so that a tap agrees to nothing else."""
    return f"{found.suggested} {found.promised_on.isoformat()}"


def _moment() -> dict[str, Any]:
    return {"now": timezone.now(), "today": timezone.localdate()}


def _own(request: HttpRequest, change_id: int) -> ChangeRequest:
    own = ChangeRequest.objects.of_member(request.user).select_related(
        "fulfilment__order__shipping_address",
        "fulfilment__own_address",
        "fulfilment__enterprise",
    )
    found = own.filter(pk=min(change_id, 2**62)).first()
    if found is None:
        raise Http404("no such request to a group of yours")
    enter(request, found.fulfilment.enterprise_id)
    return found
