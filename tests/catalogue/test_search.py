"""Search over the goods of the demo market, on the database that the tests run on."""

import tomllib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

import shop.demo
from catalogue.models import Product, SearchEntry, SearchPosting, SearchWord
from catalogue.searching import (
    finding,
    index_product,
    reindex,
    search_products,
    suggest_neighbours,
    vocabulary,
)
from catalogue.searching.families import families, key
from catalogue.services import withdraw_product
from catalogue.states import OtopType, ProductState
from producers.models import Enterprise
from producers.states import EnterpriseState
from shop.core.places import province_named

pytestmark = pytest.mark.django_db
FOLDER = Path(__file__).parent
DEMO = Path(shop.demo.__file__).parent / "data"
WANTED = 0.95
TOP = 5


def demo_rows(kind: str) -> list[dict[str, Any]]:
    files = sorted(DEMO.glob("*.toml"))
    return [
        row
        for file in files
        for row in tomllib.loads(file.read_text(encoding="utf-8")).get(kind, [])
    ]


def queries(name: str) -> list[dict[str, Any]]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["query"]


def make_group(slug: str = "weavers", province: str = "สุรินทร์", **facts: Any) -> Enterprise:
    code = province_named(province).code
    named = {"name_th": f"กลุ่ม {slug}", "name_en": f"{slug} group", **facts}
    return Enterprise.objects.create(
        slug=slug,
        province_code=code,
        tambon_code=f"{code}0101",
        state=EnterpriseState.APPROVED,
        **named,
    )


def a_product(group: Enterprise, title: str, title_en: str = "", **facts: Any) -> Product:
    """A published product, not saved."""
    given = {
        "otop_type": OtopType.TEXTILE,
        "state": ProductState.PUBLISHED,
        "province_code": group.province_code,
        "slug": f"product-{Product.objects.count()}",
        **facts,
    }
    return Product(title=title, title_en=title_en, enterprise=group, **given)


def make_product(group: Enterprise, title: str, title_en: str = "", **facts: Any) -> Product:
    product = a_product(group, title, title_en, **facts)
    product.save()
    return product


@pytest.fixture
def market() -> dict[int, str]:
    """The names, kinds, places and makers of all demo products; slugs by number."""
    groups = {
        row["slug"]: make_group(
            row["slug"], row["province"], name_th=row["name_th"], name_en=row["name_en"]
        )
        for row in demo_rows("group")
    }
    rows = demo_rows("product")
    parents = Product.objects.bulk_create(
        a_product(
            groups[row["group"]],
            row["name_th"],
            row["name_en"],
            slug=row["slug"],
            otop_type=row["otop_type"],
            facts={k: row[k] for k in ("materials_th", "materials_en") if k in row},
            structure=Product.PARENT if row.get("child") else Product.STANDALONE,
        )
        for row in rows
    )
    Product.objects.bulk_create(
        a_product(
            groups[row["group"]],
            child["name_th"],
            child["name_en"],
            slug=child["slug"],
            structure=Product.CHILD,
            parent=parent,
        )
        for row, parent in zip(rows, parents, strict=True)
        for child in row.get("child", [])
    )
    reindex()
    return dict(Product.objects.top_level().values_list("pk", "slug"))


def ask_all(market: dict[int, str], name: str) -> tuple[float, list[Any]]:
    """The share of queries with a right product in the top five, and those without; tells kinds."""
    asked: Counter[str] = Counter()
    found: Counter[str] = Counter()
    first: Counter[str] = Counter()
    missed = []
    for query in queries(name):
        asked[query["kind"]] += 1
        best = [market[number] for number in search_products(query["text"])[:TOP]]
        if set(best) & set(query["expect"]):
            found[query["kind"]] += 1
            first[query["kind"]] += best[0] in query["expect"]
        else:
            missed.append((query["kind"], query["text"], best))
    for kind, number in asked.items():
        print(f"{connection.vendor} {name} {kind}: {found[kind]}/{number}, first {first[kind]}")
    return found.total() / asked.total(), missed


@pytest.mark.parametrize("name", ["search_queries", "search_queries_held_out"])
def test_the_right_product_is_in_the_top_five(market: dict[int, str], name: str) -> None:
    share, missed = ask_all(market, name)
    assert share >= WANTED, missed


