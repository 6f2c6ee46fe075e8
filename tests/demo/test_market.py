"""What the data files promise: enough goods, enough words, no sentence told too often."""

from collections import Counter

import pytest

from catalogue.claims import forbidden_word
from shop.core.places import province_named
from shop.demo.data import check
from shop.demo.market import DATA, UnknownVillage, codes_named, read_market, read_rates, sold_parts


def test_the_data_has_no_fault():
    check.problems.clear()
    files = check.read(sorted(path for kind in check.TYPES for path in DATA.glob(f"{kind}*.toml")))

    # Words per text, sentences shared, numbers of certificates, terms of sale: all in there.
    check.check_all(files, None)

    assert check.problems == []


def test_the_check_sees_a_sentence_that_stands_in_four_products():
    check.problems.clear()
    told = "This sentence has been told once too often for anybody to believe it."
    products = {str(n): {"description_en": told, "description_th": ""} for n in range(4)}

    check.check_repeats(products)

    assert len(check.problems) == 1
    check.problems.clear()


def test_a_hundred_and_two_products_of_fifty_provinces():
    market = read_market()
    groups = {group["slug"]: group for group in market.groups}
    provinces = Counter(groups[product["group"]]["province"] for product in market.products)

    assert len(market.products) == 102
    assert len(market.groups) >= 50
    assert len(market.stories) >= 6
    assert len(provinces) == 50
    assert all(province_named(name) for name in provinces)


def test_nothing_in_the_market_may_not_be_sold_online():
    for product in read_market().products:
        words = " ".join(str(value) for value in product.values())
        assert forbidden_word(words) is None, product["slug"]


def test_every_part_that_can_be_bought_has_stock_or_terms():
    for product in read_market().products:
        for part in sold_parts(product):
            assert ("stock" in part) != bool(part.get("made_to_order")), part["slug"]


def test_a_village_is_found_by_its_names_only_where_it_lies():
    assert codes_named("กรุงเทพมหานคร", "พญาไท", "พญาไท") == "101406"
    assert codes_named("กาฬสินธุ์", "คำม่วง", "โพน").startswith("46")
    with pytest.raises(UnknownVillage):
        codes_named("กาฬสินธุ์", "คำม่วง", "พญาไท")


def test_no_chilled_parcel_goes_to_a_remote_place():
    rates = read_rates()["rate"]

    assert {rate["zone"] for rate in rates if rate["method_slug"] == "chilled"} == {
        "same_province",
        "same_region",
        "elsewhere",
    }
    assert "remote" in {rate["zone"] for rate in rates if rate["method_slug"] == "ems"}
