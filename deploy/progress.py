"""Say what is being done, for how long already, and what went wrong."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

QUIET_SECONDS = 15.0


class StepFailed(Exception):
    """A step of the preparation ended badly; the message is for the person at the console."""


@dataclass
class Progress:
    """The console of one start: each step with its seconds, details in `log_path`."""

    log_path: Path
    began: float = field(default_factory=time.monotonic)
    _next_line: float = 0.0

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
        self._begin(title)
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
                    self._show(title, started, where)
        if any(process.returncode for process in processes):
            self._finish(title, started, "failed")
            raise StepFailed(f"{title}: failed.\n{self._tail(where)}\nWhole log: {self.log_path}")
        self._finish(title, started, "done")

    def note(self, text: str) -> None:
        print(f"[{time.monotonic() - self.began:5.1f} s] {text}", flush=True)

    def _begin(self, title: str) -> None:
        self._next_line = time.monotonic() + QUIET_SECONDS
        if not self.moving:
            self.note(f"{title} …")

    def _show(self, title: str, started: float, where: int) -> None:
        """One moving line on a console; elsewhere a line now and then."""
        now = time.monotonic()
        if self.moving:
            line = f"        … {title} {now - started:4.0f} s  {self._last_line(where)}"
            width = shutil.get_terminal_size().columns - 1
            print(f"\r\033[K{line[:width]}", end="", flush=True)
        elif now >= self._next_line:
            self._next_line = now + QUIET_SECONDS
            self.note(f"… {title}: {now - started:.0f} s  {self._last_line(where)}".rstrip())

    def _last_line(self, where: int) -> str:
        """What the step itself has said last."""
        with self.log_path.open("rb") as log:
            log.seek(max(where, log.seek(0, os.SEEK_END) - 300))
            lines = log.read().decode("utf-8", "replace").splitlines()
        return lines[-1].strip()[:70] if lines else ""

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
