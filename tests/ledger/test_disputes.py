"""A buyer's bank takes a payment back, and it is decided one way, once."""

from datetime import date
from decimal import Decimal

import pytest

from shop.ledger import services as ledger
from shop.ledger.facts import RefundLine
from shop.ledger.models import Earning, SaleLine
from shop.ledger.services import NotOpen, NotToBeReleased
from shop.ledger.states import Payer
from tests.factories.goods import make_enterprise
from tests.ledger.selling import TODAY, balance, balances, check, everything, received, sell

pytestmark = pytest.mark.django_db

DISPUTE = {"dispute": "dp_1", "amount": Decimal("1000.00"), "charge": Decimal("500.00")}


@pytest.fixture
def sale():
    ledger.set_fee_rule(percent=Decimal(10), from_day=date(2026, 1, 1))
    return sell((make_enterprise(), ["400.00"]), (make_enterprise(), ["600.00"]))


def test_while_it_is_open_nothing_of_the_order_is_released(sale):
    received(sale)
    for _ in range(2):
        ledger.open_dispute(order_id=sale.order_id, **DISPUTE)
    assert balances() == {
        "buyer": "1000.00",
        "held": "-900.00",
        "payment_fee": "500.00",
        "platform_fee": "-100.00",
        "provider": "-500.00",
    }
    assert ledger.release_due(today=TODAY) == 0
    with pytest.raises(NotToBeReleased):
        ledger.release(part_id=sale.parts[0].part_id, today=TODAY)
    check()


def test_won_all_is_as_it_was(sale):
    before = balances()
    ledger.open_dispute(order_id=sale.order_id, **DISPUTE)
    for _ in range(2):
        ledger.win_dispute(dispute="dp_1", charge_back=Decimal("500.00"))
    assert balances() == before
    received(sale)
    assert ledger.release_due(today=TODAY) == 2
    with pytest.raises(NotOpen):
        ledger.lose_dispute(dispute="dp_1")
    check()


def test_lost_and_borne_by_the_groups_the_sale_is_taken_back(sale):
    ledger.open_dispute(order_id=sale.order_id, **DISPUTE)
    for _ in range(2):
        ledger.lose_dispute(dispute="dp_1", payer=Payer.GROUP)
    assert balances() == {"payment_fee": "500.00", "provider": "-500.00"}
    assert set(Earning.objects.values_list("state", flat=True)) == {"undone"}
    before = everything()
    with pytest.raises(NotOpen):
        ledger.win_dispute(dispute="dp_1")
    assert everything() == before
    check()


def test_lost_and_borne_by_the_platform_the_groups_keep_theirs(sale):
    ledger.open_dispute(order_id=sale.order_id, **DISPUTE)
    ledger.lose_dispute(dispute="dp_1")
    received(sale)
    assert ledger.release_due(today=TODAY) == 2
    assert balances() == {
        "payment_fee": "500.00",
        "platform_fee": "900.00",
        "provider": "-500.00",
        "releasable": "-900.00",
    }
    check()


def test_what_has_been_refunded_already_is_not_taken_from_the_groups_again(sale):
    line = SaleLine.objects.get(part_id=sale.parts[0].part_id)
    ledger.record_refund(cause="claim:1", lines=[RefundLine(line.pk, Decimal("400.00"))])
    ledger.note_refund_sent(cause="claim:1", amount=Decimal("400.00"))
    ledger.open_dispute(order_id=sale.order_id, **DISPUTE)
    ledger.lose_dispute(dispute="dp_1", payer=Payer.GROUP)
    # 600 of the second group's sale, its fee too; 400 twice, which the platform bears.
    assert balances() == {
        "payment_fee": "500.00",
        "platform_fee": "400.00",
        "provider": "-900.00",
    }
    assert balance("debt") == 0
    check()


def test_what_was_never_opened_cannot_be_decided(sale):
    with pytest.raises(NotOpen):
        ledger.win_dispute(dispute="dp_2")
    with pytest.raises(NotOpen):
        ledger.lose_dispute(dispute="dp_2")
