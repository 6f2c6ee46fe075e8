"""Our forks carry Oscar's own migrations unchanged, so that an upgrade cannot drift silently."""

from pathlib import Path

import oscar
import pytest

from deploy.digests import ROOT
from tests.architecture.sources import name_of

INSTALLED = Path(oscar.__file__).parent / "apps"


def forks() -> list[tuple[Path, Path]]:
    """(our migrations, Oscar's migrations) of each app that we have forked."""
    ours = [ROOT / "catalogue", *sorted((ROOT / "shop" / "oscar").iterdir())]
    pairs = [(folder / "migrations", INSTALLED / folder.name / "migrations") for folder in ours]
    return [(mine, theirs) for mine, theirs in pairs if mine.is_dir() and theirs.is_dir()]


def test_the_forks_are_found():
    assert {mine.parent.name for mine, _ in forks()} >= {"catalogue", "order", "partner"}


@pytest.mark.parametrize(("mine", "theirs"), forks(), ids=lambda path: path.parent.name)
def test_oscar_s_migrations_are_carried_word_for_word(mine, theirs):
    for original in sorted(theirs.glob("[0-9]*.py")):
        copy = mine / original.name
        assert copy.exists(), f"{name_of(mine)} lacks {original.name}: copy it from Oscar"
        assert copy.read_text() == original.read_text(), f"{name_of(copy)} differs from Oscar's"


@pytest.mark.parametrize(("mine", "theirs"), forks(), ids=lambda path: path.parent.name)
def test_ours_follow_oscar_s(mine, theirs):
    """A migration of ours has a number above Oscar's last, so that the order is plain to see."""
    last = max(path.name[:4] for path in theirs.glob("[0-9]*.py"))
    ours = {path.name for path in mine.glob("[0-9]*.py")} - {
        path.name for path in theirs.glob("[0-9]*.py")
    }

    assert not [name for name in sorted(ours) if name[:4] <= last]
