"""A workshop's units, days and questions, in screens and letters."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.core import signing
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from shop.core.templatetags.shop_text import day_short
from shop.production.states import Ladder, Unit

register = template.Library()
#: What signs the links with which a question is answered; see `views.check_ins`.
SALT = "check-in"

WEEKDAYS_TH = "จ. อ. พ. พฤ. ศ. ส. อา.".split()
WEEKDAYS_EN = "Mon Tue Wed Thu Fri Sat Sun".split()


@register.filter
def units(count: Any, unit: str) -> str:
    """`12 ชิ้น`, `1 hour`; the number alone where there is no unit."""
    n = int(count)
    words = {
        Unit.PIECE: ngettext("%(n)s piece", "%(n)s pieces", n),
        Unit.HOUR: ngettext("%(n)s hour's work", "%(n)s hours' work", n),
        Unit.BATCH: ngettext("%(n)s batch", "%(n)s batches", n),
    }.get(unit, "%(n)s")
    return str(words % {"n": f"{n:,}"})


@register.filter
def weekday(value: date) -> str:
    """`จ. 8 มี.ค.` or `Mon 8 Mar`."""
    names = WEEKDAYS_EN if get_language() == "en" else WEEKDAYS_TH
    return f"{names[value.isoweekday() - 1]} {day_short(value)}"


@register.filter
def span(first: Any, last: Any) -> str:
    """`8 มี.ค. – 14 มี.ค.`, or the one day where they are the same."""
    return day_short(first) if first == last else f"{day_short(first)} – {day_short(last)}"


@register.filter
def hour_words(hour: int) -> str:
    """The cut-off as a sentence says it."""
    if hour >= 24:
        return _("any hour of the day")
    return _("until %(hour)s") % {"hour": f"{hour}:00"}


@register.filter
def plain(number: Decimal) -> str:
    """`1` or `0.5`, not `1.000`."""
    return f"{number.normalize():f}"


@register.filter
def buyers_sentence(ladder: str) -> str:
    """What the buyer reads about cancelling, before paying."""
    if ladder == Ladder.STRICT:
        return _(
            "You can cancel and get everything back until the work has begun; after that"
            " nothing. Goods that are faulty or not as described are always refunded."
        )
    return _(
        "You can cancel and get everything back until the work has begun; after that half the"
        " price of the goods until they are finished. Goods that are faulty or not as described"
        " are always refunded."
    )


@register.filter
def share(percent: int) -> str:
    """How much of the usual a closure leaves, in words."""
    return _("closed") if not percent else _("%(n)s%% of the usual") % {"n": percent}


@register.simple_tag
def answer_link(check_in: Any, membership: Any, answer: str = "") -> str:
    """The address at which this member answers, with one more tap, without signing in."""
    language = "en" if get_language() == "en" else "th"
    path = f"/{language}/workspace/check-in/{answer_token(check_in, membership, answer)}/"
    return f"{settings.SITE_URL}{path}"


@register.simple_tag(takes_context=True)
def question_link(context: Any, answer: str = "") -> str:
    """The same in a letter; the group's home screen where no question is open."""
    if not context.get("check_in"):
        return f"{settings.SITE_URL}{context['workspace_path']}"
    return answer_link(context["check_in"], context["membership"], answer)


def answer_token(check_in: Any, membership: Any, answer: str = "") -> str:
    """What the link carries: question, member ("" for the group's own contact), answer."""
    told = {"c": int(check_in), "m": int(membership or 0), "a": answer}
    return signing.dumps(told, salt=SALT)
