"""Many orders over one cluster, and many answers to one order, at the same time."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from producers.models import Cluster
from shop.production.models import ClusterOrder, Job, Workshop
from shop.production.services import clusters
from shop.production.splitting import Infeasible, Split
from tests.concurrency.crowd import all_at_once
from tests.factories.clusters import KIND, add_member, make_cluster
from tests.production.books import check_books

pytestmark = pytest.mark.django_db(transaction=True)

#: Work begins three days on and is with the lead four days before sending: five days of work.
DAYS = 11


def make_three() -> Cluster:
    cluster, today = make_cluster(), timezone.localdate()
    for km in (1, 2, 3):
        add_member(cluster, today=today, per_day=4, km=km)
    return cluster


def plan(cluster: Cluster, pieces: int) -> ClusterOrder:
    today = timezone.localdate()
    return clusters.plan_cluster_order(
        cluster_id=cluster.pk,
        kind=KIND,
        pieces=pieces,
        wished_on=today + timedelta(days=DAYS),
        today=today,
        now=timezone.now(),
    )


def check_all_books() -> None:
    for workshop in Workshop.objects.all():
        check_books(workshop)
    for order in ClusterOrder.objects.all():
        alive = order.parts.alive()
        assert alive.pieces() + order.missing == order.pieces
        assert sum(part.pay for part in alive) + order.lead_fee == (
            order.total - order.per_piece * order.missing
        )


def test_twelve_large_orders_share_sixty_pieces_and_no_more() -> None:
    cluster = make_three()

    results = all_at_once((lambda: plan(cluster, 15)) for _ in range(12))

    made = [each for each in results if isinstance(each, ClusterOrder)]
    refused = [each for each in results if not isinstance(each, ClusterOrder)]
    assert len(made) == 4
    assert all(isinstance(each, clusters.CannotBeShared) for each in refused), refused
    assert {each.most for each in refused} == {0}
    assert sum(job.units for job in Job.objects.all()) == 60
    check_all_books()


def test_two_who_decline_at_once_are_not_offered_each_others_pieces() -> None:
    cluster = make_three()
    order = plan(cluster, 60)
    today, now = timezone.localdate(), timezone.now()
    for km in (4, 5):
        add_member(cluster, today=today, per_day=5, km=km)
    first, second, third = order.parts.order_by("pk")

    def decline(part_id: int) -> Callable[[], Any]:
        return lambda: clusters.decline_part(part_id=part_id, today=today, now=now)

    results = all_at_once([decline(first.pk), decline(second.pk)])

    assert all(isinstance(each, Split) for each in results), results
    order.refresh_from_db()
    assert (order.state, order.missing) == ("offered", 0)
    assert not {first.enterprise_id, second.enterprise_id} & set(
        order.parts.alive().values_list("enterprise", flat=True)
    )
    third.refresh_from_db()
    assert (third.pieces, third.state) == (20, "offered")
    check_all_books()


def test_an_answer_and_the_sweep_at_once_leave_one_of_them() -> None:
    cluster = make_three()
    order = plan(cluster, 60)
    today, now = timezone.localdate(), timezone.now()
    part = order.parts.order_by("pk").first()
    assert part is not None
    late = part.answer_by + timedelta(seconds=1)

    accepted, lapsed, again = all_at_once(
        [
            lambda: clusters.accept_part(part_id=part.pk, today=today, now=now),
            lambda: clusters.lapse_due_parts(today=today, now=late),
            lambda: clusters.lapse_due_parts(today=today, now=late),
        ]
    )

    part.refresh_from_db()
    if isinstance(accepted, Exception):
        assert part.state == "lapsed"
        assert lapsed + again == 3
    else:
        assert part.state == "accepted"
        assert lapsed + again == 2
    order.refresh_from_db()
    assert order.state == "short"
    check_all_books()


def test_two_presses_of_one_button_decline_once() -> None:
    cluster = make_three()
    order = plan(cluster, 30)
    today, now = timezone.localdate(), timezone.now()
    part = order.parts.order_by("pk").first()
    assert part is not None

    results = all_at_once(
        [lambda: clusters.decline_part(part_id=part.pk, today=today, now=now)] * 4
    )

    assert sum(isinstance(each, (Split, Infeasible)) for each in results) == 1
    assert order.parts.filter(instead_of=part).count() >= 1
    check_all_books()
