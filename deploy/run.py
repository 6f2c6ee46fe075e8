"""`make run`: everything between a fresh clone and an open shop, and nothing twice.

Installs the packages, makes the database, loads the demo market, then starts web, worker and
payment simulator side by side under one supervisor, and says where the shop is. The address is
127.0.0.1 with the PORT of the environment (default 8000). Ctrl-C stops everything.

Only the standard library is used: this runs before anything is installed.
"""

import fcntl
import os
import re
import signal
import socket
import sys
import time
import tomllib
import unicodedata
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy import stamps
from deploy.digests import ROOT
from deploy.prepare import PYTHON, VAR, ensure_packages
from deploy.progress import Progress, StepFailed
from deploy.supervise import Child, Supervisor, die_with_parent

DEFAULT_PORT = 8000
USUAL_SIMULATOR_PORT = 12111
SECONDS_TO_OPEN = 120
DEATHS_BEFORE_GIVING_UP = 3
ACCOUNT_COLUMNS = ("who", "email", "phone", "password", "where")
WEBHOOK = "/payments/webhook/"
ACCOUNTS = ROOT / "shop" / "demo" / "accounts.toml"


class CannotStart(Exception):
    """The shop cannot be opened; the message tells the person at the console what to do."""


def main() -> int:
    os.chdir(ROOT)
    if "MAKELEVEL" in os.environ:
        # Killing `make` alone must not leave the shop running.
        die_with_parent(os.getppid(), signal.SIGTERM)
    progress = Progress(VAR / "log" / "setup.log")
    try:
        port = wanted_port(os.environ)
        with only_one_here(port):
            refuse_busy_port(port)
            environment = environment_for(port, os.environ)
            ensure_packages("runtime", progress)
            prepare(progress, environment)
            serve(progress, environment, port)
    except (CannotStart, StepFailed) as failure:
        print(f"\n{failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.")
    return 0


# --- before the start ---------------------------------------------------------------------------


def wanted_port(environment: Mapping[str, str]) -> int:
    text = environment.get("PORT") or str(DEFAULT_PORT)
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise CannotStart(f"PORT is {text!r}; it must be a number from 1 to 65535.")
    return int(text)


@contextmanager
def only_one_here(port: int) -> Iterator[None]:
    """Two shops over one database file and one broker folder would do everything twice."""
    VAR.mkdir(parents=True, exist_ok=True)
    with (VAR / "run.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise CannotStart(
                f"The shop of this folder is running already: {file.read()}"
            ) from None
        file.truncate(0)
        file.write(f"http://127.0.0.1:{port}/ (process {os.getpid()})")
        file.flush()
        yield


def refuse_busy_port(port: int) -> None:
    if not is_free(port):
        raise CannotStart(
            f"Port {port} is taken by another program.\n"
            f"Stop that program, or choose another port:  make run PORT={port + 1}"
        )


