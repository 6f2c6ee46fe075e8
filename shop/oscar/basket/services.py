"""What a buyer does with a basket; quantities are pieces, prices baht."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Subquery, Sum
from django.db.models.functions import Coalesce

from catalogue.asking.answering import (
    Answer,
    Checked,
    check_again,
    digest_of,
    photo_tokens,
    raw_of,
)
from catalogue.asking.services import check_sent, known_photos, questions_of
from catalogue.models import Product
from shop.fulfilment.lines import Wanted, line_key
from shop.oscar.partner.models import StockRecord
from shop.production.models import WaitingEntry
from shop.production.services import take_offer

from .models import Basket, Line


class CannotBeAdded(Exception):
    """This product cannot be bought now; `stockrecord` tells why, if there is one."""

    def __init__(self, stockrecord: StockRecord | None):
        super().__init__(str(stockrecord))
        self.stockrecord = stockrecord


class TooMany(Exception):
    """More pieces than can be had; `most` is the largest quantity for one basket."""

    def __init__(self, most: int):
        super().__init__(f"at most {most}")
        self.most = most


class TooFew(Exception):
    """The group makes no fewer than `least` of it."""

    def __init__(self, least: int):
        super().__init__(f"at least {least}")
        self.least = least


class NotAnswered(Exception):
    """The answers do not fit the group's questions; `checked` tells what is wrong with each."""

    def __init__(self, checked: Checked):
        super().__init__(str(checked.refusals))
        self.checked = checked


@transaction.atomic
def add_to_basket(
    *,
    basket: Basket,
    product_id: int,
    quantity: int,
    answers: Mapping[int, Sequence[str]] | None = None,
    held: Mapping[int, int] | None = None,
    ask_later: bool = False,
) -> Line:
    """Put pieces into the basket, on top of those already there with the same answers.

    `answers`: question id → what was sent for it. `held`: stock record id → pieces kept for this
    buyer by a payment under way. With `ask_later` it may lie there unanswered; it cannot be
    bought so. Raises CannotBeAdded, NotAnswered, TooMany and TooFew; the
    basket is then as before.
    """
    record = _stockrecords().filter(product_id=product_id).first()
    kept = (held or {}).get(record.pk, 0) if record is not None else 0
    if record is None or not _sellable(record, kept, basket.owner_id):
        raise CannotBeAdded(record)
    try:
        given = _answers_to(record.product, answers or {})
    except NotAnswered:
        if not ask_later:
            raise
        given = []
    if basket.pk is None:
        basket.save()
    _lock(basket)
    reference = _reference(record, given)
    lines = {
        line.line_reference: line
        for line in Line.objects.select_for_update().filter(basket=basket, stockrecord=record)
    }
    line = lines.get(reference)
    total = quantity + sum(each.quantity for each in lines.values())
    _check(record, total, kept, alone=not given)
    if line is None:
        line = Line(
            basket=basket,
            product=record.product,
            stockrecord=record,
            line_reference=reference,
            price_currency=record.price_currency,
            quantity=0,
        )
    line.quantity += quantity
    _write_answers(line, record, given)
    line.save()
    basket.reset_offer_applications()
    return line


@transaction.atomic
def take_offered(*, basket: Basket, entry: WaitingEntry, now: datetime) -> Line:
    """Put what a waiting list has offered into the basket, in the offered quantity.

    Taken again, the basket stays as it is. Raises NotOffered, CannotBeAdded, TooMany and TooFew.
    """
    record = _stockrecords().get(pk=entry.stockrecord_id)
    if basket.pk is None:
        basket.save()
    _lock(basket)
    offered = take_offer(entry=entry, basket_id=basket.pk, now=now)
    lines = list(Line.objects.filter(basket=basket, stockrecord=record))
    if lines and sum(line.quantity for line in lines) == offered.quantity:
        return lines[0]
    before = raw_of(lines[0].answers) if lines else {}
    Line.objects.filter(pk__in=[line.pk for line in lines]).delete()
    return add_to_basket(
        basket=basket,
        product_id=record.product_id,
        quantity=offered.quantity,
        answers=before,
        ask_later=True,
    )


