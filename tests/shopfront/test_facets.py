"""The counts beside the filters are what a buyer finds after choosing them."""

import random
from datetime import timedelta
from decimal import Decimal

import pytest
from django.http import QueryDict
from django.utils import timezone

from catalogue.models import Product
from catalogue.shopfront.filters import BAND_EDGES, Filters
from catalogue.shopfront.listing import make_listing
from catalogue.shopfront.paging import PER_PAGE
from catalogue.states import OtopType, ProductState
from producers.models import Scheme
from producers.states import CertificateState, EnterpriseState
from shop.core.places import province_slug
from tests.factories import (
    make_certificate,
    make_child,
    make_enterprise,
    make_made_to_order,
    make_parent,
    make_product,
)

TODAY = timezone.localdate()
TAMBONS = ("400101", "500101", "300101", "830101")
PRICES = ("45", "100", "299.50", "300", "999.99", "1000", "4999", "5000", "18500")
SCHEMES = (Scheme.MPC, Scheme.HALAL, Scheme.GI)
NAMES = ("type", "sale", "price", "certificate", "province", "group")


def asked(query: str) -> Filters:
    return Filters.from_query(QueryDict(query))


def listing_of(query: str, **options):
    return make_listing(Product.objects.all(), asked(query), today=TODAY, **options)


@pytest.fixture
def market(db):
    """Sixty products of nine groups in four provinces, some of which must not be seen."""
    dice = random.Random(2569)
    groups = [make_enterprise(f"กลุ่มที่ {n}", tambon_code=dice.choice(TAMBONS)) for n in range(8)]
    groups.append(make_enterprise(state=EnterpriseState.SUSPENDED))
    for number in range(60):
        group = dice.choice(groups)
        fields = {
            "otop_type": dice.choice(OtopType.values),
            "title": f"สินค้า {dice.choice('กขคงจชซ')}{number}",
            "state": dice.choice([ProductState.PUBLISHED] * 5 + [ProductState.WITHDRAWN]),
            "picture": False,
        }
        price = dice.choice(PRICES)
        match dice.choice(["stock", "stock", "made", "both", "sold out"]):
            case "stock":
                product = make_product(group, stock=dice.randint(1, 5), price=price, **fields)
            case "made":
                product = make_made_to_order(group, price=price, **fields)
            case "sold out":
                product = make_product(group, stock=0, price=price, **fields)
            case "both":
                product = make_parent(group, **fields)
                make_child(product, stock=2, price=price)
                make_child(product, stock=0, price=dice.choice(PRICES))
        for scheme in dice.sample(SCHEMES, dice.randint(0, 2)):
            state, days = dice.choice(
                [
                    (CertificateState.VERIFIED, 30),
                    (CertificateState.EXPIRING, 0),
                    (CertificateState.VERIFIED, -1),
                    (CertificateState.CHECKING, 30),
                ]
            )
            make_certificate(
                group, product, scheme=scheme, state=state, expires_on=TODAY + timedelta(days)
            )
    return groups


# --- the same, counted slowly ---


def facts_of(product: Product) -> dict[str, set[str]]:
    """What each filter finds on a product, looked up one by one."""
    sale = {"ready"} if product.ready_pieces else set()
    if product.takes_orders:
        sale.add("made")
    shown = [c.scheme for c in product.certificates.all() if c.is_shown_on(TODAY)]
    band = sum(product.price_from >= edge for edge in BAND_EDGES)
    return {
        "type": {product.otop_type},
        "sale": sale,
        "price": {str(band)},
        "certificate": set(shown),
        "province": {province_slug(product.province_code)},
        "group": {product.enterprise.slug},
    }


def goods_one_by_one() -> list[tuple[Product, dict[str, set[str]]]]:
    """Everything that may be shown, with what each filter finds on it."""
    return [
        (product, facts_of(product))
        for product in Product.objects.exclude(structure=Product.CHILD)
        if product.state == ProductState.PUBLISHED and product.enterprise.is_open
    ]


