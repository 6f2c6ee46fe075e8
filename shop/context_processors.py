"""What every page's frame shows: addresses in the other language, basket count, canonical link."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url


def page(request: HttpRequest) -> dict[str, Any]:
    """`alternates` (language → address), `canonical_url`, `basket_count`, `site_url`."""
    here = settings.SITE_URL + request.path
    return {
        "site_url": settings.SITE_URL,
        "canonical_url": here,
        "alternates": {code: translate_url(here, code) for code, _ in settings.LANGUAGES},
        "payments_simulated": settings.STRIPE_SIMULATED,
    }
