"""What a sale writes: everybody's part, once, in few statements."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.ledger import services as ledger
from shop.ledger.models import Earning, LedgerEvent, SaleLine
from shop.ledger.services import CauseMeansOther, WrongSum
from tests.factories.goods import make_enterprise
from tests.ledger.selling import balance, balances, check, everything, sale_of, sell

pytestmark = pytest.mark.django_db

LONG_AGO = date(2026, 1, 1)


def usual_fees():
    ledger.set_fee_rule(percent=Decimal(8), from_day=LONG_AGO)
    ledger.set_payment_fee(method="card", percent=Decimal("3.65"), from_day=LONG_AGO)


def test_a_sale_of_two_groups_one_registered_for_vat():
    usual_fees()
    weavers, potters = make_enterprise(), make_enterprise()
    ledger.register_vat(enterprise_id=potters.pk, tax_id="0994000000000", from_day=LONG_AGO)
    sale = sell((weavers, ["450.00", "120.50"]), (potters, ["1070.00"]), delivery="50.00")
    assert balances() == {
        "held": "-1472.46",
        "payment_fee": "-63.53",
        "platform_fee": "-131.24",
        "provider": "1740.50",
        "vat": "-73.27",  # of the pot and of its delivery
    }
    # 570.50 + 50.00 − 8 % of each line − payment fees
    assert balance("held", weavers) == -(Decimal("620.50") - Decimal("45.64") - Decimal("22.65"))
    assert balance("buyer") == 0
    assert sum(line.price for line in SaleLine.objects.all()) == Decimal("1740.50")
    assert Earning.objects.filter(order_id=sale.order_id, state="waiting").count() == 2
    check()


def test_told_again_it_is_the_same_sale():
    sale = sell((make_enterprise(), ["450.00"]))
    before = everything()
    assert ledger.record_sale(sale) == LedgerEvent.objects.get(kind="sale")
    assert everything() == before


def test_the_same_order_with_other_facts_is_refused():
    sale = sell((make_enterprise(), ["450.00"]))
    before = everything()
    with pytest.raises(CauseMeansOther):
        ledger.record_sale(replace(sale, method="promptpay"))
    assert everything() == before


def test_a_balance_above_the_price_is_refused():
    sale = sale_of((make_enterprise(), ["450.00"]), later="450.01")
    with pytest.raises(WrongSum):
        ledger.record_sale(sale)
    assert not LedgerEvent.objects.exists()
    assert not SaleLine.objects.exists()


def test_a_deposit_first_and_the_balance_by_its_own_payment():
    group = make_enterprise()
    sale = sell((group, ["3000.00"]), delivery="100.00", later="1500.00")
    (part,) = sale.parts
    assert balances() == {"buyer": "1500.00", "held": "-3100.00", "provider": "1600.00"}
    assert ledger.still_to_pay(part.part_id) == 1500
    for _ in range(2):
        ledger.record_payment(
            reference="attempt-9",
            amount=Decimal("1500.00"),
            part_id=part.part_id,
            order_id=sale.order_id,
        )
    assert balances() == {"held": "-3100.00", "provider": "3100.00"}
    with pytest.raises(CauseMeansOther):
        ledger.record_payment(reference="attempt-9", amount=Decimal("1.00"))
    check()


def test_money_that_makes_no_order_comes_and_goes_back():
    ledger.record_payment(reference="late", amount=Decimal("99.00"))
    assert balances() == {"buyer": "-99.00", "provider": "99.00"}
    ledger.note_refund_sent(cause="attempt:1:paid_twice", amount=Decimal("99.00"))
    assert balances() == {}
    check()


@pytest.mark.parametrize("lines", [1, 40])
def test_a_sale_takes_at_most_twelve_statements(lines):
    usual_fees()
    groups = [(make_enterprise(), ["10.00"] * lines) for _ in range(3)]
    sale = sale_of(*groups, delivery="40.00")
    with CaptureQueriesContext(connection) as queries:
        ledger.record_sale(sale)
    assert len(queries) <= 12, [query["sql"][:80] for query in queries]
    assert SaleLine.objects.count() == 3 * (lines + 1)
    check()