def slow_listing(goods, filters: Filters) -> tuple[set[int], dict[str, dict[str, int]]]:
    """Products and counts by going through everything."""
    found: set[int] = set()
    counts: dict[str, dict[str, int]] = {name: {} for name in NAMES}
    for product, facts in goods:
        if filters.at_least is not None and product.price_from < filters.at_least:
            continue
        if filters.at_most is not None and product.price_from > filters.at_most:
            continue
        passes = {
            name: not filters.get(name) or bool(facts[name] & set(filters.get(name)))
            for name in NAMES
        }
        if all(passes.values()):
            found.add(product.pk)
        for name in NAMES:
            if all(passes[other] for other in NAMES if other != name):
                for value in facts[name]:
                    counts[name][value] = counts[name].get(value, 0) + 1
    return found, counts


def all_pages(query: str, **options) -> list[int]:
    ids: list[int] = []
    page = 1
    while True:
        listing = listing_of(f"{query}&page={page}", **options)
        ids += [product.pk for product in listing.products]
        if page >= listing.pages.last:
            return ids
        page += 1


def shown_counts(listing) -> dict[str, dict[str, int]]:
    counts = {
        facet.name: {c.value: c.count for c in facet.choices if c.count} for facet in listing.facets
    }
    return {name: values for name, values in counts.items() if values}


def random_queries(groups, number: int) -> list[str]:
    dice = random.Random(543)
    values = {
        "type": OtopType.values,
        "sale": ["ready", "made"],
        "price": list("01234"),
        "certificate": [str(scheme) for scheme in SCHEMES],
        "province": [province_slug(code[:2]) for code in TAMBONS],
        "group": [group.slug for group in groups],
    }
    queries = []
    for _ in range(number):
        pairs = [
            f"{name}={value}"
            for name in dice.sample(NAMES, dice.randint(0, 3))
            for value in dice.sample(values[name], dice.randint(1, min(3, len(values[name]))))
        ]
        if dice.random() < 0.3:
            pairs.append(f"min={dice.choice([0, 100, 299.5, 1000])}")
        if dice.random() < 0.3:
            pairs.append(f"max={dice.choice([100, 999.99, 5000])}")
        queries.append("&".join([*pairs, f"sort={dice.choice(['', 'name', 'price', 'new'])}"]))
    return queries


def test_counts_and_products_are_those_of_going_through_everything(market):
    goods = goods_one_by_one()
    for query in random_queries(market, 60):
        listing = listing_of(query)
        found, counts = slow_listing(goods, asked(query))

        ids = all_pages(query)
        assert len(ids) == len(found), query
        assert set(ids) == found, query
        assert listing.total == len(found), query
        shown = shown_counts(listing)
        assert shown == {name: values for name, values in counts.items() if values}, query


def test_a_search_counts_the_same_way_among_what_it_found(market):
    ranked = list(Product.objects.top_level().on_sale().values_list("pk", flat=True))
    random.Random(1).shuffle(ranked)
    goods = goods_one_by_one()
    for query in random_queries(market, 30):
        listing = listing_of(query, ranked=ranked)
        found, counts = slow_listing(goods, asked(query))

        assert set(all_pages(query, ranked=ranked)) == found, query
        assert listing.total == len(found), query
        shown = shown_counts(listing)
        assert shown == {name: values for name, values in counts.items() if values}, query


def test_a_search_keeps_the_order_of_relevance_until_another_is_asked_for(market):
    ranked = list(
        Product.objects.top_level().on_sale().order_by("-pk").values_list("pk", flat=True)
    )

    assert all_pages("", ranked=ranked) == ranked
    prices = [p.price_from for p in listing_of("sort=price&sale=ready", ranked=ranked).products]
    assert prices == sorted(prices)


def test_choosing_a_value_leads_to_as_many_products_as_were_promised(market):
    for facet in listing_of("").facets:
        for choice in facet.choices:
            after = listing_of(choice.address.removeprefix("?"))
            assert after.total == choice.count, (facet.name, choice.value)
            assert [each for each in after.chips if each[0] == choice.label]


def test_a_chosen_value_that_leaves_nothing_stays_to_be_taken_away(market):
    empty = make_enterprise("กลุ่มที่ยังไม่มีของ")

    listing = listing_of(f"group={empty.slug}&certificate=organic")

    assert listing.total == 0
    assert [label for label, _ in listing.chips] == [Scheme.ORGANIC.label, empty.name]
    for _, address in listing.chips:
        assert len(listing_of(address.removeprefix("?")).chips) == 1


def test_a_group_that_is_not_there_or_not_open_can_be_taken_away_too(db):
    closed = make_enterprise("กลุ่มที่พักไว้", state=EnterpriseState.SUSPENDED)
    make_product(closed, picture=False)

    listing = listing_of(f"group={closed.slug}&group=no-such-group")

    assert listing.total == 0
    assert [label for label, _ in listing.chips] == [closed.slug, "no-such-group"]


