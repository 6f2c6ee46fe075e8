"""The moment as the shop's rules want it: they take it by the door, this is the door's side."""

from datetime import date
from typing import TypedDict

from django.utils import timezone


class Moment(TypedDict):
    """A day and the hour of it (0–23) in the shop's time zone, Asia/Bangkok."""

    today: date
    hour: int


def this_moment() -> Moment:
    """Now, to be handed on as `**this_moment()`."""
    now = timezone.localtime()
    return {"today": now.date(), "hour": now.hour}
