"""Doors that belong to no package: health, and the way to a language."""

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import translation


def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


def to_language(request: HttpRequest) -> HttpResponse:
    """`/` leads to the visitor's language; Thai where nothing else is known."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if chosen not in dict(settings.LANGUAGES):
        chosen = translation.get_language_from_request(request)
    response = HttpResponseRedirect(f"/{chosen}/")
    response["Vary"] = "Accept-Language, Cookie"
    return response
