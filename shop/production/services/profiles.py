"""How a group makes its goods: terms per stock record, and named profiles to use them again."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from producers.models import Enterprise
from shop.oscar.partner.models import StockRecord
from shop.oscar.partner.services import lock_stockrecords
from shop.oscar.partner.states import Sells

from ..models import (
    TERMS_FIELDS,
    Job,
    MadeToOrderTerms,
    ProcessingProfile,
    Workshop,
)
from .workshops import close_days, set_making


class NameTaken(Exception):
    """The group has a profile of this name already."""


class NotTheirWorkshop(Exception):
    """Goods are made in their own group's workshops only."""


@transaction.atomic
def set_making_of(
    *,
    stockrecord_ids: Iterable[int],
    profile: ProcessingProfile | None = None,
    **terms: Any,
) -> list[MadeToOrderTerms]:
    """How all sizes of a product are made: by a profile, or by TERMS_FIELDS of their own.

    Terms that are not named stay as they are. What is sold keeps its own. Raises NotTheirWorkshop.
    """
    workshop_id = profile.workshop_id if profile else terms.get("workshop_id")
    records = lock_stockrecords(stockrecord_ids)
    if workshop_id is not None:
        owner = Workshop.objects.values_list("enterprise_id", flat=True).get(pk=workshop_id)
        theirs = {record.partner.enterprise_id for record in records.values()}
        if theirs - {owner}:
            raise NotTheirWorkshop
    return [set_making(stockrecord_id=pk, profile=profile, **terms) for pk in records]


@transaction.atomic
def make_alike(*, product_id: int) -> int:
    """Sizes without terms of their own are made like the others of this product.

    Returns how many got terms; none where no size has any yet.
    """
    sizes = StockRecord.objects.filter(sells=Sells.MADE_TO_ORDER).filter(
        Q(product=product_id) | Q(product__parent=product_id)
    )
    pattern = MadeToOrderTerms.objects.filter(stockrecord__in=sizes).order_by("stockrecord").first()
    if pattern is None:
        return 0
    facts = {name: getattr(pattern, name) for name in TERMS_FIELDS}
    without = list(sizes.filter(making=None).order_by("pk").values_list("pk", flat=True))
    for pk in without:
        set_making(stockrecord_id=pk, profile=pattern.profile, **facts)
    return len(without)


@transaction.atomic
def save_profile(
    *, enterprise: Enterprise, name: str, terms: MadeToOrderTerms
) -> ProcessingProfile:
    """Keep these terms under a name; they follow it from now on, with the product's other sizes.

    Raises NameTaken.
    """
    if ProcessingProfile.objects.filter(enterprise=enterprise, name=name).exists():
        raise NameTaken
    facts = {field: getattr(terms, field) for field in TERMS_FIELDS}
    profile = ProcessingProfile.objects.create(enterprise=enterprise, name=name, **facts)
    MadeToOrderTerms.objects.filter(pk=terms.pk).update(profile=profile)
    return profile


@transaction.atomic
def change_profile(*, profile_id: int, **terms: Any) -> ProcessingProfile:
    """Change a profile and all terms that follow it; what is sold keeps its own (TERMS_FIELDS).

    Raises NotTheirWorkshop.
    """
    if unknown := set(terms) - set(TERMS_FIELDS):
        raise TypeError(f"terms have no {', '.join(sorted(unknown))}")
    profile = ProcessingProfile.objects.select_for_update(of=("self",)).get(pk=profile_id)
    workshop_id = terms.get("workshop_id", profile.workshop_id)
    if not Workshop.objects.filter(pk=workshop_id, enterprise=profile.enterprise_id).exists():
        raise NotTheirWorkshop
    for name, value in terms.items():
        setattr(profile, name, value)
    profile.save(update_fields=list(terms))
    MadeToOrderTerms.objects.filter(profile=profile).update(**terms)
    return profile


def try_closing(
    *, workshop_id: int, first_day: date, last_day: date, percent: int, today: date
) -> list[Job]:
    """Which sold work would no longer fit if these days made only `percent` of their usual.

    Done for once and taken back, so that what is said beforehand is what would happen.
    """
    with transaction.atomic():
        before = set(_at_risk(workshop_id).values_list("pk", flat=True))
        close_days(
            workshop_id=workshop_id,
            first_day=first_day,
            last_day=last_day,
            percent=percent,
            today=today,
        )
        found = [
            job
            for job in _at_risk(workshop_id).select_related("line__order", "line__product")
            if job.pk not in before
        ]
        transaction.set_rollback(True)
    return found


def _at_risk(workshop_id: int) -> Any:
    return Job.objects.at_risk().filter(workshop=workshop_id)
