"""Money moved on to connected accounts, and back."""

from __future__ import annotations

from .balances import must_have
from .encoding import Params
from .errors import ApiError, missing
from .fees import record_move
from .listing import whole
from .shapes import Obj, blank
from .store import Work, new_id


def create(work: Work, params: Params) -> Obj:
    """Move satang to a connected account; with ``source_transaction`` as soon as that came."""
    params.only(
        "amount",
        "currency",
        "description",
        "destination",
        "metadata",
        "source_transaction",
        "transfer_group",
        "expand",
    )
    amount = params.integer("amount", least=1)
    if amount is None:
        raise missing("amount")
    currency = params.must("currency").lower()
    account = work.get("account", params.must("destination"), "destination")
    if account["capabilities"].get("transfers") != "active":
        raise ApiError(
            "Your destination account needs to have at least one of the following capabilities"
            " enabled: transfers, legacy_payments",
            code="insufficient_capabilities_for_transfer",
            began=True,
        )
    source = params.text("source_transaction")
    if source:
        _check_source(work, source, amount)
    else:
        must_have(work, amount)
    transfer = blank("transfer")
    transfer_id = new_id("tr_1" if not source else "tr_3", 23)
    transfer.update(
        id=transfer_id,
        object="transfer",
        amount=amount,
        amount_reversed=0,
        created=work.now,
        currency=currency,
        description=params.text("description"),
        destination=account["id"],
        destination_payment=new_id("py_1", 23),
        livemode=False,
        metadata=params.metadata(),
        reversals=whole([], f"/v1/transfers/{transfer_id}/reversals"),
        reversed=False,
        source_transaction=source,
        source_type="card",
        transfer_group=params.text("transfer_group"),
    )
    entry = record_move(work, transfer, -amount, "transfer", "transfer")
    transfer["balance_transaction"] = entry["id"]
    work.add(transfer)
    work.emit("transfer.created", transfer)
    return transfer


def _check_source(work: Work, charge_id: str, amount: int) -> None:
    charge = work.get("charge", charge_id, "source_transaction")
    rows = work.store.rows(
        "SELECT json_extract(body, '$.amount') AS amount FROM objects WHERE kind='transfer'"
        " AND json_extract(body, '$.source_transaction')=?",
        charge_id,
    )
    left = charge["amount"] - sum(row["amount"] for row in rows)
    if amount > left:
        raise ApiError(
            f"The transfer ({amount}) is greater than what is left of the source ({left}).",
            param="amount",
            began=True,
        )


def reverse(work: Work, transfer: Obj, params: Params) -> Obj:
    """Take back all or a part (satang) of a transfer."""
    params.only("amount", "description", "metadata", "refund_application_fee", "expand")
    wanted = params.integer("amount", least=1)
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = left if wanted is None else wanted
    if left == 0 or amount > left:
        raise ApiError(
            f"Cannot reverse {amount}: only {left} of this transfer has not been reversed.",
            code="transfer_already_reversed" if left == 0 else None,
            param="amount",
            began=True,
        )
    reversal = blank("transfer_reversal")
    reversal.update(
        id=new_id("trr_1", 23),
        object="transfer_reversal",
        amount=amount,
        created=work.now,
        currency=transfer["currency"],
        destination_payment_refund=new_id("pyr_1", 23),
        metadata=params.metadata(),
        transfer=transfer["id"],
    )
    entry = record_move(work, reversal, amount, "transfer_refund", "transfer_reversal")
    reversal["balance_transaction"] = entry["id"]
    work.add(reversal)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    transfer["reversals"]["data"].insert(0, reversal)
    work.save(transfer)
    work.emit("transfer.reversed", transfer)
    return reversal
