"""Money is held until the buyer has the goods, the days are over, and nothing is open."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from shop.ledger import services as ledger
from shop.ledger.models import Earning
from shop.ledger.services import NoAdvance, NotToBeReleased
from shop.ledger.states import EarningState
from tests.factories.goods import make_enterprise
from tests.ledger.selling import (
    SOLD_AT,
    TODAY,
    balances,
    check,
    everything,
    received,
    released,
    sell,
)

pytestmark = pytest.mark.django_db


def test_received_on_the_second_released_on_the_tenth():
    """The 9th is the last day to withdraw; told twice, it is released once."""
    sale = sell((make_enterprise(), ["450.00"]))
    (part,) = sale.parts
    ledger.note_dispatched(part_id=part.part_id, at=SOLD_AT)
    for days in (0, 3):  # the second one changes nothing
        ledger.note_received(part_id=part.part_id, at=SOLD_AT + timedelta(days=days))
    assert Earning.objects.get().release_on == date(2026, 11, 10)
    before = everything()
    with pytest.raises(NotToBeReleased) as refused:
        ledger.release(part_id=part.part_id, today=date(2026, 11, 9))
    assert refused.value.why == "days"
    assert everything() == before
    for _ in range(2):
        ledger.release(part_id=part.part_id, today=date(2026, 11, 10))
    assert balances() == {"provider": "450.00", "releasable": "-450.00"}
    assert Earning.objects.get().state == EarningState.RELEASED
    check()


def test_vat_is_released_with_the_share():
    group = make_enterprise()
    ledger.register_vat(enterprise_id=group.pk, tax_id="0994000000000", from_day=TODAY)
    released((group, ["107.00"]))
    assert balances() == {"provider": "107.00", "releasable": "-107.00"}
    check()


def test_what_is_not_received_is_not_released():
    sale = sell((make_enterprise(), ["450.00"]))
    with pytest.raises(NotToBeReleased) as refused:
        ledger.release(part_id=sale.parts[0].part_id, today=date(2030, 1, 1))
    assert refused.value.why == "state"
    assert ledger.release_due(today=date(2030, 1, 1)) == 0
    assert balances() == {"provider": "450.00", "held": "-450.00"}


def test_an_open_problem_keeps_the_money_until_it_ends():
    sale = sell((make_enterprise(), ["450.00"]))
    part_id = sale.parts[0].part_id
    received(sale)
    for cause in ("problem:1", "problem:1", "problem:2"):
        ledger.stop_release(part_id=part_id, cause=cause)
    assert ledger.release_due(today=TODAY) == 0
    ledger.go_on_releasing(part_id=part_id, cause="problem:1")
    with pytest.raises(NotToBeReleased) as refused:
        ledger.release(part_id=part_id, today=TODAY)
    assert refused.value.why == "stopped"
    ledger.go_on_releasing(part_id=part_id, cause="problem:2")
    assert ledger.release_due(today=TODAY) == 1
    assert ledger.release_due(today=TODAY) == 0
    assert balances() == {"provider": "450.00", "releasable": "-450.00"}


def test_what_is_not_paid_whole_is_not_released():
    sale = sell((make_enterprise(), ["3000.00"]), later="1500.00")
    received(sale)
    with pytest.raises(NotToBeReleased) as refused:
        ledger.release(part_id=sale.parts[0].part_id, today=TODAY)
    assert refused.value.why == "unpaid"
    assert ledger.release_due(today=TODAY) == 0


def test_one_part_in_trouble_keeps_no_other_waiting(monkeypatch):
    group = make_enterprise()
    first, second = sell((group, ["100.00"])), sell((group, ["200.00"]))
    received(first), received(second)
    release = ledger.releasing.release

    def breaks(*, part_id, today):
        if part_id == first.parts[0].part_id:
            raise RuntimeError("a fault")
        return release(part_id=part_id, today=today)

    monkeypatch.setattr(ledger.releasing, "release", breaks)
    assert ledger.release_due(today=TODAY) == 1
    assert balances() == {"held": "-100.00", "provider": "300.00", "releasable": "-200.00"}


# --- material ---


@pytest.fixture
def known_group():
    """A group that has been paid for five parts of 100 baht."""
    group = make_enterprise()
    for _ in range(5):
        released((group, ["100.00"]))
    return group


def test_a_group_with_a_record_gets_some_of_it_for_material(known_group):
    sale = sell((known_group, ["1000.00"]))
    (part,) = sale.parts
    for _ in range(2):
        ledger.give_advance(part_id=part.part_id)
    assert balances() == {
        "advance": "300.00",
        "held": "-1000.00",
        "provider": "1500.00",
        "releasable": "-800.00",
    }
    received(sale)
    ledger.release(part_id=part.part_id, today=TODAY)
    assert balances() == {"provider": "1500.00", "releasable": "-1500.00"}
    check()


def test_an_advance_counts_what_is_paid_and_stays_under_its_caps(known_group, settings):
    half = sell((known_group, ["1000.00"]), later="500.00")
    event = ledger.give_advance(part_id=half.parts[0].part_id)
    assert event.entries.get(account="advance").amount == Decimal("150.00")
    settings.ADVANCE_MOST = 100
    dear = sell((known_group, ["9000.00"]))
    event = ledger.give_advance(part_id=dear.parts[0].part_id)
    assert event.entries.get(account="advance").amount == Decimal("100.00")
    settings.ADVANCE_MOST_OPEN = 260
    more = sell((known_group, ["9000.00"]))
    event = ledger.give_advance(part_id=more.parts[0].part_id)
    assert event.entries.get(account="advance").amount == Decimal("10.00")
    refused_advance(sell((known_group, ["9000.00"])), "nothing")
    check()


def refused_advance(sale, why):
    before = everything()
    with pytest.raises(NoAdvance) as refused:
        ledger.give_advance(part_id=sale.parts[0].part_id)
    assert refused.value.why == why
    assert everything() == before


def test_no_advance_without_a_record_with_a_debt_or_after_receipt(known_group):
    refused_advance(sell((make_enterprise(), ["1000.00"])), "record")
    sale = sell((known_group, ["1000.00"]))
    ledger.stop_release(part_id=sale.parts[0].part_id, cause="problem:1")
    refused_advance(sale, "stopped")
    late = sell((known_group, ["1000.00"]))
    received(late)
    refused_advance(late, "state")


def test_an_advance_of_a_part_that_goes_back_is_taken_at_once(known_group):
    sale = sell((known_group, ["1000.00"]))
    (part,) = sale.parts
    ledger.give_advance(part_id=part.part_id)
    ledger.take_back_part(part_id=part.part_id, cause="declined", today=TODAY)
    assert balances() == {
        "buyer": "-1000.00",
        "provider": "1500.00",
        "releasable": "-500.00",
    }
    assert Earning.objects.get(part_id=part.part_id).state == EarningState.UNDONE
    check()
