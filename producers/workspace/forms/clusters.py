"""What a village or its lead says about a shared order."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from .fields import ManyLines, WholeNumber
from .jobs import OTHER

#: Why a village gives its part back; the lead reads it.
REASONS = [
    ("no_time", _("We cannot make it in time")),
    ("no_material", _("The material has run out")),
    ("pay", _("The pay is too low for us")),
    ("unwell", _("Somebody is ill, or there is an emergency")),
    (OTHER, _("Something else")),
]


class PartDeclineForm(forms.Form):
    """A reason from the list, and words for the lead."""

    why = forms.ChoiceField(
        label=_("Why can you not do it?"),
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a reason: the lead will read it.")},
    )
    words = ManyLines(label=_("A few words to the lead"), max_length=300, required=False, rows=3)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("why") == OTHER and not data.get("words"):
            self.add_error("words", _("Tell the lead why, in a few words."))
        return data

    @property
    def reason(self) -> str:
        words, why = self.cleaned_data["words"], self.cleaned_data["why"]
        chosen = str(dict(REASONS)[why])
        return words if why == OTHER else f"{chosen}: {words}" if words else chosen


class HandOverForm(forms.Form):
    """All pieces of a part come together: the number is counted once more."""

    pieces = WholeNumber(label=_("How many pieces do you bring?"), most=1_000_000)
    note = ManyLines(label=_("A note to the lead"), max_length=500, required=False, rows=3)

    def __init__(self, *args: Any, expected: int, **kwargs: Any):
        kwargs.setdefault("initial", {"pieces": expected})
        super().__init__(*args, **kwargs)
        self.expected = expected

    def clean_pieces(self) -> int:
        pieces = self.cleaned_data["pieces"]
        if pieces != self.expected:
            raise forms.ValidationError(
                ngettext_lazy(
                    "Your part is %(n)s piece. Bring it when it is finished.",
                    "Your part is %(n)s pieces. Bring them together when all are finished.",
                    self.expected,
                )
                % {"n": self.expected}
            )
        return pieces


class CheckForm(forms.Form):
    """How many pieces are to be worked over, and what was found."""

    rework = WholeNumber(label=_("How many pieces are to be worked over?"), least=1, most=1_000_000)
    note = ManyLines(
        label=_("What is to be done?"),
        max_length=500,
        rows=3,
        error_messages={"required": _("Tell the group what is to be done.")},
    )

    def __init__(self, *args: Any, pieces: int, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.pieces = pieces

    def clean_rework(self) -> int:
        rework = self.cleaned_data["rework"]
        if rework > self.pieces:
            raise forms.ValidationError(_("The part has only %(n)s pieces.") % {"n": self.pieces})
        return rework


class SampleForm(forms.Form):
    """What the buyer should know of the sample piece."""

    note = ManyLines(
        label=_("A few words about the sample"),
        max_length=500,
        rows=3,
        error_messages={"required": _("Describe the sample in a few words.")},
    )
