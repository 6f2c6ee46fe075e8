"""The buyer's pages of a change: asked with all that was typed, accepted, paid, left."""

import re
from decimal import Decimal
from typing import Any

import pytest

from shop.core.models import User
from shop.fulfilment import services
from shop.fulfilment.models import ChangeRequest
from shop.fulfilment.services import changes
from shop.fulfilment.states import ChangeState
from shop.oscar.order.services import order_path
from shop.outbox.models import Message
from shop.payments.models import PaymentAttempt
from tests.checkout.shopping import Buyer
from tests.factories import make_placed_order, make_product
from tests.factories.goods import make_question
from tests.fulfilment.changing import accept, ask, check_money, pay, price
from tests.fulfilment.steps import Weaving
from tests.order.test_messages import read

pytestmark = pytest.mark.django_db


def path_of(weaving: Weaving, rest: str = "") -> str:
    return f"{order_path(weaving.order, language='en')}{weaving.part.pk}/change/{rest}"


def form_of(page: str) -> dict[str, Any]:
    """All that the form would send as it stands."""
    fields = dict(re.findall(r'<input[^>]* name="([\w-]+)"[^>]* value="([^"]*)"', page))
    fields.pop("csrfmiddlewaretoken", None)
    return fields


def test_asked_for_with_nothing_lost_and_words_beside_the_field():
    weaving = Weaving(2, accepted=False)
    question = make_question(weaving.cloth, label_en="Name", required=False, price=Decimal(50))
    services.accept_fulfilment(fulfilment_id=weaving.part.pk, by=weaving.member)
    buyer, line = Buyer("en"), weaving.order.lines.get()
    page = buyer.get(path_of(weaving)).content.decode()
    typed = form_of(page)
    name = f"line-{line.pk}"
    assert typed[name] == "2"
    answer = buyer.post(path_of(weaving), {**typed, name: "0", f"{name}-q-{question.pk}": "😀 มะลิ"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "Type a whole number of pieces" in shown
    assert "cannot be woven" in shown
    assert "😀 มะลิ" in shown
    same = buyer.post(path_of(weaving), typed)
    assert "Nothing is different yet" in same.content.decode()
    assert ChangeRequest.objects.count() == 0
    sent = {**typed, name: "3", f"{name}-q-{question.pk}": "มะลิ", "words": "ขอบคุณ"}
    for _ in range(2):
        assert buyer.post(path_of(weaving), sent).status_code == 302
    change = ChangeRequest.objects.get()
    assert change.wanted["lines"][0]["quantity"] == 3
    assert change.wanted["lines"][0]["answers"][0]["value"] == "มะลิ"
    assert "address" not in change.wanted
    page = buyer.get(order_path(weaving.order, language="en")).content.decode()
    assert "You have asked for a change" in page
    assert "Ask to change the order" not in page


def test_another_address_is_looked_for_without_losing_the_rest():
    weaving = Weaving(1)
    buyer = Buyer("en")
    typed = form_of(buyer.get(path_of(weaving)).content.decode())
    looked = buyer.post(
        path_of(weaving), {**typed, "words": "hello", "place": "50200", "find": "1"}
    )
    assert looked.status_code == 200
    assert "hello" in looked.content.decode()
    assert 'value="500101"' in looked.content.decode()
    assert ChangeRequest.objects.count() == 0
    there = {**typed, "house_number": "7", "tambon_code": "500101", "postcode": "50200"}
    assert buyer.post(path_of(weaving), there).status_code == 302
    price(ChangeRequest.objects.get(), "10.25")
    change = ChangeRequest.objects.get()
    buyer.post(path_of(weaving, f"{change.pk}/answer/"), {"accept": "1", "version": "1"})
    change.refresh_from_db()
    assert change.state == ChangeState.ACCEPTED
    pay(change)
    changes.settle_change(change.reference)
    page = buyer.get(order_path(weaving.order, language="en")).content.decode()
    assert "This part goes to" in page
    check_money(weaving.part)


@pytest.mark.django_db(transaction=True)
def test_accepted_and_paid_by_promptpay_from_the_page(provider):
    weaving = Weaving(2)
    change = price(ask(weaving.part, 3))
    buyer = Buyer("en")
    page = buyer.get(order_path(weaving.order, language="en")).content.decode()
    assert "Agree and pay ฿1,240" in page
    old = buyer.post(path_of(weaving, f"{change.pk}/answer/"), {"accept": "1", "version": "9"})
    assert old.status_code == 302
    change.refresh_from_db()
    assert change.state == ChangeState.PRICED
    answer = buyer.post(path_of(weaving, f"{change.pk}/answer/"), {"accept": "1", "version": "1"})
    here = path_of(weaving, f"{change.pk}/")
    assert answer["Location"] == here
    assert "Pay for the change" in buyer.get(here).content.decode()
    assert buyer.post(here, {"method": "card"}).status_code == 302
    assert buyer.post(here, {"method": "another"}).status_code == 302
    assert buyer.post(here, {"method": "promptpay"}).status_code == 302
    assert buyer.get(here + "qr.svg").status_code == 200
    scan = PaymentAttempt.objects.open().get()
    assert scan.amount == change.amount
    provider.control(f"pay/{scan.intent_id}")
    assert buyer.get(here)["Location"] == order_path(weaving.order, language="en")
    change.refresh_from_db()
    assert (change.state, weaving.order.lines.get().quantity) == (ChangeState.DONE, 3)
    assert (
        "Changed as agreed" in buyer.get(order_path(weaving.order, language="en")).content.decode()
    )
    check_money(weaving.part)


def test_left_as_it_was_and_nobody_elses():
    weaving, other = Weaving(2), Weaving(2)
    change = price(ask(weaving.part, 3))
    buyer = Buyer("en")
    wrong = path_of(other, f"{change.pk}/answer/")
    assert buyer.post(wrong, {"accept": "1", "version": "1"}).status_code == 404
    assert buyer.get(path_of(other, f"{change.pk}/")).status_code == 404
    forged = path_of(weaving).replace(path_of(weaving).split("/")[4], "x" * 43)
    assert buyer.get(forged).status_code == 404
    assert buyer.get(path_of(weaving, f"{change.pk}/answer/")).status_code == 405
    change.refresh_from_db()
    assert change.state == ChangeState.PRICED
    buyer.post(path_of(weaving, f"{change.pk}/answer/"), {"leave": "1"})
    change.refresh_from_db()
    assert change.state == ChangeState.WITHDRAWN
    assert (
        "Ask to change the order"
        in buyer.get(order_path(weaving.order, language="en")).content.decode()
    )


def test_the_notice_of_delay_leads_to_the_form():
    weaving = Weaving(2)
    services.give_notice(
        fulfilment_id=weaving.part.pk, reason="rain", by=weaving.member,
        new_day=services.earliest_new_day(weaving.part, today=weaving.part.promised_on),
        today=weaving.part.promised_on,
    )  # fmt: skip
    buyer = Buyer("en")
    page = buyer.get(order_path(weaving.order, language="en")).content.decode()
    assert page.count(path_of(weaving)) == 2
    form = buyer.get(path_of(weaving)).content.decode()
    assert "This is also your answer to the later day" in form


def test_the_page_costs_the_same_however_many_changes(django_assert_max_num_queries):
    weaving = Weaving(2)
    buyer, page = Buyer("en"), order_path(weaving.order, language="en")
    buyer.get(page)
    with django_assert_max_num_queries(20) as first:
        buyer.get(page)
    for quantity in (3, 2, 4):
        change = accept(price(ask(weaving.part, quantity), 0))
        assert change.state == ChangeState.DONE
    ask(weaving.part, 5)
    with django_assert_max_num_queries(len(first)):
        buyer.get(page)


@pytest.mark.parametrize("language", ["th", "en"])
def test_all_that_is_told_of_a_change_can_be_read(language):
    weaving = Weaving(2)
    User.objects.update(language=language)
    type(weaving.order).objects.update(language=language)
    for amount in (0, 500, -500):
        quantity = weaving.order.lines.get().quantity
        change = price(ask(weaving.part, quantity + 1, words="สีเข้มขึ้น"), amount)
        accept(change)
        change.refresh_from_db()
        if change.state == ChangeState.ACCEPTED:
            pay(change, amount=Decimal(1))
            pay(change)
            changes.settle_change(change.reference)
    changes.refuse_change(change_id=ask(weaving.part, 9).pk, reason="ไม่มีด้าย", by=weaving.member)
    changes.withdraw_change(change_id=ask(weaving.part, 9).pk)
    change = ask(weaving.part, 9)
    changes.lapse_changes(now=change.due_at)
    ask(weaving.part, 9)
    weaving.move("start", "finish", "pack")
    kinds = set()
    for message in Message.objects.filter(kind__startswith="change_"):
        read(message)
        kinds.add(message.kind)
    assert kinds == {
        "change_asked", "change_priced", "change_done", "change_done_for_group",
        "change_returned", "change_refused", "change_withdrawn", "change_lapsed",
        "change_lapsed_for_group", "change_overtaken",
    }  # fmt: skip


def test_ready_pieces_have_the_form_too():
    order = make_placed_order((make_product(stock=4), 1))
    part = order.fulfilments.get()
    page = Buyer("th").get(f"{order_path(order, language='th')}{part.pk}/change/")
    assert "ขอเปลี่ยนคำสั่งซื้อ" in page.content.decode()
