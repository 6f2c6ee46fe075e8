"""Pages of the basket."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def summary(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def add(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def undo(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def accept_prices(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def update(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def remove(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404