def test_no_alias_is_there_for_one_query_only(
    market: dict[int, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without every alias that some query repeats word for word, search does as well."""
    names = ("search_queries", "search_queries_held_out")
    repeated = {key(query["text"]) for name in names for query in queries(name)}
    all_families = families()
    others = {
        word: tokens for word, tokens in all_families.meant_by.items() if word not in repeated
    }
    assert len(others) < len(all_families.meant_by)
    fewer = replace(all_families, meant_by=others)
    monkeypatch.setattr(vocabulary, "families", lambda: fewer)
    monkeypatch.setattr(finding, "_kept", {})
    for name in names:
        share, missed = ask_all(market, name)
        assert share >= WANTED, missed


def test_all_expected_products_are_in_the_market(market: dict[int, str]) -> None:
    expected = {
        slug
        for name in ("search_queries", "search_queries_held_out")
        for query in queries(name)
        for slug in query["expect"]
    }
    assert expected - set(market.values()) == set()


def test_nonsense_finds_nothing(market: dict[int, str]) -> None:
    for query in ["iphone", "qwertyzxcv", "รถยนต์", "laptop computer", "!!!", "%", "_", "%_%", ""]:
        assert search_products(query) == [], query
    for query in [" ", "\x00", "😀🧵", "์่้", "' OR 1=1; --", "\ud800", "฿", "\u202e", "ๆๆๆ"]:
        assert search_products(query) == [], query


def test_strange_signs_do_not_hide_what_is_asked(market: dict[int, str]) -> None:
    plain = search_products("มัดหมี่")
    assert plain
    for query in ["มัดหมี่!!!", "\x00มัด\x00หมี่", "%มัดหมี่%", "มัดหมี่ 😀", " ‘มัดหมี่’ ", "มัดหมี่" + " " * 5000]:
        assert search_products(query) == plain


def test_an_overlong_query_is_cut(market: dict[int, str]) -> None:
    assert search_products("มัดหมี่ " + "ก" * 100_000)[:2] == search_products("มัดหมี่")[:2]
    search_products("ก" * 100_000)
    search_products("ab " * 50_000)


def test_searching_takes_two_statements_or_three(market: dict[int, str]) -> None:
    search_products("ผ้า")  # the words are in memory now
    for query, statements in [("ผ้าไหม", 2), ("มัดหมี", 2), ("praewa silk kalasin", 2), ("iphone", 2)]:
        with CaptureQueriesContext(connection) as caught:
            search_products(query)
        assert len(caught) <= statements, query
    with CaptureQueriesContext(connection) as caught:
        search_products("xyz ไผ่ zzz")
    assert len(caught) <= 3


def test_letters_inside_a_name_are_found_where_no_word_is(market: dict[int, str]) -> None:
    # Half of one word and half of the next: ครก|หิน|อ่าง|ศิลา
    best = [market[number] for number in search_products("รกหินอ่างศิ")]
    assert best[0] == "ang-sila-stone-mortar"


def test_within_narrows_before_the_limit_counts(market: dict[int, str]) -> None:
    nan = Product.objects.on_sale().filter(province_code=province_named("น่าน").code)
    everything = search_products("ผ้า", limit=3)
    assert len(everything) == 3
    narrowed = search_products("ผ้า", limit=3, within=nan)
    assert market[narrowed[0]] == "nan-tai-lue-flowing-water-cloth"
    assert set(narrowed) <= set(nan.values_list("pk", flat=True))


def test_nothing_found_leads_somewhere(market: dict[int, str]) -> None:
    assert search_products("ขอนแกน่น") or suggest_neighbours("ขอนแกน่น")
    places = [neighbour for neighbour in suggest_neighbours("มหาสารคราม") if neighbour.code]
    assert province_named("มหาสารคาม").code in [place.code for place in places]


# --- the index follows the shop -------------------------------------------------------------------


def test_only_published_goods_of_open_groups_are_found() -> None:
    group = make_group()
    closed = make_group("closed")
    shown = make_product(group, "ผ้าไหมลายนก", "Bird silk")
    hidden = make_product(group, "ผ้าไหมลายปลา", "Fish silk", state=ProductState.DRAFT)
    theirs = make_product(closed, "ผ้าไหมลายช้าง", "Elephant silk")
    Enterprise.objects.filter(pk=closed.pk).update(state=EnterpriseState.SUSPENDED)
    for product in (shown, hidden, theirs):
        product.refresh_from_db()
        index_product(product)
    assert search_products("ผ้าไหม") == [shown.pk]
    assert not SearchEntry.objects.exclude(pk=shown.pk).exists()


def test_a_product_that_leaves_the_shop_leaves_the_index() -> None:
    product = make_product(make_group(), "ผ้าไหมลายนก")
    index_product(product)
    assert search_products("ลายนก") == [product.pk]
    Product.objects.filter(pk=product.pk).update(state=ProductState.WITHDRAWN)
    index_product(product)
    assert search_products("ลายนก") == []
    assert not SearchPosting.objects.filter(product=product).exists()
    Product.objects.filter(pk=product.pk).update(state=ProductState.PUBLISHED)
    reindex()
    assert search_products("ลายนก") == [product.pk]


def test_withdrawing_takes_a_product_out_of_search_at_once() -> None:
    product = make_product(make_group(), "ผ้าไหมลายนก")
    index_product(product)
    withdraw_product(product_id=product.pk)
    assert search_products("ลายนก") == []


def test_a_new_name_is_found_and_the_old_one_is_not() -> None:
    product = make_product(make_group(), "ผ้าไหมลายนก")
    index_product(product)
    product.title = "กาแฟดอยตุง"
    product.save()
    index_product(product)
    assert search_products("กาแฟ") == [product.pk]
    assert search_products("ลายนก") == []


def test_a_child_product_finds_its_parent() -> None:
    group = make_group()
    parent = make_product(group, "ผ้าบาติก", structure=Product.PARENT)
    child = make_product(group, "ผ้าพันคอสีฟ้า", "Blue scarf", structure=Product.CHILD, parent=parent)
    index_product(child)
    assert search_products("ผ้าพันคอ") == search_products("scarf") == [parent.pk]


def test_a_deleted_product_is_not_found() -> None:
    product = make_product(make_group(), "ผ้าไหมลายนก")
    index_product(product)
    product.delete()
    assert search_products("ลายนก") == []


def test_indexing_again_changes_nothing(market: dict[int, str]) -> None:
    before = set(SearchPosting.objects.values_list("word", "product", "weight"))
    words = SearchWord.objects.count()
    assert reindex() == len(market)
    assert set(SearchPosting.objects.values_list("word", "product", "weight")) == before
    assert SearchWord.objects.count() == words


def test_indexing_one_product_takes_few_statements(
    market: dict[int, str], django_assert_max_num_queries: Any
) -> None:
    product = Product.objects.top_level().first()
    with django_assert_max_num_queries(11):
        index_product(product)
