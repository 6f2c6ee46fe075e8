"""A process that dies at any statement, and what must be true afterwards."""

from collections.abc import Callable
from typing import Any

from django.db import connection

from tests.ledger.selling import everything

WRITES = ("INSERT", "UPDATE", "DELETE")


class ProcessDied(BaseException):
    """Nothing in the shop may catch it, as nothing catches a kill."""


class DiesAt:
    """Dies before the write with this number (from 0); `reached` tells whether it came so far."""

    def __init__(self, number: int):
        self.left, self.reached = number, False

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith(WRITES):
            if self.left == 0:
                self.reached = True
                raise ProcessDied
            self.left -= 1
        return execute(sql, params, many, context)


def dying_everywhere(
    step: Callable[[], Any], *, moved: Callable[[], Any] = everything, at: int | None = None
) -> Any:
    """The step's result, after it has died before each of its writes (or before the write `at`).

    Each death leaves everything as it was.
    """
    before = moved()
    numbers = range(1000) if at is None else [at]
    for number in numbers:
        dies = DiesAt(number)
        try:
            with connection.execute_wrapper(dies):
                result = step()
        except ProcessDied:
            assert moved() == before
            continue
        return result
    return step()
