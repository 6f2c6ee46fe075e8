"""Say what is being done, for how long already, and what went wrong."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path


class StepFailed(Exception):
    """A step of the preparation ended badly; the message is for the person at the console."""


@dataclass
class Progress:
    """The console of one start: each step with its seconds, details in `log_path`."""

    log_path: Path
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.log_path.parent.mkdir(parents=True, exist_ok=True)
        self.moving = sys.stdout.isatty() and os.environ.get("TERM") != "dumb"

    def run(
        self,
        title: str,
        *commands: Sequence[str],
        environment: Mapping[str, str] | None = None,
        directory: Path | None = None,
    ) -> None:
        """Run `commands` side by side as one step; StepFailed when one of them fails."""
        started = time.monotonic()
        self._show(title, started, first=True)
        with self.log_path.open("ab") as log:
            where = log.tell()
            processes = [
                subprocess.Popen(
                    command,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    cwd=directory,
                    env={**os.environ, **(environment or {})},
                )
                for command in commands
            ]
            with ending_with_us(processes):
                while any(process.poll() is None for process in processes):
                    time.sleep(0.1)
                    self._show(title, started)
        if any(process.returncode for process in processes):
            self._finish(title, started, "failed")
            raise StepFailed(f"{title}: failed.\n{self._tail(where)}\nWhole log: {self.log_path}")
        self._finish(title, started, "done")

    def note(self, text: str) -> None:
        print(f"[{time.monotonic() - self.began:5.1f} s] {text}", flush=True)

    def _show(self, title: str, started: float, *, first: bool = False) -> None:
        if self.moving:
            print(f"\r        … {title} {time.monotonic() - started:4.0f} s ", end="", flush=True)
        elif first:
            self.note(f"{title} …")

    def _finish(self, title: str, started: float, word: str) -> None:
        if self.moving:
            print("\r\033[K", end="")
        self.note(f"{title}: {word} in {time.monotonic() - started:.1f} s")

    def _tail(self, where: int) -> str:
        with self.log_path.open("rb") as log:
            log.seek(where)
            return "\n".join(log.read().decode("utf-8", "replace").splitlines()[-30:])


@contextmanager
def ending_with_us(processes: Sequence[subprocess.Popen[bytes]]) -> Iterator[None]:
    """Whatever interrupts the step also ends the step's processes."""
    try:
        yield
    finally:
        for process in processes:
            if process.poll() is None:
                process.terminate()
        for process in processes:
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
