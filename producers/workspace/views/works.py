"""One line's work moves on by a photo; proofs go to the buyer; what to make this week."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.models import Picture
from cms.opening import BadPicture
from cms.taking import photo_words
from producers.workspace.forms.works import NoChangeForm, ProofForm, WorkForm
from producers.workspace.jobs import Job, JobLine, jobs_of
from producers.workspace.photos import keep_work_photo
from producers.workspace.templatetags.workspace_text import job_state
from producers.workspace.weeks import monday_of, week_of
from shop.core.states import MoveNotAllowed
from shop.fulfilment import services
from shop.fulfilment.models import JobUpdate, Proof
from shop.fulfilment.states import FREE_CHANGES, ProofKind
from shop.production.services import NoCapacity
from shop.production.states import JobState

from .access import group_of, in_group, member, own_part, screen, sent, status_of

#: What is told when a step has been noted.
NOTED: dict[str, Callable[[], str]] = {
    "make": lambda: _("Noted: you have begun. The buyer sees the photo."),
    "finish": lambda: _("Noted: it is finished. The buyer sees the photo."),
    "pack": lambda: _("Noted: it is packed. The buyer sees the photo."),
}


@member
@require_http_methods(["GET", "HEAD", "POST"])
def work(request: HttpRequest, part_id: int, job_id: int) -> HttpResponse:
    """The photo that moves one line's work on: begun, finished or packed."""
    job, line = _line(request, part_id, job_id)
    form = WorkForm(sent(request))
    wrong = ""
    if request.method == "POST" and form.is_valid():
        token = form.cleaned_data["token"]
        if JobUpdate.objects.filter(job=job_id, token=token).exists():
            messages.info(request, _("This was noted already. Nothing was done twice."))
            return redirect("workspace:job", part_id)
        # A photo that belongs to another step: the page was old, or another phone was quicker.
        step = request.POST.get("step") or line.work_step
        picture, wrong = _photo(request, job, line) if step == line.work_step else (None, "")
        if not wrong:
            _move(request, job, line, step, form, picture)
            return redirect("workspace:job", part_id)
    elif line.work_step not in NOTED:
        return redirect("workspace:job", part_id)
    status = 422 if wrong else status_of(form)
    return screen(
        request, "work", "jobs", status=status, job=job, line=line, form=form, wrong=wrong
    )


@member
@require_POST
def take_back(request: HttpRequest, part_id: int, job_id: int) -> HttpResponse:
    """The last step of a line was a wrong tap."""
    _line(request, part_id, job_id)
    try:
        services.take_back_step(
            job_id=job_id,
            reached=request.POST.get("reached", ""),
            by=request.user,
            now=timezone.now(),
        )
    except services.StepStays:
        messages.warning(
            request, _("This cannot be taken back any more. Please write to the buyer.")
        )
    except NoCapacity:
        messages.warning(
            request, _("The days it would need belong to other orders now, so it stays noted.")
        )
    except MoveNotAllowed:
        messages.info(request, _("Something has changed meanwhile. Please look again."))
    else:
        messages.success(request, _("Taken back. The photo is not shown any more."))
    return redirect("workspace:job", part_id)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def proof(request: HttpRequest, part_id: int, job_id: int) -> HttpResponse:
    """The next version for the buyer: a photo or the description of a sample."""
    job, line = _line(request, part_id, job_id)
    assert line.work is not None
    file = request.FILES.get("photo")
    form = ProofForm(sent(request), policy=line.work.proof, has_photo=file is not None)
    wrong = ""
    if request.method == "POST" and form.is_valid():
        token = form.cleaned_data["token"]
        if Proof.objects.filter(job=job_id, token=token).exists():
            messages.info(request, _("This was noted already. Nothing was done twice."))
            return redirect("workspace:job", part_id)
        optional = form.cleaned_data["kind"] == ProofKind.SAMPLE and file is None
        picture, wrong = (None, "") if optional else _photo(request, job, line)
        if not wrong:
            _send_proof(request, line, form, picture)
            return redirect("workspace:job", part_id)
    elif line.work_step not in ("proof", "wait"):
        return redirect("workspace:job", part_id)
    return screen(
        request,
        "proof",
        "jobs",
        status=422 if wrong else status_of(form),
        job=job,
        line=line,
        form=form,
        wrong=wrong,
        free_changes=FREE_CHANGES,
    )


