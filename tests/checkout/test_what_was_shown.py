"""What was shown before paying is what is agreed: dates and ways too, not the sum alone."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from producers.services import set_working_days
from shop.fulfilment.models import Fulfilment
from shop.oscar.order.models import Order
from shop.oscar.partner.services import set_price
from shop.payments.models import PaymentAttempt
from tests.checkout.shopping import Buyer
from tests.factories import (
    make_enterprise,
    make_made_to_order,
    make_product,
    make_rates,
    record_of,
)

pytestmark = pytest.mark.django_db(transaction=True)


def press_what_is_shown(buyer: Buyer) -> dict[str, str]:
    """The hidden fields of the review page's form, to be sent later."""
    page = buyer.get("checkout/review/").content.decode()
    form = page[page.index('id="pay-form"') :]
    return dict(re.findall(r'name="(seen_\w+)" value="([^"]+)"', form))


def test_a_day_that_moved_is_said_before_paying(provider):
    make_rates()
    group = make_enterprise(works_on=[1, 2, 3, 4, 5, 6, 7])
    buyer = Buyer("en")
    buyer.fill_in((make_made_to_order(group), 1))
    seen = press_what_is_shown(buyer)
    tomorrow = timezone.localdate() + timedelta(days=1)
    set_working_days(enterprise_id=group.pk, days=[tomorrow.isoweekday()], by=None)
    answer = buyer.post("checkout/pay/", seen)
    assert answer.status_code == 409
    assert "Something has changed" in answer.content.decode()
    assert not PaymentAttempt.objects.exists()
    assert buyer.post("checkout/pay/", press_what_is_shown(buyer)).status_code == 302


def test_two_prices_that_cancel_out_are_said_too(provider):
    make_rates()
    group = make_enterprise()
    dear, cheap = make_product(group, price="500"), make_product(group, price="300")
    buyer = Buyer("en")
    buyer.fill_in((dear, 1), (cheap, 1))
    seen = press_what_is_shown(buyer)
    set_price(stockrecord_id=record_of(dear).pk, price=dear.price_from - 100)
    set_price(stockrecord_id=record_of(cheap).pk, price=cheap.price_from + 100)
    assert buyer.post("checkout/pay/", seen).status_code == 409
    assert not Order.objects.exists()
    assert not Fulfilment.objects.exists()


def test_what_has_not_changed_is_not_asked_again(provider):
    make_rates()
    buyer = Buyer("en")
    buyer.fill_in((make_product(), 2))
    seen = press_what_is_shown(buyer)
    assert set(seen) == {"seen_total", "seen_offer"}
    first = buyer.post("checkout/pay/", seen)
    assert first["Location"] == PaymentAttempt.objects.get().session_url
    assert buyer.post("checkout/pay/", seen)["Location"] == first["Location"]
