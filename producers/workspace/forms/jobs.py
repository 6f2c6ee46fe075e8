"""Declining a job, and handing a parcel over."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from shop.core.thai import arabic_digits
from shop.fulfilment.models import Carrier, Fulfilment

from .fields import ManyLines

OTHER = "other"
#: Why a group cannot do a job; the chosen words go to the buyer.
REASONS = [
    ("no_time", _("We cannot make it in time")),
    ("no_material", _("The material has run out")),
    ("no_stock", _("There are fewer pieces than we thought")),
    ("damaged", _("The piece is damaged")),
    ("unwell", _("Somebody is ill, or there is an emergency")),
    (OTHER, _("Something else")),
]


class DeclineForm(forms.Form):
    """A reason from the list, and words for the buyer."""

    why = forms.ChoiceField(
        label=_("Why can you not do it?"),
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason: the buyer will read it.")},
    )
    words = ManyLines(
        label=_("A few words to the buyer"),
        max_length=500,
        required=False,
        rows=3,
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("why") == OTHER and not data.get("words"):
            self.add_error("words", _("Tell the buyer why, in a few words."))
        return data

    def reason(self, *, language: str) -> str:
        """What the buyer reads; what was chosen is said in the buyer's language."""
        words = self.cleaned_data["words"]
        if self.cleaned_data["why"] == OTHER:
            return words
        with translation.override(language):
            chosen = str(dict(REASONS)[self.cleaned_data["why"]])
        return f"{chosen}: {words}" if words else chosen


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something about a parcel that looks wrong and may be right."""

    kind: str  # number, no_number, warm
    carrier: Carrier
    #: Whose number it looks like instead, where just one carrier's look so.
    likely: Carrier | None = None


class DispatchForm(forms.Form):
    """Who carries the parcel, and its number. What looks wrong only warns, once."""

    carrier = forms.ModelChoiceField(
        label=_("Who carries it?"),
        queryset=Carrier.objects.all(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose who carries the parcel."),
            "invalid_choice": _("Choose who carries the parcel."),
        },
    )
    tracking_number = forms.CharField(
        label=_("Tracking number"),
        max_length=60,
        required=False,
        help_text=_("It stands on the receipt. You can paste it from a message."),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
    )
    seen = forms.CharField(required=False, max_length=120, widget=forms.HiddenInput)

    def __init__(self, *args: Any, part: Fulfilment, **kwargs: Any):
        kwargs.setdefault("initial", {"carrier": part.carrier_id})
        super().__init__(*args, **kwargs)
        self.part = part
        if part.dispatched_at is not None:
            # A further parcel is told from the first by its number; without one it is a second tap.
            self.fields["tracking_number"].widget.attrs["required"] = True

    def clean_tracking_number(self) -> str:
        number = re.sub(r"\s", "", arabic_digits(self.cleaned_data["tracking_number"])).upper()
        if not re.fullmatch(r"[A-Z0-9./-]{0,40}", number):
            raise forms.ValidationError(
                _("A tracking number has only letters A–Z and digits, at most 40.")
            )
        return number

    @property
    def doubts(self) -> list[Doubt]:
        """What looks wrong with the choices made."""
        carrier, number = self.cleaned_data["carrier"], self.cleaned_data["tracking_number"]
        found = []
        if not number:
            found.append(Doubt("no_number", carrier))
        elif not carrier.knows(number):
            found.append(Doubt("number", carrier, self._likely(number)))
        if self.part.carrier and self.part.carrier.chilled and not carrier.chilled:
            found.append(Doubt("warm", carrier))
        return found

    def _likely(self, number: str) -> Carrier | None:
        """The one carrier that this number looks like, and that may carry these goods."""
        chilled = bool(self.part.carrier and self.part.carrier.chilled)
        found = [
            carrier
            for carrier in Carrier.objects.all()
            if carrier.recognises(number) and (carrier.chilled or not chilled)
        ]
        return found[0] if len(found) == 1 else None

    @property
    def seen_now(self) -> str:
        """What these choices are called when they have been warned about."""
        return f"{self.cleaned_data['carrier'].pk}:{self.cleaned_data['tracking_number']}"

    @property
    def was_warned(self) -> bool:
        """The same choices were sent before, and the warning was read."""
        return self.cleaned_data["seen"] == self.seen_now