@transaction.atomic
def change_quantity(
    *, basket: Basket, line_id: int, quantity: int, held: Mapping[int, int] | None = None
) -> Line | None:
    """Set a line's pieces; 0 takes it out. Raises TooMany and TooFew. `held`: as above."""
    line = Line.objects.select_for_update().filter(basket=basket, pk=line_id).first()
    if line is None:
        return None
    if quantity <= 0:
        line.delete()
        return line
    record = _stockrecords().get(pk=line.stockrecord_id)
    others = Line.objects.filter(basket=basket, stockrecord=record).exclude(pk=line.pk)
    besides = others.aggregate(pieces=Sum("quantity"))["pieces"] or 0
    kept = (held or {}).get(record.pk, 0)
    _check(record, quantity + besides, kept, alone=not line.answers, besides=besides)
    line.quantity = quantity
    line.save(update_fields=["quantity", "date_updated"])
    return line


@transaction.atomic
def change_answers(
    *, basket: Basket, line_id: int, answers: Mapping[int, Sequence[str]]
) -> Line | None:
    """Answer again for one line; where another line says the same, they become one.

    Raises NotAnswered; nothing has changed then.
    """
    _lock(basket)
    line = Line.objects.select_for_update().filter(basket=basket, pk=line_id).first()
    if line is None:
        return None
    record = _stockrecords().get(pk=line.stockrecord_id)
    given = _answers_to(record.product, answers)
    reference = _reference(record, given)
    same = Line.objects.select_for_update().filter(basket=basket, line_reference=reference)
    if (other := same.exclude(pk=line.pk).first()) is not None:
        other.quantity += line.quantity
        line.delete()
        line = other
    line.line_reference = reference
    _write_answers(line, record, given)
    line.save()
    return line


@transaction.atomic
def remove_lines(*, basket: Basket, line_ids: Iterable[int]) -> int:
    """Take these lines out of the basket; how many there were."""
    removed, _ = Line.objects.filter(basket=basket.pk, pk__in=list(line_ids)).delete()
    return removed


@transaction.atomic
def note_seen_prices(*, basket_id: int) -> None:
    """The buyer has been told of changed prices; from now on these are the ones they saw."""
    seen = {wanted.line_id: wanted for wanted in wanted_from(basket_id)}
    for line in Line.objects.select_for_update().filter(basket_id=basket_id):
        wanted = seen.get(line.pk)
        if wanted is None or wanted.stockrecord.price is None or wanted.ask_again:
            continue
        if line.price_incl_tax != wanted.unit_price:
            line.answers = list(wanted.answers)
            line.price_excl_tax = line.price_incl_tax = wanted.unit_price
            line.save(update_fields=["answers", "price_excl_tax", "price_incl_tax"])


def wanted_from(basket_id: int | None, held: Mapping[int, int] | None = None) -> list[Wanted]:
    """The basket's lines as an offer wants them, in the order they were added.

    Their answers are read again by the questions of now. Two statements, one more with photos.
    """
    if basket_id is None:
        return []
    kept = held or {}
    rows = Line.objects.filter(basket_id=basket_id).select_related(
        "stockrecord__product__parent",
        "stockrecord__partner__enterprise",
        "stockrecord__making__workshop",
    )
    lines = list(rows.order_by("date_created", "pk"))
    asked = questions_of(line.stockrecord.product for line in lines)
    photos = known_photos(token for line in lines for token in photo_tokens(line.answers))
    return [_wanted(line, kept, asked, photos) for line in lines]


def _wanted(
    line: Line, kept: Mapping[int, int], asked: Mapping[int, list[Any]], photos: set[str]
) -> Wanted:
    wanted = Wanted(
        line.stockrecord,
        line.quantity,
        line.price_incl_tax,
        line.pk,
        kept.get(line.stockrecord_id, 0),
        tuple(line.answers),
    )
    checked = check_again(asked[line.stockrecord.product_id], line.answers, photos=photos)
    if checked is None:
        return replace(wanted, ask_again=True)
    return replace(wanted, answers=tuple(checked.answers))


