"""What a group has sold: as buyers paid it, with nothing made up."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from producers.workspace.sales import Month, month_of, sales_of
from shop.fulfilment.models import Fulfilment
from tests.factories import make_enterprise, make_member, make_placed_order, make_product
from tests.workspace.members import Member

pytestmark = pytest.mark.django_db


def bangkok(*moment: int) -> datetime:
    return timezone.make_aware(datetime(*moment))  # noqa: DTZ001


def test_the_sums_of_a_month():
    group, november = make_enterprise(), Month(date(2026, 11, 1))
    cloth, other = make_product(group, stock=90, price="450"), make_product()
    parts = [
        make_placed_order((cloth, 1)).fulfilments.get() for _ in range(6)
    ]  # 450 + 40 baht each
    make_placed_order((other, 1))

    def is_now(index: int, state: str, **times: datetime) -> None:
        Fulfilment.objects.filter(pk=parts[index].pk).update(state=state, **times)

    first_second, last_second = bangkok(2026, 11, 1), bangkok(2026, 11, 30, 23, 59, 59)
    is_now(0, "received", placed_at=bangkok(2026, 10, 31, 23, 59), received_at=first_second)
    is_now(1, "received", placed_at=first_second, received_at=last_second)
    is_now(2, "received", placed_at=last_second, received_at=bangkok(2026, 12, 1))
    is_now(3, "dispatched", placed_at=bangkok(2026, 9, 1))
    is_now(4, "placed", placed_at=bangkok(2026, 11, 5))
    is_now(5, "declined", placed_at=bangkok(2026, 11, 6))

    sales = sales_of(group, november)

    assert (sales.received, sales.received_count) == (Decimal("980.00"), 2)
    assert (sales.under_way, sales.under_way_count) == (Decimal("980.00"), 2)
    assert (sales.ordered, sales.ordered_count) == (Decimal("1470.00"), 3)


def test_a_month_without_sales_is_nothing():
    sales = sales_of(make_enterprise(), Month(date(2026, 2, 1)))

    assert sales.received == sales.under_way == sales.ordered == Decimal("0.00")
    assert sales.received_count == 0


@pytest.mark.parametrize(
    ("typed", "month"),
    [
        ("2026-10", "2026-10"),
        ("", "2026-11"),
        ("2026-12", "2026-11"),
        ("2024-11", "2024-11"),
        ("2024-10", "2026-11"),
        ("2026-13", "2026-11"),
        ("NaN", "2026-11"),
        ("9" * 400, "2026-11"),
        ("0000-00", "2026-11"),
        ("2026-1", "2026-11"),
    ],
)
def test_only_months_that_have_been_can_be_looked_at(typed, month):
    assert month_of(typed, today=date(2026, 11, 21)).key == month


@pytest.mark.parametrize(
    ("first", "before", "after"),
    [((2026, 1, 1), "2025-12", "2026-02"), ((2026, 12, 1), "2026-11", "2027-01"),
     ((2026, 3, 1), "2026-02", "2026-04")],
)  # fmt: skip
def test_months_follow_one_another(first, before, after):
    month = Month(date(*first))

    assert (month.before.key, month.after.key) == (before, after)


def test_the_page_shows_each_order_with_goods_and_delivery():
    group = make_enterprise()
    cloth = make_product(group, price="450")
    make_placed_order((cloth, 1))
    gone = make_placed_order((cloth, 2)).fulfilments.get()
    Fulfilment.objects.filter(pk=gone.pk).update(state="cancelled")
    member = Member(make_member(group).user)

    page = member.read("money/")

    for words in ("goods ฿450 + delivery ฿40", "<strong>฿490</strong>", "Cancelled by the buyer",
                  "entry--undone"):  # fmt: skip
        assert words in page, words
    for invented in ("fee", "payout", "transfer"):
        assert invented not in page.partition("<main")[2].lower()


def test_last_month_has_its_own_page():
    group = make_enterprise()
    part = make_placed_order((make_product(group), 1)).fulfilments.get()
    last = timezone.localdate().replace(day=1) - timedelta(days=1)
    Fulfilment.objects.filter(pk=part.pk).update(placed_at=bangkok(last.year, last.month, 1, 9))
    member = Member(make_member(group).user)

    assert part.order.number not in member.read("money/")
    assert part.order.number in member.read(f"money/?month={last:%Y-%m}")
