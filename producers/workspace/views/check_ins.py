"""The weekly question: answered with one tap from a signed link, or in the workspace."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from producers.models import Membership
from producers.workspace.capacity import jobs_at_risk
from producers.workspace.forms.capacity import AnswerForm
from producers.workspace.templatetags.workshop_text import SALT, answer_link
from shop.production import services
from shop.production.models import CheckIn, Workshop
from shop.production.states import Answer

from .access import enter, member, screen, status_of


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """From a message: looking changes nothing (mail programs look too), the button answers.

    The link is good for this one question until its week is over, for who is still in the group;
    it opens nothing else and signs nobody in.
    """
    told = _told(token)
    if told is None:
        messages.info(request, _("This link does not work any more. Please sign in."))
        query = urlencode({"next": reverse("workspace:home")})
        return HttpResponseRedirect(f"{reverse('customer:login')}?{query}")
    check_in, membership, answer = told
    links = {
        word: answer_link(check_in.pk, membership.pk if membership else "", word)
        for word in Answer.values
    }
    by = str(membership.user) if membership else check_in.workshop.enterprise.name_th
    return _question(
        request,
        check_in,
        by=by,
        answer=answer,
        page=lambda **context: render(
            request,
            "workspace/check_in_link.html",
            {**context, "links": links},
            status=context["status"],
        ),
        back=request.path,
    )


@member
@require_http_methods(["GET", "HEAD", "POST"])
def check_in(request: HttpRequest, check_in_id: int) -> HttpResponse:
    """The same in the workspace."""
    found = (
        CheckIn.objects.select_related("workshop__enterprise")
        .filter(
            pk=check_in_id,
            workshop__enterprise__in=[each.enterprise_id for each in request.memberships],
        )
        .first()
    )
    if found is None:
        raise Http404("no such question to you")
    enter(request, found.workshop.enterprise_id)
    own = reverse("workspace:check_in", args=[found.pk])
    return _question(
        request,
        found,
        by=str(request.user),
        answer=request.GET.get("a", ""),
        page=lambda **context: screen(
            request,
            "check_in",
            "group",
            links={word: f"{own}?a={word}" for word in Answer.values},
            **context,
        ),
        back=own,
    )


@member
@require_POST
def as_usual(request: HttpRequest, workshop_id: int) -> HttpResponse:
    """A silent group says that everything is as it was."""
    workshop = own_workshop(request, workshop_id)
    services.say_as_usual(workshop_id=workshop.pk, today=timezone.localdate())
    messages.success(request, _("Thank you. All of your work is offered to buyers again."))
    return redirect("workspace:home")


def own_workshop(request: HttpRequest, workshop_id: int) -> Workshop:
    """One's own group's workshop; anybody else's is not found."""
    found = (
        Workshop.objects.select_related("enterprise")
        .filter(
            pk=workshop_id,
            enterprise__in=[each.enterprise_id for each in request.memberships],
        )
        .first()
    )
    if found is None:
        raise Http404("no such workshop of yours")
    enter(request, found.enterprise_id)
    return found


def _question(
    request: HttpRequest, check_in: CheckIn, *, by: str, answer: str, page: Any, back: str
) -> HttpResponse:
    """Show the question, or take the answer and come back to say what it means."""
    today = timezone.localdate()
    data = request.POST if request.method == "POST" else None
    form = AnswerForm(data, check_in=check_in)
    if request.method == "POST" and form.is_valid():
        try:
            services.answer_check_in(check_in_id=check_in.pk, today=today, by=by, **form.facts)
        except services.WeekIsOver:
            pass  # said on the page
        else:
            return HttpResponseRedirect(f"{back}?done=1")
    elif request.method == "POST" and request.POST.get("answer") in Answer.values:
        answer = request.POST["answer"]
    is_done = bool(check_in.answer) and request.GET.get("done") == "1"
    return page(
        check_in=check_in,
        workshop=check_in.workshop,
        form=form,
        answer=answer if answer in Answer.values else "",
        done=is_done and not form.is_bound,
        over=check_in.is_over(today),
        at_risk=jobs_at_risk([check_in.workshop]) if is_done else [],
        status=status_of(form),
    )


def _told(token: str) -> tuple[CheckIn, Membership | None, str] | None:
    """The question, the member and the answer of a link; None where it is not good (any more)."""
    try:
        told = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        return None
    check_in = CheckIn.objects.select_related("workshop__enterprise").filter(pk=told["c"]).first()
    if check_in is None:
        return None
    members = Membership.objects.filter(
        enterprise=check_in.workshop.enterprise_id, left_at=None, user__is_active=True
    )
    membership = members.select_related("user").filter(pk=told["m"]).first()
    # A group without members is asked at its own contact; once it has members, they answer.
    if membership is None and (told["m"] or members.exists()):
        return None
    return check_in, membership, told["a"]
