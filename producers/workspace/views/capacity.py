"""The calendar of a group's workshops: what is free, closures and busy times, and their set-up."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from producers.workspace.capacity import (
    exceptions_of,
    jobs_at_risk,
    named,
    weeks_of,
    workshops_of,
)
from producers.workspace.forms.capacity import ClosureForm, NewWorkshopForm, WorkshopForm
from shop.production import services
from shop.production.models import MadeToOrderTerms, ProcessingProfile
from shop.production.promising import days_of, percent_promised

from .access import group_of, in_group, member, screen, sent, status_of
from .check_ins import own_workshop

#: How far one can page through the calendar.
MOST_PAGES = 13


@in_group
@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """The first workshop's calendar, or the way to a first workshop."""
    workshops = workshops_of(group_of(request))
    if workshops:
        return redirect("workspace:workshop_calendar", workshops[0].pk)
    return screen(request, "calendar_empty", "group")


@member
@require_safe
def workshop_calendar(request: HttpRequest, workshop_id: int) -> HttpResponse:
    """The next weeks day by day, closures that come, and work that no longer fits."""
    workshop = own_workshop(request, workshop_id)
    today = timezone.localdate()
    page = _page(request)
    return screen(
        request,
        "calendar",
        "group",
        workshop=workshop,
        workshops=workshops_of(workshop.enterprise),
        weeks=weeks_of(workshop, today, skip=4 * page),
        exceptions=exceptions_of(workshop, today),
        at_risk=jobs_at_risk([workshop]),
        percent=percent_promised(workshop, today),
        page=page,
        pages=range(page - 1, page + 2),
        has_more=page < MOST_PAGES - 1,
    )


@member
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, workshop_id: int) -> HttpResponse:
    """Days off or a busy time: first what it would do to promised work, then it is saved."""
    workshop = own_workshop(request, workshop_id)
    today = timezone.localdate()
    form = ClosureForm(sent(request), today=today)
    tried = False
    at_risk: list[Any] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        days = {
            "workshop_id": workshop.pk,
            "first_day": data["first_day"],
            "last_day": data["last_day"],
            "percent": data["percent"],
            "today": today,
        }
        if request.POST.get("sure"):
            services.close_days(reason=data["reason"], **days)
            messages.success(request, _("The days are saved. New orders count with them."))
            return redirect("workspace:workshop_calendar", workshop.pk)
        tried = "change" not in request.POST
        at_risk = named(services.try_closing(**days)) if tried else []
    return screen(
        request,
        "closure",
        "group",
        status=status_of(form),
        workshop=workshop,
        form=form,
        tried=tried,
        at_risk=at_risk,
    )


@member
@require_POST
def open_again(request: HttpRequest, workshop_id: int) -> HttpResponse:
    """A closure is taken back; taken back twice, it is gone. One that answers the weekly question
    is changed there."""
    workshop = own_workshop(request, workshop_id)
    chosen = request.POST.get("closure", "")
    is_number = chosen.isascii() and chosen.isdigit() and len(chosen) < 16
    found = workshop.exceptions.filter(pk=int(chosen)).first() if is_number else None
    if found is not None and found.check_in_id:
        return redirect("workspace:check_in", found.check_in_id)
    if found is not None:
        services.open_days(exception_id=found.pk, today=timezone.localdate())
    messages.success(request, _("The days are as usual again."))
    return redirect("workspace:workshop_calendar", workshop.pk)


@in_group
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_new(request: HttpRequest) -> HttpResponse:
    """Another workshop of the group; the rest of its set-up has sensible values."""
    enterprise = group_of(request)
    form = NewWorkshopForm(sent(request), initial={"per_day": 1})
    if request.method == "POST" and form.is_valid():
        workshop = services.open_workshop(
            enterprise=enterprise, today=timezone.localdate(), **form.cleaned_data
        )
        messages.success(request, _("Saved. Choose for each product where it is made."))
        return redirect("workspace:workshop", workshop.pk)
    return screen(request, "workshop_new", "group", status=status_of(form), form=form)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def workshop(request: HttpRequest, workshop_id: int) -> HttpResponse:
    """How a workshop works."""
    found = own_workshop(request, workshop_id)
    is_used = (
        MadeToOrderTerms.objects.filter(workshop=found).exists()
        or ProcessingProfile.objects.filter(workshop=found).exists()
    )
    known = {**WorkshopForm.known(found), "works_on": list(days_of(found.works_on))}
    form = WorkshopForm(sent(request), initial=known, is_used=is_used)
    if request.method == "POST" and form.is_valid():
        services.set_pattern(workshop_id=found.pk, today=timezone.localdate(), **form.cleaned_data)
        messages.success(request, _("Saved. New orders count with it."))
        return redirect("workspace:workshop_calendar", found.pk)
    return screen(request, "workshop", "group", status=status_of(form), workshop=found, form=form)


@member
@require_POST
def take_orders(request: HttpRequest, workshop_id: int) -> HttpResponse:
    """Stop taking orders, or go on, in one tap; what is promised is made in any case."""
    found = own_workshop(request, workshop_id)
    is_open = request.POST.get("open") == "1"
    services.set_pattern(workshop_id=found.pk, today=timezone.localdate(), is_open=is_open)
    if is_open:
        messages.success(request, _("Buyers can order again."))
    else:
        messages.success(request, _("No new orders. What you have promised stays."))
    return redirect("workspace:workshop_calendar", found.pk)


def _page(request: HttpRequest) -> int:
    """Which four weeks; 0 for what is no number."""
    typed = request.GET.get("page", "")
    is_number = typed.isascii() and typed.isdigit() and len(typed) < 3
    return min(int(typed), MOST_PAGES - 1) if is_number else 0
