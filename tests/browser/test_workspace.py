"""A group's screens on a small phone: one button in reach of the thumb, and a job sent by it."""

import re
from collections.abc import Iterator
from io import BytesIO
from random import Random

import pytest
from axe_playwright_python.sync_playwright import Axe
from PIL import Image
from playwright.sync_api import Page, expect

from .conftest import Visitors
from .shop import OpenShop

SMALL_PHONE = {"width": 360, "height": 640}
NARROWEST = {"width": 320, "height": 568}
FINGER = 48  # pixels
STATES = (
    "placed", "accepted", "started", "packed", "dispatched", "received", "declined", "cancelled",
)  # fmt: skip
#: What leads on: buttons and links that look like one, but not those beside the main thing.
PRIMARY = (
    "main .button:not(.button--secondary):not(.button--quiet):not(.button--danger)"
    ":not(.without-script):visible"
)
OF_A_GROUP = (
    "", "jobs/", "products/", "products/new/", "money/", "group/", "group/text/", "group/days/",
    "group/picture/", "group/notices/",
)  # fmt: skip
OF_A_PRODUCT = (
    "", "pictures/", "pieces/", "price/", "sizes/", "about/name/", "about/kind/", "about/price/",
    "about/terms/", "about/weight/", "about/details/", "about/text/", "about/english/",
)  # fmt: skip


def group_of(shop: OpenShop, leader: str) -> int:
    from .shop import accounts

    slug = accounts()[leader]["group"]
    ((group,),) = shop.rows("SELECT id FROM producers_enterprise WHERE slug = ?", slug)
    return group


def parts_of(shop: OpenShop, group: int) -> list[tuple[int, str]]:
    return shop.rows(
        "SELECT id, state FROM fulfilment_fulfilment WHERE enterprise_id = ? ORDER BY id", group
    )


def product_of(shop: OpenShop, group: int) -> int:
    ((product,),) = shop.rows(
        "SELECT id FROM catalogue_product WHERE enterprise_id = ? AND parent_id IS NULL"
        " ORDER BY id LIMIT 1",
        group,
    )
    return product


@pytest.fixture
def job(shop: OpenShop) -> Iterator[int]:
    """A part of the stock group's, put back into its state afterwards."""
    part, state = parts_of(shop, group_of(shop, "leader_stock"))[-1]
    yield part
    shop.change("DELETE FROM fulfilment_parcel WHERE fulfilment_id = ?", part)
    shop.change("UPDATE fulfilment_fulfilment SET state = ? WHERE id = ?", state, part)


def screens_of(shop: OpenShop, leader: str) -> list[str]:
    group = group_of(shop, leader)
    product = product_of(shop, group)
    return [*OF_A_GROUP, *(f"products/{product}/{rest}" for rest in OF_A_PRODUCT)]


def look_at(page: Page, path: str, language: str = "th") -> None:
    answer = page.goto(f"/{language}/workspace/{path}")
    assert answer is not None
    assert answer.status == 200, path


def assert_one_button_in_reach(page: Page, path: str) -> None:
    """One primary button, large enough, above the bar of places without scrolling."""
    buttons = page.locator(PRIMARY)
    assert buttons.count() == 1, (path, buttons.all_inner_texts())
    box = buttons.bounding_box()
    bar = page.locator(".tabbar").bounding_box()
    assert box is not None
    assert bar is not None
    assert box["height"] >= FINGER, path
    assert box["width"] >= FINGER, path
    assert box["y"] >= 0, path
    assert box["y"] + box["height"] <= bar["y"] + 0.5, (path, box, bar)
    assert bar["y"] + bar["height"] <= SMALL_PHONE["height"] + 0.5


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("leader", ["leader_stock", "leader_made"])
def test_each_screen_has_one_button_in_reach(
    shop: OpenShop, visit: Visitors, leader: str, language: str
) -> None:
    page = visit(leader, size=SMALL_PHONE)

    for path in screens_of(shop, leader):
        look_at(page, path, language)
        assert_one_button_in_reach(page, path)

    assert not visit.complaints


@pytest.mark.parametrize("state", STATES)
def test_a_job_has_one_button_in_reach_however_it_stands(
    shop: OpenShop, visit: Visitors, job: int, state: str
) -> None:
    shop.change("UPDATE fulfilment_fulfilment SET state = ? WHERE id = ?", state, job)
    page = visit("leader_stock", size=SMALL_PHONE)
    further = {"placed": "decline/", "accepted": "sheet/", "packed": "send/"}

    for path in ("", f"jobs/{job}/", f"jobs/{job}/{further.get(state, '')}"):
        look_at(page, path)
        assert_one_button_in_reach(page, path)

    assert not visit.complaints


