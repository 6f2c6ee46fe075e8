"""Whatever is typed into an address: a sensible page or "not found", never a broken one."""

from urllib.parse import quote

import pytest

from tests.factories import make_enterprise, make_product, make_rates

pytestmark = pytest.mark.django_db

NAMES = (
    "q", "type", "sale", "price", "certificate", "province", "group", "min", "max", "sort", "page",
)  # fmt: skip
VALUES = {
    "overlong": "ผ้า" * 3000,
    "combining marks": "ก" + "\u0e49\u0e34\u0e38" * 300,
    "marks alone": "\u0e48\u0e49\u0301",
    "zero width": "\u200b\u200d\ufeff",
    "right to left": "\u202egnp.exe",
    "negative": "-1",
    "huge": "9" * 400,
    "huge power": "1e999999999",
    "tiny": "1e-400",
    "not a number": "NaN",
    "signalling": "sNaN",
    "infinite": "-Infinity",
    "fraction": "1/3",
    "thai digits": "๑๒๓",
    "superscript": "²",
    "quotes": "'\"`;--",
    "script": "<script>alert(1)</script>",
    "percent": "%",
    "format": "%s%(x)s{0}",
    "like": "_%\\",
    "emoji": "🧺🪁",
    "newlines": "a\r\nSet-Cookie: x=1",
    "half a character": "%ED%A0%80",
    "path": "../../etc/passwd",
    "blank": "   ",
    "brackets": "[]{}()*?",
}
PAGES = (
    "products/",
    "search/",
    "types/textile/",
    "provinces/khon-kaen/",
    "groups/",
    "groups/ban-na/",
    "products/cloth/",
)


@pytest.fixture
def addresses(db):
    make_rates()
    group = make_enterprise(slug="ban-na")
    make_product(group, slug="cloth")
    return [f"/th/{page}" for page in PAGES]


@pytest.mark.parametrize("kind", VALUES)
def test_no_value_of_any_field_breaks_a_page(client, addresses, kind):
    value = VALUES[kind] if "%" in VALUES[kind] else quote(VALUES[kind])
    for address in addresses:
        fields = [f"{name}={value}" for name in (*NAMES, "region", "to")]
        alone = fields if address in ("/th/search/", "/th/products/cloth/") else []
        for query in ["&".join(fields), *alone]:
            response = client.get(f"{address}?{query}")
            assert response.status_code in (200, 404), (address, query[:80])
            assert b"<script>alert" not in response.content
            assert "Set-Cookie: x" not in str(response.headers)


def test_fields_many_times_over(client, addresses):
    query = "&".join(f"{name}={value}" for name in NAMES for value in ("1", "food", "x", "2"))

    for address in addresses:
        assert client.get(f"{address}?{query}&to=nan&to=nan").status_code in (200, 404)
        assert client.get(f"{address}?{'&'.join(['group=a'] * 3000)}").status_code in (200, 400)


def test_nul_bytes_are_refused(client, addresses):
    for address in addresses:
        for query in ("q=%00", "type=food%00", "min=1%00", "to=%00"):
            assert client.get(f"{address}?{query}").status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/th/products/%00/",
        "/th/products/a%00b/",
        "/th/products/ผ้าไหม/",
        "/th/products/" + "a" * 2000 + "/",
        "/th/groups/..%2f..%2f/",
        "/th/provinces/%E0%B8%99/",
        "/th/types/FOOD/",
        "/th/types/food%0a/",
        "/sitemap-products-999999999999999999999.xml",
        "/sitemap-products-%E0%B9%91.xml",
    ],
)
def test_odd_paths_are_not_found_or_refused(client, path):
    assert client.get(path).status_code in (400, 404)


@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_pages_can_only_be_read(client, addresses, method):
    for address in addresses:
        assert getattr(client, method)(address).status_code == 405
