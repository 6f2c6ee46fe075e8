"""Finding and choosing goods: filters, order, sizes, delivery, with script and without."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Visitors

DESKTOP = {"width": 1440, "height": 900}
NARROWEST = {"width": 320, "height": 640}
CLOTH = "/en/products/praewa-silk-of-kalasin/"


def found(page: Page) -> int:
    """The number above the products."""
    return int(re.sub(r"\D", "", page.inner_text("#listing-count").partition("·")[0]))


def promised(page: Page, box: str) -> int:
    """The number beside a filter's value."""
    return int(page.locator(f"label:has({box}) .facet__count").inner_text())


def test_a_filter_changes_the_goods_at_once_and_keeps_the_place(visit: Visitors):
    page = visit(size=DESKTOP)
    page.goto("/en/products/")
    before, promise = found(page), promised(page, "#sale-made")

    page.check("#sale-made")
    page.wait_for_url("**/en/products/?sale=made")

    assert found(page) == promise < before
    expect(page.locator("#sale-made")).to_be_focused()
    expect(page.locator(".chip")).to_have_text(re.compile("Made to order"))
    assert page.get_attribute("#listing-count", "role") == "status"

    page.select_option("#sort", "price")
    page.wait_for_url("**/en/products/?sale=made&sort=price")
    promise = promised(page, "#type-food")
    page.check("#type-food")
    page.wait_for_url("**/en/products/?type=food&sale=made&sort=price")
    assert found(page) == promise
    expect(page.locator("#sort")).to_have_value("price")

    page.go_back()
    page.wait_for_url("**/en/products/?sale=made&sort=price")
    expect(page.locator("#type-food")).not_to_be_checked()
    assert not visit.complaints


def test_on_a_phone_the_filters_are_a_sheet_that_stays_while_one_chooses(visit: Visitors):
    page = visit()
    page.goto("/en/products/")
    expect(page.locator("#filters")).to_be_hidden()

    page.click(".listing__open")
    promise = promised(page, "#sale-ready")
    page.check("#sale-ready")
    expect(page.locator(".filters__show")).to_contain_text(str(promise))
    page.click(".filters__show")

    expect(page.locator("#filters")).to_be_hidden()
    assert found(page) == promise
    assert not visit.complaints


def test_filters_and_order_work_without_script(visit: Visitors):
    page = visit(script=False)
    page.goto("/en/products/")

    page.click(".listing__open")
    promise = promised(page, "#sale-made")
    page.check("#sale-made")
    page.click(".filters__foot [type=submit]")
    page.wait_for_load_state()
    assert found(page) == promise

    page.select_option("#sort", "-price")
    page.click(".listing__sort [type=submit]")
    page.wait_for_load_state()
    prices = [
        float(re.sub(r"[^\d.]", "", p)) for p in page.locator(".card .price").all_inner_texts()
    ]
    assert prices == sorted(prices, reverse=True)
    assert found(page) == promise

    page.click(".chip")
    page.wait_for_load_state()
    assert found(page) > promise


def test_a_chosen_size_tells_its_price_and_goes_into_the_basket(visit: Visitors):
    page = visit()
    page.goto(CLOTH)
    choice = page.locator(".choice").nth(1)
    price = choice.locator(".choice__price").inner_text()

    choice.click()
    expect(page.locator("[data-buy-price]")).to_have_text(price)
    page.click(".buy-bar button")
    expect(page.locator("#toast")).to_contain_text("basket")
    expect(page.locator("#basket-count")).to_contain_text("1")

    page.goto("/en/basket/")
    expect(page.locator("main")).to_contain_text(price)
    assert not visit.complaints


def test_delivery_to_a_province_is_answered_in_place_and_without_script(visit: Visitors):
    answers = []
    for script in (True, False):
        page = visit(script=script)
        page.goto(CLOTH)
        page.select_option("#to", "nan")
        if not script:
            page.click(".sending__form button")
        expect(page.locator(".arrival").first).to_be_visible()
        answers.append(page.locator(".arrivals").inner_text())

    assert answers[0] == answers[1]
    assert "฿" in answers[0]


@pytest.mark.parametrize(
    "address",
    [
        "/th/products/?sale=made&min=100",
        CLOTH,
        "/en/provinces/",
        "/en/groups/",
        "/th/groups/kham-muang-praewa/",
        "/en/search/?q=zzzz",
    ],
)
def test_nothing_scrolls_sideways_on_the_narrowest_phone(visit: Visitors, address: str):
    page = visit(size=NARROWEST)
    page.goto(address)

    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"]


def test_a_sticky_bar_keeps_price_day_and_button_in_reach(visit: Visitors):
    page = visit()
    page.goto(CLOTH)

    for depth in (0, 1500, 3000):
        page.evaluate(f"scrollTo(0, {depth})")
        expect(page.locator(".buy-bar button")).to_be_in_viewport(ratio=1)
    assert page.locator("#buy [type=submit]").is_hidden()
