"""Our fork of Oscar's orders: what was agreed, frozen on the line."""

from typing import Any

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from oscar.apps.address.abstract_models import AbstractShippingAddress
from oscar.apps.order.abstract_models import AbstractLine, AbstractOrder

from producers.models import Enterprise
from shop.oscar.address.models import ThaiAddress


class ShippingAddress(ThaiAddress, AbstractShippingAddress):
    """Where the parcels of one order go."""

    class Meta(AbstractShippingAddress.Meta):
        abstract = False


class Order(AbstractOrder):
    """One purchase. Its status is derived from its fulfilments and never set by hand."""

    checkout_reference = models.UUIDField(unique=True, null=True, editable=False)
    contact_name = models.CharField(_("Name"), max_length=160, blank=True)
    contact_email = models.EmailField(_("E-mail"), blank=True)
    contact_phone = models.CharField(_("Phone"), max_length=16, blank=True)
    language = models.CharField(_("Language"), max_length=5, default="th")
    paid_with = models.CharField(_("Paid with"), max_length=20, blank=True)
    terms = models.JSONField(_("What was agreed"), default=dict)

    class Meta(AbstractOrder.Meta):
        abstract = False
        indexes = [models.Index(fields=["contact_email"], name="order_contact_email")]


class Line(AbstractLine):
    """One product in one order, with everything the sale used as it was that day."""

    enterprise = models.ForeignKey(
        Enterprise, null=True, on_delete=models.PROTECT, related_name="order_lines"
    )
    title_en = models.CharField(max_length=255, blank=True)
    sold_as = models.CharField(max_length=14, blank=True)
    promised_on = models.DateField(_("Sent by"), null=True, blank=True)
    snapshot = models.JSONField(_("As sold"), default=dict)

    class Meta(AbstractLine.Meta):
        abstract = False

    @property
    def name(self) -> str:
        return (self.title_en if get_language() == "en" else "") or self.title

    @property
    def unit(self) -> str:
        language = "en" if get_language() == "en" else "th"
        return self.snapshot.get(f"unit_{language}", "")

    @property
    def answers(self) -> list[dict[str, Any]]:
        """What the buyer answered to the group's questions, as it was on the day of the sale."""
        return self.snapshot.get("answers", [])

    @property
    def non_returnable(self) -> bool:
        """Agreed before paying: made for this buyer alone, not taken back without a reason."""
        return bool(self.snapshot.get("non_returnable"))

    @property
    def certificates_at_sale(self) -> list[dict[str, Any]]:
        return self.snapshot.get("certificates", [])


from oscar.apps.order.models import *  # noqa: E402,F403
