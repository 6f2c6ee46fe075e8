"""What an earlier start has done already, so that the next one need not do it again."""

import json
import os
from pathlib import Path

from deploy.digests import (
    PACKAGES,
    REQUIREMENTS,
    ROOT,
    digest_of,
    files_below,
    migrations_digest,
)

EMBEDDED_DATABASE = "shop.sqlite3"


class Stamp:
    """The file that remembers a digest for each part of the preparation."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.done: dict[str, str] = {}
        if path.exists():
            try:
                self.done = dict(json.loads(path.read_text()))
            except ValueError:
                self.done = {}

    def holds(self, part: str, digest: str) -> bool:
        return self.done.get(part) == digest

    def set(self, part: str, digest: str) -> None:
        self.done[part] = digest
        self._write()

    def forget(self, *parts: str) -> None:
        for part in parts:
            self.done.pop(part, None)
        self._write()

    def _write(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        beside = self.path.with_suffix(".new")
        beside.write_text(json.dumps(self.done, indent=2) + "\n")
        beside.replace(self.path)


def database_digest(var: Path) -> str:
    """Changes with the migrations, with the database that is meant, and when its file is new."""
    address = os.environ.get("DATABASE_URL", "")
    file = var / EMBEDDED_DATABASE
    which = "" if address else (str(file.stat().st_ino) if file.exists() else "missing")
    return digest_of([], migrations_digest(), address, which)


def demo_digest() -> str:
    """Changes with the demo market's words and numbers, and with the code that loads them."""
    return digest_of(files_below(ROOT / "shop" / "demo"))


def static_digest() -> str:
    """Changes with our own static files and with the packages that bring theirs."""
    folders = [ROOT / "static", *(ROOT / name for name in PACKAGES)]
    ours = [path for path in files_below(*folders) if "static" in path.parts]
    return digest_of([*ours, REQUIREMENTS / "runtime.txt"])


def stale_messages() -> bool:
    """Whether a .po file is newer than what was compiled from all of them."""
    locale = ROOT / "shop" / "locale"
    compiled = locale / "th" / "LC_MESSAGES" / "django.mo"
    sources = [*locale.glob("*/LC_MESSAGES/*.po"), *locale.glob("parts/*.po")]
    newest = max((path.stat().st_mtime_ns for path in sources), default=0)
    return bool(sources) and not (compiled.exists() and compiled.stat().st_mtime_ns >= newest)
