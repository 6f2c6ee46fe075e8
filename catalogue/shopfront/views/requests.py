"""Something special: a buyer asks a group, reads its quotes, proposes, accepts."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from catalogue.models import Product
from catalogue.shopfront.forms import AskForm, ProposeForm
from cms.pictures import drawn_anew
from cms.taking import take_photos
from producers.models import Enterprise
from producers.states import EnterpriseState
from shop.care.models import talk_about
from shop.care.states import Side
from shop.care.views.pointing import Pointed, pointed_out
from shop.core.limits import TooOften, count_knock
from shop.core.states import MoveNotAllowed
from shop.fulfilment.history import history_of
from shop.fulfilment.models import CustomRequest, Quote, RequestPhoto
from shop.fulfilment.models.quotes import request_drafts, request_files
from shop.fulfilment.services import quotes
from shop.fulfilment.services.quotes.accepting import sold_as
from shop.fulfilment.states import RequestState
from shop.oscar.basket import services as baskets
from shop.oscar.order.services import order_path

#: In the session: what a visitor typed who was led to sign in first.
TYPED = "request-for-"
HOUR = 60 * 60
MOST_PER_HOUR = 10
PER_PAGE = 20
LARGEST_ID = 2**62


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, slug: str) -> HttpResponse:
    """Describe something special to a group.

    `?about=` names one of its products by slug, `?quantity=` fills in how many.
    """
    group = Enterprise.objects.filter(slug=slug, state=EnterpriseState.APPROVED).first()
    if group is None:
        raise Http404("no such group")
    about = (
        Product.objects.top_level()
        .on_sale()
        .made_by(group)
        .filter(slug=request.GET.get("about", "")[:255].replace("\x00", ""))
        .first()
    )
    visitor = not request.user.is_authenticated
    if request.method != "POST":
        start = {**_how_many(request), **request.session.get(TYPED + slug, {})}
        form = AskForm(initial=start)
        form.initial["token"] = form.draft
        return _show_form(request, form, group, about, visitor)
    if visitor:
        return _ask_to_sign_in(request, slug)
    form = AskForm(request.POST)
    draft = form.draft
    wrong = _take_photos(request, draft)
    valid = form.is_valid()
    for words in wrong:
        form.add_error(None, words)
    if not valid or wrong or "send" not in request.POST:
        return _show_form(request, form, group, about, visitor)
    if (pointed := pointed_out(request, form.cleaned_data["words"])) is not None:
        return _show_form(request, form, group, about, visitor, pointed)
    try:
        count_knock(f"request:{request.user.pk}", limit=MOST_PER_HOUR, per_seconds=HOUR)
        found = quotes.ask_for_something(
            enterprise_id=group.pk,
            buyer=request.user,
            words=form.cleaned_data["words"],
            quantity=form.cleaned_data["quantity"],
            wished_on=form.cleaned_data["wished_on"],
            about_id=about.pk if about else None,
            token=draft,
            now=timezone.now(),
            language=get_language() or "th",
        )
    except TooOften as error:
        minutes = -(-error.retry_after // 60)
        form.add_error(
            None,
            _("That was a lot at once. Please try again in %(minutes)d minutes.")
            % {"minutes": minutes},
        )
    except quotes.OwnGroup:
        form.add_error(None, _("This is your own group. Nothing was sent."))
    except quotes.TooManyOpen:
        form.add_error(
            None, _("You wait for several answers of this group already. Please wait for those.")
        )
    except quotes.NotOpen as refusal:
        raise Http404("the group takes no orders") from refusal
    else:
        request.session.pop(TYPED + slug, None)
        messages.success(request, _("Sent. The group is told, and you when it answers."))
        return redirect("shopfront:request", found.pk)
    return _show_form(request, form, group, about, visitor)


def _how_many(request: HttpRequest) -> dict[str, str]:
    wanted = request.GET.get("quantity", "")[:6]
    return {"quantity": wanted} if wanted.isascii() and wanted.isdigit() else {}


def _show_form(
    request: HttpRequest,
    form: AskForm,
    group: Enterprise,
    about: Product | None,
    visitor: bool,
    pointed: Pointed | None = None,
) -> HttpResponse:
    photos = list(request_drafts(form.draft)) if form.is_bound else []
    context = {
        "form": form,
        "enterprise": group,
        "about": about,
        "visitor": visitor,
        "photos": photos,
        "room": quotes.MOST_PHOTOS - len(photos),
        "pointed": pointed,
    }
    status = 422 if pointed or (form.is_bound and form.errors) else 200
    return render(request, "shopfront/request_new.html", context, status=status)


def _take_photos(request: HttpRequest, draft: UUID) -> list[str]:
    def keep(file: Any) -> Any:
        data, width, height = drawn_anew(file)
        return quotes.keep_request_photo(draft=draft, data=data, width=width, height=height)

    wrong = take_photos(request.FILES.getlist("photos"), keep, most=quotes.MOST_PHOTOS)
    if (dropped := request.POST.get("drop", "")).isdigit():
        quotes.drop_request_photo(draft=draft, photo_id=min(int(dropped), LARGEST_ID))
    return wrong


def _ask_to_sign_in(request: HttpRequest, slug: str) -> HttpResponse:
    typed = {name: request.POST.get(name, "")[:4000] for name in ("words", "quantity", "wished_on")}
    request.session[TYPED + slug] = typed
    messages.info(request, _("Sign in, so that the answer finds you. Your words are kept."))
    return redirect(f"{reverse('customer:login')}?{urlencode({'next': request.get_full_path()})}")


@login_required
@never_cache
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """All that a person asked for, the latest first."""
    own = CustomRequest.objects.of_buyer(request.user).select_related("enterprise")
    page = Paginator(own, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "shopfront/requests.html", {"page": page})


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def request_page(request: HttpRequest, request_id: int) -> HttpResponse:
    """One request with its history; anybody else's is not found."""
    own = CustomRequest.objects.of_buyer(request.user).with_all()
    found = own.filter(pk=min(request_id, LARGEST_ID)).first()
    if found is None:
        raise Http404("no such request of yours")
    answer = "propose" if "send" in request.POST else request.POST.get("answer", "")
    form = ProposeForm(request.POST if answer == "propose" else None)
    pointed = None
    if answer == "propose" and form.is_valid():
        pointed = pointed_out(request, form.cleaned_data["words"])
    if request.method == "POST" and pointed is None:
        where = _answer(request, found, form, answer)
        if where is not None:
            return where
    context = {
        "asked": found,
        "quote": found.quote,
        "history": history_of(found),
        "form": form,
        "pointed": pointed,
        "talk": talk_about(found, Side.BUYER),
        "now": timezone.now(),
        "order_path": order_path(found.order) if found.order else "",
        "in_basket": _is_in_basket(request, found),
    }
    status = 422 if pointed or (form.is_bound and form.errors) else 200
    return render(request, "shopfront/request.html", context, status=status)


