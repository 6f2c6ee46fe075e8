"""What may be committed: locks with hashes and no addresses, no machine's paths, no vague names."""

import re
from pathlib import Path

import pytest

from deploy.digests import REQUIREMENTS
from tests.architecture.sources import committed_files, name_of, python_files

#: Put together from pieces so that this file does not find itself.
HOMES = ["/ho" + r"me/[a-z]+", "/ro" + "ot/", "/wo" + "rk/", "/Us" + "ers/"]
HOME_PATHS = re.compile(rf"(?<![\w.])(?:{'|'.join(HOMES)})")
HOSTS = ["py" + r"pi\.org", "pythonho" + r"sted\.org", "npm" + r"js\.org"]
REGISTRIES = re.compile("|".join(HOSTS))
KEYS = re.compile(r"\b(sk|rk)_live_[0-9A-Za-z]{8,}|-----BEGIN [A-Z ]*PRIVATE KEY-----")
VAGUE = {"utils.py", "helpers.py", "signals.py", "selectors.py", "common.py"}
LONGEST_FILE = 450
TEXT = {".cfg", ".css", ".html", ".js", ".json", ".md", ".po", ".py", ".sh", ".toml", ".txt", ""}
LOCKS = ("runtime", "dev")


def texts() -> list[tuple[str, str]]:
    return [
        (name_of(path), path.read_text(errors="replace"))
        for path in committed_files()
        if path.suffix in TEXT
    ]


@pytest.mark.parametrize("kind", LOCKS)
def test_every_package_of_a_lock_is_pinned_with_hashes(kind):
    blocks = re.split(r"\n(?=\S)", (REQUIREMENTS / f"{kind}.txt").read_text().strip())
    packages = [block for block in blocks if not block.startswith("#")]

    assert len(packages) >= 60
    for package in packages:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z,]+\])?==\S+", package), package
        assert "--hash=sha256:" in package, package


@pytest.mark.parametrize("kind", LOCKS)
def test_a_lock_names_no_index_and_no_address(kind):
    text = (REQUIREMENTS / f"{kind}.txt").read_text()

    assert "://" not in text
    assert not re.search(r"^\s*--(index-url|extra-index-url|find-links|trusted-host)", text, re.M)


def test_the_development_lock_holds_the_runtime_lock():
    runtime, dev = (set(pins(REQUIREMENTS / f"{kind}.txt")) for kind in LOCKS)

    assert runtime < dev


def pins(lock: Path) -> list[str]:
    return re.findall(r"^[A-Za-z0-9._-]+==[^ ;\\]+", lock.read_text(), re.M)


@pytest.mark.parametrize("pattern", [HOME_PATHS, REGISTRIES, KEYS], ids=["home", "registry", "key"])
def test_no_file_names_a_machine_s_path_a_registry_or_a_secret(pattern):
    found = [
        f"{name}: {match.group()}" for name, text in texts() for match in pattern.finditer(text)
    ]

    assert not found


def test_no_module_has_a_vague_name():
    assert not [name_of(path) for path in python_files() if path.name in VAGUE]


def test_no_module_has_outgrown_one_reading():
    lengths = {name_of(path): len(path.read_text().splitlines()) for path in python_files()}

    assert not {name: length for name, length in lengths.items() if length > LONGEST_FILE}