def is_free(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def any_free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


def environment_for(port: int, given: Mapping[str, str]) -> dict[str, str]:
    """What every process of the shop is told; settings read it."""
    simulator = given.get("STRIPE_SIMULATOR_PORT", "")
    if not simulator:
        usual = USUAL_SIMULATOR_PORT
        simulator = str(usual if usual != port and is_free(usual) else any_free_port())
    return {
        "DJANGO_SETTINGS_MODULE": given.get("DJANGO_SETTINGS_MODULE") or "shop.settings.dev",
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        "STRIPE_SIMULATOR_PORT": simulator,
    }


# --- the preparation ----------------------------------------------------------------------------


def prepare(progress: Progress, environment: Mapping[str, str]) -> None:
    """Strings, database, static files and demo market: each only when something has changed."""
    stamp = stamps.Stamp(VAR / "run-stamp.json")
    manage = [str(PYTHON), "manage.py"]
    if stamps.stale_messages():
        progress.run("Compiling strings", [str(PYTHON), "-m", "deploy.messages", "compile"])

    new_database = not stamp.holds("database", stamps.database_digest(VAR))
    static = stamps.static_digest()
    migrate = [*manage, "migrate", "--no-input", "--verbosity", "1"]
    collect = [*manage, "collectstatic", "--no-input", "--verbosity", "0"]
    work = {"database": migrate} if new_database else {}
    if not stamp.holds("static", static):
        work["style sheets and scripts"] = collect
    if work:
        progress.run(
            f"Preparing {' and '.join(work)}",
            *work.values(),
            environment=environment,
            directory=ROOT,
        )
        stamp.set("static", static)

    demo = stamps.demo_digest()
    if new_database or not stamp.holds("demo", demo):
        stamp.forget("demo")
        for title, command in (
            ("Loading the demo market", [*manage, "load_demo"]),
            # The worker draws the rest while the shop is open.
            ("Drawing one picture per product", [*manage, "draw_pictures", "--first-only"]),
        ):
            progress.run(title, command, environment=environment, directory=ROOT)
        stamp.set("demo", demo)
    stamp.set("database", stamps.database_digest(VAR))


# --- the open shop ------------------------------------------------------------------------------


def processes(environment: Mapping[str, str], port: int) -> list[Child]:
    """The shop's processes in the order of starting; they stop in the reverse order.

    The web starts first, since somebody waits for it; nothing is done by a clock or a worker that
    a page could miss while they stop.
    """
    python = str(PYTHON)
    told = dict(environment)
    simulator = Child(
        "simulator",
        [
            *(python, "-m", "shop.stripe_simulator", "--port", told["STRIPE_SIMULATOR_PORT"]),
            *("--store", str(VAR / "stripe.sqlite3")),
            *("--webhook-url", f"http://127.0.0.1:{port}{WEBHOOK}"),
        ],
        environment=told,
        directory=ROOT,
        stop_seconds=3,
        echo=TROUBLE,
    )
    worker = Child(
        "worker",
        [
            *(python, "-m", "celery", "--app", "shop.celery", "worker"),
            *("--pool", "threads", "--concurrency", "2", "--loglevel", "WARNING"),
            *("--without-gossip", "--without-mingle"),
        ],
        environment=told,
        directory=ROOT,
        stop_seconds=8,
        niceness=5,  # drawing pictures must not slow a buyer's page
        echo=TROUBLE,
    )
    # Beside the worker rather than inside it, where it could die unseen; and with its schedule in
    # memory, since the file that Celery would keep does not survive being killed.
    clock = Child(
        "clock",
        [
            *(python, "-m", "celery", "--app", "shop.celery", "beat"),
            *("--scheduler", "celery.beat:Scheduler", "--loglevel", "WARNING", "--pidfile", ""),
        ],
        environment=told,
        directory=ROOT,
        stop_seconds=3,
        niceness=5,
        echo=TROUBLE,
    )
    web = Child(
        "web",
        [
            *(python, "-m", "gunicorn", "shop.wsgi:application", "--bind", f"127.0.0.1:{port}"),
            *("--worker-class", "gthread", "--workers", "1", "--threads", "8"),
            *("--graceful-timeout", "5", "--timeout", "60", "--no-control-socket"),
            # No query string and no signatures: whoever reads a log must not be able to use them.
            *("--logger-class", "deploy.weblog.WebLog"),
            *("--access-logfile", "-", "--access-logformat", "%(m)s %(U)s %(s)s %(M)s ms"),
        ],
        environment=told,
        directory=ROOT,
        stop_seconds=8,
        echo=PAGES_AND_TROUBLE,
    )
    simulated = not os.environ.get("STRIPE_API_KEY")
    return [*([simulator] if simulated else []), web, worker, clock]


TROUBLE = re.compile(r"(?<!%)\b(WARNING|ERROR|CRITICAL|Error|Exception)\b")
PAGES_AND_TROUBLE = re.compile(
    rf"^(GET|POST|PUT|DELETE|PATCH) (?!/(static|media|healthz))|{TROUBLE.pattern}"
)


def serve(progress: Progress, environment: Mapping[str, str], port: int) -> None:
    """Start the processes, say where the shop is once it answers, and stay until a stop signal."""
    supervisor = Supervisor(processes(environment, port), log_directory=VAR / "log")
    progress.note("Opening the shop …")
    try:
        supervisor.start()
        if wait_until_open(supervisor, lambda: answers(f"http://127.0.0.1:{port}/healthz")):
            progress.note("The shop is open.")
            print(welcome(port, read_accounts(ACCOUNTS)), flush=True)
        while not supervisor.stop_asked:
            supervisor.step(1.0)
        print("\nStopping …", flush=True)
    finally:
        supervisor.stop()


def wait_until_open(supervisor: Supervisor, is_open: Callable[[], bool]) -> bool:
    """True once the shop answers, False when a stop is asked for first.

    Raises CannotStart, with the web process's last words, when it keeps dying or stays silent.
    """
    web = supervisor.find("web")
    deadline = time.monotonic() + SECONDS_TO_OPEN
    while not supervisor.stop_asked:
        supervisor.step(0.2)
        if web.alive and is_open():
            return True
        if web.deaths >= DEATHS_BEFORE_GIVING_UP or time.monotonic() > deadline:
            words = "\n".join(web.last_lines)
            raise CannotStart(f"The shop did not open.\n{words}\nWhole log: {VAR}/log/web.log")
    return False


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as response:
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def read_accounts(path: Path) -> list[dict[str, str]]:
    """The demo accounts, each as one row of the table to sign in with."""
    accounts = tomllib.loads(path.read_text(encoding="utf-8"))["account"]
    return [{column: str(account[column]) for column in ACCOUNT_COLUMNS} for account in accounts]


def welcome(port: int, accounts: list[dict[str, str]]) -> str:
    """The last lines of the start: the address and a table of the accounts to sign in with."""
    lines = ["", f"  ตลาดลอยฟ้า · Talat Loi Fa    http://127.0.0.1:{port}/", ""]
    header = {column: column for column in ACCOUNT_COLUMNS}
    widths = {
        column: max(cells(row[column]) for row in [header, *accounts]) for column in ACCOUNT_COLUMNS
    }
    for row in [header, *accounts]:
        padded = (row[name] + " " * (width - cells(row[name])) for name, width in widths.items())
        lines.append("  " + "   ".join(padded).rstrip())
    lines.append("")
    lines.append("  Ctrl-C stops the shop. Logs: var/log/   Mails: var/mail/   SMS: var/sms/")
    return "\n".join(lines) + "\n"


def cells(text: str) -> int:
    """How many cells of a console a text fills: Thai vowels and tone marks fill none."""
    return sum(1 for letter in text if unicodedata.category(letter) not in {"Mn", "Me"})


if __name__ == "__main__":
    sys.exit(main())
