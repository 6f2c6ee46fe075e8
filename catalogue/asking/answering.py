"""Reading what a buyer answered: pure rules over questions and typed text.

`check_answers` takes texts as a form sends them and gives answers, or what is wrong per question.
An answer is a plain mapping, so that basket lines and orders can keep it as it was that day:

    {"question", "kind", "label_th", "label_en", "value", "value_th", "value_en", "colour",
     "price", "units", "non_returnable"}

`value` tells answers apart and is what a form sends again; `value_th` and `value_en` are for
reading; `price` (baht) and `units` are text and count per piece. The rules are told in
docs/algorithms/answers.md.
"""

import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from catalogue.states import QuestionKind
from shop.core.money import ZERO, baht
from shop.core.thai import arabic_digits, normalise

Answer = Mapping[str, Any]

#: More marks on one letter than any language writes; น้ำ and ที่ have two.
MOST_MARKS = 3
#: Nobody types so much by hand; longer text is not even looked through.
MOST_TYPED = 2000
#: Symbols that a loom, a needle or a pen can make, though they are no letters.
ALLOWED_SYMBOLS = frozenset("°©®№™")
NUMBER = re.compile(r"-?\d{1,7}(\.\d{1,2})?", re.ASCII)
NOISE = re.compile(r"[\s,]")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is wrong with one answer; the door picks the words.

    `code`: "required", "too_long" (longest, count), "emoji" (sign), "marks", "invisible",
    "twice", "not_a_number", "too_small" (least), "too_large" (most), "between_steps" (step),
    "not_a_choice", "no_such_photo".
    """

    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Checked:
    """Answers in the order of the questions, and refusals by question id."""

    answers: list[dict[str, Any]]
    refusals: dict[int, Refusal]

    @property
    def is_right(self) -> bool:
        return not self.refusals


class _Refused(Exception):
    def __init__(self, code: str, **facts: Any):
        super().__init__(code)
        self.refusal = Refusal(code, facts)


def check_answers(
    questions: Iterable[Any],
    raw: Mapping[int, Sequence[str]],
    *,
    photos: Collection[str] = (),
) -> Checked:
    """Read what was typed: question id → the texts sent for it.

    `photos` are the tokens (text) of photos that this buyer may answer with. What was sent for
    other questions does not count.
    """
    answers: list[dict[str, Any]] = []
    refusals: dict[int, Refusal] = {}
    for question in questions:
        try:
            answer = _read(question, list(raw.get(question.pk, ())), photos)
        except _Refused as refused:
            refusals[question.pk] = refused.refusal
        else:
            if answer is not None:
                answers.append(answer)
    return Checked(answers, refusals)


def check_again(
    questions: Sequence[Any], answers: Sequence[Answer], *, photos: Collection[str] = ()
) -> Checked | None:
    """Kept answers against the questions as they are now, with today's prices.

    None when they no longer fit: a question that was answered is gone, asks something else, or
    refuses the answer; or a new one must be answered.
    """
    by_id = {question.pk: question for question in questions}
    for answer in answers:
        question = by_id.get(answer["question"])
        if question is None or question.kind != answer["kind"]:
            return None
        if question.label_th != answer["label_th"]:
            return None
    checked = check_answers(questions, raw_of(answers), photos=photos)
    return checked if checked.is_right else None


def raw_of(answers: Iterable[Answer]) -> dict[int, list[str]]:
    """Kept answers as a form would send them."""
    return {answer["question"]: [answer["value"]] for answer in answers}


def price_of(answers: Iterable[Answer]) -> Decimal:
    """What the answers add to the price of one piece (baht)."""
    return baht(sum((Decimal(answer["price"]) for answer in answers), ZERO))


def units_of(answers: Iterable[Answer]) -> Decimal:
    """The work the answers add to one piece, in units of its workshop."""
    return sum((Decimal(answer["units"]) for answer in answers), Decimal(0))


def is_non_returnable(answers: Iterable[Answer]) -> bool:
    """Whether one of the answers makes it a piece for this buyer alone."""
    return any(answer["non_returnable"] for answer in answers)


def digest_of(answers: Iterable[Answer]) -> str:
    """Tells lines of one stock record apart: the same answers, the same twelve letters; "" without.

    Words and prices do not count, so that the line of a basket stays the same line when its
    group changes them.
    """
    known = sorted((answer["question"], answer["value"]) for answer in answers)
    return sha256(json.dumps(known).encode()).hexdigest()[:12] if known else ""


def photo_tokens(answers: Iterable[Answer]) -> list[str]:
    """The photos among the answers."""
    return [each["value"] for each in answers if each["kind"] == QuestionKind.PHOTO]


def as_token(text: str) -> str:
    """A photo's token in its one spelling; "" for anything else."""
    try:
        return str(UUID(text))
    except ValueError:
        return ""


