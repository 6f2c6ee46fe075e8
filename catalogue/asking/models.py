"""Questions of a product, and the photos that buyers answer with."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.core.files.storage import storages
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalogue.states import CHOSEN, COUNTED, QuestionKind

#: So many questions a buyer answers without giving up (the office's rule).
MOST_QUESTIONS = 5


def private_storage() -> Any:
    """Where photos lie that only some may see."""
    return storages["private"]


class Question(models.Model):
    """One thing a group asks whoever orders a product; at most five per product.

    `price` (baht) and `units` (units of the group's workshop) are added per piece when it is
    answered, and those of the choice taken on top. `longest` counts characters as a reader does
    (see `answering.count_letters`). `least`, `most` and `step` belong to numbers and
    measurements. `choices`: [{"th", "en", "price", "units", "colour"}], prices and units as text;
    a choice is known by its Thai words. Position 0 is where a question stands for the moment in
    which it changes places.
    """

    product = models.ForeignKey(
        "catalogue.Product", on_delete=models.CASCADE, related_name="questions"
    )
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=QuestionKind.choices)
    label_th = models.CharField(_("Question (Thai)"), max_length=80)
    label_en = models.CharField(_("Question (English)"), max_length=80, blank=True)
    help_th = models.CharField(_("Explanation (Thai)"), max_length=200, blank=True)
    help_en = models.CharField(_("Explanation (English)"), max_length=200, blank=True)
    required = models.BooleanField(_("Must be answered"), default=True)
    longest = models.PositiveSmallIntegerField(_("Most letters"), default=30)
    least = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    most = models.DecimalField(max_digits=9, decimal_places=2, null=True, blank=True)
    step = models.DecimalField(max_digits=9, decimal_places=2, default=Decimal(1))
    unit_th = models.CharField(_("Unit (Thai)"), max_length=30, blank=True)
    unit_en = models.CharField(_("Unit (English)"), max_length=30, blank=True)
    choices = models.JSONField(default=list, blank=True)
    price = models.DecimalField(max_digits=8, decimal_places=2, default=Decimal(0))
    units = models.DecimalField(max_digits=7, decimal_places=2, default=Decimal(0))
    makes_non_returnable = models.BooleanField(default=False)

    class Meta:
        app_label = "catalogue"
        ordering = ["product", "position"]
        constraints = [
            models.UniqueConstraint(fields=["product", "position"], name="question_has_its_place"),
            models.CheckConstraint(
                condition=Q(position__lte=MOST_QUESTIONS), name="question_one_of_five"
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0, units__gte=0), name="question_adds_nothing_negative"
            ),
            models.CheckConstraint(
                condition=Q(longest__gte=1, longest__lte=200) & Q(step__gt=0),
                name="question_limits_make_sense",
            ),
            models.CheckConstraint(
                condition=~Q(kind__in=COUNTED)
                | Q(least__isnull=False, most__isnull=False, most__gte=F("least")),
                name="question_range_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """In the language of the moment; Thai where there is no English one."""
        return (self.label_en if get_language() == "en" else "") or self.label_th

    @property
    def help(self) -> str:
        return (self.help_en if get_language() == "en" else "") or self.help_th

    @property
    def unit(self) -> str:
        return (self.unit_en if get_language() == "en" else "") or self.unit_th

    @property
    def is_chosen(self) -> bool:
        return self.kind in CHOSEN

    @property
    def is_counted(self) -> bool:
        return self.kind in COUNTED


class AnswerPhoto(models.Model):
    """A photo that a buyer answers with: a draft until the order is placed (`sold_at`).

    Its token is what the answer keeps. Drafts that came to nothing are deleted by a sweep.
    """

    token = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    file = models.FileField(storage=private_storage, upload_to="answers/")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    sold_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        app_label = "catalogue"
        indexes = [
            models.Index(
                fields=["created_at"], name="answer_photo_drafts", condition=Q(sold_at=None)
            )
        ]

    def __str__(self) -> str:
        return str(self.token)
