"""One large order, many villages: the lead plans, checks and gathers; members answer and make."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.opening import BadPicture
from cms.pictures import store_upload
from cms.taking import photo_words
from producers.workspace.clusters import (
    Choice,
    choices_of,
    next_of_lead,
    next_of_part,
    rows_of,
    rows_of_suggestion,
)
from producers.workspace.forms.clusters import (
    CheckForm,
    HandOverForm,
    PartDeclineForm,
    SampleForm,
)
from shop.core.states import MoveNotAllowed
from shop.core.templatetags.shop_text import day
from shop.fulfilment import services
from shop.fulfilment.models import Fulfilment
from shop.fulfilment.states import FulfilmentState
from shop.oscar.order.models import Line
from shop.production.models import ClusterOrder, ClusterPart
from shop.production.services import clusters
from shop.production.states import ClusterPartState

from .access import enter, group_of, member, own_part, screen, sent, status_of

ASKS = ["GET", "HEAD", "POST"]


# --- the lead plans ---


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


# --- the order, as the lead and every member see it ---


@member
@require_safe
def cluster_order(request: HttpRequest, order_id: int) -> HttpResponse:
    """Who makes what, for how much, and how far it is; the lead finds its next steps here."""
    order = _order_seen(request, order_id)
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
        checked=ClusterPartState.HANDED_OVER,
    )


@member
@require_http_methods(ASKS)
def sample(request: HttpRequest, order_id: int) -> HttpResponse:
    """The lead shows the sample piece: words, and a photo if there is one."""
    order = _order_led(request, order_id)
    if next_of_lead(order) != "sample":
        return redirect("workspace:cluster_order", order.pk)
    form = SampleForm(sent(request))
    photo_wrong = ""
    if request.method == "POST" and form.is_valid():
        picture, photo_wrong = _photo(request)
        if not photo_wrong:
            try:
                clusters.show_sample(
                    cluster_order_id=order.pk,
                    picture_id=picture.pk if picture else None,
                    note=form.cleaned_data["note"],
                    by=request.user,
                )
            except MoveNotAllowed:
                _say_noted(request)
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
    order = _order_led(request, order_id)
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
        _say_noted(request)
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
    order = _order_led(request, order_id)
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
        _say_noted(request)
    else:
        messages.success(request, _("Offered. The groups answer within 48 hours."))
    return redirect("workspace:cluster_order", order.pk)


# --- a member's part ---


@member
@require_safe
def cluster_part(request: HttpRequest, part_id: int) -> HttpResponse:
    """One's own part: pieces, pay, days, and the one next step."""
    part = _own_cluster_part(request, part_id)
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
    part = _own_cluster_part(request, part_id)
    try:
        clusters.accept_part(
            part_id=part.pk, today=timezone.localdate(), now=timezone.now(), by=request.user
        )
    except clusters.AnswerTooLate:
        messages.warning(request, _("The time to answer is over; others are asked now."))
    except MoveNotAllowed:
        _say_noted(request)
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
    part = _own_cluster_part(request, part_id)
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
            _say_noted(request)
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
    part = _own_cluster_part(request, part_id)

    def verb() -> None:
        try:
            services.start_shared_part(part_id=part.pk, by=request.user)
        except clusters.SampleNotApproved:
            messages.warning(request, _("Please wait: the buyer has not approved the sample yet."))
        else:
            messages.success(request, _("Noted: you have begun. The buyer has been told."))

    _once(request, verb)
    return redirect("workspace:cluster_part", part.pk)


@member
@require_http_methods(ASKS)
def hand_over(request: HttpRequest, part_id: int) -> HttpResponse:
    """The pieces are counted once more and brought to the lead."""
    part = _own_cluster_part(request, part_id)
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

        _once(request, verb)
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


# --- the lead checks ---


@member
@require_http_methods(ASKS)
def check(request: HttpRequest, part_id: int) -> HttpResponse:
    """The lead says of one part: all good, or so many pieces are worked over, and how."""
    part = _checked_part(request, part_id)
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

        _once(request, verb)
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


# --- finding, and saying ---


def _orders() -> Any:
    return ClusterOrder.objects.select_related("cluster__lead", "line").prefetch_related(
        "parts__enterprise"
    )


def _mine(request: HttpRequest) -> list[int]:
    return [membership.enterprise_id for membership in request.memberships]


def _order_seen(request: HttpRequest, order_id: int) -> ClusterOrder:
    """An order that one's group leads or has (had) a part of; any other is not found."""
    order = _orders().filter(pk=order_id).first()
    if order is None:
        raise Http404("no such order of a cluster of yours")
    mine = _mine(request)
    known = [order.cluster.lead_id, *(part.enterprise_id for part in order.parts.all())]
    for enterprise_id in known:
        if enterprise_id in mine:
            enter(request, enterprise_id)
            return order
    raise Http404("no such order of a cluster of yours")


def _order_led(request: HttpRequest, order_id: int) -> ClusterOrder:
    """An order that one's group leads."""
    order = _orders().filter(pk=order_id, cluster__lead__in=_mine(request)).first()
    if order is None:
        raise Http404("no such order that you lead")
    enter(request, order.cluster.lead_id)
    return order


def _part(**found: Any) -> ClusterPart | None:
    parts = ClusterPart.objects.select_related("enterprise", "order__cluster__lead")
    return parts.prefetch_related("order__parts__enterprise").filter(**found).first()


def _own_cluster_part(request: HttpRequest, part_id: int) -> ClusterPart:
    part = _part(pk=part_id, enterprise__in=_mine(request))
    if part is None:
        raise Http404("no such part of yours")
    enter(request, part.enterprise_id)
    return part


def _checked_part(request: HttpRequest, part_id: int) -> ClusterPart:
    """A part of an order that one's group leads."""
    part = _part(pk=part_id, order__cluster__lead__in=_mine(request))
    if part is None:
        raise Http404("no such part of an order that you lead")
    enter(request, part.order.cluster.lead_id)
    return part


def _photo(request: HttpRequest) -> tuple[Any, str]:
    """The picture, if one came that can be read, or what is wrong with it."""
    file = request.FILES.get("photo")
    if file is None:
        return None, ""
    try:
        return store_upload(file, title=_("Photo of the sample"), by=request.user), ""
    except BadPicture as error:
        return None, photo_words(error)


def _once(request: HttpRequest, verb: Callable[[], None]) -> None:
    """A second tap finds the step taken already, and says so."""
    try:
        verb()
    except MoveNotAllowed:
        _say_noted(request)


def _say_noted(request: HttpRequest) -> None:
    messages.info(request, _("This was noted already. Nothing was done twice."))
