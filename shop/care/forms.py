"""What is typed in talks and reviews."""

from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shop.core.fields import ManyLines, OneLine, without_towers

from .contact_words import Kind

LONGEST_MESSAGE = 2000
LONGEST_REVIEW = 3000
LONGEST_ANSWER = 1500


class Words(ManyLines):
    """Several lines, no letter higher than a line."""

    def to_python(self, value: Any) -> str:
        return without_towers(super().to_python(value))


class Draft(forms.Form):
    """A form with a token of its own: its photos wait under it, and sent twice it counts once."""

    token = forms.CharField(widget=forms.HiddenInput, required=False)

    @property
    def draft(self) -> UUID:
        """The token as it was sent; a new one for a new form, or for nonsense."""
        if not hasattr(self, "_draft"):
            try:
                self._draft = UUID(str(self.data.get("token", "")))
            except ValueError:
                self._draft = uuid4()
        return self._draft


class MessageForm(Draft):
    """A message. It may be empty where there are photos; the verb knows."""

    text = Words(
        label=_("Your message"),
        rows=4,
        required=False,
        max_length=LONGEST_MESSAGE,
        error_messages={"max_length": _("At most 2,000 letters. Please send it in two messages.")},
    )


class ReportForm(forms.Form):
    """What is wrong in a talk."""

    text = Words(
        label=_("What is the problem?"),
        rows=5,
        max_length=1000,
        error_messages={"required": _("Tell the office in a few words what is wrong.")},
    )


class SavedReplyForm(forms.Form):
    title = OneLine(
        label=_("Called"),
        max_length=60,
        help_text=_("for example: delivery, colours, opening hours"),
        error_messages={"required": _("Give it a short name.")},
    )
    text = Words(
        label=_("Words"),
        rows=6,
        max_length=LONGEST_MESSAGE,
        error_messages={"required": _("Write the words you use again and again.")},
    )


class ReviewForm(Draft):
    """Stars, words and a name; only the stars are needed."""

    stars = forms.TypedChoiceField(
        label=_("How many stars?"),
        choices=[
            (5, _("5 stars: excellent")),
            (4, _("4 stars: good")),
            (3, _("3 stars: all right")),
            (2, _("2 stars: not so good")),
            (1, _("1 star: bad")),
        ],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose how many stars.")},
    )
    text = Words(
        label=_("What is it like?"),
        rows=5,
        required=False,
        max_length=LONGEST_REVIEW,
        help_text=_(
            "The cloth, the taste, the size, the parcel: what would help others to choose?"
        ),
    )
    shown_name = OneLine(
        label=_("Name shown"),
        required=False,
        max_length=60,
        help_text=_("Everybody can read it. Left empty, it says “a buyer”."),
    )


class AnswerForm(forms.Form):
    """The group's public answer to a review."""

    text = Words(
        label=_("Your answer"),
        rows=5,
        max_length=LONGEST_ANSWER,
        error_messages={"required": _("Write your answer.")},
    )


def kind_words(kind: str) -> str:
    """What was recognised, as it is said to who writes it."""
    return {
        Kind.PHONE: gettext("a phone number"),
        Kind.EMAIL: gettext("an e-mail address"),
        Kind.CHAT: gettext("LINE or another chat"),
        Kind.LINK: gettext("a link to somewhere else"),
        Kind.ACCOUNT: gettext("an account or ID number"),
        Kind.ELSEWHERE: gettext("words about paying elsewhere"),
    }[Kind(kind)]
