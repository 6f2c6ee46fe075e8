"""Numbers nobody can guess, and links that open one order."""

import secrets

from django.core import signing
from django.urls import reverse
from django.utils import translation
from django.utils.crypto import constant_time_compare

from .models import Order

#: No 0/O, 1/I/L and U: a number is read out on the phone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
SALT = "order-link"


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
