"""Words of the office's history."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cms.office.words import problem_word, state_word

register = template.Library()


@register.simple_tag
def change_words(change: Any) -> SafeString | str:
    """`Checking → Verified`; what was no step says what it was."""
    if change.field == "problem":
        return problem_word(change.new)
    if change.field != "state":
        words = _("Products it covers: %(old)s → %(new)s")
        return words % {"old": change.old, "new": change.new}
    new = state_word(change.about_label, change.new)
    if not change.old:
        return new
    if change.old == change.new:
        return _("Corrected")
    return format_html("{} → {}", state_word(change.about_label, change.old), new)
