"""How a stock record sells, and the life of a hold."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sells(models.TextChoices):
    STOCK = "stock", _("Ready stock")
    MADE_TO_ORDER = "made_to_order", _("Made to order")


class HoldState(models.TextChoices):
    HELD = "held", _("Held for a payment")
    TAKEN = "taken", _("Sold")
    SENT = "sent", _("Sent to the buyer")
    RELEASED = "released", _("Released")
