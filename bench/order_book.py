"""Placing an order in a workshop with a hundred and with ten thousand open jobs."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone

from bench.journey import Journey
from shop.oscar.basket.models import Basket
from shop.oscar.basket.services import add_to_basket
from shop.oscar.checkout import services as checkouts
from shop.oscar.checkout.models import Checkout
from shop.oscar.partner.models import StockRecord
from shop.oscar.partner.states import Sells
from shop.payments import services as payments
from shop.payments.provider import Standing
from shop.production.models import Job, ProductionSlot, SlotAllocation, Workshop
from shop.production.services import open_workshop, set_making
from shop.production.states import JobState

FEW, MANY = 100, 10_000
UNITS = 8
PER_DAY = 1000
#: A ratio wants more runs than a table of times.
TIMES_MORE = 3


def figures(journey: Journey, measure_in_turn: Callable[..., Any], runs: int) -> list[Any]:
    """The time to place one order for one piece, in a short and in a long order book."""
    placings = {}
    for number, count in enumerate((FEW, MANY)):
        record = _record(number)
        _set_up(record, count)
        what = f"placing made to order, {count:,} open jobs"
        placings[what] = _Placing(journey, record, TIMES_MORE * runs)
    found: list[Any] = measure_in_turn(placings, 70, TIMES_MORE * runs)
    few, many = found
    many["compared"] = (
        f"{many['ms'] / few['ms']:.2f} times as long among {MANY:,} open jobs as among {FEW}"
        " (at most 1.3)"
    )
    return found


class _Placing:
    """Each call holds the days, notes the money as paid and places the order of another buyer."""

    def __init__(self, journey: Journey, record: StockRecord, runs: int):
        self.today = timezone.localdate()
        self.waiting = [self._filled_in(journey, record) for _ in range(runs + 2)]

    def _filled_in(self, journey: Journey, record: StockRecord) -> tuple[Checkout, str]:
        basket = Basket.objects.create()
        add_to_basket(basket=basket, product_id=record.product_id, quantity=1)
        checkout = journey.checkout(basket)
        return checkout, str(checkouts.offer_now(checkout, today=self.today).total)

    def __call__(self) -> None:
        checkout, total = self.waiting.pop()
        attempt, _ = checkouts.hold_and_write(checkout.pk, "card", total, self.today)
        assert attempt is not None
        paid = Standing("paid", amount=attempt.amount, intent_id=f"pi_bench_{uuid4().hex}")
        payments.note_standing(attempt.pk, paid)
        checkouts.settle_attempt(attempt.pk)


def _record(number: int) -> StockRecord:
    """A stock record made to order of the filler's; the same one each time."""
    records = StockRecord.objects.filter(
        sells=Sells.MADE_TO_ORDER, min_quantity=1, product__state="published",
        product__chilled=False, partner__enterprise__slug__startswith="filler-",
    ).order_by("pk")  # fmt: skip
    return records.select_related("partner__enterprise")[number]


def _set_up(record: StockRecord, count: int) -> None:
    """The record is made in a workshop of its own, with so many open jobs in it."""
    enterprise, today = record.partner.enterprise, timezone.localdate()
    name = f"bench {count}"
    workshop = Workshop.objects.filter(enterprise=enterprise, name_th=name).first()
    if workshop is None:
        workshop = open_workshop(
            enterprise=enterprise, today=today, name_th=name, per_day=PER_DAY,
            works_on=[1, 2, 3, 4, 5, 6, 7], keeps_holidays=False,
        )  # fmt: skip
        _fill(workshop, count)
    set_making(
        stockrecord_id=record.pk,
        workshop_id=workshop.pk,
        units_per_piece=Decimal(UNITS),
        setup_units=Decimal(0),
    )


def _fill(workshop: Workshop, count: int) -> None:
    """Jobs side by side from tomorrow on, as their buyers would have been promised."""
    today = timezone.localdate()
    days = list(workshop.slots.filter(day__gt=today).order_by("day"))
    a_day = PER_DAY // UNITS
    jobs, allocations = [], []
    for number in range(count):
        slot = days[number // a_day]
        job = Job(
            reference=uuid4(), key="bench", workshop=workshop, quantity=1, units=UNITS,
            starts_on=today + timedelta(days=1), due_on=slot.day, promised_on=slot.day,
            state=JobState.QUEUED,
        )  # fmt: skip
        slot.allocated += UNITS
        jobs.append(job)
        allocations.append(SlotAllocation(slot=slot, job=job, units=UNITS))
    Job.objects.bulk_create(jobs, batch_size=1000)
    SlotAllocation.objects.bulk_create(allocations, batch_size=1000)
    ProductionSlot.objects.bulk_update(days, ["allocated"], batch_size=100)
