"""What a buyer wants otherwise in an order that is under way, and what the group asks for it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shop.core.money import ZERO

from ..states import CAN_BE_CHANGED, CHANGE_OPEN, CHANGE_WITH_BUYER, ChangeState
from .parts import Fulfilment


class ChangeRequestQuerySet(models.QuerySet["ChangeRequest"]):
    def for_update(self) -> "ChangeRequestQuerySet":
        return self.select_for_update(of=("self",))

    def open(self) -> "ChangeRequestQuerySet":
        return self.filter(state__in=CHANGE_OPEN)

    def of_member(self, user: Any) -> "ChangeRequestQuerySet":
        """Only those to groups this person belongs to now."""
        return self.filter(
            fulfilment__enterprise__memberships__user=user,
            fulfilment__enterprise__memberships__left_at=None,
        )

    def with_group(self) -> "ChangeRequestQuerySet":
        """Those the group has to price or to refuse."""
        return self.filter(state=ChangeState.ASKED)

    def unanswered(self) -> "ChangeRequestQuerySet":
        """Those whose group let the time run out without a word, while it is still to be made."""
        return self.filter(
            state=ChangeState.LAPSED, version=0, fulfilment__state__in=CAN_BE_CHANGED
        )


class ChangeRequest(models.Model):
    """One change of one group's part: asked by the buyer, priced by the group, then accepted.

    `wanted`: {"lines": [{"line", "quantity", "answers"}], "address": {…}}; `before` is how all of
    it stood when it was asked. A price (`version` counts them) is `amount`, the baht the buyer
    pays more (below zero: gets back), and `promised_on`, the new day; `reckoned` keeps what the
    amount consists of and what the screen suggested. Goods and days are kept under `reference`
    until `due_at`, when the present state ends by itself; `holds` says that some still are. The
    difference is paid under the same reference: `paid` came so, `returned` went back (baht).
    """

    fulfilment = models.ForeignKey(Fulfilment, on_delete=models.PROTECT, related_name="changes")
    token = models.UUIDField(default=uuid4, unique=True)
    reference = models.UUIDField(default=uuid4, unique=True, editable=False)
    state = models.CharField(max_length=10, choices=ChangeState.choices, default=ChangeState.ASKED)
    wanted = models.JSONField(default=dict)
    before = models.JSONField(default=dict)
    words = models.TextField(_("A few words"), blank=True)
    version = models.PositiveSmallIntegerField(default=0)
    amount = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    promised_on = models.DateField(null=True, blank=True)
    price_words = models.TextField(blank=True)
    reckoned = models.JSONField(default=dict)
    holds = models.BooleanField(default=False)
    paid = models.DecimalField(max_digits=12, decimal_places=2, default=ZERO)
    returned = models.DecimalField(max_digits=12, decimal_places=2, default=ZERO)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    priced_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.TextField(blank=True)

    objects = ChangeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request for a change")
        verbose_name_plural = _("requests for a change")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["fulfilment"],
                condition=Q(state__in=["asked", "priced", "accepted"]),
                name="change_one_open",
            ),
            models.CheckConstraint(
                condition=Q(version=0)
                | Q(amount__isnull=False, promised_on__isnull=False, priced_at__isnull=False),
                name="change_price_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["priced", "accepted", "done"]) | Q(version__gt=0),
                name="change_agreed_has_its_price",
            ),
            models.CheckConstraint(
                condition=Q(paid__gte=0, returned__gte=0), name="change_money_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(paid=0, returned=0) | Q(state="done"), name="change_pays_when_done"
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="change_due",
                condition=Q(state__in=["asked", "priced", "accepted"]),
            ),
            models.Index(fields=["ended_at"], name="change_holds", condition=Q(holds=True)),
        ]

    def __str__(self) -> str:
        return f"{self.fulfilment_id}: {self.amount} ({self.state})"

    @property
    def is_open(self) -> bool:
        return self.state in CHANGE_OPEN

    @property
    def is_with_buyer(self) -> bool:
        return self.state in CHANGE_WITH_BUYER

    @property
    def to_pay(self) -> Decimal:
        """Baht to be paid before it is done; 0 where nothing is, or the balance takes it."""
        return Decimal(self.reckoned.get("to_pay", 0))

    @property
    def to_return(self) -> Decimal:
        """Baht that go back when it is done."""
        return Decimal(self.reckoned.get("to_return", 0))

    @property
    def suggested(self) -> Decimal:
        """The baht the screen suggested for the present version."""
        return Decimal(self.reckoned.get("suggested", 0))

    @property
    def old_promised_on(self) -> date:
        was = self.reckoned.get("was_promised_on") or self.before["promised_on"]
        return date.fromisoformat(was)

    @property
    def days_more(self) -> timedelta:
        """How much later the parcel goes by it."""
        later = (self.promised_on or self.old_promised_on) - self.old_promised_on
        return max(later, timedelta(0))

    @property
    def address(self) -> dict[str, str] | None:
        """Where the parcel should go instead, as the form sent it."""
        return self.wanted.get("address")
