"""One village's part of a large order: answered, made, handed over."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from producers.workspace.clusters import (
    next_of_part,
    rows_of,
)
from producers.workspace.forms.clusters import (
    HandOverForm,
    PartDeclineForm,
)
from shop.core.states import MoveNotAllowed
from shop.core.templatetags.shop_text import day
from shop.fulfilment import services
from shop.production.services import clusters
from shop.production.states import ClusterPartState

from .access import member, screen, sent, status_of
from .cluster_seen import once, own_cluster_part, say_noted

ASKS = ["GET", "HEAD", "POST"]


@member
@require_safe
def cluster_part(request: HttpRequest, part_id: int) -> HttpResponse:
    """One's own part: pieces, pay, days, and the one next step."""
    part = own_cluster_part(request, part_id)
    return screen(
        request,
        "cluster_part",
        "jobs",
        part=part,
        order=part.order,
        rows=rows_of(part.order),
        pay=part.order.pay,
        step=next_of_part(part),
        now=timezone.now(),
        overdue=part.is_overdue(timezone.now()),
    )


@member
@require_POST
def accept(request: HttpRequest, part_id: int) -> HttpResponse:
    part = own_cluster_part(request, part_id)
    try:
        clusters.accept_part(
            part_id=part.pk, today=timezone.localdate(), now=timezone.now(), by=request.user
        )
    except clusters.AnswerTooLate:
        messages.warning(request, _("The time to answer is over; others are asked now."))
    except MoveNotAllowed:
        say_noted(request)
    else:
        messages.success(
            request,
            _("Accepted. Bring the pieces to %(lead)s by %(day)s.")
            % {"lead": part.order.cluster.lead.name, "day": day(part.due_on)},
        )
    return redirect("workspace:cluster_part", part.pk)


@member
@require_http_methods(ASKS)
def decline(request: HttpRequest, part_id: int) -> HttpResponse:
    """Asks why; the pieces are offered to others, and nobody else's part changes."""
    part = own_cluster_part(request, part_id)
    if part.state not in (ClusterPartState.OFFERED, ClusterPartState.ACCEPTED):
        return redirect("workspace:cluster_part", part.pk)
    form = PartDeclineForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            clusters.decline_part(
                part_id=part.pk,
                today=timezone.localdate(),
                now=timezone.now(),
                by=request.user,
                reason=form.reason,
            )
        except MoveNotAllowed:
            say_noted(request)
        else:
            messages.success(request, _("Declined. Others are asked now; your days are free."))
        return redirect("workspace:cluster_part", part.pk)
    return screen(
        request,
        "cluster_decline",
        "jobs",
        status=status_of(form),
        part=part,
        order=part.order,
        form=form,
    )


@member
@require_POST
def start(request: HttpRequest, part_id: int) -> HttpResponse:
    part = own_cluster_part(request, part_id)

    def verb() -> None:
        try:
            services.start_shared_part(part_id=part.pk, by=request.user)
        except clusters.SampleNotApproved:
            messages.warning(request, _("Please wait: the buyer has not approved the sample yet."))
        except clusters.NotPaidYet:
            messages.warning(request, _("Please wait: the buyer has not ordered and paid yet."))
        except services.LeadHasNotAccepted:
            messages.warning(request, _("Please wait: the lead has not accepted the order yet."))
        else:
            messages.success(request, _("Noted: you have begun. The buyer has been told."))

    once(request, verb)
    return redirect("workspace:cluster_part", part.pk)


@member
@require_http_methods(ASKS)
def hand_over(request: HttpRequest, part_id: int) -> HttpResponse:
    """The pieces are counted once more and brought to the lead."""
    part = own_cluster_part(request, part_id)
    if next_of_part(part) not in ("hand_over", "rework"):
        return redirect("workspace:cluster_part", part.pk)
    again = part.state == ClusterPartState.REWORK
    form = HandOverForm(sent(request), expected=part.rework_pieces if again else part.pieces)
    if request.method == "POST" and form.is_valid():

        def verb() -> None:
            clusters.hand_over_part(
                part_id=part.pk,
                today=timezone.localdate(),
                now=timezone.now(),
                note=form.cleaned_data["note"],
                by=request.user,
            )
            messages.success(
                request,
                _("Handed over. %(lead)s looks at each piece now.")
                % {"lead": part.order.cluster.lead.name},
            )

        once(request, verb)
        return redirect("workspace:cluster_part", part.pk)
    return screen(
        request,
        "cluster_hand_over",
        "jobs",
        status=status_of(form),
        part=part,
        order=part.order,
        form=form,
        again=again,
    )
