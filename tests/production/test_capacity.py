"""Days are held with the goods, taken with the money, and freed with the order."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from shop.fulfilment import services as fulfilments
from shop.fulfilment.models import Fulfilment
from shop.oscar.checkout import services as checkouts
from shop.oscar.checkout.models import Checkout
from shop.oscar.checkout.services.settling import free
from shop.oscar.checkout.states import CheckoutState
from shop.oscar.order.models import Order
from shop.outbox.models import Message
from shop.payments.models import PaymentAttempt, Refund
from shop.production.models import Job, ProductionSlot
from shop.production.services import (
    cancel_jobs,
    close_days,
    open_days,
    release_capacity,
    replan_workshop,
    roll_forward,
)
from shop.production.states import JobState
from tests.factories import (
    make_checkout,
    make_placed_order,
    make_product,
    make_workshop,
    make_woven,
    pay,
    record_of,
)
from tests.production.books import allocated, check_books

pytestmark = pytest.mark.django_db


def today() -> date:
    return timezone.localdate()


def after(days: int) -> date:
    return today() + timedelta(days=days)


def busy_days(workshop: Any) -> list[int]:
    """Days from today on which something is allocated, one entry per unit."""
    found = []
    for slot in workshop.slots.filter(allocated__gt=0).order_by("day"):
        found += [(slot.day - today()).days] * slot.allocated
    return found


def test_paying_holds_the_days_and_the_order_takes_them() -> None:
    looms = make_workshop()
    cloth = make_woven(looms)
    checkout = make_checkout((cloth, 3))
    attempt = pay(checkout)
    job = Job.objects.get()
    assert (job.state, job.units, job.due_on) == (JobState.HELD, 3, after(3))
    assert busy_days(looms) == [1, 2, 3]

    checkouts.settle_attempt(attempt.pk)

    line = Order.objects.get().lines.get()
    job.refresh_from_db()
    assert (job.state, job.line) == (JobState.QUEUED, line)
    assert line.promised_on == after(3)
    assert line.snapshot["promise"]["rule_version"] == 2
    assert line.snapshot["terms"]["ladder"] == "gentle"
    check_books(looms)


def test_two_lines_of_one_workshop_are_made_one_after_the_other() -> None:
    looms = make_workshop()
    first, second = make_woven(looms), make_woven(looms)
    order = make_placed_order((first, 2), (second, 3))
    promises = list(order.lines.order_by("pk").values_list("promised_on", flat=True))
    assert promises == [after(2), after(5)]
    assert Fulfilment.objects.get().promised_on == after(5)
    check_books(looms)


def test_an_unpaid_hold_is_freed_and_a_later_buyer_gets_its_days() -> None:
    looms = make_workshop()
    cloth = make_woven(looms)
    pay_later = make_checkout((cloth, 5))
    total = str(checkouts.offer_now(pay_later, today=today()).total)
    checkouts.hold_and_write(pay_later.pk, "card", total, today())
    assert busy_days(looms) == [1, 2, 3, 4, 5]

    PaymentAttempt.objects.update(state="cancelled")
    checkouts.settle_checkout(pay_later.reference)

    assert busy_days(looms) == []
    assert make_placed_order((cloth, 1)).lines.get().promised_on == after(1)
    check_books(looms)


def test_a_day_gone_meanwhile_is_said_before_anything_is_held() -> None:
    looms = make_workshop()
    cloth = make_woven(looms)
    checkout = make_checkout((cloth, 2))
    seen = checkouts.offer_now(checkout, today=today())
    make_placed_order((cloth, 4))
    with pytest.raises(checkouts.OfferChanged) as changed:
        checkouts.hold_and_write(checkout.pk, "card", str(seen.total), today(), seen.fingerprint)
    assert changed.value.offer.lines[0].promised_on == after(6)
    assert allocated(looms) == 4


def test_a_full_workshop_sells_no_more_but_says_so() -> None:
    looms = make_workshop(horizon_days=3)
    cloth = make_woven(looms)
    make_placed_order((cloth, 3))
    checkout = make_checkout((cloth, 1))
    offer = checkouts.offer_now(checkout, today=today())
    assert (offer.lines[0].problem, offer.is_complete) == ("full", False)


class TestPaidAfterTheHoldExpired:
    def late(self, cloth: Any, quantity: int = 2) -> tuple[Checkout, PaymentAttempt]:
        checkout = make_checkout((cloth, quantity))
        attempt = pay(checkout)
        free(checkout.reference)  # as the sweep does when it is not paid
        return checkout, attempt

    def test_the_days_are_taken_again_where_they_are_free(self) -> None:
        looms = make_workshop()
        cloth = make_woven(looms)
        checkout, attempt = self.late(cloth)
        checkouts.settle_attempt(attempt.pk)
        assert Order.objects.get().lines.get().promised_on == after(2)
        assert Job.objects.get().state == JobState.QUEUED
        check_books(looms)

    def asked(self) -> tuple[Any, Any, Checkout]:
        looms = make_workshop()
        cloth = make_woven(looms)
        checkout, attempt = self.late(cloth)
        make_placed_order((cloth, 1))
        checkouts.settle_attempt(attempt.pk)
        checkout.refresh_from_db()
        return looms, cloth, checkout

    def test_where_only_a_later_day_is_left_the_buyer_is_asked(self) -> None:
        looms, _, checkout = self.asked()
        assert checkout.state == CheckoutState.ASKED
        assert busy_days(looms) == [1, 2, 3]
        assert Order.objects.count() == 1
        assert Message.objects.filter(kind="new_date_asked").count() == 1
        assert not Refund.objects.exists()

    def test_accepting_places_the_order_on_the_new_day(self) -> None:
        looms, _, checkout = self.asked()
        order = checkouts.accept_new_date(checkout=checkout)
        assert order.lines.get().promised_on == after(3)
        assert order.fulfilments.get().promised_on == after(3)
        check_books(looms)
        with pytest.raises(checkouts.NotAsked):
            checkouts.refuse_new_date(checkout=checkout)
        assert not Refund.objects.exists()

    def test_refusing_gives_all_money_and_days_back(self) -> None:
        looms, _, checkout = self.asked()
        checkouts.refuse_new_date(checkout=checkout)
        assert Refund.objects.get().amount == checkout.total
        assert busy_days(looms) == [1]
        with pytest.raises(checkouts.NotAsked):
            checkouts.accept_new_date(checkout=checkout)
        assert Order.objects.count() == 1

    def test_silence_gives_the_money_back_once(self) -> None:
        _, _, checkout = self.asked()
        soon = checkout.asked_until - timedelta(minutes=1)
        assert checkouts.give_back_unanswered(now=soon) == 0
        later = checkout.asked_until + timedelta(minutes=1)
        assert checkouts.give_back_unanswered(now=later) == 1
        assert checkouts.give_back_unanswered(now=later) == 0
        assert Refund.objects.get().amount == checkout.total

    def test_nothing_left_at_all_pays_back_at_once(self) -> None:
        looms = make_workshop(horizon_days=2)
        cloth = make_woven(looms)
        checkout, attempt = self.late(cloth)
        make_placed_order((cloth, 1))
        checkouts.settle_attempt(attempt.pk)
        checkout.refresh_from_db()
        assert checkout.state == CheckoutState.REFUNDED
        assert Refund.objects.get().amount == checkout.total
        assert busy_days(looms) == [1]


def test_cancelling_frees_the_days_and_moves_nobody_else() -> None:
    looms = make_workshop()
    cloth = make_woven(looms)
    first, second = make_placed_order((cloth, 2)), make_placed_order((cloth, 2))
    cancel_jobs(line_ids=[first.lines.get().pk])
    cancel_jobs(line_ids=[first.lines.get().pk])
    assert busy_days(looms) == [3, 4]
    assert second.lines.get().job.due_on == after(4)
    check_books(looms)


def test_a_closure_moves_work_and_names_the_promises_it_breaks() -> None:
    looms = make_workshop(buffer_days=2)
    cloth = make_woven(looms)
    jobs = [make_placed_order((cloth, 2)).lines.get().job for _ in range(2)]
    assert [job.due_on for job in jobs] == [after(4), after(6)]

    closed, broken = close_days(
        workshop_id=looms.pk, first_day=after(1), last_day=after(2), today=today()
    )
    assert broken == []
    assert busy_days(looms) == [3, 4, 5, 6]
    _, broken = close_days(
        workshop_id=looms.pk, first_day=after(3), last_day=after(3), today=today()
    )
    assert [job.pk for job in broken] == [jobs[0].pk, jobs[1].pk]
    check_books(looms)
    assert open_days(exception_id=closed.pk, today=today()) == []


def test_days_that_passed_unused_are_found_again() -> None:
    looms = make_workshop(buffer_days=1)
    job = make_placed_order((make_woven(looms), 2)).lines.get().job
    assert roll_forward(workshop_id=looms.pk, today=after(1)) == []
    assert busy_days(looms) == [1, 2]
    broken = roll_forward(workshop_id=looms.pk, today=after(2))
    assert busy_days(looms) == [3, 4]
    assert [each.pk for each in broken] == [job.pk]
    check_books(looms)


def test_planning_anew_and_releasing_are_safe_to_repeat() -> None:
    looms = make_workshop()
    order = make_placed_order((make_woven(looms), 3))
    for _ in range(2):
        assert replan_workshop(workshop_id=looms.pk, today=today()) == []
        release_capacity(reference=order.checkout_reference)
    assert busy_days(looms) == [1, 2, 3]
    check_books(looms)


def test_ready_goods_take_no_days() -> None:
    looms = make_workshop()
    cloth = make_woven(looms)
    record = record_of(cloth)
    record.num_in_stock, record.num_allocated = 2, 0
    record.save()
    order = make_placed_order((cloth, 2), (make_product(looms.enterprise), 1))
    assert not Job.objects.exists()
    assert {line.sold_as for line in order.lines.all()} == {"stock"}
    assert not order.fulfilments.get().made_to_order
    record.refresh_from_db()
    assert (record.num_in_stock, record.num_allocated) == (2, 2)
    assert make_placed_order((cloth, 1)).lines.get().sold_as == "made_to_order"
    assert allocated(looms) == 1


def test_the_last_wall_holds_even_without_a_service() -> None:
    from django.db import IntegrityError, transaction

    looms = make_workshop()
    slot = ProductionSlot.objects.filter(workshop=looms).first()
    assert slot is not None
    slot.allocated = slot.capacity + 1
    with pytest.raises(IntegrityError), transaction.atomic():
        slot.save()


def test_declining_gives_the_days_back() -> None:
    looms = make_workshop()
    part = make_placed_order((make_woven(looms), 2)).fulfilments.get()
    fulfilments.decline_fulfilment(fulfilment_id=part.pk, by=None, reason="silence")
    assert busy_days(looms) == []
    assert Job.objects.get().state == JobState.RELEASED
    check_books(looms)
