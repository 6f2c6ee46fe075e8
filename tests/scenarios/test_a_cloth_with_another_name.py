"""A cloth is on its way to the loom when its buyer thinks again: one more, and another name."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from shop.fulfilment import services as steps
from shop.fulfilment.models import Carrier, ChangeRequest, Fulfilment
from shop.fulfilment.services import changes
from shop.fulfilment.states import ChangeState, DelayState, FulfilmentState
from shop.oscar.checkout import services as checkouts
from shop.oscar.order.services import order_path
from shop.payments.models import Refund
from shop.production.models import HandOver, Job
from tests.checkout.shopping import Buyer
from tests.factories import make_question
from tests.fulfilment.changing import check_money, kept_of, pay
from tests.fulfilment.steps import Weaving
from tests.production.books import check_books

pytestmark = pytest.mark.django_db


def test_a_change_after_a_delay_is_priced_paid_made_and_sent() -> None:
    weaving = Weaving(1, proof="photo", accepted=False)
    name = make_question(weaving.cloth, price="50", units="1", required=False)
    steps.accept_fulfilment(fulfilment_id=weaving.part.pk, by=weaving.member)
    weaving.approve(weaving.show())
    first, total = weaving.part.promised_on, weaving.part.total
    line = weaving.order.lines.get()

    # The group needs longer; the buyer would rather have something else for it.
    notice = steps.give_notice(
        fulfilment_id=weaving.part.pk,
        reason="rain",
        new_day=first + timedelta(days=3),
        today=timezone.localdate(),
        by=weaving.member,
    )
    buyer = Buyer("en")
    page = order_path(weaving.order, language="en")
    form = f"{page}{weaving.part.pk}/change/"
    sent = {
        f"line-{line.pk}": "2",
        f"line-{line.pk}-q-{name.pk}": "มะลิ",
        "name": "มะลิ",
        "phone": "081-234-5678",
        "house_number": "99/1",
        "soi": "เจริญกรุง 42",
        "road": "เจริญกรุง",
        "tambon_code": "100404",
        "postcode": "10500",
        "words": "เป็นของขวัญ",
        "token": str(uuid4()),
    }
    buyer.post(form, sent)
    change = ChangeRequest.objects.get()
    notice.refresh_from_db()
    assert (change.state, notice.state) == (ChangeState.ASKED, DelayState.CHANGES)
    assert weaving.part.total == total

    # She says her price on the phone: what the market suggests.
    group = Buyer("en", weaving.member)
    screen = f"/en/workspace/changes/{change.pk}/"
    shown = group.get(screen).content.decode()
    group.post(screen, {"seen": shown.split('name="seen" value="')[1].split('"')[0]})
    change.refresh_from_db()
    more = Decimal(2 * 1250 - 1200) + Decimal(change.reckoned["charge"]) - weaving.part.charge
    assert (change.state, change.amount) == (ChangeState.PRICED, more)
    assert weaving.job.units == 1
    check_books(weaving.workshop)

    # Agreed and paid: only now is it another order, and it waits for a new proof.
    buyer.post(f"{form}{change.pk}/answer/", {"accept": "1", "version": "1"})
    change.refresh_from_db()
    assert (change.state, weaving.order.lines.get().quantity) == (ChangeState.ACCEPTED, 1)
    pay(change)
    checkouts.settle_due()
    change.refresh_from_db()
    line.refresh_from_db()
    assert (change.state, line.quantity) == (ChangeState.DONE, 2)
    assert line.answers[0]["value"] == "มะลิ"
    assert (weaving.job.state, weaving.job.units) == ("waiting", 4)
    assert weaving.part.total == total + more == kept_of(weaving.part)
    assert weaving.part.promised_on == change.promised_on
    check_money(weaving.part)
    check_books(weaving.workshop)

    # Shown again, approved, made and sent in time: no money has gone back.
    weaving.approve(weaving.show())
    weaving.move("start", "finish", "pack")
    steps.dispatch_fulfilment(
        fulfilment_id=weaving.part.pk,
        by=weaving.member,
        carrier=Carrier.objects.all()[0],
        tracking_number="X1",
    )
    assert Fulfilment.objects.get().state == FulfilmentState.DISPATCHED
    assert HandOver.objects.get().days_late == 0
    assert Job.objects.count() == 1
    assert Refund.objects.count() == 0
    assert changes.free_ended() == 0
