"""The pages the office writes, in both languages, as a visitor and a search engine see them."""

import json
import re
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from wagtail.models import Locale, Page, Site

from cms.models import HomePage, InfoPage, StoryIndexPage, StoryPage
from cms.services import ensure_pages, feature_products, hang_story_picture, load_stories
from producers.services import suspend_enterprise
from tests.factories import (
    make_certificate,
    make_enterprise,
    make_made_to_order,
    make_officer,
    make_picture,
    make_product,
)

pytestmark = pytest.mark.django_db

SITE = "http://127.0.0.1:8000"
INFO = ("about", "rights", "privacy", "seller-identity")


@pytest.fixture
def homes() -> dict[str, HomePage]:
    return ensure_pages()


def story(group: Any, slug: str = "the-first-thread", **words: str) -> dict[str, str]:
    return {
        "slug": slug,
        "group": group.slug,
        "title_th": "เส้นแรก",
        "title_en": "The first thread",
        "intro_th": "ก่อนจะเป็นผ้า",
        "intro_en": "Before there was cloth",
        "body_th": "ย่อหน้าหนึ่ง\n\nย่อหน้าสอง <b>",
        "body_en": "One.\n\nTwo <b>.",
        **words,
    }


def structured(page: str) -> list[dict[str, Any]]:
    found = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    return [json.loads(each) for each in found]


def parts_of(page: str) -> dict[str, str]:
    """The parts of a home page by the id of their heading."""
    cut = re.split(r'<section class="(?:part|hero)[^"]*" aria-labelledby="([\w-]+)">', page)
    return dict(zip(cut[1::2], cut[2::2], strict=True))


# --- what every shop has ---


def test_making_the_pages_again_changes_nothing(homes):
    homes["th"].title = "ตลาดของเรา"
    homes["th"].save()
    before = list(Page.objects.order_by("path").values_list("path", "title", "slug"))

    ensure_pages()

    assert list(Page.objects.order_by("path").values_list("path", "title", "slug")) == before
    assert HomePage.objects.count() == 2
    assert InfoPage.objects.count() == 2 * len(INFO)
    assert StoryIndexPage.objects.count() == 2
    assert set(Locale.objects.values_list("language_code", flat=True)) == {"th", "en"}


def test_the_thai_home_is_the_root_of_the_one_site(homes):
    site = Site.objects.get()

    assert site.root_page_id == homes["th"].pk
    assert homes["en"].translation_key == homes["th"].translation_key
    assert not Page.objects.filter(title__startswith="Welcome").exists()


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("path", ["", "stories/", *(f"{key}/" for key in INFO)])
def test_each_page_names_itself_and_its_translation(homes, client: Client, language, path):
    page = client.get(f"/{language}/{path}").content.decode()

    head = page.partition("</head>")[0]
    assert f'<html lang="{language}">' in page
    assert f'<link rel="canonical" href="{SITE}/{language}/{path}">' in head
    for other, code in (("th", "th"), ("en", "en"), ("th", "x-default")):
        assert f'hreflang="{code}" href="{SITE}/{other}/{path}">' in head
    assert "noindex" not in head
    assert page.count("<h1") == 1
    assert re.search(r'<meta name="description" content="[^"]{40,200}">', head)
    assert f'<meta property="og:url" content="{SITE}/{language}/{path}">' in head


def test_a_page_nobody_wrote_is_not_found(homes, client: Client):
    for path in ("/th/stories/nobody/", "/en/pages/nobody/", "/th/stories/../../etc/"):
        assert client.get(path).status_code == 404


def test_an_unpublished_page_is_not_found_and_no_translation(homes, client: Client):
    InfoPage.objects.get(key="about", locale__language_code="en").unpublish()

    assert client.get("/en/about/").status_code == 404
    assert 'hreflang="en"' not in client.get("/th/about/").content.decode().partition("</head>")[0]


@pytest.mark.parametrize("language", ["th", "en"])
def test_every_rule_names_its_source(homes, client: Client, language):
    for key in INFO:
        page = client.get(f"/{language}/{key}/").content.decode()
        assert page.count('class="rule"') == page.count('class="rule__source"') > 0


def test_the_rights_are_what_the_law_and_the_shop_say(homes, client: Client):
    thai = client.get("/th/rights/").content.decode()
    english = client.get("/en/rights/").content.decode()

    notice = thai.partition('class="notice"')[2].partition("</section>")[0]
    assert "7 วัน" in notice
    assert "15 วัน" in notice
    for law in ("มาตรา 30", "มาตรา 33", "มาตรา 36", "48 ชั่วโมง"):
        assert law in thai
    for law in ("section 30", "section 33", "section 36", "48 hours"):
        assert law in english


def test_pages_can_neither_run_scripts_nor_be_framed(homes, client: Client):
    policy = client.get("/th/")["Content-Security-Policy"]

    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


# --- stories ---


