"""What the pages of basket, checkout and order show of goods: reads only."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import segno

from catalogue.models import ProductPicture
from shop.fulfilment.offers import GroupOffer, LineOffer, Offer
from shop.oscar.address.models import UserAddress
from shop.oscar.order.services import PARTS as ADDRESS_PARTS
from shop.payments.models import PaymentAttempt

from .models import Checkout


@dataclass(frozen=True, slots=True)
class ShownLine:
    """One line with the first picture of its product."""

    line: LineOffer
    picture: ProductPicture | None


@dataclass(frozen=True, slots=True)
class ShownGroup:
    """One group's part, ready to be shown."""

    offer: GroupOffer
    lines: list[ShownLine]

    @property
    def chilled_lines(self) -> list[ShownLine]:
        return [shown for shown in self.lines if shown.line.chilled]


def first_pictures(product_ids: Iterable[int]) -> dict[int, ProductPicture]:
    """Product id → its first picture; one statement whatever their number."""
    found: dict[int, ProductPicture] = {}
    rows = ProductPicture.objects.filter(product__in=set(product_ids)).select_related("picture")
    for row in rows.order_by("product", "position", "pk"):
        found.setdefault(row.product_id, row)
    return found


def shown_groups(offer: Offer) -> list[ShownGroup]:
    """The groups of an offer with the pictures of their goods; one statement."""
    if offer.is_empty:
        return []
    pictures = first_pictures(line.top_product.pk for line in offer.lines)
    return [
        ShownGroup(
            group,
            [ShownLine(line, pictures.get(line.top_product.pk)) for line in group.lines],
        )
        for group in offer.groups
    ]


def snapshot_pictures(lines: Iterable[Any]) -> dict[int, ProductPicture]:
    """Order line id → the first picture of what was sold; one statement."""
    tops = {line.pk: line.snapshot.get("top_product") or line.product_id for line in lines}
    pictures = first_pictures(pk for pk in tops.values() if pk)
    return {line: pictures[top] for line, top in tops.items() if top in pictures}


def written_address(parts: Mapping[str, str], language: str) -> list[str]:
    """A checkout's address as one writes it on a parcel, line by line."""
    address = UserAddress(**{name: parts.get(name, "") for name in ADDRESS_PARTS})
    return address.written(language)


def last_of_session(reference: str) -> Checkout | None:
    """The checkout that a session remembers, whatever became of it."""
    try:
        return Checkout.objects.filter(reference=UUID(reference)).first()
    except ValueError:
        return None


def drawn_qr(data: str) -> bytes:
    """A QR code as an SVG drawing."""
    drawing = io.BytesIO()
    segno.make_qr(data, error="m").save(
        drawing, kind="svg", scale=8, border=3, dark="#211C17", light="#FFFFFF", xmldecl=False
    )
    return drawing.getvalue()


def open_attempt(checkout: Checkout, *, method: str = "") -> PaymentAttempt | None:
    """The payment of this checkout that waits for the payer (by `method`, if one is named)."""
    attempts = PaymentAttempt.objects.open().filter(checkout_reference=checkout.reference)
    return (attempts.filter(method=method) if method else attempts).first()


def last_attempt(checkout: Checkout) -> PaymentAttempt | None:
    """The latest payment of this checkout, however it ended."""
    return PaymentAttempt.objects.filter(checkout_reference=checkout.reference).first()
