"""The real background worker as a process of its own, over the test's database."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parents[2]


class Worker:
    """`celery worker --beat` with a broker folder of its own; ended by its process group."""

    def __init__(self, *, database_url: str, folder: Path, provider: str):
        self.folder = folder
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "shop.settings.dev",
            "DATABASE_URL": database_url,
            "REDIS_URL": "",
            "VAR_DIR": str(folder),
            "STRIPE_SIMULATOR_PORT": provider.rsplit(":", 1)[1],
        }
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Worker":
        self.start()
        return self

    def start(self) -> None:
        command = [sys.executable, "-m", "celery", "--app", "shop.celery", "worker", "--beat"]
        command += ["--schedule", str(self.folder / "clock"), "--pool", "threads"]
        command += ["--concurrency", "2", "--without-gossip", "--without-mingle"]
        with (self.folder / "worker.log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self) -> None:
        """As a power cut would: no goodbye, whatever it was doing."""
        self._end(signal.SIGKILL)

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None and self.process.poll() is None:
            os.killpg(self.process.pid, how)
            self.process.wait(timeout=30)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            self._end(signal.SIGTERM)
        except subprocess.TimeoutExpired:
            self.kill()

    @property
    def log(self) -> str:
        path = self.folder / "worker.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""


def until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Look four times a second until it is so; whether it came to be in time."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.25)
    return True
