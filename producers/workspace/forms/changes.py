"""The group's price for a change that a buyer asks for, or why it cannot be."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shop.core.money import ZERO, format_baht

from .delays import Day
from .fields import Baht, ManyLines

MORE, LESS, SAME = "more", "less", "same"


class ChangePriceForm(forms.Form):
    """Whether it costs more or less and how much (baht), the new day, and why."""

    way = forms.ChoiceField(
        label=_("What does the change cost?"),
        choices=[
            (MORE, _("The buyer pays more")),
            (LESS, _("The buyer gets something back")),
            (SAME, _("The price stays the same")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one of them.")},
    )
    sum = Baht(label=_("How many baht?"), required=False)
    promised_on = Day(label=_("Last day to hand the parcel to the carrier"))
    words = ManyLines(label=_("Why? The buyer reads it"), max_length=500, required=False, rows=3)

    def __init__(self, *args: Any, amount: Decimal, earliest: date, **kwargs: Any):
        way = MORE if amount > 0 else LESS if amount < 0 else SAME
        kwargs["initial"] = {
            "way": way,
            "sum": format_baht(abs(amount)).removeprefix("฿") if amount else None,
            "promised_on": earliest,
            **(kwargs.get("initial") or {}),
        }
        super().__init__(*args, **kwargs)
        self.fields["promised_on"].widget.attrs["min"] = earliest.isoformat()

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("way") in (MORE, LESS) and data.get("sum") is None and "sum" not in self.errors:
            self.add_error("sum", _("Type how many baht."))
        return data

    @property
    def amount(self) -> Decimal:
        """The difference in baht; below zero goes back."""
        way = self.cleaned_data["way"]
        amount: Decimal = ZERO if way == SAME else self.cleaned_data["sum"]
        return -amount if way == LESS else amount


class ChangeRefuseForm(forms.Form):
    """Why the change cannot be made."""

    words = ManyLines(
        label=_("Why is it not possible?"),
        max_length=500,
        rows=4,
        error_messages={"required": _("Tell the buyer why, in a few words.")},
    )
