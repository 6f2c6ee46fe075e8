"""Pages of the order."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def lookup(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def detail(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def signed(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def cancel_part(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def received(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def problem(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404
