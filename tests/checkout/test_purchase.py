"""From basket to order, as a guest without script, by card and by PromptPay."""

import re
from decimal import Decimal

import pytest

from shop.core.models import Consent
from shop.oscar.checkout.models import Checkout
from shop.oscar.order.models import Order
from shop.oscar.order.services import order_path
from shop.oscar.partner.services import release_goods, set_ready_pieces
from shop.payments.models import PaymentAttempt, Refund
from tests.factories import (
    make_buyer,
    make_enterprise,
    make_made_to_order,
    make_placed_order,
    make_product,
    make_rates,
    record_of,
)

from .shopping import Buyer

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def goods():
    """One product from stock and one made to order, of two groups."""
    make_rates()
    return (
        make_product(make_enterprise(), stock=3, price="450"),
        make_made_to_order(make_enterprise(), price="1200"),
    )


@pytest.mark.parametrize("language", ["th", "en"])
def test_a_guest_buys_from_two_groups_by_card(goods, provider, language):
    buyer = Buyer(language)
    buyer.fill_in((goods[0], 2), (goods[1], 1))

    review = buyer.get("checkout/review/").content.decode()
    assert "฿2,180" in review
    to_stripe = buyer.pay()
    checkout = Checkout.objects.get()
    assert to_stripe["Location"].startswith(provider.base_address)
    session = PaymentAttempt.objects.get().session_id
    provider.control(f"session/{session}/pay", card="succeed")
    back = buyer.get(f"checkout/return/{checkout.reference}/")

    order = Order.objects.get()
    assert back["Location"] == order_path(order, language=language)
    page = buyer.get(back["Location"])
    assert page.status_code == 200
    assert order.number in page.content.decode()
    assert order.total_incl_tax == Decimal("2180.00") == PaymentAttempt.objects.get().amount
    assert order.language == language
    assert order.contact_phone == "+66812345678"
    assert order.contact_email == "mali@example.com"
    assert order.shipping_address.tambon_code == "100404"
    assert record_of(goods[0]).free_pieces == 1
    assert "฿" not in buyer.get("basket/").content.decode()


def test_a_signed_in_buyer_pays_by_promptpay_with_a_code_we_draw(goods, provider):
    buyer = Buyer(user=make_buyer())
    buyer.fill_in((goods[0], 1), method="promptpay")

    paying = buyer.pay()["Location"]
    page = buyer.get(paying).content.decode()
    code = buyer.get(re.search(r'src="([^"]+qr\.svg)"', page).group(1))
    assert code["Content-Type"] == "image/svg+xml"
    assert code.content.startswith(b"<svg") or code.content.startswith(b"<?xml")
    assert re.search(r'<noscript><meta http-equiv="refresh"', page)
    attempt = PaymentAttempt.objects.get()
    provider.control(f"pay/{attempt.intent_id}")
    PaymentAttempt.objects.update(ask_at=attempt.created_at)
    led = buyer.get(paying, headers={"HX-Request": "true"})

    assert led.status_code == 200
    end = buyer.get(led["HX-Redirect"])
    order = Order.objects.get()
    assert end["Location"] == f"/th/orders/{order.number}/"
    assert order.paid_with == "promptpay"
    assert buyer.get(end["Location"]).status_code == 200


def test_ten_taps_on_the_button_make_one_payment(goods, provider):
    buyer = Buyer()
    last_piece = make_product(stock=1)
    buyer.fill_in((last_piece, 1))
    total = buyer.seen_total()

    answers = {buyer.pay(total)["Location"] for _ in range(10)}

    assert len(answers) == 1
    assert PaymentAttempt.objects.count() == 1
    assert "฿490" in buyer.get("checkout/review/").content.decode()
    provider.control(f"session/{PaymentAttempt.objects.get().session_id}/pay")
    reference = Checkout.objects.get().reference
    assert len({buyer.get(f"checkout/return/{reference}/")["Location"] for _ in range(3)}) == 1
    assert Order.objects.count() == 1
    assert buyer.pay(total)["Location"] == order_path(Order.objects.get())


def test_a_new_price_is_said_before_it_is_charged(goods, provider):
    buyer = Buyer("en")
    buyer.fill_in((goods[0], 1))
    total = buyer.seen_total()
    record = record_of(goods[0])
    record.price = Decimal("500")
    record.save()

    answer = buyer.pay(total)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "The total was ฿490 and is now ฿540" in page
    assert "it was ฿450" in page
    assert 'value="99/1"' in buyer.get("checkout/address/").content.decode()
    assert PaymentAttempt.objects.count() == 0
    assert record_of(goods[0]).free_pieces == 3
    assert buyer.pay()["Location"].startswith(provider.base_address)
    assert PaymentAttempt.objects.get().amount == Decimal("540.00")