def product_of(product_id: int) -> Product | None:
    """The product, with the one whose size or colour it is."""
    return Product.objects.select_related("parent").filter(pk=product_id).first()


def has_page(product: Product) -> bool:
    """Whether the product can be seen by buyers now."""
    return Product.objects.top_level().on_sale().filter(pk=product.top.pk).exists()


def photos_in(basket: Basket) -> set[str]:
    """The photos among the answers in this basket."""
    rows = Line.objects.filter(basket=basket.pk).values_list("answers", flat=True)
    return {token for answers in rows for token in photo_tokens(answers)}


def answers_of(basket: Basket, line_id: int) -> tuple[Line, dict[int, list[str]]] | None:
    """A line of this basket and its answers as a form would send them; None for others."""
    lines = Line.objects.filter(basket=basket.pk, pk=line_id)
    line = lines.select_related("stockrecord__product__parent").first()
    return None if line is None else (line, raw_of(line.answers))


def take_out(basket_id: int, sold: Mapping[str, int]) -> None:
    """What was bought leaves the basket (line key → pieces); what was added meanwhile stays."""
    left: list[Line] = []
    gone: list[Line] = []
    for line in Line.objects.filter(basket_id=basket_id):
        pieces = sold.get(line_key(line.stockrecord_id, line.answers), 0)
        if pieces:
            line.quantity -= min(line.quantity, pieces)
            (left if line.quantity else gone).append(line)
    if gone:
        Line.objects.filter(pk__in=[line.pk for line in gone]).delete()
    if left:
        Line.objects.bulk_update(left, ["quantity"])


def count_pieces(basket: Any) -> int:
    """How many pieces lie in the basket."""
    if basket is None or basket.pk is None:
        return 0
    return sum(Line.objects.filter(basket=basket.pk).values_list("quantity", flat=True))


def pieces_of_owner(user: Any) -> Any:
    """The same for whoever owns it, as an expression within another statement."""
    lines = Line.objects.filter(basket__owner=user, basket__status=Basket.OPEN).order_by()
    pieces = lines.values("basket__owner").annotate(pieces=Sum("quantity")).values("pieces")
    return Coalesce(Subquery(pieces), 0)


def _lock(basket: Basket) -> None:
    """One change at a time: two taps at once must not write the same line twice."""
    list(Basket.objects.select_for_update().filter(pk=basket.pk).values_list("pk"))


def _stockrecords() -> Any:
    return StockRecord.objects.select_related("product__parent", "partner__enterprise")


def _sellable(record: StockRecord, held: int, buyer_id: int | None) -> bool:
    return (
        record.product.can_be_bought_by(buyer_id)
        and record.partner.enterprise.is_open
        and record.price is not None
        and record.most_for(held=held) > 0
    )


def _check(record: StockRecord, total: int, held: int, *, alone: bool, besides: int = 0) -> None:
    """Limits count over all lines of a record; with answers, the basket's page tells of too few:
    the buyer may be putting together the names one by one."""
    most = record.most_for(held=held)
    if total > most:
        raise TooMany(max(most - besides, 0))
    if alone and total < record.min_quantity:
        raise TooFew(record.min_quantity)


def _answers_to(product: Product, sent: Mapping[int, Sequence[str]]) -> list[dict[str, Any]]:
    """Raises NotAnswered."""
    checked = check_sent(questions_of([product])[product.pk], sent)
    if not checked.is_right:
        raise NotAnswered(checked)
    return checked.answers


def _reference(record: StockRecord, answers: Sequence[Answer]) -> str:
    digest = digest_of(answers)
    return f"{record.product_id}_{record.pk}" + (f"_{digest}" if digest else "")


def _write_answers(line: Line, record: StockRecord, answers: list[dict[str, Any]]) -> None:
    line.answers = answers
    price = Wanted(record, line.quantity, answers=tuple(answers)).unit_price
    line.price_excl_tax = line.price_incl_tax = price
