"""The basket's page: what lies in it, group by group, what it costs and when it is sent."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalogue.asking.views import given_photo
from catalogue.shopfront.views.products import product_page
from shop.core.clock import this_moment
from shop.core.places import TambonAddress, provinces, tambon_address
from shop.fulfilment.offers import make_offer
from shop.oscar.address.models import UserAddress
from shop.oscar.checkout import services as checkouts
from shop.oscar.checkout.models import Checkout
from shop.oscar.checkout.showing import shown_groups

from . import services
from .forms import AddForm, ProvinceForm, QuantityForm
from .reading import PHOTOS, Reading

#: The centre of a province, for reckoning what a parcel there costs.
CAPITAL_TAMBON = "0101"


@never_cache
@require_safe
def summary(request: HttpRequest) -> HttpResponse:
    """All lines by group, what sending costs there, and what has changed since last time."""
    checkout = checkouts.under_way(request.basket.pk)
    to, by_address = _destination(request, checkout)
    wanted = services.wanted_from(request.basket.pk, checkouts.held_for(checkout))
    offer = make_offer(
        wanted,
        to=to,
        choices=checkout.choices if checkout else None,
        reference=checkout.reference if checkout else None,
        kept=checkouts.kept_for(request.basket.pk, wanted),
        **this_moment(),
    )
    return render(
        request,
        "basket/summary.html",
        {
            "offer": offer,
            "balance_days": settings.BALANCE_DAYS,
            "groups": shown_groups(offer),
            "changed_prices": [line for line in offer.lines if line.price_before is not None],
            "removed": request.session.pop("basket_removed", None),
            "to": to,
            "by_address": by_address,
            "place_name": _place_name(to, by_address),
            "provinces": provinces().values(),
        },
    )


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Puts pieces into the basket: `product_id` (of the size or colour chosen) and `quantity`."""
    form = AddForm(request.POST)
    if not form.is_valid() and "product_id" in form.errors:
        raise Http404("no such product")
    product = services.product_of(form.cleaned_data["product_id"])
    reading = Reading(request, product)
    if "quantity" in form.errors:
        return _not_added(request, product, reading, form.errors["quantity"][0])
    if not reading.is_right:
        return _not_added(request, product, reading)
    try:
        line = services.add_to_basket(
            basket=request.basket,
            **form.cleaned_data,
            answers=reading.texts,
            held=_held(request),
        )
    except services.NotAnswered as refusal:  # the group changed its questions just now
        reading.refuse(refusal.checked)
        return _not_added(request, product, reading)
    except services.CannotBeAdded as refusal:
        return _not_added(request, product, reading, _why_not(refusal))
    except (services.TooMany, services.TooFew) as refusal:
        if isinstance(refusal, services.TooMany):
            _lead_to_villages(request, product, form.cleaned_data["quantity"])
        return _not_added(request, product, reading, _limit(refusal))
    return _answer(request, added=line)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answers(request: HttpRequest, line_id: int) -> HttpResponse:
    """Answer the group's questions anew for one line."""
    found = services.answers_of(request.basket, line_id)
    if found is None:
        raise Http404("no such line in this basket")
    line, kept = found
    product = line.stockrecord.product
    if request.method == "POST":
        reading = Reading(request, product)
        if reading.is_right:
            try:
                services.change_answers(
                    basket=request.basket, line_id=line_id, answers=reading.texts
                )
            except services.NotAnswered as refusal:
                reading.refuse(refusal.checked)
            else:
                messages.success(request, _("Your answers are changed."))
                return redirect(f"{reverse('basket:summary')}#line-{line_id}")
    else:
        reading = Reading(request, product, kept=kept)
    context = {"line": line, "product": product, "asking": reading.form()}
    status = 422 if request.method == "POST" else 200
    return render(request, "basket/answers.html", context, status=status)


@require_safe
def photos(request: HttpRequest) -> HttpResponse:
    """The photos have addresses of their own below this one."""
    raise Http404("no photo named")


@never_cache
@require_safe
def photo(request: HttpRequest, token: UUID) -> HttpResponse:
    """A photo for whoever sent it with this browser, or has it in the basket."""
    sent = str(token) in request.session.get(PHOTOS, ())
    if not sent and str(token) not in services.photos_in(request.basket):
        raise Http404("no such photo of yours")
    return given_photo(str(token))


@require_POST
def update(request: HttpRequest, line_id: int) -> HttpResponse:
    """Another quantity of one line; 0 takes it out. `more` and `less` are the stepper's buttons."""
    form = QuantityForm(request.POST)
    if not form.is_valid():
        messages.error(request, form.errors["quantity"][0])
        return redirect("basket:summary")
    step = ("more" in request.POST) - ("less" in request.POST)
    quantity = max(form.cleaned_data["quantity"] + step, 0)
    try:
        line = services.change_quantity(
            basket=request.basket, line_id=line_id, quantity=quantity, held=_held(request)
        )
    except (services.TooMany, services.TooFew) as refusal:
        messages.error(request, _limit(refusal))
        return redirect("basket:summary")
    if line is None:
        raise Http404("no such line in this basket")
    if quantity == 0:
        _remember_removed(request, line)
    return redirect("basket:summary")


