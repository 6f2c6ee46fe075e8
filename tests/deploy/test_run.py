"""The start of the shop: what it refuses, what it does once, and what it says at the end."""

import socket
from pathlib import Path

import pytest

from deploy import run, stamps
from deploy.digests import ROOT
from deploy.progress import Progress, StepFailed


class Steps:
    """Stands in for the console: remembers the titles of the steps, and lets one fail."""

    def __init__(self, var: Path, failing: str = "") -> None:
        self.var, self.failing = var, failing
        self.titles: list[str] = []

    def run(self, title: str, *commands: list[str], **_: object) -> None:
        self.titles.append(title)
        if self.failing and self.failing in title:
            raise StepFailed(title)
        if "database" in title:
            (self.var / "shop.sqlite3").write_text("migrated")


@pytest.fixture
def var(tmp_path, monkeypatch):
    """A folder for what is written, with nothing in it yet."""
    monkeypatch.setattr(run, "VAR", tmp_path)
    monkeypatch.setattr(stamps, "stale_messages", lambda: False)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


def steps_of_a_start(var: Path, failing: str = "") -> list[str]:
    steps = Steps(var, failing)
    try:
        run.prepare(steps, {})
    except StepFailed:
        assert failing
    return steps.titles


PREPARING = "Preparing database and style sheets and scripts"
LOADING = "Loading the demo market"
DRAWING = "Drawing one picture per product"


def test_the_first_start_does_everything_and_the_second_nothing(var):
    assert steps_of_a_start(var) == [PREPARING, LOADING, DRAWING]
    assert steps_of_a_start(var) == []


def test_new_demo_data_is_loaded_without_migrating_again(var, monkeypatch):
    steps_of_a_start(var)
    monkeypatch.setattr(stamps, "demo_digest", lambda: "other goods")

    assert steps_of_a_start(var) == [LOADING, DRAWING]
    assert steps_of_a_start(var) == []


def test_a_new_migration_is_run(var, monkeypatch):
    steps_of_a_start(var)
    monkeypatch.setattr(stamps, "migrations_digest", lambda: "one more")

    assert steps_of_a_start(var) == ["Preparing database", LOADING, DRAWING]


def test_a_database_that_was_deleted_is_made_again(var):
    steps_of_a_start(var)
    (var / "shop.sqlite3").unlink()

    assert steps_of_a_start(var) == ["Preparing database", LOADING, DRAWING]


def test_another_database_by_url_is_prepared_too(var, monkeypatch):
    steps_of_a_start(var)
    monkeypatch.setenv("DATABASE_URL", "postgresql://127.0.0.1/talat")

    assert steps_of_a_start(var) == ["Preparing database", LOADING, DRAWING]


def test_a_load_that_failed_is_tried_again(var):
    assert steps_of_a_start(var, failing=LOADING) == [PREPARING, LOADING]

    assert LOADING in steps_of_a_start(var)
    assert steps_of_a_start(var) == []


def test_a_stamp_that_cannot_be_read_counts_for_nothing(var):
    steps_of_a_start(var)
    (var / "run-stamp.json").write_text("{ half a f")

    assert steps_of_a_start(var) == [PREPARING, LOADING, DRAWING]


def test_a_taken_port_is_named_with_a_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        with pytest.raises(run.CannotStart) as refusal:
            run.refuse_busy_port(port)

    assert f"Port {port} is taken" in str(refusal.value)
    assert f"make run PORT={port + 1}" in str(refusal.value)


@pytest.mark.parametrize("text", ["80a", "0", "65536", "-1", "8000 "])
def test_a_port_that_is_no_port_is_refused(text):
    with pytest.raises(run.CannotStart, match="PORT"):
        run.wanted_port({"PORT": text})


def test_the_port_is_8000_unless_said_otherwise():
    assert run.wanted_port({}) == 8000
    assert run.wanted_port({"PORT": ""}) == 8000
    assert run.wanted_port({"PORT": "8123"}) == 8123


def test_the_shop_of_one_folder_runs_once(var):
    with (
        run.only_one_here(8123),
        pytest.raises(run.CannotStart, match=r"already: http://127\.0\.0\.1:8123/"),
        run.only_one_here(8124),
    ):
        pass


def test_the_simulator_moves_away_from_a_taken_port():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        usual, run.USUAL_SIMULATOR_PORT = run.USUAL_SIMULATOR_PORT, taken
        try:
            chosen = int(run.environment_for(8000, {})["STRIPE_SIMULATOR_PORT"])
        finally:
            run.USUAL_SIMULATOR_PORT = usual

    assert chosen not in {taken, 8000}


def test_no_simulator_runs_beside_a_stripe_key(var, monkeypatch):
    told = run.environment_for(8000, {"STRIPE_SIMULATOR_PORT": "12111"})
    monkeypatch.delenv("STRIPE_API_KEY", raising=False)
    alone = [child.name for child in run.processes(told, 8000)]
    monkeypatch.setenv("STRIPE_API_KEY", "sk_test_of_a_developer")
    with_stripe = [child.name for child in run.processes(told, 8000)]

    assert alone == ["simulator", "web", "worker", "clock"]
    assert with_stripe == ["web", "worker", "clock"]


def test_the_accounts_stand_in_straight_columns_in_thai_too():
    accounts = run.read_accounts(run.ACCOUNTS)

    said = run.welcome(8123, accounts).splitlines()

    assert any("http://127.0.0.1:8123/" in line for line in said)
    (header,) = [line for line in said if "email" in line]
    rows = [line for line in said if "@example.com" in line]
    assert len(rows) == len(accounts) >= 5
    for row, account in zip(rows, accounts, strict=True):
        for column in ("email", "phone", "password", "where"):
            before = row[: row.index(account[column])]
            assert run.cells(before) == header.index(column)


def test_the_readme_lists_the_accounts_that_the_start_prints():
    readme = (ROOT / "README.md").read_text()

    for account in run.read_accounts(run.ACCOUNTS):
        cells = [account["who"], account["email"], account["phone"], f"`{account['password']}`"]
        assert f"| {' | '.join(cells)} |" in readme


def test_a_step_that_fails_shows_its_last_words(tmp_path):
    progress = Progress(tmp_path / "setup.log")
    script = "print('first words'); print('last words'); raise SystemExit(3)"

    with pytest.raises(StepFailed) as failure:
        progress.run("Doing it", ["python3", "-c", script])

    assert "Doing it: failed" in str(failure.value)
    assert "last words" in str(failure.value)
    assert "first words\nlast words" in (tmp_path / "setup.log").read_text()


class DyingWeb:
    """A supervisor whose web process keeps dying."""

    stop_asked = 0

    def __init__(self) -> None:
        self.alive = False
        self.deaths = 0
        self.last_lines = ["ImproperlyConfigured: no such setting"]

    def find(self, name: str) -> "DyingWeb":
        assert name == "web"
        return self

    def step(self, seconds: float) -> None:
        self.deaths += 1


def test_a_shop_that_cannot_open_says_why_and_gives_up(var):
    with pytest.raises(run.CannotStart, match="ImproperlyConfigured: no such setting"):
        run.wait_until_open(DyingWeb(), lambda: False)
