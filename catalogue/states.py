"""The words for a product and which step follows which."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProductState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("With the office")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    BLOCKED = "blocked", _("Blocked by the office")
    PRIVATE = "private", _("Made for one buyer")


PRODUCT_TRANSITIONS = {
    ProductState.DRAFT: (ProductState.PUBLISHED, ProductState.REVIEW, ProductState.BLOCKED),
    ProductState.REVIEW: (ProductState.PUBLISHED, ProductState.DRAFT, ProductState.BLOCKED),
    ProductState.PUBLISHED: (
        ProductState.WITHDRAWN,
        ProductState.REVIEW,
        ProductState.BLOCKED,
    ),
    ProductState.WITHDRAWN: (
        ProductState.PUBLISHED,
        ProductState.REVIEW,
        ProductState.BLOCKED,
    ),
    ProductState.BLOCKED: (ProductState.DRAFT,),
    # Never shown: only the buyer it is made for can put it into a basket.
    ProductState.PRIVATE: (ProductState.WITHDRAWN, ProductState.BLOCKED),
}


class OtopType(models.TextChoices):
    """The five OTOP types; the value is also the slug in addresses of pages."""

    TEXTILE = "textile", _("Textiles and dress")
    UTENSIL = "utensil", _("Home, decor and souvenirs")
    FOOD = "food", _("Food")
    DRINK = "drink", _("Drinks")
    HERB = "herb", _("Herbs, not food")


class QuestionKind(models.TextChoices):
    """How a buyer answers one question of a product."""

    TEXT = "text", _("Words")
    CHOICE = "choice", _("One of several")
    NUMBER = "number", _("A number")
    COLOUR = "colour", _("A colour")
    MEASUREMENT = "measurement", _("A measurement")
    PHOTO = "photo", _("A photo")


#: Answered by one of the question's own choices.
CHOSEN = (QuestionKind.CHOICE, QuestionKind.COLOUR)
#: Answered by a number within a range.
COUNTED = (QuestionKind.NUMBER, QuestionKind.MEASUREMENT)
