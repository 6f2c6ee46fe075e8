"""Buyer, group, clock and money meet over one change: one of them wins whole."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shop.core.states import MoveNotAllowed
from shop.fulfilment import services
from shop.fulfilment.models import ChangeRequest, Fulfilment
from shop.fulfilment.services import changes
from shop.fulfilment.services.changes import accepting
from shop.fulfilment.states import ChangeState
from shop.outbox.models import Message
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.states import AttemptState
from shop.production.changing import NoFreeDays
from shop.production.models import Job
from shop.production.services import NoCapacity
from tests.concurrency.crowd import all_at_once
from tests.factories import make_placed_order, make_workshop, make_woven
from tests.fulfilment.changing import ELSEWHERE, accept, ask, check_money, kept_of, pay, price
from tests.fulfilment.steps import Weaving, a_picture
from tests.production.books import check_books

pytestmark = pytest.mark.django_db(transaction=True)

S = ChangeState


def errors(results: list[Any]) -> list[Any]:
    return [each for each in results if isinstance(each, Exception)]


def test_many_taps_agree_once() -> None:
    weaving = Weaving(4)
    change = price(ask(weaving.part, 2))

    results = all_at_once([lambda: accept(change)] * 6)

    assert len(errors(results)) == 5
    assert all(isinstance(each, MoveNotAllowed) for each in errors(results)), results
    assert Refund.objects.count() == 1
    assert weaving.order.lines.get().quantity == 2
    assert Message.objects.filter(kind="change_done", channel="email").count() == 1
    check_money(weaving.part)
    check_books(weaving.workshop)


def test_without_the_lock_the_same_taps_agree_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the race is real: with the locks removed, several agree at once."""
    weaving = Weaving(2)
    change = price(ask(weaving.part, 3))
    gathered = threading.Barrier(3, timeout=60)

    def unlocked(change_id: int) -> ChangeRequest:
        found = ChangeRequest.objects.get(pk=change_id)
        found.fulfilment = Fulfilment.objects.get(pk=found.fulfilment_id)
        gathered.wait()
        return found

    monkeypatch.setattr(accepting, "locked_change", unlocked)
    unguarded: Any = changes.accept_change
    results = all_at_once(
        [lambda: unguarded.__wrapped__(change_id=change.pk, seen_version=1, now=timezone.now())] * 3
    )
    assert len([each for each in results if isinstance(each, ChangeRequest)]) > 1, results


def test_agreed_while_it_is_cancelled_the_money_is_right_either_way() -> None:
    weaving = Weaving(3)
    change = price(ask(weaving.part, 1))

    all_at_once(
        [
            lambda: accept(change),
            lambda: services.cancel_fulfilment(fulfilment_id=weaving.part.pk),
        ]
    )

    change.refresh_from_db()
    assert weaving.states == ("cancelled", "released")
    assert change.state in (S.DONE, S.OVERTAKEN)
    assert kept_of(weaving.part) == weaving.part.kept == 0
    changes.free_ended()
    assert not Job.objects.filter(state="held").exists()
    check_books(weaving.workshop)


def test_paid_in_the_moment_its_time_is_over_it_is_made_or_paid_back() -> None:
    weaving = Weaving(2)
    change = accept(price(ask(weaving.part, 3)))
    attempt = pay(change)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state=AttemptState.FAILED)

    def comes() -> None:
        PaymentAttempt.objects.filter(pk=attempt.pk).update(state=AttemptState.PAID)
        changes.settle_change(change.reference)

    results = all_at_once(
        [comes, lambda: changes.lapse_changes(now=change.due_at + timedelta(days=1))]
    )

    assert not errors(results), results
    change.refresh_from_db()
    assert change.state in (S.DONE, S.LAPSED)
    assert weaving.order.lines.get().quantity == (3 if change.state == S.DONE else 2)
    assert kept_of(weaving.part) == weaving.part.total
    check_money(weaving.part)
    check_books(weaving.workshop)


def test_two_payments_at_once_make_one_change() -> None:
    weaving = Weaving(2)
    change = accept(price(ask(weaving.part, 3)))
    for _ in range(3):
        pay(change)

    results = all_at_once([lambda: changes.settle_change(change.reference)] * 4)

    assert not errors(results), results
    change.refresh_from_db()
    assert (change.state, change.paid) == (S.DONE, change.amount)
    assert Refund.objects.count() == 2
    assert kept_of(weaving.part) == weaving.part.total
    check_money(weaving.part)


def test_packed_while_the_buyer_agrees_to_another_address() -> None:
    weaving = Weaving(1)
    weaving.move("start", "finish")
    change = price(ask(weaving.part, address=ELSEWHERE), 0)
    a_picture()

    results = all_at_once([lambda: accept(change), lambda: weaving.move("pack")])

    change.refresh_from_db()
    assert weaving.part.state == "packed", results
    assert change.state in (S.DONE, S.OVERTAKEN)
    assert (weaving.part.own_address is not None) == (change.state == S.DONE)
    check_money(weaving.part)


def test_changes_and_newcomers_never_fill_more_days_than_there_are() -> None:
    looms = make_workshop(horizon_days=9)
    cloth = make_woven(looms)
    parts = [make_placed_order((cloth, 1)).fulfilments.get() for _ in range(4)]
    asked = [ask(part, 3) for part in parts]  # eight days wanted, about five free

    results = all_at_once([lambda each=each: price(each) for each in asked])

    assert all(isinstance(each, NoFreeDays | NoCapacity) for each in errors(results)), results
    priced = [each for each in results if isinstance(each, ChangeRequest)]
    assert 0 < len(priced) < 4
    check_books(looms)
    agreed = all_at_once([lambda each=each: accept(each) for each in priced])
    assert not errors(agreed), agreed
    for each in priced:
        each.refresh_from_db()
        pay(each)
        changes.settle_change(each.reference)
    check_books(looms)
    for part in parts:
        check_money(part)


def test_refused_while_it_is_agreed() -> None:
    weaving = Weaving(3)
    change = price(ask(weaving.part, 2))

    results = all_at_once(
        [
            lambda: accept(change),
            lambda: changes.refuse_change(change_id=change.pk, reason="x", by=weaving.member),
        ]
    )

    assert len(errors(results)) == 1, results
    change.refresh_from_db()
    assert change.state in (S.DONE, S.REFUSED)
    assert weaving.order.lines.get().quantity == (2 if change.state == S.DONE else 3)
    check_money(weaving.part)
    check_books(weaving.workshop)
