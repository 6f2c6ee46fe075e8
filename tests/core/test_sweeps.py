"""One row in trouble stops no other, and what it had begun is undone."""

import pytest
from django.db import transaction

from shop.core.models import StateChange
from shop.core.sweeps import each_alone

pytestmark = pytest.mark.django_db


class Faster(Exception):
    """Somebody else was."""


def note(number: int) -> bool:
    if number == 0:
        return False
    StateChange.objects.create(about_label="core.user", about_id=number, new="noted")
    if number == 2:
        raise ValueError("a row in trouble")
    if number == 3:
        raise Faster
    return True


def test_rows_after_one_in_trouble_are_done(caplog: pytest.LogCaptureFixture) -> None:
    with transaction.atomic():
        assert each_alone([0, 1, 2, 3, 4], note, quiet=(Faster,)) == 2
    assert list(StateChange.objects.order_by("pk").values_list("about_id", flat=True)) == [1, 4]
    assert [record.getMessage().split(" ")[0] for record in caplog.records] == ["2"]


def test_what_says_nothing_was_done() -> None:
    assert each_alone([1, 4], lambda _: None) == 2
