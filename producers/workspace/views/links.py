"""Signed links from SMS and mail, and choosing among one's groups."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.core import signing
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from producers.models import Membership
from producers.workspace.forms.group import SwitchForm
from producers.workspace.templatetags.workspace_links import SALT
from shop.care.models import Conversation, Review
from shop.fulfilment.models import CustomRequest, Fulfilment

from .access import GROUP, enter, member, sent, status_of

HOURS_VALID = 72


@never_cache
@require_safe
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Opens the job a message was about, and signs its receiver in.

    The link is good for 72 hours and only for who is still in the group. Officers have more
    rights than a forwarded SMS should give, so they sign in as always.
    """
    try:
        told = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        told = None
    membership = _membership(told)
    if membership is None:
        return _to_sign_in(request, "", _("This link does not work any more. Please sign in."))
    job = _job_address(told, membership)
    if request.user != membership.user:
        if _is_old(token):
            return _to_sign_in(
                request, job, _("The link is older than 3 days. Sign in to open the job.")
            )
        if membership.user.is_staff:
            return _to_sign_in(request, job, _("Sign in to open the job."))
        login(request, membership.user, backend=settings.AUTHENTICATION_BACKENDS[0])
    request.session[GROUP] = membership.enterprise_id
    return HttpResponseRedirect(job)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def switch(request: HttpRequest) -> HttpResponse:
    """Which of one's groups to work for."""
    groups = [(each.enterprise_id, each.enterprise.name) for each in request.memberships]
    now = request.membership.enterprise_id if request.membership else None
    form = SwitchForm(sent(request), groups=groups, initial={"group": now})
    if request.method == "POST" and form.is_valid():
        enter(request, form.cleaned_data["group"])
        return redirect("workspace:home")
    return render(request, "workspace/switch.html", {"form": form}, status=status_of(form))


def _is_old(token: str) -> bool:
    try:
        signing.loads(token, salt=SALT, max_age=HOURS_VALID * 3600)
    except signing.SignatureExpired:
        return True
    return False


def _membership(told: Any) -> Membership | None:
    """Whom a link was sent to, if that person is still in the group."""
    if not isinstance(told, dict) or not isinstance(told.get("m"), int):
        return None
    return (
        Membership.objects.select_related("user")
        .filter(pk=told["m"], left_at=None, user__is_active=True)
        .first()
    )


def _job_address(told: dict[str, Any], membership: Membership) -> str:
    """The screen it is about; the home screen when that is not the group's."""
    group = membership.enterprise_id
    for key, name, own in (
        ("f", "workspace:job", Fulfilment.objects.filter(enterprise=group)),
        ("t", "workspace:talk", Conversation.objects.filter(enterprise=group)),
        ("r", "workspace:review", Review.objects.filter(fulfilment__enterprise=group)),
        ("q", "workspace:request", CustomRequest.objects.filter(enterprise=group)),
    ):
        about = told.get(key)
        if isinstance(about, int) and own.filter(pk=about).exists():
            return reverse(name, args=[about])
    return reverse("workspace:home")


def _to_sign_in(request: HttpRequest, then: str, words: str) -> HttpResponse:
    messages.info(request, words)
    query = urlencode({"next": then or reverse("workspace:home")})
    return HttpResponseRedirect(f"{reverse('customer:login')}?{query}")
