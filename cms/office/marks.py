"""How states and days look in the office: a word with a colour, a day with how late it is."""

from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.core.templatetags.shop_text import day

#: state → tone; a state that is not named here is quiet.
TONES = {
    "applied": "wait",
    "review": "wait",
    "submitted": "wait",
    "checking": "wait",
    "placed": "wait",
    "open": "wait",
    "settled": "good",
    "requested": "wait",
    "needs_response": "bad",
    "under_review": "wait",
    "won": "good",
    "lost": "bad",
    "needs_customer": "wait",
    "approved": "good",
    "published": "good",
    "verified": "good",
    "received": "good",
    "succeeded": "good",
    "paid": "good",
    "expiring": "warn",
    "suspended": "bad",
    "blocked": "bad",
    "rejected": "bad",
    "revoked": "bad",
    "expired": "bad",
    "failed": "bad",
    "declined": "bad",
}
SOON_DAYS = 1


def state_mark(state: str, word: Any) -> SafeString:
    """The state as a small label; colour only repeats what the word says."""
    return format_html(
        '<span class="office-state office-state--{}">{}</span>', TONES.get(state, "quiet"), word
    )


def end_mark(last: date | None, *, today: date | None = None) -> SafeString | str:
    """The last day something is valid; in red with how long ago once it has passed."""
    if last is None:
        return ""
    left = (last - (today or timezone.localdate())).days
    if left >= 0:
        return format_html('<span class="office-due">{}</span>', day(last))
    ago = ngettext("%(days)s day ago", "%(days)s days ago", -left) % {"days": -left}
    return format_html('<span class="office-due office-due--over">{} · {}</span>', day(last), ago)


def due_mark(due: date | None, *, today: date | None = None) -> SafeString | str:
    """A day by which something must be done, and how late it is."""
    if due is None:
        return ""
    left = (due - (today or timezone.localdate())).days
    if left < 0:
        late = ngettext("%(days)s day late", "%(days)s days late", -left) % {"days": -left}
        return format_html(
            '<span class="office-due office-due--late">{} · {}</span>', day(due), late
        )
    if left <= SOON_DAYS:
        word = _("today") if left == 0 else _("tomorrow")
        return format_html(
            '<span class="office-due office-due--soon">{} · {}</span>', day(due), word
        )
    return format_html('<span class="office-due">{}</span>', day(due))
