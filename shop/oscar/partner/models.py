"""Our fork of Oscar's partners: a group's price, its stock or its made-to-order terms, holds."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oscar.apps.partner.abstract_models import AbstractPartner, AbstractStockRecord

from producers.models import Enterprise

from .states import HoldState, Sells


class Partner(AbstractPartner):
    """Oscar's commercial shadow of one group."""

    enterprise = models.OneToOneField(
        Enterprise, null=True, blank=True, on_delete=models.CASCADE, related_name="partner"
    )


class StockRecord(AbstractStockRecord):
    """One group's price (baht), and its stock (pieces) *or* its made-to-order terms.

    What is made to order may have ready pieces too: they are sold first, to whoever can have
    all they want from them. `lead_days` are working days of the group, for what is made without
    a workshop. `num_allocated` counts ready pieces held for a payment or sold and not yet sent.
    """

    sells = models.CharField(_("Sold"), max_length=14, choices=Sells.choices, default=Sells.STOCK)
    min_quantity = models.PositiveIntegerField(_("Smallest quantity"), default=1)
    max_quantity = models.PositiveIntegerField(_("Largest quantity"), null=True, blank=True)
    lead_days = models.PositiveSmallIntegerField(_("Working days to make"), null=True, blank=True)

    class Meta(AbstractStockRecord.Meta):
        abstract = False
        constraints = [
            models.CheckConstraint(
                condition=Q(num_allocated=None)
                | Q(num_in_stock=None)
                | Q(num_allocated__gte=0, num_allocated__lte=F("num_in_stock")),
                name="stock_never_oversold",
            ),
            models.CheckConstraint(
                condition=~Q(sells="made_to_order") | Q(lead_days__isnull=False),
                name="made_to_order_has_lead_days",
            ),
            models.CheckConstraint(
                condition=Q(max_quantity=None) | Q(max_quantity__gte=F("min_quantity")),
                name="stockrecord_quantities_in_order",
            ),
            models.CheckConstraint(
                condition=Q(price=None) | Q(price__gte=0), name="stockrecord_price_not_negative"
            ),
        ]

    @property
    def is_made_to_order(self) -> bool:
        return self.sells == Sells.MADE_TO_ORDER

    @property
    def free_pieces(self) -> int:
        """Pieces that can still be sold from stock."""
        return max(self.net_stock_level, 0)

    @property
    def most_per_order(self) -> int:
        """The largest quantity one order may take now (pieces)."""
        return self.most_for(held=0)

    def most_for(self, *, held: int) -> int:
        """The same for a buyer for whom `held` pieces are kept already."""
        if self.is_made_to_order:
            return self.max_quantity or 999
        free = max(self.net_stock_level + held, 0)
        return min(free, self.max_quantity or free)

    def can_sell(self, quantity: int) -> bool:
        return self.min_quantity <= quantity <= self.most_per_order

    def sells_from_stock(self, quantity: int, *, held: int = 0) -> bool:
        """Whether so many pieces come from what is ready (`held` of it kept for this buyer)."""
        return not self.is_made_to_order or max(self.net_stock_level, 0) + held >= quantity


class StockHoldQuerySet(models.QuerySet["StockHold"]):
    def of(self, reference: Any) -> "StockHoldQuerySet":
        return self.filter(reference=reference)


class StockHold(models.Model):
    """Pieces of one stock record kept for one checkout until it is paid or given up.

    `from_stock`: ready pieces; otherwise they are still to be made.
    """

    reference = models.UUIDField(db_index=True)
    stockrecord = models.ForeignKey(StockRecord, on_delete=models.PROTECT, related_name="holds")
    quantity = models.PositiveIntegerField()
    from_stock = models.BooleanField(default=True)
    state = models.CharField(max_length=10, choices=HoldState.choices, default=HoldState.HELD)
    created_at = models.DateTimeField(default=timezone.now)

    objects = StockHoldQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reference", "stockrecord"], name="hold_once_per_reference"
            ),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="hold_quantity_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.stockrecord_id} ({self.state})"


from oscar.apps.partner.models import *  # noqa: E402,F403
