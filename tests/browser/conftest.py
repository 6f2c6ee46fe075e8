"""One open shop and one Chromium for all browser tests, and a fresh visitor for each of them."""

import os
import shutil
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from .shop import OpenShop, accounts, prepared_market

PHONE = {"width": 390, "height": 844}
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def shop() -> Iterator[OpenShop]:
    """The open shop; tests share it, so each leaves enough goods for the others."""
    with OpenShop(prepared_market()) as shop:
        yield shop


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = os.environ.get("CHROME_PATH") or shutil.which("chromium")
    assert path, "Chromium is missing: make test-browser installs it"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


class Visitors:
    """Makes visitors with a browser of their own, and hears what their consoles complain of."""

    def __init__(self, chromium: Browser, shop: OpenShop, signed_in: dict[str, dict]) -> None:
        self.chromium = chromium
        self.shop = shop
        self.signed_in = signed_in
        self.contexts: list[BrowserContext] = []
        self.complaints: list[str] = []

    def __call__(self, who: str = "", *, size: dict[str, int] = PHONE, script: bool = True) -> Page:
        """A page of a new visitor: a guest, or `who` of the demo accounts, signed in."""
        state = self._state(who) if who else None
        context = self._context(size, script, state)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def _context(self, size: dict[str, int], script: bool, state: dict | None) -> BrowserContext:
        context = self.chromium.new_context(
            viewport=size,
            java_script_enabled=script,
            storage_state=state,
            base_url=self.shop.address,
        )
        context.set_default_timeout(15_000)
        self.contexts.append(context)
        return context

    def _hear(self, message) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def _state(self, who: str) -> dict:
        """Signed in once per session: signing in is limited per address."""
        if who not in self.signed_in:
            context = self._context(PHONE, True, None)
            page = context.new_page()
            sign_in(page, who)
            self.signed_in[who] = context.storage_state()
            context.close()
            self.contexts.remove(context)
        return self.signed_in[who]

    def leave(self) -> None:
        for context in self.contexts:
            context.close()


@pytest.fixture(scope="session")
def signed_in() -> dict[str, dict]:
    """Cookies of those who have signed in, by the key of their demo account."""
    return {}


@pytest.fixture
def visit(
    chromium: Browser, shop: OpenShop, signed_in: dict[str, dict], request: pytest.FixtureRequest
) -> Iterator[Visitors]:
    visitors = Visitors(chromium, shop, signed_in)
    yield visitors
    visitors.leave()


def sign_in(page: Page, who: str, *, language: str = "th", to: str = "") -> None:
    """Through the shop's own door, or the office's for an address that begins with /office/."""
    account = accounts()[who]
    onward = f"?next={to}" if to else ""
    page.goto(f"/{language}/account/sign-in/{onward}")
    page.fill("[name=username]", account["email"])
    page.fill("[name=password]", account["password"])
    page.locator("main form button").first.click()
    page.wait_for_url(lambda address: "/sign-in/" not in address)
