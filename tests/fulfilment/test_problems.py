"""Something is wrong with a parcel: told in time, looked at by the office, settled once."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from producers.services import ReasonNeeded
from shop.core.models import StateChange, User
from shop.core.states import MoveNotAllowed
from shop.fulfilment import services
from shop.fulfilment.models import Carrier, Fulfilment
from shop.fulfilment.services.paying_back import payments_of
from shop.fulfilment.states import FulfilmentState, ProblemState
from shop.oscar.checkout import services as checkouts
from shop.oscar.order.models import Order
from shop.outbox.models import Message
from shop.payments.models import Refund
from tests.factories import make_buyer, make_member, make_placed_order, make_product
from tests.fulfilment import changing
from tests.fulfilment.changing import ELSEWHERE, kept_of
from tests.fulfilment.steps import Weaving
from tests.fulfilment.test_instalments import pay as pay_balance

pytestmark = pytest.mark.django_db


def sent(**details: Any) -> Fulfilment:
    """A parcel with the carrier: ready goods, delivery."""
    part = make_placed_order((make_product(stock=2, price="450.01"), 2), **details)
    return send(part.fulfilments.get())


def send(part: Fulfilment) -> Fulfilment:
    member = part.enterprise.memberships.first() or make_member(part.enterprise)
    by = {"fulfilment_id": part.pk, "by": member.user}
    if part.state == FulfilmentState.PLACED:
        services.accept_fulfilment(**by)
        services.pack_fulfilment(**by)
    services.dispatch_fulfilment(**by, carrier=Carrier.objects.get(slug="registered-carrier"))
    return Fulfilment.objects.get(pk=part.pk)


def told(part: Fulfilment) -> Fulfilment:
    return services.object_to_fulfilment(fulfilment_id=part.pk, text="ผ้าขาดหนึ่งมุม")


def settle(part: Fulfilment, amount: Any, *, by: User | None = None, **facts: Any) -> Fulfilment:
    facts = {"words": "ดูรูปแล้ว ผ้าขาดจริง", **facts}
    by = by or make_buyer(email=f"officer{User.objects.count()}@example.com")
    return services.settle_problem(fulfilment_id=part.pk, amount=Decimal(amount), by=by, **facts)


def paid_in_three() -> Fulfilment:
    """Deposit, balance, and a change priced afterwards: three payments, one parcel."""
    weaving = Weaving(3, payment_plan="deposit")
    weaving.move("start", "finish")
    pay_balance(weaving.part.instalments.get(number=2))
    checkouts.settle_due()
    change = changing.accept(changing.price(changing.ask(weaving.part, address=ELSEWHERE), "33.33"))
    changing.pay(change)
    checkouts.settle_due()
    weaving.move("pack")
    return send(weaving.part)


def nothing_moved(part: Fulfilment, state: str) -> None:
    part = Fulfilment.objects.get(pk=part.pk)
    assert (part.state, part.problem_settled_at, part.problem_words) == (state, None, "")
    assert part.problem_back == 0
    assert Refund.objects.count() == 0
    assert not Message.objects.filter(kind__startswith="problem_settled").exists()


def test_told_while_on_its_way_settled_with_some_money_back():
    part = told(sent())
    assert (part.problem_state, part.state) == (ProblemState.OPEN, FulfilmentState.DISPATCHED)
    assert list(Fulfilment.objects.with_open_problem()) == [part]
    officer = make_buyer(email="officer@example.com")

    part = settle(part, "100.01", by=officer)

    part.refresh_from_db()
    assert (part.problem_state, part.state) == (ProblemState.SETTLED, FulfilmentState.RECEIVED)
    assert part.received_at == part.problem_settled_at
    assert (part.problem_back, part.problem_words) == (Decimal("100.01"), "ดูรูปแล้ว ผ้าขาดจริง")
    assert Order.objects.get().status == "received"
    refund = Refund.objects.get()
    assert (refund.amount, refund.cause) == (Decimal("100.01"), f"fulfilment:{part.pk}:problem")
    steps = StateChange.objects.filter(about_label="fulfilment.fulfilment", about_id=part.pk)
    last = steps.get(field="problem", new=ProblemState.SETTLED)
    assert (last.old, last.by, last.reason) == (ProblemState.OPEN, officer, part.problem_words)
    assert steps.filter(field="state", new=FulfilmentState.RECEIVED, by=officer).exists()
    assert Message.objects.filter(kind="problem_settled", channel="email").count() == 1
    assert Message.objects.filter(kind="problem_settled_for_group").exists()
    assert not Fulfilment.objects.with_open_problem().exists()
    assert list(Fulfilment.objects.with_problem()) == [part]


def test_of_three_payments_all_goes_back_each_sum_to_the_payment_it_came_with():
    part = told(paid_in_three())
    came = {each.reference: each.left for each in payments_of(part)}
    assert len(came) == 3
    assert sum(came.values()) == part.total == kept_of(part)
    assert Decimal("33.33") in came.values()

    settle(part, part.total)

    back = {x.attempt.checkout_reference: x.amount for x in Refund.objects.all()}
    assert back == came
    assert kept_of(part) == 0


def test_of_three_payments_a_little_goes_back_to_the_last():
    part = told(paid_in_three())
    came = payments_of(part)
    some = came[0].left + Decimal("0.01")
    settle(part, some)
    back = [(x.attempt.checkout_reference, x.amount) for x in Refund.objects.order_by("pk")]
    assert back == [(came[0].reference, came[0].left), (came[1].reference, Decimal("0.01"))]
    assert kept_of(part) == part.total - some


@pytest.mark.parametrize("more", ["0.01", "1000"])
def test_more_than_was_paid_is_refused_and_nothing_moves(more):
    part = told(sent())
    with pytest.raises(services.TooMuch) as caught:
        settle(part, part.total + Decimal(more))
    assert caught.value.most == part.total
    nothing_moved(part, FulfilmentState.DISPATCHED)
    with pytest.raises(services.TooMuch):
        settle(part, "-0.01")
    nothing_moved(part, FulfilmentState.DISPATCHED)
    settle(part, part.total)
    assert kept_of(part) == 0


def test_another_parts_money_is_not_touched():
    order = make_placed_order((make_product(price="100"), 1), (make_product(price="900"), 1))
    small = told(send(order.fulfilments.get(goods=100)))
    with pytest.raises(services.TooMuch) as caught:
        settle(small, small.total + 1)
    assert caught.value.most == small.total
    settle(small, small.total)
    assert kept_of(small) == order.total_incl_tax - small.total


def test_nothing_may_go_back_and_the_words_are_needed():
    part = told(sent())
    with pytest.raises(ReasonNeeded):
        settle(part, 0, words=" \n")
    nothing_moved(part, FulfilmentState.DISPATCHED)
    part = settle(part, 0)
    assert (part.problem_state, part.state) == (ProblemState.SETTLED, FulfilmentState.RECEIVED)
    assert Refund.objects.count() == 0
    assert Message.objects.filter(kind="problem_settled").exists()


def test_settled_once_and_not_told_again():
    part = sent()
    with pytest.raises(MoveNotAllowed):
        settle(part, 1)
    nothing_moved(part, FulfilmentState.DISPATCHED)
    told(part)
    settle(part, 1)
    with pytest.raises(MoveNotAllowed):
        settle(part, 2)
    with pytest.raises(services.ToldAlready):
        told(part)
    part.refresh_from_db()
    assert (part.problem_back, part.objection) == (1, "ผ้าขาดหนึ่งมุม")
    assert Refund.objects.get().amount == 1


def test_told_twice_the_first_words_stay():
    part = told(sent())
    with pytest.raises(services.ToldAlready):
        services.object_to_fulfilment(fulfilment_id=part.pk, text="อีกครั้ง")
    part.refresh_from_db()
    assert part.objection == "ผ้าขาดหนึ่งมุม"
    assert Message.objects.filter(kind="part_objected", channel="email").count() == 1


def test_after_receiving_it_can_be_told_until_the_days_are_over():
    part = sent()
    services.receive_fulfilment(fulfilment_id=part.pk)
    part.refresh_from_db()
    last = timezone.localdate(part.received_at) + timedelta(days=7)
    with pytest.raises(services.TooLate):
        services.object_to_fulfilment(
            fulfilment_id=part.pk, text="x", today=last + timedelta(days=1)
        )
    part.refresh_from_db()
    assert part.problem_state == ""
    received_at = part.received_at
    part = services.object_to_fulfilment(fulfilment_id=part.pk, text="x", today=last)
    part = settle(part, part.total)
    part.refresh_from_db()
    assert (part.state, part.received_at) == (FulfilmentState.RECEIVED, received_at)
    assert kept_of(part) == 0


@pytest.mark.parametrize("state", ["placed", "accepted", "started", "packed", "declined"])
def test_before_sending_there_is_nothing_to_tell(state):
    part = make_placed_order((make_product(), 1)).fulfilments.get()
    Fulfilment.objects.update(state=state)
    with pytest.raises(services.TooLate):
        told(part)
    part.refresh_from_db()
    assert part.objected_at is None


def test_received_by_a_tap_the_problem_stays_open():
    part = told(sent())
    services.receive_fulfilment(fulfilment_id=part.pk)
    assert list(Fulfilment.objects.with_open_problem()) == [part]
    settle(part, "5")
    assert Refund.objects.get().amount == 5


def test_the_database_keeps_the_walls():
    part = sent()
    now = timezone.now()
    for wrong in (
        {"problem_settled_at": now},
        {"problem_back": 1},
        {"objected_at": now, "problem_back": 1},
        {"objected_at": now, "problem_settled_at": now, "problem_back": -1},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Fulfilment.objects.filter(pk=part.pk).update(**wrong)
