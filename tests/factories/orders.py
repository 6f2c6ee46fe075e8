"""Baskets, checkouts, and orders as they are once the money is there."""

from datetime import date
from typing import Any
from uuid import uuid4

from django.utils import timezone

from catalogue.models import Product
from shop.core.models import User
from shop.oscar.basket.models import Basket
from shop.oscar.basket.services import add_to_basket
from shop.oscar.checkout import services as checkouts
from shop.oscar.checkout.models import Checkout
from shop.oscar.order.models import Order
from shop.oscar.partner.models import StockRecord
from shop.payments import services as payments
from shop.payments.models import PaymentAttempt
from shop.payments.provider import Standing

from .delivery import make_rates

CONTACT = {"name": "มะลิ ทดสอบ", "email": "mali@example.com", "phone": "+66812345678"}
#: แขวงบางรัก เขตบางรัก กรุงเทพมหานคร
ADDRESS = {
    "house_number": "99/1",
    "moo": "",
    "building": "",
    "soi": "เจริญกรุง 42",
    "road": "เจริญกรุง",
    "tambon_code": "100404",
    "postcode": "10500",
}


def record_of(product: Product) -> StockRecord:
    """The product's stock record as it is in the database now."""
    return StockRecord.objects.get(product=product)


def contact_of(user: User) -> dict[str, str]:
    """A checkout's contact for a person with an account."""
    return {**CONTACT, "name": user.get_full_name(), "email": user.email or ""}


def make_basket(*wanted: tuple[Product, int], user: User | None = None) -> Basket:
    """A basket with these pieces, of a guest unless told whose."""
    basket = Basket.objects.create(owner=user)
    for product, quantity in wanted:
        add_to_basket(basket=basket, product_id=product.pk, quantity=quantity)
    return basket


def make_checkout(
    *wanted: tuple[Product, int],
    user: User | None = None,
    language: str = "th",
    address: dict[str, str] | None = None,
    contact: dict[str, str] | None = None,
) -> Checkout:
    """A checkout that lacks nothing but the payment."""
    make_rates()
    checkout = checkouts.open_checkout(
        basket=make_basket(*wanted, user=user), user=user, language=language
    )
    return checkouts.set_address(
        checkout=checkout,
        contact=contact or (contact_of(user) if user else CONTACT),
        address=address or ADDRESS,
    )


def pay(checkout: Checkout, *, method: str = "card", today: date | None = None) -> PaymentAttempt:
    """Hold the goods and note the money as paid, without a provider; not settled yet."""
    today = today or timezone.localdate()
    total = str(checkouts.offer_now(checkout, today=today).total)
    attempt, _ = checkouts.hold_and_write(checkout.pk, method, total, today)
    assert attempt is not None
    name = uuid4().hex
    standing = Standing(
        "paid",
        amount=attempt.amount,
        intent_id=f"pi_test_{name}",
        session_id=f"cs_test_{name}" if method == "card" else "",
    )
    return payments.note_standing(attempt.pk, standing)


def make_placed_order(
    *wanted: tuple[Product, int],
    user: User | None = None,
    method: str = "card",
    today: date | None = None,
    **details: Any,
) -> Order:
    """A paid order of these pieces; `details` as for `make_checkout`."""
    checkout = make_checkout(*wanted, user=user, **details)
    checkouts.settle_attempt(pay(checkout, method=method, today=today).pk)
    return Order.objects.get(checkout_reference=checkout.reference)
