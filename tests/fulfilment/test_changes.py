"""A buyer wants it otherwise: asked, priced, accepted, made; or left as it was."""

from datetime import timedelta
from decimal import Decimal
from itertools import product
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from shop.core.states import MoveNotAllowed, can_move
from shop.fulfilment import services
from shop.fulfilment.models import ChangeRequest, Proof
from shop.fulfilment.services import changes
from shop.fulfilment.states import CHANGE_TRANSITIONS, ChangeState
from shop.oscar.checkout import services as checkouts
from shop.outbox.models import Message
from shop.payments.models import Refund
from shop.production.changing import NoFreeDays
from shop.production.models import Job
from shop.production.services import close_days
from tests.factories import make_made_to_order, make_placed_order, make_product
from tests.factories.goods import make_question
from tests.factories.orders import record_of
from tests.fulfilment.changing import (
    ELSEWHERE,
    accept,
    ask,
    check_money,
    day,
    kept_of,
    moment,
    pay,
    price,
)
from tests.fulfilment.steps import Weaving
from tests.production.books import allocated, check_books

DB = pytest.mark.django_db
S = ChangeState


def test_every_pair_of_states():
    allowed = {
        (S.ASKED, S.PRICED), (S.ASKED, S.REFUSED), (S.ASKED, S.WITHDRAWN), (S.ASKED, S.LAPSED),
        (S.ASKED, S.OVERTAKEN), (S.PRICED, S.PRICED), (S.PRICED, S.ACCEPTED),
        (S.PRICED, S.REFUSED), (S.PRICED, S.WITHDRAWN), (S.PRICED, S.LAPSED),
        (S.PRICED, S.OVERTAKEN), (S.ACCEPTED, S.DONE), (S.ACCEPTED, S.WITHDRAWN),
        (S.ACCEPTED, S.LAPSED), (S.ACCEPTED, S.OVERTAKEN),
    }  # fmt: skip
    for old, new in product(S, S):
        assert can_move(old, new, CHANGE_TRANSITIONS) == ((old, new) in allowed), (old, new)


def told(kind: str) -> int:
    return Message.objects.filter(kind=kind, channel="email").count()


@DB
def test_two_pieces_more_are_paid_first_and_then_made():
    weaving = Weaving(3)
    before, units = weaving.part, allocated(weaving.workshop)
    change = ask(weaving.part, 5, words="เพื่อนอยากได้ด้วย")
    assert (change.state, told("change_asked")) == (S.ASKED, 1)
    change = price(change)
    assert change.amount == 2 * Decimal(1200) + _delivery_more(change)
    assert change.promised_on >= before.promised_on
    assert (change.state, allocated(weaving.workshop)) == (S.PRICED, units + 2)
    change = accept(change)
    assert (change.state, change.to_pay) == (S.ACCEPTED, change.amount)
    assert weaving.part.total == before.total
    pay(change)
    assert checkouts.settle_due() == 1
    change.refresh_from_db()
    line, job = weaving.order.lines.get(), weaving.job
    assert (change.state, change.paid, change.returned) == (S.DONE, change.amount, 0)
    assert (line.quantity, job.quantity, job.units) == (5, 5, 5)
    assert weaving.part.total == before.total + change.amount == kept_of(weaving.part)
    assert weaving.part.promised_on == change.promised_on == line.promised_on == job.promised_on
    (was,) = line.snapshot["changes"]
    assert (was["quantity"], was["change"]) == (3, change.pk)
    assert allocated(weaving.workshop) == 5
    assert Job.objects.count() == 1
    assert (told("change_done"), told("change_done_for_group")) == (1, 1)
    check_books(weaving.workshop)
    check_money(weaving.part)


def _delivery_more(change: ChangeRequest) -> Decimal:
    return Decimal(change.reckoned["charge"]) - change.fulfilment.charge


@DB
def test_fewer_pieces_send_the_difference_back_at_once():
    weaving = Weaving(4)
    before = weaving.part.total
    change = accept(price(ask(weaving.part, 2)))
    assert change.state == S.DONE
    assert change.amount <= -2400
    refund = Refund.objects.get()
    assert (refund.cause, refund.amount) == (f"change:{change.pk}", -change.amount)
    assert weaving.part.total == before + change.amount == kept_of(weaving.part)
    assert (allocated(weaving.workshop), weaving.job.units) == (2, 2)
    check_books(weaving.workshop)
    check_money(weaving.part)


