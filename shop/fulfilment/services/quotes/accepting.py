"""An accepted quote becomes a product that this buyer alone can order, in the ordinary way."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from django.conf import settings
from django.db import transaction

from catalogue.making import make_for_one
from catalogue.models import Product
from shop.core.states import move
from shop.oscar.order.models import Order
from shop.oscar.partner.services import Terms, open_stockrecord, set_terms
from shop.oscar.partner.states import Sells
from shop.production.services import set_making
from shop.production.services.clusters import home_workshop_of

from ...models import CustomRequest, Quote, QuoteLine
from ...states import REQUEST_TRANSITIONS, RequestState, Side
from .asking import NotOpen, take_off_sale
from .quoting import terms_for
from .telling import quote_facts, tell_group
from .villages import check_villages, link_villages, lock_request

#: The smallest part of a unit that terms can name; the rest of the work is set-up.
LEAST = Decimal("0.001")


class QuoteIsOver(Exception):
    """This version cannot be accepted: a newer one is there, or its time is over."""

    def __init__(self, request: CustomRequest):
        super().__init__(str(request))
        self.request = request


@transaction.atomic
def accept_quote(*, quote_id: int, by: Any, now: datetime) -> Quote:
    """The buyer takes the quote: it becomes a product for them, at its price and quantity.

    It is paid like all others within `QUOTE_PAY_DAYS`; its days are held when paying. One line
    is sold by the piece; several are sold together as one piece, so that nobody takes half a
    quote. Accepted twice, it is accepted once. Raises QuoteIsOver, NotOpen, VillagesMissing, and
    Quote.DoesNotExist for a quote that is not theirs.
    """
    request_id = Quote.objects.values_list("request_id", flat=True).get(
        pk=quote_id, side=Side.GROUP, request__buyer=by
    )
    request = lock_request(request_id)  # after the workshops: its terms will be noted there
    quote = (
        request.quotes.filter(side=Side.GROUP)
        .select_related("workshop", "cluster_order__cluster")
        .last()
    )
    if quote is None or quote.pk != quote_id:
        raise QuoteIsOver(request)
    if request.state == RequestState.ACCEPTED:
        return quote
    if request.state != RequestState.QUOTED or not quote.valid_until or quote.valid_until <= now:
        raise QuoteIsOver(request)
    if not request.enterprise.is_open:
        raise NotOpen
    check_villages(quote)
    quote.product = _goods_of(quote, request, by)
    quote.save(update_fields=["product"])
    request.due_at = now + timedelta(days=settings.QUOTE_PAY_DAYS)
    move(
        request,
        RequestState.ACCEPTED,
        transitions=REQUEST_TRANSITIONS,
        by=by,
        also=["due_at"],
    )
    tell_group(request, "quote_accepted", **quote_facts(quote))
    return quote


def note_ordered(*, order: Order, product_ids: Iterable[int]) -> None:
    """What quotes made was bought: their requests are ordered, and nobody buys it twice.

    Villages that were asked for a quote make its line now. Raises OrderIsOver.
    """
    quotes = Quote.objects.filter(product__in=list(product_ids))
    bought = quotes.values("request")
    for request in CustomRequest.objects.for_update().filter(pk__in=bought).order_by("pk"):
        if request.state == RequestState.ORDERED:
            continue
        request.order = order
        move(
            request,
            RequestState.ORDERED,
            transitions=REQUEST_TRANSITIONS,
            by=order.user,
            also=["order"],
        )
        link_villages(quotes.filter(request=request), order)
        take_off_sale(request, by=order.user)


def sold_as(quote: Quote) -> tuple[int, Decimal, int]:
    """Pieces, baht and grams of a piece in which an accepted quote is sold."""
    lines = list(quote.lines.all())
    if len(lines) == 1:
        return lines[0].quantity, lines[0].unit_price, lines[0].weight_g
    return 1, quote.total, sum(line.weight_g * line.quantity for line in lines)


def _goods_of(quote: Quote, request: CustomRequest, by: Any) -> Product:
    """The quote as a product for this buyer, in its quantity, made in its workshop."""
    lines = list(quote.lines.all())
    quantity, price, weight_g = sold_as(quote)
    product = make_for_one(
        enterprise=request.enterprise,
        buyer=by,
        token=uuid5(NAMESPACE_OID, f"quote {quote.pk}"),
        by=by,
        title=_title(lines, "th")[:255],
        title_en=_title(lines, "en")[:255],
        description=quote.words,
        weight_g=weight_g,
    )
    record = open_stockrecord(product_id=product.pk, price=price)
    set_terms(
        product_id=product.pk,
        terms=Terms(
            sells=Sells.MADE_TO_ORDER,
            pieces=0,
            lead_days=quote.lead_days or 1,
            min_quantity=quantity,
            max_quantity=quantity,
        ),
    )
    if quote.cluster_order is not None:
        set_making(
            stockrecord_id=record.pk,
            workshop_id=home_workshop_of(quote.cluster_order).pk,
            planned=quote.cluster_order,
            payment_plan=quote.payment_plan,
        )
    elif quote.workshop is not None:
        units = sum(line.units for line in lines)
        terms = terms_for(quote.workshop, quote.payment_plan)
        set_making(
            stockrecord_id=record.pk,
            workshop_id=quote.workshop.pk,
            units_per_piece=LEAST,
            setup_units=max(units - LEAST * quantity, Decimal(0)),
            packing_days=terms.packing_days,
            cut_off_hour=terms.cut_off_hour,
            payment_plan=quote.payment_plan,
        )
    return product


def _title(lines: list[QuoteLine], language: str) -> str:
    """The name of the one line, or all names with their pieces."""
    names = [(line.title_en if language == "en" else "") or line.title for line in lines]
    if len(lines) == 1:
        return lines[0].title_en if language == "en" else lines[0].title
    return " + ".join(f"{n} × {line.quantity}" for n, line in zip(names, lines, strict=True))
