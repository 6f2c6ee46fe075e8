"""What search engines learn: addresses, languages, structured data, the sitemap, robots."""

import json
import re
from xml.etree import ElementTree

import pytest

from catalogue.shopfront import sitemap
from catalogue.states import ProductState
from producers.states import EnterpriseState
from tests.factories import (
    make_certificate,
    make_child,
    make_enterprise,
    make_made_to_order,
    make_parent,
    make_product,
)

pytestmark = pytest.mark.django_db
SITE = "http://shop.example"
XML = {
    "s": "http://www.sitemaps.org/schemas/sitemap/0.9",
    "x": "http://www.w3.org/1999/xhtml",
}


@pytest.fixture(autouse=True)
def _site(settings):
    settings.SITE_URL = SITE


def head_of(client, address: str) -> dict[str, list[str]]:
    """The links and meta tags of a page by their names."""
    response = client.get(address)
    assert response.status_code == 200
    html = response.content.decode().partition("</head>")[0]
    found: dict[str, list[str]] = {"title": re.findall(r"<title>(.*?)</title>", html, re.DOTALL)}
    for rel, rest in re.findall(r'<link rel="([a-z]+)"([^>]*)>', html):
        code = re.search(r'hreflang="([^"]+)"', rest)
        href = re.search(r'href="([^"]+)"', rest)
        found.setdefault(code.group(1) if code else rel, []).append(href.group(1))
    for name, content in re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)"', html):
        found.setdefault(name, []).append(content)
    return found


def data_of(client, address: str) -> dict[str, dict]:
    html = client.get(address).content.decode()
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return {block["@type"]: block for block in map(json.loads, blocks)}


# --- the head ---


def test_each_page_names_itself_and_the_other_language(client):
    group = make_enterprise()
    product = make_product(group)
    for path in (
        "products/",
        "types/textile/",
        "provinces/",
        "provinces/khon-kaen/",
        "groups/",
        f"groups/{group.slug}/",
        f"products/{product.slug}/",
    ):
        heads = {code: head_of(client, f"/{code}/{path}") for code in ("th", "en")}
        for code, head in heads.items():
            assert head["canonical"] == [f"{SITE}/{code}/{path}"]
            assert head["og:url"] == head["canonical"]
            assert head["th"] == head["x-default"] == [f"{SITE}/th/{path}"]
            assert head["en"] == [f"{SITE}/en/{path}"]
            assert "robots" not in head
            assert len(head["title"]) == len(head["description"]) == len(head["og:image"]) == 1
            assert head["description"][0].strip()
        assert heads["th"]["og:locale"] == ["th_TH"]
        assert heads["en"]["og:locale"] == ["en_GB"]


def test_further_pages_stand_for_themselves(client):
    for _ in range(25):
        make_product(picture=False)

    head = head_of(client, "/en/products/?page=2")

    assert head["canonical"] == [f"{SITE}/en/products/?page=2"]
    assert head["th"] == [f"{SITE}/th/products/?page=2"]
    assert "robots" not in head


@pytest.mark.parametrize(
    "address",
    [
        "/en/products/?type=textile",
        "/en/products/?sort=new",
        "/en/products/?max=900&page=1",
        "/en/search/?q=silk",
        "/en/search/",
        "/en/groups/?region=northeast",
        "/en/provinces/yala/",
    ],
)
def test_filters_searches_and_empty_listings_are_not_for_search_engines(client, address):
    make_product()

    head = head_of(client, address)

    assert head["robots"] == ["noindex, follow"]
    assert head["canonical"] == [SITE + address.partition("?")[0]]
    assert "x-default" not in head


def test_a_shared_product_shows_its_picture(client):
    product = make_product()
    picture = product.pictures.get().picture
    picture.prepared["of"] = picture.file.name
    picture.save()

    head = head_of(client, f"/en/products/{product.slug}/")

    assert head["og:image"] == [SITE + picture.prepared["jpeg"]["640"]]
    assert head["og:type"] == ["product"]


def test_a_description_is_short_and_on_one_line(client):
    product = make_product(description_en='Long "words"\n\n' + "silk " * 200)

    (description,) = head_of(client, f"/en/products/{product.slug}/")["description"]

    assert description.startswith("Long &quot;words&quot; silk silk")
    assert len(description) < 180


# --- structured data ---


def test_a_product_with_its_offer_maker_and_proof(client):
    group = make_enterprise(name_en="Ban Kham weavers")
    product = make_made_to_order(group, price="1250.50", title_en="Praewa silk", weight_g=350)
    make_certificate(group, product, number="มผช. 17/2563")

    data = data_of(client, f"/en/products/{product.slug}/")["Product"]

    assert data["name"] == "Praewa silk"
    assert data["weight"]["value"] == 350
    assert data["offers"]["price"] == "1250.50"
    assert data["offers"]["priceCurrency"] == "THB"
    assert data["offers"]["availability"] == "https://schema.org/MadeToOrder"
    assert data["offers"]["seller"]["name"] == "Ban Kham weavers"
    assert data["offers"]["url"] == f"{SITE}/en/products/{product.slug}/"
    assert data["hasCertification"][0]["certificationIdentification"] == "มผช. 17/2563"


