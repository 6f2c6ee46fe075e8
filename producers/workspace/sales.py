"""What a group has sold, as buyers paid it: reads only, nothing is reckoned that is not there."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from django.db.models import Count, F, Q, Sum
from django.utils import timezone

from producers.models import Enterprise
from shop.core.money import ZERO
from shop.fulfilment.models import Fulfilment, FulfilmentQuerySet, Instalment
from shop.fulfilment.states import UNDONE, UNPAID, WITH_GROUP, FulfilmentState
from shop.production.models import ClusterPart
from shop.production.states import ClusterPartState

MONTHS_BACK = 24


@dataclass(frozen=True, slots=True)
class Month:
    """One calendar month."""

    first: date

    @property
    def before(self) -> "Month":
        return Month((self.first - timedelta(days=1)).replace(day=1))

    @property
    def after(self) -> "Month":
        return Month((self.first + timedelta(days=32)).replace(day=1))

    @property
    def key(self) -> str:
        return f"{self.first:%Y-%m}"

    def bounds(self) -> tuple[datetime, datetime]:
        """The first moment of the month and of the next one, in Bangkok."""
        return _midnight(self.first), _midnight(self.after.first)


@dataclass(frozen=True, slots=True)
class Sales:
    """Sums in baht, goods and delivery together, and how many parts of orders they are.

    `received`: parcels the buyers received in the month. `under_way`: what has been paid for all
    that is not received yet, whenever it was ordered; `unpaid`: what is still to be paid for it.
    `ordered`: what was ordered in the month and stands. `kept`: what the group keeps, as agreed,
    of orders of the month that were cancelled.
    """

    received: Decimal
    received_count: int
    under_way: Decimal
    under_way_count: int
    ordered: Decimal
    ordered_count: int
    unpaid: Decimal
    kept: Decimal


@dataclass(frozen=True, slots=True)
class SharedPay:
    """Pay (baht) for parts of orders that clusters share; nobody has been paid out yet.

    `parts` are one's own for other leads, to be paid through the market: `good` for pieces that
    the lead has found good, `total` for all. `for_others`: of what buyers paid to this group as a
    lead, what its neighbours' parts are worth.
    """

    parts: list[ClusterPart]
    for_others: Decimal

    @property
    def total(self) -> Decimal:
        return sum((part.pay for part in self.parts), ZERO)

    @property
    def good(self) -> Decimal:
        checked = (part for part in self.parts if part.state == ClusterPartState.CHECKED_OK)
        return sum((part.pay for part in checked), ZERO)


def shared_pay_of(enterprise: Enterprise) -> SharedPay:
    """What is promised or made of shared orders that buyers have paid; two statements."""
    paid = ClusterPart.objects.to_be_paid()
    own = paid.of_enterprise(enterprise).exclude(order__cluster__lead=enterprise)
    others = paid.filter(order__cluster__lead=enterprise).exclude(enterprise=enterprise)
    return SharedPay(
        list(own.select_related("order__cluster__lead").order_by("due_on", "pk")),
        others.aggregate(sum=Sum("pay"))["sum"] or ZERO,
    )


def month_of(text: str, *, today: date) -> Month:
    """The month that an address names (`2026-11`), or this one; not the future."""
    this = Month(today.replace(day=1))
    try:
        wanted = Month(date.fromisoformat(f"{text}-01"))
    except ValueError:
        return this
    oldest = Month(_months_before(this.first, MONTHS_BACK))
    return wanted if oldest.first <= wanted.first <= this.first else this


def sales_of(enterprise: Enterprise, month: Month) -> Sales:
    """The sums of one month; two statements."""
    start, end = month.bounds()
    total = F("goods") + F("charge")
    received = Q(state=FulfilmentState.RECEIVED, received_at__gte=start, received_at__lt=end)
    under_way = Q(state__in=[*WITH_GROUP, FulfilmentState.DISPATCHED])
    ordered = Q(placed_at__gte=start, placed_at__lt=end) & ~Q(state__in=UNDONE)
    sums = Fulfilment.objects.filter(enterprise=enterprise).aggregate(
        received=Sum(total, filter=received),
        received_count=Count("pk", filter=received),
        under_way=Sum(total, filter=under_way),
        under_way_count=Count("pk", filter=under_way),
        ordered=Sum(total, filter=ordered),
        ordered_count=Count("pk", filter=ordered),
        kept=Sum("kept", filter=Q(placed_at__gte=start, placed_at__lt=end, state__in=UNDONE)),
    )
    unpaid = (
        Instalment.objects.filter(
            fulfilment__enterprise=enterprise,
            fulfilment__state__in=[*WITH_GROUP, FulfilmentState.DISPATCHED],
            state__in=UNPAID,
        ).aggregate(amount=Sum("amount"))["amount"]
        or ZERO
    )
    return Sales(
        received=sums["received"] or ZERO,
        received_count=sums["received_count"],
        under_way=(sums["under_way"] or ZERO) - unpaid,
        under_way_count=sums["under_way_count"],
        ordered=sums["ordered"] or ZERO,
        ordered_count=sums["ordered_count"],
        unpaid=unpaid,
        kept=sums["kept"] or ZERO,
    )


def parts_of_month(enterprise: Enterprise, month: Month) -> FulfilmentQuerySet:
    """What was ordered of the group in a month, the latest first."""
    start, end = month.bounds()
    return (
        Fulfilment.objects.filter(enterprise=enterprise, placed_at__gte=start, placed_at__lt=end)
        .select_related("order")
        .prefetch_related("instalments", "changes")
        .order_by("-placed_at", "-pk")
    )


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _months_before(first: date, months: int) -> date:
    index = first.year * 12 + first.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)
