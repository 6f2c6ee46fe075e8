"""The order's doors: its page, what a buyer can do there, and paying the rest."""

from .balances import balance, balance_qr
from .orders import (
    answer_delay,
    approve_proof,
    cancel_part,
    change_proof,
    detail,
    lookup,
    photo,
    photos,
    problem,
    received,
    shared_sample,
    signed,
)

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