def test_a_story_is_told_in_both_languages(homes, client: Client):
    group = make_enterprise("กลุ่มทอผ้า", name_en="The weavers")
    cloth = make_product(group, title="ผ้าไหม")
    other = make_product(title="กระบุงไม้ไผ่ลายสอง")

    assert load_stories([story(group)]) == 1

    thai = client.get("/th/stories/the-first-thread/").content.decode()
    english = client.get("/en/stories/the-first-thread/").content.decode()
    assert "เส้นแรก" in thai
    assert "<p>ย่อหน้าหนึ่ง</p><p>ย่อหน้าสอง &lt;b&gt;</p>" in thai
    assert "The first thread" in english
    assert "The weavers" in english
    assert cloth.title in thai
    assert other.title not in thai
    article, way = structured(thai)
    assert (article["@type"], article["headline"], article["inLanguage"]) == (
        "Article",
        "เส้นแรก",
        "th",
    )
    assert article["author"]["name"] == "กลุ่มทอผ้า"
    assert [step["name"] for step in way["itemListElement"]][-1] == "เส้นแรก"
    assert f'hreflang="en" href="{SITE}/en/stories/the-first-thread/"' in thai


def test_loading_again_renews_the_words_but_not_what_the_office_edited(homes):
    group = make_enterprise()
    load_stories([story(group)])
    edited = StoryPage.objects.get(locale__language_code="th")
    edited.title = "ชื่อที่เจ้าหน้าที่ตั้ง"
    edited.save_revision().publish()

    load_stories([story(group, title_th="ใหม่", title_en="New")])

    titles = dict(StoryPage.objects.values_list("locale__language_code", "title"))
    assert titles == {"th": "ชื่อที่เจ้าหน้าที่ตั้ง", "en": "New"}


def test_a_picture_that_comes_later_is_hung_in_both_languages(homes):
    load_stories([story(make_enterprise())])
    picture = make_picture()

    hung = hang_story_picture(
        slug="the-first-thread", picture=picture, alt_th="กี่ทอผ้า", alt_en="A loom"
    )

    assert hung == 2
    found = set(StoryPage.objects.values_list("picture", "picture_alt"))
    assert found == {(picture.pk, "กี่ทอผ้า"), (picture.pk, "A loom")}


def test_a_story_of_a_suspended_group_stands_without_its_goods(homes, client: Client):
    group = make_enterprise("กลุ่มทอผ้า")
    cloth = make_product(group, title="ผ้าไหมมัดหมี่ลายนาค")
    load_stories([story(group)])

    suspend_enterprise(enterprise_id=group.pk, by=make_officer(), reason="ตรวจสอบ")
    page = client.get("/th/stories/the-first-thread/")

    assert page.status_code == 200
    assert cloth.title not in page.content.decode()
    assert group.name not in page.content.decode()


# --- the home page ---


def test_the_home_page_shows_what_its_parts_say(homes, client: Client):
    group = make_enterprise("กลุ่มทอผ้า")
    featured = make_product(group, title="ผ้าไหมลายนาค")
    ordered = make_made_to_order(make_enterprise(tambon_code="840101"), title="ตะกร้าสาน")
    make_certificate(group, featured)
    feature_products([featured])
    load_stories([story(group), story(group, "the-second-thread", title_th="เส้นที่สอง")])

    page = client.get("/th/").content.decode()

    part = parts_of(page)
    assert "เส้นแรก" in part["hero"]
    assert "/th/stories/the-first-thread/" in part["hero"]
    assert featured.title in part["featured"]
    assert ordered.title in part["made-to-order"]
    assert re.search(r"Sent by \d+|ภายใน", part["made-to-order"])
    assert "/th/provinces/surat-thani/" in page
    assert "เส้นที่สอง" in part["stories"]
    assert "เส้นแรก" not in part["stories"]
    site, shop = structured(page)
    assert site["potentialAction"]["target"]["urlTemplate"] == (
        f"{SITE}/th/search/?q={{search_term_string}}"
    )
    assert shop["@type"] == "OnlineStore"


def test_both_languages_feature_the_same_products(homes, client: Client):
    product = make_product(title="ผ้าไหมลายนาค", title_en="Naga silk")
    feature_products([product])

    assert "ผ้าไหมลายนาค" in client.get("/th/").content.decode()
    assert "Naga silk" in client.get("/en/").content.decode()


def test_the_office_can_take_a_part_away(homes, client: Client):
    feature_products([make_product(title="ผ้าไหมลายนาค")])
    home = homes["th"]
    for index, block in enumerate(home.body):
        if block.block_type == "featured":
            del home.body[index]
            break
    home.save_revision().publish()

    assert "ผ้าไหมลายนาค" not in client.get("/th/").content.decode()


def test_an_empty_shop_still_has_a_home(homes, client: Client):
    page = client.get("/th/")

    assert page.status_code == 200
    assert 'id="featured"' not in page.content.decode()


HOME_STATEMENTS = 12


def test_the_home_page_costs_the_same_however_large_the_shop(
    homes, client: Client, django_assert_max_num_queries: Any
):
    fill(2)
    cache.clear()
    with django_assert_max_num_queries(HOME_STATEMENTS) as small:
        assert client.get("/th/").status_code == 200

    fill(12)
    cache.clear()
    with django_assert_max_num_queries(len(small)):
        assert client.get("/th/").status_code == 200


def fill(count: int) -> None:
    """So many more groups, featured products, goods made to order, certificates, stories."""
    groups = [make_enterprise() for _ in range(count)]
    products = [make_product(group) for group in groups]
    for group, product in zip(groups, products, strict=True):
        make_made_to_order(group)
        make_certificate(group, product)
    feature_products(products)
    load_stories(story(group, f"story-of-{group.slug}") for group in groups)
