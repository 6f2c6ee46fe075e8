"""Whatever stands in the address, it is read without complaint and written back clean."""

from decimal import Decimal

import pytest
from django.http import QueryDict

from catalogue.shopfront.filters import LAST_PAGE, LONGEST_QUERY, MOST_VALUES, Filters
from catalogue.shopfront.paging import PageLink, Pages


def asked(query: str, **options) -> Filters:
    return Filters.from_query(QueryDict(query), **options)


def test_an_address_is_read_and_written_back_the_same():
    query = (
        "q=%E0%B8%9C%E0%B9%89%E0%B8%B2&type=food&type=drink&sale=made&price=2"
        "&certificate=gi&province=nan&group=ban-na&min=100&max=2500.50&sort=-price&page=3"
    )

    filters = asked(query)

    assert filters.query == "ผ้า"
    assert filters.get("type") == ("food", "drink")
    assert (filters.at_least, filters.at_most) == (Decimal(100), Decimal("2500.50"))
    assert filters.address(page=3) == f"?{query}"
    assert filters.address() == f"?{query.removesuffix('&page=3')}"


def test_toggling_puts_a_value_in_and_takes_it_out_and_goes_to_page_one():
    filters = asked("type=food&page=7")

    assert filters.toggled("type", "drink") == "?type=food&type=drink"
    assert filters.toggled("type", "food") == "?"


def test_values_nobody_knows_are_dropped():
    filters = asked(
        "type=weapon&sale=now&price=9&certificate=own&province=atlantis&group=a%20b&group=%27--"
        "&sort=random&type=food"
    )

    assert filters.chosen == {"type": ("food",)}
    assert filters.sort == ""


def test_repeated_values_count_once_and_not_without_end():
    filters = asked("&".join(["type=food"] * 50 + [f"group=g{n}" for n in range(90)]))

    assert filters.get("type") == ("food",)
    assert len(filters.get("group")) == MOST_VALUES


def test_a_filter_that_the_page_stands_for_is_not_read():
    assert asked("type=food&sale=made", fixed=["type"]).chosen == {"sale": ("made",)}


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("100", Decimal(100)),
        (" 1,250.50 ", Decimal("1250.50")),
        ("฿99", Decimal(99)),
        ("๑๐๐", Decimal(100)),
        ("0", Decimal(0)),
        ("1e3", Decimal(1000)),
        ("99999999999999999999", Decimal(10_000_000)),
        ("1e999999", Decimal(10_000_000)),
        ("1e-999", Decimal(0)),
        ("-5", None),
        ("NaN", None),
        ("sNaN", None),
        ("Infinity", None),
        ("-inf", None),
        ("ร้อย", None),
        ("", None),
        ("10 20", None),
        ("0x10", None),
    ],
)
def test_prices_as_people_and_others_type_them(typed, read):
    data = QueryDict(mutable=True)
    data["min"] = typed

    filters = Filters.from_query(data)

    assert filters.at_least == read
    assert filters.narrow == (read is not None)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("1", 1), ("7", 7), ("0", 1), ("-1", 1), ("", 1), ("x", 1), ("๒", 1), ("1.5", 1),
     ("9999999999", LAST_PAGE), ("007", 7)],
)  # fmt: skip
def test_pages_as_typed(typed, read):
    data = QueryDict(mutable=True)
    data["page"] = typed

    assert Filters.from_query(data).page == read


def test_words_are_freed_of_what_cannot_be_seen_and_kept_short():
    data = QueryDict(mutable=True)
    data["q"] = "  ผ้า\u200b\u202eไหม\x07\n\tแพรวา  " + "ก" * 5000

    query = Filters.from_query(data).query

    assert query.startswith("ผ้า ไหม แพรวา กกก")
    assert len(query) == LONGEST_QUERY


def test_only_a_bare_address_is_for_search_engines():
    assert asked("").plain
    assert asked("page=2").plain
    for query in ("q=x", "type=food", "min=1", "sort=new"):
        assert not asked(query).plain


# --- the numbers below a listing ---


def numbers(here: int, total: int) -> str:
    links = Pages(here, total, lambda n: f"?page={n}", per_page=10).links
    return " ".join(
        f"[{x.number}]" if x.current else "…" if x.gap else str(x.number) for x in links
    )


@pytest.mark.parametrize(
    ("here", "total", "shown"),
    [
        (1, 0, "[1]"),
        (1, 10, "[1]"),
        (1, 11, "[1] 2"),
        (3, 50, "1 2 [3] 4 5"),
        (1, 100, "[1] 2 … 10"),
        (5, 100, "1 … 4 [5] 6 … 10"),
        (4, 100, "1 2 3 [4] 5 … 10"),
        (10, 100, "1 … 9 [10]"),
    ],
)
def test_the_numbers_around_this_page(here, total, shown):
    assert numbers(here, total) == shown


def test_first_and_last_page_have_one_way_only():
    first, last = (Pages(n, 30, lambda n: f"?page={n}", per_page=10) for n in (1, 3))

    assert (first.previous, first.next) == ("", "?page=2")
    assert (last.previous, last.next) == ("?page=2", "")
    assert first.links[0] == PageLink(1, "?page=1", current=True)
