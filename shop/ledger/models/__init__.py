"""The ledger by nouns: events and entries, fees, how far a part's money is."""

from .append_only import AppendOnly, WrittenOnce
from .earnings import Earning, EarningQuerySet, GroupBook, Stop, Till
from .entries import PARTS, LedgerEntry, LedgerEvent, Reversal, SaleLine
from .fees import FeeRule, PaymentFee, ReleasePolicy, VatRegistration

__all__ = [
    "PARTS",
    "AppendOnly",
    "Earning",
    "EarningQuerySet",
    "FeeRule",
    "GroupBook",
    "LedgerEntry",
    "LedgerEvent",
    "PaymentFee",
    "ReleasePolicy",
    "Reversal",
    "SaleLine",
    "Stop",
    "Till",
    "VatRegistration",
    "WrittenOnce",
]
