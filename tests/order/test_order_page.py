"""The order's page: who may see it, what it says, what the buyer can do there."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from shop.fulfilment import services as fulfilments
from shop.fulfilment.models import Carrier, Fulfilment
from shop.oscar.order.models import Order
from shop.oscar.order.services import order_path, order_token
from shop.outbox.models import Message
from shop.payments.models import Refund
from tests.checkout.shopping import Buyer
from tests.factories import (
    make_buyer,
    make_certificate,
    make_enterprise,
    make_made_to_order,
    make_member,
    make_placed_order,
    make_product,
    record_of,
)

pytestmark = pytest.mark.django_db


def words(response) -> str:
    assert response.status_code == 200, response
    return response.content.decode()


def two_groups(**details) -> Order:
    weavers, potters = make_enterprise(name_en="Weavers"), make_enterprise(name_en="Potters")
    return make_placed_order(
        (make_product(weavers, title_en="Blue cloth", price="450"), 2),
        (make_made_to_order(potters, title_en="Big jar", price="1200"), 1),
        **details,
    )


def go_through(part: Fulfilment, *steps: str) -> None:
    by = {"fulfilment_id": part.pk, "by": make_member(part.enterprise).user}
    for step in steps:
        more = {}
        if step == "dispatch":
            carrier = Carrier.objects.get(slug="registered-carrier")
            more = {"carrier": carrier, "tracking_number": "EF123456785TH"}
        getattr(fulfilments, f"{step}_fulfilment")(**by, **more)


# --- who ---


def test_owner_and_holder_of_the_link_see_the_order_and_nobody_else():
    owner = make_buyer()
    order = make_placed_order((make_product(), 1), user=owner)
    plain, signed = f"/th/orders/{order.number}/", order_path(order)

    assert Buyer(user=owner).get(plain).status_code == 200
    assert Buyer().get(signed).status_code == 200
    for buyer in (Buyer(), Buyer(user=make_buyer())):
        assert buyer.get(plain).status_code == 404
    token = order_token(order)
    other = make_placed_order((make_product(), 1))
    for forged in (token[:-1], token.swapcase(), "x", order_token(other), "ก"):
        assert Buyer().get(f"/th/orders/{order.number}/{forged}/").status_code == 404
    assert Buyer().get(f"/th/orders/TLF-2222-2222/{token}/").status_code == 404
    assert Buyer(user=owner).get("/th/orders/TLF-2222-2222/").status_code == 404


def test_a_part_is_reached_through_its_own_order_only():
    order, other = make_placed_order((make_product(), 1)), make_placed_order((make_product(), 1))
    theirs = other.fulfilments.get().pk

    for action in ("cancel", "received", "problem"):
        path = f"{order_path(order)}{theirs}/{action}/"
        assert Buyer().post(path, {"text": "x"}).status_code == 404
        assert Buyer().post(f"{order_path(order)}{9**40}/{action}/").status_code == 404
    assert other.fulfilments.get().state == "placed"


# --- what it says ---


def test_the_page_tells_parts_dates_sums_sellers_and_the_right_to_withdraw():
    order = two_groups(language="en")

    page = words(Buyer("en").get(order_path(order)))

    assert '<meta name="robots" content="noindex">' in page
    for said in (
        order.number,
        "Blue cloth",
        "Big jar",
        "Weavers",
        "Potters",
        "฿2,180",
        "฿80",
        "99/1",
        "081-234-5678",
        "within 7 days",
        "Sale document",
        "made to order",
    ):
        assert said in page, said
    assert page.count("Waiting for the group") == 2


def test_the_next_thing_and_its_day_stand_on_top():
    order = two_groups(language="en")
    stock, made = order.fulfilments.order_by("pk")

    def on_top() -> str:
        page = words(Buyer("en").get(order_path(order)))
        return re.sub(r"\s+", " ", page.partition("next__words")[2].partition("</p>")[0])

    assert "Weavers answers by" in on_top()
    go_through(stock, "accept")
    assert "Potters answers by" in on_top()
    go_through(made, "accept")
    assert "Weavers hands the parcel to the carrier by" in on_top()
    go_through(stock, "pack", "dispatch")
    assert "The parcel from Weavers is with you between" in on_top()
    go_through(stock, "receive")
    assert "Potters makes your goods" in on_top()
    order.fulfilments.filter(pk=made.pk).update(promised_on=timezone.localdate() - timedelta(1))
    assert "later than promised" in words(Buyer("en").get(order_path(order)))


def test_a_sent_parcel_shows_carrier_number_and_link():
    order = make_placed_order((make_product(), 1), language="en")
    go_through(order.fulfilments.get(), "accept", "pack", "dispatch")

    page = words(Buyer("en").get(order_path(order)))

    assert "Registered post" in page
    assert 'href="https://track.example.com/?number=EF123456785TH"' in page
    assert "EF123456785TH" in page


def test_names_prices_and_proofs_stay_as_they_were_sold():
    product = make_product(title_en="Blue cloth", price="450")
    certificate = make_certificate(product.enterprise, product)
    order = make_placed_order((product, 1), language="en")
    certificate.state = "revoked"
    certificate.save()
    product.title_en = "Red cloth"
    product.save()
    record = record_of(product)
    record.price = Decimal("999")
    record.save()

    page = words(Buyer("en").get(order_path(order)))

    assert "Blue cloth" in page
    assert "Red cloth" not in page
    assert "฿999" not in page
    assert "มผช. 17/2563" in page


# --- what can be done ---


def test_a_part_is_cancelled_after_one_more_question_and_the_money_goes_back():
    product = make_product(stock=3)
    owner = make_buyer()
    order = make_placed_order((product, 2), user=owner, language="en")
    part = order.fulfilments.get()
    buyer = Buyer("en", user=owner)
    path = f"/en/orders/{order.number}/{order_token(order)}/{part.pk}/cancel/"

    question = words(buyer.get(path))
    assert "Cancel and get ฿940 back" in question
    assert Fulfilment.objects.get().state == "placed"
    done = buyer.post(path, {"reason": "ซื้อผิดสี"})

    assert done["Location"] == f"/en/orders/{order.number}/"
    assert Fulfilment.objects.get().state == "cancelled"
    assert Refund.objects.get().amount == Decimal("940.00")
    assert record_of(product).free_pieces == 3
    page = words(buyer.get(done["Location"]))
    assert "฿940 goes back to you" in page
    assert "5 to 10 working days" in page
    buyer.post(path, {})
    assert Refund.objects.count() == 1


def test_it_is_too_late_to_cancel_what_has_been_begun():
    made = make_made_to_order()
    order = make_placed_order((made, 1), language="en")
    part = order.fulfilments.get()
    go_through(part, "accept", "start")
    path = f"/en{order_path(order)[3:]}{part.pk}/cancel/"
    buyer = Buyer("en")

    assert "Cancel this part" not in words(buyer.get(order_path(order)))
    for method in (buyer.get, buyer.post):
        answer = method(path)
        assert answer["Location"] == order_path(order)
        assert "too late to cancel" in words(buyer.get(order_path(order)))
    assert not Refund.objects.exists()


def test_the_buyer_says_that_it_has_come_once():
    order = make_placed_order((make_product(), 1), language="en")
    part = order.fulfilments.get()
    path = f"{order_path(order)}{part.pk}/received/"
    buyer = Buyer("en")

    buyer.post(path)
    assert "has not been sent yet" in words(buyer.get(order_path(order)))
    go_through(part, "accept", "pack", "dispatch")
    for _ in range(3):
        buyer.post(path)

    assert Order.objects.get().status == "received"
    page = words(buyer.get(order_path(order)))
    assert "You may send the goods back until" in page
    assert "not been sent" not in page
    assert buyer.get(path).status_code == 405


def test_a_problem_keeps_the_parcel_open_and_tells_the_group():
    order = make_placed_order((make_product(), 1), language="en")
    part = order.fulfilments.get()
    path = f"{order_path(order)}{part.pk}/problem/"
    buyer = Buyer("en")
    buyer.post(path, {"text": "not yet"})
    assert "once the parcel has been sent" in words(buyer.get(order_path(order)))
    go_through(part, "accept", "pack", "dispatch")

    assert buyer.post(path, {"text": " "}).status_code == 422
    assert buyer.post(path, {"text": "ก" * 2001}).status_code == 422
    buyer.post(path, {"text": "<b>แตก</b> หนึ่งใบ"})

    page = words(buyer.get(order_path(order)))
    assert "&lt;b&gt;แตก&lt;/b&gt; หนึ่งใบ" in page
    assert Message.objects.filter(kind="part_objected").exists()
    later = timezone.now() + timedelta(days=60)
    assert fulfilments.receive_unobjected(now=later) == 0


def test_what_the_office_has_settled_is_read_with_the_money_that_comes_back():
    order = make_placed_order((make_product(price="450.01"), 1), language="en")
    part = order.fulfilments.get()
    path = f"{order_path(order)}{part.pk}/problem/"
    go_through(part, "accept", "pack", "dispatch")
    buyer = Buyer("en")
    assert path in words(buyer.get(order_path(order)))
    buyer.post(path, {"text": "one corner is torn"})
    page = words(buyer.get(order_path(order)))
    assert "The group and the office have been told." in page
    assert path not in page
    buyer.post(path, {"text": "again"})
    assert "told of a problem with this parcel already" in words(buyer.get(order_path(order)))

    fulfilments.settle_problem(
        fulfilment_id=part.pk,
        amount=Decimal("100.01"),
        words="Torn, <b>sorry</b>.",
        by=make_buyer(),
    )

    page = words(buyer.get(order_path(order)))
    assert "one corner is torn" in page
    assert "Torn, &lt;b&gt;sorry&lt;/b&gt;." in page
    assert page.count("฿100.01 goes back to you") == 2
    assert "−฿100.01" in page
    assert path not in page


def test_after_receiving_something_can_be_wrong_while_the_days_to_withdraw_run():
    order = make_placed_order((make_product(), 1), language="en")
    part = order.fulfilments.get()
    path = f"{order_path(order)}{part.pk}/problem/"
    go_through(part, "accept", "pack", "dispatch", "receive")
    buyer = Buyer("en")
    assert path in words(buyer.get(order_path(order)))
    order.fulfilments.update(received_at=timezone.now() - timedelta(days=8))
    assert path not in words(buyer.get(order_path(order)))
    buyer.post(path, {"text": "too late"})
    assert "The days to tell of a problem are over." in words(buyer.get(order_path(order)))
    order.fulfilments.update(received_at=timezone.now() - timedelta(days=7), objection="")
    buyer.post(path, {"text": "on the last day"})
    assert "on the last day" in words(buyer.get(order_path(order)))


def test_a_problem_costs_the_page_no_statement(django_assert_max_num_queries):
    order = make_placed_order((make_product(), 1), language="en")
    part = order.fulfilments.get()
    go_through(part, "accept", "pack", "dispatch", "receive")
    buyer = Buyer("en")
    buyer.get(order_path(order))
    with django_assert_max_num_queries(20) as before:
        buyer.get(order_path(order))
    fulfilments.object_to_fulfilment(fulfilment_id=part.pk, text="torn")
    fulfilments.settle_problem(
        fulfilment_id=part.pk, amount=Decimal(5), words="Torn.", by=make_buyer()
    )
    with django_assert_max_num_queries(len(before)):
        assert "Torn." in words(buyer.get(order_path(order)))


# --- a lost link ---


def test_the_answer_is_the_same_whether_there_is_such_an_order_or_not():
    order = make_placed_order((make_product(), 1))
    buyer = Buyer("en")

    def ask(email: str, number: str) -> str:
        page = words(buyer.post("orders/find/", {"email": email, "number": number}))
        return re.sub(r'[\w-]{64}"|\w+@example\.com', "", page)

    right = ask(order.contact_email, order.number)
    assert Message.objects.filter(kind="order_link").count() == 1
    assert ask("other@example.com", order.number) == right
    assert ask(order.contact_email, "TLF-2222-2222") == right
    assert ask(order.contact_email, "'; --") == right
    assert Message.objects.filter(kind="order_link").count() == 1


def test_asking_for_links_too_often_has_to_wait():
    order = make_placed_order((make_product(), 1))
    buyer = Buyer("en")
    data = {"email": order.contact_email, "number": "TLF-2222-2222"}

    statuses = [buyer.post("orders/find/", data).status_code for _ in range(6)]

    assert statuses == [200] * 5 + [429]
    assert buyer.post("orders/find/", {**data, "email": "a@example.com"}).status_code == 200


@pytest.mark.parametrize(
    "data",
    [{}, {"email": "x", "number": "y"}, {"email": "a@example.com", "number": "9" * 400}],
)
def test_what_cannot_be_an_order_is_said(data):
    assert Buyer("en").post("orders/find/", data).status_code == 422


# --- statements ---


def test_the_page_costs_the_same_however_large_the_order(django_assert_max_num_queries):
    def order_of(groups: int, per_group: int) -> Order:
        goods = []
        for _ in range(groups):
            enterprise = make_enterprise()
            goods += [(make_product(enterprise), 1) for _ in range(per_group)]
        order = make_placed_order(*goods)
        go_through(order.fulfilments.first(), "accept", "pack", "dispatch")
        fulfilments.cancel_fulfilment(fulfilment_id=order.fulfilments.last().pk)
        return order

    small, large = order_of(2, 2), order_of(5, 4)
    buyer = Buyer()

    with django_assert_max_num_queries(14) as first:
        buyer.get(order_path(small))
    with django_assert_max_num_queries(len(first)):
        buyer.get(order_path(large))
