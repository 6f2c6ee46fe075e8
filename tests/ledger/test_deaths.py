"""Each verb, killed before each of its writes, leaves nothing; told again, it is whole."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shop.ledger import services as ledger
from shop.ledger.facts import RefundLine
from shop.ledger.models import Payout, PayoutBatch, SaleLine, Transfer
from tests.factories.goods import make_enterprise
from tests.factories.people import make_officer
from tests.ledger.banking import transfer_of, with_account
from tests.ledger.crashing import dying
from tests.ledger.selling import (
    SOLD_AT,
    TODAY,
    balances,
    check,
    everything,
    received,
    sale_of,
)

pytestmark = pytest.mark.django_db


def moved() -> list[Any]:
    payouts = (list(m.objects.order_by("pk").values()) for m in (PayoutBatch, Payout, Transfer))
    return [*everything(), *payouts]


def whole(step: Callable[[], Any]) -> Any:
    """Dies everywhere, then happens; told again, nothing moves."""
    result = dying(step, moved=moved)
    after = moved()
    step()
    assert moved() == after
    check()
    return result


def test_from_the_sale_to_the_answer_of_the_bank_and_back() -> None:
    group, other = with_account(), make_enterprise()
    sale = sale_of((group, ["450.00", "99.99"]), (other, ["300.00"]), delivery="50.00")
    mine, theirs = (part.part_id for part in sale.parts)
    whole(lambda: ledger.record_sale(sale))
    received(sale)
    whole(lambda: ledger.release(part_id=mine, today=TODAY))
    whole(lambda: ledger.take_back_part(part_id=theirs, cause="declined", today=TODAY))
    amount = Decimal("350.00")
    whole(lambda: ledger.note_refund_sent(cause="declined", amount=amount, part_id=theirs))
    one, two = make_officer(), make_officer()
    batch, _ = dying(lambda: ledger.compute_batch(today=TODAY, by=one, now=SOLD_AT), moved=moved)
    dying(lambda: ledger.preview_batch(batch_id=batch.pk, by=one), moved=moved)
    whole(lambda: ledger.approve_batch(batch_id=batch.pk, by=two, now=SOLD_AT))
    whole(lambda: ledger.export_batch(batch_id=batch.pk, by=one))
    transfer = transfer_of(group)
    whole(lambda: ledger.note_result(transfer_id=transfer.pk, result="unresolved"))
    whole(lambda: ledger.note_result(transfer_id=transfer.pk, result="paid", bank_reference="B"))
    line = SaleLine.objects.filter(part_id=mine).first()
    assert line is not None
    refund = [RefundLine(line.pk, line.price)]
    whole(lambda: ledger.record_refund(cause="late", lines=refund))
    whole(lambda: ledger.note_result(transfer_id=transfer.pk, result="returned"))
    whole(
        lambda: ledger.open_dispute(
            dispute="dp_1", order_id=sale.order_id, amount=amount, charge=Decimal("500.00")
        )
    )
    whole(lambda: ledger.lose_dispute(dispute="dp_1", payer="group"))
    # 350 were disputed: 149.99 were left of the order's price, the rest is the platform's.
    assert balances() == {
        "buyer": "-450.00",
        "debt": "450.00",
        "payment_fee": "500.00",
        "platform_fee": "200.01",
        "provider": "-250.01",
        "releasable": "-450.00",
    }


def test_an_advance_and_a_dispute_that_is_won(settings: Any) -> None:
    settings.ADVANCE_AFTER_PARTS = 0
    sale = sale_of((make_enterprise(), ["1000.00"]))
    ledger.record_sale(sale)
    part_id = sale.parts[0].part_id
    whole(lambda: ledger.note_dispatched(part_id=part_id, at=SOLD_AT))
    whole(lambda: ledger.give_advance(part_id=part_id))
    whole(lambda: ledger.note_received(part_id=part_id, at=SOLD_AT - timedelta(days=8)))
    whole(
        lambda: ledger.open_dispute(
            dispute="dp_2", order_id=sale.order_id, amount=Decimal("1000.00")
        )
    )
    whole(lambda: ledger.win_dispute(dispute="dp_2"))
    whole(lambda: ledger.release(part_id=part_id, today=TODAY))
    assert balances() == {"provider": "1000.00", "releasable": "-1000.00"}