@DB
def test_the_group_says_another_price_and_a_later_day_and_why():
    weaving = Weaving(2)
    change = ask(weaving.part, 3)
    with pytest.raises(changes.ReasonNeeded):
        price(change, 1500, words=" ")
    with pytest.raises(services.TooEarly):
        price(change, promised_on=day(-1))
    with pytest.raises(services.TooFar):
        price(change, promised_on=day(500))
    with pytest.raises(changes.TooCheap):
        price(change, -9000)
    change.refresh_from_db()
    assert (change.state, change.holds, allocated(weaving.workshop)) == (S.ASKED, False, 2)
    first = price(change, 1500, promised_on=day(30))
    second = price(first, "1500.01", promised_on=day(31))
    assert (second.version, allocated(weaving.workshop)) == (2, 3)
    with pytest.raises(changes.AnotherPrice):
        accept(first)
    change = accept(second)
    pay(change)
    checkouts.settle_due()
    assert weaving.part.promised_on == weaving.job.promised_on == day(31)
    assert weaving.order.lines.get().line_price_incl_tax == 2400 + Decimal("1500.01") - (
        weaving.part.charge - Decimal(change.before["charge"])
    )
    check_money(weaving.part)
    check_books(weaving.workshop)


@DB
def test_nothing_more_or_less_is_made_at_once_and_no_money_moves():
    weaving = Weaving(2)
    change = accept(price(ask(weaving.part, 3), 0))
    assert (change.state, weaving.order.lines.get().quantity) == (S.DONE, 3)
    assert (Refund.objects.count(), change.paid, change.returned) == (0, 0, 0)
    check_money(weaving.part)


@DB
@pytest.mark.parametrize("end", ["refuse", "withdraw", "lapse"])
def test_what_comes_to_nothing_leaves_everything_as_it_was(end):
    weaving = Weaving(2)
    ready = make_product(weaving.workshop.enterprise, stock=9)
    weaving.order = make_placed_order((weaving.cloth, 2), (ready, 1))
    part = weaving.part
    lines = [row.line for row in part.lines.all()]
    units = allocated(weaving.workshop)
    before = (part.total, part.promised_on, [line.quantity for line in lines])
    wanted = [changes.WantedOfLine(line.pk, line.quantity + 2) for line in lines]
    change = price(ask(part, wanted=wanted))
    assert (allocated(weaving.workshop), record_of(ready).free_pieces) == (units + 2, 6)
    if end == "refuse":
        changes.refuse_change(change_id=change.pk, reason="ฝนตก", by=weaving.member)
    elif end == "withdraw":
        changes.withdraw_change(change_id=change.pk)
    else:
        accept(change)
        assert changes.lapse_changes(now=change.due_at + timedelta(hours=1)) == 1
        assert changes.lapse_changes(now=change.due_at + timedelta(hours=1)) == 0
    change.refresh_from_db()
    assert not change.is_open
    assert (allocated(weaving.workshop), record_of(ready).free_pieces) == (units, 8)
    part = weaving.part
    after = (part.total, part.promised_on, [row.line.quantity for row in part.lines.all()])
    assert after == before
    with pytest.raises(MoveNotAllowed):
        accept(change)
    check_books(weaving.workshop)
    check_money(part)


@DB
def test_either_side_is_reminded_once_and_silence_ends_it():
    weaving = Weaving(2)
    change = ask(weaving.part, 3)
    later = change.asked_at + timedelta(hours=25)
    assert [changes.remind_of_changes(now=later) for _ in range(2)] == [1, 0]
    assert told("change_asked") == 2
    change = price(change)
    later = change.priced_at + timedelta(hours=25)
    assert [changes.remind_of_changes(now=later) for _ in range(2)] == [1, 0]
    assert told("change_priced") == 2
    assert changes.lapse_changes(now=change.due_at - timedelta(seconds=1)) == 0
    assert changes.lapse_changes(now=change.due_at) == 1
    assert (told("change_lapsed"), told("change_lapsed_for_group")) == (1, 1)
    assert ChangeRequest.objects.unanswered().count() == 0


