"""Talks with buyers, the group's saved words, and reviews to answer."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from producers.models import Enterprise
from shop.care import services
from shop.care.forms import AnswerForm, ReportForm, SavedReplyForm
from shop.care.models import Conversation, Review, SavedReply, TalkMessage
from shop.care.states import ReviewState, Side
from shop.care.views.desk import (
    Desk,
    new_desk,
    page_of,
    take_message,
    thread,
)
from shop.care.views.desk import status_of as desk_status
from shop.care.views.pointing import pointed_out
from shop.core.states import MoveNotAllowed
from shop.fulfilment.models import CustomRequest, Fulfilment

from .access import (
    enter,
    group_of,
    in_group,
    member,
    own_part,
    own_request,
    screen,
    sent,
    status_of,
)

PER_PAGE = 30


def news_of(enterprise: Enterprise) -> dict[str, int]:
    """How many talks have something new, and how many reviews wait for an answer."""
    waiting = Conversation.objects.filter(enterprise=enterprise).waiting_for(Side.GROUP)
    reviews = Review.objects.unanswered().filter(fulfilment__enterprise=enterprise)
    return {"new_messages": waiting.count(), "new_reviews": reviews.count()}


@in_group
@require_safe
def talks(request: HttpRequest) -> HttpResponse:
    """All talks with buyers, those with something new first."""
    theirs = (
        Conversation.objects.filter(enterprise=group_of(request))
        .with_about()
        .unread_by(Side.GROUP)
        .order_by("-is_unread", "-last_at", "-pk")
    )
    page = Paginator(theirs, PER_PAGE).get_page(request.GET.get("page"))
    return screen(request, "talks", "group", page=page)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def talk(request: HttpRequest, talk_id: int) -> HttpResponse:
    """One talk; of another group's it is not known that there is one."""
    found = _own_talk(request, talk_id)

    def send(**message: Any) -> TalkMessage:
        return services.write(conversation_id=found.pk, side=Side.GROUP, by=request.user, **message)

    return _talk_page(request, found, send)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def part_talk(request: HttpRequest, part_id: int) -> HttpResponse:
    """Writing to the buyer of a job, also where nobody has written yet."""
    part = own_part(request, part_id)
    found = Conversation.objects.with_about().filter(fulfilment=part).first()
    if found is not None and request.method != "POST":
        return redirect("workspace:talk", found.pk)

    def send(**message: Any) -> TalkMessage:
        return services.write_about_part(
            fulfilment_id=part.pk, side=Side.GROUP, by=request.user, **message
        )

    return _talk_page(request, found, send, part=part)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def problem(request: HttpRequest, talk_id: int) -> HttpResponse:
    """The group calls the office into a talk."""
    found = _own_talk(request, talk_id)
    form = ReportForm(sent(request))
    if request.method == "POST" and form.is_valid():
        try:
            services.report_problem(
                conversation_id=found.pk,
                side=Side.GROUP,
                by=request.user,
                text=form.cleaned_data["text"],
            )
        except services.AlreadyReported:
            messages.info(request, _("The office reads along already."))
        else:
            messages.success(request, _("The office has been told, and reads along from now on."))
        return redirect("workspace:talk", found.pk)
    return screen(request, "talk_problem", "group", status=status_of(form), form=form, talk=found)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def request_talk(request: HttpRequest, request_id: int) -> HttpResponse:
    """Asking back about something special, also where nobody has written yet."""
    asked = own_request(request, request_id)
    found = Conversation.objects.with_about().filter(request=asked).first()
    if found is not None and request.method != "POST":
        return redirect("workspace:talk", found.pk)

    def send(**message: Any) -> TalkMessage:
        return services.write_about_request(
            request_id=asked.pk, side=Side.GROUP, by=request.user, **message
        )

    return _talk_page(request, found, send, asked=asked)


def _talk_page(
    request: HttpRequest,
    found: Conversation | None,
    send: Any,
    part: Fulfilment | None = None,
    asked: CustomRequest | None = None,
) -> HttpResponse:
    desk = new_desk()
    if request.method == "POST":
        written, desk = take_message(request, key=f"talk:{request.user.pk}", send=send)
        if written is not None:
            messages.success(request, _("Sent. The buyer is told."))
            return redirect("workspace:talk", written.conversation_id)
        desk = _with_saved_words(request, desk)
    elif found is not None:
        services.note_read(conversation_id=found.pk, side=Side.GROUP)
    page = page_of(request)
    entries, older = thread(
        found, Side.GROUP, lambda photo: reverse("care:photo", args=[photo.pk]), page
    )
    return screen(
        request,
        "talk",
        "group",
        status=desk_status(desk),
        talk=found,
        part=part or (found.fulfilment if found else None),
        product=found.product if found else None,
        asked=asked or (found.request if found else None),
        desk=desk,
        entries=entries,
        older=page + 1 if older else 0,
        newer=page - 1,
        side=Side.GROUP,
        replies=SavedReply.objects.filter(enterprise=group_of(request)),
    )


