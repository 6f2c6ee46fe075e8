"""Our fork of Oscar's basket: what lies in it, and what the buyer answered."""

from django.db import models
from oscar.apps.basket.abstract_models import AbstractLine


class Line(AbstractLine):
    """Pieces of one stock record with the same answers.

    `answers` is as `catalogue.asking.answering` gives it; `price_incl_tax` is what one piece
    costs with them, as the buyer last saw it (baht).
    """

    answers = models.JSONField(default=list, blank=True)

    class Meta(AbstractLine.Meta):
        abstract = False


from oscar.apps.basket.models import *  # noqa: E402,F403
from oscar.apps.basket.models import Basket  # noqa: E402,F401  # by name, for readers and mypy