@member
@require_http_methods(["GET", "HEAD", "POST"])
def decline_change(request: HttpRequest, part_id: int, job_id: int) -> HttpResponse:
    """No further change: the buyer takes the version as it is, or cancels."""
    job, line = _line(request, part_id, job_id)
    newest = next(iter(line.proofs), None)
    form = NoChangeForm(sent(request))
    if newest is None or not services.can_decline_change(newest):
        return redirect("workspace:job", part_id)
    if request.method == "POST" and form.is_valid():
        try:
            services.decline_change(
                proof_id=newest.pk, words=form.cleaned_data["words"], by=request.user
            )
        except (services.StillFree, services.NotTheNewest, MoveNotAllowed):
            messages.info(request, _("Something has changed meanwhile. Please look again."))
        else:
            messages.success(request, _("The buyer has been told and can approve it as it is."))
        return redirect("workspace:job", part_id)
    return screen(
        request,
        "no_change",
        "jobs",
        status=status_of(form),
        job=job,
        line=line,
        proof=newest,
        form=form,
    )


@in_group
@require_safe
def week(request: HttpRequest) -> HttpResponse:
    """What to make this week, per workshop and day, across all orders; printable."""
    today = timezone.localdate()
    monday = monday_of(_day(request.GET.get("from")) or today)
    return screen(
        request,
        "week",
        "jobs",
        monday=monday,
        sunday=monday + timedelta(days=6),
        before=monday - timedelta(days=7),
        after=monday + timedelta(days=7),
        is_this_week=monday == monday_of(today),
        today=today,
        workshops=week_of(group_of(request), monday=monday, today=today),
    )


def _line(request: HttpRequest, part_id: int, job_id: int) -> tuple[Job, JobLine]:
    """A line with work in a part of one's own; anything else is not found."""
    part = own_part(request, part_id)
    (job,) = jobs_of([part], now=timezone.now())
    for line in job.lines:
        if line.work is not None and line.work.pk == job_id:
            prefetch_related_objects([line.work], "updates__picture", "proofs__picture")
            return job, line
    raise Http404("no such work in this part")


def _photo(request: HttpRequest, job: Job, line: JobLine) -> tuple[Picture | None, str]:
    """The photo that was sent, kept; or what is wrong with it."""
    file = request.FILES.get("photo")
    if file is None:
        return None, _("Take or choose a photo first.")
    title = f"{job.part.order.number} {line.line.title}"
    try:
        return keep_work_photo(title=title, file=file, by=request.user), ""
    except BadPicture as error:
        return None, photo_words(error)


def _move(
    request: HttpRequest, job: Job, line: JobLine, step: str, form: WorkForm, picture: Any
) -> None:
    verbs: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
        "make": (services.start_job, {}),
        "finish": (services.finish_job, {"today": timezone.localdate()}),
        "pack": (services.pack_job, {}),
    }
    assert line.work is not None
    if step not in verbs or step != line.work_step:
        _say_where(request, line.work.state)
        return
    verb, more = verbs[step]
    try:
        verb(
            job_id=line.work.pk,
            token=form.cleaned_data["token"],
            picture_id=picture.pk if picture else None,
            text=form.cleaned_data["text"],
            by=request.user,
            **more,
        )
    except services.NotApproved:
        messages.warning(request, _("The buyer has not approved it yet. Please wait."))
    except MoveNotAllowed as error:
        if error.obj == line.work:
            _say_where(request, error.old)
        else:
            state = job_state(error.old)
            messages.warning(
                request,
                _("That is not the next step. The job now stands at: %(state)s.")
                % {"state": state},
            )
    else:
        messages.success(request, NOTED[step]())


def _send_proof(request: HttpRequest, line: JobLine, form: ProofForm, picture: Any) -> None:
    assert line.work is not None
    try:
        sent_now = services.send_proof(
            job_id=line.work.pk,
            token=form.cleaned_data["token"],
            kind=form.cleaned_data["kind"],
            picture_id=picture.pk if picture else None,
            note=form.cleaned_data["note"],
            by=request.user,
        )
    except MoveNotAllowed:
        messages.warning(request, _("There is nothing to be approved any more."))
    else:
        messages.success(
            request,
            _("Version %(n)s is sent. The buyer looks at it and answers.")
            % {"n": sent_now.version},
        )


def _say_where(request: HttpRequest, state: str) -> None:
    messages.warning(
        request,
        _("That is not the next step. The work now stands at: %(state)s.")
        % {"state": JobState(state).label},
    )


def _day(text: str | None) -> date | None:
    try:
        found = date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 2020 <= found.year <= 2100 else None
