"""The ledger by nouns: events and entries, fees, how far a part's money is, payouts."""

from .append_only import AppendOnly, WrittenOnce
from .bank_accounts import BankAccount, BankAccountQuerySet
from .earnings import Earning, EarningQuerySet, GroupBook, Stop, Till
from .entries import PARTS, LedgerEntry, LedgerEvent, Reversal, SaleLine
from .fees import FeeRule, PaymentFee, ReleasePolicy, VatRegistration
from .payouts import Payout, PayoutBatch, Transfer

__all__ = [
    "PARTS",
    "AppendOnly",
    "BankAccount",
    "BankAccountQuerySet",
    "Earning",
    "EarningQuerySet",
    "FeeRule",
    "GroupBook",
    "LedgerEntry",
    "LedgerEvent",
    "PaymentFee",
    "Payout",
    "PayoutBatch",
    "ReleasePolicy",
    "Reversal",
    "SaleLine",
    "Stop",
    "Till",
    "Transfer",
    "VatRegistration",
    "WrittenOnce",
]
