"""Whose rule holds for a line, on which day; and that what was sold stays as it was sold."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from shop.ledger import services as ledger
from shop.ledger.models import FeeRule, PaymentFee, SaleLine, VatRegistration
from shop.ledger.services import BeginsTooEarly, NothingOpen
from tests.factories.goods import make_enterprise
from tests.ledger.selling import SOLD_AT, TODAY, sale_of, sell

pytestmark = pytest.mark.django_db

LONG_AGO = date(2026, 1, 1)


def fee_on(group, **details):
    """The platform fee of 100 baht."""
    sale = sell((group, ["100.00"]), **details)
    return SaleLine.objects.get(order_id=sale.order_id).platform_fee


def test_the_most_specific_rule_wins():
    group = make_enterprise()
    assert fee_on(group) == 0
    ledger.set_fee_rule(percent=Decimal(10), from_day=LONG_AGO)
    assert fee_on(group) == 10
    ledger.set_fee_rule(percent=Decimal(9), from_day=LONG_AGO, product_type="textile")
    assert fee_on(group) == 9
    ledger.set_fee_rule(percent=Decimal(8), from_day=LONG_AGO, province_code=group.province_code)
    assert fee_on(group) == 8
    ledger.set_fee_rule(
        percent=Decimal(7),
        from_day=LONG_AGO,
        province_code=group.province_code,
        product_type="textile",
    )
    assert fee_on(group) == 7
    ledger.set_fee_rule(percent=Decimal(0), from_day=LONG_AGO, enterprise_id=group.pk)
    assert fee_on(group) == 0


def test_a_rule_for_others_does_not_hold():
    group = make_enterprise()
    ledger.set_fee_rule(percent=Decimal(5), from_day=LONG_AGO)
    ledger.set_fee_rule(percent=Decimal(50), from_day=LONG_AGO, enterprise_id=make_enterprise().pk)
    ledger.set_fee_rule(percent=Decimal(50), from_day=LONG_AGO, province_code="99")
    ledger.set_fee_rule(percent=Decimal(50), from_day=LONG_AGO, product_type="food")
    ledger.set_fee_rule(percent=Decimal(50), from_day=LONG_AGO, programme="weaving-2569")
    assert fee_on(group) == 5


def test_a_new_version_holds_from_its_day_and_leaves_sold_lines_alone():
    group = make_enterprise()
    old = ledger.set_fee_rule(percent=Decimal(8), from_day=LONG_AGO)
    sale = sell((group, ["100.00"]))
    before = SaleLine.objects.filter(order_id=sale.order_id).values().get()
    tomorrow = TODAY + timedelta(days=1)
    new = ledger.set_fee_rule(percent=Decimal(20), from_day=tomorrow)
    old.refresh_from_db()
    assert (old.valid_until, old.percent, old.version) == (TODAY, 8, 1)
    assert (new.valid_from, new.valid_until, new.version) == (tomorrow, None, 2)
    assert fee_on(group) == 8  # today is still the old one's
    assert fee_on(group, sold_at=SOLD_AT + timedelta(days=1)) == 20
    assert SaleLine.objects.filter(order_id=sale.order_id).values().get() == before
    assert before["terms"]["fee"] == {
        "percent": "8.00",
        "fixed": "0.00",
        "minimum": "0.00",
        "most": None,
        "rule": old.pk,
        "version": 1,
        "base": "100.00",
    }


def test_a_rule_cannot_reach_back_behind_the_one_before():
    ledger.set_fee_rule(percent=Decimal(8), from_day=TODAY)
    with pytest.raises(BeginsTooEarly) as refused:
        ledger.set_fee_rule(percent=Decimal(9), from_day=TODAY)
    assert refused.value.from_day == TODAY + timedelta(days=1)
    assert FeeRule.objects.get().percent == 8


def test_an_ended_rule_gives_way_to_the_less_specific_one():
    group = make_enterprise()
    ledger.set_fee_rule(percent=Decimal(5), from_day=LONG_AGO)
    own = ledger.set_fee_rule(percent=Decimal(1), from_day=LONG_AGO, enterprise_id=group.pk)
    ledger.end_fee_rule(rule_id=own.pk, last_day=TODAY - timedelta(days=1))
    assert fee_on(group) == 5
    with pytest.raises(NothingOpen):
        ledger.end_fee_rule(rule_id=own.pk, last_day=TODAY)


def test_the_database_knows_one_open_rule_for_the_same_lines():
    ledger.set_fee_rule(percent=Decimal(5), from_day=LONG_AGO)
    with pytest.raises(IntegrityError), transaction.atomic():
        FeeRule.objects.create(percent=6, valid_from=TODAY)


def test_vat_counts_from_the_day_of_registration_until_its_last():
    group = make_enterprise()
    ledger.register_vat(enterprise_id=group.pk, tax_id="0994000000000", from_day=TODAY)

    def vat_on(days):
        sale = sell((group, ["107.00"]), sold_at=SOLD_AT + timedelta(days=days))
        return SaleLine.objects.get(order_id=sale.order_id).vat

    assert [vat_on(-1), vat_on(0), vat_on(1)] == [0, 7, 7]
    ledger.end_vat(enterprise_id=group.pk, last_day=TODAY + timedelta(days=1))
    assert [vat_on(1), vat_on(2)] == [7, 0]
    assert VatRegistration.objects.get().tax_id == "0994000000000"
    with pytest.raises(NothingOpen):
        ledger.end_vat(enterprise_id=group.pk, last_day=TODAY)


def test_the_payment_fee_is_that_of_the_method_and_split_over_all_lines():
    one, other = make_enterprise(), make_enterprise()
    ledger.set_payment_fee(method="card", percent=Decimal("3.65"), from_day=LONG_AGO)
    ledger.set_payment_fee(method="promptpay", percent=Decimal("1.65"), from_day=LONG_AGO)
    sale = sell((one, ["333.33", "333.33"]), (other, ["333.34"]), delivery="50.00")
    lines = SaleLine.objects.filter(order_id=sale.order_id)
    # 1,100.00 baht at 3.65 %
    assert sum(line.payment_fee for line in lines) == Decimal("40.15")
    assert {line.terms["payment"]["method"] for line in lines} == {"card"}
    by_qr = sell((one, ["100.00"]), method="promptpay")
    assert SaleLine.objects.get(order_id=by_qr.order_id).payment_fee == Decimal("1.65")
    assert PaymentFee.objects.on(TODAY).count() == 2


def test_delivery_bears_no_platform_fee():
    group = make_enterprise()
    ledger.set_fee_rule(percent=Decimal(10), from_day=LONG_AGO)
    sale = sell((group, ["200.00"]), delivery="60.00")
    delivery = SaleLine.objects.get(order_id=sale.order_id, sold_as="delivery")
    assert (delivery.price, delivery.platform_fee, delivery.share) == (60, 0, 60)


def test_food_is_held_shorter_only_where_it_is_exempt_and_the_buyer_was_told():
    group = make_enterprise()

    def days(**details):
        sale = sale_of((group, ["80.00"]), product_type="food", **details)
        ledger.record_sale(sale)
        return SaleLine.objects.get(order_id=sale.order_id).held_days

    assert days(no_withdrawal=True) == 7  # no policy
    policy = ledger.set_release_policy(
        product_type="food", days=2, source="notice of the day", from_day=TODAY
    )
    assert days(no_withdrawal=True) == 2
    assert days() == 7  # not told
    assert days(no_withdrawal=True, sold_at=SOLD_AT - timedelta(days=1)) == 7
    ledger.end_release_policy(policy_id=policy.pk, last_day=TODAY)
    assert days(no_withdrawal=True, sold_at=SOLD_AT + timedelta(days=1)) == 7
