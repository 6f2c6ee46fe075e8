"""Every kind of public page: open to everybody, valid, quiet, and within its bytes."""

import re
from gzip import compress

import html5lib
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from deploy.digests import ROOT

from .conftest import Visitors

NARROWEST = {"width": 320, "height": 640}
INDEXED = [
    "/",
    "/products/",
    "/types/textile/",
    "/products/praewa-silk-of-kalasin/",
    "/products/doi-chaang-coffee/",
    "/groups/",
    "/groups/kham-muang-praewa/",
    "/provinces/",
    "/provinces/kalasin/",
    "/stories/",
    "/about/",
    "/rights/",
    "/privacy/",
    "/seller-identity/",
]
PRIVATE = [
    "/search/?q=ผ้าไหม",
    "/search/?q=zzzzqqqq",
    "/types/food/?sale=made",
    "/basket/",
    "/account/sign-in/",
    "/account/sign-up/",
    "/account/new-password/",
    "/orders/find/",
]
MOST_SCRIPT, MOST_STYLE = 60_000, 40_000


def checked(page: Page, path: str) -> None:
    """Axe, valid HTML, one heading, no sideways scroll, no inline script or style."""
    response = page.goto(path)
    assert response is not None, path
    assert response.ok, path
    found = Axe().run(page).response["violations"]
    assert not [(v["id"], [n["target"] for n in v["nodes"]]) for v in found], path
    source = response.text()
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(source)
    assert not [error for _, error, _ in parser.errors], path
    assert page.locator("h1").count() == 1, path
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"], path
    assert " style=" not in source, path
    for script in re.findall(r"<script(?![^>]*\bsrc=)([^>]*)>", source):
        assert "application/ld+json" in script, path
    policy = response.headers["content-security-policy"]
    assert "script-src 'self'" in policy, path
    assert "unsafe" not in policy, path


@pytest.mark.parametrize("language", ["th", "en"])
def test_indexed_pages_are_open_valid_and_known_in_both_languages(
    visit: Visitors, language: str
) -> None:
    page = visit(size=NARROWEST)
    other = "en" if language == "th" else "th"
    for path in INDEXED:
        checked(page, f"/{language}{path}")
        assert page.locator("html").get_attribute("lang") == language
        link = page.locator(f"link[hreflang={other}]").get_attribute("href") or ""
        assert link.endswith(f"/{other}{path}"), path
        assert page.locator("link[hreflang=x-default]").count() == 1, path
        assert page.locator("link[rel=canonical]").count() == 1, path
        assert page.locator("meta[name=robots][content*=noindex]").count() == 0, path
    assert not visit.complaints


@pytest.mark.parametrize("language", ["th", "en"])
def test_private_pages_are_open_valid_and_not_indexed(visit: Visitors, language: str) -> None:
    page = visit(size=NARROWEST)
    for path in PRIVATE:
        checked(page, f"/{language}{path}")
        assert page.locator("meta[name=robots][content*=noindex]").count() == 1, path
    assert not visit.complaints


def test_nothing_found_and_no_such_page_lead_on(visit: Visitors) -> None:
    page = visit()
    response = page.goto("/th/products/no-such-product/")
    assert response is not None
    assert response.status == 404
    assert page.locator("main a").count() >= 1
    page.goto("/en/search/?q=zzzzqqqq")
    assert page.locator("main a[href*='/en/']").count() >= 1


def test_scripts_and_styles_stay_small() -> None:
    scripts = sum(len(compress(p.read_bytes(), 9)) for p in (ROOT / "static/js").rglob("*.js"))
    assert scripts <= MOST_SCRIPT
    for sheet in ("site", "workspace"):
        style = (ROOT / "static/css" / f"{sheet}.css").read_bytes()
        assert len(compress(style, 9)) <= MOST_STYLE


def test_the_office_has_its_own_written_policy(visit: Visitors) -> None:
    response = visit().goto("/office/login/")
    assert response is not None
    assert "default-src 'self'" in response.headers["content-security-policy"]
