"""Addresses, and days of a way of sending, as basket, checkout and order write them."""

from datetime import date, timedelta
from typing import Any

from django import template
from django.utils.translation import get_language

from shop.core.places import TambonAddress
from shop.fulfilment.delivery import DeliveryOption
from shop.fulfilment.offers import GroupOffer
from shop.oscar.checkout.forms import delivery_field

register = template.Library()


def _language() -> str:
    return "en" if get_language() == "en" else "th"


@register.filter
def tambon_label(place: TambonAddress) -> str:
    """Tambon, district, province and postcode on one line."""
    return place.label(_language())


@register.filter
def written(address: Any) -> list[str]:
    """A kept address line by line, in the reader's language."""
    return address.written(_language())


@register.filter
def delivery_name(part: GroupOffer) -> str:
    """The name of the field in which this group's way of sending is chosen."""
    return delivery_field(part.enterprise.pk)


@register.filter
def arrives_first(option: DeliveryOption, part: GroupOffer) -> date | None:
    """The first day a parcel sent this way may be at the door."""
    return part.promised_on and part.promised_on + timedelta(days=option.fastest_days)


@register.filter
def arrives_last(option: DeliveryOption, part: GroupOffer) -> date | None:
    """The last day a parcel sent this way should be at the door."""
    return part.promised_on and part.promised_on + timedelta(days=option.slowest_days)
