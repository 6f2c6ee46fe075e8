"""Groups with a bank account, officers, and a bank that answers."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from producers.models import Enterprise
from producers.states import Role
from shop.core.models import User
from shop.ledger import services as ledger
from shop.ledger.models import BankAccount, PayoutBatch, Transfer
from tests.factories.goods import make_enterprise
from tests.factories.people import make_member, make_officer
from tests.ledger.selling import SOLD_AT, TODAY

NUMBERS = count(1)
LONG_AGO = SOLD_AT - timedelta(days=60)


def with_account(
    group: Enterprise | None = None, *, number: str = "", confirmed_at: datetime = LONG_AGO
) -> Enterprise:
    """A group whose bank account has been confirmed by its treasurer."""
    group = group or make_enterprise()
    leader = make_member(group).user
    treasurer = make_member(group, Role.TREASURER).user
    account = ledger.enter_bank_account(
        enterprise_id=group.pk,
        bank_code="034",
        number=number or f"{next(NUMBERS):010d}",
        holder="กลุ่มทอผ้า",
        by=leader,
    )
    ledger.confirm_bank_account(account_id=account.pk, by=treasurer, now=confirmed_at)
    return group


def account_of(group: Enterprise) -> BankAccount:
    return BankAccount.objects.filter(enterprise=group).order_by("-pk")[0]


def approved(*, first: User | None = None, second: User | None = None, **day: Any) -> PayoutBatch:
    """A batch of everything that is due, approved by a second officer."""
    day.setdefault("today", TODAY)
    first = first or make_officer()
    batch, _ = ledger.compute_batch(by=first, now=SOLD_AT, **day)
    ledger.preview_batch(batch_id=batch.pk, by=first)
    return ledger.approve_batch(batch_id=batch.pk, by=second or make_officer(), now=SOLD_AT)


def exported(**details: Any) -> PayoutBatch:
    """The same, with the bank."""
    batch = approved(**details)
    return ledger.export_batch(batch_id=batch.pk, by=make_officer())


def transfer_of(group: Enterprise) -> Transfer:
    """The group's last transfer."""
    return Transfer.objects.filter(payout__enterprise=group).order_by("-pk")[0]
