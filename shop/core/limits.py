"""Rate limits kept in the database, so that they hold across processes and restarts."""

import time

from django.db import connection, transaction
from django.db.models import F

from .models import RateCount


class TooOften(Exception):
    """This key knocked more often than its limit allows; `retry_after` is in seconds."""

    def __init__(self, retry_after: int):
        super().__init__(f"too many attempts, retry after {retry_after} s")
        self.retry_after = retry_after


def count_knock(key: str, *, limit: int, per_seconds: int, now: float | None = None) -> int:
    """Count one attempt of `key` and return how many there were in this window.

    Raises TooOften when the limit was used up before this attempt. The count is committed
    on its own, so a failing request still counts.
    """
    moment = time.time() if now is None else now
    window = int(moment // per_seconds)
    key = f"{key}|{per_seconds}"[:200]
    with transaction.atomic():
        row, fresh = RateCount.objects.get_or_create(key=key, window=window, defaults={"count": 1})
        if fresh:
            RateCount.objects.filter(key=key, window__lt=window).delete()
            return 1
        # One statement looks and counts, so that many at once do not all find the door open.
        open_door = RateCount.objects.filter(pk=row.pk, count__lt=limit)
        if not open_door.update(count=F("count") + 1):
            raise TooOften(int((window + 1) * per_seconds - moment) + 1)
    return row.count + 1


def in_transaction() -> bool:
    """Whether a database transaction is open here; provider calls assert that none is."""
    return connection.in_atomic_block
