"""A line of history for a change that is no step of a state."""

from typing import Any

from django.db import models

from shop.core.models import StateChange


def note(about: models.Model, field: str, *, old: str, new: str, by: Any) -> None:
    """Who changed which fact of a thing, from what to what."""
    StateChange.objects.create(
        about_label=about._meta.label_lower,
        about_id=about.pk,
        field=field,
        old=old,
        new=new,
        by=by if getattr(by, "pk", None) else None,
    )
