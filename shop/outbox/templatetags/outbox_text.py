"""Words of messages: a message's context holds both languages, the receiver reads one."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.translation import get_language

register = template.Library()


@register.filter
def in_language(facts: Mapping[str, Any], name: str) -> str:
    """`{{ group|in_language:"name" }}`: name_en or name_th; Thai where there is no English."""
    language = "en" if get_language() == "en" else "th"
    for key in (f"{name}_{language}", name, f"{name}_th"):
        if facts.get(key):
            return str(facts[key])
    return ""


@register.filter
def title_of(line: Mapping[str, Any]) -> str:
    """The name of a line as sold: `title` is Thai, `title_en` English."""
    return str((line.get("title_en") if get_language() == "en" else "") or line.get("title", ""))
