"""The parts of pages can be seen alone, and leave out by themselves what is not on sale."""

from typing import Any

import pytest
from django.test import Client
from wagtail.blocks import StreamBlock

from catalogue.services import withdraw_product
from cms.blocks import HomeStream, InfoStream, StoryStream
from cms.models import InfoPage
from cms.services import ensure_pages, feature_products, load_stories
from producers.services import suspend_enterprise
from tests.factories import (
    make_enterprise,
    make_made_to_order,
    make_officer,
    make_picture,
    make_product,
)

pytestmark = pytest.mark.django_db

#: These begin with something the office has to choose, so there is nothing to show before.
WITHOUT_PREVIEW = {"shelf", "group", "picture_and_words", "picture"}


def blocks_of(*streams: type[StreamBlock]) -> dict[str, Any]:
    return {name: block for stream in streams for name, block in stream().child_blocks.items()}


@pytest.mark.parametrize("name", sorted(blocks_of(HomeStream, StoryStream, InfoStream)))
def test_every_part_says_what_it_is_and_can_be_seen_alone(name):
    ensure_pages()
    feature_products([make_product(), make_made_to_order()])
    words = {f"{part}_{code}": "x" for part in ("title", "intro", "body") for code in ("th", "en")}
    load_stories([{"slug": "a-story", "group": make_enterprise().slug, **words}])
    block = blocks_of(HomeStream, StoryStream, InfoStream)[name]

    assert block.label
    assert block.get_description()
    if name not in WITHOUT_PREVIEW:
        value = block.get_preview_value()
        context = block.get_preview_context(value)
        shown = block.render(value, context=context)
        assert shown.strip()


def put(kind: str, value: Any) -> None:
    """Give the home page this one part more, as the office does."""
    home = ensure_pages()["th"]
    home.body.append((kind, value))
    home.save_revision().publish()


def test_a_shelf_picked_by_hand_leaves_out_what_is_not_on_sale(client: Client):
    first, gone, last = (make_product(title=f"ผ้าผืนที่ {n}") for n in "123")
    put("shelf", {"heading": "ผ้าหน้าหนาว", "words": "", "products": [first, gone, last]})

    withdraw_product(product_id=gone.pk)
    page = client.get("/th/").content.decode()

    shelf = page.partition('aria-labelledby="shelf"')[2]
    assert shelf.index("ผ้าผืนที่ 1") < shelf.index("ผ้าผืนที่ 3")
    assert "ผ้าผืนที่ 2" not in page


def test_a_shelf_with_nothing_on_sale_is_not_there(client: Client):
    product = make_product()
    put("shelf", {"heading": "ผ้าหน้าหนาว", "words": "", "products": [product]})
    assert "ผ้าหน้าหนาว" in client.get("/th/").content.decode()

    withdraw_product(product_id=product.pk)

    assert "ผ้าหน้าหนาว" not in client.get("/th/").content.decode()


def test_a_group_is_introduced_while_it_is_open(client: Client):
    group = make_enterprise("กลุ่มทอผ้าบ้านเหนือ", about_th="ทอผ้ามาสามชั่วคน")
    put("group", {"enterprise": group, "words": ""})
    page = client.get("/th/").content.decode()
    assert "ทอผ้ามาสามชั่วคน" in page
    assert f"/th/groups/{group.slug}/" in page

    suspend_enterprise(enterprise_id=group.pk, by=make_officer(), reason="ตรวจสอบ")

    assert "ทอผ้ามาสามชั่วคน" not in client.get("/th/").content.decode()


def test_a_picture_beside_words(client: Client):
    put(
        "picture_and_words",
        {"picture": make_picture("กี่ทอผ้า"), "heading": "ใต้ถุน", "words": "<p>เสียงกี่</p>"},
    )

    page = client.get("/th/").content.decode()

    assert 'alt="กี่ทอผ้า"' in page
    assert "<p>เสียงกี่</p>" in page


def test_words_of_the_office_cannot_run(client: Client):
    ensure_pages()
    page = InfoPage.objects.get(key="about", locale__language_code="th")
    rule = {"heading": "<script>a</script>", "words": "<p>b</p>", "source": "<img onerror=c>"}
    page.body = [("rule", rule)]
    page.save_revision().publish()

    shown = client.get("/th/about/").content.decode()

    assert "<script>a" not in shown
    assert "<img onerror" not in shown
