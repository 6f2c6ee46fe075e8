"""Questions as a form shows them: what was typed, what is wrong with it, what it adds."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalogue.states import QuestionKind
from shop.core.money import format_baht

from .answering import Refusal, as_token, plain_number
from .models import Question

#: Names of the form's fields begin so; the number of the question follows.
FIELD = "q-"
#: The field that tells which questions the buyer saw.
SEEN = "asked"


@dataclass(frozen=True, slots=True)
class ShownChoice:
    """One of several: `words` in the reader's language, `value` as it is sent."""

    value: str
    words: str
    colour: str
    price: Decimal
    is_taken: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """One question of a form, with what was typed and what is wrong with it."""

    question: Question
    typed: str = ""
    wrong: str = ""
    prefix: str = ""

    @property
    def name(self) -> str:
        return f"{self.prefix}{FIELD}{self.question.pk}"

    @property
    def wants_file(self) -> bool:
        return self.question.kind == QuestionKind.PHOTO

    @property
    def photo(self) -> str:
        """The token of the photo sent before; "" where there is none."""
        return as_token(self.typed) if self.wants_file else ""

    @property
    def price(self) -> Decimal:
        """What any answer adds (baht per piece); choices may add more."""
        return self.question.price

    @property
    def limits(self) -> str:
        """What fits, in words; "" where everything does."""
        question = self.question
        if question.kind == QuestionKind.TEXT:
            return _("At most %(most)d letters.") % {"most": question.longest}
        if not question.is_counted:
            return ""
        facts = {
            "least": plain_number(question.least or Decimal(0)),
            "most": plain_number(question.most or Decimal(0)),
            "unit": question.unit,
        }
        return (_("From %(least)s to %(most)s %(unit)s.") % facts).replace(" .", ".")

    @property
    def choices(self) -> list[ShownChoice]:
        english = get_language() == "en"
        return [
            ShownChoice(
                value=row["th"],
                words=(row.get("en") if english else "") or row["th"],
                colour=row.get("colour", ""),
                price=Decimal(row.get("price") or 0),
                is_taken=row["th"] == self.typed,
            )
            for row in self.question.choices
        ]


@dataclass(frozen=True, slots=True)
class AskedForm:
    """All questions of one product, with what was typed. `notes` stand above them.

    `prefix` begins the names of its fields, where one form asks for several lines.
    """

    fields: list[Asked]
    notes: Sequence[str] = ()
    prefix: str = ""

    @property
    def seen(self) -> str:
        return seen_questions(field.question for field in self.fields)

    @property
    def wants_files(self) -> bool:
        return any(field.wants_file for field in self.fields)

    @property
    def wrong(self) -> list[Asked]:
        return [field for field in self.fields if field.wrong]

    @property
    def has_non_returnable(self) -> bool:
        return any(field.question.makes_non_returnable for field in self.fields)


def asked_form(
    questions: Iterable[Question],
    typed: Mapping[int, Sequence[str]] | None = None,
    wrong: Mapping[int, str] | None = None,
    notes: Sequence[str] = (),
    prefix: str = "",
) -> AskedForm:
    """The questions with what was typed (question id → texts) and words on what is wrong."""
    typed, wrong = typed or {}, wrong or {}
    return AskedForm(
        [
            Asked(question, _shown(typed.get(question.pk, ())), wrong.get(question.pk, ""), prefix)
            for question in questions
        ],
        notes,
        prefix,
    )


def _shown(texts: Sequence[str]) -> str:
    """What was typed, as a page can carry it: without signs that no keyboard types."""
    text = next(filter(None, texts), "")
    return "".join(sign for sign in text if sign.isprintable() or sign.isspace())


def seen_questions(questions: Iterable[Question]) -> str:
    """Another text when a question that a buyer saw, or what it costs, has changed."""
    shown = [
        [
            question.pk,
            question.label_th,
            question.required,
            str(question.price),
            [[row["th"], row.get("price", "0")] for row in question.choices],
            question.makes_non_returnable,
        ]
        for question in questions
    ]
    return sha256(json.dumps(shown).encode()).hexdigest()[:16]


def sent_texts(data: Any, prefix: str = "") -> dict[int, list[str]]:
    """Question id → the texts a form (a QueryDict) sent for it."""
    found: dict[int, list[str]] = {}
    for name in data:
        number = name.removeprefix(f"{prefix}{FIELD}")
        if name != number and number.isascii() and number.isdigit() and len(number) < 16:
            found[int(number)] = data.getlist(name)
    return found


def refusal_words(refusal: Refusal) -> str:
    """What is wrong with an answer, and what to do."""
    words = {
        "required": _("The group needs this to make it for you."),
        "too_long": _("This is %(count)s letters long; %(longest)s fit."),
        "emoji": _("“%(sign)s” cannot be woven or embroidered. Please leave it out."),
        "marks": _("There are more marks on one letter than can be written. Please type it again."),
        "invisible": _("There was something in it that cannot be seen. Please look at it again."),
        "twice": _("There were two answers. Please give one."),
        "not_a_number": _("Type a number, such as 12 or 12.5."),
        "too_small": _("At least %(least)s."),
        "too_large": _("At most %(most)s."),
        "between_steps": _("Only steps of %(step)s from %(least)s on."),
        "not_a_choice": _("This can no longer be chosen. Please choose again."),
        "no_such_photo": _("The photo did not arrive. Please choose it again."),
    }[refusal.code]
    return words % refusal.facts


def added_words(price: Decimal) -> str:
    """`+฿50`, or nothing."""
    return f"+{format_baht(price)}" if price else ""
