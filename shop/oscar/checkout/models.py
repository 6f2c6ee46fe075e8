"""What one buyer has agreed to while paying: frozen the moment goods are held."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from shop.oscar.basket.models import Basket
from shop.payments.states import Method

from .states import CheckoutState


class Checkout(models.Model):
    """One way through the checkout: contact, address, delivery choices, and the frozen offer.

    While `open`, `contact`, `address` and `choices` (enterprise id → delivery method slug) are
    filled in. When the buyer pays, `offer` freezes contact, address, lines, charges, promises
    and the total (baht as text); the order is written from it and from nothing else. `new_offer`
    is the same on later days, when a payment came after the promised ones were gone: until
    `asked_until` the buyer may take it.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    basket = models.ForeignKey(
        Basket, null=True, on_delete=models.SET_NULL, related_name="checkouts"
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="checkouts",
    )
    language = models.CharField(max_length=5, default="th")
    contact = models.JSONField(default=dict)
    address = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)
    method = models.CharField(max_length=10, choices=Method.choices, default=Method.CARD)
    offer = models.JSONField(default=dict)
    total = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    state = models.CharField(
        max_length=10, choices=CheckoutState.choices, default=CheckoutState.OPEN
    )
    created_at = models.DateTimeField(default=timezone.now)
    new_offer = models.JSONField(default=dict, blank=True)
    asked_until = models.DateTimeField(null=True, blank=True)
    paying_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["basket"],
                condition=models.Q(state__in=["open", "paying"]),
                name="checkout_once_per_basket",
            )
        ]

    def __str__(self) -> str:
        return f"checkout {self.reference} ({self.state})"
