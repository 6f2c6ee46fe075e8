"""Money, days and phone numbers as people of each language write them."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from shop.core.contacts import phone_as_written
from shop.core.money import format_baht

register = template.Library()

MONTHS_TH = "ม.ค. ก.พ. มี.ค. เม.ย. พ.ค. มิ.ย. ก.ค. ส.ค. ก.ย. ต.ค. พ.ย. ธ.ค.".split()
MONTHS_EN = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
BUDDHIST_ERA = 543


@register.filter
def baht(amount: Decimal | str | None) -> str:
    """`฿1,234.50`; nothing for no amount."""
    if amount is None or amount == "":
        return ""
    try:
        return format_baht(Decimal(amount))
    except InvalidOperation:
        return ""


@register.filter
def without_sign(amount: Decimal) -> Decimal:
    """How much it is, more or less."""
    return abs(amount)


@register.filter
def day(value: date | datetime | str | None) -> str:
    """`12 ธ.ค. 2569` or `12 Dec 2026`."""
    found = _date(value)
    if found is None:
        return ""
    year = found.year + (BUDDHIST_ERA if _thai() else 0)
    return f"{day_short(found)} {year}"


@register.filter
def day_short(value: date | datetime | str | None) -> str:
    """`12 ธ.ค.` or `12 Dec`, for cards and timelines of this year."""
    found = _date(value)
    if found is None:
        return ""
    months = MONTHS_TH if _thai() else MONTHS_EN
    return f"{found.day} {months[found.month - 1]}"


@register.filter
def moment(value: datetime | str | None) -> str:
    """Day and time in Bangkok: `12 ธ.ค. 2569 14:05 น.` or `12 Dec 2026, 14:05`."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if value is None:
        return ""
    local = timezone.localtime(value)
    clock = f"{local:%H:%M}"
    return f"{day(local)} {clock} น." if _thai() else f"{day(local)}, {clock}"


@register.filter
def clock(value: datetime) -> str:
    """The time of day in Bangkok: `14:05 น.` or `14:05`."""
    local = timezone.localtime(value)
    return f"{local:%H:%M} น." if _thai() else f"{local:%H:%M}"


@register.filter
def day_clock(value: datetime | str) -> str:
    """Day and time without the year, for an SMS: `12 ธ.ค. 14:05 น.` or `12 Dec, 14:05`."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    between = " " if _thai() else ", "
    return f"{day_short(value)}{between}{clock(value)}"


@register.filter
def phone(value: str) -> str:
    """`081-234-5678`."""
    return phone_as_written(str(value or ""))


def _thai() -> bool:
    return get_language() != "en"


def _date(value: date | datetime | str | None) -> date | None:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value
