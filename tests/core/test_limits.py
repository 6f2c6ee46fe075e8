"""Counting who knocks: exact among many at once, per person and per caller."""

import pytest
from django.http import HttpRequest, HttpResponse

from shop.core.contacts import one_spelling
from shop.core.limits import TooOften, count_knock
from shop.middleware import RealAddress
from tests.concurrency.crowd import all_at_once


@pytest.mark.django_db(transaction=True)
def test_of_twenty_at_once_no_more_than_five_come_in() -> None:
    count_knock("door", limit=5, per_seconds=3600, now=1000.0)
    knocks = [lambda: count_knock("door", limit=5, per_seconds=3600, now=1000.0)] * 20
    results = all_at_once(knocks)
    assert sum(isinstance(r, int) for r in results) == 4
    assert sum(isinstance(r, TooOften) for r in results) == 16


@pytest.mark.parametrize(
    "written", ["081-234-5678", "0812345678", "+66 81 234 5678", "๐๘๑ ๒๓๔ ๕๖๗๘", " 081.234.5678"]
)
def test_a_number_is_one_number_however_it_is_written(written: str) -> None:
    assert one_spelling(written) == "+66812345678"


def test_what_is_no_contact_is_counted_as_it_was_typed() -> None:
    assert one_spelling(" Mali@Example.com ") == "mali@example.com"
    assert one_spelling("Somebody") == "somebody"


@pytest.mark.parametrize(
    ("proxies", "told", "seen"),
    [
        (0, "203.0.113.9", "10.0.0.1"),  # nobody stands before us: the caller made it up
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "1.2.3.4, 203.0.113.9", "203.0.113.9"),  # the first was made up by the caller
        (2, "1.2.3.4, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (1, "", "10.0.0.1"),
        (2, "203.0.113.9", "10.0.0.1"),
    ],
)
def test_behind_our_proxies_the_callers_own_address_counts(
    settings, proxies: int, told: str, seen: str
) -> None:
    settings.PROXIES = proxies
    request = HttpRequest()
    request.META.update({"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": told})
    RealAddress(lambda request: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == seen
