"""The life of a checkout: from the first address to an order, or to nothing."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CheckoutState(models.TextChoices):
    OPEN = "open", _("Being filled in")
    PAYING = "paying", _("Goods held, waiting for the money")
    PLACED = "placed", _("Became an order")
    LAPSED = "lapsed", _("Given up; goods released")
    ASKED = "asked", _("Paid; the buyer is asked about a later day")
    REFUNDED = "refunded", _("Paid too late; money goes back")


TRANSITIONS = {
    # Money may arrive after its payment was given up: then it becomes an order or goes back.
    CheckoutState.OPEN: (
        CheckoutState.PAYING,
        CheckoutState.PLACED,
        CheckoutState.LAPSED,
        CheckoutState.ASKED,
        CheckoutState.REFUNDED,
    ),
    CheckoutState.PAYING: (
        CheckoutState.OPEN,
        CheckoutState.PLACED,
        CheckoutState.LAPSED,
        CheckoutState.ASKED,
        CheckoutState.REFUNDED,
    ),
    CheckoutState.LAPSED: (CheckoutState.PLACED, CheckoutState.ASKED, CheckoutState.REFUNDED),
    # Asked once more where the group has closed the later days too.
    CheckoutState.ASKED: (CheckoutState.PLACED, CheckoutState.ASKED, CheckoutState.REFUNDED),
    CheckoutState.PLACED: (),
    CheckoutState.REFUNDED: (),
}
