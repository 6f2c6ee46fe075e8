"""What villages are paid for their parts, and the number of things to do on every screen."""

from decimal import Decimal

import pytest
from django.utils import timezone

from producers.workspace.pending import pending_of
from producers.workspace.sales import shared_pay_of
from shop.fulfilment.models import CustomRequest
from shop.production.services import clusters
from tests.factories import make_buyer
from tests.factories.clusters import KIND
from tests.scenarios.cooperation import Cooperation

pytestmark = pytest.mark.django_db


def test_each_village_reads_its_pay_and_the_lead_what_is_for_others():
    story = Cooperation(pieces=60, lead_most=12)
    village = story.village("บ้านหนึ่ง", 5, per_day=20, most_pieces=48)
    story.sell()
    story.accept()
    story.leader.tap(story.share_address(), {"over": f"{story.cluster.pk}:{KIND}"})
    order, phone = story.shared, story.phone(village)
    part = order.parts.get(enterprise=village)
    own = order.parts.get(enterprise=story.lead)
    assert (own.pieces, part.pieces) == (12, 48)

    # Offered is not promised: nothing is to be paid.
    assert shared_pay_of(village).parts == []
    assert "Pay for shared orders" not in phone.read("money/")
    for each in (own, part):
        clusters.accept_part(part_id=each.pk, today=story.today, now=timezone.now())

    pay = shared_pay_of(village)
    assert (pay.parts, pay.total, pay.good) == ([part], 48 * order.per_piece, Decimal(0))
    page = phone.read("money/")
    assert "To be paid by the lead through the market" in page
    assert "Nothing of it has been paid out yet" in page
    assert "by the lead through the market" in phone.read(f"villages/{part.pk}/")

    # The lead's own pieces stay with it; the neighbours' share is said beside what buyers paid.
    led = shared_pay_of(story.lead)
    assert (led.parts, led.for_others) == ([], part.pay)
    assert "is for the villages" in story.leader.read("money/")
    assert "it stays with you" in story.leader.read(f"villages/{own.pk}/")
    sums = part.pay + own.pay + order.lead_fee
    assert sums == order.total == order.line.line_price_incl_tax

    clusters.start_part(part_id=part.pk)
    clusters.hand_over_part(part_id=part.pk, today=story.today, now=timezone.now())
    clusters.check_part(part_id=part.pk, now=timezone.now())
    assert shared_pay_of(village).good == part.pay


def test_the_badge_counts_everything_on_every_screen(django_assert_num_queries):
    story = Cooperation(pieces=60, lead_most=12)
    village = story.village("บ้านหนึ่ง", 5, per_day=20, most_pieces=48)
    story.sell()
    story.accept()
    story.leader.tap(story.share_address(), {"over": f"{story.cluster.pk}:{KIND}"})
    for n in range(2):
        CustomRequest.objects.create(
            enterprise=story.lead,
            buyer=make_buyer(),
            words="ผ้าคลุมไหล่",
            quantity=n + 1,
            due_at=timezone.now(),
        )

    # One part of an order, its own part of the shared one, two requests.
    for path in ("", "jobs/", "products/", "money/", "group/", "requests/"):
        assert '<span class="tabbar__count">4</span>' in story.leader.read(path), path
    assert "4 things to do" in story.leader.read()
    assert "Answer 2 custom requests" in story.leader.read()
    phone = story.phone(village)
    for path in ("", "jobs/", "products/", "money/", "group/"):
        assert '<span class="tabbar__count">1</span>' in phone.read(path), path
    with django_assert_num_queries(1):
        assert pending_of(story.lead).total == 4
