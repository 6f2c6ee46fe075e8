"""Telling a buyer a later day."""

import re
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.core.templatetags.shop_text import BUDDHIST_ERA
from shop.core.thai import arabic_digits
from shop.fulfilment.states import DelayReason

from .fields import ManyLines

#: Years that can only be meant as พ.ศ.
BUDDHIST_FROM = 2400


class Day(forms.DateField):
    """A day from the phone's calendar, or typed: 12/12/2569, ๑๒/๑๒/๒๕๖๙, 2026-12-12."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("widget", forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
        kwargs["error_messages"] = {
            "required": _("Choose a day."),
            "invalid": _("Choose a day, or type it as 12/12/2569."),
        }
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> date | None:
        if value in self.empty_values or isinstance(value, date):
            return value or None
        numbers = re.findall(r"\d+", arabic_digits(str(value)[:40]))
        if len(numbers) != 3:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        if len(numbers[0]) == 4:
            numbers.reverse()
        day, month, year = (int(number[:4]) for number in numbers)
        if year >= BUDDHIST_FROM:
            year -= BUDDHIST_ERA
        try:
            return date(year, month, day)
        except ValueError as error:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from error


class DelayForm(forms.Form):
    """Why it takes longer, until when, and a few words to the buyer."""

    reason = forms.ChoiceField(
        label=_("Why does it take longer?"),
        choices=DelayReason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason: the buyer will read it.")},
    )
    new_day = Day(label=_("New last day to hand the parcel to the carrier"))
    words = ManyLines(label=_("A few words to the buyer"), max_length=500, required=False, rows=3)

    def __init__(self, *args: Any, earliest: date, **kwargs: Any):
        kwargs.setdefault("initial", {"new_day": earliest})
        super().__init__(*args, **kwargs)
        self.fields["new_day"].widget.attrs["min"] = earliest.isoformat()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("reason") == DelayReason.OTHER and not data.get("words"):
            self.add_error("words", _("Tell the buyer why, in a few words."))
        return data
