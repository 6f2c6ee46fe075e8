"""The form of a change: pieces and answers of each line, another address, a few words.

Nothing that was typed is lost: photos are kept at once, all else comes back with the words on
what is wrong beside its field.
"""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.asking.answering import Checked, raw_of
from catalogue.asking.showing import AskedForm
from shop.core.fields import ManyLines
from shop.core.thai import arabic_digits
from shop.fulfilment.models import Fulfilment
from shop.fulfilment.services.changes import MOST_PIECES, WantedOfLine, address_facts, why_not
from shop.oscar.address.forms import AddressForm
from shop.oscar.basket.reading import Reading
from shop.oscar.checkout.forms import WHEN_MISSING
from shop.oscar.order.models import Line


class WordsForm(forms.Form):
    """What else the group should know."""

    words = ManyLines(
        label=gettext_lazy("A few words to the group"), max_length=1000, required=False, rows=3
    )


@dataclass(slots=True)
class LineFields:
    """One line of the form. `fixed` and `fixed_answers` say why something cannot change ("")."""

    line: Line
    fixed: str
    fixed_answers: str
    typed: str
    wrong: str = ""
    reading: Reading | None = None

    @property
    def name(self) -> str:
        return f"line-{self.line.pk}"

    @property
    def least(self) -> int:
        record = self.line.stockrecord
        return record.min_quantity if record else 1

    @property
    def asking(self) -> AskedForm | None:
        return self.reading.form() if self.reading and self.reading.questions else None

    @property
    def quantity(self) -> int:
        return int(self.typed)

    @property
    def sent(self) -> dict[int, list[str]] | None:
        return self.reading.texts if self.reading and self.reading.questions else None


class ChangeForm:
    """What the buyer of one part may want otherwise, filled with how it is."""

    def __init__(self, request: HttpRequest, part: Fulfilment, *, shared: Collection[int]):
        posted = request.method == "POST"
        self.part = part
        self.lines = [
            _fields(request, row.line, shared)
            for row in part.lines.select_related(
                "fulfilment", "line__job", "line__stockrecord", "line__product__parent"
            )
        ]
        data = request.POST if posted else None
        self.address = AddressForm(data, address=part.address)
        for name, words in WHEN_MISSING.items():
            self.address.fields[name].error_messages["required"] = words
        self.more = WordsForm(data)
        self.general: list[str] = []
        self.token = _token(request.POST.get("token", "")) if posted else None

    def is_right(self) -> bool:
        """Whether all of it can be read; the rest is for the service to say."""
        self.address.is_valid()
        self.more.is_valid()
        return not self.errors

    @property
    def errors(self) -> list[tuple[str, str]]:
        """(where, what) for the list on top of the form."""
        found = [("", words) for words in self.general]
        found += [(each.name, each.wrong) for each in self.lines if each.wrong]
        for each in self.lines:
            if each.asking is not None:
                found += [(asked.name, asked.wrong) for asked in each.asking.wrong]
                found += [("", note) for note in each.asking.notes]
        for form in (self.address, self.more):
            found += [
                (f"id_{name}", f"{form.fields[name].label}: {texts[0]}")
                for name, texts in form.errors.items()
            ]
        return found

    @property
    def opens_address(self) -> bool:
        """Something was typed or looked for there."""
        return self.address.is_bound and bool(
            self.address.errors or self.address.typed_place or self.new_address() != self._there()
        )

    def wanted(self) -> list[WantedOfLine]:
        return [
            WantedOfLine(each.line.pk, each.quantity, each.sent)
            for each in self.lines
            if not each.fixed or (each.sent and not each.fixed_answers)
        ]

    def new_address(self) -> dict[str, str]:
        """The address in the form, as `ask_change` takes it."""
        if not self.address.is_bound or self.address.errors:
            return {}
        return {**self.address.contact, **self.address.address_parts}

    def words(self) -> str:
        return str(self.more.cleaned_data["words"])

    def refuse(self, words: str) -> None:
        self.general.append(words)

    def refuse_line(self, line_id: int, words: str) -> None:
        for each in self.lines:
            if each.line.pk == line_id:
                each.wrong = words

    def refuse_answers(self, line_id: int, checked: Checked) -> None:
        for each in self.lines:
            if each.line.pk == line_id and each.reading is not None:
                each.reading.refuse(checked)

    def _there(self) -> dict[str, str]:
        return address_facts(self.part.address) if self.part.address else {}


def _fields(request: HttpRequest, line: Line, shared: Collection[int]) -> LineFields:
    fixed, fixed_answers = why_not(line, shared)
    found = LineFields(line, fixed, fixed_answers, str(line.quantity))
    posted = request.method == "POST"
    if posted and not fixed:
        found.typed = request.POST.get(found.name, found.typed).strip()[:20]
        number = arabic_digits(found.typed)
        if number.isascii() and number.isdigit() and 1 <= int(number) <= MOST_PIECES:
            found.typed = number
        else:
            found.wrong = _("Type a whole number of pieces from 1 to 9999.")
    if line.product is not None and not fixed_answers:
        kept = None if posted else raw_of(line.answers)
        reading = Reading(request, line.product, kept, prefix=f"{found.name}-")
        if posted and _unchanged(reading, line):
            reading.wrong.clear()
            reading.notes.clear()
        found.reading = reading
    return found


def _unchanged(reading: Reading, line: Line) -> bool:
    """What was answered before stays good, whatever the group asks now."""
    typed = {pk: [t for t in texts if t.strip()] for pk, texts in reading.texts.items()}
    return {pk: texts for pk, texts in typed.items() if texts} == raw_of(line.answers)


def _token(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
