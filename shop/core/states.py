"""One way to change a state: check the table, save, write history."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import models

# Any, because a mapping's keys must match exactly and each table has state words of its own.
Transitions = Mapping[Any, Iterable[Any]]


class MoveNotAllowed(Exception):
    """The thing is not in a state from which this move is possible."""

    def __init__(self, obj: models.Model, old: str, new: str):
        super().__init__(f"{obj._meta.label} {obj.pk}: {old} → {new} is not a step")
        self.obj, self.old, self.new = obj, old, new


def can_move(old: str, new: str, transitions: Transitions) -> bool:
    """Whether the table knows a step from `old` to `new`."""
    return new in transitions.get(old, ())


def move(
    obj: Any,
    to: str,
    *,
    transitions: Transitions,
    by: Any = None,
    reason: str = "",
    also: Iterable[str] = (),
    field: str = "state",
) -> None:
    """Move `obj` to state `to`, save it, and write one line of history.

    `also` names further fields the caller has set and wants saved with the state. The caller
    holds the row lock. Raises MoveNotAllowed when the table has no such step; nothing is
    written then.
    """
    from .models import StateChange

    old = getattr(obj, field)
    if not can_move(old, to, transitions):
        raise MoveNotAllowed(obj, old, to)
    setattr(obj, field, to)
    obj.save(update_fields=[field, *also])
    StateChange.objects.create(
        about_label=obj._meta.label_lower,
        about_id=obj.pk,
        field=field,
        old=old,
        new=str(to),
        by=by if getattr(by, "pk", None) else None,
        reason=reason,
    )
