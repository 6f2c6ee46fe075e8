"""Today's work: what came in, and the one next step of each job."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.asking.views import given_photo
from producers.workspace.capacity import questions_of, silences_of
from producers.workspace.clusters import cluster_tasks, shared_work
from producers.workspace.forms.jobs import DeclineForm, DispatchForm, Doubt
from producers.workspace.jobs import (
    MOST_SHOWN,
    Job,
    changes_asked,
    jobs_of,
    open_change_of,
    things_to_do,
)
from producers.workspace.pending import pending_of
from producers.workspace.templatetags.workspace_text import job_state
from shop.core.states import MoveNotAllowed
from shop.core.templatetags.shop_text import day
from shop.fulfilment import services
from shop.fulfilment.comparing import photos_wanted
from shop.fulfilment.models import Fulfilment
from shop.fulfilment.states import UNDONE, FulfilmentState
from shop.oscar.order.services import photos_of

from .access import group_of, in_group, member, own_part, screen, sent, status_of
from .talks import news_of

PER_PAGE = 30


@in_group
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """A list of next things, the first one large."""
    today, enterprise = timezone.localdate(), group_of(request)
    to_do = pending_of(enterprise)
    parts = things_to_do(enterprise).select_related("order")[:MOST_SHOWN]
    jobs = jobs_of(parts, now=timezone.now())
    shared = cluster_tasks(enterprise, now=timezone.now())
    return screen(
        request,
        "home",
        "jobs",
        to_do=to_do,
        shared=shared,
        wishes=changes_asked(enterprise) if to_do.changes else [],
        first=jobs[0] if jobs else None,
        others=jobs[1:],
        more=max(to_do.jobs - MOST_SHOWN, 0),
        questions=questions_of(enterprise, today),
        silences=silences_of(enterprise, today),
        **news_of(group_of(request)),
        has_work=any(each.works for each in jobs),
    )


@in_group
@require_safe
def all_jobs(request: HttpRequest) -> HttpResponse:
    """Everything that was ever ordered of the group, the latest first."""
    parts = Fulfilment.objects.filter(enterprise=group_of(request)).select_related("order")
    page = Paginator(parts.order_by("-placed_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    jobs = jobs_of(page.object_list, now=timezone.now())
    return screen(request, "jobs", "jobs", jobs=jobs, page=page)


@member
@require_safe
def job(request: HttpRequest, part_id: int) -> HttpResponse:
    """One part: what was ordered, for whom, by when, what the buyer saw, and the next step."""
    shown = _job(request, part_id)
    prefetch_related_objects(shown.works, "updates__picture", "proofs__picture")
    prefetch_related_objects([shown.part], "instalments", "changes")
    return screen(
        request,
        "job",
        "jobs",
        job=shown,
        wish=open_change_of(shown.part),
        **shared_work(shown.part),
    )


@member
@require_safe
def sheet(request: HttpRequest, part_id: int) -> HttpResponse:
    """What to put into the parcel, to read while packing or to print."""
    return screen(request, "sheet", "jobs", job=_job(request, part_id))


@member
@require_safe
def answer_photos(request: HttpRequest, part_id: int) -> HttpResponse:
    """The photos have addresses of their own below this one."""
    raise Http404("no photo named")


@member
@require_safe
def answer_photo(request: HttpRequest, part_id: int, photo: UUID) -> HttpResponse:
    """A photo that the buyer answered with, for the group that makes it."""
    part = own_part(request, part_id)
    known = photos_of(row.line for row in part.lines.select_related("line"))
    if str(photo) not in known | photos_wanted(part.changes.all()):
        raise Http404("no such photo in this job")
    return given_photo(str(photo))


@member
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, part_id: int) -> HttpResponse:
    def words(part: Fulfilment) -> str:
        return _("Accepted. Hand the parcel to the carrier by %(day)s.") % {
            "day": day(part.promised_on)
        }

    return _step(request, part_id, services.accept_fulfilment, words)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, part_id: int) -> HttpResponse:
    """What is made without a workshop is begun by one tap; the rest by a photo (`works.work`)."""
    return _step(
        request,
        part_id,
        services.start_fulfilment,
        lambda part: _("Noted: you have begun. The buyer has been told."),
    )


@member
@require_http_methods(["GET", "HEAD", "POST"])
def pack(request: HttpRequest, part_id: int) -> HttpResponse:
    return _step(
        request,
        part_id,
        services.pack_fulfilment,
        lambda part: _("Packed. Now it can be sent."),
    )


@member
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, part_id: int) -> HttpResponse:
    """Asks why, then gives the buyer the money and the shelf the goods back."""
    part = own_part(request, part_id)
    form = DeclineForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.decline_fulfilment(
                fulfilment_id=part.pk,
                by=request.user,
                reason=form.reason(language=part.order.language),
            )
        except MoveNotAllowed as error:
            _say_where_it_is(request, error, FulfilmentState.DECLINED)
        else:
            messages.success(request, _("Declined. The buyer gets the money back."))
        return redirect("workspace:job", part.pk)
    shown = _shown(part)
    if not shown.can_be_declined:
        return redirect("workspace:job", part.pk)
    return screen(request, "decline", "jobs", status=status_of(form), job=shown, form=form)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def dispatch(request: HttpRequest, part_id: int) -> HttpResponse:
    """Who carries it and under which number; a number that looks odd is asked about once.

    Once the part is on its way, this is the page for one more parcel of it.
    """
    part = own_part(request, part_id)
    form = DispatchForm(sent(request), part=part)
    doubts: list[Doubt] = []
    if request.method == "POST" and form.is_valid():
        doubts = form.doubts
        if not doubts or form.was_warned:
            return _send(request, part, form)
        form.data = form.data.copy()
        form.data["seen"] = form.seen_now
    elif part.state not in (FulfilmentState.PACKED, FulfilmentState.DISPATCHED):
        return redirect("workspace:job", part.pk)
    return screen(
        request,
        "dispatch",
        "jobs",
        status=status_of(form),
        job=_shown(part),
        form=form,
        doubts=doubts,
        likely=next((doubt.likely for doubt in doubts if doubt.likely), None),
    )


def _send(request: HttpRequest, part: Fulfilment, form: DispatchForm) -> HttpResponse:
    data = form.cleaned_data
    parcel = {"carrier": data["carrier"], "tracking_number": data["tracking_number"]}
    another = part.state == FulfilmentState.DISPATCHED
    if another and (not parcel["tracking_number"] or part.parcels.filter(**parcel).exists()):
        _say_noted_already(request)
        return redirect("workspace:job", part.pk)
    verb = services.add_parcel if another else services.dispatch_fulfilment
    try:
        verb(fulfilment_id=part.pk, by=request.user, **parcel)
    except services.NotPaid:
        messages.warning(
            request,
            _("The buyer has not paid the rest yet. We have asked, and tell you when it comes."),
        )
    except MoveNotAllowed as error:
        _say_where_it_is(request, error, FulfilmentState.DISPATCHED)
    else:
        messages.success(request, _("Sent. The buyer has been told how to follow the parcel."))
    return redirect("workspace:job", part.pk)


def _step(
    request: HttpRequest, part_id: int, verb: Callable[..., Any], words: Callable[..., str]
) -> HttpResponse:
    """One tap moves a job on; a second tap does nothing more."""
    part = own_part(request, part_id)
    if request.method == "POST":
        try:
            moved = verb(fulfilment_id=part.pk, by=request.user)
        except MoveNotAllowed as error:
            _say_where_it_is(request, error, error.new)
        except services.NotApproved:
            messages.warning(request, _("The buyer has not approved it yet. Please wait."))
        except services.NotFinished:
            messages.warning(request, _("Some of it is still being made. Finish it first."))
        except services.NotGathered:
            messages.warning(request, _("First gather the pieces of all villages."))
        else:
            messages.success(request, words(moved))
    return redirect("workspace:job", part.pk)


def _say_where_it_is(request: HttpRequest, error: MoveNotAllowed, wanted: str) -> None:
    if error.old == wanted:
        _say_noted_already(request)
    elif error.old in UNDONE:
        messages.warning(request, _("This job has ended. There is nothing more to do."))
    else:
        state = job_state(error.old)
        messages.warning(
            request,
            _("That is not the next step. The job now stands at: %(state)s.") % {"state": state},
        )


def _job(request: HttpRequest, part_id: int) -> Job:
    part = own_part(request, part_id)
    prefetch_related_objects([part], "parcels__carrier")
    return _shown(part)


def _shown(part: Fulfilment) -> Job:
    (shown,) = jobs_of([part], now=timezone.now())
    return shown


def _say_noted_already(request: HttpRequest) -> None:
    messages.info(request, _("This was noted already. Nothing was done twice."))
