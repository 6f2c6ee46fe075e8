"""The filler: a large market out of real names, and back again."""

import pytest
from django.core.management import CommandError, call_command

from catalogue.models import Product, ProductCertificate, ProductPicture, SearchEntry, SearchPosting
from catalogue.services import sum_up_offers
from producers.models import Certificate, Enterprise
from shop.demo.filling import clear_market, fill_market
from shop.demo.invention import invent_group, invent_product
from shop.demo.market import read_market
from shop.oscar.partner.models import StockRecord
from tests.factories.goods import make_product
from tests.factories.orders import make_placed_order

pytestmark = pytest.mark.django_db


def test_a_filled_market_is_whole():
    told = []
    fill_market(products=40, groups=7, progress=lambda done, of: told.append((done, of)))

    tops = Product.objects.top_level().on_sale()
    assert tops.count() == 40
    assert told == [(40, 40)]
    assert Enterprise.objects.filter(is_demo=True).count() == 7
    assert SearchEntry.objects.count() == 40
    assert ProductCertificate.objects.count() > 10
    assert Product.objects.filter(structure=Product.CHILD).count() > 40
    for product in tops.select_related("enterprise"):
        assert product.province_code == product.enterprise.province_code
        assert product.enterprise.name_th.endswith("(สาธิต)")


def test_its_listings_say_what_its_stock_says():
    fill_market(products=25, groups=5)
    summary = ("pk", "price_from", "ready_pieces", "takes_orders", "first_lead_days")
    told = list(Product.objects.top_level().order_by("pk").values_list(*summary))

    sum_up_offers(Product.objects.top_level().values_list("pk", flat=True))

    assert list(Product.objects.top_level().order_by("pk").values_list(*summary)) == told


def test_filling_further_goes_on_where_it_stopped():
    fill_market(products=10, groups=3)
    before = set(Product.objects.top_level().values_list("pk", flat=True))

    made, _ = fill_market(products=15, groups=3)

    assert made == 5
    assert before < set(Product.objects.top_level().values_list("pk", flat=True))
    assert Product.objects.top_level().count() == 15


def test_it_is_removed_without_a_trace_and_nothing_else_goes():
    ours = make_product()
    fill_market(products=12, groups=3)

    clear_market()

    assert list(Product.objects.values_list("pk", flat=True)) == [ours.pk]
    assert list(Enterprise.objects.values_list("pk", flat=True)) == [ours.enterprise_id]
    assert StockRecord.objects.count() == 1
    assert Certificate.objects.count() == 0
    assert SearchPosting.objects.exclude(product=ours).count() == 0


def test_a_filler_group_that_sold_something_stays_withdrawn():
    fill_market(products=12, groups=3)
    record = StockRecord.objects.filter(num_in_stock__gt=2, min_quantity=1).first()
    order = make_placed_order((record.product, 1))

    clear_market()

    order.refresh_from_db()
    assert order.lines.get().product_id == record.product_id
    assert Enterprise.objects.get().pk == record.product.enterprise_id
    assert not Product.objects.on_sale().exists()


def test_the_demo_markets_pictures_are_shown_again():
    first = invent_product(0, invent_group(0, read_market()), read_market())
    drawn = make_product(upc=first["model"])
    drawn.pictures.get().picture.__class__.objects.update(is_illustration=True)

    fill_market(products=4, groups=4)

    copies = ProductPicture.objects.exclude(product=drawn)
    assert copies.exists()
    assert {hung.picture_id for hung in copies} == {drawn.pictures.get().picture_id}


def test_the_same_number_is_always_the_same_product():
    market = read_market()
    group = invent_group(3, market)

    assert invent_product(7, group, market) == invent_product(7, group, market)
    names = {invent_product(n, invent_group(n % 9, market), market)["slug"] for n in range(500)}
    assert len(names) == 500


@pytest.mark.parametrize("asked", [(0, 1), (100_001, 5), (5, 6), (5, 0)])
def test_a_market_that_makes_no_sense_is_refused(asked):
    with pytest.raises(CommandError):
        call_command("fill_market", products=asked[0], groups=asked[1])

    assert not Enterprise.objects.exists()
