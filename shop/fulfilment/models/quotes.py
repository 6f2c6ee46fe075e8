"""Custom requests: what a buyer describes, and the versions of a quote that follow."""

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.core.files.storage import Storage, storages
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalogue.models import Product
from producers.models import Enterprise
from shop.core.money import ZERO
from shop.oscar.order.models import Order
from shop.production.models import ClusterOrder, ClusterPart, Workshop
from shop.production.states import PaymentPlan

from ..states import REQUEST_OPEN, REQUEST_WITH_GROUP, RequestState, Side


class CustomRequestQuerySet(models.QuerySet["CustomRequest"]):
    def for_update(self) -> "CustomRequestQuerySet":
        return self.select_for_update(of=("self",))

    def of_buyer(self, user: Any) -> "CustomRequestQuerySet":
        return self.filter(buyer=user)

    def of_member(self, user: Any) -> "CustomRequestQuerySet":
        """Only those to groups this person belongs to now."""
        return self.filter(
            enterprise__memberships__user=user, enterprise__memberships__left_at=None
        )

    def open(self) -> "CustomRequestQuerySet":
        return self.filter(state__in=REQUEST_OPEN)

    def with_group(self) -> "CustomRequestQuerySet":
        """Those the group has to answer."""
        return self.filter(state__in=REQUEST_WITH_GROUP)

    def with_all(self) -> "CustomRequestQuerySet":
        """With all that a page tells: four statements, two more where villages make it."""
        parts = ClusterPart.objects.alive().select_related("enterprise").order_by("pk")
        return self.select_related("enterprise", "buyer", "about", "order").prefetch_related(
            "photos",
            "quotes__lines",
            "quotes__workshop",
            "quotes__cluster_order__cluster",
            models.Prefetch("quotes__cluster_order__parts", parts),
        )


class CustomRequest(models.Model):
    """Something special a buyer asks one group for.

    `about` is the product it should be like, `quantity` pieces, `wished_on` the day it is needed.
    `due_at` is when the present state ends by itself; `token` is the form's own, so that two taps
    ask once. `order` is what became of it.
    """

    enterprise = models.ForeignKey(Enterprise, on_delete=models.PROTECT, related_name="requests")
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="requests"
    )
    about = models.ForeignKey(
        Product, null=True, blank=True, on_delete=models.SET_NULL, related_name="requests"
    )
    words = models.TextField(_("What should it be?"))
    quantity = models.PositiveIntegerField(_("Pieces"))
    wished_on = models.DateField(_("Needed on"), null=True, blank=True)
    language = models.CharField(max_length=5, default="th")
    token = models.UUIDField(default=uuid4, unique=True)
    state = models.CharField(
        max_length=10, choices=RequestState.choices, default=RequestState.ASKED
    )
    asked_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    ended_reason = models.TextField(blank=True)
    order = models.ForeignKey(
        Order, null=True, blank=True, on_delete=models.PROTECT, related_name="requests"
    )

    objects = CustomRequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("custom request")
        verbose_name_plural = _("custom requests")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="request_for_some_pieces"),
            models.CheckConstraint(
                condition=~Q(state="ordered") | Q(order__isnull=False),
                name="request_ordered_has_its_order",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="request_due",
                condition=Q(state__in=["asked", "quoted", "countered", "accepted"]),
            ),
            models.Index(fields=["enterprise", "-asked_at"], name="request_of_group"),
            models.Index(fields=["buyer", "-asked_at"], name="request_of_buyer"),
        ]

    def __str__(self) -> str:
        return f"{self.pk}: {self.quantity} ({self.state})"

    @property
    def is_open(self) -> bool:
        return self.state in REQUEST_OPEN

    @property
    def is_with_group(self) -> bool:
        return self.state in REQUEST_WITH_GROUP

    @property
    def quote(self) -> "Quote | None":
        """The group's latest version."""
        own = [each for each in self.quotes.all() if each.side == Side.GROUP]
        return max(own, key=lambda each: each.number, default=None)

    @property
    def buyer_name(self) -> str:
        return self.buyer.first_name if self.buyer is not None else ""


class Quote(models.Model):
    """One version: what the group would make for what (with lines), or what the buyer proposes.

    A group's version has lines, a plan of payment, the workshop units it needs and the day that
    could be promised when it was written (`promised_on`; nothing is held before paying).
    `cluster_order`: the villages that make it instead of a workshop; their days are kept.
    `product` is what accepting makes of it, for this buyer alone. A buyer's version has words, and
    a total (baht) or a day that would suit.
    """

    request = models.ForeignKey(CustomRequest, on_delete=models.CASCADE, related_name="quotes")
    number = models.PositiveSmallIntegerField()
    side = models.CharField(max_length=6, choices=Side.choices)
    words = models.TextField(blank=True)
    delivery_note = models.CharField(max_length=300, blank=True)
    payment_plan = models.CharField(
        max_length=8, choices=PaymentPlan.choices, default=PaymentPlan.FULL
    )
    workshop = models.ForeignKey(
        Workshop, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    lead_days = models.PositiveSmallIntegerField(null=True, blank=True)
    cluster_order = models.OneToOneField(
        ClusterOrder, null=True, blank=True, on_delete=models.PROTECT, related_name="quote"
    )
    promised_on = models.DateField(null=True, blank=True)
    valid_until = models.DateTimeField(null=True, blank=True)
    product = models.OneToOneField(
        Product, null=True, blank=True, on_delete=models.SET_NULL, related_name="quote"
    )
    wished_total = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    wished_on = models.DateField(null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["request", "number"]
        constraints = [
            models.UniqueConstraint(fields=["request", "number"], name="quote_number_once"),
            models.CheckConstraint(
                condition=~Q(side="group")
                | Q(promised_on__isnull=False, valid_until__isnull=False),
                name="quote_of_group_promises",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request_id}/{self.number}"

    @property
    def total(self) -> Decimal:
        """Baht, over all lines."""
        return sum((line.total for line in self.lines.all()), ZERO)

    @property
    def is_by_group(self) -> bool:
        return self.side == Side.GROUP


class QuoteLine(models.Model):
    """One thing a quote offers: so many pieces at a price (baht each), needing so many units of
    the workshop in all."""

    quote = models.ForeignKey(Quote, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    title_en = models.CharField(max_length=120, blank=True)
    quantity = models.PositiveIntegerField()
    unit_price = models.DecimalField(max_digits=12, decimal_places=2)
    units = models.PositiveIntegerField(default=0)
    weight_g = models.PositiveIntegerField(default=500)

    class Meta:
        ordering = ["quote", "position"]
        constraints = [
            models.UniqueConstraint(fields=["quote", "position"], name="quote_line_once"),
            models.CheckConstraint(
                condition=Q(quantity__gt=0, unit_price__gt=0), name="quote_line_has_a_price"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def total(self) -> Decimal:
        return self.unit_price * self.quantity

    @property
    def name(self) -> str:
        return (self.title_en if get_language() == "en" else "") or self.title


def request_files() -> Storage:
    """Files that only pages give out, after asking who looks."""
    return storages["private"]


class RequestPhoto(models.Model):
    """A photo of what is meant; before the request is sent it belongs to its form (`draft`)."""

    request = models.ForeignKey(
        CustomRequest, null=True, blank=True, on_delete=models.CASCADE, related_name="photos"
    )
    draft = models.UUIDField(db_index=True)
    file = models.FileField(storage=request_files, upload_to="requests/")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    kept_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.file.name)


def request_drafts(token: UUID) -> models.QuerySet[RequestPhoto]:
    """Photos that wait for their request."""
    return RequestPhoto.objects.filter(draft=token, request=None)