@DB
def test_money_that_comes_twice_late_or_wrong_goes_back_whole():
    weaving = Weaving(2)
    change = accept(price(ask(weaving.part, 3)))
    assert changes.lapse_changes(now=change.due_at - timedelta(seconds=1)) == 0
    pay(change, amount=Decimal(7))
    checkouts.settle_due()
    change.refresh_from_db()
    assert (change.state, kept_of(weaving.part)) == (S.ACCEPTED, weaving.part.total)
    pay(change)
    assert changes.lapse_changes(now=change.due_at + timedelta(days=1)) == 0  # waited for
    pay(change)
    checkouts.settle_due()
    change.refresh_from_db()
    assert (change.state, weaving.part.total) == (S.DONE, kept_of(weaving.part))
    assert told("change_returned") == 2
    again = accept(price(ask(weaving.part, 4)))
    changes.lapse_changes(now=again.due_at)
    again.refresh_from_db()
    pay(again)
    checkouts.settle_due()
    again.refresh_from_db()
    assert (again.state, kept_of(weaving.part)) == (S.LAPSED, weaving.part.total)
    check_money(weaving.part)


@DB
def test_packed_meanwhile_it_is_overtaken_and_its_days_go_free():
    weaving = Weaving(2)
    weaving.move("start")
    change = accept(price(ask(weaving.part, 3)))
    weaving.move("finish", "pack")
    change.refresh_from_db()
    assert (change.state, change.holds, told("change_overtaken")) == (S.OVERTAKEN, True, 1)
    assert [changes.free_ended() for _ in range(2)] == [1, 0]
    assert not Job.objects.filter(state="held").exists()
    pay(change)
    checkouts.settle_due()
    assert kept_of(weaving.part) == weaving.part.total
    with pytest.raises(services.TooLate):
        ask(weaving.part, 5)
    check_books(weaving.workshop)


@DB
def test_undone_afterwards_each_sum_goes_back_to_its_payment():
    weaving = Weaving(2)
    change = accept(price(ask(weaving.part, 3)))
    pay(change)
    checkouts.settle_due()
    accept(price(ask(weaving.part, 1), -2500))
    check_money(weaving.part)
    left = weaving.part.total
    assert kept_of(weaving.part) == left
    services.decline_fulfilment(fulfilment_id=weaving.part.pk, by=weaving.member, reason="fire")
    assert kept_of(weaving.part) == 0
    assert sum(Refund.objects.values_list("amount", flat=True)) == left + 2500
    check_books(weaving.workshop)
    assert allocated(weaving.workshop) == 0


@DB
def test_cancelled_after_the_start_the_ladder_reckons_with_what_was_agreed():
    weaving = Weaving(2)
    change = accept(price(ask(weaving.part, 3)))
    pay(change)
    checkouts.settle_due()
    weaving.move("start")
    services.cancel_fulfilment(fulfilment_id=weaving.part.pk)
    part = weaving.part
    assert part.kept == kept_of(part) == part.goods / 2 == 1800


@DB
def test_limits_and_what_cannot_be_changed():
    weaving = Weaving(2)
    record = record_of(weaving.cloth)
    record.min_quantity, record.max_quantity = 2, 4
    record.save()
    with pytest.raises(changes.NothingAsked):
        ask(weaving.part, 2)
    with pytest.raises(changes.TooFewPieces) as few:
        ask(weaving.part, 1)
    with pytest.raises(changes.TooManyPieces) as many:
        ask(weaving.part, 5)
    assert (few.value.least, many.value.most) == (2, 4)
    token = uuid4()
    change = ask(weaving.part, 3, token=token)
    assert ask(weaving.part, 3, token=token) == change
    with pytest.raises(changes.OneIsOpen):
        ask(weaving.part, 4)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChangeRequest.objects.create(fulfilment=weaving.part, due_at=timezone.now())
    changes.withdraw_change(change_id=change.pk)
    weaving.move("start", "finish")
    with pytest.raises(changes.CannotChange) as error:
        ask(weaving.part, 3)
    assert error.value.why == "finished"
    assert ChangeRequest.objects.count() == 1


@DB
def test_ready_pieces_are_held_and_given_back():
    cloth = make_product(stock=5, price="300")
    order = make_placed_order((cloth, 2))
    part = order.fulfilments.get()
    with pytest.raises(changes.TooManyPieces) as error:
        ask(part, 6)
    assert error.value.most == 5
    change = accept(price(ask(part, 4)))
    assert record_of(cloth).free_pieces == 1
    pay(change)
    checkouts.settle_due()
    assert record_of(cloth).free_pieces == 1
    accept(price(ask(part, 1)))
    assert record_of(cloth).free_pieces == 4
    check_money(part)
    services.decline_fulfilment(fulfilment_id=part.pk, by=None, reason="x")
    assert record_of(cloth).free_pieces == 5
    assert kept_of(part) == 0


