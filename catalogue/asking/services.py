"""A group sets its questions; photos that answer them are kept. What is sold keeps its answers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from catalogue.models import Product
from catalogue.states import CHOSEN, COUNTED, QuestionKind

from .answering import Checked, as_token, check_answers
from .models import MOST_QUESTIONS, AnswerPhoto, Question

#: What `set_question` may write.
WRITABLE = (
    "label_th", "label_en", "help_th", "help_en", "required", "longest", "least", "most", "step",
    "unit_th", "unit_en", "choices", "price", "units", "makes_non_returnable",
)  # fmt: skip
MOST_CHOICES = 12
#: A basket's cookie lives 30 days; a draft photo outlives it.
DRAFTS_KEPT = timedelta(days=60)


class TooManyQuestions(Exception):
    """A product asks `most` questions at most."""

    def __init__(self, most: int = MOST_QUESTIONS):
        super().__init__(f"at most {most}")
        self.most = most


class BadQuestion(Exception):
    """The question makes no sense; `field` names what is wrong with it, `code` how.

    "required" (label_th), "order" (most), "few" or "many" or "twice" (choices).
    """

    def __init__(self, field: str, code: str):
        super().__init__(f"{field}: {code}")
        self.field, self.code = field, code


@transaction.atomic
def set_question(
    *, product_id: int, kind: str, question_id: int | None = None, **facts: Any
) -> Question:
    """Ask something new after the other questions, or change a question (see `WRITABLE`).

    The kind of a question stays. Raises TooManyQuestions, BadQuestion, and Question.DoesNotExist
    for a question of another product. Sizes and colours ask what their product asks.
    """
    if unknown := set(facts) - set(WRITABLE):
        raise TypeError(f"a question has no {', '.join(sorted(unknown))}")
    _lock(product_id)
    if question_id is None:
        question = Question(product_id=product_id, kind=QuestionKind(kind))
        question.position = _free_place(product_id)
    else:
        question = Question.objects.get(pk=question_id, product=product_id)
    for name, value in facts.items():
        setattr(question, name, value)
    _tidy(question)
    question.save()
    return question


@transaction.atomic
def remove_question(*, product_id: int, question_id: int) -> None:
    """Ask it no more. Safe to repeat; what was answered stays with the orders it belongs to."""
    _lock(product_id)
    Question.objects.filter(pk=question_id, product=product_id).delete()
    for place, question in enumerate(_in_order(product_id), start=1):
        if question.position != place:
            _put(question, place)


@transaction.atomic
def move_question(*, product_id: int, question_id: int, places: int) -> None:
    """Ask it earlier (`places` below 0) or later; beyond the ends it stays at the end.

    Raises Question.DoesNotExist.
    """
    _lock(product_id)
    questions = _in_order(product_id)
    moved = next((each for each in questions if each.pk == question_id), None)
    if moved is None:
        raise Question.DoesNotExist
    before = questions.index(moved)
    after = min(max(before + places, 0), len(questions) - 1)
    if before == after:
        return
    questions.insert(after, questions.pop(before))
    _put(moved, 0)
    between = questions[min(before, after) : max(before, after) + 1]
    for each in between if after > before else reversed(between):
        if each is not moved:
            _put(each, questions.index(each) + 1)
    _put(moved, after + 1)


def questions_of(products: Iterable[Product]) -> dict[int, list[Question]]:
    """Product id → the questions asked of it, in order; one statement whatever their number.

    A size or colour asks what its product asks.
    """
    tops = {product.pk: product.parent_id or product.pk for product in products}
    asked: dict[int, list[Question]] = {}
    if tops:
        for question in Question.objects.filter(product__in=set(tops.values())):
            asked.setdefault(question.product_id, []).append(question)
    return {pk: asked.get(top, []) for pk, top in tops.items()}


def check_sent(questions: Sequence[Any], sent: Mapping[int, Sequence[str]]) -> Checked:
    """What was sent, read by these questions; nothing is written."""
    texts = [text for question in questions for text in sent.get(question.pk, ())]
    return check_answers(questions, sent, photos=photos_among(questions, texts))


def photos_among(questions: Iterable[Any], texts: Iterable[str]) -> set[str]:
    """The photos we have among these texts; no statement where no photo is asked for."""
    if not any(question.kind == QuestionKind.PHOTO for question in questions):
        return set()
    return known_photos(filter(None, map(as_token, texts)))


# --- photos ---


def keep_photo(*, data: bytes, width: int, height: int) -> AnswerPhoto:
    """Keep a photo (JPEG, already drawn anew) as a draft; its token goes into the answer."""
    photo = AnswerPhoto(width=width, height=height)
    photo.file.save(f"{photo.token}.jpg", ContentFile(data), save=False)
    photo.save()
    return photo


def known_photos(tokens: Iterable[str]) -> set[str]:
    """Those of these tokens whose photos we have; no statement where there are none."""
    wanted = set(tokens)
    if not wanted:
        return set()
    rows = AnswerPhoto.objects.filter(pk__in=wanted).values_list("pk", flat=True)
    return {str(token) for token in rows}


def photos_sold(*, tokens: Iterable[str], now: datetime) -> None:
    """These photos belong to an order from now on and are no drafts any more."""
    wanted = set(tokens)
    if wanted:
        AnswerPhoto.objects.filter(pk__in=wanted, sold_at=None).update(sold_at=now)


def forget_drafts(*, now: datetime) -> int:
    """Delete photos that no order came of; how many. Safe to run twice."""
    old = AnswerPhoto.objects.filter(sold_at=None, created_at__lt=now - DRAFTS_KEPT)
    gone = 0
    for photo in old[:500]:
        with transaction.atomic():
            found = AnswerPhoto.objects.select_for_update().filter(pk=photo.pk, sold_at=None)
            if not found.exists():
                continue
            found.delete()
        photo.file.delete(save=False)
        gone += 1
    return gone


# --- rules ---


def _lock(product_id: int) -> Product:
    return (
        Product.objects.top_level().select_for_update(of=("self",), no_key=True).get(pk=product_id)
    )


def _in_order(product_id: int) -> list[Question]:
    return list(Question.objects.filter(product=product_id).order_by("position"))


def _free_place(product_id: int) -> int:
    taken = Question.objects.filter(product=product_id).count()
    if taken >= MOST_QUESTIONS:
        raise TooManyQuestions
    return taken + 1


def _put(question: Question, place: int) -> None:
    question.position = place
    question.save(update_fields=["position"])


def _tidy(question: Question) -> None:
    """Raises BadQuestion; empties what does not belong to the question's kind."""
    if not question.label_th:
        raise BadQuestion("label_th", "required")
    if question.kind not in COUNTED:
        question.least = question.most = None
        question.unit_th = question.unit_en = ""
    elif question.least is None or question.most is None:
        raise BadQuestion("most", "required")
    elif question.most < question.least:
        raise BadQuestion("most", "order")
    question.choices = _choices(question) if question.kind in CHOSEN else []


def _choices(question: Question) -> list[dict[str, str]]:
    rows = [_row(row) for row in question.choices if row.get("th")]
    if len(rows) < 2:
        raise BadQuestion("choices", "few")
    if len(rows) > MOST_CHOICES:
        raise BadQuestion("choices", "many")
    if len({row["th"] for row in rows}) < len(rows):
        raise BadQuestion("choices", "twice")
    if question.kind != QuestionKind.COLOUR:
        for row in rows:
            row["colour"] = ""
    return rows


def _row(row: Mapping[str, Any]) -> dict[str, str]:
    return {
        "th": str(row["th"])[:80],
        "en": str(row.get("en") or "")[:80],
        "price": str(_not_negative(row.get("price"))),
        "units": str(_not_negative(row.get("units"))),
        "colour": str(row.get("colour") or "")[:7],
    }


def _not_negative(value: Any) -> Decimal:
    try:
        number = Decimal(value or 0)
    except InvalidOperation:
        raise BadQuestion("choices", "number") from None
    if not number.is_finite() or number < 0:
        raise BadQuestion("choices", "number")
    return number.quantize(Decimal("0.01"))
