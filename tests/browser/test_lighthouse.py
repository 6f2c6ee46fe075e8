"""Lighthouse's gates: open to all, sound, known to search engines. Speed is for the bench."""

from bench.lighthouse import below_limits, measured

from .shop import OpenShop

PAGES = ("/th/", "/th/products/praewa-silk-of-kalasin/", "/th/stories/the-sampler-under-the-house/")


def test_lighthouse_has_nothing_to_say_against_the_pages(shop: OpenShop) -> None:
    assert not below_limits(measured(shop.address, runs=1, pages=PAGES))
