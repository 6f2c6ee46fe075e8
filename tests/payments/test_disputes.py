"""Disputes: noted in any order, before the office at once, and closed by it with words."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from shop.core.models import StateChange
from shop.core.states import MoveNotAllowed, can_move
from shop.oscar.order.models import Order
from shop.payments import services as payments
from shop.payments.gateway import client
from shop.payments.models import Dispute, PaymentAttempt, PaymentCase, Refund
from shop.payments.provider import provider as in_use
from shop.payments.services import BankWaits, BuyerHasIt, WordsNeeded
from shop.payments.states import (
    CASE_TRANSITIONS,
    DISPUTE_TRANSITIONS,
    CaseKind,
    CaseState,
    DisputeState,
    RefundState,
)
from shop.stripe_simulator.testing import SimulatorThread
from tests.concurrency.crowd import all_at_once
from tests.factories.goods import make_product
from tests.factories.orders import make_checkout
from tests.factories.people import make_officer

from .journeys import begin, deliver, sweep

pytestmark = pytest.mark.django_db(transaction=True)


def _paid(provider: SimulatorThread, card: str = "succeed") -> PaymentAttempt:
    """An order that was paid by card, all events heard."""
    attempt = begin(make_checkout((make_product(stock=3), 1)))
    provider.control(f"session/{attempt.session_id}/pay", card=card)
    hear(provider)
    attempt.refresh_from_db()
    return attempt


def hear(provider: SimulatorThread) -> None:
    for webhook in provider.take_webhooks():
        deliver(webhook)
    sweep()


def _disputed(provider: SimulatorThread, **given: object) -> tuple[PaymentAttempt, Dispute]:
    attempt = _paid(provider)
    provider.control("disputes/open", payment_intent=attempt.intent_id, **given)
    hear(provider)
    return attempt, Dispute.objects.get()


def test_a_disputed_payment_is_before_the_office_with_its_last_day(
    provider: SimulatorThread,
) -> None:
    attempt, dispute = _disputed(provider, reason="product_not_received")
    case = PaymentCase.objects.get()
    assert (dispute.attempt_id, dispute.state) == (attempt.pk, DisputeState.NEEDS_RESPONSE)
    assert (dispute.amount, dispute.taken, dispute.fee) == (attempt.amount, attempt.amount, 500)
    assert (case.kind, case.state, case.amount) == (
        CaseKind.DISPUTE,
        CaseState.OPEN,
        attempt.amount,
    )
    assert (case.attempt_id, case.words) == (attempt.pk, "product_not_received")
    assert case.due_at == dispute.respond_by
    assert Order.objects.count() == 1  # the order stays; what becomes of it is the office's word


@pytest.mark.parametrize(("verb", "state", "taken"), [("win", "won", 0), ("lose", "lost", 1)])
def test_the_end_is_noted_and_the_case_closed_with_words(
    provider: SimulatorThread, verb: str, state: str, taken: int
) -> None:
    attempt, dispute = _disputed(provider)
    provider.control(f"disputes/{dispute.provider_id}/{verb}")
    hear(provider)
    dispute.refresh_from_db()
    assert (dispute.state, dispute.taken) == (state, attempt.amount * taken)
    assert dispute.fee == 500
    assert dispute.closed_at is not None
    officer = make_officer()
    case = PaymentCase.objects.get()
    with pytest.raises(WordsNeeded):
        payments.close_case(case_id=case.pk, by=officer, reason="  ")
    payments.close_case(case_id=case.pk, by=officer, reason="The group was paid all the same.")
    case.refresh_from_db()
    assert (case.state, case.closed_by) == (CaseState.CLOSED, officer)
    assert case.closing_words == "The group was paid all the same."
    with pytest.raises(MoveNotAllowed):
        payments.close_case(case_id=case.pk, by=officer, reason="again")


def test_nobody_puts_aside_what_the_bank_waits_for(provider: SimulatorThread) -> None:
    _, dispute = _disputed(provider)
    case = PaymentCase.objects.get()
    with pytest.raises(BankWaits):
        payments.close_case(case_id=case.pk, by=make_officer(), reason="later")
    case.refresh_from_db()
    assert (case.state, case.closing_words) == (CaseState.OPEN, "")
    assert not StateChange.objects.filter(about_id=case.pk, new=CaseState.CLOSED).exists()


def test_lost_after_the_case_was_closed_opens_it_again(provider: SimulatorThread) -> None:
    _, dispute = _disputed(provider)
    client().v1.disputes.update(
        dispute.provider_id, {"evidence": {"uncategorized_text": "it was sent by EMS"}}
    )
    hear(provider)
    case = PaymentCase.objects.get()
    payments.close_case(case_id=case.pk, by=make_officer(), reason="Proof of sending was given.")
    hear(provider)
    case.refresh_from_db()
    assert case.state == CaseState.CLOSED
    provider.control(f"disputes/{dispute.provider_id}/lose")
    hear(provider)
    case.refresh_from_db()
    assert (case.state, case.closed_by) == (CaseState.OPEN, None)
    steps = StateChange.objects.filter(about_label="payments.paymentcase", about_id=case.pk)
    assert [(s.old, s.new) for s in steps.order_by("pk")] == [
        ("open", "closed"),
        ("closed", "open"),
    ]


def test_lost_events_cost_an_hour(provider: SimulatorThread) -> None:
    attempt, dispute = _disputed(provider)
    provider.control(f"disputes/{dispute.provider_id}/lose")
    provider.take_webhooks()
    assert payments.ask_about_disputes() == 0
    later = timezone.now() + timedelta(hours=1, seconds=1)
    assert payments.ask_about_disputes(now=later) == 1
    dispute.refresh_from_db()
    assert dispute.state == DisputeState.LOST
    assert payments.ask_about_disputes(now=later + timedelta(days=1)) == 0


def test_an_inquiry_takes_nothing_and_may_become_a_dispute(provider: SimulatorThread) -> None:
    attempt, dispute = _disputed(provider, inquiry=True)
    assert (dispute.inquiry, dispute.taken, dispute.fee) == (True, 0, 0)
    provider.control(f"disputes/{dispute.provider_id}/lose")
    hear(provider)
    dispute.refresh_from_db()
    assert (dispute.inquiry, dispute.state) == (False, DisputeState.LOST)
    assert dispute.taken == attempt.amount


def test_an_answer_that_was_overtaken_takes_nothing_back(provider: SimulatorThread) -> None:
    _, dispute = _disputed(provider)
    early = in_use().ask_dispute(dispute.provider_id)
    provider.control(f"disputes/{dispute.provider_id}/win")
    payments.hear_of_dispute(dispute.provider_id)
    payments.note_dispute(early)
    dispute.refresh_from_db()
    assert (dispute.state, dispute.taken) == (DisputeState.WON, 0)


def test_many_workers_hear_of_it_at_once_and_there_is_one(provider: SimulatorThread) -> None:
    attempt = _paid(provider)
    name = provider.control("disputes/open", payment_intent=attempt.intent_id)["id"]
    results = all_at_once([lambda: payments.hear_of_dispute(name)] * 6)
    assert not [r for r in results if isinstance(r, Exception)], results
    assert Dispute.objects.count() == PaymentCase.objects.count() == 1


def test_what_a_dispute_has_taken_is_not_refunded_too(provider: SimulatorThread) -> None:
    attempt, dispute = _disputed(provider)
    payments.request_refund(
        checkout_reference=attempt.checkout_reference, amount=attempt.amount, cause="part"
    )
    payments.submit_due_refunds()
    refund = Refund.objects.get()
    assert refund.state == RefundState.FAILED  # before the office, beside the dispute
    assert "charge_disputed" in refund.last_error
    officer = make_officer()
    with pytest.raises(BuyerHasIt):
        payments.note_refund_paid_by_hand(refund_id=refund.pk, by=officer, reference="KTB 1")
    refund.refresh_from_db()
    assert (refund.state, refund.succeeded_at) == (RefundState.FAILED, None)
    provider.control(f"disputes/{dispute.provider_id}/win")
    hear(provider)
    payments.note_refund_paid_by_hand(refund_id=refund.pk, by=officer, reference="KTB 1")
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED


def test_the_tables_know_these_steps_and_no_others() -> None:
    steps = {
        (old, new)
        for table in (DISPUTE_TRANSITIONS, CASE_TRANSITIONS)
        for old in table
        for new in table
        if can_move(old, new, table)
    }
    assert steps == {
        ("needs_response", "under_review"),
        ("needs_response", "won"),
        ("needs_response", "lost"),
        ("under_review", "needs_response"),
        ("under_review", "won"),
        ("under_review", "lost"),
        ("won", "needs_response"),
        ("won", "lost"),
        ("lost", "won"),
        ("open", "closed"),
        ("closed", "open"),
    }


def test_the_database_lets_no_case_close_without_words() -> None:
    case = payments.open_case(cause="x", kind=CaseKind.UNEXPLAINED, amount=Decimal(5))
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentCase.objects.filter(pk=case.pk).update(state="closed", closed_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentCase.objects.filter(pk=case.pk).update(closed_at=timezone.now())
