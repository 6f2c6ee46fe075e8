"""Where a group wants its money; the number is sealed."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from producers.models import Enterprise

from ..states import BankAccountState


class BankAccountQuerySet(models.QuerySet["BankAccount"]):
    def usable(self, at: datetime) -> "BankAccountQuerySet":
        """Confirmed accounts whose rest is over, the one that is used first."""
        confirmed = self.filter(state=BankAccountState.CONFIRMED, usable_from__lte=at)
        return confirmed.order_by("-usable_from", "-pk")


class BankAccount(models.Model):
    """One bank account of one group: entered by one person, confirmed by another.

    `number_sealed` and `holder_sealed` can be read with the shop's private keys only
    (docs/adr/bank-accounts-are-encrypted.md); everything else shows `ending`.
    """

    enterprise = models.ForeignKey(
        Enterprise, on_delete=models.PROTECT, related_name="bank_accounts"
    )
    bank_code = models.CharField(_("Bank"), max_length=3)
    number_sealed = models.TextField()
    holder_sealed = models.TextField()
    ending = models.CharField(_("Last digits"), max_length=4)
    state = models.CharField(
        max_length=10, choices=BankAccountState.choices, default=BankAccountState.ENTERED
    )
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    entered_at = models.DateTimeField(default=timezone.now)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)
    usable_from = models.DateTimeField(null=True, blank=True)

    objects: Any = BankAccountQuerySet.as_manager()

    class Meta:
        ordering = ["enterprise", "-pk"]
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise"],
                condition=Q(state="entered"),
                name="bank_account_one_to_confirm",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None)
                | Q(entered_by=None)
                | ~Q(confirmed_by=F("entered_by")),
                name="bank_account_second_person_confirms",
            ),
            models.CheckConstraint(
                condition=~Q(state="confirmed") | Q(usable_from__isnull=False),
                name="bank_account_confirmed_has_rest",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bank_code} …{self.ending}"
