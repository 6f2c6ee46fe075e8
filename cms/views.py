"""The pages the office writes, in the language of the address; one statement finds each."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from .models import HomePage, InfoPage, StoryIndexPage, StoryPage


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front of the shop."""
    return _serve(request, HomePage)


@require_safe
def stories(request: HttpRequest) -> HttpResponse:
    """All stories."""
    return _serve(request, StoryIndexPage)


@require_safe
def story(request: HttpRequest, slug: str) -> HttpResponse:
    """One story."""
    return _serve(request, StoryPage, "enterprise", "picture", slug=slug)


@require_safe
def info(request: HttpRequest, key: str) -> HttpResponse:
    """A page of information that the shop links to by its key."""
    return _serve(request, InfoPage, key=key)


@require_safe
def other(request: HttpRequest, slug: str) -> HttpResponse:
    """A page of information that the office has added."""
    return _serve(request, InfoPage, key="", slug=slug)


def _serve(request: HttpRequest, kind: Any, *with_: str, **facts: str) -> HttpResponse:
    pages = kind.objects.in_language(get_language() or "th").filter(**facts)
    page = pages.select_related(*with_, "locale").first()
    if page is None:
        raise Http404(f"no such {kind._meta.verbose_name}")
    return page.serve(request)
