"""What every request passes: whose it is, no NUL bytes, and the right security policy."""

from typing import Any
from urllib.parse import unquote_to_bytes

from csp.middleware import CSPMiddleware
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase


class RealAddress:
    """Sets REMOTE_ADDR to the caller's address where our own proxies stand in front.

    Each proxy adds whom it heard to X-Forwarded-For, so only the last `PROXIES` entries are
    true; what stands before them was written by the caller.
    """

    def __init__(self, get_response: Any):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        heard = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if 0 < settings.PROXIES <= len(heard) and (caller := heard[-settings.PROXIES].strip()):
            request.META["REMOTE_ADDR"] = caller
        return self.get_response(request)


class RefuseNulBytes:
    """Answers 400 to a NUL byte in address or form; PostgreSQL cannot store one."""

    def __init__(self, get_response: Any):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if b"\x00" in unquote_to_bytes(query) or "\x00" in request.path:
            return HttpResponseBadRequest("NUL byte in the address", content_type="text/plain")
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        form = request.content_type == "application/x-www-form-urlencoded"
        if request.method == "POST" and form:
            for key, values in request.POST.lists():
                if "\x00" in key or any("\x00" in value for value in values):
                    return HttpResponseBadRequest("NUL byte in a field", content_type="text/plain")
        return None


class ContentSecurity(CSPMiddleware):
    """Strict policy everywhere; the Wagtail admin has its own, written in the settings."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if request.path.startswith("/office/"):
            response._csp_replace = settings.OFFICE_CONTENT_SECURITY_POLICY
        return super().process_response(request, response)
