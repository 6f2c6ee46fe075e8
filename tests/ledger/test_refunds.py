"""Money that goes back: from whom it is taken, exactly, once, and never more than there was."""

from datetime import date
from decimal import Decimal

import pytest

from shop.ledger import services as ledger
from shop.ledger.facts import RefundLine
from shop.ledger.models import Earning, LedgerEvent, Reversal, SaleLine
from shop.ledger.services import (
    AmountNotPositive,
    CauseMeansOther,
    FundIsShort,
    MoreThanLeft,
    NotOwedSoMuch,
)
from shop.ledger.states import EarningState, Payer
from tests.factories.goods import make_enterprise
from tests.ledger.selling import (
    TODAY,
    balance,
    balances,
    check,
    everything,
    received,
    released,
    sell,
)

pytestmark = pytest.mark.django_db

LONG_AGO = date(2026, 1, 1)


@pytest.fixture
def group():
    """8 % for the platform, 3.65 % for the card; registered for VAT."""
    ledger.set_fee_rule(percent=Decimal(8), from_day=LONG_AGO)
    ledger.set_payment_fee(method="card", percent=Decimal("3.65"), from_day=LONG_AGO)
    group = make_enterprise()
    ledger.register_vat(enterprise_id=group.pk, tax_id="0994000000000", from_day=LONG_AGO)
    return group


def goods_of(sale):
    return SaleLine.objects.filter(order_id=sale.order_id, sold_as="goods").order_by("pk").first()


def back(sale, amount, cause="claim:1", **details):
    lines = [RefundLine(goods_of(sale).pk, Decimal(amount))]
    return ledger.record_refund(cause=cause, lines=lines, **details)


def test_the_whole_price_goes_back_from_everyone_who_had_of_it(group):
    sale = sell((group, ["1070.00"]))
    assert balances() == {
        "held": "-875.34",
        "payment_fee": "-39.06",
        "platform_fee": "-85.60",
        "provider": "1070.00",
        "vat": "-70.00",
    }
    back(sale, "1070.00")
    assert balances() == {"buyer": "-1070.00", "provider": "1070.00"}
    assert Earning.objects.get().state == EarningState.UNDONE
    ledger.note_refund_sent(cause="claim:1", amount=Decimal("1070.00"))
    assert balances() == {}
    check()


def test_many_small_refunds_take_all_of_it_and_not_a_satang_more(group):
    sale = sell((group, ["10.70"]))
    for number in range(3):
        back(sale, "3.33", cause=f"claim:{number}")
        check()
    with pytest.raises(MoreThanLeft) as refused:
        back(sale, "0.72", cause="claim:3")
    assert refused.value.left == Decimal("0.71")
    back(sale, "0.71", cause="claim:3")
    assert balances() == {"buyer": "-10.70", "provider": "10.70"}
    line = goods_of(sale)
    for name in ("price", "share", "platform_fee", "payment_fee", "vat"):
        taken = sum(getattr(row, name) for row in Reversal.objects.all())
        assert taken == getattr(line, name), name


def test_told_twice_it_goes_back_once(group):
    sale = sell((group, ["1070.00"]))
    first = back(sale, "100.00")
    before = everything()
    assert back(sale, "100.00") == first
    with pytest.raises(CauseMeansOther):
        back(sale, "100.01")
    with pytest.raises(CauseMeansOther):
        back(sale, "100.00", payer=Payer.PLATFORM)
    with pytest.raises(AmountNotPositive):
        back(sale, "0.00", cause="claim:2")
    with pytest.raises(AmountNotPositive):
        back(sale, "1.001", cause="claim:2")
    assert everything() == before


def test_where_the_group_bears_the_provider_s_fee_it_pays_it_once_more(group, settings):
    settings.PAYMENT_FEE_ON_REFUND = "group"
    sale = sell((group, ["1070.00"]))
    back(sale, "1070.00")
    assert balances() == {
        "buyer": "-1070.00",
        "debt": "39.06",
        "payment_fee": "-39.06",
        "provider": "1070.00",
    }
    check()


def test_released_money_goes_back_from_what_is_to_be_paid_and_then_as_debt(group):
    sale = released((group, ["1070.00"]))
    assert balance("releasable", group) == Decimal("-945.34")  # share and VAT
    back(sale, "1000.00")
    taken = Reversal.objects.get()
    assert balance("releasable", group) == taken.share + taken.vat - Decimal("945.34")
    assert Earning.objects.get().state == EarningState.RELEASED
    check()


def test_a_kindness_of_the_group_leaves_the_sale_as_it_is(group):
    sale = sell((group, ["1070.00"]))
    back(sale, "50.00", payer=Payer.KINDNESS)
    assert balances() == {
        "buyer": "-50.00",
        "held": "-825.34",
        "payment_fee": "-39.06",
        "platform_fee": "-85.60",
        "provider": "1070.00",
        "vat": "-70.00",
    }
    assert not Reversal.objects.exists()
    back(sale, "1070.00", cause="claim:2")  # more than is held by now: the rest is a debt
    assert balance("debt", group) == 50
    assert balances()["buyer"] == "-1120.00"
    check()


def test_the_platform_and_the_fund_pay_out_of_their_own(group):
    sale = sell((group, ["1070.00"]))
    ledger.set_aside(cause="fund:1", amount=Decimal("20.00"))
    back(sale, "30.00", payer=Payer.PLATFORM)
    before = everything()
    with pytest.raises(FundIsShort) as refused:
        back(sale, "20.01", cause="claim:2", payer=Payer.FUND)
    assert refused.value.left == 20
    assert everything() == before
    back(sale, "15.00", cause="claim:2", payer=Payer.FUND)
    assert balances() == {
        "buyer": "-45.00",
        "guarantee_fund": "-5.00",
        "held": "-875.34",
        "payment_fee": "-39.06",
        "platform_fee": "-35.60",
        "provider": "1070.00",
        "vat": "-70.00",
    }
    check()


