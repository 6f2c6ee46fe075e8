"""Lines that villages share: what comes back, and what is asked for, follows their work."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from producers.models import Membership
from shop.fulfilment import services
from shop.fulfilment.cancelling import Back, refund_on_cancelling
from shop.fulfilment.models import Fulfilment
from shop.fulfilment.states import InstalmentState
from shop.outbox.models import Message
from shop.payments.models import Refund
from shop.production.models import ClusterOrder, ClusterPart, Job
from shop.production.services import clusters
from tests.factories import make_member, make_placed_order, make_woven
from tests.factories.clusters import KIND
from tests.fulfilment.steps import a_picture
from tests.scenarios.cooperation import Cooperation

pytestmark = pytest.mark.django_db

GOODS = Decimal(72_000)  # 60 scarves at 1,200 baht


def shared(**terms: Any) -> tuple[Cooperation, Fulfilment]:
    """Sixty scarves that a lead and two villages have agreed to make; with `terms` one more cloth,
    on these terms, is the lead's own work."""
    story = Cooperation(pieces=60)
    more = [(make_woven(story.workshop, **terms), 1)] if terms else []
    for name, km in (("หนึ่ง", 5), ("สอง", 10)):
        make_member(story.village(name, km))
    story.order = make_placed_order((story.scarf, 60), *more)
    part = story.part
    story.accept()
    line = story.order.lines.get(product=story.scarf)
    services.share_line(
        fulfilment_id=part.pk,
        line_id=line.pk,
        cluster_id=story.cluster.pk,
        kind=KIND,
        today=story.today,
        now=timezone.now(),
    )
    for each in alive(story.shared):
        clusters.accept_part(part_id=each.pk, today=story.today, now=timezone.now())
    return story, part


def alive(order: ClusterOrder) -> list[ClusterPart]:
    return list(order.parts.alive().order_by("pk"))


def back_of(story: Cooperation) -> Back | None:
    return refund_on_cancelling(services.with_jobs(story.part))


def mails_of(parts: list[ClusterPart]) -> set[str]:
    """Where letters to these groups go."""
    members = Membership.objects.filter(enterprise__in=[each.enterprise_id for each in parts])
    return set(members.values_list("user__email", flat=True))


def told(kind: str) -> set[str]:
    return set(Message.objects.filter(kind=kind, channel="email").values_list("address", flat=True))


def test_what_comes_back_follows_the_villages() -> None:
    story, part = shared()
    found = back_of(story)
    assert found is not None
    assert (found.total, found.kept) == (part.total, 0)
    for each in alive(story.shared):
        services.start_shared_part(part_id=each.pk)
        found = back_of(story)
        assert found is not None
        assert (found.total, found.kept) == (GOODS / 2 + part.charge, GOODS / 2)
    now = timezone.now()
    for each in alive(story.shared):
        clusters.hand_over_part(part_id=each.pk, today=story.today, now=now)
        clusters.check_part(part_id=each.pk, now=now)
    clusters.gather_cluster_order(cluster_order_id=story.shared.pk, now=now)
    assert back_of(story) is None
    with pytest.raises(services.TooLate):
        services.cancel_fulfilment(fulfilment_id=part.pk)
    assert not Refund.objects.exists()
    assert story.part.state == "started"


def test_cancelled_while_one_village_weaves_it_keeps_half_and_is_told_to_stop() -> None:
    story, part = shared()
    weaves, *others = alive(story.shared)
    services.start_shared_part(part_id=weaves.pk)
    services.cancel_fulfilment(fulfilment_id=part.pk, seen=GOODS / 2 + part.charge)
    part.refresh_from_db()
    assert (part.state, part.kept) == ("cancelled", GOODS / 2)
    assert Refund.objects.get().amount == part.total - part.kept
    assert told("cluster_part_stopped") == mails_of([weaves])
    assert told("cluster_part_withdrawn") == mails_of(others)


def test_a_wrong_tap_of_the_lead_does_not_unmake_what_villages_have_begun() -> None:
    story, _ = shared(ladder="gentle")
    own = Job.objects.get(line__quantity=1)
    step = {"job_id": own.pk, "by": story.chief}
    services.start_job(**step, token=uuid4(), picture_id=a_picture().pk)
    services.start_shared_part(part_id=alive(story.shared)[0].pk)
    services.take_back_step(**step, reached="in_production", now=timezone.now())
    own.refresh_from_db()
    assert (own.state, story.part.state) == ("queued", "started")


def test_the_rest_is_asked_for_when_the_villages_are_done_too() -> None:
    story, part = shared(payment_plan="deposit")
    own = Job.objects.get(line__quantity=1)
    step = {"job_id": own.pk, "by": story.chief, "picture_id": a_picture().pk}
    services.start_job(**step, token=uuid4())
    services.finish_job(**step, token=uuid4(), today=story.today)
    balance = part.instalments.get(number=2)
    assert balance.state == InstalmentState.DUE_LATER
