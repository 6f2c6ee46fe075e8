"""What the office reads of orders and refunds: days as in Bangkok, and whom to ask."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from cms.services import add_officer
from shop.oscar.checkout import services as checkouts
from shop.oscar.order.models import Order
from shop.oscar.partner.services import set_ready_pieces
from shop.payments.models import Refund
from shop.payments.states import RefundState
from tests.factories import make_buyer, make_placed_order, make_product, record_of
from tests.factories.orders import CONTACT, make_checkout, pay

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
    checkouts.release_goods(reference=attempt.checkout_reference)
    set_ready_pieces(stockrecord_id=record_of(product).pk, pieces=0)
    checkouts.settle_due()
    Refund.objects.update(state=RefundState.FAILED)
    assert not Order.objects.exists()
    address = reverse("office_refunds:inspect", args=[Refund.objects.get().pk])
    assert CONTACT["email"] in office.get(address).content.decode()
