"""What the office reads of orders and refunds: days as in Bangkok, and whom to ask."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cms.office.queues import queues
from cms.services import add_officer
from shop.core.templatetags.shop_text import baht
from shop.fulfilment import services as fulfilments
from shop.fulfilment.services import changes
from shop.fulfilment.states import FulfilmentState
from shop.oscar.checkout import services as checkouts
from shop.oscar.order.models import Order
from shop.oscar.partner.services import release_goods, set_ready_pieces
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.states import RefundState
from tests.factories import make_buyer, make_member, make_placed_order, make_product, record_of
from tests.factories.orders import CONTACT, make_checkout, pay
from tests.fulfilment import changing
from tests.fulfilment.changing import accept, ask, price
from tests.fulfilment.steps import Weaving
from tests.fulfilment.test_instalments import finish, ordered
from tests.fulfilment.test_instalments import pay as pay_balance

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Client:
    client = Client()
    client.force_login(add_officer(make_buyer(language="en")))
    return client


def test_the_day_to_answer_by_is_bangkoks(office: Client) -> None:
    order = make_placed_order((make_product(), 1))
    # 02:00 on the 22nd in Bangkok
    order.fulfilments.update(answer_by=datetime(2031, 11, 21, 19, 0, tzinfo=UTC))
    page = office.get(reverse("office_orders:inspect", args=[order.pk])).content.decode()
    assert "22 Nov 2031" in page
    assert "21 Nov 2031" not in page


def test_a_failed_refund_without_an_order_says_whom_to_ask(office: Client) -> None:
    product = make_product(stock=1)
    attempt = pay(make_checkout((product, 1)))
    release_goods(reference=attempt.checkout_reference)
    set_ready_pieces(stockrecord_id=record_of(product).pk, pieces=0)
    checkouts.settle_due()
    Refund.objects.update(state=RefundState.FAILED)
    assert not Order.objects.exists()
    address = reverse("office_refunds:inspect", args=[Refund.objects.get().pk])
    assert CONTACT["email"] in office.get(address).content.decode()


def test_the_watch_list_shows_what_is_late_without_notice_and_whom_to_call(office: Client) -> None:
    late, in_time = (make_placed_order((make_product(), 1)).fulfilments.get() for _ in range(2))
    for part, days in ((late, -1), (in_time, 1)):
        part.state = FulfilmentState.ACCEPTED
        part.promised_on = timezone.localdate() + timedelta(days=days)
        part.save()
    phone = make_member(late.enterprise).user.phone

    page = office.get(reverse("office_late:index")).content.decode()

    assert late.order.number in page
    assert f"tel:{phone}" in page
    assert in_time.order.number not in page
    elsewhere = office.get(reverse("office_late:index"), {"enterprise__province_code": "90"})
    assert late.order.number not in elsewhere.content.decode()


def test_a_proof_whose_buyer_stays_silent_is_listed_with_the_buyers_contact(office: Client) -> None:
    silent, answered = Weaving(1, proof="photo"), Weaving(1, proof="photo")
    silent.show()
    answered.show()
    later = timezone.now() + timedelta(days=14, minutes=1)
    assert fulfilments.hand_proofs_to_office(now=later) == 2
    answered.approve(answered.job.proofs.get())

    page = office.get(reverse("office_orders:index"), {"silent": "true"}).content.decode()
    case = office.get(reverse("office_orders:inspect", args=[silent.order.pk])).content.decode()

    assert silent.order.number in page
    assert answered.order.number not in page
    assert "version 1" in case
    assert CONTACT["email"] in case
    assert next(q for q in queues() if q.query == "silent=true").count == 1


def test_a_change_that_no_group_has_answered_is_listed_with_its_order(office: Client) -> None:
    silent, priced = Weaving(2), Weaving(2)
    change = ask(silent.part, 3)
    changing.pay(accept(price(ask(priced.part, 3))))
    changes.lapse_changes(now=change.due_at)
    changes.settle_change(priced.part.changes.get().reference)

    page = office.get(reverse("office_orders:index"), {"unpriced": "true"}).content.decode()
    case = office.get(reverse("office_orders:inspect", args=[priced.order.pk])).content.decode()

    assert silent.order.number in page
    assert priced.order.number not in page
    assert next(q for q in queues() if q.query == "unpriced=true").count == 1
    assert "Changed" in case
    assert PaymentAttempt.objects.filter(state="paid").count() == 3
    assert case.count("฿1,240") == 2


def test_money_of_a_balance_belongs_to_its_order_and_its_buyer(office: Client) -> None:
    part = ordered()
    balance = finish(part)
    for _ in range(2):  # the second goes back
        pay_balance(balance)
    checkouts.settle_due()
    refund = Refund.objects.get()
    Refund.objects.update(state=RefundState.FAILED)
    page = office.get(reverse("office_refunds:inspect", args=[refund.pk])).content.decode()
    assert part.order.number in page
    assert CONTACT["name"] in page
    assert "No order was made" not in page
    page = office.get(reverse("office_orders:inspect", args=[part.order_id])).content.decode()
    rows = page[page.index("Payments") :]
    assert rows.count(baht(balance.amount)) == 3  # paid twice, given back once
