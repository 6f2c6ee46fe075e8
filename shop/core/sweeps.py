"""Sweeping what is due: one row in trouble must not keep the others waiting."""

import logging
from collections.abc import Callable, Iterable
from typing import TypeVar

from django.db import transaction

Row = TypeVar("Row")

logger = logging.getLogger(__name__)


def each_alone(
    rows: Iterable[Row], act: Callable[[Row], object], *, quiet: tuple[type[Exception], ...] = ()
) -> int:
    """`act` on each row in a transaction of its own; returns how often it had something to do.

    False means that there was nothing to do. What raises is undone, logged, and left for the next
    sweep; of the `quiet` exceptions, which only say that somebody was faster, nothing is logged.
    """
    done = 0
    for row in list(rows):
        try:
            with transaction.atomic():
                done += act(row) is not False
        except quiet:
            continue
        except Exception:
            logger.exception("%s could not be swept (%s)", row, act)
    return done
