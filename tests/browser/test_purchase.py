"""One real purchase from two villages, end to end, as buyer, groups and office see it."""

import io
import json
import re
from typing import Any

from PIL import Image
from playwright.sync_api import Page, expect

from .conftest import Visitors
from .shop import OpenShop
from .test_workspace import PRIMARY

STOCK = "thung-kula-rong-hai-hom-mali-rice"
MADE = "praewa-silk-of-kalasin"
LEADERS = {"suwannaphum-rice-growers": "leader_stock", "kham-muang-praewa": "leader_made"}
TO_BASKET = re.compile("ใส่ตะกร้า|Add to basket")
CARD_NUMBERS = ("4242424242424242", "4242 4242", "4000000000000002", "4000002500003155")


def put_into_basket(page: Page, language: str) -> None:
    """One ready product and one made to order, of two groups."""
    for slug in (STOCK, MADE):
        page.goto(f"/{language}/products/{slug}/")
        page.locator("button:visible", has_text=TO_BASKET).first.click()
        page.wait_for_load_state("networkidle")
    page.goto(f"/{language}/basket/")
    assert page.locator("main section, main article").count() >= 2


def fill_address(page: Page, *, script: bool = True, email: str = "kanya@example.com") -> None:
    """Where the parcels go, the tambon found by its postcode."""
    page.locator("main a.button[href*='/checkout/'], a[href*='/checkout/']").first.click()
    page.wait_for_load_state()
    if page.locator("[name=saved]").count():
        page.locator("[name=saved]").first.check()
    else:
        page.fill("[name=name]", "กัญญา ทดสอบ")
        page.fill("[name=phone]", "081-234-5678")
        page.fill("[name=house_number]", "99/1")
        page.fill("[name=place]", "10500")
        if not script:
            page.locator("button[name=find]").click()
        page.locator("[name=tambon_code][value='100404']").check()
    page.fill("[name=email]", email)
    page.locator("button[form=address-form]:visible").first.click()
    page.wait_for_url(re.compile("/checkout/delivery/"))


def choose_and_review(page: Page, method: str) -> None:
    page.locator(f"[name=method][value={method}]").check()
    page.locator("button[form=delivery-form]:visible").first.click()
    page.wait_for_url(re.compile("/checkout/review/"))
    button = page.locator("button[form=pay-form]")
    assert "฿" in button.inner_text()
    button.click()


def try_card(page: Page, kind: str) -> None:
    """On the provider's page: a test card is filled in, then paid with."""
    page.locator(f"button[name=fill][value={kind}]").click()
    page.wait_for_load_state()
    page.locator("form:has(input[name=method][value=card]) button:not([name=fill])").first.click()
    page.wait_for_load_state()


def assert_two_parcels(page: Page) -> str:
    """The order page; its number."""
    page.wait_for_url(re.compile(r"/orders/TLF-"))
    expect(page.locator(".timeline")).to_have_count(2)
    found = re.search(r"TLF-\w{4}-\w{4}", page.locator("h1").inner_text())
    assert found
    return found.group()


def parts_of(shop: OpenShop, number: str) -> list[tuple[int, str]]:
    """(part, the group's slug) of one order."""
    return [
        (int(part), str(slug))
        for part, slug in shop.rows(
            "SELECT f.id, e.slug FROM fulfilment_fulfilment f "
            "JOIN producers_enterprise e ON e.id = f.enterprise_id "
            "JOIN order_order o ON o.id = f.order_id WHERE o.number = ?",
            number,
        )
    ]