def test_goods_gone_meanwhile_are_marked_and_the_rest_can_be_bought(goods, provider):
    buyer = Buyer("en")
    buyer.fill_in((goods[0], 2), (goods[1], 1))
    total = buyer.seen_total()
    set_ready_pieces(stockrecord_id=record_of(goods[0]).pk, pieces=1)

    page = buyer.pay(total)

    assert page.status_code == 409
    assert "Only 1 can be had now" in page.content.decode()
    assert PaymentAttempt.objects.count() == 0
    basket = buyer.get("basket/").content.decode()
    line = re.search(r"/en/basket/(\d+)/\"", basket).group(1)
    buyer.post(f"basket/{line}/", {"quantity": "1"})
    assert buyer.pay()["Location"].startswith(provider.base_address)


def test_a_provider_that_is_away_costs_nothing(goods, provider, settings):
    buyer = Buyer("en")
    buyer.fill_in((goods[0], 1))
    total = buyer.seen_total()
    away, settings.STRIPE_API_BASE = settings.STRIPE_API_BASE, "http://127.0.0.1:9"

    page = buyer.pay(total)

    assert page["Location"] == "/en/checkout/review/"
    assert "Nothing has been charged" in buyer.get(page["Location"]).content.decode()
    settings.STRIPE_API_BASE = away
    assert buyer.pay(total)["Location"].startswith(provider.base_address)
    assert PaymentAttempt.objects.count() == 1


def test_a_cancelled_payment_keeps_the_goods_and_can_be_taken_up_again(goods, provider):
    buyer = Buyer("en")
    buyer.fill_in((goods[0], 3))
    first = buyer.pay()["Location"]
    reference = Checkout.objects.get().reference

    back = buyer.get(f"checkout/return/{reference}/?cancelled=1")

    assert back["Location"] == "/en/checkout/review/"
    assert "kept for you until" in buyer.get(back["Location"]).content.decode()
    assert record_of(goods[0]).free_pieces == 0
    assert buyer.pay()["Location"] == first


def test_the_buyer_may_change_from_card_to_promptpay(goods, provider):
    buyer = Buyer()
    buyer.fill_in((goods[0], 1))
    buyer.pay()
    buyer.choose("promptpay")

    paying = buyer.pay()["Location"]

    assert "/checkout/promptpay/" in paying
    states = dict(PaymentAttempt.objects.values_list("method", "state"))
    assert states == {"card": "cancelled", "promptpay": "pending"}
    reference = Checkout.objects.get().reference
    assert buyer.post(f"checkout/cancel/{reference}/")["Location"] == "/th/checkout/review/"
    assert record_of(goods[0]).free_pieces == 3


def test_a_failed_promptpay_payment_says_so_and_frees_the_goods(goods, provider):
    buyer = Buyer("en")
    buyer.fill_in((goods[0], 1), method="promptpay")
    buyer.pay()
    provider.control(f"fail/{PaymentAttempt.objects.get().intent_id}")

    back = buyer.get(f"checkout/return/{Checkout.objects.get().reference}/")

    assert "did not succeed" in buyer.get(back["Location"]).content.decode()
    assert record_of(goods[0]).free_pieces == 3


def test_paid_when_the_last_piece_was_gone_says_sorry_and_pays_back(goods, provider):
    buyer = Buyer("en")
    last = make_product(stock=1)
    buyer.fill_in((last, 1))
    buyer.pay()
    reference = Checkout.objects.get().reference
    release_goods(reference=reference)
    make_placed_order((last, 1))
    provider.control(f"session/{PaymentAttempt.objects.latest('-pk').session_id}/pay")

    page = buyer.get(f"checkout/return/{reference}/")

    assert page.status_code == 200
    assert "goes back to you in full" in page.content.decode()
    assert Order.objects.count() == 1
    assert Refund.objects.get().amount == Decimal("490.00")


def test_the_address_that_was_shown_is_the_one_that_is_sent_to(goods, provider):
    """Changing the address in another tab while paying must not move a paid parcel."""
    buyer = Buyer()
    buyer.fill_in((goods[0], 1))
    buyer.pay()
    buyer.type_address(tambon_code="840503", postcode="84360", house_number="1")
    provider.control(f"session/{PaymentAttempt.objects.get().session_id}/pay")

    buyer.get(f"checkout/return/{Checkout.objects.get().reference}/")

    assert Order.objects.get().shipping_address.tambon_code == "100404"


def test_news_are_sent_only_to_those_who_ticked_the_box(goods):
    silent, curious = Buyer(), Buyer()
    silent.take(goods[0])
    silent.type_address()
    assert not Consent.objects.exists()

    curious.take(goods[0])
    curious.type_address(newsletter="on")
    curious.type_address(newsletter="on")

    consent = Consent.objects.get()
    assert (consent.purpose, consent.contact) == ("newsletter", "mali@example.com")
