"""Reading a form with a group's questions: texts, photos sent with it, what is wrong."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from catalogue.asking.answering import Checked
from catalogue.asking.models import Question
from catalogue.asking.services import check_sent, keep_photo, questions_of
from catalogue.asking.showing import (
    SEEN,
    AskedForm,
    asked_form,
    refusal_words,
    seen_questions,
    sent_texts,
)
from catalogue.states import QuestionKind
from cms.opening import BadPicture
from cms.pictures import drawn_anew
from cms.taking import photo_words
from shop.core.limits import TooOften, count_knock

#: In the session: the photos that this browser has sent, so that it may see them.
PHOTOS = "answer_photos"
MOST_PHOTOS_SEEN = 30
HOUR = 60 * 60
PHOTOS_AN_HOUR = 40


class Reading:
    """What a buyer sent for the questions of a product.

    Photos are kept at once, outside any transaction, so that an error elsewhere loses none.
    With `kept`, nothing was sent: the form starts with these answers. `prefix` begins the names
    of the fields, where one form asks for several lines.
    """

    def __init__(
        self,
        request: Any,
        product: Any,
        kept: Mapping[int, Sequence[str]] | None = None,
        *,
        prefix: str = "",
    ):
        self.prefix = prefix
        self.questions: list[Question] = (
            questions_of([product])[product.pk] if product is not None else []
        )
        self.notes: list[str] = []
        self.wrong: dict[int, str] = {}
        if kept is not None:
            self.texts: dict[int, list[str]] = {pk: list(texts) for pk, texts in kept.items()}
            return
        self.texts = sent_texts(request.POST, prefix)
        self._take_photos(request)
        self._look_for_changes(request.POST.get(f"{prefix}{SEEN}"))
        self.refuse(check_sent(self.questions, self.texts))

    @property
    def is_right(self) -> bool:
        return not self.wrong and not self.notes

    def refuse(self, checked: Checked) -> None:
        """Put words beside each answer that was refused."""
        for pk, refusal in checked.refusals.items():
            self.wrong.setdefault(pk, refusal_words(refusal))

    def form(self) -> AskedForm:
        """The questions again with all that was typed."""
        return asked_form(self.questions, self.texts, self.wrong, self.notes, self.prefix)

    def _look_for_changes(self, seen: str | None) -> None:
        if seen is None or seen == seen_questions(self.questions):
            return
        self.notes.append(_("The group has just changed its questions or what they cost."))
        known = {question.pk for question in self.questions}
        for pk, texts in self.texts.items():
            text = next(iter(texts), "").replace("\0", "")[:200]
            if pk not in known and text:
                self.notes.append(
                    _("A question is not asked any more; you had answered “%(text)s”.")
                    % {"text": text}
                )

    def _take_photos(self, request: Any) -> None:
        for question in self.questions:
            file = request.FILES.get(f"{self.prefix}q-{question.pk}-file")
            if question.kind != QuestionKind.PHOTO or file is None:
                continue
            try:
                who = request.META.get("REMOTE_ADDR", "")
                count_knock(f"photo:{who}", limit=PHOTOS_AN_HOUR, per_seconds=HOUR)
                data, width, height = drawn_anew(file)
            except BadPicture as error:
                self.wrong[question.pk] = photo_words(error)
            except TooOften:
                self.wrong[question.pk] = _("That were many photos. Please try again in an hour.")
            else:
                photo = keep_photo(data=data, width=width, height=height)
                self.texts[question.pk] = [str(photo.pk)]
                before = request.session.get(PHOTOS, [])
                request.session[PHOTOS] = [*before, str(photo.pk)][-MOST_PHOTOS_SEEN:]
