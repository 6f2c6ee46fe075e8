"""The buyer's pages: what they say, how many statements they cost, what they bear."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalogue.models import Product
from catalogue.searching import Neighbour, reindex
from catalogue.shopfront.views import listings
from catalogue.states import OtopType, ProductState
from producers.models import Scheme
from producers.states import CertificateState, EnterpriseState
from shop.fulfilment.models import DeliveryRate, RemotePlace
from shop.oscar.partner.models import StockRecord
from tests.care.test_review_pages import published
from tests.catalogue.test_questions import ask
from tests.factories import (
    make_basket,
    make_certificate,
    make_child,
    make_enterprise,
    make_made_to_order,
    make_member,
    make_parent,
    make_picture,
    make_product,
    make_rates,
    make_terms,
    make_workshop,
    make_woven,
)

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def page(client, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, (address, response.status_code)
    return response.content.decode()


def words_of(html: str) -> str:
    """What a reader sees, on one line."""
    text = re.sub(r"<script.*?</script>|<[^>]+>", " ", html, flags=re.DOTALL)
    return " ".join(text.split())


def statements(client, address: str) -> int:
    page(client, address)  # what is looked up once per process is looked up now
    with CaptureQueriesContext(connection) as captured:
        page(client, address)
    return len(captured)


def fill(products: int, groups: int) -> None:
    """That many products, two thirds ready, with pictures and certificates, of that many groups."""
    makers = [make_enterprise() for _ in range(groups)]
    for number in range(products):
        maker = makers[number % groups]
        make = make_made_to_order if number % 3 == 0 else make_product
        make_certificate(maker, make(maker))


# --- statements ---


@pytest.mark.parametrize(
    "address",
    [
        "/th/products/",
        "/th/types/textile/?sale=ready&certificate=mpc&group=nobody",
        "/th/provinces/khon-kaen/?price=2&sort=price",
        "/en/products/?min=100&max=900&type=textile",
    ],
)
def test_a_listing_costs_at_most_twelve_statements_however_much_there_is(client, address):
    fill(products=5, groups=1)
    few = statements(client, address)
    fill(products=45, groups=9)
    many = statements(client, address)

    assert few == many <= 12


def test_a_search_costs_at_most_twelve_statements_however_much_it_finds(client):
    fill(products=5, groups=1)
    reindex()
    few = statements(client, "/th/search/?q=ผ้าขาวม้า&sale=ready")
    fill(products=45, groups=9)
    reindex()
    many = statements(client, "/th/search/?q=ผ้าขาวม้า&sale=ready")

    assert few == many <= 12


def test_a_product_page_costs_at_most_fourteen_statements(client):
    make_rates()
    fill(products=2, groups=1)
    group = make_enterprise()
    lonely = make_product(group)
    few = statements(client, f"{lonely.get_absolute_url()}?to=nan")
    fill(products=30, groups=3)
    for _ in range(12):
        make_product(group)
    rich = make_parent(group)
    for _ in range(8):
        make_child(rich)
    make_certificate(group, rich, lonely)
    many = statements(client, f"{rich.get_absolute_url()}?to=nan")

    assert few == many <= 14


def test_group_and_province_lists_cost_the_same_for_few_and_many(client):
    fill(products=5, groups=1)
    few = [statements(client, address) for address in ("/th/groups/", "/th/provinces/")]
    fill(products=45, groups=40)
    many = [statements(client, address) for address in ("/th/groups/", "/th/provinces/")]

    assert few == many
    assert max(many) <= 12


# --- listings ---


def test_a_listing_shows_what_is_on_sale_and_nothing_else(client):
    shown = make_product(title="ผ้าที่เห็น")
    make_product(title="ผ้าที่ถอนไว้", state=ProductState.WITHDRAWN)
    make_product(make_enterprise(state=EnterpriseState.SUSPENDED), title="ผ้าของกลุ่มที่พัก")

    seen = words_of(page(client, "/th/products/"))

    assert shown.title in seen
    assert "ผ้าที่ถอนไว้" not in seen
    assert "ผ้าของกลุ่มที่พัก" not in seen


def test_filters_are_a_plain_form_that_keeps_what_is_chosen(client):
    make_product()
    make_made_to_order()

    html = page(client, "/th/products/?sale=made&sort=price")

    form = html[html.index('<form class="filters__form"') :].partition("</form>")[0]
    assert 'method="get"' in form
    made = re.search(r'<input[^>]*name="sale" value="made"[^>]*>', form)
    ready = re.search(r'<input[^>]*name="sale" value="ready"[^>]*>', form)
    assert [" checked" in box.group() for box in (made, ready)] == [True, False]
    assert '<input type="hidden" name="sort" value="price">' in form
    assert 'type="submit"' in form


def test_each_chip_takes_one_filter_away(client):
    make_made_to_order(make_enterprise())

    html = page(client, "/en/products/?sale=made&type=textile&min=10")

    chips = html[html.index("listing__chips") : html.index("</ul>", html.index("listing__chips"))]
    assert re.findall(r'class="chip" href="([^"]+)"', chips) == [
        "?sale=made&amp;min=10",
        "?type=textile&amp;min=10",
        "?type=textile&amp;sale=made",
    ]


def test_pages_beyond_the_end_are_not_found(client):
    fill(products=26, groups=2)

    first, second = page(client, "/th/products/"), page(client, "/th/products/?page=2")

    assert 'rel="next" href="?page=2"' in first
    assert 'rel="prev" href="?"' in second
    page(client, "/th/products/?page=3", status=404)
    page(client, "/th/products/?page=99999999", status=404)


def test_htmx_pushes_a_clean_address(client):
    make_product()

    response = client.get(
        "/th/products/?type=textile&min=&max=&sort=", headers={"HX-Request": "true"}
    )

    assert response["HX-Push-Url"] == "/th/products/?type=textile"


def test_nothing_found_leads_to_near_words_and_to_all_types(client, monkeypatch):
    near = [
        Neighbour("ผ้าไหม", "type", "textile"),
        Neighbour("เชียงใหม่", "province", "50"),
        Neighbour("มัดหมี่", "word"),
    ]
    monkeypatch.setattr(listings, "suggest_neighbours", lambda query, language: near)

    html = page(client, "/en/search/?q=qqqqxxxx")

    ways = re.findall(r'class="chip" href="([^"]+)"', html[html.index('class="empty nothing"') :])
    assert ways == [
        "/en/types/textile/",
        "/en/provinces/chiang-mai/",
        "/en/search/?q=%E0%B8%A1%E0%B8%B1%E0%B8%94%E0%B8%AB%E0%B8%A1%E0%B8%B5%E0%B9%88",
        *[f"/en/types/{kind}/" for kind in OtopType.values],
        "/en/provinces/",
    ]


def test_filters_that_leave_nothing_can_be_cleared(client):
    make_product(price="100")

    html = page(client, "/en/products/?min=5000&sort=price")

    assert 'class="button" href="?sort=price"' in html


def test_unknown_types_provinces_groups_and_products_are_not_found(client):
    closed = make_enterprise(state=EnterpriseState.SUSPENDED)
    hidden = make_product(state=ProductState.DRAFT)

    for address in (
        "/th/types/weapons/",
        "/th/provinces/atlantis/",
        "/th/groups/nobody/",
        f"/th/groups/{closed.slug}/",
        "/th/products/nothing/",
        f"/th/products/{hidden.slug}/",
    ):
        page(client, address, status=404)


# --- one product ---


def test_a_product_page_says_what_who_where_when_and_for_how_much(client):
    group = make_enterprise("กลุ่มทอผ้าบ้านคำ", registration_number="9-40-01-01/1-0001")
    product = make_made_to_order(
        group, title="ผ้าไหมบ้านคำ", price="1250.50", lead_days=12,
        facts={"materials_th": "ไหมแท้", "care_th": "ซักมือ"},
    )  # fmt: skip
    make_certificate(
        group, product, number="มผช. 17/2563", expires_on=TODAY + timedelta(days=90),
        verified_on=TODAY,
    )  # fmt: skip

    html = page(client, f"/th/products/{product.slug}/")
    seen = words_of(html)

    for words in (
        "ผ้าไหมบ้านคำ", "กลุ่มทอผ้าบ้านคำ", "ในเมือง", "เมืองขอนแก่น", "ขอนแก่น", "฿1,250.50",
        "ไหมแท้", "ซักมือ", "มผช. 17/2563", "9-40-01-01/1-0001",
    ):  # fmt: skip
        assert words in seen, words
    assert f'name="product_id" value="{product.pk}"' in html
    assert 'action="/th/basket/add/"' in html


def test_sizes_are_chosen_with_their_own_price_and_day(client):
    group = make_enterprise()
    cloth = make_parent(group, title="ผ้าคลุมไหล่")
    small = make_child(cloth, title="เล็ก", price="300")
    gone = make_child(cloth, title="กลาง", price="500", stock=0)
    large = make_child(cloth, title="ใหญ่", price="900", stock=2)

    html = page(client, f"/en/products/{cloth.slug}/")

    radio = {
        int(re.search(r'value="(\d+)"', found).group(1)): found
        for found in re.findall(r'<input type="radio"[^>]*>', html)
    }
    assert set(radio) == {small.pk, gone.pk, large.pk}
    assert "checked" in radio[small.pk]
    assert "disabled" in radio[gone.pk]
    assert 'data-price="฿900"' in radio[large.pk]
    assert 'data-most="2"' in radio[large.pk]
    assert "The last 2 pieces" in html


def test_a_child_that_is_not_on_sale_cannot_be_chosen(client):
    cloth = make_parent()
    make_child(cloth, title="เล็ก")
    Product.objects.filter(pk=make_child(cloth, title="ซ่อน").pk).update(state="withdrawn")

    assert "ซ่อน" not in page(client, f"/th/products/{cloth.slug}/")


def test_what_is_sold_out_has_no_button_but_neighbours(client):
    gone = make_product(stock=0, title="หมดแล้ว")
    other = make_product(title="ผ้าเพื่อนบ้าน")

    html = page(client, f"/en/products/{gone.slug}/")

    assert 'id="buy"' not in html
    assert "Sold out for now" in html
    assert html.count(other.get_absolute_url().replace("/th/", "/en/")) == 1


def test_delivery_to_a_province_is_told_with_price_and_days(client):
    make_rates()
    product = make_product(weight_g=400)

    html = page(client, f"/en/products/{product.slug}/?to=bangkok")
    answer = html[html.index('id="sending-answer"') :]

    assert words_of(answer).index("Registered post") < words_of(answer).index("EMS")
    assert "฿40" in answer
    assert "฿65" in answer


def test_chilled_goods_go_by_chilled_carriers_only(client):
    make_rates()
    product = make_product(chilled=True)

    answer = page(client, f"/en/products/{product.slug}/?to=nan")
    answer = answer[answer.index('id="sending-answer"') :]

    assert "Chilled delivery" in answer
    assert "Registered post" not in answer


@pytest.mark.parametrize("to", ["atlantis", "%E0%B8%99", "a" * 5000, "nan&to=&to=x", "--"])
def test_an_unknown_province_is_simply_not_answered(client, to):
    product = make_product()

    html = page(client, f"/en/products/{product.slug}/?to={to}")

    assert 'class="arrivals"' not in html


def test_drawn_pictures_are_marked_and_each_opens_large(client):
    product = make_product()
    picture = make_picture()
    product.pictures.create(picture=picture, position=1, alt_th="ลายใกล้ ๆ", alt_en="Close")
    for each in product.pictures.all():
        each.picture.prepared["of"] = each.picture.file.name
        each.picture.save()

    html = page(client, f"/en/products/{product.slug}/")

    assert "Drawn illustrations, not photos" in html
    assert 'alt="A folded cloth"' in html
    assert 'alt="Close"' in html
    assert len(re.findall(r'class="gallery__zoom" href="/media/[^"]+640\.jpeg"', html)) == 2


# --- groups and provinces ---


def test_a_group_page_shows_its_people_place_proofs_and_goods(client):
    group = make_enterprise("กลุ่มจักสานบ้านนา", about_th="เราสานกระบุง", member_count=14)
    mine, other = make_product(group, title="กระบุง"), make_product(title="ของคนอื่น")
    make_certificate(group, mine, number="มผช. 99/2560")
    make_certificate(group, mine, number="หมดแล้ว", expires_on=TODAY - timedelta(days=1))

    seen = words_of(page(client, f"/th/groups/{group.slug}/"))

    for words in ("กลุ่มจักสานบ้านนา", "เราสานกระบุง", "14", "กระบุง", "มผช. 99/2560", "ขอนแก่น"):
        assert words in seen
    assert other.title not in seen
    assert "หมดแล้ว" not in seen


def test_groups_are_narrowed_by_region_or_province(client):
    make_product(make_enterprise("กลุ่มเหนือ", tambon_code="500101"))
    make_product(make_enterprise("กลุ่มอีสาน", tambon_code="400101"))
    make_enterprise("กลุ่มไม่มีของ")

    everybody = words_of(page(client, "/th/groups/"))
    north = words_of(page(client, "/th/groups/?region=north"))
    khon_kaen = words_of(page(client, "/th/groups/?province=khon-kaen&region=north"))

    assert "กลุ่มไม่มีของ" not in everybody
    shown = [("กลุ่มเหนือ" in seen, "กลุ่มอีสาน" in seen) for seen in (everybody, north, khon_kaen)]
    assert shown == [(True, True), (True, False), (False, True)]
    page(client, "/th/groups/?page=2", status=404)
    page(client, "/th/groups/?region=%00x", status=400)
    page(client, "/th/groups/?region=moon&province=atlantis&page=-4")


def test_provinces_stand_under_their_region_with_counts(client):
    for code in ("500101", "500101", "400101"):
        make_product(make_enterprise(tambon_code=code))

    html = page(client, "/en/provinces/")
    seen = words_of(html)

    assert seen.index("North") < seen.index("Chiang Mai 2 products")
    assert "Khon Kaen 1 products" in seen
    assert 'href="/en/provinces/chiang-mai/"' in html


# --- with a basket, signed in ---


def test_pages_keep_within_their_budget_for_a_member_with_a_basket(client):
    make_rates()
    fill(products=6, groups=2)
    product = make_product()
    member = make_member(make_enterprise()).user
    client.force_login(member)
    make_basket((product, 2), user=member)
    assert statements(client, "/th/types/textile/?sale=ready") <= 12
    assert statements(client, f"/th/products/{product.slug}/?to=nan") <= 14


def test_a_page_with_questions_reviews_and_a_workshop_keeps_within_it_too(client):
    make_rates()
    looms = make_workshop()
    cloth = make_woven(looms)
    fill(products=6, groups=2)
    make_certificate(looms.enterprise, cloth)
    ask(cloth, "ชื่อที่จะปัก")
    published(cloth)
    member = make_member(make_enterprise()).user
    client.force_login(member)
    make_basket((make_product(), 2), user=member)

    assert statements(client, f"/th/products/{cloth.slug}/?to=nan") <= 14


def test_each_choice_says_its_own_rule_and_the_plan_is_said_before_the_tap(client):
    looms = make_workshop(per_day=5)
    cloth = make_parent(looms.enterprise)
    for price in (1000, 4000):
        child = make_child(cloth, price=price)
        StockRecord.objects.filter(product=child).update(
            sells="made_to_order", lead_days=5, num_in_stock=0
        )
        make_terms(child, looms, payment_plan="deposit")

    seen = words_of(page(client, f"/en/products/{cloth.slug}/"))

    assert "For orders from ฿2,000: half now, half when it is finished" in seen
    assert "then ฿500 comes back until it is finished." in seen
    assert "then ฿2,000 comes back until it is finished." in seen
    assert seen.count("Defective or not as described is always refunded.") == 1
    ready = words_of(page(client, f"/en/products/{make_product().slug}/"))
    assert "half now" not in ready
    assert "Cancel free of charge until the parcel is packed." in ready


def test_a_remote_province_costs_what_remote_places_cost(client):
    make_rates()
    product = make_product()
    near = page(client, f"/en/products/{product.slug}/?to=nan")
    RemotePlace.objects.create(area_code="55")
    DeliveryRate.objects.filter(zone="remote").update(price=777)

    assert "777" not in near
    assert "฿777" in page(client, f"/en/products/{product.slug}/?to=nan")


def test_a_badge_is_gone_from_page_and_data_the_day_after_it_ends(client):
    group = make_enterprise()
    product = make_product(group)
    make_certificate(
        group, product, scheme=Scheme.GI, number="สช 1", expires_on=TODAY - timedelta(days=1)
    )
    make_certificate(group, product, number="ยังไม่ตรวจ", state=CertificateState.CHECKING)

    html = page(client, f"/en/products/{product.slug}/")

    assert "hasCertification" not in html
    assert "สช 1" not in html
    assert "ยังไม่ตรวจ" not in html


def test_structured_data_are_valid_json_and_cannot_be_broken_out_of(client):
    nasty = "</script><script>alert('x')</script><!-- & \u2028"
    product = make_product(title=nasty, title_en=nasty, description_en=nasty)

    html = page(client, f"/en/products/{product.slug}/")

    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    data = {block["@type"]: block for block in map(json.loads, blocks)}
    assert set(data) == {"Product", "BreadcrumbList"}
    assert data["Product"]["name"] == nasty
    assert "<script>alert" not in html
