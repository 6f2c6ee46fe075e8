"""One group's part of one order, and its parcels."""

from datetime import date, timedelta
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language

from producers.models import Enterprise
from shop.oscar.order.models import Line, Order, ShippingAddress
from shop.outbox.services import Contact

from ..states import IN_WORK, WITH_GROUP, ChangeState, FulfilmentState, ProblemState
from .delivery import Carrier


class FulfilmentQuerySet(models.QuerySet["Fulfilment"]):
    def for_update(self) -> "FulfilmentQuerySet":
        return self.select_for_update(of=("self",))

    def of_member(self, user: Any) -> "FulfilmentQuerySet":
        """Only the parts of groups this person belongs to now."""
        return self.filter(
            enterprise__memberships__user=user, enterprise__memberships__left_at=None
        )

    def with_group(self) -> "FulfilmentQuerySet":
        return self.filter(state__in=WITH_GROUP)

    def late_without_notice(self, today: date) -> "FulfilmentQuerySet":
        """Accepted parts that should have been sent; a notice would have moved the promise."""
        return self.filter(state__in=IN_WORK, promised_on__lt=today)

    def with_problem(self) -> "FulfilmentQuerySet":
        """Parts whose buyer has told that something is wrong, settled or not."""
        return self.filter(objected_at__isnull=False)

    def with_open_problem(self) -> "FulfilmentQuerySet":
        return self.with_problem().filter(problem_settled_at=None)

    def with_all(self) -> "FulfilmentQuerySet":
        return self.select_related(
            "order__shipping_address", "own_address", "enterprise", "carrier"
        ).prefetch_related("lines__line", "parcels__carrier")


class Fulfilment(models.Model):
    """One group's part of one order, made and sent together.

    `goods` and `charge` are baht as agreed, `kept` is what the group keeps of a cancelled part;
    `promised_on` is the last day we promise to hand the parcel to the carrier; `answer_by` is
    when an unanswered part is declined by itself. `own_address` is where this part alone goes,
    after an agreed change; otherwise it goes where the whole order goes. `problem_back` (baht) is
    what the office has sent back because of the buyer's objection, `problem_words` why.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="fulfilments")
    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="fulfilments")
    state = models.CharField(
        max_length=12, choices=FulfilmentState.choices, default=FulfilmentState.PLACED
    )
    made_to_order = models.BooleanField(default=False)
    goods = models.DecimalField(max_digits=12, decimal_places=2)
    charge = models.DecimalField(max_digits=10, decimal_places=2)
    kept = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    method_slug = models.CharField(max_length=40)
    method_name_th = models.CharField(max_length=120)
    method_name_en = models.CharField(max_length=120, blank=True)
    carrier = models.ForeignKey(Carrier, null=True, on_delete=models.PROTECT, related_name="+")
    fastest_days = models.PositiveSmallIntegerField(default=1)
    slowest_days = models.PositiveSmallIntegerField(default=3)
    own_address = models.ForeignKey(
        ShippingAddress, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    promised_on = models.DateField()
    placed_at = models.DateTimeField(default=timezone.now)
    answer_by = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    packed_at = models.DateTimeField(null=True, blank=True)
    dispatched_at = models.DateTimeField(null=True, blank=True)
    received_by_itself_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    ended_reason = models.TextField(blank=True)
    objected_at = models.DateTimeField(null=True, blank=True)
    objection = models.TextField(blank=True)
    problem_settled_at = models.DateTimeField(null=True, blank=True)
    problem_words = models.TextField(blank=True)
    problem_back = models.DecimalField(max_digits=12, decimal_places=2, default=0)

    objects = FulfilmentQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["order", "enterprise"], name="fulfilment_once_per_group"
            ),
            models.CheckConstraint(
                condition=Q(goods__gte=0, charge__gte=0), name="fulfilment_money_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(kept__gte=0, kept__lte=models.F("goods")),
                name="fulfilment_keeps_no_more_than_goods",
            ),
            models.CheckConstraint(
                condition=Q(problem_settled_at=None, problem_back=0)
                | Q(
                    objected_at__isnull=False, problem_settled_at__isnull=False, problem_back__gte=0
                ),
                name="fulfilment_settles_what_was_told",
            ),
        ]
        indexes = [
            models.Index(
                fields=["answer_by"],
                name="fulfilment_unanswered",
                condition=Q(state="placed"),
            ),
            models.Index(
                fields=["received_by_itself_at"],
                name="fulfilment_on_its_way",
                condition=Q(state="dispatched"),
            ),
            models.Index(
                fields=["objected_at"],
                name="fulfilment_open_problem",
                condition=Q(objected_at__isnull=False, problem_settled_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order.number} · {self.enterprise}"

    @property
    def total(self) -> Any:
        """Goods and delivery of this part in baht."""
        return self.goods + self.charge

    @property
    def problem_state(self) -> str:
        """open, settled, or nothing where the buyer has told of no problem."""
        if self.objected_at is None:
            return ""
        return ProblemState.OPEN if self.problem_settled_at is None else ProblemState.SETTLED

    @property
    def first_promised_on(self) -> date:
        """The day promised at first: a group's lateness counts from it, told or not.

        Days that the buyer has agreed to by a change are no lateness.
        """
        delays = self.delays.order_by("pk").values_list("old_promised_on", "given_at")
        first = delays.first()
        if first is None:
            return self.promised_on
        day, given_at = first
        for change in self.changes.filter(state=ChangeState.DONE, ended_at__gt=given_at):
            day += change.days_more
        return day

    @property
    def address(self) -> ShippingAddress | None:
        """Where this part's parcel goes."""
        return self.own_address or self.order.shipping_address

    @property
    def method_name(self) -> str:
        return (self.method_name_en if get_language() == "en" else "") or self.method_name_th

    @property
    def buyer_contact(self) -> Contact:
        order = self.order
        return Contact(order.contact_email, order.contact_phone, order.language)

    def delivery_window(self) -> tuple[date, date]:
        """The days between which the parcel should be at the door, as told before paying."""
        sent_on = timezone.localdate(self.dispatched_at) if self.dispatched_at else None
        start = sent_on or self.promised_on
        return (
            start + timedelta(days=self.fastest_days),
            start + timedelta(days=self.slowest_days),
        )


class FulfilmentLine(models.Model):
    """One order line in the part it belongs to."""

    fulfilment = models.ForeignKey(Fulfilment, on_delete=models.CASCADE, related_name="lines")
    line = models.OneToOneField(Line, on_delete=models.PROTECT, related_name="fulfilment_line")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.line)


class Parcel(models.Model):
    """One box with one tracking number."""

    fulfilment = models.ForeignKey(Fulfilment, on_delete=models.CASCADE, related_name="parcels")
    carrier = models.ForeignKey(Carrier, on_delete=models.PROTECT, related_name="parcels")
    tracking_number = models.CharField(max_length=40, blank=True)
    dispatched_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.tracking_number or str(self.pk)

    @property
    def follow_url(self) -> str:
        return self.carrier.follow_url(self.tracking_number) if self.tracking_number else ""
