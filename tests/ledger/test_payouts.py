"""Groups are paid once and only once, by two officers, whatever the bank answers."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from shop.core.states import MoveNotAllowed
from shop.ledger import services as ledger
from shop.ledger.facts import RefundLine
from shop.ledger.models import GroupBook, LedgerEvent, Payout, PayoutBatch, SaleLine, Transfer
from shop.ledger.periods import next_payout_on
from shop.ledger.services import (
    AnsweredOtherwise,
    NothingToPay,
    PreviewIsOld,
    SecondOfficerNeeded,
)
from shop.ledger.states import BatchState, PayoutPeriod, PayoutState, TransferState
from tests.factories.goods import make_enterprise
from tests.factories.people import make_officer
from tests.ledger.banking import approved, exported, transfer_of, with_account
from tests.ledger.selling import (
    SOLD_AT,
    TODAY,
    balance,
    balances,
    check,
    everything,
    released,
    sell,
)

pytestmark = pytest.mark.django_db


def paid_back(sale, amount, cause="claim:1"):
    line = SaleLine.objects.get(order_id=sale.order_id)
    ledger.record_refund(cause=cause, lines=[RefundLine(line.pk, Decimal(amount))])


def moved():
    return [
        *everything(),
        *(list(model.objects.order_by("pk").values()) for model in (Payout, Transfer, PayoutBatch)),
    ]


def test_a_batch_from_computing_to_the_last_answer():
    weavers, potters = with_account(number="012-345-6789"), with_account()
    released((weavers, ["450.00"]), (potters, ["1070.00"]))
    sell((weavers, ["99.00"]))  # held, not paid out
    officer, second = make_officer(), make_officer()
    batch, left_out = ledger.compute_batch(today=TODAY, by=officer, now=SOLD_AT)
    assert left_out == []
    before = everything()
    ledger.preview_batch(batch_id=batch.pk, by=officer)
    assert everything() == before, "computing and looking move nothing"
    for _ in range(2):
        batch = ledger.approve_batch(batch_id=batch.pk, by=second, now=SOLD_AT)
    assert balances() == {"held": "-99.00", "paying": "-1520.00", "provider": "1619.00"}
    for _ in range(2):
        batch = ledger.export_batch(batch_id=batch.pk, by=officer)
    lines = list(ledger.bank_lines(batch))
    first = lines[0]
    assert (first.bank_code, first.number, first.holder) == ("034", "0123456789", "กลุ่มทอผ้า")
    assert [line.amount for line in lines] == [450, 1070]
    for number, line in enumerate(lines):
        for _ in range(2):
            ledger.note_result(
                transfer_id=line.transfer_id, result="paid", bank_reference=f"B{number}"
            )
    assert balances() == {"bank": "-1520.00", "held": "-99.00", "provider": "1619.00"}
    batch.refresh_from_db()
    assert batch.state == BatchState.CLOSED
    assert set(Payout.objects.values_list("state", flat=True)) == {PayoutState.PAID}
    with pytest.raises(NothingToPay):
        ledger.compute_batch(today=TODAY + timedelta(days=40), by=officer, now=SOLD_AT)
    check()


def test_who_computed_or_looked_cannot_approve():
    released((with_account(), ["450.00"]))
    one, two = make_officer(), make_officer()
    batch, _ = ledger.compute_batch(today=TODAY, by=one, now=SOLD_AT)
    with pytest.raises(MoveNotAllowed):
        ledger.approve_batch(batch_id=batch.pk, by=make_officer(), now=SOLD_AT)
    ledger.preview_batch(batch_id=batch.pk, by=two)
    before = moved()
    for officer in (one, two):
        with pytest.raises(SecondOfficerNeeded):
            ledger.approve_batch(batch_id=batch.pk, by=officer, now=SOLD_AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        PayoutBatch.objects.filter(pk=batch.pk).update(approved_by=one)
    assert moved() == before
    with pytest.raises(MoveNotAllowed):
        list(ledger.bank_lines(batch))


def test_a_refund_after_the_preview_makes_it_old_and_nothing_moves():
    first, second = with_account(), with_account()
    sale = released((first, ["450.00"]))
    released((second, ["300.00"]))
    officer, other = make_officer(), make_officer()
    batch, _ = ledger.compute_batch(today=TODAY, by=officer, now=SOLD_AT)
    ledger.preview_batch(batch_id=batch.pk, by=officer)
    paid_back(sale, "50.00")
    before = moved()
    with pytest.raises(PreviewIsOld) as refused:
        ledger.approve_batch(batch_id=batch.pk, by=other, now=SOLD_AT)
    assert refused.value.enterprise_ids == [first.pk]
    assert moved() == before
    ledger.recompute_batch(batch_id=batch.pk, by=officer, now=SOLD_AT)
    with pytest.raises(MoveNotAllowed):  # it has to be looked through again
        ledger.approve_batch(batch_id=batch.pk, by=other, now=SOLD_AT)
    ledger.preview_batch(batch_id=batch.pk, by=officer)
    ledger.approve_batch(batch_id=batch.pk, by=other, now=SOLD_AT)
    assert balance("paying") == Decimal("-700.00")
    check()


def test_what_is_released_after_the_preview_waits_for_the_next():
    group = with_account()
    released((group, ["450.00"]))
    officer = make_officer()
    batch, _ = ledger.compute_batch(today=TODAY, by=officer, now=SOLD_AT)
    ledger.preview_batch(batch_id=batch.pk, by=officer)
    released((group, ["200.00"]))
    ledger.approve_batch(batch_id=batch.pk, by=make_officer(), now=SOLD_AT)
    assert balances() == {"paying": "-450.00", "provider": "650.00", "releasable": "-200.00"}


def test_a_refund_after_the_payout_becomes_a_debt_and_is_netted_from_the_next():
    group = with_account()
    sale = released((group, ["450.00"]))
    exported()
    ledger.note_result(transfer_id=transfer_of(group).pk, result="paid", bank_reference="B1")
    paid_back(sale, "120.00")
    assert balance("debt", group) == 120
    assert ledger.money_of_group(group.pk).payable == 0
    released((group, ["300.00"]))
    assert ledger.money_of_group(group.pk).payable == 180
    approved(today=TODAY + timedelta(days=7))
    payout = Payout.objects.latest("pk")
    assert (payout.amount, payout.netted) == (180, 120)
    assert (payout.period_from, payout.period_until) == (
        TODAY + timedelta(days=1),
        TODAY + timedelta(days=7),
    )
    assert balances() == {
        "bank": "-450.00",
        "buyer": "-120.00",
        "paying": "-180.00",
        "provider": "750.00",
    }
    check()


def test_a_returned_transfer_is_paid_again_with_the_next_batch_to_the_new_account():
    group = with_account(number="1111111111")
    released((group, ["450.00"]))
    batch = exported()
    first = transfer_of(group)
    for _ in range(2):
        ledger.note_result(transfer_id=first.pk, result="returned", reason="account closed")
    batch.refresh_from_db()
    assert batch.state == BatchState.CLOSED
    assert balances() == {"provider": "450.00", "releasable": "-450.00"}
    before = moved()
    with pytest.raises(MoveNotAllowed):
        ledger.note_result(transfer_id=first.pk, result="paid")
    assert moved() == before
    with_account(group, number="2222222222")
    released((group, ["50.00"]))
    again = exported(today=TODAY)  # due at once
    (line,) = ledger.bank_lines(again)
    assert (line.number, line.amount) == ("2222222222", 500)
    check()


def test_a_transfer_that_comes_back_after_it_was_called_paid():
    group = with_account()
    released((group, ["450.00"]))
    exported()
    transfer = transfer_of(group)
    ledger.note_result(transfer_id=transfer.pk, result="paid", bank_reference="B1")
    assert balances() == {"bank": "-450.00", "provider": "450.00"}
    ledger.note_result(transfer_id=transfer.pk, result="returned")
    assert balances() == {"provider": "450.00", "releasable": "-450.00"}
    assert Payout.objects.get().state == PayoutState.RETURNED
    check()


def test_an_answer_that_is_lost_waits_for_a_person_and_is_never_paid_again():
    group = with_account()
    released((group, ["450.00"]))
    batch = exported()
    transfer = transfer_of(group)
    for _ in range(2):
        ledger.note_result(transfer_id=transfer.pk, result="unresolved", reason="no file came")
    batch.refresh_from_db()
    assert batch.state == BatchState.EXPORTED
    assert list(ledger.bank_lines(batch)) == []
    with pytest.raises(NothingToPay):
        ledger.compute_batch(today=TODAY + timedelta(days=60), by=make_officer(), now=SOLD_AT)
    assert balances() == {"paying": "-450.00", "provider": "450.00"}
    ledger.note_result(transfer_id=transfer.pk, result="paid", bank_reference="B1")
    before = moved()
    with pytest.raises(AnsweredOtherwise):
        ledger.note_result(transfer_id=transfer.pk, result="paid", bank_reference="B2")
    assert moved() == before
    batch.refresh_from_db()
    assert batch.state == BatchState.CLOSED
    assert LedgerEvent.objects.filter(kind="transfer_paid").count() == 1
    check()


def test_who_is_left_out_is_named_with_the_reason(settings):
    settings.PAYOUT_MINIMUM = 100
    small, homeless, paid_monthly, good = (
        with_account(),
        make_enterprise(),
        with_account(),
        with_account(),
    )
    released((small, ["99.99"]), (homeless, ["300.00"]), (paid_monthly, ["300.00"]))
    GroupBook.objects.filter(enterprise=paid_monthly).update(
        next_payout_on=TODAY + timedelta(days=1)
    )
    with pytest.raises(NothingToPay) as refused:
        ledger.compute_batch(today=TODAY, by=make_officer(), now=SOLD_AT)
    assert {x.enterprise_id: x.why for x in refused.value.left_out} == {
        small.pk: "minimum",
        homeless.pk: "account",
        paid_monthly.pk: "day",
    }
    assert not PayoutBatch.objects.exists()
    released((good, ["100.00"]))
    ledger.compute_batch(today=TODAY, by=make_officer(), now=SOLD_AT)
    assert Payout.objects.get().enterprise == good
    with pytest.raises(NothingToPay) as refused:
        ledger.compute_batch(today=TODAY, by=make_officer(), now=SOLD_AT)
    assert {x.enterprise_id: x.why for x in refused.value.left_out}[good.pk] == "batch"


def test_a_batch_that_is_given_up_leaves_everything_as_it_was():
    group = with_account()
    released((group, ["450.00"]))
    before = balances()
    batch, _ = ledger.compute_batch(today=TODAY, by=make_officer(), now=SOLD_AT)
    for _ in range(2):
        ledger.drop_batch(batch_id=batch.pk, by=make_officer())
    assert balances() == before
    assert Payout.objects.get().state == PayoutState.DROPPED
    approved()
    with pytest.raises(MoveNotAllowed):
        ledger.drop_batch(batch_id=PayoutBatch.objects.latest("pk").pk, by=make_officer())


def test_no_payout_has_two_living_transfers():
    group = with_account()
    released((group, ["450.00"]))
    approved()
    payout = Payout.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Transfer.objects.create(payout=payout, amount=payout.amount)
    assert transfer_of(group).state == TransferState.READY


@pytest.mark.parametrize(
    ("period", "after", "due"),
    [
        (PayoutPeriod.WEEK, date(2026, 11, 2), date(2026, 11, 9)),  # Monday to Monday
        (PayoutPeriod.WEEK, date(2026, 11, 8), date(2026, 11, 9)),
        (PayoutPeriod.HALF_MONTH, date(2026, 11, 1), date(2026, 11, 16)),
        (PayoutPeriod.HALF_MONTH, date(2026, 11, 16), date(2026, 12, 1)),
        (PayoutPeriod.HALF_MONTH, date(2026, 12, 31), date(2027, 1, 1)),
        (PayoutPeriod.MONTH, date(2026, 1, 31), date(2026, 2, 1)),
        (PayoutPeriod.MONTH, date(2026, 12, 1), date(2027, 1, 1)),
    ],
)
def test_the_day_a_group_is_paid_next(period, after, due):
    assert next_payout_on(period, after) == due
