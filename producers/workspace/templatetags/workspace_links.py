"""Signed links that open a group's screen on one part of an order."""

from typing import Any

from django import template
from django.conf import settings
from django.core import signing
from django.utils.translation import get_language

register = template.Library()
SALT = "workspace-link"


@register.simple_tag(takes_context=True)
def workspace_link(context: Any) -> str:
    """The address of the part this message is about, for the member it goes to."""
    token = signing.dumps({"m": context["membership"], "f": context["fulfilment"]}, salt=SALT)
    language = "en" if get_language() == "en" else "th"
    return f"{settings.SITE_URL}/{language}/workspace/open/{token}/"
