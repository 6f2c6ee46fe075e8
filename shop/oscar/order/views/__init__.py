"""The order's doors: its page, what a buyer can do there, and paying the rest."""

from .balances import balance, balance_qr
from .changes import answer_change, change, change_qr, pay_change
from .page import detail, lookup, photo, photos, signed
from .parts import answer_delay, cancel_part, problem, received
from .proofs import approve_proof, change_proof, shared_sample

__all__ = [
    "answer_change",
    "answer_delay",
    "approve_proof",
    "balance",
    "balance_qr",
    "cancel_part",
    "change",
    "change_proof",
    "change_qr",
    "detail",
    "lookup",
    "pay_change",
    "photo",
    "photos",
    "problem",
    "received",
    "shared_sample",
    "signed",
]
