"""The buyer's side of talks: in the account, or by an order's signed link."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.models import Product
from shop.care import services
from shop.care.forms import ReportForm
from shop.care.models import Conversation, TalkMessage, TalkPhoto, drafts_of, private_files
from shop.care.states import Side
from shop.fulfilment.models import CustomRequest, Fulfilment
from shop.oscar.order.services import opens_order

from .desk import new_desk, page_of, status_of, take_message, thread

#: In the session: words of a visitor who was led to sign in first.
WRITTEN = "words-for-"
PER_PAGE = 20


@login_required
@never_cache
@require_safe
def talks(request: HttpRequest) -> HttpResponse:
    """All talks of a person, the latest first."""
    mine = Conversation.objects.of_buyer(request.user).with_about().unread_by(Side.BUYER)
    page = Paginator(mine, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "care/talks.html", {"page": page})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """A question about a product. Visitors write first and sign in then; their words wait."""
    product = (
        Product.objects.top_level().on_sale().select_related("enterprise").filter(slug=slug).first()
    )
    if product is None:
        raise Http404("not on sale")
    user: Any = request.user
    if not user.is_authenticated:
        return _ask_to_sign_in(request, product)
    talk = Conversation.objects.of_buyer(user).filter(product=product).first()
    if talk is not None and request.method != "POST":
        written = request.session.pop(WRITTEN + slug, "")
        if not written:
            return redirect("care:talk", talk.pk)
        return _show(request, talk, new_desk(written), _account(talk), about=product)

    def send(**message: Any) -> TalkMessage:
        return services.ask_about_product(product_id=product.pk, buyer=user, **message)

    desk = new_desk(request.session.pop(WRITTEN + slug, ""))
    if request.method == "POST":
        try:
            sent, desk = take_message(request, key=f"talk:{user.pk}", send=send)
        except services.OwnGroup:
            messages.info(request, _("This is your own group. Nothing was sent."))
            return redirect(product)
        if sent is not None:
            messages.success(request, _("Sent. The group is told, and you when it answers."))
            return redirect("care:talk", sent.conversation_id)
    return _show(request, talk, desk, _account(talk), about=product)


def _ask_to_sign_in(request: HttpRequest, product: Product) -> HttpResponse:
    if request.method == "POST":
        request.session[WRITTEN + product.slug] = request.POST.get("text", "")[:4000]
        here = reverse("care:ask", args=[product.slug])
        messages.info(request, _("Sign in, so that the answer finds you. Your words are kept."))
        return redirect(f"{reverse('customer:login')}?{urlencode({'next': here})}")
    desk = new_desk(request.session.get(WRITTEN + product.slug, ""))
    return render(
        request,
        "care/talk.html",
        {"desk": desk, "product": product, "enterprise": product.enterprise, "visitor": True},
    )


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def talk(request: HttpRequest, talk_id: int) -> HttpResponse:
    """One's own talk; anybody else's is not found."""
    found = _own(request, talk_id)

    def send(**message: Any) -> TalkMessage:
        return services.write(conversation_id=found.pk, side=Side.BUYER, by=request.user, **message)

    return _talk_page(request, found, f"talk:{request.user.pk}", send, _account(found))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def problem(request: HttpRequest, talk_id: int) -> HttpResponse:
    return _problem_page(request, _own(request, talk_id), _account)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def part_talk(request: HttpRequest, number: str, token: str, part_id: int) -> HttpResponse:
    """The talk about one group's part of an order, for whoever holds the signed link."""
    part = _opened_part(number, token, part_id)
    found = _talk_of(part)

    def send(**message: Any) -> TalkMessage:
        return services.write_about_part(
            fulfilment_id=part.pk, side=Side.BUYER, by=part.order.user, **message
        )

    where = _signed(number, token, part)
    return _talk_page(request, found, f"talk-part:{part.pk}", send, where, part=part)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def part_problem(request: HttpRequest, number: str, token: str, part_id: int) -> HttpResponse:
    part = _opened_part(number, token, part_id)
    found = _talk_of(part)
    if found is None:
        raise Http404("nothing was written yet")
    return _problem_page(request, found, lambda talk: _signed(number, token, part))


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def request_talk(request: HttpRequest, request_id: int) -> HttpResponse:
    """Talking about something special that one asked for; anybody else's is not found."""
    asked = (
        CustomRequest.objects.of_buyer(request.user)
        .select_related("enterprise")
        .filter(pk=min(request_id, 2**62))
        .first()
    )
    if asked is None:
        raise Http404("no such request of yours")
    found = Conversation.objects.with_about().filter(request=asked).first()
    if found is not None and request.method != "POST":
        return redirect("care:talk", found.pk)

    def send(**message: Any) -> TalkMessage:
        return services.write_about_request(
            request_id=asked.pk, side=Side.BUYER, by=request.user, **message
        )

    where = {**_account(found), "here": reverse("care:request_talk", args=[asked.pk])}
    return _talk_page(request, found, f"talk:{request.user.pk}", send, where, asked=asked)


# --- photos ---


@never_cache
@require_safe
def photo(request: HttpRequest, photo_id: int) -> HttpResponse:
    """A photo for who may read its talk: buyer, members of the group, the office when called."""
    user: Any = request.user
    found = _sent_photos().filter(pk=photo_id).first()
    if found is None or not user.is_authenticated or not _may_read(user, found):
        raise Http404("no such photo of yours")
    return _file(found)


