"""A process that dies at any statement, and what must be true afterwards."""

from collections.abc import Callable, Iterable
from typing import Any

from django.db import connection

from tests.ledger.selling import everything

WRITES = ("INSERT", "UPDATE", "DELETE")


class ProcessDied(BaseException):
    """Nothing in the shop may catch it, as nothing catches a kill."""


class DiesAt:
    """Dies before the write with this number (from 0)."""

    def __init__(self, number: int):
        self.left = number

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(WRITES):
            if self.left == 0:
                raise ProcessDied
            self.left -= 1
        return execute(sql, params, many, context)


def dying(
    step: Callable[[], Any],
    *,
    at: Iterable[int] = range(1000),
    moved: Callable[[], Any] = everything,
) -> Any:
    """The step's result, after it has died before each of its writes with a number in `at`.

    Each death leaves everything as it was.
    """
    before = moved()
    for number in at:
        dies = DiesAt(number)
        try:
            with connection.execute_wrapper(dies):
                result = step()
        except ProcessDied:
            assert moved() == before
        else:
            return result
    return step()