@require_POST
def remove(request: HttpRequest, line_id: int) -> HttpResponse:
    """Takes a line out; the page then offers to put it back."""
    line = services.change_quantity(basket=request.basket, line_id=line_id, quantity=0)
    if line is None:
        raise Http404("no such line in this basket")
    _remember_removed(request, line)
    return redirect("basket:summary")


@require_POST
def accept_prices(request: HttpRequest) -> HttpResponse:
    """The buyer has read which prices changed and goes on with the new ones."""
    if request.basket.pk is not None:
        services.note_seen_prices(basket_id=request.basket.pk)
    return redirect("basket:summary")


@require_POST
def province(request: HttpRequest) -> HttpResponse:
    """Where parcels would go, for the estimate."""
    form = ProvinceForm(request.POST)
    if form.is_valid():
        request.session["province"] = form.cleaned_data["province"]
    else:
        messages.error(request, _("Choose a province from the list."))
    return redirect("basket:summary")


def _held(request: HttpRequest) -> dict[int, int]:
    return checkouts.held_for(checkouts.under_way(request.basket.pk))


def _destination(
    request: HttpRequest, checkout: Checkout | None
) -> tuple[TambonAddress | None, bool]:
    """Where to, and whether that is an address: the one typed, else the province chosen here,
    else the one in the person's address book."""
    if checkout is not None and (to := checkouts.destination(checkout)):
        return to, True
    if code := request.session.get("province"):
        return tambon_address(code + CAPITAL_TAMBON), False
    if request.user.is_authenticated:
        kept = UserAddress.objects.filter(user=request.user).exclude(tambon_code="")
        if address := kept.order_by("-is_default_for_shipping", "-pk").first():
            return address.place, True
    return None, False


def _place_name(to: TambonAddress | None, by_address: bool) -> str:
    if to is None:
        return ""
    if not by_address:
        return to.province.name
    language = "en" if get_language() == "en" else "th"
    return " ".join(to.lines(language)[:2] if to.in_bangkok else to.lines(language)[1:])


def _not_added(request: HttpRequest, product: Any, reading: Reading, why: str = "") -> HttpResponse:
    """With questions, the product's page again with all that was typed; otherwise the basket."""
    if not reading.questions or not services.has_page(product):
        for note in filter(None, [why, *reading.notes]):
            messages.error(request, note)
        return _answer(request, added=None)
    if why:
        reading.notes.append(why)
    return product_page(
        request,
        product.top.slug,
        asking=reading.form(),
        picked=product.pk,
        quantity=request.POST.get("quantity", "")[:20],
        status=422,
    )


def _answer(request: HttpRequest, *, added: Any) -> HttpResponse:
    """Without script the basket's page; with htmx a few words in place, and the new count."""
    if not request.htmx:
        if added is not None:
            messages.success(request, _("Added to your basket."))
        return redirect("basket:summary")
    context = {"line": added, "basket_count": services.count_pieces(request.basket)}
    return render(request, "basket/_added.html", context)


def _remember_removed(request: HttpRequest, line: Any) -> None:
    request.session["basket_removed"] = {
        "product_id": line.product_id,
        "quantity": line.quantity,
        "name_th": _name(line.product, "title"),
        "name_en": _name(line.product, "title_en") or _name(line.product, "title"),
        "answers": [[answer["question"], answer["value"]] for answer in line.answers],
    }


def _name(product: Any, field: str) -> str:
    parent = product.parent if product.is_child else None
    return " · ".join(filter(None, [getattr(parent, field, ""), getattr(product, field)]))


def _why_not(refusal: services.CannotBeAdded) -> str:
    if refusal.stockrecord is None:
        return _("Choose a size or colour first.")
    return _("This cannot be ordered now. It may be sold out, or its group is taking a break.")


def _lead_to_villages(request: HttpRequest, product: Any, quantity: int) -> None:
    """More than one group makes: neighbours may share it, if it leads some."""
    top = product.top
    if not services.has_page(product) or not top.enterprise.shares_large_orders:
        return
    address = reverse("shopfront:request_new", args=[top.enterprise.slug])
    asking = urlencode({"about": top.slug, "quantity": quantity})
    words = _("Several villages can share so many: ask for a quote")
    link = format_html('<a href="{}?{}">{}</a>', address, asking, words)
    messages.info(request, link)


def _limit(refusal: services.TooMany | services.TooFew) -> str:
    if isinstance(refusal, services.TooFew):
        return _("The group makes no fewer than %(least)d of these.") % {"least": refusal.least}
    if refusal.most == 0:
        return _("These are sold out now.")
    return _("You can have at most %(most)d of these.") % {"most": refusal.most}
