"""Signed links that open a group's screen on one part of an order, one talk or one review."""

from typing import Any

from django import template
from django.conf import settings
from django.core import signing
from django.utils.translation import get_language

register = template.Library()
SALT = "workspace-link"
#: What a message can be about, and its short name in the link.
ABOUT = {"fulfilment": "f", "talk": "t", "review": "r", "request": "q"}


@register.simple_tag(takes_context=True)
def workspace_link(context: Any) -> str:
    """The address of what this message is about, for the member it goes to."""
    about = {key: context[name] for name, key in ABOUT.items() if name in context}
    token = signing.dumps({"m": context["membership"], **about}, salt=SALT)
    language = "en" if get_language() == "en" else "th"
    return f"{settings.SITE_URL}/{language}/workspace/open/{token}/"
