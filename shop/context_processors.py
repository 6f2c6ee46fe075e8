"""What every page's frame shows: addresses in the other language, the basket, the way in."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject

from catalogue.states import OtopType
from shop.oscar.basket.services import count_pieces


def page(request: HttpRequest) -> dict[str, Any]:
    """`alternates` (language → address), `canonical_url`, `basket_count`, and the menu.

    Nothing is read from the database unless a template shows it.
    """
    here = settings.SITE_URL + request.path
    return {
        "site_url": settings.SITE_URL,
        "canonical_url": here,
        "alternates": {code: translate_url(here, code) for code, _ in settings.LANGUAGES},
        "otop_types": OtopType.choices,
        "site_is_demo": settings.STRIPE_SIMULATED,
        "basket_count": SimpleLazyObject(lambda: _basket_count(request)),
        "has_workspace": SimpleLazyObject(lambda: _has_workspace(request)),
    }


def _basket_count(request: HttpRequest) -> int:
    user = getattr(request, "user", None)
    known = settings.OSCAR_BASKET_COOKIE_OPEN in request.COOKIES
    if not known and not getattr(user, "is_authenticated", False):
        basket = getattr(request, "_basket_cache", None)
        return count_pieces(basket)
    return count_pieces(getattr(request, "basket", None))


def _has_workspace(request: HttpRequest) -> bool:
    user: Any = getattr(request, "user", None)
    if not getattr(user, "is_authenticated", False):
        return False
    return user.memberships.filter(left_at=None).exists()
