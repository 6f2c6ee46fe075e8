"""Endpoints for money that is disputed, held, paid out, or moved on to connected accounts."""

from __future__ import annotations

from collections.abc import Callable

from . import accounts, balances, disputes, listing, transfers
from .calls import Call, listed, retrieve, update
from .shapes import Obj

Endpoint = Callable[[Call], Obj]
_DISPUTES, _PAYOUTS, _TRANSFERS = "/v1/disputes", "/v1/payouts", "/v1/transfers"
_ACCOUNTS = "/v1/accounts"


def answer_dispute(call: Call) -> Obj:
    return disputes.answer(call.work, call.work.get("dispute", call.id, "dispute"), call.params)


def accept_dispute(call: Call) -> Obj:
    """The shop does not answer and lets the buyer have the money."""
    call.params.only("expand")
    return disputes.close(call.work, call.work.get("dispute", call.id, "dispute"), won=False)


def show_balance(call: Call) -> Obj:
    call.params.only("expand")
    return balances.balance(call.work)


def create_payout(call: Call) -> Obj:
    return balances.pay_out(call.work, call.params)


def create_transfer(call: Call) -> Obj:
    return transfers.create(call.work, call.params)


def reverse_transfer(call: Call) -> Obj:
    return transfers.reverse(call.work, _transfer(call), call.params)


def list_reversals(call: Call) -> Obj:
    call.params.only("limit", "expand")
    return listing.whole(_transfer(call)["reversals"]["data"], f"{_TRANSFERS}/{call.id}/reversals")


def show_reversal(call: Call) -> Obj:
    call.params.only("expand")
    return call.work.get("transfer_reversal", call.names["child"], "id")


def _transfer(call: Call) -> Obj:
    return call.work.get("transfer", call.id, "transfer")


def create_account(call: Call) -> Obj:
    return accounts.create(call.work, call.params)


def create_account_link(call: Call) -> Obj:
    return accounts.link(call.work, call.params, call.simulator.base_url)


def list_capabilities(call: Call) -> Obj:
    call.params.only("expand")
    account = _account(call)
    found = [accounts.capability(account, name) for name in account["capabilities"]]
    return listing.whole(found, f"{_ACCOUNTS}/{call.id}/capabilities")


def show_capability(call: Call) -> Obj:
    call.params.only("expand")
    return accounts.capability(_account(call), call.names["child"])


def request_capability(call: Call) -> Obj:
    return accounts.request(call.work, _account(call), call.names["child"], call.params)


def _account(call: Call) -> Obj:
    return call.work.get("account", call.id, "account")


CONNECT: list[tuple[str, str, Endpoint]] = [
    ("GET", _DISPUTES, listed("dispute", _DISPUTES, charge="charge",
                              payment_intent="payment_intent")),
    ("GET", f"{_DISPUTES}/<id>", retrieve("dispute", "dispute")),
    ("POST", f"{_DISPUTES}/<id>", answer_dispute),
    ("POST", f"{_DISPUTES}/<id>/close", accept_dispute),
    ("GET", "/v1/balance", show_balance),
    ("POST", _PAYOUTS, create_payout),
    ("GET", _PAYOUTS, listed("payout", _PAYOUTS, status="status")),
    ("GET", f"{_PAYOUTS}/<id>", retrieve("payout", "payout")),
    ("POST", _TRANSFERS, create_transfer),
    ("GET", _TRANSFERS, listed("transfer", _TRANSFERS, destination="destination",
                               transfer_group="transfer_group")),
    ("GET", f"{_TRANSFERS}/<id>", retrieve("transfer", "transfer")),
    ("POST", f"{_TRANSFERS}/<id>", update("transfer", "transfer", "description")),
    ("POST", f"{_TRANSFERS}/<id>/reversals", reverse_transfer),
    ("GET", f"{_TRANSFERS}/<id>/reversals", list_reversals),
    ("GET", f"{_TRANSFERS}/<id>/reversals/<child>", show_reversal),
    ("POST", _ACCOUNTS, create_account),
    ("GET", _ACCOUNTS, listed("account", _ACCOUNTS)),
    ("GET", f"{_ACCOUNTS}/<id>", retrieve("account", "account")),
    ("POST", f"{_ACCOUNTS}/<id>", update("account", "account", "email")),
    ("GET", f"{_ACCOUNTS}/<id>/capabilities", list_capabilities),
    ("GET", f"{_ACCOUNTS}/<id>/capabilities/<child>", show_capability),
    ("POST", f"{_ACCOUNTS}/<id>/capabilities/<child>", request_capability),
    ("POST", "/v1/account_links", create_account_link),
]  # fmt: skip
