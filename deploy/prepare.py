"""Make the virtual environment hold exactly what a lock file names, and do nothing the next time.

    python3 -m deploy.prepare runtime     what the shop needs to run
    python3 -m deploy.prepare dev         the same, and what its tests and checks need

Only the standard library is used: this runs before anything is installed.
"""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.digests import REQUIREMENTS, ROOT, packages_digest
from deploy.progress import Progress, StepFailed

ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
# Settings read the same name: everything that is written lies below this folder.
VAR = Path(os.environ.get("VAR_DIR") or ROOT / "var")
INSTALLED = ENVIRONMENT / "installed.json"
PIP_OPTIONS = [
    "--require-hashes",
    "--no-deps",
    "--no-input",
    "--disable-pip-version-check",
    "--progress-bar=off",
    "--no-compile",  # most modules are never imported; Python compiles the others as they are
]
WITHOUT_VENV = (
    "This Python cannot make virtual environments. "
    "On Debian and Ubuntu: apt-get install python3-venv"
)


def ensure_packages(kind: str, progress: Progress) -> None:
    """Install the packages of `kind` ("runtime" or "dev") unless they are there already."""
    with one_at_a_time(VAR / "prepare.lock"):
        lock = REQUIREMENTS / f"{kind}.txt"
        wanted = packages_digest(lock)
        installed = read_installed()
        if installed.get(kind) == wanted:
            return
        if not environment_works():
            progress.run(
                "Making a virtual environment",
                [sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)],
            )
            installed = {}
        # Every package is in the lock, so pip need not look for what they depend on.
        progress.run(
            f"Installing {kind} packages",
            [str(PYTHON), "-m", "pip", "install", *PIP_OPTIONS, "-r", str(lock)],
        )
        INSTALLED.write_text(json.dumps({**installed, **kinds_in(kind, wanted)}, indent=2) + "\n")


def kinds_in(kind: str, digest: str) -> dict[str, str]:
    """The development lock holds every package of the runtime lock at the same version."""
    if kind == "dev":
        return {"dev": digest, "runtime": packages_digest(REQUIREMENTS / "runtime.txt")}
    return {kind: digest}


def read_installed() -> dict[str, str]:
    """What was installed, by the digest of its lock; nothing when the environment is broken."""
    if not INSTALLED.exists() or not PYTHON.exists():
        return {}
    try:
        return dict(json.loads(INSTALLED.read_text()))
    except ValueError:
        return {}


def environment_works() -> bool:
    """Whether the environment has a Python of our version that can install packages."""
    if not PYTHON.exists():
        return False
    version = "import pip, sys; print(sys.version_info[:2])"
    asked = subprocess.run(
        [str(PYTHON), "-c", version], capture_output=True, text=True, check=False
    )
    return asked.stdout.strip() == str(tuple(sys.version_info[:2]))


@contextmanager
def one_at_a_time(path: Path) -> Iterator[None]:
    """Wait until nobody else holds the lock file `path`, then hold it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main(arguments: list[str]) -> int:
    if arguments not in (["runtime"], ["dev"]):
        print(__doc__, file=sys.stderr)
        return 2
    os.chdir(ROOT)
    try:
        ensure_packages(arguments[0], Progress(VAR / "log" / "setup.log"))
    except StepFailed as failure:
        print(failure, file=sys.stderr)
        if "ensurepip" in str(failure):
            print(WITHOUT_VENV, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
