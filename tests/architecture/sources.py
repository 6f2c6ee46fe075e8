"""Where the architecture tests look."""

import ast
import subprocess
from collections.abc import Iterator
from pathlib import Path

from deploy.digests import PACKAGES, ROOT

#: The rooms of a package that face the world; see docs/architecture.md.
DOORS = {
    "context_processors",
    "forms",
    "middleware",
    "tasks",
    "urls",
    "views",
    "wagtail_hooks",
    "webhooks",
}


def python_files() -> Iterator[Path]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path


def door_files() -> list[Path]:
    """Every file of a room that faces the world, management commands included."""
    return [path for path in python_files() if is_door(path)]


def is_door(path: Path) -> bool:
    inside = path.relative_to(ROOT)
    if inside.parts[:2] in {("shop", "demo"), ("shop", "stripe_simulator")}:
        return False  # the filler writes rows by the thousand; the simulator is another program
    folders = set(inside.parts[:-1])
    return inside.stem in DOORS or bool(folders & DOORS) or "commands" in folders


def syntax_tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def committed_files() -> list[Path]:
    """Every file git knows, committed or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    paths = [ROOT / name for name in listed.split("\0") if name]
    return [path for path in paths if path.is_file()]


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))
