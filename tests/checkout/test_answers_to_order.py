"""Two cloths with two names: from the product's page to the order, the looms and the mails."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from catalogue.asking.models import AnswerPhoto, Question
from catalogue.asking.services import remove_question, set_question
from shop.fulfilment.models import Fulfilment
from shop.oscar.basket.models import Line as BasketLine
from shop.oscar.checkout import services as checkouts
from shop.oscar.checkout.models import Checkout
from shop.oscar.order.models import Order
from shop.oscar.order.services import order_token
from shop.oscar.partner.models import StockHold
from shop.outbox.channels import _render
from shop.outbox.models import Channel, Message
from shop.production.models import Job
from tests.factories import (
    make_enterprise,
    make_member,
    make_question,
    make_rates,
    make_workshop,
    make_woven,
    pay,
    record_of,
)

from .answering import answer, field, jpeg
from .shopping import Buyer

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rates():
    make_rates()


@pytest.fixture
def cloth():
    return make_woven(make_workshop(per_day=2))


@pytest.fixture
def name(cloth) -> Question:
    return make_question(
        cloth,
        label_th="ชื่อที่จะปัก",
        label_en="Name to embroider",
        price="50.25",
        units="0.5",
        makes_non_returnable=True,
    )


def buy(buyer: Buyer) -> Order:
    """Everything from the basket to the settled order."""
    buyer.type_address()
    buyer.choose()
    checkout = Checkout.objects.get(state="open")
    checkouts.settle_attempt(pay(checkout).pk)
    return Order.objects.get(checkout_reference=checkout.reference)


def test_two_names_are_two_lines_two_jobs_and_one_exact_total(cloth, name):
    buyer = Buyer()
    answer(buyer, cloth, 2, **{field(name): "มะลิ"})
    answer(buyer, cloth, 1, **{field(name): "จันทร์"})

    order = buy(buyer)

    first, second = order.lines.order_by("pk")
    assert [each["value"] for each in first.answers] == ["มะลิ"]
    assert [each["value"] for each in second.answers] == ["จันทร์"]
    assert first.unit_price_incl_tax == second.unit_price_incl_tax == Decimal("1250.25")
    assert [first.line_price_incl_tax, second.line_price_incl_tax] == [
        Decimal("2500.50"),
        Decimal("1250.25"),
    ]
    assert order.total_incl_tax - order.shipping_incl_tax == Decimal("3750.75")
    assert (first.snapshot["more_units"], second.snapshot["more_units"]) == ("1", "0.5")
    assert first.non_returnable
    assert first.answers[0]["label_en"] == "Name to embroider"
    jobs = {job.line_id: (job.quantity, job.units) for job in Job.objects.all()}
    assert jobs == {first.pk: (2, 3), second.pk: (1, 2)}
    assert StockHold.objects.get().quantity == 3
    assert not BasketLine.objects.exists()


def test_what_was_added_while_paying_stays_in_the_basket(cloth, name):
    buyer = Buyer()
    answer(buyer, cloth, 1, **{field(name): "มะลิ"})
    buyer.type_address()
    buyer.choose()
    checkout = Checkout.objects.get()
    attempt = pay(checkout)
    answer(buyer, cloth, 1, **{field(name): "จันทร์"})
    answer(buyer, cloth, 1, **{field(name): "มะลิ"})

    checkouts.settle_attempt(attempt.pk)

    left = {line.answers[0]["value"]: line.quantity for line in BasketLine.objects.all()}
    assert left == {"มะลิ": 1, "จันทร์": 1}


def test_what_has_answers_is_made_even_where_pieces_are_ready(cloth, name):
    record = record_of(cloth)
    record.num_in_stock, record.num_allocated = 5, 0
    record.save()
    buyer = Buyer()
    answer(buyer, cloth, 1, **{field(name): "มะลิ"})

    order = buy(buyer)

    assert order.lines.get().sold_as == "made_to_order"
    assert not StockHold.objects.get().from_stock
    assert record_of(cloth).num_allocated == 0
    assert Job.objects.get().units == 2


def test_more_work_means_a_later_day(cloth):
    slow = make_question(cloth, label_th="ลายพิเศษ", required=False, units="20")
    buyer = Buyer()
    answer(buyer, cloth, 1)
    answer(buyer, cloth, 1, **{field(slow): "ดอกแก้ว"})

    plain, patterned = buy(buyer).lines.order_by("pk")

    assert (patterned.promised_on - plain.promised_on).days == 10
    assert [job.units for job in Job.objects.order_by("line")] == [1, 21]


def test_a_dearer_question_stops_the_payment_of_the_old_price(cloth, name):
    buyer = Buyer("en")
    answer(buyer, cloth, 1, **{field(name): "มะลิ"})
    buyer.type_address()
    buyer.choose()
    seen = buyer.seen_total()
    set_question(product_id=cloth.pk, kind="text", question_id=name.pk, price=Decimal("60.25"))

    buyer.pay(seen)

    assert not StockHold.objects.exists()
    assert "it was ฿1,250.25" in buyer.get("checkout/review/").content.decode()


def test_a_question_that_now_makes_it_non_returnable_stops_the_payment(cloth):
    name = make_question(cloth, label_th="ชื่อ")
    buyer = Buyer("en")
    answer(buyer, cloth, 1, **{field(name): "มะลิ"})
    buyer.type_address()
    buyer.choose()
    checkout = Checkout.objects.get()
    before = checkouts.offer_now(checkout, today=timezone.localdate())
    set_question(product_id=cloth.pk, kind="text", question_id=name.pk, makes_non_returnable=True)
    after = checkouts.offer_now(checkout, today=timezone.localdate())

    assert before.fingerprint != after.fingerprint
    assert "not taken back without a reason" in buyer.get("checkout/review/").content.decode()


def test_answers_are_read_by_buyer_group_and_in_mails_and_by_nobody_else(cloth, name):
    photo = make_question(cloth, "photo", label_th="ลายที่ชอบ", required=False)
    member = make_member(cloth.enterprise).user
    buyer = Buyer()
    answer(buyer, cloth, 2, **{field(name): "มะลิ", f"{field(photo)}-file": jpeg()})
    order = buy(buyer)
    for question in (name, photo):
        remove_question(product_id=cloth.pk, question_id=question.pk)

    token = str(AnswerPhoto.objects.exclude(sold_at=None).get().pk)
    signed = f"orders/{order.number}/{order_token(order)}/"
    words = Buyer().get(signed).content.decode()
    assert "มะลิ" in words
    assert f"{signed}photos/{token}/" in words
    assert Buyer().get(f"{signed}photos/{token}/").status_code == 200
    other = signed.replace(order_token(order), "x" * 43)
    assert Buyer().get(f"{other}photos/{token}/").status_code == 404
    assert Buyer().get(f"{signed}photos/{cloth.pk:032x}/").status_code == 404

    part = Fulfilment.objects.get()
    inside, outside = Buyer("th", member), Buyer("th", make_member(make_enterprise()).user)
    for path in ("", "sheet/", f"photos/{token}/"):
        assert outside.get(f"workspace/jobs/{part.pk}/{path}").status_code == 404
        assert inside.get(f"workspace/jobs/{part.pk}/{path}").status_code == 200
    for path in ("", "sheet/"):
        assert "มะลิ" in inside.get(f"workspace/jobs/{part.pk}/{path}").content.decode()

    kinds = {"order_placed", "part_placed"}
    mails = Message.objects.filter(kind__in=kinds, channel=Channel.EMAIL)
    assert {mail.kind for mail in mails} == kinds
    for mail in mails:
        for ending in ("html", "txt"):
            assert "มะลิ" in _render(mail, f"body.{ending}")


def statements(pieces: int) -> int:
    """Statements of writing an order of so many lines of one stock record."""
    cloth = make_woven(make_workshop(per_day=50))
    name = make_question(cloth, label_th="ชื่อ")
    make_member(cloth.enterprise)
    buyer = Buyer()
    for number in range(pieces):
        answer(buyer, cloth, 1, **{field(name): f"ชื่อ {number}"})
    buyer.type_address()
    buyer.choose()
    attempt = pay(Checkout.objects.get(state="open"))
    with CaptureQueriesContext(connection) as captured:
        checkouts.settle_attempt(attempt.pk)
    return len(captured)


def test_each_further_line_costs_three_statements_at_most():
    two = statements(2)
    assert statements(6) - two <= 3 * 4
