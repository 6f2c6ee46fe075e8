"""The group itself: its page's words and picture, its days, its people, and how one is told."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.claims import ForbiddenGoods
from cms.opening import BadPicture
from cms.taking import photo_words
from producers.models import Certificate, Membership
from producers.services import (
    NobodyWouldBeTold,
    describe_enterprise,
    set_notices,
    set_working_days,
)
from producers.workspace.claiming import ClaimNeedsProof, look_at_claims
from producers.workspace.forms.group import DAYS, DaysForm, GroupTextForm, NoticesForm
from producers.workspace.photos import keep_group_photo
from shop.production.promising import EVERY_DAY_BUT_SUNDAY

from .access import group_of, in_group, screen, sent, status_of
from .steps import forbidden_words
from .talks import news_of


@in_group
@require_safe
def group(request: HttpRequest) -> HttpResponse:
    """Everything about the group at a glance."""
    enterprise = group_of(request)
    members = (
        Membership.objects.filter(enterprise=enterprise, left_at=None)
        .select_related("user")
        .order_by("joined_at", "pk")
    )
    certificates = Certificate.objects.filter(enterprise=enterprise).order_by("-created_at", "-pk")
    works_on = enterprise.works_on or EVERY_DAY_BUT_SUNDAY
    return screen(
        request,
        "group",
        "group",
        members=members,
        certificates=certificates,
        days=[label for number, label in DAYS if number in works_on],
        today=timezone.localdate(),
        **news_of(enterprise),
    )


@in_group
@require_http_methods(["GET", "HEAD", "POST"])
def text(request: HttpRequest) -> HttpResponse:
    """The words on the public page; a standard is named only with its certificate."""
    enterprise = group_of(request)
    start = {"about_th": enterprise.about_th, "about_en": enterprise.about_en}
    form = GroupTextForm(sent(request), initial=start)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            look_at_claims(
                enterprise,
                f"{data['about_th']} {data['about_en']}",
                today=timezone.localdate(),
            )
        except ForbiddenGoods as error:
            form.add_error("about_th", forbidden_words(error.word))
        except ClaimNeedsProof as error:
            form.add_error(
                "about_th",
                _("Without a checked certificate your page cannot say: %(words)s.")
                % {"words": ", ".join(error.words)},
            )
        else:
            describe_enterprise(enterprise_id=enterprise.pk, by=request.user, **data)
            messages.success(request, _("Your page's text is saved."))
            return redirect("workspace:group")
    return screen(request, "group_text", "group", status=status_of(form), form=form)


@in_group
@require_http_methods(["GET", "HEAD", "POST"])
def days(request: HttpRequest) -> HttpResponse:
    """The days on which the group works: buyers' dates count them."""
    enterprise = group_of(request)
    known = enterprise.works_on or EVERY_DAY_BUT_SUNDAY
    form = DaysForm(sent(request), initial={"days": list(known)})
    if request.method == "POST" and form.is_valid():
        set_working_days(
            enterprise_id=enterprise.pk, days=form.cleaned_data["days"], by=request.user
        )
        messages.success(request, _("Your working days are saved. New orders count with them."))
        return redirect("workspace:group")
    return screen(request, "group_days", "group", status=status_of(form), form=form)


@in_group
@require_http_methods(["GET", "HEAD", "POST"])
def picture(request: HttpRequest) -> HttpResponse:
    """The picture on the public page."""
    enterprise, wrong = group_of(request), ""
    if request.method == "POST":
        file = request.FILES.get("photo")
        if file is None:
            wrong = _("Take or choose a photo first.")
        else:
            try:
                keep_group_photo(enterprise=enterprise, file=file, by=request.user)
            except BadPicture as error:
                wrong = photo_words(error)
            else:
                messages.success(request, _("The picture is saved."))
                return redirect("workspace:group")
    return screen(request, "group_picture", "group", status=422 if wrong else 200, wrong=wrong)


@in_group
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest) -> HttpResponse:
    """How oneself hears of orders, and in which language."""
    mine, user = request.membership, request.user
    start = {
        "tell_by_email": mine.tell_by_email,
        "tell_by_sms": mine.tell_by_sms,
        "language": user.language,
    }
    form = NoticesForm(sent(request), initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            saved = set_notices(membership_id=mine.pk, **form.cleaned_data)
        except NobodyWouldBeTold:
            form.add_error(
                None, _("Somebody of the group must hear of new orders. Leave one way on.")
            )
        else:
            return _saved_in(request, saved.user.language)
    return screen(
        request, "notices", "group", status=status_of(form), form=form, email=user.email,
        phone=user.phone,
    )  # fmt: skip


def _saved_in(request: HttpRequest, language: str) -> HttpResponse:
    """Back to the group's screen, in the language just chosen."""
    address: Any
    with translation.override(language):
        messages.success(request, _("Saved."))
        address = reverse("workspace:group")
    return redirect(address)
