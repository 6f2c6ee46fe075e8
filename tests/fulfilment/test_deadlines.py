"""What time does to a group's part: declined, received; and what must not stop it."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from shop.fulfilment.models import Carrier, Fulfilment
from shop.fulfilment.services import parts as services
from shop.fulfilment.services import paying_back, problems, undoing
from shop.fulfilment.states import FulfilmentState
from shop.payments.models import Refund
from tests.factories.goods import make_product
from tests.factories.orders import make_placed_order
from tests.factories.people import make_member

pytestmark = pytest.mark.django_db


def _placed() -> Fulfilment:
    return make_placed_order((make_product(stock=1), 1)).fulfilments.get()


def _sent() -> Fulfilment:
    part = _placed()
    by = {"fulfilment_id": part.pk, "by": make_member(part.enterprise).user}
    services.accept_fulfilment(**by)
    services.pack_fulfilment(**by)
    carrier = Carrier.objects.get(slug="registered-carrier")
    return services.dispatch_fulfilment(**by, carrier=carrier)


def test_one_part_that_cannot_be_declined_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = _placed(), _placed()
    refund = paying_back.request_refund

    def none_for_first(**facts: Any) -> Refund:
        if facts["cause"] == undoing.refund_cause(first):
            raise RuntimeError("no payment has so much left")
        return refund(**facts)

    monkeypatch.setattr(paying_back, "request_refund", none_for_first)
    undoing.decline_unanswered(now=timezone.now() + timedelta(hours=49))
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (FulfilmentState.PLACED, FulfilmentState.DECLINED)


def test_an_objection_in_the_last_moment_keeps_the_parcel_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    part = _sent()
    locked = services.locked

    def objected_just_before(fulfilment_id: int) -> Fulfilment:
        """The sweep has found the part; the buyer is quicker to the lock."""
        monkeypatch.setattr(services, "locked", locked)
        problems.object_to_fulfilment(fulfilment_id=fulfilment_id, text="ยังไม่ได้รับ")
        return locked(fulfilment_id)

    monkeypatch.setattr(services, "locked", objected_just_before)
    services.receive_unobjected(now=timezone.now() + timedelta(days=60))
    part.refresh_from_db()
    assert part.state == FulfilmentState.DISPATCHED
    assert part.objected_at is not None


def test_a_parcel_nobody_objected_to_counts_as_received() -> None:
    part = _sent()
    assert services.receive_unobjected(now=timezone.now()) == 0
    assert services.receive_unobjected(now=timezone.now() + timedelta(days=60)) == 1
    part.refresh_from_db()
    assert part.state == FulfilmentState.RECEIVED