def _answer(
    request: HttpRequest, found: CustomRequest, form: ProposeForm, answer: str
) -> HttpResponse | None:
    try:
        if answer == "accept":
            return _accept(request, found)
        if answer == "propose":
            if not form.is_valid():
                return None
            quotes.propose(
                request_id=found.pk, by=request.user, now=timezone.now(), **form.cleaned_data
            )
            messages.success(request, _("Sent. The group is told, and you when it answers."))
        elif answer == "withdraw":
            quotes.withdraw_request(request_id=found.pk, by=request.user)
            messages.success(request, _("Withdrawn. The group is told."))
    except MoveNotAllowed:
        messages.info(request, _("Something has changed meanwhile. See below how it stands."))
    return redirect("shopfront:request", found.pk)


def _accept(request: HttpRequest, found: CustomRequest) -> HttpResponse:
    """Accept the version that was shown and put it into the basket."""
    named = request.POST.get("quote", "")
    quote_id = min(int(named), LARGEST_ID) if named.isascii() and named.isdigit() else 0
    try:
        quote = quotes.accept_quote(quote_id=quote_id, by=request.user, now=timezone.now())
        assert quote.product_id is not None
        quantity, *_price = sold_as(quote)
        if not _is_in_basket(request, found):
            baskets.add_to_basket(
                basket=request.basket, product_id=quote.product_id, quantity=quantity
            )
    except Quote.DoesNotExist as error:
        raise Http404("no such quote for you") from error
    except quotes.QuoteIsOver:
        messages.info(request, _("Something has changed meanwhile. See below how it stands."))
    except quotes.VillagesMissing:
        messages.info(request, _("A village is being looked for. You can order when it is found."))
    except (quotes.NotOpen, baskets.CannotBeAdded, baskets.TooMany, baskets.TooFew):
        messages.error(request, _("The group takes no orders at the moment."))
    else:
        messages.success(request, _("Accepted. It lies in your basket; it is ordered when paid."))
        return redirect("basket:summary")
    return redirect("shopfront:request", found.pk)


def _is_in_basket(request: HttpRequest, found: CustomRequest) -> bool:
    quote = found.quote
    if request.basket.pk is None or found.state != RequestState.ACCEPTED or quote is None:
        return False
    return any(line.product_id == quote.product_id for line in request.basket.all_lines())


# --- photos ---


@never_cache
@require_safe
def photo(request: HttpRequest, photo_id: int) -> HttpResponse:
    """A photo for the buyer who asked and for members of the group, nobody else."""
    user: Any = request.user
    found = RequestPhoto.objects.filter(pk=min(photo_id, LARGEST_ID), request__isnull=False).first()
    if found is None or not user.is_authenticated:
        raise Http404("no such photo of yours")
    asked = CustomRequest.objects.filter(pk=found.request_id)
    if not asked.of_buyer(user).exists() and not asked.of_member(user).exists():
        raise Http404("no such photo of yours")
    return _file(found)


@never_cache
@require_safe
def draft_photo(request: HttpRequest, draft: UUID, photo_id: int) -> HttpResponse:
    """A photo of a form that is being written; its token is known to that form only."""
    found = request_drafts(draft).filter(pk=min(photo_id, LARGEST_ID)).first()
    if found is None:
        raise Http404("no such photo")
    return _file(found)


def _file(found: RequestPhoto) -> HttpResponse:
    try:
        with request_files().open(found.file.name) as file:
            return HttpResponse(file.read(), content_type="image/jpeg")
    except FileNotFoundError as error:
        raise Http404("the file is gone") from error


@login_required
@never_cache
@require_safe
def made_for_one(request: HttpRequest, product_id: int) -> HttpResponse:
    """What a quote made leads back to its request."""
    asked = CustomRequest.objects.filter(quotes__product=min(product_id, LARGEST_ID))
    if (own := asked.of_buyer(request.user).first()) is not None:
        return redirect("shopfront:request", own.pk)
    if (group := asked.of_member(request.user).first()) is not None:
        return redirect("workspace:request", group.pk)
    raise Http404("not made for you")
