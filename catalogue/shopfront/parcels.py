"""What it costs to send a product to a province, asked on the product page before buying."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from shop.core.places import Place, provinces_by_slug
from shop.fulfilment.delivery import DeliveryOption, Load, RateBook

from .details import ProductDetails, Selling


@dataclass(frozen=True)
class Arrival:
    """One way there: what it costs (baht) and between which days it comes."""

    option: DeliveryOption
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Sending:
    """The answer for one province; no arrivals: nobody carries it there."""

    place: Place
    selling: Selling
    arrivals: list[Arrival]


def sending_to(slug: str, details: ProductDetails, today: date) -> Sending | None:
    """Ways to send one order of the product to a province; None for an unknown one.

    For the smallest quantity of what is chosen at first. Islands and other remote places within
    the province may cost more; the checkout knows the tambon and says so. One statement.
    """
    place, selling = provinces_by_slug().get(slug), details.chosen
    if place is None or selling is None or selling.promised_on is None:
        return None
    book = RateBook(today, place=place.code)
    zone = book.zone(details.product.province_code, place.code)
    options = book.options_in_zone([_load(details, selling)], zone)
    return Sending(place, selling, list(_arrivals(options, selling.promised_on)))


def _load(details: ProductDetails, selling: Selling) -> Load:
    product = selling.product
    return Load(
        product.weight_g,
        product.parcel_cm,
        max(selling.least, 1),
        chilled=product.chilled or details.product.chilled,
    )


def _arrivals(options: Iterable[DeliveryOption], promised_on: date) -> Iterable[Arrival]:
    for option in options:
        yield Arrival(
            option,
            promised_on + timedelta(days=option.fastest_days),
            promised_on + timedelta(days=option.slowest_days),
        )
