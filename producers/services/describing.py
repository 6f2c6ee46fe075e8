"""What a group tells about itself: its page's words and picture, and the days it works."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction

from producers.models import Enterprise
from shop.core.models import StateChange


class NoWorkingDay(Exception):
    """A group that never works can promise nothing."""


@transaction.atomic
def describe_enterprise(*, enterprise_id: int, about_th: str, about_en: str, by: Any) -> Enterprise:
    """The words on the group's public page, in Thai and (may be empty) in English.

    Claims are looked at before, by `producers.workspace.claiming`.
    """
    enterprise = _locked(enterprise_id)
    if (enterprise.about_th, enterprise.about_en) != (about_th, about_en):
        enterprise.about_th, enterprise.about_en = about_th, about_en
        enterprise.save(update_fields=["about_th", "about_en"])
        _note(enterprise, "about", old="", new="changed", by=by)
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
        _note(
            enterprise, "works_on", old=_written(enterprise.works_on), new=_written(wanted), by=by
        )
        enterprise.works_on = wanted
        enterprise.save(update_fields=["works_on"])
    return enterprise


@transaction.atomic
def set_group_picture(*, enterprise_id: int, picture_id: int, by: Any) -> Enterprise:
    """The picture on the group's public page."""
    enterprise = _locked(enterprise_id)
    enterprise.picture_id = picture_id
    enterprise.save(update_fields=["picture"])
    _note(enterprise, "picture", old="", new=str(picture_id), by=by)
    return enterprise


def _locked(enterprise_id: int) -> Enterprise:
    return Enterprise.objects.select_for_update(of=("self",)).get(pk=enterprise_id)


def _written(days: Iterable[int]) -> str:
    return " ".join(str(day) for day in days)


def _note(enterprise: Enterprise, field: str, *, old: str, new: str, by: Any) -> None:
    StateChange.objects.create(
        about_label=enterprise._meta.label_lower,
        about_id=enterprise.pk,
        field=field,
        old=old,
        new=new,
        by=by if getattr(by, "pk", None) else None,
    )
