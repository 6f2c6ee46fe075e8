"""What every page's frame shows: addresses in the other language, the basket, the way in."""

from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.urls import translate_url
from django.utils.functional import SimpleLazyObject

from catalogue.states import OtopType
from producers.models import Membership
from shop.core.models import User
from shop.oscar.basket.services import count_pieces, pieces_of_owner


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
    if (read := getattr(request, "_basket_cache", None)) is not None:
        return count_pieces(read)
    if settings.OSCAR_BASKET_COOKIE_OPEN in request.COOKIES:
        return count_pieces(getattr(request, "basket", None))
    return _own(request)[0]


def _has_workspace(request: HttpRequest) -> bool:
    return _own(request)[1]


def _own(request: HttpRequest) -> tuple[int, bool]:
    """Pieces in one's open basket, and whether one belongs to a group; one statement for both."""
    user: Any = getattr(request, "user", None)
    if not getattr(user, "is_authenticated", False):
        return 0, False
    if not hasattr(request, "_own_in_frame"):
        memberships = Membership.objects.filter(user=OuterRef("pk"), left_at=None)
        row = User.objects.filter(pk=user.pk).values_list(
            pieces_of_owner(OuterRef("pk")), Exists(memberships)
        )
        request._own_in_frame = row.get()
    return request._own_in_frame
