"""What an answer adds, in words."""

from decimal import Decimal
from typing import Any

from django import template

from catalogue.asking.showing import added_words

register = template.Library()


@register.filter
def added(price: Any) -> str:
    """`+฿50`; nothing for nothing."""
    return added_words(Decimal(price or 0))
