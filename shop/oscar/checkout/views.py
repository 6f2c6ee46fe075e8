"""Pages of the checkout."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse


def start(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def address(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def tambons(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def delivery(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def review(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def pay(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def promptpay(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def qr_code(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def cancel(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404


def back(request: HttpRequest, **_: Any) -> HttpResponse:
    raise Http404