@DB
def test_another_address_for_one_part_only_with_its_charge():
    weaving = Weaving(1)
    other = make_product(stock=3)
    weaving.order = make_placed_order((weaving.cloth, 1), (other, 1))
    part = weaving.order.fulfilments.get(enterprise=weaving.workshop.enterprise)
    change = price(ask(part, address=ELSEWHERE))
    there = Decimal(change.reckoned["charge"])
    assert change.amount == there - part.charge
    change = accept(change)
    if change.to_pay:
        pay(change)
        checkouts.settle_due()
    part.refresh_from_db()
    untouched = weaving.order.fulfilments.exclude(pk=part.pk).get()
    assert part.address.first_name == "น้องมะลิ"
    assert part.address.tambon_code == "500101"
    assert untouched.address == weaving.order.shipping_address
    assert untouched.address.tambon_code == "100404"
    assert part.charge == there
    check_money(part)


@DB
def test_other_answers_cost_their_price_and_need_a_new_proof():
    weaving = Weaving(2, proof="photo", accepted=False)
    question = make_question(
        weaving.cloth, label_en="Name", price=Decimal(50), units=Decimal(1), required=False
    )
    services.accept_fulfilment(fulfilment_id=weaving.part.pk, by=weaving.member)
    weaving.approve(weaving.show())
    assert weaving.job.state == "queued"
    line = weaving.order.lines.get()
    with pytest.raises(changes.BadAnswers):
        ask(weaving.part, wanted=[changes.WantedOfLine(line.pk, 2, {question.pk: ["😀"]})])
    wanted = [changes.WantedOfLine(line.pk, 2, {question.pk: ["สมชาย"]})]
    change = price(ask(weaving.part, wanted=wanted))
    assert change.amount == 100
    check_books(weaving.workshop)
    change = accept(change)
    pay(change)
    checkouts.settle_due()
    line.refresh_from_db()
    assert line.answers[0]["value"] == "สมชาย"
    assert (line.unit_price_incl_tax, line.line_price_incl_tax) == (1250, 2500)
    assert (weaving.job.state, weaving.job.units) == ("waiting", 4)
    assert [proof.state for proof in Proof.objects.all()] == ["withdrawn"]
    assert weaving.job.starts_on > day(2)
    check_books(weaving.workshop)
    check_money(weaving.part)
    weaving.approve(weaving.show())
    weaving.move("start")
    with pytest.raises(changes.CannotChange) as error:
        ask(weaving.part, wanted=[changes.WantedOfLine(line.pk, 2, {question.pk: ["อื่น"]})])
    assert error.value.why == "begun"


@DB
def test_no_free_days_no_price_and_days_lost_meanwhile_are_no_promise():
    weaving = Weaving(3)
    today = timezone.localdate()
    change = price(ask(weaving.part, 4))
    close_days(
        workshop_id=weaving.workshop.pk,
        first_day=day(1),
        last_day=day(200),
        percent=0,
        today=today,
    )
    check_books(weaving.workshop)
    change = accept(change)
    pay(change)
    checkouts.settle_due()
    change.refresh_from_db()
    assert (change.state, weaving.order.lines.get().quantity) == (S.LAPSED, 3)
    assert kept_of(weaving.part) == weaving.part.total
    assert not Job.objects.filter(state="held").exists()
    check_books(weaving.workshop)
    request = ask(weaving.part, 900)
    with pytest.raises(NoFreeDays):
        price(request)
    request.refresh_from_db()
    assert (request.state, request.version) == (S.ASKED, 0)


@DB
def test_made_in_lead_days_without_a_workshop():
    cloth = make_made_to_order(lead_days=5)
    part = make_placed_order((cloth, 1)).fulfilments.get()
    change = price(ask(part, 2))
    assert change.promised_on > part.promised_on
    change = accept(change)
    pay(change)
    checkouts.settle_due()
    part.refresh_from_db()
    assert part.promised_on == change.promised_on == part.lines.get().line.promised_on
    check_money(part)


@DB
def test_a_change_answers_the_notice_of_delay():
    weaving = Weaving(2)
    notice = services.give_notice(
        fulfilment_id=weaving.part.pk,
        reason="rain",
        new_day=weaving.part.promised_on + timedelta(days=9),
        today=timezone.localdate(),
        by=weaving.member,
    )
    ask(weaving.part, 1)
    notice.refresh_from_db()
    assert notice.state == "changes"
    assert moment()["today"] == timezone.localdate()
