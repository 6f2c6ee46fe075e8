"""Problems with parcels in the office: a list with its days, all that is known, settled once."""

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
from shop.fulfilment import services
from shop.fulfilment.models import Fulfilment
from shop.payments.models import Refund
from tests.factories import make_buyer, make_placed_order, make_product
from tests.fulfilment.test_problems import nothing_moved, paid_in_three, send, sent, settle, told

pytestmark = pytest.mark.django_db


def an_office(language: str = "en") -> Client:
    client = Client()
    client.force_login(add_officer(make_buyer(email="office@example.com", language=language)))
    return client


@pytest.fixture
def office() -> Client:
    return an_office()


def listed() -> str:
    return reverse("office_problems:index")


def case_of(part: Fulfilment) -> str:
    return reverse("office_problems:inspect", args=[part.pk])


def step_of(part: Fulfilment) -> str:
    return reverse("office_problems:step", args=[part.pk, "settle"])


def _waiting() -> int:
    return next(q.count for q in queues() if q.url_name == "office_problems:index")


def test_what_was_told_is_listed_with_its_day_and_all_there_is_to_know(office: Client) -> None:
    part, quiet = told(paid_in_three()), sent()
    page = office.get(listed(), {"problem": "open"}).content.decode()
    assert part.order.number in page
    assert quiet.order.number not in page
    (queue,) = [q for q in queues() if q.url_name == "office_problems:index"]
    assert (queue.count, queue.due) == (1, timezone.localdate() + timedelta(days=3))
    orders = office.get(reverse("office_orders:index"), {"objected": "true"}).content.decode()
    assert part.order.number in orders
    assert quiet.order.number not in orders

    case = office.get(case_of(part)).content.decode()

    for words in (
        "ผ้าขาดหนึ่งมุม",
        part.order.number,
        part.order.contact_name,
        "Balance",
        "Agreed change",
        "฿33.33",
        "With the order",
        "The buyer has told of a problem",
        step_of(part),
    ):
        assert words in case, words
    assert office.get(case_of(quiet), follow=True).status_code == 404


@pytest.mark.parametrize("language", ["th", "en"])
def test_settled_in_the_officers_language(language: str) -> None:
    office, part = an_office(language), told(sent())
    words = {
        "th": ("ปัญหาเกี่ยวกับพัสดุ", "ปัญหาได้ข้อสรุปแล้ว แจ้งผู้ซื้อและกลุ่มแล้ว"),
        "en": ("Problems with parcels", "The problem is settled. Buyer and group are told."),
    }[language]
    assert words[0] in office.get(listed()).content.decode()
    form = office.get(step_of(part)).content.decode()
    assert 'name="amount"' in form
    assert 'value="' not in form.partition('name="amount"')[2].partition(">")[0]

    answer = {"amount": "100.01", "words": "ผ้าขาดจริง"}
    page = office.post(step_of(part), answer, follow=True).content.decode()

    assert words[1] in page
    assert "ผ้าขาดจริง" in page
    assert "฿100.01" in page
    assert Refund.objects.get().amount == Decimal("100.01")
    assert _waiting() == 0
    assert part.order.number in office.get(listed(), {"problem": "settled"}).content.decode()
    assert part.order.number not in office.get(listed(), {"problem": "open"}).content.decode()


@pytest.mark.parametrize(
    ("amount", "words", "said"),
    [
        ("", "ขาดจริง", "This field is required"),
        ("-1", "ขาดจริง", "greater than or equal to 0"),
        ("0.001", "ขาดจริง", "2 decimal places"),
        ("5", " ", "This field is required"),
        ("99999", "ขาดจริง", "At most ฿"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_nothing_is_lost(
    office: Client, amount: str, words: str, said: str
) -> None:
    part = told(sent())
    page = office.post(step_of(part), {"amount": amount, "words": words}).content.decode()
    assert said in page
    assert f'value="{amount}"' in page or not amount
    assert words.strip() in page
    nothing_moved(part, "dispatched")


def test_once_only(office: Client) -> None:
    part = told(sent())
    settle(part, 5)
    again = {"amount": "7", "words": "อีกครั้ง"}
    page = office.post(step_of(part), again, follow=True).content.decode()
    assert "This step is not possible any more." in page
    assert Refund.objects.get().amount == 5
    assert step_of(part) not in office.get(case_of(part)).content.decode()


def test_nobody_else_sees_it_or_settles_it() -> None:
    part = told(sent())
    member = part.enterprise.memberships.get().user
    for who in (None, member, make_buyer(email="somebody@example.com")):
        stranger = Client()
        if who is not None:
            stranger.force_login(who)
        for address in (listed(), case_of(part), step_of(part)):
            assert stranger.get(address).status_code in (302, 403)
            answer = stranger.post(address, {"amount": "1", "words": "x"})
            assert answer.status_code in (302, 403)
    nothing_moved(part, "dispatched")


def test_the_list_costs_the_same_for_one_problem_and_for_twelve(office: Client) -> None:
    product = make_product(stock=20)
    office.get(listed())  # what is kept afterwards is kept
    counts = []
    for more in (1, 11):
        for _ in range(more):
            told(send(make_placed_order((product, 1)).fulfilments.get()))
        with CaptureQueriesContext(connection) as queries:
            page = office.get(listed()).content.decode()
        counts.append(len(queries))
    assert page.count("TLF-") >= 12
    assert counts[0] == counts[1]


def test_received_meanwhile_it_is_settled_all_the_same(office: Client) -> None:
    part = told(sent())
    services.receive_fulfilment(fulfilment_id=part.pk)
    office.post(step_of(part), {"amount": "0", "words": "พัสดุมาถึงแล้ว"})
    part.refresh_from_db()
    assert part.problem_state == "settled"
    assert Refund.objects.count() == 0
