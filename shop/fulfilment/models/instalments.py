"""One part paid in two: half when ordering, the rest when it is finished."""

import uuid

from django.db import models
from django.db.models import Q

from ..states import InstalmentState
from .parts import Fulfilment

FIRST, BALANCE = 1, 2


class Instalment(models.Model):
    """One of the two payments (baht) of a part; together they are exactly its total.

    The first was captured with the order. The balance becomes due when the part is finished:
    asked for at `asked_at`, to be paid until the end of `due_on`. `reference` is what payments
    of it are called; `reminders` counts how often the buyer was reminded.
    """

    fulfilment = models.ForeignKey(Fulfilment, on_delete=models.PROTECT, related_name="instalments")
    number = models.PositiveSmallIntegerField()
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(
        max_length=10, choices=InstalmentState.choices, default=InstalmentState.DUE_LATER
    )
    asked_at = models.DateTimeField(null=True, blank=True)
    due_on = models.DateField(null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["fulfilment", "number"]
        constraints = [
            models.UniqueConstraint(fields=["fulfilment", "number"], name="instalment_once"),
            models.CheckConstraint(
                condition=Q(number__in=(FIRST, BALANCE)), name="instalment_first_or_balance"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="instalment_amount_positive"),
            models.CheckConstraint(
                condition=Q(state="paid", paid_at__isnull=False) | ~Q(state="paid"),
                name="instalment_paid_has_its_moment",
            ),
            models.CheckConstraint(
                condition=~Q(state="due") | Q(due_on__isnull=False), name="instalment_due_has_a_day"
            ),
        ]
        indexes = [models.Index(fields=["due_on"], name="instalment_due", condition=Q(state="due"))]

    def __str__(self) -> str:
        return f"{self.fulfilment_id}/{self.number}: {self.amount} ({self.state})"

    @property
    def is_due(self) -> bool:
        return self.state == InstalmentState.DUE
