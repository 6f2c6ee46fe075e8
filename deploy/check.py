"""`make check`: every check that needs no running shop, side by side, told apart by a heading.

All of them run even when one fails, so that one look shows everything there is to mend.
"""

import base64
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from deploy.digests import PACKAGES, ROOT

PYTHON = sys.executable
TESTING = {"DJANGO_SETTINGS_MODULE": "shop.settings.test"}


def production() -> dict[str, str]:
    """Settings of a real shop with throw-away secrets; no server is asked for anything."""
    return {
        "DJANGO_SETTINGS_MODULE": "shop.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "PRIVATE_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "ALLOWED_HOSTS": "shop.example",
        "SITE_URL": "https://shop.example",
        "DATABASE_URL": "postgresql://shop@127.0.0.1:5432/shop",
        "REDIS_URL": "redis://127.0.0.1:6379/0",
        "EMAIL_URL": "smtp://127.0.0.1:25",
        "STRIPE_API_KEY": "sk_test_" + secrets.token_hex(12),
        "STRIPE_WEBHOOK_SECRET": "whsec_" + secrets.token_hex(12),
    }


class Check(NamedTuple):
    title: str
    command: list[str]
    environment: Mapping[str, str] = {}


class Result(NamedTuple):
    check: Check
    passed: bool
    seconds: float
    output: str


def checks() -> list[Check]:
    contracts = "from importlinter.cli import lint_imports_command as run; run()"
    manage = [PYTHON, "manage.py"]
    return [
        Check("types", [PYTHON, "-m", "mypy"], TESTING),
        Check("lint", [PYTHON, "-m", "ruff", "check", "--output-format", "concise", "."]),
        Check(
            "format",
            [
                PYTHON,
                "-m",
                "ruff",
                "format",
                "--check",
                "--quiet",
                "--output-format",
                "concise",
                ".",
            ],
        ),
        Check("import contracts", [PYTHON, "-c", contracts]),
        Check(
            "missing migrations",
            [*manage, "makemigrations", "--check", "--dry-run", *our_labels()],
            TESTING,
        ),
        Check(
            "production settings",
            [*manage, "check", "--deploy", "--fail-level", "WARNING"],
            production(),
        ),
        Check("untranslated strings", [PYTHON, "-m", "deploy.messages", "check"]),
    ]


def our_labels() -> list[str]:
    """The labels of our apps that have migrations; those of installed packages are not ours."""
    return sorted(
        path.parent.name
        for package in PACKAGES
        for path in (ROOT / package).rglob("migrations")
        if path.is_dir()
    )


def run(check: Check) -> Result:
    started = time.monotonic()
    done = subprocess.run(
        check.command,
        cwd=ROOT,
        env={**os.environ, **check.environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - started
    return Result(check, done.returncode == 0, seconds, (done.stdout + done.stderr).strip())


def main() -> int:
    with ThreadPoolExecutor(max_workers=2) as pool:
        results = list(pool.map(run, checks()))
    for result in results:
        word = "passed" if result.passed else "FAILED"
        print(f"{result.check.title:<24}{word}   {result.seconds:.1f} s", flush=True)
        if not result.passed:
            print(result.output + "\n", flush=True)
    failed = [result.check.title for result in results if not result.passed]
    if failed:
        print(f"{len(failed)} of {len(results)} checks failed: {', '.join(failed)}")
        return 1
    print(f"All {len(results)} checks passed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
