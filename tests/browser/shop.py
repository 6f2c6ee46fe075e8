"""A real shop for browser tests: web server, payment simulator, database, pictures and mails.

The prepared market (database, pictures, static files) is kept below var/test, named after a digest
of what decides it and of the day, and every run works on its own copy.
"""

import fcntl
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.error
import urllib.request
from contextlib import closing
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import Any

from deploy.digests import ROOT, digest_of, files_below, migrations_digest
from deploy.stamps import demo_digest, static_digest
from shop.stripe_simulator.testing import SimulatorProcess

KEPT = ROOT / "var" / "test" / "browser"
SECONDS_TO_OPEN = 90
ACCOUNTS = ROOT / "shop" / "demo" / "accounts.toml"


def accounts() -> dict[str, dict[str, Any]]:
    """The demo accounts by their key."""
    rows = tomllib.loads(ACCOUNTS.read_text(encoding="utf-8"))["account"]
    return {row["key"]: row for row in rows}


def environment(folder: Path, **more: str) -> dict[str, str]:
    """What the shop's processes are told; nothing of the developer's own settings."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "STRIPE_API_KEY", "EMAIL_URL", "SITE_URL"}
    }
    return {
        **inherited,
        "DJANGO_SETTINGS_MODULE": "shop.settings.dev",
        "VAR_DIR": str(folder),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        **more,
    }


def prepared_market() -> Path:
    """The folder of a loaded market; made when there is none of today and of this code."""
    code = [Path(__file__).with_name("market.py"), *files_below(ROOT / "shop" / "locale")]
    # Demo orders are dated from the day of loading.
    today = date.today().isoformat()  # noqa: DTZ011
    digest = digest_of(code, migrations_digest(), demo_digest(), static_digest(), today)[:16]
    folder = KEPT / digest
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            for old in [path for path in KEPT.iterdir() if path.is_dir()]:
                shutil.rmtree(old)
            unfinished = KEPT / "unfinished"
            command = [sys.executable, "-m", "tests.browser.market"]
            subprocess.run(command, cwd=ROOT, env=environment(unfinished), check=True)
            unfinished.rename(folder)
    return folder


def free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


class OpenShop:
    """The shop on a free port of this machine; closed by leaving the `with`."""

    def __init__(self, market: Path, *, application: str = "tests.browser.recording") -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="talat-browser-")
        self.var = Path(self._folder.name)
        self._application = application
        self._market = market
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.simulator = SimulatorProcess(
            webhook_url=f"{self.address}/payments/webhook/", folder=self.var
        )
        self._web: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "OpenShop":
        shutil.copytree(self._market, self.var, dirs_exist_ok=True)
        self.simulator.__enter__()
        port = self.simulator.base_address.rpartition(":")[2]
        self.environment = environment(
            self.var, PORT=str(self.port), STRIPE_SIMULATOR_PORT=port.rstrip("/")
        )
        command = [
            *(sys.executable, "-m", "gunicorn", f"{self._application}:application"),
            *("--bind", f"127.0.0.1:{self.port}", "--worker-class", "gthread"),
            *("--workers", "1", "--threads", "8", "--graceful-timeout", "2"),
            *("--no-control-socket", "--access-logfile", "-"),
            *("--access-logformat", "%(m)s %(U)s %(q)s %(s)s"),
        ]
        (self.var / "log").mkdir(exist_ok=True)
        with (self.var / "log" / "web.log").open("ab") as log:
            self._web = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
        self._wait()
        return self

    def _wait(self) -> None:
        until = time.monotonic() + SECONDS_TO_OPEN
        while time.monotonic() < until and self._web and self._web.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.address}/healthz", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.2)
        words = (self.var / "log" / "web.log").read_text(encoding="utf-8")[-3000:]
        self.close()
        raise RuntimeError(f"The shop did not open.\n{words}")

    def close(self) -> None:
        if self._web and self._web.poll() is None:
            os.kill(self._web.pid, signal.SIGTERM)
            try:
                self._web.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self._web.kill()
                self._web.wait()
        self.simulator.stop()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
        self._folder.cleanup()

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """What the database says, read beside the running shop."""
        with closing(sqlite3.connect(self.var / "shop.sqlite3", timeout=20)) as database:
            return database.execute(sql, values).fetchall()

    def change(self, sql: str, *values: Any) -> None:
        """Change a row behind the shop's back, as another buyer or the office would."""
        with closing(sqlite3.connect(self.var / "shop.sqlite3", timeout=20)) as database, database:
            database.execute(sql, values)

    def run(self, *command: str) -> None:
        """One management command of the open shop, such as a sweep that the worker would do."""
        subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, check=True
        )