def test_nothing_reaches_out_of_the_narrowest_screen(
    shop: OpenShop, visit: Visitors, job: int
) -> None:
    page = visit("leader_stock", size=NARROWEST)

    for path in [*screens_of(shop, "leader_stock"), f"jobs/{job}/", f"jobs/{job}/sheet/"]:
        look_at(page, path)
        beyond = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert beyond <= 0, path


def test_the_screens_are_open_to_everybody(shop: OpenShop, visit: Visitors, job: int) -> None:
    page = visit("leader_stock", size=SMALL_PHONE)

    for path in [*screens_of(shop, "leader_stock"), f"jobs/{job}/", f"jobs/{job}/sheet/"]:
        look_at(page, path)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{path}: {found.generate_report()}"


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_parcel_is_packed_and_sent_by_thumb(
    shop: OpenShop, visit: Visitors, job: int, script: bool
) -> None:
    shop.change(
        "UPDATE fulfilment_fulfilment SET state = 'accepted', made_to_order = 0 WHERE id = ?", job
    )
    page = visit("leader_stock", size=SMALL_PHONE, script=script)
    page.goto(f"/en/workspace/jobs/{job}/")

    page.locator(PRIMARY).click()
    expect(page.get_by_text("Packed. Now it can be sent.")).to_be_visible()
    page.locator(PRIMARY).click()
    page.fill("[name=tracking_number]", "12")
    page.locator(PRIMARY).click()
    expect(page.get_by_text("does not look like one of")).to_be_visible()
    assert shop.rows("SELECT state FROM fulfilment_fulfilment WHERE id = ?", job) == [("packed",)]
    page.locator(PRIMARY).click()

    expect(page.get_by_text("how to follow the parcel")).to_be_visible()
    assert shop.rows("SELECT tracking_number FROM fulfilment_parcel WHERE fulfilment_id = ?", job)[
        -1
    ] == ("12",)


def camera_photo() -> bytes:
    """What a phone's camera makes: several megabytes of fine detail."""
    out = BytesIO()
    noise = Image.frombytes("RGB", (500, 375), Random(7).randbytes(500 * 375 * 3))
    noise.resize((4000, 3000), Image.Resampling.BILINEAR).save(out, "JPEG", quality=97)
    return out.getvalue()


def test_a_large_photo_begins_a_product_and_is_made_small_on_the_phone(
    shop: OpenShop, visit: Visitors
) -> None:
    photo = camera_photo()
    assert len(photo) > 2_000_000
    page = visit("leader_stock", size=SMALL_PHONE)
    page.goto("/en/workspace/products/new/")
    sent: list[int] = []
    page.on("request", lambda r: sent.append(_length(r)) if r.method == "POST" else None)

    page.locator("input[type=file]").first.set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": photo}
    )

    expect(page.get_by_role("heading", name="What is it called?")).to_be_visible(timeout=30_000)
    assert re.search(r"/products/\d+/about/name/\?new=1$", page.url)
    assert len(sent) == 1
    assert sent[0] < len(photo) / 2
    assert not visit.complaints


def _length(request) -> int:
    return int(request.all_headers().get("content-length", 0)) or len(
        request.post_data_buffer or b""
    )


def test_a_photo_is_sent_without_script_too(shop: OpenShop, visit: Visitors) -> None:
    out = BytesIO()
    Image.new("RGB", (300, 400), (36, 48, 107)).save(out, "JPEG")
    page = visit("leader_made", size=SMALL_PHONE, script=False)
    page.goto("/en/workspace/products/new/")

    page.locator("input[type=file]").first.set_input_files(
        {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": out.getvalue()}
    )
    page.get_by_role("button", name="Send the photo").click()

    expect(page.get_by_role("heading", name="What is it called?")).to_be_visible()


def test_only_the_questions_of_the_chosen_way_are_asked(shop: OpenShop, visit: Visitors) -> None:
    product = product_of(shop, group_of(shop, "leader_made"))
    page = visit("leader_made", size=SMALL_PHONE)
    page.goto(f"/en/workspace/products/{product}/about/terms/")

    page.get_by_label("Made to order").check()
    expect(page.get_by_label("Working days to make it")).to_be_visible()
    page.get_by_label("Ready stock").check()
    expect(page.get_by_label("Working days to make it")).to_be_hidden()
