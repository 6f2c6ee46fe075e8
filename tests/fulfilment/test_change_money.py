"""A change of what is paid in two: one total to the satang, whatever is agreed and undone."""

import random
from decimal import Decimal

import pytest

from shop.core.money import ZERO
from shop.fulfilment import services
from shop.fulfilment.models import Fulfilment, Instalment
from shop.fulfilment.services import changes
from shop.fulfilment.services.paying_back import payments_of
from shop.fulfilment.states import ChangeState, InstalmentState
from shop.oscar.checkout import services as checkouts
from shop.payments.models import Refund
from tests.fulfilment.changing import accept, ask, check_money, kept_of, pay, price
from tests.fulfilment.steps import Weaving
from tests.fulfilment.test_instalments import ordered
from tests.fulfilment.test_instalments import pay as pay_balance
from tests.production.books import check_books

pytestmark = pytest.mark.django_db


def balance_of(part: Fulfilment) -> Instalment:
    return part.instalments.get(number=2)


def agree(part: Fulfilment, quantity: int, amount: object = None) -> Decimal:
    """Asked, priced, accepted and, where it must be, paid; the difference in baht."""
    change = accept(price(ask(part, quantity), amount))
    if change.state == ChangeState.ACCEPTED:
        pay(change)
        checkouts.settle_due()
        change.refresh_from_db()
    assert change.state == ChangeState.DONE
    part.refresh_from_db()
    check_money(part)
    return change.amount


def test_more_is_added_to_the_balance_and_nothing_is_paid_now():
    part = ordered()
    balance = balance_of(part).amount
    more = agree(part, 3)
    assert more >= 1200
    assert balance_of(part).amount == balance + more
    assert kept_of(part) == part.instalments.get(number=1).amount
    assert Refund.objects.count() == 0


def test_less_is_taken_from_the_balance_first_then_goes_back():
    part = ordered()
    first = part.instalments.get(number=1).amount
    assert agree(part, 2 - 1, "-1200") == -1200
    assert balance_of(part).state == InstalmentState.WAIVED
    assert (kept_of(part), part.total) == (first, first)
    assert agree(part, 2, "-0.01") == Decimal("-0.01")
    assert (kept_of(part), Refund.objects.get().amount) == (
        first - Decimal("0.01"),
        Decimal("0.01"),
    )
    services.decline_fulfilment(fulfilment_id=part.pk, by=None, reason="x")
    assert kept_of(part) == 0


def test_part_of_the_difference_from_the_balance_the_rest_back():
    part = ordered()
    first = part.instalments.get(number=1).amount
    agree(part, 1, "-1500.50")
    assert Refund.objects.get().amount == Decimal("300.50")
    assert part.total == kept_of(part) == first - Decimal("300.50")


def test_a_balance_never_becomes_too_small_to_be_paid():
    part = ordered()
    agree(part, 1, "-1195")
    assert (balance_of(part).amount, balance_of(part).state) == (10, InstalmentState.DUE_LATER)
    assert Refund.objects.get().amount == 5


@pytest.mark.parametrize("amount", ["0.01", "9.99"])
def test_a_difference_too_small_to_be_paid_is_not_asked_for(amount):
    weaving = Weaving(2)
    change = ask(weaving.part, 3)
    with pytest.raises(changes.TooLittle) as caught:
        price(change, amount)
    assert caught.value.least == 10
    change.refresh_from_db()
    assert (change.state, change.version) == (ChangeState.ASKED, 0)
    assert price(change, "10").to_pay == 10


def test_the_balance_being_paid_is_waited_for():
    part = ordered()
    change = price(ask(part, 3))
    pay_balance(balance_of(part))
    with pytest.raises(changes.BeingPaid):
        accept(change)
    change.refresh_from_db()
    assert change.state == ChangeState.PRICED


def test_not_paid_in_time_the_group_keeps_no_more_than_came():
    part = ordered()
    agree(part, 3)
    services.cancel_fulfilment(fulfilment_id=part.pk)
    part.refresh_from_db()
    assert (part.kept, kept_of(part)) == (ZERO, ZERO)
    assert balance_of(part).state == InstalmentState.WAIVED


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("plan", ["full", "deposit"])
def test_any_row_of_changes_adds_up_and_goes_back_whole(plan, seed):
    dice = random.Random(seed)  # a story told again, no secret
    weaving = Weaving(3, payment_plan=plan)
    for _ in range(4):
        quantity = dice.choice([1, 2, 3, 4, 6])
        own = dice.choice([None, 0, "10.01", "-0.01", "333.33", "-777.77"])
        if quantity != weaving.order.lines.get().quantity:
            agree(weaving.part, quantity, own)
        left = sum((each.left for each in payments_of(weaving.part)), ZERO)
        assert left == kept_of(weaving.part)
        check_books(weaving.workshop)
    services.decline_fulfilment(fulfilment_id=weaving.part.pk, by=weaving.member, reason="x")
    assert kept_of(weaving.part) == 0
    check_books(weaving.workshop)
