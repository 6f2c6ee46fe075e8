"""Custom requests: asked, quoted, countered, accepted, ordered; each step with its time."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalogue.models import Product
from catalogue.states import ProductState
from producers.models import Enterprise
from producers.states import EnterpriseState
from shop.core.states import MoveNotAllowed, can_move
from shop.fulfilment.history import history_of
from shop.fulfilment.models import CustomRequest, Quote
from shop.fulfilment.services import quotes
from shop.fulfilment.services.quotes import Draft, DraftLine
from shop.fulfilment.states import REQUEST_TRANSITIONS, RequestState
from shop.oscar.basket.services import CannotBeAdded, TooFew, TooMany, add_to_basket
from shop.oscar.checkout import services as checkouts
from shop.oscar.order.models import Line, Order
from shop.oscar.partner.models import StockRecord
from shop.outbox.models import Message
from shop.production.models import Job, Workshop
from tests.factories import (
    make_basket,
    make_buyer,
    make_checkout,
    make_member,
    make_rates,
    make_workshop,
    pay,
)
from tests.production.books import check_books

pytestmark = pytest.mark.django_db


@pytest.fixture
def looms() -> Workshop:
    """Thirty days ahead, two pieces a day; a leader is told by mail and SMS."""
    make_rates()
    workshop = make_workshop(horizon_days=30, per_day=2, keeps_holidays=False)
    make_member(workshop.enterprise)
    return workshop


def ask(group: Enterprise, buyer: Any, **facts: Any) -> CustomRequest:
    facts = {"words": "ผ้าพันคอสีคราม ปักชื่อ", "quantity": 10, "token": uuid4(), **facts}
    return quotes.ask_for_something(
        enterprise_id=group.pk, buyer=buyer, now=timezone.now(), **facts
    )


def draft(looms: Workshop | None, **facts: Any) -> Draft:
    lines = [DraftLine("ผ้าพันคอ", 10, Decimal("250.50"), units=6, title_en="Scarf")]
    return Draft(**{"lines": lines, "workshop": looms, **facts})


def quote(asked: CustomRequest, looms: Workshop | None, **facts: Any) -> Quote:
    return quotes.send_quote(
        request_id=asked.pk,
        by=None,
        draft=draft(looms, **facts),
        now=timezone.now(),
        today=timezone.localdate(),
    )


def state(asked: CustomRequest) -> str:
    return CustomRequest.objects.get(pk=asked.pk).state


def kinds(channel: str = "email") -> list[str]:
    return list(
        Message.objects.filter(channel=channel).order_by("pk").values_list("kind", flat=True)
    )


def test_every_pair_of_states() -> None:
    steps = {
        "asked": "quoted declined withdrawn lapsed",
        "quoted": "countered accepted declined withdrawn lapsed",
        "countered": "quoted declined withdrawn lapsed",
        "accepted": "ordered withdrawn lapsed",
        "withdrawn": "ordered",
        "lapsed": "ordered",
    }
    for old in RequestState.values:
        for new in RequestState.values:
            allowed = new in steps.get(old, "").split()
            assert can_move(old, new, REQUEST_TRANSITIONS) == allowed, (old, new)


def test_from_wish_to_order(looms: Workshop) -> None:
    """Asked, quoted, countered, quoted anew, accepted, paid: a normal order with its job."""
    mali = make_buyer()
    asked = ask(looms.enterprise, mali)
    first = quote(asked, looms)
    # Six units are three days; two days of packing buffer are none here, one day of packing.
    assert first.promised_on == timezone.localdate() + timedelta(days=4)
    quotes.propose(
        request_id=asked.pk,
        by=mali,
        now=timezone.now(),
        words="ขอ 2,300 บาทได้ไหม",
        wished_total=Decimal(2300),
    )
    assert state(asked) == RequestState.COUNTERED
    lines = [DraftLine("ผ้าพันคอ", 10, Decimal("240"), units=6)]
    second = quote(asked, looms, lines=lines)
    with pytest.raises(quotes.QuoteIsOver):
        quotes.accept_quote(quote_id=first.pk, by=mali, now=timezone.now())
    accepted = quotes.accept_quote(quote_id=second.pk, by=mali, now=timezone.now())
    assert quotes.accept_quote(quote_id=second.pk, by=mali, now=timezone.now()) == accepted

    product = accepted.product
    assert product is not None
    record = StockRecord.objects.get(product=product)
    assert (record.price, record.min_quantity, record.max_quantity) == (Decimal(240), 10, 10)
    assert product.state == ProductState.PRIVATE
    checkout = make_checkout((product, 10), user=mali)
    attempt = pay(checkout)
    checkouts.settle_attempt(attempt.pk)

    order = Order.objects.get()
    line = Line.objects.get()
    assert (line.quantity, line.unit_price_incl_tax, line.title) == (10, Decimal(240), "ผ้าพันคอ")
    assert line.snapshot["promise"]["units"] == 6
    job = Job.objects.get()
    assert (job.units, job.quantity, job.state) == (6, 10, "queued")
    found = CustomRequest.objects.get()
    assert (found.state, found.order) == (RequestState.ORDERED, order)
    product.refresh_from_db()
    assert product.state == ProductState.WITHDRAWN
    check_books(looms)
    told = [kind for kind in kinds() if kind.startswith(("request", "quote"))]
    assert told == [
        "request_asked", "quote_sent", "quote_countered", "quote_sent", "quote_accepted",
    ]  # fmt: skip
    steps = [step.quote.number if step.quote else str(step.step) for step in history_of(found)]
    assert steps == ["asked", 1, 2, 3, "accepted", "ordered"]


def test_several_lines_are_sold_together(looms: Workshop) -> None:
    mali = make_buyer()
    lines = [
        DraftLine("ผ้าพันคอ", 10, Decimal("250.50"), units=6, weight_g=100),
        DraftLine("ป้ายผ้า", 2, Decimal("900"), units=2, weight_g=1000),
    ]
    asked = ask(looms.enterprise, mali)
    accepted = quotes.accept_quote(
        quote_id=quote(asked, looms, lines=lines).pk, by=mali, now=timezone.now()
    )
    assert accepted.product is not None
    record = StockRecord.objects.get(product=accepted.product)
    assert (record.price, record.min_quantity, record.max_quantity) == (Decimal("4305.00"), 1, 1)
    assert accepted.product.title == "ผ้าพันคอ × 10 + ป้ายผ้า × 2"
    assert accepted.product.weight_g == 3000
    checkout = make_checkout((accepted.product, 1), user=mali)
    assert checkouts.offer_now(checkout, today=timezone.localdate()).work()[0].promise.units == 8


def test_only_this_buyer_in_this_quantity(looms: Workshop) -> None:
    mali, som = make_buyer(), make_buyer()
    asked = ask(looms.enterprise, mali)
    product = quotes.accept_quote(
        quote_id=quote(asked, looms).pk, by=mali, now=timezone.now()
    ).product
    assert product is not None
    for basket in (make_basket(user=som), make_basket()):
        with pytest.raises(CannotBeAdded):
            add_to_basket(basket=basket, product_id=product.pk, quantity=10)
    own = make_basket(user=mali)
    with pytest.raises(TooFew):
        add_to_basket(basket=own, product_id=product.pk, quantity=9)
    with pytest.raises(TooMany):
        add_to_basket(basket=own, product_id=product.pk, quantity=11)
    assert not own.lines.exists()
    add_to_basket(basket=own, product_id=product.pk, quantity=10)
    assert not Product.objects.on_sale().filter(pk=product.pk).exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=product.pk).update(state=ProductState.PUBLISHED)


def test_a_stranger_accepts_nothing(looms: Workshop) -> None:
    asked = ask(looms.enterprise, make_buyer())
    sent = quote(asked, looms)
    with pytest.raises(Quote.DoesNotExist):
        quotes.accept_quote(quote_id=sent.pk, by=make_buyer(), now=timezone.now())
    with pytest.raises(CustomRequest.DoesNotExist):
        quotes.withdraw_request(request_id=asked.pk, by=make_buyer())
    assert state(asked) == RequestState.QUOTED
    assert not Product.objects.filter(is_custom=True).exists()


def test_after_its_time_a_quote_is_over(looms: Workshop) -> None:
    mali = make_buyer()
    asked = ask(looms.enterprise, mali)
    sent = quote(asked, looms, valid_days=3)
    assert sent.valid_until is not None
    with pytest.raises(quotes.QuoteIsOver):
        quotes.accept_quote(quote_id=sent.pk, by=mali, now=sent.valid_until)
    assert quotes.lapse_requests(now=sent.valid_until - timedelta(seconds=1)) == 0
    assert quotes.lapse_requests(now=sent.valid_until) == 1
    assert quotes.lapse_requests(now=sent.valid_until) == 0
    assert state(asked) == RequestState.LAPSED
    assert kinds()[-2:] == ["request_lapsed", "request_lapsed_for_group"]


def test_an_unanswered_request_lapses_after_five_days(looms: Workshop) -> None:
    asked = ask(looms.enterprise, make_buyer())
    assert asked.due_at - asked.asked_at == timedelta(days=5)
    assert quotes.lapse_requests(now=asked.due_at) == 1
    with pytest.raises(MoveNotAllowed):
        quote(asked, looms)
    assert not Quote.objects.exists()


def test_a_group_suspended_meanwhile_sells_nothing(looms: Workshop) -> None:
    mali = make_buyer()
    asked, other = ask(looms.enterprise, mali), ask(looms.enterprise, mali)
    sent = quote(asked, looms)
    product = quotes.accept_quote(
        quote_id=quote(other, looms).pk, by=mali, now=timezone.now()
    ).product
    assert product is not None
    checkout = make_checkout((product, 10), user=mali)
    Enterprise.objects.filter(pk=looms.enterprise_id).update(state=EnterpriseState.SUSPENDED)
    with pytest.raises(quotes.NotOpen):
        quotes.accept_quote(quote_id=sent.pk, by=mali, now=timezone.now())
    with pytest.raises(quotes.NotOpen):
        quote(asked, looms)
    with pytest.raises(quotes.NotOpen):
        ask(looms.enterprise, mali)
    offer = checkouts.offer_now(checkout, today=timezone.localdate())
    assert [line.problem for line in offer.lines] == ["gone"]
    assert state(asked) == RequestState.QUOTED


def test_not_paid_in_time_it_leaves_the_basket_and_paying_holds_it(looms: Workshop) -> None:
    mali = make_buyer()
    asked = ask(looms.enterprise, mali)
    product = quotes.accept_quote(
        quote_id=quote(asked, looms).pk, by=mali, now=timezone.now()
    ).product
    assert product is not None
    checkout = make_checkout((product, 10), user=mali)
    due = CustomRequest.objects.get().due_at
    attempt = pay(checkout)
    assert quotes.lapse_requests(now=due) == 0  # the payment is under way
    checkouts.settling.free(checkout.reference)
    assert quotes.lapse_requests(now=due) == 1
    offer = checkouts.offer_now(checkout, today=timezone.localdate())
    assert [line.problem for line in offer.lines] == ["gone"]
    # The money comes all the same: what was promised is made.
    checkouts.settle_attempt(attempt.pk)
    assert state(asked) == RequestState.ORDERED


def test_withdrawn_and_declined_end_it(looms: Workshop) -> None:
    mali = make_buyer()
    one, two = ask(looms.enterprise, mali), ask(looms.enterprise, mali)
    product = quotes.accept_quote(
        quote_id=quote(one, looms).pk, by=mali, now=timezone.now()
    ).product
    assert product is not None
    with pytest.raises(MoveNotAllowed):
        quotes.decline_request(request_id=one.pk, by=None, reason="ไม่ว่าง")
    quotes.withdraw_request(request_id=one.pk, by=mali)
    quotes.withdraw_request(request_id=one.pk, by=mali)
    product.refresh_from_db()
    assert product.state == ProductState.WITHDRAWN
    quotes.decline_request(request_id=two.pk, by=None, reason="ไม่มีครามแล้ว")
    quotes.decline_request(request_id=two.pk, by=None, reason="ไม่มีครามแล้ว")
    assert (state(one), state(two)) == (RequestState.WITHDRAWN, RequestState.DECLINED)
    assert kinds().count("request_declined") == 1
    with pytest.raises(MoveNotAllowed):
        quotes.withdraw_request(request_id=two.pk, by=mali)


def test_too_much_work_is_not_quoted(looms: Workshop) -> None:
    asked = ask(looms.enterprise, make_buyer())
    lines = [DraftLine("ผ้า", 100, Decimal(100), units=61)]
    with pytest.raises(quotes.CannotPromise):
        quote(asked, looms, lines=lines)
    with pytest.raises(quotes.NothingQuoted):
        quote(asked, looms, lines=[])
    assert state(asked) == RequestState.ASKED


def test_a_group_without_a_workshop_quotes_in_working_days(looms: Workshop) -> None:
    mali = make_buyer()
    asked = ask(looms.enterprise, mali)
    sent = quote(asked, None, lead_days=5)
    product = quotes.accept_quote(quote_id=sent.pk, by=mali, now=timezone.now()).product
    assert product is not None
    checkout = make_checkout((product, 10), user=mali)
    offer = checkouts.offer_now(checkout, today=timezone.localdate())
    assert offer.lines[0].promised_on == sent.promised_on
    assert offer.work() == []


def test_asked_twice_with_one_form_is_asked_once(looms: Workshop) -> None:
    mali, token = make_buyer(), uuid4()
    assert ask(looms.enterprise, mali, token=token) == ask(looms.enterprise, mali, token=token)
    for _ in range(4):
        ask(looms.enterprise, mali)
    with pytest.raises(quotes.TooManyOpen):
        ask(looms.enterprise, mali)
    with pytest.raises(quotes.OwnGroup):
        ask(looms.enterprise, looms.enterprise.memberships.get().user)
    assert CustomRequest.objects.count() == 5
