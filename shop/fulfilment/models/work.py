"""What a group shows of its work: a proof before it begins, a photo at each step."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.production.models import Job
from shop.production.states import JobState

from ..states import ProofKind, ProofState


class JobUpdate(models.Model):
    """One photo, with a sentence if the maker likes, that moved a job to the state `reached`.

    The picture is one of the shop's: drawn anew without a phone's metadata, prepared in sizes by
    the worker, under an address nobody can guess; what it shows is goods, not people's data.
    `token` names one try to send it, so that a weak signal never sends it twice.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="updates")
    reached = models.CharField(max_length=14, choices=JobState.choices)
    picture = models.ForeignKey(
        "cms.Picture", null=True, on_delete=models.PROTECT, related_name="+"
    )
    text = models.CharField(_("A sentence"), max_length=300, blank=True)
    token = models.UUIDField(editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["job", "token"], name="update_sent_once"),
            models.UniqueConstraint(fields=["job", "reached"], name="update_once_per_step"),
        ]

    def __str__(self) -> str:
        return f"{self.job_id}: {self.reached}"


class ProofQuerySet(models.QuerySet["Proof"]):
    def for_update(self) -> "ProofQuerySet":
        return self.select_for_update(of=("self",))

    def unanswered(self) -> "ProofQuerySet":
        return self.filter(state=ProofState.SENT)

    def with_the_office(self) -> "ProofQuerySet":
        """Buyers who were silent too long: somebody calls them."""
        return self.unanswered().filter(with_office_at__isnull=False)


class Proof(models.Model):
    """One version of what will be made, shown to the buyer before the work begins.

    Approving one exact version starts the work. Silence is reminded of at `remind_at` and handed
    to the office at `office_at`. `words` are the buyer's when asking for a change,
    `declined_words` the group's when it makes no further one.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="proofs")
    version = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=8, choices=ProofKind.choices, default=ProofKind.PHOTO)
    picture = models.ForeignKey(
        "cms.Picture", null=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField(_("A few words"), max_length=1000, blank=True)
    state = models.CharField(max_length=12, choices=ProofState.choices, default=ProofState.SENT)
    words = models.TextField(max_length=1000, blank=True)
    declined_words = models.TextField(max_length=1000, blank=True)
    token = models.UUIDField(editable=False)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    sent_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    change_declined_at = models.DateTimeField(null=True, blank=True)
    remind_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    office_at = models.DateTimeField()
    with_office_at = models.DateTimeField(null=True, blank=True)

    objects = ProofQuerySet.as_manager()

    class Meta:
        ordering = ["job", "version"]
        verbose_name = _("proof")
        verbose_name_plural = _("proofs")
        constraints = [
            models.UniqueConstraint(fields=["job", "version"], name="proof_version_once"),
            models.UniqueConstraint(fields=["job", "token"], name="proof_sent_once"),
            models.UniqueConstraint(
                fields=["job"], condition=Q(state="approved"), name="proof_one_approved"
            ),
            models.UniqueConstraint(
                fields=["job"], condition=Q(state="sent"), name="proof_one_waiting"
            ),
            models.CheckConstraint(
                condition=Q(kind="sample") | Q(picture__isnull=False), name="proof_photo_shown"
            ),
        ]
        indexes = [
            models.Index(
                fields=["remind_at"],
                name="proof_to_remind",
                condition=Q(state="sent", reminded_at=None),
            ),
            models.Index(
                fields=["office_at"],
                name="proof_to_office",
                condition=Q(state="sent", with_office_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.job_id} v{self.version}: {self.state}"

    @property
    def is_waiting(self) -> bool:
        return self.state == ProofState.SENT

    @property
    def may_ask_for_change(self) -> bool:
        """Until the group has said that it makes no further change."""
        return self.is_waiting and self.change_declined_at is None

    @property
    def part(self) -> Any:
        """The group's part of the order this is for."""
        assert self.job.line is not None
        return self.job.line.fulfilment_line.fulfilment