# --- one answer ---


def _read(question: Any, sent: list[str], photos: Collection[str]) -> dict[str, Any] | None:
    texts = {text for text in sent if text.strip()}
    if len(texts) > 1:
        raise _Refused("twice")
    text = texts.pop() if texts else ""
    if len(text) > MOST_TYPED:
        raise _Refused("too_long", longest=question.longest, count=len(text))
    if any(unicodedata.category(sign) == "Cc" and sign not in "\t\r\n" for sign in text):
        raise _Refused("invisible")
    if question.kind == QuestionKind.TEXT:
        _refuse_pictures(text)
    text = normalise(text)
    if not text:
        if question.required:
            raise _Refused("required")
        return None
    if question.kind == QuestionKind.TEXT:
        return _answer(question, read_text(text, question.longest))
    if question.is_counted:
        number = plain_number(read_number(text, question))
        shown = [" ".join(filter(None, [number, unit])) for unit in units_in_words(question)]
        return _answer(question, number, *shown)
    if question.is_chosen:
        row = next((row for row in question.choices if row["th"] == text), None)
        if row is None:
            raise _Refused("not_a_choice")
        return _answer(question, text, text, row.get("en", ""), row)
    token = as_token(text)
    if not token or token not in photos:
        raise _Refused("no_such_photo")
    return _answer(question, token, "ภาพถ่าย", "photo")


def read_text(text: str, longest: int) -> str:
    """Words that can be made by hand. Raises (inside) too_long and marks."""
    marks = 0
    for position, sign in enumerate(text):
        marks = marks + 1 if unicodedata.category(sign).startswith("M") else 0
        if marks > MOST_MARKS or (marks and marks > position):
            raise _Refused("marks")
    count = count_letters(text)
    if count > longest:
        raise _Refused("too_long", longest=longest, count=count)
    return text


def read_number(text: str, question: Any) -> Decimal:
    """A number within the question's range and on its steps."""
    plain = NOISE.sub("", arabic_digits(text))
    if not NUMBER.fullmatch(plain):
        raise _Refused("not_a_number")
    number = Decimal(plain) + 0  # no minus before a zero
    if number < question.least:
        raise _Refused("too_small", least=plain_number(question.least))
    if number > question.most:
        raise _Refused("too_large", most=plain_number(question.most))
    if (number - question.least) % question.step:
        raise _Refused(
            "between_steps",
            step=plain_number(question.step),
            least=plain_number(question.least),
        )
    return number


def count_letters(text: str) -> int:
    """Letters as a reader counts them: marks above and below belong to the letter that bears them.

    Unicode's extended grapheme clusters (UAX 29) for text without emoji: น้ำ is one, ที่นี่ is two.
    """
    return sum(not unicodedata.category(sign).startswith("M") and sign not in "ำຳ" for sign in text)


def plain_number(number: Decimal) -> str:
    """`12` or `12.5`, as one writes it."""
    text = f"{number:.2f}"
    return text.rstrip("0").rstrip(".")


def units_in_words(question: Any) -> tuple[str, str]:
    """The unit of a number in Thai and in English."""
    return question.unit_th, question.unit_en or question.unit_th


def _refuse_pictures(text: str) -> None:
    for sign in text:
        if _is_picture(sign):
            raise _Refused("emoji", sign=sign)


def _is_picture(sign: str) -> bool:
    """Emoji and other small pictures, and what only stands beside them."""
    kind = unicodedata.category(sign)
    if kind in ("So", "Me", "Co", "Cn", "Cs"):
        return sign not in ALLOWED_SYMBOLS
    return "\ufe00" <= sign <= "\ufe0f" or (kind == "Sk" and sign > "\uffff")


def _answer(
    question: Any, value: str, value_th: str = "", value_en: str = "", row: Any = None
) -> dict[str, Any]:
    row = row or {}
    price = question.price + Decimal(row.get("price") or 0)
    units = question.units + Decimal(row.get("units") or 0)
    return {
        "question": question.pk,
        "kind": question.kind,
        "label_th": question.label_th,
        "label_en": question.label_en,
        "value": value,
        "value_th": value_th or value,
        "value_en": value_en or value_th or value,
        "colour": row.get("colour", ""),
        "price": str(baht(price)),
        "units": plain_number(units),
        "non_returnable": question.makes_non_returnable,
    }
