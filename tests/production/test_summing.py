"""What filters know of promises: kept within a minute, and anew each night."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from catalogue.models import Product
from shop.production.services import close_days, sum_up_all, sum_up_changed
from tests.factories import make_placed_order, make_product, make_workshop, make_woven

pytestmark = pytest.mark.django_db


def today() -> date:
    return timezone.localdate()


def sendable_in(product: Product) -> int | None:
    product.refresh_from_db()
    return product.sendable_on and (product.sendable_on - today()).days


def test_an_order_and_a_closure_are_known_at_the_next_look() -> None:
    looms = make_workshop()
    cloth, other = make_woven(looms), make_woven(looms)
    assert sum_up_changed(today=today()) == 2
    assert (sendable_in(cloth), sendable_in(other)) == (1, 1)

    make_placed_order((cloth, 4))
    assert sum_up_changed(today=today()) == 2
    assert (sendable_in(cloth), sendable_in(other)) == (5, 5)
    assert sum_up_changed(today=today()) == 0

    days = [today() + timedelta(days=n) for n in (5, 6)]
    close_days(workshop_id=looms.pk, first_day=days[0], last_day=days[1], today=today())
    sum_up_changed(today=today())
    assert sendable_in(cloth) == 7


def test_what_sells_out_is_forgotten_and_each_night_looks_anew() -> None:
    towel = make_product(stock=2)
    sum_up_changed(today=today())
    first = sendable_in(towel)
    assert first is not None
    assert first >= 2
    sum_up_all(today=today() + timedelta(days=7))
    assert sendable_in(towel) == first + 7
    make_placed_order((towel, 2))
    assert sendable_in(towel) is None
    assert sum_up_changed(today=today()) == 0


@pytest.mark.parametrize(
    ("within", "found"), [("3", {"soon"}), ("7", {"soon", "week"}), ("30", {"soon", "week"})]
)
def test_the_filter_finds_what_can_be_sent_in_time(
    client: Any, within: str, found: set[str]
) -> None:
    looms = make_workshop()
    make_woven(looms, units_per_piece=2).__class__.objects.update(title_en="soon")
    slow = make_workshop()
    late = make_woven(slow, units_per_piece=6)
    Product.objects.filter(pk=late.pk).update(title_en="week")
    never = make_woven(make_workshop(horizon_days=2), units_per_piece=6)
    Product.objects.filter(pk=never.pk).update(title_en="full")
    sum_up_changed(today=today())

    page = client.get(f"/en/types/textile/?sent={within}")
    assert {product.title_en for product in page.context["listing"].products} == found

    everything = client.get("/en/types/textile/?sort=soon").context["listing"]
    assert [product.title_en for product in everything.products] == ["soon", "week", "full"]
    sent = next(f for f in everything.facets if f.name == "sent")
    assert {c.value: c.count for c in sent.choices} == {"3": 1, "7": 2, "14": 2, "30": 2}
