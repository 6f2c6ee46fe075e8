"""Numbers and words as people type them on a phone: Thai digits, commas, the ฿ sign."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.core.fields import ManyLines, OneLine
from shop.core.thai import arabic_digits

__all__ = ["Baht", "ManyLines", "OneLine", "WholeNumber"]

#: What may stand around or inside a number and means nothing.
NOISE = re.compile(r"[\s,฿]|บาท|baht", re.IGNORECASE)
WHOLE = re.compile(r"\d{1,9}", re.ASCII)
AMOUNT = re.compile(r"\d{1,9}(\.\d{1,2})?", re.ASCII)


class WholeNumber(forms.IntegerField):
    """A whole number that is not negative; `least` and `most` belong to it."""

    def __init__(self, *, least: int = 0, most: int, **kwargs: Any):
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
        )
        kwargs.setdefault("error_messages", {})
        kwargs["error_messages"] = {
            "invalid": _("Type a whole number, such as 12."),
            "required": _("Type a number."),
            **kwargs["error_messages"],
        }
        super().__init__(min_value=least, max_value=most, **kwargs)
        self.widget.attrs.pop("min", None)
        self.widget.attrs.pop("max", None)

    def to_python(self, value: Any) -> int | None:
        text = plain_number(value)
        if text in self.empty_values:
            return None
        if not WHOLE.fullmatch(text):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return int(text)


class Baht(forms.DecimalField):
    """A price in baht with at most two places."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        )
        kwargs["error_messages"] = {
            "invalid": _("Type an amount in baht, such as 450 or 450.50."),
            "required": _("Type the price."),
            "min_value": _("The price must be at least 1 baht."),
            "max_value": _("The price can be at most 1,000,000 baht."),
        }
        super().__init__(
            min_value=Decimal(1), max_value=Decimal(1_000_000), decimal_places=2, **kwargs
        )

    def to_python(self, value: Any) -> Any:
        text = plain_number(value)
        if text in self.empty_values:
            return None
        if not AMOUNT.fullmatch(text):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return Decimal(text)

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {}


def plain_number(value: Any) -> str:
    """`1200` from `๑,๒๐๐ บาท`. Only the digits that people here write are digits."""
    return NOISE.sub("", arabic_digits(str(value if value is not None else "")[:80]))
