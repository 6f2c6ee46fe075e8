"""Each mail or SMS is a row first; a sweep sends what is due."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Channel(models.TextChoices):
    EMAIL = "email", "E-mail"
    SMS = "sms", "SMS"


class MessageQuerySet(models.QuerySet["Message"]):
    def due(self, now: datetime) -> "MessageQuerySet":
        """Not sent, not given up, and its time has come."""
        return self.filter(sent_at=None, given_up_at=None, due_at__lte=now).order_by("due_at")


class Message(models.Model):
    """One mail or SMS to one person, written in the transaction that made it necessary.

    `context` holds plain values only; the words come from ``templates/outbox/<kind>/`` in the
    receiver's language when the sweep sends it.
    """

    kind = models.CharField(max_length=60)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    address = models.CharField(max_length=254)
    language = models.CharField(max_length=5, default="th")
    context = models.JSONField(default=dict)
    about_label = models.CharField(max_length=80, blank=True)
    about_id = models.BigIntegerField(null=True, blank=True)
    dedupe_key = models.CharField(max_length=200, null=True, blank=True, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(
                fields=["due_at"],
                name="message_due",
                condition=Q(sent_at=None, given_up_at=None),
            ),
            models.Index(fields=["about_label", "about_id"], name="message_about"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.address}"
