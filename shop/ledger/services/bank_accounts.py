"""Where a group's money goes: entered by one, confirmed by another, told to all, then rested."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from producers.models import Enterprise, Membership
from producers.services import tell_group
from producers.states import Role
from shop.core.states import move

from ..banks import account_number, bank, masked
from ..models import BankAccount
from ..sealing import seal, unseal
from ..states import BANK_ACCOUNT_TRANSITIONS, BankAccountState
from .posting import lock_books

#: Who may look after a group's money.
WITH_MONEY = (Role.LEADER, Role.TREASURER)


class NotAllowed(Exception):
    """Only a leader or treasurer of the group may; to confirm, another one, or the office."""


class SamePerson(NotAllowed):
    """Who entered an account cannot confirm it."""


class NothingToConfirm(Exception):
    """No account waits to be confirmed (any more)."""


@transaction.atomic
def enter_bank_account(
    *, enterprise_id: int, bank_code: str, number: str, holder: str, by: Any
) -> BankAccount:
    """A leader or treasurer says where the group's money is to go; all members are told.

    It replaces one that waits to be confirmed. Raises NotAllowed, NoSuchBank, NoAccountNumber.
    """
    if not _looks_after_money(by, enterprise_id):
        raise NotAllowed
    digits = account_number(number)
    bank(bank_code)
    lock_books([enterprise_id])
    for waiting in BankAccount.objects.filter(
        enterprise_id=enterprise_id, state=BankAccountState.ENTERED
    ):
        move(waiting, BankAccountState.WITHDRAWN, transitions=BANK_ACCOUNT_TRANSITIONS, by=by)
    account = BankAccount.objects.create(
        enterprise_id=enterprise_id,
        bank_code=bank_code,
        number_sealed=seal(digits),
        holder_sealed=seal(holder.strip()),
        ending=digits[-4:],
        entered_by=by,
    )
    _tell(account, "bank_account_entered", by)
    return account


@transaction.atomic
def confirm_bank_account(*, account_id: int, by: Any, now: datetime | None = None) -> BankAccount:
    """A second person has compared it with the bank book; it is used when its rest is over.

    Raises NotAllowed, SamePerson, NothingToConfirm; all members are told.
    """
    now = now or timezone.now()
    group = BankAccount.objects.values_list("enterprise_id", flat=True).get(pk=account_id)
    lock_books([group])
    account = BankAccount.objects.get(pk=account_id)
    if not (by.is_staff or _looks_after_money(by, group)):
        raise NotAllowed
    if account.entered_by_id == by.pk:
        raise SamePerson
    if account.state != BankAccountState.ENTERED:
        raise NothingToConfirm(str(account))
    account.confirmed_by, account.confirmed_at = by, now
    account.usable_from = now + timedelta(hours=settings.BANK_ACCOUNT_REST_HOURS)
    move(
        account,
        BankAccountState.CONFIRMED,
        transitions=BANK_ACCOUNT_TRANSITIONS,
        by=by,
        also=["confirmed_by", "confirmed_at", "usable_from"],
    )
    _tell(account, "bank_account_confirmed", by)
    return account


def account_in_use(enterprise_id: int, *, at: datetime) -> BankAccount | None:
    """Where the group's money goes at this moment; none before the first one's rest is over."""
    return accounts_in_use([enterprise_id], at=at).get(enterprise_id)


def accounts_in_use(enterprise_ids: Iterable[int], *, at: datetime) -> dict[int, BankAccount]:
    """The same for many groups, in one statement."""
    usable = BankAccount.objects.filter(enterprise_id__in=enterprise_ids).usable(at)
    return {account.enterprise_id: account for account in reversed(usable)}


def in_words(account: BankAccount) -> str:
    """What screens, mails and logs show of it."""
    return masked(account.bank_code, account.ending)


def number_of(account: BankAccount) -> str:
    """The whole number, for the bank's file only."""
    return unseal(account.number_sealed)


def holder_of(account: BankAccount) -> str:
    """The name on the account, for the bank's file only."""
    return unseal(account.holder_sealed)


def _looks_after_money(user: Any, enterprise_id: int) -> bool:
    return Membership.objects.filter(
        enterprise_id=enterprise_id, user=user, left_at=None, role__in=WITH_MONEY
    ).exists()


class _Words:
    """The account in whatever language the message is written in."""

    def __init__(self, account: BankAccount):
        self.account = account

    def __str__(self) -> str:
        return in_words(self.account)


def _tell(account: BankAccount, kind: str, by: Any) -> None:
    tell_group(
        Enterprise.objects.get(pk=account.enterprise_id),
        kind,
        about=account,
        context={
            "account": _Words(account),
            "who": str(by),
            "hours": settings.BANK_ACCOUNT_REST_HOURS,
        },
    )
