"""Products: the list, one product, its pictures, on sale and off."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from catalogue import making as goods
from catalogue.claims import ForbiddenGoods
from catalogue.models import Product, ProductPicture
from catalogue.services import (
    NotReadyToPublish,
    NotTheirProduct,
    publish_product,
    withdraw_product,
)
from catalogue.states import ProductState
from cms.opening import BadPicture
from cms.taking import photo_words
from producers.workspace.making import STEPS, missing_of, offices_words, records_of
from producers.workspace.photos import keep_product_photo
from shop.core.states import MoveNotAllowed

from .access import group_of, in_group, member, own_product, screen

PER_PAGE = 30


@in_group
@require_safe
def products(request: HttpRequest) -> HttpResponse:
    """All products of the group, with picture, price, ready pieces and state."""
    pictures = Prefetch("pictures", ProductPicture.objects.select_related("picture"))
    own = (
        Product.objects.top_level()
        .ordinary()
        .made_by(group_of(request))
        .order_by("-date_created", "-pk")
    )
    page = Paginator(own.prefetch_related(pictures), PER_PAGE).get_page(request.GET.get("page"))
    return screen(request, "products", "products", products=page.object_list, page=page)


@in_group
@require_http_methods(["GET", "HEAD", "POST"])
def product_new(request: HttpRequest) -> HttpResponse:
    """Camera first: the photo begins a draft. One tap or three make the same one draft."""
    wrong = ""
    if request.method == "POST":
        token = _token(request.POST.get("token", ""))
        if token is None:
            return redirect("workspace:product_new")
        file = request.FILES.get("photo")
        if file is None and "without" not in request.POST:
            wrong = _("Take or choose a photo first.")
        else:
            try:
                product = goods.begin_product(
                    enterprise=group_of(request), by=request.user, token=token
                )
                if file is not None and not product.pictures.exists():
                    keep_product_photo(product=product, file=file, by=request.user)
            except NotTheirProduct:
                return redirect("workspace:product_new")
            except BadPicture as error:
                wrong = photo_words(error)
            else:
                return redirect(f"{reverse('workspace:step', args=[product.pk, 'name'])}?new=1")
    return screen(
        request,
        "product_new",
        "products",
        status=422 if wrong else 200,
        token=request.POST.get("token") or uuid4(),
        of=len(STEPS) + 1,
        wrong=wrong,
    )


@member
@require_safe
def product(request: HttpRequest, product_id: int) -> HttpResponse:
    """One product: how it stands, what is missing, and everything that can be changed."""
    found = own_product(request, product_id)
    return _product_page(request, found)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def publish(request: HttpRequest, product_id: int) -> HttpResponse:
    """Put it on sale; what stands in the way is said beside the way to change it."""
    found = own_product(request, product_id)
    if request.method != "POST":
        return redirect("workspace:product", found.pk)
    try:
        moved = publish_product(product_id=found.pk, by=request.user)
    except NotReadyToPublish:
        return _product_page(request, found, status=422, tried=True)
    except ForbiddenGoods as error:
        return _product_page(request, found, status=422, forbidden=error.word)
    except MoveNotAllowed as error:
        _say_product_state(request, error)
    else:
        if moved.state == ProductState.REVIEW:
            messages.info(
                request, _("The office reads it first, because of what it says. You will be told.")
            )
        else:
            messages.success(request, _("It is on sale now."))
    return redirect("workspace:product", found.pk)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, product_id: int) -> HttpResponse:
    """Take it off sale; orders that came in before go on."""
    found = own_product(request, product_id)
    if request.method == "POST":
        try:
            withdraw_product(product_id=found.pk, by=request.user)
        except MoveNotAllowed as error:
            _say_product_state(request, error)
        else:
            messages.success(request, _("It is off sale. Orders that came in before go on."))
    return redirect("workspace:product", found.pk)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def pictures(request: HttpRequest, product_id: int) -> HttpResponse:
    """Photos of a product: one more, one less, another first."""
    found = own_product(request, product_id)
    wrong = ""
    if request.method == "POST":
        try:
            wrong = _change_pictures(request, found)
        except goods.TooMany as error:
            wrong = _("There can be at most %(most)s pictures.") % {"most": error.most}
        except goods.LastOne:
            wrong = _("A product on sale keeps one picture. Add another one first.")
        except BadPicture as error:
            wrong = photo_words(error)
        if not wrong:
            return redirect("workspace:product_pictures", found.pk)
    return screen(
        request,
        "pictures",
        "products",
        status=422 if wrong else 200,
        product=found,
        pictures=list(found.pictures.select_related("picture")),
        most=goods.MOST_PICTURES,
        wrong=wrong,
    )


def _change_pictures(request: HttpRequest, product: Product) -> str:
    """Do what was asked; returns what was wrong with it."""
    if "remove" in request.POST:
        goods.remove_picture(product_id=product.pk, position_id=_id(request.POST["remove"]))
        return ""
    if "forward" in request.POST:
        goods.move_picture_forward(product_id=product.pk, position_id=_id(request.POST["forward"]))
        return ""
    file = request.FILES.get("photo")
    if file is None:
        return _("Take or choose a photo first.")
    keep_product_photo(product=product, file=file, by=request.user)
    messages.success(request, _("The picture is saved."))
    return ""


def _product_page(
    request: HttpRequest,
    product: Product,
    *,
    status: int = 200,
    tried: bool = False,
    forbidden: str = "",
) -> HttpResponse:
    missing = missing_of(product)
    return screen(
        request,
        "product",
        "products",
        status=status,
        product=product,
        pictures=list(product.pictures.select_related("picture")),
        records=records_of(product),
        missing=missing,
        next_step=missing[0].step if missing else "",
        question_count=product.questions.count(),
        offices_words=offices_words(product),
        can_publish=product.state
        in (ProductState.DRAFT, ProductState.WITHDRAWN, ProductState.REVIEW),
        can_withdraw=product.state == ProductState.PUBLISHED,
        tried=tried,
        forbidden=forbidden,
    )


def _say_product_state(request: HttpRequest, error: MoveNotAllowed) -> None:
    if error.old == error.new:
        words = {
            ProductState.PUBLISHED: _("It is on sale already."),
            ProductState.REVIEW: _("The office has it already. You will be told."),
            ProductState.WITHDRAWN: _("It is off sale already."),
        }
        messages.info(request, words.get(ProductState(error.old), _("Nothing was changed.")))
    elif error.old == ProductState.BLOCKED:
        messages.warning(request, _("The office has stopped this product. Please ask the office."))
    else:
        messages.warning(request, _("That cannot be done now. Nothing was changed."))


def _token(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
