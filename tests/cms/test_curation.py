"""What the home page features: the office decides, and what cannot be bought leaves by itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalogue.models import Product
from catalogue.services import withdraw_product
from cms.curation import featured_now, made_to_order_now, regions_on_sale
from cms.models import FeaturedProduct, FeaturedShelf
from cms.services import feature_products
from producers.services import reopen_enterprise, suspend_enterprise
from shop.oscar.partner.services import set_ready_pieces
from tests.factories import (
    make_child,
    make_enterprise,
    make_made_to_order,
    make_officer,
    make_parent,
    make_product,
    record_of,
)

pytestmark = pytest.mark.django_db

NOW = timezone.now()
HOUR = timedelta(hours=1)


def test_featured_products_stand_in_the_offices_order():
    first, second, third = make_product(), make_made_to_order(), make_product()

    feature_products([second, third, first])

    assert featured_now(NOW) == [second, third, first]


def test_featuring_again_doubles_nothing_and_keeps_the_order():
    first, second = make_product(), make_product()
    feature_products([first])

    feature_products([second, first])

    assert featured_now(NOW) == [first, second]
    assert FeaturedProduct.objects.count() == 2


@pytest.mark.parametrize(
    ("starts", "ends", "seen"),
    [
        (None, None, True),
        (-HOUR, None, True),
        (timedelta(0), HOUR, True),
        (HOUR, None, False),
        (None, HOUR, True),
        (None, timedelta(0), False),
        (-2 * HOUR, -HOUR, False),
    ],
)
def test_a_place_has_a_beginning_and_an_end(starts, ends, seen):
    product = make_product()
    feature_products(
        [product],
        starts_at=NOW + starts if starts is not None else None,
        ends_at=NOW + ends if ends is not None else None,
    )

    assert featured_now(NOW) == ([product] if seen else [])
    assert FeaturedProduct.objects.get().is_running(NOW) == seen


def test_a_place_ends_after_it_begins():
    shelf = feature_products([])

    with pytest.raises(IntegrityError), transaction.atomic():
        FeaturedProduct.objects.create(
            shelf=shelf, product=make_product(), starts_at=NOW, ends_at=NOW - HOUR
        )


def test_what_is_sold_out_leaves_and_comes_back():
    product = make_product(stock=2)
    feature_products([product])
    record = record_of(product)

    set_ready_pieces(stockrecord_id=record.pk, pieces=0)
    assert featured_now(NOW) == []

    set_ready_pieces(stockrecord_id=record.pk, pieces=1)
    assert featured_now(NOW) == [product]


def test_what_is_withdrawn_leaves():
    product = make_product()
    feature_products([product])

    withdraw_product(product_id=product.pk)

    assert featured_now(NOW) == []
    assert FeaturedProduct.objects.count() == 1


def test_the_goods_of_a_suspended_group_leave_and_come_back():
    group, officer = make_enterprise(), make_officer()
    products = [make_product(group), make_made_to_order(group)]
    feature_products(products)

    suspend_enterprise(enterprise_id=group.pk, by=officer, reason="ตรวจสอบ")
    assert featured_now(NOW) == []

    reopen_enterprise(enterprise_id=group.pk, by=officer)
    assert featured_now(NOW) == products


def test_children_are_never_featured_their_parent_is():
    parent = make_parent()
    child = make_child(parent)

    feature_products([child, parent])

    assert featured_now(NOW) == [parent]


def test_a_product_with_two_periods_at_once_is_shown_once_where_it_stands_first():
    first, second = make_product(), make_product()
    shelf = feature_products([first, second])
    FeaturedProduct.objects.create(shelf=shelf, product=first, sort_order=9)

    assert featured_now(NOW) == [first, second]


def test_another_shelf_is_not_the_home_pages():
    other = FeaturedShelf.objects.create(name="festival")
    FeaturedProduct.objects.create(shelf=other, product=make_product())

    assert featured_now(NOW) == []


def test_featuring_costs_one_statement(django_assert_num_queries: Any):
    feature_products([make_product() for _ in range(5)])

    with django_assert_num_queries(1):
        names = [product.enterprise.name for product in featured_now(NOW)]

    assert len(names) == 5


def test_made_to_order_shows_the_soonest_of_each_group():
    patient, quick = make_enterprise(), make_enterprise()
    slow = make_made_to_order(patient, lead_days=30)
    make_made_to_order(patient, lead_days=40)
    fast = make_made_to_order(quick, lead_days=3)
    make_product(quick)

    assert made_to_order_now() == [fast, slow]


def test_provinces_are_told_by_region_in_dictionary_order():
    for tambon in ("400101", "400101", "460101", "840101"):
        make_product(make_enterprise(tambon_code=tambon))
    hidden = make_product(make_enterprise(tambon_code="500101"))
    withdraw_product(product_id=hidden.pk)

    found = [
        (region.code, [(one.place.name_th, one.slug, one.count) for one in region.provinces])
        for region in regions_on_sale()
    ]

    assert found == [
        ("northeast", [("กาฬสินธุ์", "kalasin", 1), ("ขอนแก่น", "khon-kaen", 2)]),
        ("south", [("สุราษฎร์ธานี", "surat-thani", 1)]),
    ]
    assert Product.objects.count() == 5