def _with_saved_words(request: HttpRequest, desk: Desk) -> Desk:
    """A tap on a saved reply puts its words behind what is typed; nothing is sent yet."""
    wanted = request.POST.get("use", "")
    if not wanted.isdigit():
        return desk
    reply = SavedReply.objects.filter(
        enterprise=group_of(request), pk=min(int(wanted), 2**62)
    ).first()
    if reply is not None:
        typed = request.POST.get("text", "").rstrip()
        data = request.POST.copy()
        data["text"] = f"{typed}\n{reply.text}" if typed else reply.text
        desk.form.data = data
    return desk


def _own_talk(request: HttpRequest, talk_id: int) -> Conversation:
    found = Conversation.objects.of_member(request.user).with_about().filter(pk=talk_id).first()
    if found is None:
        raise Http404("no such talk of yours")
    enter(request, found.enterprise_id)
    return found


# --- saved replies ---


@in_group
@require_safe
def replies(request: HttpRequest) -> HttpResponse:
    theirs = SavedReply.objects.filter(enterprise=group_of(request))
    return screen(request, "replies", "group", replies=theirs, most=services.MOST_REPLIES)


@in_group
@require_http_methods(["GET", "HEAD", "POST"])
def reply(request: HttpRequest, reply_id: int | None = None) -> HttpResponse:
    """New words, or those of one's own group to change."""
    known = _own_reply(request, reply_id) if reply_id else None
    start = {"title": known.title, "text": known.text} if known else {}
    form = SavedReplyForm(sent(request), initial=start)
    if request.method == "POST" and form.is_valid():
        try:
            services.save_reply(
                enterprise_id=group_of(request).pk, reply_id=reply_id, **form.cleaned_data
            )
        except services.TitleTaken:
            form.add_error("title", _("You have another one of this name."))
        except services.TooManyReplies:
            form.add_error(None, _("At most 30. Remove one that nobody needs any more."))
        else:
            messages.success(request, _("The words are saved."))
            return redirect("workspace:replies")
    return screen(request, "reply", "group", status=status_of(form), form=form, reply=known)


@in_group
@require_POST
def reply_remove(request: HttpRequest, reply_id: int) -> HttpResponse:
    known = _own_reply(request, reply_id)
    services.remove_reply(enterprise_id=known.enterprise_id, reply_id=known.pk)
    messages.success(request, _("Removed."))
    return redirect("workspace:replies")


def _own_reply(request: HttpRequest, reply_id: int) -> SavedReply:
    known = SavedReply.objects.filter(enterprise=group_of(request), pk=reply_id).first()
    if known is None:
        raise Http404("no such words of yours")
    return known


# --- reviews ---


@in_group
@require_safe
def reviews(request: HttpRequest) -> HttpResponse:
    """What buyers think, the unanswered first."""
    theirs = (
        Review.objects.published()
        .filter(fulfilment__enterprise=group_of(request))
        .select_related("product")
        .with_photos()
        .order_by("answered_at", "-published_at", "-pk")
    )
    unanswered = theirs.filter(answered_at=None)
    answered = theirs.exclude(answered_at=None).order_by("-published_at", "-pk")
    page = Paginator(answered, PER_PAGE).get_page(request.GET.get("page"))
    return screen(request, "reviews", "group", unanswered=unanswered[:PER_PAGE], page=page)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, review_id: int) -> HttpResponse:
    """One review, and the group's one answer to it."""
    found = _own_review(request, review_id)
    form = AnswerForm(sent(request), initial={"text": found.answer})
    pointed = None
    if request.method == "POST" and form.is_valid():
        pointed = pointed_out(request, form.cleaned_data["text"])
        if pointed is None:
            try:
                services.answer_review(
                    review_id=found.pk, by=request.user, text=form.cleaned_data["text"]
                )
            except services.AnswerIsFinal:
                messages.error(request, _("The answer has stood there for a week and stays."))
            except MoveNotAllowed:
                messages.error(request, _("This review is not public any more."))
            else:
                messages.success(request, _("Your answer stands under the review."))
            return redirect("workspace:reviews")
    return screen(
        request,
        "review",
        "group",
        status=422 if pointed else status_of(form),
        review=found,
        form=form,
        pointed=pointed,
        open_to_write=services.can_be_answered(found, now=timezone.now()),
        days=services.ANSWER_DAYS,
    )


def _own_review(request: HttpRequest, review_id: int) -> Review:
    found = (
        Review.objects.with_photos()
        .select_related("product", "fulfilment__enterprise")
        .filter(
            pk=review_id,
            state=ReviewState.PUBLISHED,
            fulfilment__enterprise__in=[each.enterprise_id for each in request.memberships],
        )
        .first()
    )
    if found is None:
        raise Http404("no such review of your goods")
    enter(request, found.fulfilment.enterprise_id)
    return found
