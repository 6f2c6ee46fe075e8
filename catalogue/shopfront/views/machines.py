"""Pages for search engines: the sitemap and robots.txt."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from catalogue.shopfront import sitemap
from catalogue.shopfront.filters import MULTIPLE

#: Pages of one person, and of the people who work here.
PRIVATE = (
    "basket",
    "checkout",
    "orders",
    "account",
    "workspace",
    "search",
    "messages",
    "reviews",
)
XML = "application/xml; charset=utf-8"


@require_safe
@cache_control(public=True, max_age=3600)
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """Where the sitemap's files are."""
    return HttpResponse(sitemap.index_xml(sitemap.files()), content_type=XML)


@require_safe
@cache_control(public=True, max_age=3600)
def sitemap_file(request: HttpRequest, name: str) -> StreamingHttpResponse:
    """Some thousand pages in both languages."""
    entries = sitemap.entries(name)
    if entries is None:
        raise Http404
    return StreamingHttpResponse(sitemap.urlset_xml(entries), content_type=XML)


@require_safe
@cache_control(public=True, max_age=3600)
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines leave alone: private pages, and listings in every combination."""
    lines = ["User-agent: *", "Disallow: /office/", "Disallow: /payments/"]
    lines += [f"Disallow: /{code}/{part}/" for code, _ in settings.LANGUAGES for part in PRIVATE]
    for name in (*MULTIPLE, "min", "max", "sort", "q", "to"):
        lines += [f"Disallow: /*?{name}=", f"Disallow: /*&{name}="]
    lines += ["", f"Sitemap: {settings.SITE_URL}{reverse('sitemap')}", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
