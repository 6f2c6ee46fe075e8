"""What a group tells about itself: its page's words and picture, and the days it works."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db import transaction

from producers.models import Enterprise
from shop.core.positions import is_in_thailand

from .noting import note


class NoWorkingDay(Exception):
    """A group that never works can promise nothing."""


class NotInThailand(Exception):
    """No group of this market lives there; nothing was changed."""

    def __init__(self, latitude: Decimal, longitude: Decimal):
        super().__init__(f"{latitude}, {longitude}")
        self.latitude, self.longitude = latitude, longitude


@transaction.atomic
def describe_enterprise(*, enterprise_id: int, about_th: str, about_en: str, by: Any) -> Enterprise:
    """The words on the group's public page, in Thai and (may be empty) in English.

    Claims are looked at before, by `producers.workspace.claiming`.
    """
    enterprise = _locked(enterprise_id)
    if (enterprise.about_th, enterprise.about_en) != (about_th, about_en):
        enterprise.about_th, enterprise.about_en = about_th, about_en
        enterprise.save(update_fields=["about_th", "about_en"])
        note(enterprise, "about", old="", new="changed", by=by)
    return enterprise


@transaction.atomic
def set_working_days(*, enterprise_id: int, days: Iterable[int], by: Any) -> Enterprise:
    """The ISO weekdays (1 = Monday) on which the group works; promises count them from now on.

    What was promised already stays. Raises NoWorkingDay, and ValueError for no day of a week.
    """
    wanted = sorted(set(days))
    if not wanted:
        raise NoWorkingDay
    if not set(wanted) <= set(range(1, 8)):
        raise ValueError("a weekday is 1 to 7")
    enterprise = _locked(enterprise_id)
    if enterprise.works_on != wanted:
        note(enterprise, "works_on", old=_written(enterprise.works_on), new=_written(wanted), by=by)
        enterprise.works_on = wanted
        enterprise.save(update_fields=["works_on"])
    return enterprise


@transaction.atomic
def set_position(
    *, enterprise_id: int, latitude: Decimal, longitude: Decimal, by: Any
) -> Enterprise:
    """Where the group is, in degrees north and east, kept to about a metre.

    Memberships in clusters stay as they are. Raises NotInThailand.
    """
    if not is_in_thailand(latitude, longitude):
        raise NotInThailand(latitude, longitude)
    enterprise = _locked(enterprise_id)
    before = enterprise.position
    enterprise.latitude = latitude.quantize(Decimal("0.00001"))
    enterprise.longitude = longitude.quantize(Decimal("0.00001"))
    enterprise.save(update_fields=["latitude", "longitude"])
    note(
        enterprise,
        "position",
        old="" if before.approximate else f"{before.latitude} {before.longitude}",
        new=f"{enterprise.latitude} {enterprise.longitude}",
        by=by,
    )
    return enterprise


@transaction.atomic
def set_group_picture(*, enterprise_id: int, picture_id: int, by: Any) -> Enterprise:
    """The picture on the group's public page."""
    enterprise = _locked(enterprise_id)
    enterprise.picture_id = picture_id
    enterprise.save(update_fields=["picture"])
    note(enterprise, "picture", old="", new=str(picture_id), by=by)
    return enterprise


def _locked(enterprise_id: int) -> Enterprise:
    return Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise_id)


def _written(days: Iterable[int]) -> str:
    return " ".join(str(day) for day in days)
