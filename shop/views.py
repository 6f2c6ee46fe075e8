"""Doors that belong to no package: health, and the way to a language."""

from django.conf import settings
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.views.static import serve

from .patterns import PATTERNS, pattern_named, samples

#: Folders of pictures. No file there is ever changed: another content has another name.
UNCHANGING = ("images/", "pictures/")


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


def media(request: HttpRequest, path: str) -> HttpResponseBase:
    """A stored file, where no web server in front serves them; pictures may be kept for a year."""
    try:
        response = serve(request, path, document_root=str(settings.MEDIA_ROOT))
    except OSError as error:  # no file can be called that
        raise Http404(path) from error
    if path.startswith(UNCHANGING):
        response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def patterns(request: HttpRequest) -> HttpResponse:
    """Every component with sample data; routed only where PATTERNS_PAGE is on."""
    return render(request, "patterns/index.html", {**samples(), "patterns": PATTERNS})


def pattern(request: HttpRequest, name: str) -> HttpResponse:
    """One component alone."""
    found = pattern_named(name)
    if found is None:
        raise Http404(name)
    return render(request, "patterns/alone.html", {**samples(), "pattern": found})
