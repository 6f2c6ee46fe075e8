"""The words for talks and reviews, and which step follows which."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Side(models.TextChoices):
    """Who speaks in a talk. The office only ever reads."""

    BUYER = "buyer", _("Buyer")
    GROUP = "group", _("Producer group")


class TalkState(models.TextChoices):
    """Who may read a talk: the two who speak, or the office with them."""

    PRIVATE = "private", _("Between the two")
    REPORTED = "reported", _("A problem is reported")


TALK_TRANSITIONS = {
    TalkState.PRIVATE: (TalkState.REPORTED,),
    TalkState.REPORTED: (TalkState.PRIVATE,),
}


class ReviewState(models.TextChoices):
    SUBMITTED = "submitted", _("The office is reading it")
    PUBLISHED = "published", _("Published")
    REJECTED = "rejected", _("Sent back")


REVIEW_TRANSITIONS = {
    ReviewState.SUBMITTED: (ReviewState.PUBLISHED, ReviewState.REJECTED),
    # Whoever wrote it corrects it and hands it in again.
    ReviewState.REJECTED: (ReviewState.SUBMITTED,),
    # Something came to light afterwards.
    ReviewState.PUBLISHED: (ReviewState.REJECTED,),
}