def a_photo() -> dict[str, Any]:
    """What a maker's phone takes of the work."""
    file = io.BytesIO()
    Image.new("RGB", (320, 240), "brown").save(file, "JPEG")
    return {"name": "work.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def serve(visit: Visitors, shop: OpenShop, number: str) -> None:
    """Both groups accept, make, pack and send their parts on the phone."""
    for part, slug in parts_of(shop, number):
        page = visit(LEADERS[slug])
        page.goto(f"/th/workspace/jobs/{part}/")
        for _ in range(12):
            photo = page.locator("main input[type=file]")
            if photo.count():  # chosen, it is sent at once
                with page.expect_navigation():
                    photo.first.set_input_files(a_photo())
                continue
            number_field = page.locator("[name=tracking_number]")
            if number_field.count():
                number_field.fill("EF123456785TH")
            page.locator(PRIMARY).click()
            page.wait_for_load_state("networkidle")
            if shop.rows("SELECT 1 FROM fulfilment_parcel WHERE fulfilment_id = ?", part):
                break
    states = shop.rows(
        "SELECT f.state FROM fulfilment_fulfilment f JOIN order_order o ON o.id = f.order_id "
        "WHERE o.number = ?",
        number,
    )
    assert {state for (state,) in states} == {"dispatched"}


def test_a_guest_buys_in_thai_by_card_after_a_decline_and_both_villages_send(
    visit: Visitors, shop: OpenShop
) -> None:
    page = visit()
    put_into_basket(page, "th")
    fill_address(page)
    choose_and_review(page, "card")
    try_card(page, "declined")
    assert shop.simulator.base_address in page.url
    try_card(page, "three_d_secure")
    page.locator("button[name=action][value=pay]").click()
    number = assert_two_parcels(page)
    address = page.url

    serve(visit, shop, number)

    page.goto(address)
    assert page.content().count("EF123456785TH") >= 2
    page.locator("form[action*='/received/'] button").first.click()
    page.wait_for_load_state()
    states = shop.rows("SELECT state FROM fulfilment_fulfilment WHERE order_id = "
                       "(SELECT id FROM order_order WHERE number = ?)", number)  # fmt: skip
    assert sorted(state for (state,) in states) == ["dispatched", "received"]
    assert not [c for c in visit.complaints if "402" not in c]

    office = visit("officer", size={"width": 1440, "height": 900})
    office.goto("/office/")
    expect(office.locator("h1")).to_be_visible()


def test_a_buyer_with_an_account_buys_in_english_by_promptpay(
    visit: Visitors, shop: OpenShop
) -> None:
    page = visit("buyer")
    put_into_basket(page, "en")
    fill_address(page, email="mali@example.com")
    choose_and_review(page, "promptpay")
    page.wait_for_url("**/checkout/promptpay/**")
    assert page.locator("img[src*='qr.svg']").count() == 1
    intent = shop.rows("SELECT intent_id FROM payments_paymentattempt ORDER BY id DESC LIMIT 1")
    shop.simulator.control(f"pay/{intent[0][0]}")
    page.locator("a[href*='/checkout/return/']").first.click()
    number = assert_two_parcels(page)
    assert page.locator("html").get_attribute("lang") == "en"
    page.goto("/en/account/orders/")
    assert number in page.content()


def test_everything_that_matters_works_without_script(visit: Visitors, shop: OpenShop) -> None:
    page = visit(script=False)
    put_into_basket(page, "th")
    fill_address(page, script=False, email="plain@example.com")
    choose_and_review(page, "card")
    try_card(page, "succeed")
    number = assert_two_parcels(page)
    lookup = visit(script=False)
    lookup.goto("/th/orders/find/")
    lookup.fill("[name=email]", "plain@example.com")
    lookup.fill("[name=number]", number)
    lookup.locator("main form button").first.click()
    lookup.wait_for_load_state()
    sent = shop.rows("SELECT COUNT(*) FROM outbox_message WHERE kind = 'order_link'")
    assert sent[0][0] == 1


def test_no_card_number_ever_reached_our_server(shop: OpenShop) -> None:
    """After the purchases of this file: requests with their bodies, logs, and the database."""
    seen = (shop.var / "log" / "requests.log").read_text(encoding="utf-8")
    # Not `splitlines`: the bytes of a photo may hold what Unicode calls the end of a line.
    paths = [json.loads(line)["path"] for line in seen.rstrip("\n").split("\n")]
    assert any("/checkout/pay/" in path for path in paths)
    logs = [path.read_text("utf-8", "replace") for path in (shop.var / "log").glob("*.log")]
    for number in CARD_NUMBERS:
        assert number not in seen
        assert not any(number in log for log in logs)
