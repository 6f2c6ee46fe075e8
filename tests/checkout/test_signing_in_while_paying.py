"""A guest signs in on the way: the purchase goes on as theirs, and nothing is bought twice."""

import pytest

from shop.core.models import User
from shop.oscar.basket.models import Line
from shop.oscar.checkout.models import Checkout
from shop.oscar.order.models import Order
from shop.payments.models import PaymentAttempt
from tests.checkout.shopping import Buyer
from tests.factories import make_buyer, make_product, make_rates, record_of
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def me() -> User:
    make_rates()
    return make_buyer("me@example.com")


def sign_in(buyer: Buyer) -> None:
    fields = {"username": "me@example.com", "password": PASSWORD}
    assert buyer.post("account/sign-in/", fields).status_code == 302


def test_what_was_typed_as_a_guest_need_not_be_typed_again(me):
    buyer = Buyer("en")
    buyer.fill_in((make_product(), 1))
    sign_in(buyer)
    assert buyer.get("checkout/review/").status_code == 200
    checkout = Checkout.objects.get()
    assert (checkout.user, checkout.contact["email"]) == (me, "mali@example.com")


def test_goods_held_for_the_guest_are_held_for_the_person(me, provider):
    product = make_product(stock=1)
    buyer = Buyer("en")
    buyer.fill_in((product, 1))
    buyer.pay()
    sign_in(buyer)
    again = buyer.pay()
    attempt = PaymentAttempt.objects.get()
    assert again["Location"] == attempt.session_url
    provider.control(f"session/{attempt.session_id}/pay", card="succeed")
    checkout = Checkout.objects.get()
    back = buyer.get(f"checkout/return/{checkout.reference}/")
    order = Order.objects.get()
    assert order.user == me
    assert back["Location"] == f"/en/orders/{order.number}/"
    assert not Line.objects.exists()
    assert record_of(product).num_allocated == 1


def test_a_payment_under_way_goes_before_a_checkout_left_open_at_home(me, provider):
    home = Buyer("en", user=me)
    home.fill_in((make_product(), 1))
    product = make_product(stock=1)
    buyer = Buyer("en")
    buyer.fill_in((product, 1))
    buyer.pay()
    sign_in(buyer)
    buyer.get("basket/")
    states = {c.contact["email"]: (c.state, c.user) for c in Checkout.objects.all()}
    assert Checkout.objects.get(state="paying").user == me, states
    assert Checkout.objects.filter(state="lapsed").count() == 1
    assert Line.objects.filter(basket__owner=me).count() == 2


def test_a_checkout_at_home_that_is_being_paid_is_left_alone(me, provider):
    home = Buyer("en", user=me)
    home.fill_in((make_product(), 1))
    home.pay()
    before = Checkout.objects.get()
    buyer = Buyer("en")
    buyer.fill_in((make_product(), 1))
    sign_in(buyer)
    assert buyer.get("basket/").status_code == 200
    after = Checkout.objects.get(state="paying")
    assert (after.pk, after.basket_id) == (before.pk, before.basket_id)
