"""One question about a product per screen: its words, price, terms, sizes, ready pieces."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from catalogue.claims import ForbiddenGoods
from catalogue.making import LastOne, TooMany, change_product, rename_child
from catalogue.models import Product
from catalogue.states import ProductState
from producers.workspace.forms.products import (
    DetailsForm,
    EnglishForm,
    KindForm,
    NameForm,
    PriceForm,
    PricesForm,
    SizeForm,
    SizeNameForm,
    StepForm,
    StockForm,
    TermsForm,
    TextForm,
    WeightForm,
    known_terms,
    plain_price,
)
from producers.workspace.making import STEPS, asks_how_made, records_of, step_after, titles
from shop.oscar.partner.services import (
    GoodsPromised,
    NoPrice,
    add_size,
    open_stockrecord,
    remove_size,
    set_prices,
    set_ready_pieces_of,
    set_terms,
)
from shop.production.services import make_alike

from .access import member, own_product, screen, sent, status_of

#: Screens that only write words: form, and the question on top.
WORDS: dict[str, tuple[type[StepForm], Any]] = {
    "name": (NameForm, gettext_lazy("What is it called?")),
    "kind": (KindForm, gettext_lazy("What kind of goods is it?")),
    "weight": (WeightForm, gettext_lazy("How heavy is the parcel?")),
    "details": (DetailsForm, gettext_lazy("What should the buyer know?")),
    "text": (TextForm, gettext_lazy("Tell about it")),
    "english": (EnglishForm, gettext_lazy("In English")),
}

#: What a price is often the price of; any other word can be typed.
UNITS = ["ชิ้น", "ผืน", "ตัว", "ใบ", "คู่", "ขวด", "ถุง", "กล่อง", "กระปุก", "ชุด", "กิโลกรัม"]


@member
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, product_id: int, step: str) -> HttpResponse:
    """One screen of the way to a product; each answer is saved at once."""
    product = own_product(request, product_id)
    if step == "price":
        return _price(request, product)
    if step == "terms":
        return _terms(request, product)
    if step not in WORDS:
        raise Http404("no such step")
    return _words(request, product, step)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def stock(request: HttpRequest, product_id: int) -> HttpResponse:
    """Count again what is ready; a sale meanwhile is not overwritten."""
    product = own_product(request, product_id)
    records = [record for record in records_of(product) if not record.is_made_to_order]
    form = StockForm(sent(request), records=records)
    if request.method == "POST" and form.is_valid():
        overtaken = form.overtaken()
        if not overtaken:
            set_ready_pieces_of(form.changed_values())
            messages.success(request, _("The number of pieces is saved."))
            return redirect("workspace:products")
        messages.warning(
            request,
            _("Meanwhile something was ordered: %(sizes)s. Please look and count again.")
            % {"sizes": titles(overtaken)},
        )
        form = StockForm(records=records)
    return screen(request, "stock", "products", status=status_of(form), product=product, form=form)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def price(request: HttpRequest, product_id: int) -> HttpResponse:
    """New prices; what is sold already keeps its own."""
    product = own_product(request, product_id)
    records = records_of(product)
    if not records:
        return redirect("workspace:step", product.pk, "price")
    form = PricesForm(sent(request), records=records)
    if request.method == "POST" and form.is_valid():
        set_prices(form.changed_values())
        messages.success(request, _("The price is saved. Orders made before keep theirs."))
        return redirect("workspace:products")
    return screen(request, "price", "products", status=status_of(form), product=product, form=form)


@member
@require_http_methods(["GET", "HEAD", "POST"])
def sizes(request: HttpRequest, product_id: int) -> HttpResponse:
    """Sizes and colours: the first one names what is there already."""
    product = own_product(request, product_id)
    records = records_of(product)
    naming = not product.is_parent and bool(records)
    kind = SizeNameForm if naming else SizeForm
    made = bool(records) and records[0].is_made_to_order
    extra = {} if naming else {"with_pieces": not made}
    form = kind(sent(request), **extra)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            add_size(
                product_id=product.pk,
                title=data["title"],
                title_en=data["title_en"],
                price=data.get("price"),
                pieces=data.get("pieces") or 0,
                by=request.user,
            )
        except ForbiddenGoods as error:
            form.add_error("title", forbidden_words(error.word))
        except TooMany as error:
            form.add_error(None, _("There can be at most %(most)s sizes.") % {"most": error.most})
        else:
            make_alike(product_id=product.pk)
            messages.success(request, _("Saved."))
            return redirect("workspace:sizes", product.pk)
    return screen(
        request,
        "sizes",
        "products",
        status=status_of(form),
        product=product,
        records=records if product.is_parent else [],
        own=records[0] if naming else None,
        form=form,
    )


@member
@require_http_methods(["GET", "HEAD", "POST"])
def size(request: HttpRequest, product_id: int, child_id: int) -> HttpResponse:
    """Call a size something else, or take one away that was never sold."""
    product = own_product(request, product_id)
    child = product.children.filter(pk=child_id).first()
    if child is None:
        raise Http404("no such size")
    form = SizeNameForm(
        None if "remove" in request.POST else sent(request),
        initial={"title": child.title, "title_en": child.title_en},
    )
    if request.method == "POST" and "remove" in request.POST:
        return _remove(request, product, child)
    if request.method == "POST" and form.is_valid():
        try:
            rename_child(child_id=child.pk, by=request.user, **form.cleaned_data)
        except ForbiddenGoods as error:
            form.add_error("title", forbidden_words(error.word))
        else:
            messages.success(request, _("Saved."))
            return redirect("workspace:sizes", product.pk)
    return screen(
        request,
        "size",
        "products",
        status=status_of(form),
        product=product,
        child=child,
        form=form,
    )


def forbidden_words(word: str) -> str:
    """Goods that may not be sold online, said beside what gave them away."""
    return _("“%(word)s” names goods that may not be sold online (alcohol, tobacco, …).") % {
        "word": word
    }


def _words(request: HttpRequest, product: Product, step: str) -> HttpResponse:
    kind, question = WORDS[step]
    form = kind(sent(request), product=product)
    if request.method == "POST" and form.is_valid():
        before = product.state
        try:
            saved = change_product(product_id=product.pk, by=request.user, **form.facts())
        except ForbiddenGoods as error:
            form.add_error(next(iter(form.fields)), forbidden_words(error.word))
        else:
            if saved.state != before and saved.state == ProductState.REVIEW:
                messages.info(
                    request,
                    _("Saved. The office reads it first, because of what it says now."),
                )
            return _onwards(request, product, step)
    return _step_page(request, product, step, form, question=question)


def _price(request: HttpRequest, product: Product) -> HttpResponse:
    records = records_of(product)
    own = records[0] if records and not product.is_parent else None
    start = {"unit_th": product.unit_th, "price": plain_price(own.price) if own else ""}
    form = PriceForm(sent(request), initial=start, with_price=not product.is_parent)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            change_product(product_id=product.pk, by=request.user, unit_th=data["unit_th"])
        except ForbiddenGoods as error:
            form.add_error("unit_th", forbidden_words(error.word))
        else:
            if "price" in data:
                open_stockrecord(product_id=product.pk, price=data["price"])
            return _onwards(request, product, "price")
    return _step_page(request, product, "price", form, question=_("What does it cost?"))


def _terms(request: HttpRequest, product: Product) -> HttpResponse:
    records = records_of(product)
    if not records:
        messages.info(request, _("The price comes first."))
        return redirect(_address(request, product, "price"))
    form = TermsForm(
        sent(request),
        initial=known_terms(records[0]),
        with_pieces=not product.is_parent,
    )
    if request.method == "POST" and form.is_valid():
        try:
            set_terms(product_id=product.pk, terms=form.terms())
        except GoodsPromised as error:
            form.add_error(
                "sells",
                _("%(n)s pieces are ordered and not sent yet. Send them first, then change this.")
                % {"n": error.pieces},
            )
        except NoPrice:
            return redirect(_address(request, product, "price"))
        else:
            if asks_how_made(records):
                address = reverse("workspace:making", args=[product.pk])
                return redirect(f"{address}?new=1" if _is_new(request) else address)
            return _onwards(request, product, "terms")
    return _step_page(request, product, "terms", form, question=_("How do you sell it?"))


def _remove(request: HttpRequest, product: Product, child: Product) -> HttpResponse:
    try:
        remove_size(child_id=child.pk)
    except GoodsPromised:
        messages.warning(
            request,
            _("This size has been ordered before, so it stays. Set its pieces to 0 instead."),
        )
    except LastOne:
        messages.warning(request, _("This is the only size, so it stays."))
    else:
        messages.success(request, _("The size is gone."))
    return redirect("workspace:sizes", product.pk)


def _step_page(
    request: HttpRequest, product: Product, step: str, form: Any, **context: Any
) -> HttpResponse:
    return screen(
        request,
        "step",
        "products",
        status=status_of(form),
        product=product,
        step=step,
        form=form,
        is_new=_is_new(request),
        number=STEPS.index(step) + 2 if step in STEPS else 0,
        of=len(STEPS) + 1,
        units=UNITS,
        **context,
    )


def _onwards(request: HttpRequest, product: Product, step: str) -> HttpResponse:
    """To the next question of a new product, else back to the product."""
    after = step_after(step) if _is_new(request) and step in STEPS else ""
    if after:
        return redirect(_address(request, product, after))
    messages.success(request, _("Saved."))
    return redirect("workspace:product", product.pk)


def _address(request: HttpRequest, product: Product, step: str) -> str:
    address = reverse("workspace:step", args=[product.pk, step])
    return f"{address}?new=1" if _is_new(request) else address


def _is_new(request: HttpRequest) -> bool:
    return request.GET.get("new") == "1"
