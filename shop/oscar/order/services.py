"""Numbers nobody can guess, and links that open one order."""

import secrets
from collections.abc import Iterable, Mapping

from django.core import signing
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare

from catalogue.asking.answering import photo_tokens
from shop.outbox.services import Contact, send_later

from .models import Line, Order, ShippingAddress

#: No 0/O, 1/I/L and U: a number is read out on the phone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
SALT = "order-link"
#: What is kept of an address, by the names of ThaiAddress.
PARTS = ("house_number", "moo", "building", "soi", "road", "tambon_code", "postcode")


def new_order_number() -> str:
    """`TLF-7K3M-9QZX`: 30⁸ possible numbers, drawn by the system's secure generator."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"TLF-{drawn[:4]}-{drawn[4:]}"


def order_token(order: Order) -> str:
    """The signature that lets a guest see this order."""
    return signing.Signer(salt=SALT).signature(order.number)


def opens_order(order: Order, token: str) -> bool:
    """Whether the token was signed for this order."""
    return constant_time_compare(order_token(order), token)


def order_path(order: Order, *, language: str | None = None) -> str:
    """The signed address of the order's page in the buyer's language."""
    with translation.override(language or order.language):
        return reverse("order:signed", args=[order.number, order_token(order)])


def write_address(*, name: str, phone: str, parts: Mapping[str, str]) -> ShippingAddress:
    """Where a parcel goes, as a row of its own: an order's address never changes afterwards.

    `parts` are the names of ThaiAddress (PARTS).
    """
    address = ShippingAddress(
        first_name=name,
        phone_number=phone,
        **{part: parts.get(part, "") for part in PARTS},
    )
    address.fill_oscar_lines()
    address.save()
    return address


def photos_of(lines: Iterable[Line]) -> set[str]:
    """The photos that these lines were answered with."""
    return {token for line in lines for token in photo_tokens(line.answers)}


def send_order_link(*, email: str, number: str, language: str) -> bool:
    """Mail the signed link again to whoever ordered; whether there was such an order.

    The asker must be told the same either way, or the page would say who orders here.
    """
    typed = "".join(number.upper().split()).removeprefix("TLF")
    drawn = typed.replace("-", "")
    if len(drawn) != 8:
        return False
    order = Order.objects.filter(
        number=f"TLF-{drawn[:4]}-{drawn[4:]}", contact_email__iexact=email.strip()
    ).first()
    if order is None:
        return False
    send_later(
        "order_link",
        to=Contact(order.contact_email, "", language),
        about=order,
        context={
            "order_number": order.number,
            "order_path": order_path(order, language=language),
            "name": order.contact_name,
        },
    )
    return True
