"""What about money somebody in the office has to look at."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ..states import CaseKind, CaseState
from .attempts import PaymentAttempt
from .disputes import Dispute


class PaymentCase(models.Model):
    """Money that nobody here can explain, or that a bank disputes: a person looks at it.

    `cause` is unique, so that the same thing noticed twice is one case. A closed case says who
    closed it and with what words; if the matter goes on, it opens again. Refunds that failed are
    cases of their own (the office's list of refunds), closed by the bank's reference.
    """

    cause = models.CharField(max_length=160, unique=True)
    kind = models.CharField(max_length=16, choices=CaseKind.choices)
    state = models.CharField(max_length=8, choices=CaseState.choices, default=CaseState.OPEN)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    asked = models.DecimalField(
        max_digits=12,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("What it should have been (baht), where it differs"),
    )
    provider_id = models.CharField(
        max_length=120, blank=True, help_text=_("What the provider calls it")
    )
    words = models.CharField(max_length=300, blank=True)
    attempt = models.ForeignKey(
        PaymentAttempt, null=True, blank=True, on_delete=models.PROTECT, related_name="cases"
    )
    dispute = models.OneToOneField(
        Dispute, null=True, blank=True, on_delete=models.PROTECT, related_name="case"
    )
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="closed_payment_cases",
    )
    closing_words = models.TextField(blank=True)

    class Meta:
        ordering = ["due_at"]
        verbose_name = _("payment case")
        verbose_name_plural = _("payment cases")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="open", closed_at=None)
                | Q(state="closed", closed_at__isnull=False) & ~Q(closing_words=""),
                name="case_closed_with_words",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="case_open", condition=Q(state="open")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.pk or ''}".strip()
