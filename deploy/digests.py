"""Fingerprints of the files that decide whether work done before may be kept."""

import ast
import hashlib
import platform
import sys
from collections.abc import Iterable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "deploy" / "requirements"
PACKAGES = ("shop", "catalogue", "producers", "cms")


def digest_of(paths: Iterable[Path], *words: str) -> str:
    """One fingerprint of the files' names and contents, in a fixed order, and of extra `words`."""
    total = hashlib.sha256()
    for word in words:
        total.update(word.encode() + b"\0")
    for path in sorted(paths):
        name = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
        total.update(str(name).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def packages_digest(lock: Path) -> str:
    """Changes when other packages, or the same packages for another Python, must be installed."""
    python = "{}.{}".format(*sys.version_info[:2])
    return digest_of([lock], python, platform.machine())


def migrations_digest() -> str:
    """Changes when a migrated database may look different.

    Our own migrations and whatever lies beside them, the list of installed applications, and the
    lock file, which stands for the migrations of everybody else.
    """
    ours = [
        path
        for package in PACKAGES
        for path in (ROOT / package).rglob("migrations/*")
        if path.is_file() and path.suffix != ".pyc"
    ]
    return digest_of([*ours, REQUIREMENTS / "runtime.txt"], *installed_applications())


def installed_applications() -> list[str]:
    """INSTALLED_APPS, read from the settings' text: Django need not be installed yet."""
    tree = ast.parse((ROOT / "shop" / "settings" / "base.py").read_text())
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "INSTALLED_APPS":
            return [str(name) for name in ast.literal_eval(node.value)]
    raise LookupError("shop/settings/base.py has no INSTALLED_APPS")


def files_below(*folders: Path) -> list[Path]:
    """Every file below `folders`, without what Python leaves behind."""
    return [
        path
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