@pytest.mark.parametrize(
    ("stock", "word"), [(9, "InStock"), (2, "LimitedAvailability"), (0, "OutOfStock")]
)
def test_how_much_is_there_is_told_to_machines_too(client, stock, word):
    product = make_product(stock=stock)

    data = data_of(client, f"/en/products/{product.slug}/")["Product"]

    assert data["offers"]["availability"] == f"https://schema.org/{word}"


def test_sizes_make_one_offer_with_a_range(client):
    cloth = make_parent()
    for price in ("300", "900"):
        make_child(cloth, price=price)

    offers = data_of(client, f"/en/products/{cloth.slug}/")["Product"]["offers"]

    assert offers["@type"] == "AggregateOffer"
    assert (offers["lowPrice"], offers["highPrice"]) == ("300.00", "900.00")
    assert offers["offerCount"] == 2


def test_a_group_is_an_organisation_with_a_place(client):
    group = make_enterprise(name_en="Ban Kham weavers")
    make_product(group)

    data = data_of(client, f"/en/groups/{group.slug}/")

    assert data["Organization"]["name"] == "Ban Kham weavers"
    assert data["Organization"]["address"]["addressRegion"] == "Khon Kaen"
    assert data["Organization"]["address"]["postalCode"] == "40000"


def test_breadcrumbs_lead_from_home_to_the_page(client):
    product = make_product(title_en="Silk")

    items = data_of(client, f"/en/products/{product.slug}/")["BreadcrumbList"]["itemListElement"]

    assert [item["position"] for item in items] == [1, 2, 3]
    assert items[0]["item"] == f"{SITE}/en/"
    assert items[1]["item"] == f"{SITE}/en/types/textile/"
    assert items[2] == {
        "@type": "ListItem",
        "position": 3,
        "name": "Silk",
        "item": f"{SITE}/en/products/{product.slug}/",
    }


# --- the sitemap ---


def body_of(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def sitemap_addresses(client) -> dict[str, dict[str, str]]:
    """Every address of the whole sitemap with the languages it names."""
    index = ElementTree.fromstring(body_of(client.get("/sitemap.xml")))
    found: dict[str, dict[str, str]] = {}
    for loc in index.iterfind("s:sitemap/s:loc", XML):
        response = client.get(loc.text.removeprefix(SITE))
        assert response.status_code == 200
        for url in ElementTree.fromstring(body_of(response)).iterfind("s:url", XML):
            address = url.findtext("s:loc", namespaces=XML)
            assert address not in found
            found[address] = {
                link.get("hreflang"): link.get("href") for link in url.iterfind("x:link", XML)
            }
    return found


def test_the_sitemap_has_every_public_page_in_both_languages(client):
    group = make_enterprise()
    product = make_product(group)
    hidden = make_product(group, state=ProductState.WITHDRAWN)
    closed = make_enterprise(state=EnterpriseState.SUSPENDED)
    theirs = make_product(closed)

    found = sitemap_addresses(client)

    for path in (
        "products/",
        "provinces/",
        "groups/",
        "types/herb/",
        "provinces/khon-kaen/",
        f"groups/{group.slug}/",
        f"products/{product.slug}/",
    ):
        for code in ("th", "en"):
            assert found[f"{SITE}/{code}/{path}"] == {
                "th": f"{SITE}/th/{path}",
                "en": f"{SITE}/en/{path}",
                "x-default": f"{SITE}/th/{path}",
            }
    together = " ".join(found)
    for slug in (hidden.slug, closed.slug, theirs.slug):
        assert f"/{slug}/" not in together
    assert "/provinces/yala/" not in together


def test_every_page_of_the_sitemap_is_there_and_wants_to_be_found(client):
    make_product()

    for address in sitemap_addresses(client):
        head = head_of(client, address.removeprefix(SITE))
        assert head["canonical"] == [address]
        assert "robots" not in head


def test_a_large_sitemap_is_cut_into_files(client, monkeypatch):
    monkeypatch.setattr(sitemap, "PER_FILE", 2)
    group = make_enterprise()
    slugs = [make_product(group, picture=False).slug for _ in range(5)]

    assert sitemap.files() == ["pages", "groups-1", "products-1", "products-2", "products-3"]
    found = sitemap_addresses(client)
    assert all(f"{SITE}/th/products/{slug}/" in found for slug in slugs)
    for name in ("products-4", "products-0", "products", "products-x", "x-1", "groups-99999999"):
        assert client.get(f"/sitemap-{name}.xml").status_code == 404


def test_robots_keep_out_of_private_pages_and_of_filters(client):
    response = client.get("/robots.txt")

    lines = response.content.decode().splitlines()
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    for part in ("basket", "checkout", "account", "orders", "workspace", "search"):
        assert f"Disallow: /th/{part}/" in lines
        assert f"Disallow: /en/{part}/" in lines
    assert "Disallow: /office/" in lines
    assert "Disallow: /*?sort=" in lines
    assert "Disallow: /*&certificate=" in lines
    assert f"Sitemap: {SITE}/sitemap.xml" in lines