def test_a_declined_part_leaves_the_others_alone(group):
    other = make_enterprise()
    sale = sell((group, ["1070.00"]), (other, ["200.00"]), delivery="50.00")
    mine, theirs = sale.parts
    held = balance("held", other)
    ledger.take_back_part(part_id=mine.part_id, cause="fulfilment:1:undone", today=TODAY)
    assert balance("held", group) == balance("vat", group) == 0
    assert balance("held", other) == held
    assert ledger.still_to_pay(mine.part_id) == Decimal("-1120.00")
    ledger.note_refund_sent(
        cause="fulfilment:1:undone", amount=Decimal("1120.00"), part_id=mine.part_id
    )
    assert ledger.still_to_pay(mine.part_id) == 0
    event = ledger.take_back_part(part_id=mine.part_id, cause="fulfilment:1:undone", today=TODAY)
    assert event == LedgerEvent.objects.get(kind="refund")
    assert ledger.take_back_part(part_id=mine.part_id, cause="again", today=TODAY) is None
    assert Earning.objects.get(part_id=theirs.part_id).state == EarningState.WAITING
    check()


def test_a_cancelled_part_of_which_the_group_keeps_half_its_goods():
    group = make_enterprise()
    sale = sell((group, ["1000.00", "500.00"]), delivery="50.00")
    (part,) = sale.parts
    ledger.take_back_part(
        part_id=part.part_id, cause="cancelled", today=TODAY, kept=Decimal("750.00")
    )
    assert balances() == {"buyer": "-800.00", "held": "-750.00", "provider": "1550.00"}
    assert [str(row.price) for row in Reversal.objects.all()] == ["500.00", "250.00", "50.00"]
    assert ledger.release_due(today=TODAY) == 0
    assert ledger.release_due(today=date(2026, 11, 3)) == 1
    assert balances() == {"buyer": "-800.00", "provider": "1550.00", "releasable": "-750.00"}
    check()


def test_more_than_the_goods_cost_cannot_be_kept():
    sale = sell((make_enterprise(), ["100.00"]), delivery="50.00")
    before = everything()
    with pytest.raises(MoreThanLeft):
        ledger.take_back_part(
            part_id=sale.parts[0].part_id, cause="x", today=TODAY, kept=Decimal("100.01")
        )
    assert everything() == before


def test_a_balance_nobody_paid_is_written_off_and_the_delivery_goes_back():
    """Half of 3,000 paid with the delivery of 100: the group keeps 1,500, 100 go back."""
    sale = sell((make_enterprise(), ["3000.00"]), delivery="100.00", later="1500.00")
    (part,) = sale.parts
    ledger.take_back_part(
        part_id=part.part_id, cause="defaulted", today=TODAY, kept=Decimal("1500.00")
    )
    assert balances() == {"buyer": "-100.00", "held": "-1500.00", "provider": "1600.00"}
    ledger.note_refund_sent(cause="defaulted", amount=Decimal("100.00"), part_id=part.part_id)
    assert ledger.release_due(today=date(2026, 11, 3)) == 1
    assert balances() == {"provider": "1500.00", "releasable": "-1500.00"}
    check()


def test_a_refund_that_comes_back_is_owed_again_and_paid_by_the_office():
    sale = sell((make_enterprise(), ["450.00"]))
    back(sale, "450.00")
    amount = Decimal("450.00")
    ledger.note_refund_sent(cause="claim:1", amount=amount)
    assert balances() == {}
    ledger.note_refund_returned(cause="claim:1", amount=amount)
    assert balances() == {"buyer": "-450.00", "provider": "450.00"}
    ledger.note_refund_sent(cause="claim:1:by hand", amount=amount, by_bank=True)
    assert balances() == {"bank": "-450.00", "provider": "450.00"}
    ledger.note_provider_payout(cause="po_1", amount=amount)
    assert balances() == {}
    check()


def test_a_debt_is_repaid_or_waived_but_never_more_than_is_owed():
    group = make_enterprise()
    sale = sell((group, ["450.00"]))
    back(sale, "100.00", payer=Payer.KINDNESS)
    back(sale, "450.00", cause="claim:2")
    assert balance("debt", group) == 100
    ledger.note_debt_repaid(cause="slip:1", enterprise_id=group.pk, amount=Decimal("60.00"))
    ledger.waive_debt(
        cause="letter:1", enterprise_id=group.pk, amount=Decimal("30.00"), by=None, reason="flood"
    )
    before = everything()
    with pytest.raises(NotOwedSoMuch) as refused:
        ledger.note_debt_repaid(cause="slip:2", enterprise_id=group.pk, amount=Decimal("10.01"))
    assert refused.value.owed == 10
    assert everything() == before
    assert balances() == {
        "bank": "60.00",
        "buyer": "-550.00",
        "debt": "10.00",
        "platform_fee": "30.00",
        "provider": "450.00",
    }
    check()


def test_a_received_part_that_goes_back_whole_is_over():
    sale = sell((make_enterprise(), ["450.00"]))
    received(sale)
    back(sale, "450.00")
    assert Earning.objects.get().state == EarningState.UNDONE
    assert ledger.release_due(today=TODAY) == 0
