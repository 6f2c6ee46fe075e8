"""Where money goes: two people, 48 hours, everyone told, and a number that nobody reads."""

from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from producers.states import Role
from shop.core.models import StateChange
from shop.ledger import services as ledger
from shop.ledger.banks import NoAccountNumber, NoSuchBank, account_number, banks
from shop.ledger.models import BankAccount
from shop.ledger.sealing import CannotBeOpened, reseal, seal, unseal
from shop.ledger.services import NotAllowed, NothingToConfirm, SamePerson, account_in_use, in_words
from shop.ledger.services.bank_accounts import holder_of, number_of
from shop.outbox.models import Message
from tests.factories.goods import make_enterprise
from tests.factories.people import make_member, make_officer
from tests.ledger.selling import SOLD_AT

pytestmark = pytest.mark.django_db

NUMBER = "0201234567"


@pytest.fixture
def group():
    return make_enterprise()


@pytest.fixture
def leader(group):
    return make_member(group).user


def enter(group, by, **details):
    facts = {"bank_code": "034", "number": "020-1-23456-7", "holder": " กลุ่มทอผ้า ", **details}
    return ledger.enter_bank_account(enterprise_id=group.pk, by=by, **facts)


def test_entered_by_the_leader_confirmed_by_the_treasurer_used_after_48_hours(group, leader):
    treasurer = make_member(group, Role.TREASURER).user
    account = enter(group, leader)
    assert account_in_use(group.pk, at=SOLD_AT) is None
    ledger.confirm_bank_account(account_id=account.pk, by=treasurer, now=SOLD_AT)
    almost, then = SOLD_AT + timedelta(hours=47, minutes=59), SOLD_AT + timedelta(hours=48)
    assert account_in_use(group.pk, at=almost) is None
    assert account_in_use(group.pk, at=then) == account
    assert (number_of(account), holder_of(account)) == (NUMBER, "กลุ่มทอผ้า")


def test_a_new_account_is_used_when_its_rest_is_over_and_the_old_one_until_then(group, leader):
    officer = make_officer()
    old = enter(group, leader)
    ledger.confirm_bank_account(account_id=old.pk, by=officer, now=SOLD_AT)
    new = enter(group, leader, number="9" * 12)
    later = SOLD_AT + timedelta(days=30)
    assert account_in_use(group.pk, at=later) == old
    ledger.confirm_bank_account(account_id=new.pk, by=officer, now=later)
    assert account_in_use(group.pk, at=later + timedelta(hours=47)) == old
    assert account_in_use(group.pk, at=later + timedelta(hours=48)) == new


def test_who_may_not(group, leader):
    plain = make_member(group, Role.MEMBER).user
    stranger = make_member(make_enterprise()).user
    gone = make_member(group, Role.TREASURER, left_at=SOLD_AT).user
    for person in (plain, stranger, gone, make_officer()):
        with pytest.raises(NotAllowed):
            enter(group, person)
    assert not BankAccount.objects.exists()
    account = enter(group, leader)
    for person in (plain, stranger, gone):
        with pytest.raises(NotAllowed):
            ledger.confirm_bank_account(account_id=account.pk, by=person)
    with pytest.raises(SamePerson):
        ledger.confirm_bank_account(account_id=account.pk, by=leader)
    with pytest.raises(IntegrityError), transaction.atomic():
        BankAccount.objects.update(confirmed_by=leader)
    assert BankAccount.objects.get().state == "entered"


def test_a_second_entry_takes_the_place_of_one_that_waits(group, leader):
    first = enter(group, leader)
    second = enter(group, leader, number="1234567890")
    officer = make_officer()
    with pytest.raises(NothingToConfirm):
        ledger.confirm_bank_account(account_id=first.pk, by=officer)
    ledger.confirm_bank_account(account_id=second.pk, by=officer)
    with pytest.raises(NothingToConfirm):
        ledger.confirm_bank_account(account_id=second.pk, by=officer)
    states = BankAccount.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["withdrawn", "confirmed"]


def test_all_members_are_told_in_their_language_without_the_number(group, leader):
    make_member(group, Role.MEMBER)
    account = enter(group, leader)
    ledger.confirm_bank_account(account_id=account.pk, by=make_officer())
    for kind in ("bank_account_entered", "bank_account_confirmed"):
        told = Message.objects.filter(kind=kind)
        assert told.filter(channel="email").count() == 2
        assert told.filter(channel="sms").count() == 2
        assert all("4567" in message.context["account"] for message in told)
    for row in [*Message.objects.values(), *StateChange.objects.values()]:
        assert NUMBER not in str(row)


def test_the_number_is_nowhere_in_the_database_in_clear(group, leader):
    enter(group, leader)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_bankaccount")
        (row,) = cursor.fetchall()
    assert NUMBER not in str(row)
    assert "กลุ่มทอผ้า" not in str(row)
    account = BankAccount.objects.get()
    assert NUMBER not in f"{account} {account!r}"
    with translation.override("en"):
        shown = in_words(account)
    assert shown == "Bank for Agriculture and Agricultural Cooperatives, ending in 4567"
    with translation.override("th"):
        assert in_words(account) == "ธนาคารเพื่อการเกษตรและสหกรณ์การเกษตร ลงท้าย 4567"


def test_keys_can_be_changed_and_what_is_tampered_with_is_not_opened(settings):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.PRIVATE_KEYS = [old]
    sealed = seal(NUMBER)
    settings.PRIVATE_KEYS = [new, old]
    assert unseal(sealed) == NUMBER
    again = reseal(sealed)
    settings.PRIVATE_KEYS = [new]
    assert unseal(again) == NUMBER
    for broken in (sealed, again[:-4] + "AAA=", ""):
        with pytest.raises(CannotBeOpened):
            unseal(broken)
        with pytest.raises(CannotBeOpened):
            reseal(broken)


@pytest.mark.parametrize("typed", ["020-1-23456-7", "020 123 4567", "๐๒๐๑๒๓๔๕๖๗", NUMBER])
def test_a_number_as_people_write_it(typed):
    assert account_number(typed) == NUMBER


@pytest.mark.parametrize("typed", ["", "123456789", "1234567890123", "02012345x7", "0201234567;"])
def test_what_is_no_account_number(typed, group, leader):
    with pytest.raises(NoAccountNumber):
        enter(group, leader, number=typed)
    assert not BankAccount.objects.exists()
    assert not Message.objects.exists()


def test_a_bank_we_do_not_know(group, leader):
    with pytest.raises(NoSuchBank):
        enter(group, leader, bank_code="999")
    assert not BankAccount.objects.exists()
    assert "034" in banks()
