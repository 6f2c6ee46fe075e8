"""Public holidays: loaded from the list, kept by the office; workshops that keep them follow."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from ..holidays import listed_holidays
from ..models import Job, PublicHoliday, Workshop
from .capacity import lock_workshops
from .workshops import reckon_capacity


def load_holidays() -> int:
    """Write the list's days that are missing and correct those that nobody has checked yet.

    What the office has checked or added stays as it is. Returns how many rows were written.
    """
    written = 0
    for each in listed_holidays():
        facts = {"name_th": each.name_th, "name_en": each.name_en, "is_checked": each.by_date}
        known = PublicHoliday.objects.filter(day=each.day)
        if not known.exists():
            PublicHoliday.objects.create(day=each.day, **facts)
            written += 1
        else:
            written += known.filter(is_checked=False).exclude(**facts).update(**facts)
    return written


def set_holiday(
    *,
    day: date,
    name_th: str,
    name_en: str = "",
    is_checked: bool = True,
    holiday_id: int | None = None,
    today: date | None = None,
) -> tuple[PublicHoliday, list[Job]]:
    """A new holiday, or another day or name for a known one; the workshops' days follow.

    Returns the holiday and the jobs whose promise no plan can keep any more.
    """
    facts = {"day": day, "name_th": name_th, "name_en": name_en, "is_checked": is_checked}
    with transaction.atomic():
        known = None
        if holiday_id is not None:
            known = PublicHoliday.objects.select_for_update().filter(pk=holiday_id).first()
        before = known.day if known else None
        if known is None:
            known = PublicHoliday.objects.create(**facts)
        else:
            for name, value in facts.items():
                setattr(known, name, value)
            known.save(update_fields=list(facts))
    return known, reckon_workshops(today=today) if before != day else []


def remove_holiday(*, holiday_id: int, today: date | None = None) -> list[Job]:
    """This day is no holiday after all. Returns jobs still at risk, as `set_holiday`."""
    PublicHoliday.objects.filter(pk=holiday_id).delete()
    return reckon_workshops(today=today)


def reckon_workshops(*, today: date | None = None) -> list[Job]:
    """Reckon the days of all workshops that keep public holidays anew; safe to repeat.

    Each in a transaction of its own, so that no checkout waits for all of them; the nightly sweep
    does the rest if this is cut short.
    """
    today = today or timezone.localdate()
    at_risk: list[Job] = []
    for pk in (
        Workshop.objects.filter(keeps_holidays=True).order_by("pk").values_list("pk", flat=True)
    ):
        with transaction.atomic():
            workshop = lock_workshops([pk]).get(pk)
            if workshop is not None:
                at_risk += reckon_capacity(workshop, today=today)
    return at_risk
