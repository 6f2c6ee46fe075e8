"""Release, refund and payout of the same money at the same moment; nobody is paid twice."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from shop.ledger import services as ledger
from shop.ledger.facts import RefundLine
from shop.ledger.models import GroupBook, LedgerEvent, Payout, SaleLine, Transfer
from shop.ledger.services import (
    MoreThanLeft,
    NothingToPay,
    NotToBeReleased,
    PreviewIsOld,
    payouts,
    posting,
    refunds,
    releasing,
    taking,
    what_does_not_add_up,
)
from tests.concurrency.crowd import Meeting, all_at_once
from tests.factories.goods import make_enterprise
from tests.factories.people import make_officer
from tests.ledger.banking import with_account
from tests.ledger.selling import SOLD_AT, TODAY, balances, check, received, released, sell

pytestmark = pytest.mark.django_db(transaction=True)
PRICE = Decimal("450.00")


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Books are read and not locked, and both have looked before either writes."""
    meeting, look = Meeting(2, seconds=30), taking.Purse.__init__

    def unlocked(enterprise_ids: Any) -> dict[int, GroupBook]:
        wanted = list(enterprise_ids)
        return {b.enterprise_id: b for b in GroupBook.objects.filter(enterprise_id__in=wanted)}

    def both_look(self: Any, *args: Any, **kwargs: Any) -> None:
        look(self, *args, **kwargs)
        meeting.wait()

    for module in (releasing, refunds, payouts):
        monkeypatch.setattr(module, "lock_books", unlocked)
    monkeypatch.setattr(taking.Purse, "__init__", both_look)


def whole_refund(sale: Any, cause: str = "claim:1") -> Callable[[], Any]:
    line = SaleLine.objects.get(order_id=sale.order_id)
    lines = [RefundLine(line.pk, line.price)]
    return lambda: ledger.record_refund(cause=cause, lines=lines)


def release_of(sale: Any) -> Callable[[], Any]:
    return lambda: ledger.release(part_id=sale.parts[0].part_id, today=TODAY)


def sold_and_received() -> Any:
    sale = sell((make_enterprise(), [str(PRICE)]))
    received(sale)
    return sale


def to_approve() -> tuple[Any, Any]:
    group = with_account()
    sale = released((group, [str(PRICE)]))
    officer = make_officer()
    batch, _ = ledger.compute_batch(today=TODAY, by=officer, now=SOLD_AT)
    ledger.preview_batch(batch_id=batch.pk, by=officer)
    return sale, batch


def approval_of(batch: Any) -> Callable[[], Any]:
    officer = make_officer()
    return lambda: ledger.approve_batch(batch_id=batch.pk, by=officer, now=SOLD_AT)


@pytest.mark.postgresql
def test_without_locks_a_release_and_a_refund_both_take_what_is_held(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sale = sold_and_received()
    without_locks(monkeypatch)
    all_at_once([release_of(sale), whole_refund(sale)])
    assert what_does_not_add_up()


def test_a_release_and_a_refund_at_once() -> None:
    sale = sold_and_received()
    results = all_at_once([release_of(sale), whole_refund(sale)])
    assert all(not isinstance(r, Exception) or isinstance(r, NotToBeReleased) for r in results)
    assert balances() == {"buyer": "-450.00", "provider": "450.00"}
    check()


@pytest.mark.postgresql
def test_without_locks_a_payout_and_a_refund_both_take_what_is_releasable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sale, batch = to_approve()
    without_locks(monkeypatch)
    all_at_once([approval_of(batch), whole_refund(sale)])
    assert what_does_not_add_up()


def test_a_payout_and_a_refund_at_once() -> None:
    sale, batch = to_approve()
    approved, refunded = all_at_once([approval_of(batch), whole_refund(sale)])
    assert not isinstance(refunded, Exception), refunded
    if isinstance(approved, Exception):
        assert isinstance(approved, PreviewIsOld)
        assert balances() == {"buyer": "-450.00", "provider": "450.00"}
    else:
        assert balances() == {
            "buyer": "-450.00",
            "debt": "450.00",
            "paying": "-450.00",
            "provider": "450.00",
        }
    check()


def test_two_officers_approve_at_once() -> None:
    _, batch = to_approve()
    results = all_at_once([approval_of(batch), approval_of(batch)])
    assert not [r for r in results if isinstance(r, Exception)], results
    assert results[0].approved_by_id == results[1].approved_by_id
    assert Transfer.objects.count() == 1
    assert balances() == {"paying": "-450.00", "provider": "450.00"}
    check()


@pytest.mark.postgresql
def test_without_the_batch_s_lock_the_database_is_the_last_wall(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, batch = to_approve()
    meeting = Meeting(2, seconds=30)

    def unlocked(batch_id: int) -> Any:
        found = payouts.PayoutBatch.objects.get(pk=batch_id)
        meeting.wait()
        return found

    monkeypatch.setattr(payouts, "_locked", unlocked)
    results = all_at_once([approval_of(batch), approval_of(batch)])
    assert len([r for r in results if isinstance(r, Exception)]) == 1
    assert LedgerEvent.objects.filter(kind="payout").count() == 1
    assert balances() == {"paying": "-450.00", "provider": "450.00"}
    check()


def test_two_batches_computed_at_once_hold_a_group_once() -> None:
    released((with_account(), [str(PRICE)]))
    officers = [make_officer(), make_officer()]
    results = all_at_once(
        [lambda by=by: ledger.compute_batch(today=TODAY, by=by, now=SOLD_AT) for by in officers]
    )
    assert len([r for r in results if isinstance(r, NothingToPay)]) == 1
    assert Payout.objects.count() == 1


def test_the_bank_s_answer_comes_twice_at_once() -> None:
    _, batch = to_approve()
    approval_of(batch)()
    ledger.export_batch(batch_id=batch.pk, by=make_officer())
    transfer = Transfer.objects.get()
    paid = [
        lambda: ledger.note_result(transfer_id=transfer.pk, result="paid", bank_reference="B1")
    ] * 2
    results = all_at_once(paid)
    assert not [r for r in results if isinstance(r, Exception)], results
    assert balances() == {"bank": "-450.00", "provider": "450.00"}
    check()


def test_ten_refunds_of_one_line_at_once_give_back_no_more_than_its_price() -> None:
    sale = sold_and_received()
    line = SaleLine.objects.get()

    def part(number: int) -> Callable[[], Any]:
        lines = [RefundLine(line.pk, Decimal("100.00"))]
        return lambda: ledger.record_refund(cause=f"claim:{number}", lines=lines)

    results = all_at_once([part(number) for number in range(10)])
    assert len([r for r in results if isinstance(r, MoreThanLeft)]) == 6
    assert balances() == {"buyer": "-400.00", "held": "-50.00", "provider": "450.00"}
    assert sale.paid_now == PRICE
    check()


def test_the_same_refund_told_ten_times_at_once_is_one() -> None:
    sale = sold_and_received()
    results = all_at_once([whole_refund(sale)] * 10)
    assert len({r.pk for r in results}) == 1
    assert balances() == {"buyer": "-450.00", "provider": "450.00"}
    check()


def test_the_same_payment_told_ten_times_at_once_is_one() -> None:
    results = all_at_once([lambda: ledger.record_payment(reference="x", amount=PRICE)] * 10)
    assert len({r.pk for r in results}) == 1
    assert balances() == {"buyer": "-450.00", "provider": "450.00"}
    assert posting.LedgerEvent.objects.count() == 1
