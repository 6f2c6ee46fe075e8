"""Many people doing one thing at once, each on a thread and a connection of their own."""

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


def all_at_once(actions: Iterable[Callable[[], Any]], *, most: int = 50) -> list[Any]:
    """What each action returned or raised, in order; all start behind one gate."""
    actions = list(actions)
    gate = threading.Barrier(min(len(actions), most), timeout=60)

    def run(action: Callable[[], Any]) -> Any:
        try:
            gate.wait()
            return action()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(max_workers=min(len(actions), most)) as pool:
        return list(pool.map(run, actions))


class Meeting:
    """Holds a call back until so many have come, or `seconds` have passed."""

    def __init__(self, people: int, *, seconds: float = 1):
        self._all_here, self._seconds = threading.Barrier(people), seconds

    def wait(self) -> None:
        try:
            self._all_here.wait(timeout=self._seconds)
        except threading.BrokenBarrierError:
            return
