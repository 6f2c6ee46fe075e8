"""One question that a group asks its buyers, as it is typed on a phone."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalogue.asking.answering import plain_number
from catalogue.asking.models import Question
from catalogue.asking.services import MOST_CHOICES
from catalogue.states import CHOSEN, COUNTED, QuestionKind

from .fields import AMOUNT, NOISE, Baht, OneLine, WholeNumber, arabic_digits

COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
#: Rows for choices on an empty form; the rest lies folded away.
ROWS_OPEN = 4


class Added(Baht):
    """Baht on top of the price; empty is nothing."""

    def __init__(self, **kwargs: Any):
        super().__init__(required=False, **kwargs)
        self.min_value: Any = Decimal(0)
        self.validators = []

    def clean(self, value: Any) -> Decimal:
        amount = super().clean(value) or Decimal(0)
        if amount > 100_000:
            raise forms.ValidationError(_("At most 100,000 baht."))
        return amount


class Measure(forms.CharField):
    """A number with at most two places, as one types it; `negative` allows a minus."""

    def __init__(self, *, most: int = 1_000_000, **kwargs: Any):
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        )
        super().__init__(max_length=40, **kwargs)
        self.most = most

    def to_python(self, value: Any) -> Any:
        text = NOISE.sub("", arabic_digits(super().to_python(value)))
        if not text:
            return None
        if not AMOUNT.fullmatch(text):
            raise forms.ValidationError(_("Type a number, such as 12 or 12.5."))
        number = Decimal(text)
        if number > self.most:
            raise forms.ValidationError(_("This number is too large."))
        return number

    def validate(self, value: Any) -> None:
        if value is None and self.required:
            raise forms.ValidationError(_("Type a number."))

    def run_validators(self, value: Any) -> None:
        """The text was looked at already."""


class QuestionForm(forms.Form):
    """The fields of one kind of question; which ones, its kind says."""

    use_required_attribute = False

    label_th = OneLine(
        label=_("What do you ask?"),
        max_length=80,
        help_text=_("In a few words, for example: ชื่อที่จะปัก"),
        error_messages={"required": _("Type the question.")},
    )
    help_th = OneLine(
        label=_("A short explanation"),
        max_length=200,
        required=False,
        help_text=_("For example: ปักด้วยไหมสีทอง ที่มุมล่างขวา"),
    )
    longest = WholeNumber(
        label=_("At most how many letters?"),
        least=1,
        most=200,
        help_text=_("Vowels and tone marks above and below do not count."),
        error_messages={"max_value": _("At most 200 letters.")},
    )
    least = Measure(label=_("Smallest number"))
    most = Measure(label=_("Largest number"))
    step = Measure(label=_("In steps of"), help_text=_("1 for whole numbers, 0.5 for halves."))
    unit_th = OneLine(
        label=_("Unit"), max_length=30, required=False, help_text=_("for example: ซม., นิ้ว")
    )
    price = Added(label=_("It costs more (baht per piece)"))
    units = Measure(
        label=_("It is more work (units of your workshop per piece)"), most=1000, required=False
    )
    required = forms.BooleanField(label=_("Every buyer must answer it"), required=False)
    makes_non_returnable = forms.BooleanField(
        label=_("With it, the piece is made for this buyer alone and is not taken back"),
        required=False,
        help_text=_("The buyer reads this before paying. Faulty goods are always refunded."),
    )
    label_en = OneLine(label=_("The question in English"), max_length=80, required=False)
    help_en = OneLine(label=_("The explanation in English"), max_length=200, required=False)
    unit_en = OneLine(label=_("Unit in English"), max_length=30, required=False)

    #: Which of the fields belong to one kind only.
    OF_KIND = {
        "longest": (QuestionKind.TEXT,),
        "least": COUNTED,
        "most": COUNTED,
        "step": COUNTED,
        "unit_th": COUNTED,
        "unit_en": COUNTED,
    }
    ENGLISH = ("label_en", "help_en", "unit_en")

    def __init__(self, *args: Any, kind: str, with_units: bool, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.kind = kind
        for name, kinds in self.OF_KIND.items():
            if kind not in kinds:
                del self.fields[name]
        if not with_units:
            del self.fields["units"]
        if kind in CHOSEN:
            for row in range(MOST_CHOICES):
                self._add_row(row)

    def _add_row(self, row: int) -> None:
        self.fields[f"c{row}_th"] = OneLine(label=_("Choice"), max_length=80, required=False)
        if self.kind == QuestionKind.COLOUR:
            self.fields[f"c{row}_colour"] = forms.CharField(
                label=_("Colour"),
                required=False,
                max_length=7,
                widget=forms.TextInput(attrs={"type": "color"}),
            )
        self.fields[f"c{row}_price"] = Added(label=_("More (baht)"))
        self.fields[f"c{row}_en"] = OneLine(
            label=_("Choice in English"), max_length=80, required=False
        )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        least, most = data.get("least"), data.get("most")
        if least is not None and most is not None and most < least:
            self.add_error("most", _("This is less than the smallest number."))
        if data.get("step") == 0:
            self.add_error("step", _("Type a number above 0."))
        if self.kind in CHOSEN and "c0_th" not in self.errors:
            names = [row["th"] for row in self._rows(data)]
            if len(names) < 2:
                self.add_error("c0_th", _("Give at least two choices."))
            elif len(set(names)) < len(names):
                self.add_error("c0_th", _("Two choices have the same name."))
        return data

    def facts(self) -> dict[str, Any]:
        """What `set_question` writes."""
        data = {
            name: value for name, value in self.cleaned_data.items() if not name.startswith("c")
        }
        data["units"] = data.get("units") or Decimal(0)
        if "units" not in self.fields:
            del data["units"]
        if self.kind in CHOSEN:
            data["choices"] = self._rows(self.cleaned_data)
        return data

    def _rows(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        rows = []
        for row in range(MOST_CHOICES):
            if not data.get(f"c{row}_th"):
                continue
            colour = data.get(f"c{row}_colour") or ""
            rows.append(
                {
                    "th": data[f"c{row}_th"],
                    "en": data.get(f"c{row}_en") or "",
                    "price": data.get(f"c{row}_price") or 0,
                    "colour": colour if COLOUR.fullmatch(colour) else "",
                }
            )
        return rows

    # --- what the screen shows, in order ---

    @property
    def first(self) -> list[Any]:
        """The question itself and its limits."""
        names = ("label_th", "help_th", "longest", "least", "most", "step", "unit_th")
        return self._bound(names)

    @property
    def rows(self) -> list[list[Any]]:
        """The fields of each choice."""
        if self.kind not in CHOSEN:
            return []
        parts = ("th", "colour", "price", "en")
        return [self._bound([f"c{row}_{part}" for part in parts]) for row in range(MOST_CHOICES)]

    @property
    def open_rows(self) -> list[list[Any]]:
        return self.rows[: self._open]

    @property
    def folded_rows(self) -> list[list[Any]]:
        return self.rows[self._open :]

    @property
    def _open(self) -> int:
        filled = [number for number, row in enumerate(self.rows) if row[0].value()]
        return max(ROWS_OPEN, (filled[-1] + 2) if filled else 0)

    @property
    def consequences(self) -> list[Any]:
        return self._bound(("price", "units", "required", "makes_non_returnable"))

    @property
    def english(self) -> list[Any]:
        return self._bound(self.ENGLISH)

    def _bound(self, names: Any) -> list[Any]:
        return [self[name] for name in names if name in self.fields]


def known_question(question: Question | None) -> dict[str, Any]:
    """What the screen of a question starts with."""
    if question is None:
        return {"required": True, "longest": 30, "step": "1"}
    known: dict[str, Any] = {
        name: getattr(question, name)
        for name in (
            "label_th", "label_en", "help_th", "help_en", "longest", "unit_th", "unit_en",
            "required", "makes_non_returnable",
        )
    }  # fmt: skip
    for name in ("least", "most", "step", "price", "units"):
        value = getattr(question, name)
        known[name] = "" if value is None else plain_number(value)
    for row, choice in enumerate(question.choices):
        known[f"c{row}_th"], known[f"c{row}_en"] = choice["th"], choice.get("en", "")
        known[f"c{row}_colour"] = choice.get("colour", "")
        known[f"c{row}_price"] = plain_number(Decimal(choice.get("price") or 0))
    return known