def test_products_of_a_page_that_stands_for_a_filter_have_no_such_filter(market):
    scope = Product.objects.filter(otop_type="food")
    filters = Filters.from_query(QueryDict("type=drink&sale=ready"), fixed=["type"])

    listing = make_listing(scope, filters, today=TODAY, fixed=["type"])

    assert "type" not in {facet.name for facet in listing.facets}
    assert listing.total == scope.top_level().on_sale().filter(ready_pieces__gt=0).count() > 0


def test_a_product_with_two_certificates_of_a_scheme_counts_once(db):
    group = make_enterprise()
    product = make_product(group)
    make_certificate(group, product, number="มผช. 1/2563")
    make_certificate(group, product, number="มผช. 2/2563")

    listing = listing_of("certificate=mpc&certificate=halal")

    assert [p.pk for p in listing.products] == [product.pk]
    assert shown_counts(listing)["certificate"] == {"mpc": 1}


def test_a_badge_leaves_the_filter_the_day_after_it_ends(db):
    group = make_enterprise()
    product = make_product(group)
    make_certificate(group, product, scheme=Scheme.GI, expires_on=TODAY)
    everything = Product.objects.all()

    last_day = make_listing(everything, asked("certificate=gi"), today=TODAY)
    next_day = make_listing(everything, asked("certificate=gi"), today=TODAY + timedelta(1))

    assert (last_day.total, next_day.total) == (1, 0)
    assert last_day.products[0].shown_certificates
    assert "certificate" not in shown_counts(next_day)


# --- order and pages ---


def test_names_stand_in_thai_dictionary_order(db):
    group = make_enterprise()
    words = ["แพรวา", "ผ้าไหม", "กระเป๋า", "เกลือ", "ไข่เค็ม", "ข้าวฮาง", "โอ่ง", "แก้ว"]
    for word in words:
        make_product(group, title=word, picture=False)

    names = [product.title for product in listing_of("sort=name").products]

    assert names == ["กระเป๋า", "เกลือ", "แก้ว", "ข้าวฮาง", "ไข่เค็ม", "ผ้าไหม", "แพรวา", "โอ่ง"]


def test_english_pages_are_sorted_by_english_names(db, settings):
    from django.utils import translation

    group = make_enterprise()
    for thai, english in (("ก", "Silk"), ("ข", "basket"), ("ค", "Coffee")):
        make_product(group, title=thai, title_en=english, picture=False)

    with translation.override("en"):
        names = [product.name for product in listing_of("").products]

    assert names == ["basket", "Coffee", "Silk"]


@pytest.mark.parametrize("sort", ["name", "price", "-price", "new"])
def test_what_cannot_be_had_stands_last_in_every_order(market, sort):
    ids = all_pages(f"sort={sort}")
    by_id = Product.objects.in_bulk(ids)

    sold_out = [not (by_id[pk].ready_pieces or by_id[pk].takes_orders) for pk in ids]

    assert sold_out == sorted(sold_out)
    assert any(sold_out)
    prices = [by_id[pk].price_from for pk, gone in zip(ids, sold_out, strict=True) if not gone]
    if sort == "price":
        assert prices == sorted(prices)
    if sort == "-price":
        assert prices == sorted(prices, reverse=True)


def test_pages_have_no_gaps_and_no_repetitions(db):
    group = make_enterprise()
    for _ in range(PER_PAGE * 2 + 1):
        make_product(group, picture=False, title="ชื่อเดียวกัน", price="100")

    ids = all_pages("sort=price")

    assert len(ids) == len(set(ids)) == PER_PAGE * 2 + 1
    assert listing_of("page=3").total == PER_PAGE * 2 + 1
    assert listing_of("page=4").is_beyond_the_end


def test_prices_between_two_amounts_in_either_order(db):
    group = make_enterprise()
    for price in ("99.99", "100", "250", "300", "300.01"):
        make_product(group, price=price, picture=False)

    for query in ("min=100&max=300", "min=300&max=100", "min=฿๑๐๐&max=300.00"):
        found = [p.price_from for p in listing_of(f"{query}&sort=price").products]
        assert found == [Decimal(100), Decimal(250), Decimal(300)]
