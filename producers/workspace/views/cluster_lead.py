"""One large order, many villages: the lead plans, shows a sample, checks and gathers."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from producers.workspace.clusters import (
    Choice,
    choices_of,
    next_of_lead,
    rows_of,
    rows_of_suggestion,
)
from producers.workspace.forms.clusters import (
    CheckForm,
    SampleForm,
)
from shop.core.states import MoveNotAllowed
from shop.core.templatetags.shop_text import day
from shop.fulfilment import services
from shop.fulfilment.models import Fulfilment
from shop.fulfilment.states import FulfilmentState
from shop.oscar.order.models import Line
from shop.production.models import ClusterOrder
from shop.production.services import clusters
from shop.production.states import ClusterPartState

from .access import group_of, member, own_part, screen, sent, status_of
from .cluster_seen import checked_part, kept_photo, once, order_led, order_seen, say_noted

ASKS = ["GET", "HEAD", "POST"]


@member
@require_http_methods(ASKS)
def share(request: HttpRequest, part_id: int, line_id: int) -> HttpResponse:
    """Who of the cluster could make this line, at what pay; one tap offers the parts."""
    part = own_part(request, part_id)
    line = Line.objects.filter(pk=line_id, fulfilment_line__fulfilment=part).first()
    if line is None:
        raise Http404("no such line of this part")
    before = ClusterOrder.objects.filter(line=line).first()
    if before is not None:
        return redirect("workspace:cluster_order", before.pk)
    choices = choices_of(part.enterprise)
    if not choices or line not in services.lines_to_share(part):
        return redirect("workspace:job", part.pk)
    asked = request.POST if request.method == "POST" else request.GET
    choice = next((each for each in choices if each.key == asked.get("over")), choices[0])
    sample = asked.get("sample") == "yes"
    if request.method == "POST":
        order = _offer(request, part, line, choice, sample)
        if order is not None:
            return redirect("workspace:cluster_order", order.pk)
    return screen(
        request,
        "cluster_share",
        "jobs",
        part=part,
        line=line,
        choices=choices,
        choice=choice,
        sample=sample,
        **_suggested(part, line, choice, sample),
    )


def _offer(
    request: HttpRequest, part: Fulfilment, line: Line, choice: Choice, sample: bool
) -> ClusterOrder | None:
    try:
        order = services.share_line(
            fulfilment_id=part.pk,
            line_id=line.pk,
            cluster_id=choice.cluster.pk,
            kind=choice.kind,
            sample=sample,
            today=timezone.localdate(),
            now=timezone.now(),
            by=request.user,
        )
    except (clusters.CannotBeShared, clusters.ClusterIsClosed, MoveNotAllowed):
        messages.warning(request, _("This has changed meanwhile. Nothing was offered yet."))
        return None
    messages.success(request, _("Offered. The groups answer within 48 hours."))
    return order


def _suggested(part: Fulfilment, line: Line, choice: Choice, sample: bool) -> dict[str, Any]:
    """The table, or why there is none."""
    try:
        found = services.suggest_sharing(
            part=part,
            line=line,
            cluster=choice.cluster,
            kind=choice.kind,
            sample=sample,
            today=timezone.localdate(),
        )
    except clusters.CannotBeShared as refusal:
        return {"refusal": refusal}
    except clusters.ClusterIsClosed:
        return {"refusal": None, "closed": True}
    return {
        "rows": rows_of_suggestion(found),
        "pay": found.pay,
        "parts_due_on": clusters.parts_due_on(found.wished_on),
    }


@member
@require_safe
def cluster_order(request: HttpRequest, order_id: int) -> HttpResponse:
    """Who makes what, for how much, and how far it is; the lead finds its next steps here."""
    order = order_seen(request, order_id)
    leads = order.cluster.lead_id == group_of(request).pk
    whole = None
    if leads and order.line_id:
        whole = Fulfilment.objects.filter(lines__line=order.line_id).first()
    return screen(
        request,
        "cluster_order",
        "jobs",
        order=order,
        rows=rows_of(order),
        pay=order.pay,
        leads=leads,
        step=next_of_lead(order) if leads else "nothing",
        whole=whole,
        asked=services.request_of(order) if leads else None,
        checked=ClusterPartState.HANDED_OVER,
    )


@member
@require_http_methods(ASKS)
def sample(request: HttpRequest, order_id: int) -> HttpResponse:
    """The lead shows the sample piece: words, and a photo if there is one."""
    order = order_led(request, order_id)
    if next_of_lead(order) != "sample":
        return redirect("workspace:cluster_order", order.pk)
    form = SampleForm(sent(request))
    photo_wrong = ""
    if request.method == "POST" and form.is_valid():
        picture, photo_wrong = kept_photo(request)
        if not photo_wrong:
            try:
                clusters.show_sample(
                    cluster_order_id=order.pk,
                    picture_id=picture.pk if picture else None,
                    note=form.cleaned_data["note"],
                    by=request.user,
                )
            except MoveNotAllowed:
                say_noted(request)
            else:
                messages.success(request, _("The buyer can look at the sample now."))
            return redirect("workspace:cluster_order", order.pk)
    return screen(
        request,
        "cluster_sample",
        "jobs",
        status=422 if photo_wrong else status_of(form),
        order=order,
        form=form,
        photo_wrong=photo_wrong,
    )


@member
@require_POST
def gather(request: HttpRequest, order_id: int) -> HttpResponse:
    """All pieces are with the lead and good; the job goes on to be packed."""
    order = order_led(request, order_id)
    try:
        clusters.gather_cluster_order(
            cluster_order_id=order.pk, now=timezone.now(), by=request.user
        )
    except clusters.PartsMissing as error:
        messages.warning(
            request,
            _("%(good)s of %(all)s pieces are checked and good.")
            % {"good": error.good, "all": order.pieces},
        )
    except MoveNotAllowed:
        say_noted(request)
    else:
        messages.success(request, _("All pieces are together. Now they can be packed."))
    whole = Fulfilment.objects.filter(lines__line=order.line_id).first() if order.line_id else None
    if whole is not None and whole.state == FulfilmentState.STARTED:
        return redirect("workspace:job", whole.pk)
    return redirect("workspace:cluster_order", order.pk)


@member
@require_POST
def offer_missing(request: HttpRequest, order_id: int) -> HttpResponse:
    """Offer the pieces that no group has; for a later day where the buyer has agreed to one."""
    order = order_led(request, order_id)
    whole = Fulfilment.objects.filter(lines__line=order.line_id).first() if order.line_id else None
    later = whole is not None and whole.promised_on > order.wished_on
    try:
        clusters.place_missing(
            cluster_order_id=order.pk,
            today=timezone.localdate(),
            now=timezone.now(),
            wished_on=whole.promised_on if whole is not None and later else None,
            by=request.user,
        )
    except clusters.CannotBeShared as error:
        if error.earliest_on:
            words = _("Nobody can make them in time. The earliest day is %(day)s.") % {
                "day": day(error.earliest_on)
            }
        else:
            words = _("Nobody can make them within the days that the groups plan for.")
        messages.warning(request, words)
    except MoveNotAllowed:
        say_noted(request)
    else:
        messages.success(request, _("Offered. The groups answer within 48 hours."))
    return redirect("workspace:cluster_order", order.pk)


@member
@require_http_methods(ASKS)
def check(request: HttpRequest, part_id: int) -> HttpResponse:
    """The lead says of one part: all good, or so many pieces are worked over, and how."""
    part = checked_part(request, part_id)
    if part.state != ClusterPartState.HANDED_OVER:
        return redirect("workspace:cluster_order", part.order_id)
    good = "good" in request.POST
    form = CheckForm(None if good else sent(request), pieces=part.pieces)
    if request.method == "POST" and (good or form.is_valid()):

        def verb() -> None:
            found = {} if good else form.cleaned_data
            clusters.check_part(part_id=part.pk, now=timezone.now(), by=request.user, **found)
            words = (
                _("Noted: all pieces of %(group)s are good.")
                if good
                else _("%(group)s has been told what to work over.")
            )
            messages.success(request, words % {"group": part.enterprise.name})

        once(request, verb)
        return redirect("workspace:cluster_order", part.order_id)
    return screen(
        request,
        "cluster_check",
        "jobs",
        status=status_of(form),
        part=part,
        order=part.order,
        form=form,
    )
