"""The import contracts of pyproject.toml hold, and cover what exists."""

import subprocess
import sys
import tomllib

from deploy.digests import ROOT

CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]


def contract(identifier: str) -> dict:
    (found,) = [each for each in CONFIGURATION["contracts"] if each["id"] == identifier]
    return found


def test_every_import_contract_is_kept():
    found = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert found.returncode == 0, found.stdout + found.stderr
    assert f"{len(CONFIGURATION['contracts'])} kept, 0 broken" in found.stdout


def test_every_domain_package_stands_on_a_floor():
    """A new package must be placed before it is used."""
    named = " ".join(contract("floors")["layers"])
    rooms = {"models.py", "services.py", "services", "models"}
    floors = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for package in ("shop", "catalogue", "producers", "cms")
        for path in (ROOT / package).rglob("*")
        if path.name in rooms and "__pycache__" not in path.parts
    }
    # Forks that only satisfy Oscar have no rules of ours, so they may lie on any floor.
    only_oscar = {"shop.oscar.address", "shop.oscar.customer"}

    missing = {name for name in floors - only_oscar if name not in named}

    assert not missing
    assert {"catalogue", "producers", "shop.core", "shop.payments"} <= floors


def test_every_package_with_rooms_is_told_that_rooms_face_inwards():
    containers = set(contract("rooms")["containers"])
    with_verbs = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for package in ("shop", "catalogue", "producers", "cms")
        for path in (ROOT / package).rglob("services*")
        if "__pycache__" not in path.parts and path.name in {"services", "services.py"}
    }

    assert not with_verbs - containers
