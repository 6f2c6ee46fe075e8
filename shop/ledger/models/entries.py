"""What happened to money, and its signed baht on accounts. Written once."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from producers.models import Enterprise
from shop.core.money import ZERO, baht
from shop.oscar.order.models import Line, Order

from ..states import OF_GROUPS, OF_PARTS, Account, EventKind, SoldAs
from .append_only import AppendOnly, AppendOnlyQuerySet


class LedgerEvent(AppendOnly):
    """Something that happened to money, once per kind and cause; its entries sum to zero.

    `facts` are what the verb was told (plain values), so that the same cause with other facts is
    noticed. The row outlives the person who acted and holds no personal data.
    """

    kind = models.CharField(_("What happened"), max_length=18, choices=EventKind.choices)
    cause = models.CharField(_("Cause"), max_length=120)
    order = models.ForeignKey(Order, null=True, on_delete=models.PROTECT, related_name="+")
    facts = models.JSONField(default=dict)
    reason = models.CharField(_("Reason"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        related_name="+",
    )
    at = models.DateTimeField(default=timezone.now)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("ledger event")
        verbose_name_plural = _("ledger events")
        constraints = [
            models.UniqueConstraint(fields=["cause", "kind"], name="ledger_event_once_per_cause"),
            models.CheckConstraint(condition=~Q(cause=""), name="ledger_event_has_cause"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.cause}"


class LedgerEntryQuerySet(AppendOnlyQuerySet):
    def balance(self) -> Decimal:
        """The sum of these entries in baht."""
        return baht(self.aggregate(sum=Sum("amount"))["sum"] or ZERO)

    def balances(self, *by: str) -> dict[Any, Decimal]:
        """Sums per account, or per tuple of the named fields."""
        names = by or ("account",)
        rows = self.order_by().values(*names).annotate(sum=Sum("amount"))
        if len(names) == 1:
            return {row[names[0]]: baht(row["sum"]) for row in rows}
        return {tuple(row[name] for name in names): baht(row["sum"]) for row in rows}

    def on(self, *accounts: str) -> "LedgerEntryQuerySet":
        return self.filter(account__in=accounts)

    def of_group(self, enterprise_id: int) -> "LedgerEntryQuerySet":
        return self.filter(enterprise_id=enterprise_id)

    def of_parts(self, part_ids: Iterable[int]) -> "LedgerEntryQuerySet":
        return self.filter(part_id__in=part_ids)


class LedgerEntry(AppendOnly):
    """Signed baht on one account, for a group and a part where the account has such."""

    event = models.ForeignKey(LedgerEvent, on_delete=models.PROTECT, related_name="entries")
    account = models.CharField(_("Account"), max_length=14, choices=Account.choices)
    enterprise = models.ForeignKey(
        Enterprise, null=True, on_delete=models.PROTECT, related_name="ledger_entries"
    )
    part_id = models.BigIntegerField(_("Part of an order"), null=True)
    amount = models.DecimalField(_("Baht"), max_digits=14, decimal_places=2)

    objects = LedgerEntryQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        constraints = [
            models.CheckConstraint(condition=~Q(amount=0), name="ledger_entry_moves_something"),
            models.CheckConstraint(
                condition=~Q(account__in=OF_GROUPS) | Q(enterprise__isnull=False),
                name="ledger_entry_names_its_group",
            ),
            models.CheckConstraint(
                condition=~Q(account__in=OF_PARTS) | Q(part_id__isnull=False),
                name="ledger_entry_names_its_part",
            ),
        ]
        indexes = [
            models.Index(fields=["enterprise", "account"], name="ledger_entry_of_group"),
            models.Index(fields=["part_id", "account"], name="ledger_entry_of_part"),
            models.Index(fields=["account"], name="ledger_entry_on_account"),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount:+}"


#: The names of the parts of a price, in the order in which they are split and shown.
PARTS = ("share", "platform_fee", "payment_fee", "vat")
_SUM = F("share") + F("platform_fee") + F("payment_fee") + F("vat")
#: SQLite adds in binary: equal means nearer than half a satang.
PARTS_ARE_THE_PRICE = Q(price__gt=_SUM - Decimal("0.005"), price__lt=_SUM + Decimal("0.005"))


class SaleLine(AppendOnly):
    """One line of goods, or one part's delivery, as it was sold: its price (baht) in parts.

    `terms` are the rates, bases and rule versions it was reckoned with; no later change reaches it.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="sale_lines")
    part_id = models.BigIntegerField(db_index=True)
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="sale_lines")
    line = models.OneToOneField(Line, null=True, on_delete=models.PROTECT, related_name="sale_line")
    sold_as = models.CharField(max_length=8, choices=SoldAs.choices)
    product_type = models.CharField(max_length=10, blank=True)
    price = models.DecimalField(max_digits=12, decimal_places=2)
    share = models.DecimalField(max_digits=12, decimal_places=2)
    platform_fee = models.DecimalField(max_digits=12, decimal_places=2)
    payment_fee = models.DecimalField(max_digits=12, decimal_places=2)
    vat = models.DecimalField(max_digits=12, decimal_places=2)
    held_days = models.PositiveSmallIntegerField()
    terms = models.JSONField(default=dict)
    sold_at = models.DateTimeField()

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("sale line")
        verbose_name_plural = _("sale lines")
        constraints = [
            models.CheckConstraint(
                condition=PARTS_ARE_THE_PRICE,
                name="sale_line_parts_are_the_price",
            ),
            models.CheckConstraint(
                condition=Q(share__gte=0, platform_fee__gte=0, payment_fee__gte=0, vat__gte=0),
                name="sale_line_parts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(sold_as="goods", line__isnull=False)
                | Q(sold_as="delivery", line__isnull=True),
                name="sale_line_of_a_line_or_delivery",
            ),
            models.UniqueConstraint(
                fields=["part_id"],
                condition=Q(sold_as="delivery"),
                name="sale_line_one_delivery",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part_id}: {self.price} ({self.sold_as})"

    @property
    def in_parts(self) -> dict[str, Decimal]:
        return {name: getattr(self, name) for name in PARTS}


class Reversal(AppendOnly):
    """What one event took back of one sale line, part by part (baht)."""

    event = models.ForeignKey(LedgerEvent, on_delete=models.PROTECT, related_name="reversals")
    sale_line = models.ForeignKey(SaleLine, on_delete=models.PROTECT, related_name="reversals")
    price = models.DecimalField(max_digits=12, decimal_places=2)
    share = models.DecimalField(max_digits=12, decimal_places=2)
    platform_fee = models.DecimalField(max_digits=12, decimal_places=2)
    payment_fee = models.DecimalField(max_digits=12, decimal_places=2)
    vat = models.DecimalField(max_digits=12, decimal_places=2)

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name = _("reversal")
        verbose_name_plural = _("reversals")
        constraints = [
            models.UniqueConstraint(fields=["event", "sale_line"], name="reversal_once"),
            models.CheckConstraint(
                condition=PARTS_ARE_THE_PRICE,
                name="reversal_parts_are_the_price",
            ),
            models.CheckConstraint(
                condition=Q(
                    price__gt=0, share__gte=0, platform_fee__gte=0, payment_fee__gte=0, vat__gte=0
                ),
                name="reversal_parts_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sale_line_id}: -{self.price}"
