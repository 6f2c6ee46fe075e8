"""What a group tells a buyer when a promise cannot be kept, and what the buyer answers."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from ..states import DelayReason, DelayState
from .parts import Fulfilment


class DelayNotice(models.Model):
    """A later day for one part: why, until when, and what the buyer says to it.

    `old_promised_on` and `new_promised_on` are last days to hand the parcel to the carrier. The
    new day holds from the notice on; without an answer by `answer_by` the buyer waits.
    """

    fulfilment = models.ForeignKey(Fulfilment, on_delete=models.CASCADE, related_name="delays")
    reason = models.CharField(max_length=10, choices=DelayReason.choices)
    words = models.TextField(blank=True)
    picture = models.ForeignKey(
        "cms.Picture", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    old_promised_on = models.DateField()
    new_promised_on = models.DateField()
    state = models.CharField(max_length=10, choices=DelayState.choices, default=DelayState.ASKED)
    given_at = models.DateTimeField(default=timezone.now)
    answer_by = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["given_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(new_promised_on__gt=F("old_promised_on")), name="delay_is_later"
            ),
            models.UniqueConstraint(
                fields=["fulfilment"], condition=Q(state="asked"), name="delay_asked_once"
            ),
        ]
        indexes = [
            models.Index(fields=["answer_by"], name="delay_unanswered", condition=Q(state="asked"))
        ]

    def __str__(self) -> str:
        return f"{self.fulfilment_id}: {self.old_promised_on} → {self.new_promised_on}"

    @property
    def is_open(self) -> bool:
        return self.state == DelayState.ASKED
