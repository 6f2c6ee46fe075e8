"""Paid when the promised days were gone: the buyer is asked, and answers once."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shop.core.templatetags.shop_text import day
from shop.oscar.checkout import services as checkouts
from shop.oscar.checkout.models import Checkout
from shop.oscar.checkout.states import CheckoutState
from shop.oscar.order.models import Line, Order
from shop.oscar.partner.services import release_goods
from shop.outbox.models import Message
from shop.payments.models import PaymentAttempt, Refund
from shop.production.models import Job, ProductionSlot, Workshop
from shop.production.services import close_days, release_capacity
from tests.checkout.shopping import Buyer
from tests.factories import make_placed_order, make_rates
from tests.factories.making import make_workshop, make_woven

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(provider: Any) -> tuple[Buyer, Checkout]:
    """Two scarves were held for tomorrow and the day after; somebody else has taken those days."""
    make_rates()
    scarf = make_woven(make_workshop())
    buyer = Buyer("en")
    buyer.fill_in((scarf, 2))
    buyer.pay()
    checkout = Checkout.objects.get()
    release_goods(reference=checkout.reference)
    release_capacity(reference=checkout.reference)
    make_placed_order((scarf, 2))
    provider.control(f"session/{PaymentAttempt.objects.earliest('pk').session_id}/pay")
    page = buyer.get(f"checkout/return/{checkout.reference}/")
    checkout.refresh_from_db()
    assert checkout.state == CheckoutState.ASKED
    assert page["Location"] == checkouts.question_path(checkout, language="en")
    return buyer, checkout


def days_of(offer: dict[str, Any]) -> list[str]:
    return [group["promised_on"] for group in offer["groups"]]


def taken() -> int:
    return sum(ProductionSlot.objects.values_list("allocated", flat=True))


def test_the_page_says_both_days_and_until_when_and_anybodys_phone_opens_it(
    asked: tuple[Buyer, Checkout],
) -> None:
    _, checkout = asked
    today = timezone.localdate()
    page = Buyer("en").get(checkouts.question_path(checkout, language="en")).content.decode()
    assert days_of(checkout.offer) == [(today + timedelta(days=2)).isoformat()]
    assert days_of(checkout.new_offer) == [(today + timedelta(days=4)).isoformat()]
    for each in (today + timedelta(days=2), today + timedelta(days=4)):
        written = f"{each.day} {each:%b} {each.year}"
        assert written in page
    assert page.count('name="answer"') == 2
    mail = Message.objects.get(kind="new_date_asked")
    assert mail.context["path"] == checkouts.question_path(checkout)
    assert day(mail.context["new_promised_on"])


def test_the_new_day_is_taken_with_one_tap_and_the_second_changes_nothing(
    asked: tuple[Buyer, Checkout],
) -> None:
    buyer, checkout = asked
    path = checkouts.question_path(checkout, language="en")
    for _ in range(2):
        assert "/orders/" in buyer.post(path, {"answer": "accept"})["Location"]
    order = Order.objects.get(checkout_reference=checkout.reference)
    promised = timezone.localdate() + timedelta(days=4)
    assert order.fulfilments.get().promised_on == promised
    assert Line.objects.get(order=order).snapshot["promise"]["promised_on"] == str(promised)
    assert Job.objects.get(line__order=order).promised_on == promised
    assert (taken(), Refund.objects.count()) == (4, 0)
    assert "/orders/" in buyer.post(path, {"answer": "refuse"})["Location"]
    assert not Refund.objects.exists()


def test_the_money_goes_back_whole_and_the_days_are_free_again(
    asked: tuple[Buyer, Checkout],
) -> None:
    buyer, checkout = asked
    path = checkouts.question_path(checkout, language="en")
    for answer in ("refuse", "refuse", "accept"):
        assert "Your money goes back" in buyer.post(path, {"answer": answer}).content.decode()
    assert not Order.objects.filter(checkout_reference=checkout.reference).exists()
    refund = Refund.objects.get()
    assert refund.amount == checkout.total
    assert taken() == 2
    assert Message.objects.filter(kind="new_date_refused").count() == 1
    assert not Message.objects.filter(kind="paid_too_late").exists()


def test_silence_gives_the_money_back(asked: tuple[Buyer, Checkout]) -> None:
    _, checkout = asked
    assert checkout.asked_until is not None
    assert checkouts.give_back_unanswered(now=checkout.asked_until - timedelta(seconds=1)) == 0
    assert checkouts.give_back_unanswered(now=checkout.asked_until) == 1
    assert checkouts.give_back_unanswered(now=checkout.asked_until) == 0
    assert Refund.objects.get().amount == checkout.total


def test_strangers_and_nonsense_change_nothing(asked: tuple[Buyer, Checkout]) -> None:
    buyer, checkout = asked
    path = checkouts.question_path(checkout, language="en")
    forged = path.replace(checkouts.question_token(checkout), "x" * 43)
    assert Buyer().post(forged, {"answer": "accept"}).status_code == 404
    assert Buyer().get(f"/en/checkout/return/{checkout.reference}/").status_code == 404
    assert buyer.post(path, {"answer": "\x00"}).status_code in (200, 400)
    checkout.refresh_from_db()
    assert checkout.state == CheckoutState.ASKED
    assert (Order.objects.count(), Refund.objects.count()) == (1, 0)


def close_all_but_last(days: int) -> None:
    """The group closes everything from tomorrow on, for so many days."""
    today = timezone.localdate()
    close_days(
        workshop_id=Workshop.objects.get().pk,
        first_day=today + timedelta(days=1),
        last_day=today + timedelta(days=days),
        today=today,
    )


def test_days_closed_while_the_buyer_pays_are_asked_about_too(provider: Any) -> None:
    make_rates()
    scarf = make_woven(make_workshop())
    buyer = Buyer("en")
    buyer.fill_in((scarf, 2))
    buyer.pay()
    close_all_but_last(10)
    provider.control(f"session/{PaymentAttempt.objects.get().session_id}/pay")
    checkout = Checkout.objects.get()
    buyer.get(f"checkout/return/{checkout.reference}/")
    checkout.refresh_from_db()
    today = timezone.localdate()
    assert checkout.state == CheckoutState.ASKED
    assert days_of(checkout.new_offer) == [(today + timedelta(days=12)).isoformat()]
    assert (Order.objects.count(), taken()) == (0, 2)


def test_days_closed_before_the_answer_are_asked_about_once_more(
    asked: tuple[Buyer, Checkout],
) -> None:
    buyer, checkout = asked
    path = checkouts.question_path(checkout, language="en")
    close_all_but_last(10)
    page = buyer.post(path, {"answer": "accept"}).content.decode()
    assert "This day is gone too" in page
    checkout.refresh_from_db()
    today = timezone.localdate()
    assert checkout.state == CheckoutState.ASKED
    assert days_of(checkout.new_offer) == [(today + timedelta(days=14)).isoformat()]
    assert not Order.objects.filter(checkout_reference=checkout.reference).exists()
    assert Message.objects.filter(kind="new_date_asked").count() == 2
    assert "/orders/" in buyer.post(path, {"answer": "accept"})["Location"]
    order = Order.objects.get(checkout_reference=checkout.reference)
    assert order.fulfilments.get().promised_on == today + timedelta(days=14)
    assert (taken(), Refund.objects.count()) == (4, 0)


def test_no_day_left_before_the_answer_gives_the_money_back(
    asked: tuple[Buyer, Checkout],
) -> None:
    buyer, checkout = asked
    close_all_but_last(300)
    path = checkouts.question_path(checkout, language="en")
    assert "Your money goes back" in buyer.post(path, {"answer": "accept"}).content.decode()
    assert Refund.objects.get().amount == checkout.total
    assert not Order.objects.filter(checkout_reference=checkout.reference).exists()
