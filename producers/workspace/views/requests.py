"""Custom requests on the group's phone: the list, one of them, quoting, declining."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from producers.workspace.clusters import choices_of
from producers.workspace.forms.requests import DeclineRequestForm, QuoteForm
from shop.care.models import talk_about
from shop.care.states import Side
from shop.care.views.pointing import pointed_out
from shop.core.clock import this_moment
from shop.core.states import MoveNotAllowed
from shop.fulfilment.history import history_of
from shop.fulfilment.models import CustomRequest
from shop.fulfilment.services import quotes
from shop.fulfilment.states import REQUEST_TRANSITIONS, RequestState

from .access import group_of, in_group, member, own_request, screen, sent, status_of

PER_PAGE = 30


@in_group
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """What buyers ask for: those that wait for the group first, the oldest of them on top."""
    own = CustomRequest.objects.filter(enterprise=group_of(request)).select_related("buyer")
    waiting = list(own.with_group().order_by("due_at", "pk")[:PER_PAGE])
    others = own.exclude(pk__in=[each.pk for each in waiting]).order_by("-asked_at", "-pk")
    page = Paginator(others, PER_PAGE).get_page(request.GET.get("page"))
    return screen(request, "requests", "jobs", waiting=waiting, page=page)


@member
@require_safe
def request_page(request: HttpRequest, request_id: int) -> HttpResponse:
    """One request with its photos and its history; another group's is not found."""
    asked = own_request(request, request_id)
    return screen(
        request,
        "request",
        "jobs",
        asked=asked,
        history=history_of(asked),
        can_quote=can_quote(asked),
        can_share=can_quote(asked) and bool(choices_of(asked.enterprise)),
        talk=talk_about(asked, Side.GROUP),
    )


@member
@require_http_methods(["GET", "HEAD", "POST"])
def quote(request: HttpRequest, request_id: int) -> HttpResponse:
    """The quote in one form; "reckon" tells total and day without sending it."""
    asked = own_request(request, request_id)
    if not can_quote(asked):
        messages.info(request, _("Something has changed meanwhile. See below how it stands."))
        return redirect("workspace:request", asked.pk)
    form = QuoteForm(sent(request), enterprise=asked.enterprise, asked=asked)
    total = promised_on = pointed = None
    if form.is_bound and form.is_valid():
        draft = form.draft()
        moment = this_moment()
        if "send" in request.POST:
            pointed = pointed_out(request, *form.texts())
        if "send" in request.POST and pointed is None:
            try:
                quotes.send_quote(
                    request_id=asked.pk, by=request.user, draft=draft, now=timezone.now(), **moment
                )
            except quotes.CannotPromise:
                form.add_error(None, _("So much work does not fit into your free days."))
            except quotes.NotOpen:
                form.add_error(None, _("Your group takes no orders at the moment."))
            except MoveNotAllowed:
                messages.info(
                    request, _("Something has changed meanwhile. See below how it stands.")
                )
                return redirect("workspace:request", asked.pk)
            else:
                messages.success(request, _("Sent. The buyer is told."))
                return redirect("workspace:request", asked.pk)
        total = draft.total
        promised_on = quotes.reckon_quote(draft, enterprise=asked.enterprise, **moment)
    return screen(
        request,
        "request_quote",
        "jobs",
        status=422 if pointed else status_of(form),
        pointed=pointed,
        asked=asked,
        form=form,
        total=total,
        promised_on=promised_on,
        can_share=bool(choices_of(asked.enterprise)),
    )


@member
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, request_id: int) -> HttpResponse:
    """The group says no, with a reason."""
    asked = own_request(request, request_id)
    form = DeclineRequestForm(sent(request))
    pointed = None
    if form.is_bound and form.is_valid():
        pointed = pointed_out(request, form.cleaned_data["words"])
    if form.is_bound and form.is_valid() and pointed is None:
        try:
            quotes.decline_request(
                request_id=asked.pk, by=request.user, reason=form.cleaned_data["words"]
            )
            messages.success(request, _("Declined. The buyer is told."))
        except MoveNotAllowed:
            messages.info(request, _("Something has changed meanwhile. See below how it stands."))
        return redirect("workspace:request", asked.pk)
    return screen(
        request,
        "request_decline",
        "jobs",
        status=422 if pointed else status_of(form),
        asked=asked,
        form=form,
        pointed=pointed,
    )


def can_quote(asked: CustomRequest) -> bool:
    return (
        RequestState.QUOTED in REQUEST_TRANSITIONS[RequestState(asked.state)]
        or asked.state == RequestState.QUOTED
    )
