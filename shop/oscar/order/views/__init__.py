"""The order's doors: its page, what a buyer can do there, and paying the rest."""

from .balances import balance, balance_qr
from .page import detail, lookup, photo, photos, signed
from .parts import answer_delay, cancel_part, problem, received
from .proofs import approve_proof, change_proof, shared_sample

__all__ = [
    "answer_delay",
    "approve_proof",
    "balance",
    "balance_qr",
    "cancel_part",
    "change_proof",
    "detail",
    "lookup",
    "photo",
    "photos",
    "problem",
    "received",
    "shared_sample",
    "signed",
]
