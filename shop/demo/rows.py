"""Writing many rows at once: new ones are made, known ones are brought up to date."""

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from django.db.models import Model

Row = TypeVar("Row", bound=Model)


def upsert(rows: Iterable[Row], *, by: Collection[str], keep: Collection[str] = ()) -> list[Row]:
    """Write the rows, each known by the fields `by`; returns them with their ids.

    `keep` names what the shop itself may have changed since and loading leaves as it is.
    """
    rows = list(rows)
    if not rows:
        return []
    model: Any = type(rows[0])
    left = {*by, *keep, model._meta.pk.name}
    fields = [f.name for f in model._meta.concrete_fields if f.name not in left]
    return list(
        model.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=list(by), update_fields=fields
        )
    )
