"""`{% json_ld data %}`: structured data for machines inside a page."""

import json
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

#: Inside <script> only these can end the element or begin a comment; JSON may write them as codes.
ESCAPES = {ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&\u2028\u2029"}


@register.simple_tag
def json_ld(data: Any) -> SafeString:
    """A data block that no text of a product can break out of; browsers never run it."""
    written = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES)
    return format_html(
        '<script type="application/ld+json">{}</script>',
        mark_safe(written),  # escaped above
    )
