"""What all public pages share: rendering with addresses in both languages."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse, translate_url
from django.utils.translation import gettext as _

from catalogue.shopfront import seo


def show(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    meta: seo.PageMeta,
    crumbs: list[seo.Crumb],
    status: int = 200,
) -> HttpResponse:
    """A page with its head. The way to the other language keeps filters and page."""
    here = settings.SITE_URL + request.path
    query = meta.suffix
    if not meta.index:
        query = f"?{request.META['QUERY_STRING']}" if request.META.get("QUERY_STRING") else ""
    alternates = {code: translate_url(here, code) + query for code, _name in settings.LANGUAGES}
    shown = {"meta": meta, "crumbs": crumbs, "alternates": alternates, **context}
    return render(request, template, shown, status=status)


def home() -> seo.Crumb:
    return _("Home"), reverse("pages:home")
