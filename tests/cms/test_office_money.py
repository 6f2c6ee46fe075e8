"""Money in doubt in the office: one list, what to do, and closed with words only."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cms.office.queues import queues
from cms.services import add_officer
from shop.payments import services as payments
from shop.payments.models import PaymentAttempt, PaymentCase
from shop.payments.provider import DisputeStanding
from shop.payments.states import CaseKind, CaseState, DisputeState
from tests.factories import make_buyer, make_placed_order, make_product

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Client:
    client = Client()
    client.force_login(add_officer(make_buyer(language="en")))
    return client


def _dispute(state: str = DisputeState.NEEDS_RESPONSE, intent_id: str = "") -> PaymentCase:
    now = timezone.now()
    standing = DisputeStanding(
        provider_id="dp_1",
        state=state,
        amount=Decimal("490.00"),
        taken=Decimal("490.00"),
        fee=Decimal("500.00"),
        reason="product_not_received",
        inquiry=False,
        opened_at=now,
        respond_by=now + timedelta(days=9),
        intent_id=intent_id,
    )
    return PaymentCase.objects.get(dispute=payments.note_dispute(standing))


def _queue() -> int:
    return next(q.count for q in queues() if q.url_name == "office_money:index")


def test_a_dispute_shows_all_the_office_has_to_know(office: Client) -> None:
    order = make_placed_order((make_product(), 1))
    attempt = PaymentAttempt.objects.get()
    case = _dispute(intent_id=attempt.intent_id)
    assert _queue() == 1
    listed = office.get(reverse("office_money:index")).content.decode()
    assert "A card payment is disputed · ฿490" in listed
    page = office.get(reverse("office_money:inspect", args=[case.pk])).content.decode()
    for words in (
        "The buyer&#x27;s bank waits for our answer.",
        "product_not_received",
        order.number,
        order.contact_name,
        "฿500",
    ):
        assert words in page


def test_what_the_bank_waits_for_is_not_put_aside(office: Client) -> None:
    case = _dispute()
    step = reverse("office_money:step", args=[case.pk, "close"])
    page = office.post(step, {"reason": "later"}, follow=True).content.decode()
    assert "The bank still waits for our answer." in page
    case.refresh_from_db()
    assert case.state == CaseState.OPEN


def test_closed_with_words_it_leaves_the_queue_and_keeps_them(office: Client) -> None:
    case = payments.open_case(
        cause="money:pi_1", kind=CaseKind.UNEXPLAINED, amount=Decimal(777), provider_id="pi_1"
    )
    step = reverse("office_money:step", args=[case.pk, "close"])
    refused = office.post(step, {"reason": ""})
    assert refused.status_code == 200
    assert "Whose money it was" in refused.content.decode()
    assert _queue() == 1
    page = office.post(step, {"reason": "The fair's entry fee."}, follow=True).content.decode()
    assert "The case is closed." in page
    assert "The fair&#x27;s entry fee." in page
    assert _queue() == 0
    again = office.post(step, {"reason": "again"}, follow=True).content.decode()
    assert "This step is not possible any more." in again
    assert PaymentCase.objects.get().closing_words == "The fair's entry fee."


def test_no_one_else_sees_it(office: Client) -> None:
    case = _dispute()
    stranger = Client()
    stranger.force_login(make_buyer(email="somebody@example.com"))
    for address in (
        reverse("office_money:index"),
        reverse("office_money:inspect", args=[case.pk]),
        reverse("office_money:step", args=[case.pk, "close"]),
    ):
        assert stranger.get(address).status_code in (302, 403)
        assert stranger.post(address, {"reason": "x"}).status_code in (302, 403)
    case.refresh_from_db()
    assert case.state == CaseState.OPEN


def test_the_list_costs_the_same_for_one_case_and_for_twenty(office: Client) -> None:
    office.get(reverse("office_money:index"))  # what is kept afterwards is kept
    counts = []
    for upto in (1, 20):
        for number in range(upto):
            payments.open_case(
                cause=f"money:{upto}:{number}", kind=CaseKind.UNEXPLAINED, amount=Decimal(1)
            )
        with CaptureQueriesContext(connection) as queries:
            office.get(reverse("office_money:index"))
        counts.append(len(queries))
    assert counts[1] <= counts[0]