@never_cache
@require_safe
def part_photo(
    request: HttpRequest, number: str, token: str, part_id: int, photo_id: int
) -> HttpResponse:
    part = _opened_part(number, token, part_id)
    found = _sent_photos().filter(pk=photo_id, message__conversation__fulfilment=part).first()
    if found is None:
        raise Http404("no such photo of this talk")
    return _file(found)


@never_cache
@require_safe
def draft_photo(request: HttpRequest, draft: Any, photo_id: int) -> HttpResponse:
    """A photo of a form that is being written; its token is known to that form only."""
    found = drafts_of(draft).filter(pk=photo_id).first()
    if found is None:
        raise Http404("no such photo")
    return _file(found)


def _sent_photos() -> Any:
    return TalkPhoto.objects.filter(message__isnull=False).select_related("message__conversation")


def _may_read(user: Any, found: TalkPhoto) -> bool:
    assert found.message is not None
    talk = found.message.conversation
    if talk.buyer_id == user.pk:
        return True
    if Conversation.objects.of_member(user).filter(pk=talk.pk).exists():
        return True
    return talk.is_reported and user.is_staff and user.has_perm("care.view_conversation")


def _file(found: TalkPhoto) -> HttpResponse:
    try:
        with private_files().open(found.file.name) as file:
            return HttpResponse(file.read(), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise Http404("the file is gone") from error


# --- the page ---

Where = dict[str, Any]


def _account(talk: Conversation | None) -> Where:
    """Addresses of a talk in the account."""
    return {
        "here": reverse("care:talk", args=[talk.pk]) if talk else "",
        "problem": reverse("care:problem", args=[talk.pk]) if talk else "",
        "back": reverse("care:talks"),
        "photo": lambda photo: reverse("care:photo", args=[photo.pk]),
    }


def _signed(number: str, token: str, part: Fulfilment) -> Where:
    """The same by the order's signed link; the way back leads to the order."""
    keys = [number, token, part.pk]
    return {
        "here": reverse("care:part_talk", args=keys),
        "problem": reverse("care:part_problem", args=keys),
        "back": reverse("order:signed", args=[number, token]),
        "photo": lambda photo: reverse("care:part_photo", args=[*keys, photo.pk]),
    }


def _talk_page(
    request: HttpRequest,
    talk: Conversation | None,
    key: str,
    send: Callable[..., TalkMessage],
    where: Where,
    part: Fulfilment | None = None,
    asked: CustomRequest | None = None,
) -> HttpResponse:
    desk = new_desk()
    if request.method == "POST":
        sent, desk = take_message(request, key=key, send=send)
        if sent is not None:
            messages.success(request, _("Sent. The group is told, and you when it answers."))
            return redirect(where["here"])
    elif talk is not None:
        services.note_read(conversation_id=talk.pk, side=Side.BUYER)
    return _show(request, talk, desk, where, part=part, asked=asked)


def _show(
    request: HttpRequest,
    talk: Conversation | None,
    desk: Any,
    where: Where,
    *,
    about: Product | None = None,
    part: Fulfilment | None = None,
    asked: CustomRequest | None = None,
) -> HttpResponse:
    page = page_of(request)
    entries, older = thread(talk, Side.BUYER, where["photo"], page)
    product = about or (talk.product if talk else None)
    part = part or (talk.fulfilment if talk else None)
    asked = asked or (talk.request if talk else None)
    owner = part or asked or product
    assert owner is not None
    context = {
        "talk": talk,
        "desk": desk,
        "entries": entries,
        "older": page + 1 if older else 0,
        "newer": page - 1,
        "product": product,
        "part": part,
        "asked": asked,
        "enterprise": owner.enterprise,
        "where": where,
        "side": Side.BUYER,
    }
    return render(request, "care/talk.html", context, status=status_of(desk))


def _problem_page(
    request: HttpRequest, talk: Conversation, where: Callable[[Conversation], Where]
) -> HttpResponse:
    form = ReportForm(request.POST if request.method == "POST" else None)
    addresses = where(talk)
    if request.method == "POST" and form.is_valid():
        try:
            services.report_problem(
                conversation_id=talk.pk,
                side=Side.BUYER,
                by=talk.buyer,
                text=form.cleaned_data["text"],
            )
        except services.AlreadyReported:
            messages.info(request, _("The office reads along already."))
        else:
            messages.success(request, _("The office has been told, and reads along from now on."))
        return redirect(addresses["here"])
    context = {"form": form, "talk": talk, "where": addresses}
    return render(request, "care/problem.html", context, status=422 if form.is_bound else 200)


# --- finding ---


def _own(request: HttpRequest, talk_id: int) -> Conversation:
    found = Conversation.objects.of_buyer(request.user).with_about().filter(pk=talk_id).first()
    if found is None:
        raise Http404("no such talk of yours")
    return found


def _opened_part(number: str, token: str, part_id: int) -> Fulfilment:
    part = (
        Fulfilment.objects.select_related("order__user", "enterprise")
        .filter(pk=min(part_id, 2**62), order__number=number)
        .first()
    )
    if part is None or not opens_order(part.order, token):
        raise Http404("no such part of this order")
    return part


def _talk_of(part: Fulfilment) -> Conversation | None:
    return Conversation.objects.with_about().filter(fulfilment=part).first()
