"""The weekly question to each workshop."""

from datetime import date, timedelta

from django.db import models
from django.utils import timezone

from ..states import Answer
from .workshops import Workshop


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def still_open(self, today: date) -> "CheckInQuerySet":
        """Questions about weeks that are not over; answered ones too: an answer can change."""
        return self.filter(week__gt=today - timedelta(days=7))

    def unanswered(self) -> "CheckInQuerySet":
        return self.filter(answer="")


class CheckIn(models.Model):
    """The weekly question to one workshop, and the answer: can you make `asked_units` next week?

    `week` is the Monday of the week it asks about. Until that week is over the answer can change.
    """

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="check_ins")
    week = models.DateField()
    asked_units = models.PositiveIntegerField()
    asked_at = models.DateTimeField(default=timezone.now)
    reminded_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=6, choices=Answer.choices, blank=True)
    answered_units = models.PositiveIntegerField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=160, blank=True)

    objects = CheckInQuerySet.as_manager()

    class Meta:
        ordering = ["-week", "workshop"]
        constraints = [
            models.UniqueConstraint(fields=["workshop", "week"], name="check_in_once_a_week")
        ]

    def __str__(self) -> str:
        return f"{self.workshop_id} {self.week}: {self.answer or '?'}"

    @property
    def last_day(self) -> date:
        """The Sunday of the week it asks about."""
        return self.week + timedelta(days=6)

    @property
    def half(self) -> int:
        """What "fewer" means unless somebody says how many: half of it, rounded up (units)."""
        return (self.asked_units + 1) // 2

    def is_over(self, today: date) -> bool:
        return today > self.last_day
