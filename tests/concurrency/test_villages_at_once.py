"""One last day, two leads; one part, three ends: what villages keep is kept once.

Each race is run once more with the lock removed, so that it is known to be one.
"""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError
from django.db.models import F, Sum
from django.utils import timezone

from producers.models import Cluster
from producers.services import join_cluster
from shop.core.states import MoveNotAllowed
from shop.fulfilment.services import quotes
from shop.fulfilment.services.quotes import villages
from shop.production.models import ClusterOrder, ClusterPart, Job, ProductionSlot, Workshop
from shop.production.services import capacity, clusters
from shop.production.services.clusters import answering, planning, tell_making
from tests.concurrency.crowd import all_at_once
from tests.factories.clusters import KIND, add_member, make_cluster
from tests.fulfilment.test_quotes_of_villages import Trade
from tests.production.books import check_books

pytestmark = pytest.mark.django_db(transaction=True)

WISHED = timedelta(days=9)


def two_clusters() -> tuple[Cluster, Cluster]:
    """Two leads, each with a cluster of its own, and the same three villages in both.

    Work begins on the third day, parts are due on the fifth: three days of five pieces in each
    village, 45 pieces in all.
    """
    first, second = make_cluster(), make_cluster()
    today = timezone.localdate()
    for km in (1, 2, 3):
        village = add_member(first, today=today, per_day=5, km=km)
        looms = Workshop.objects.get(enterprise=village)
        also = join_cluster(cluster_id=second.pk, enterprise=village, by=None)
        tell_making(membership_id=also.pk, kind=KIND, workshop=looms)
    return first, second


def plan(cluster: Cluster, pieces: int) -> ClusterOrder:
    return clusters.plan_cluster_order(
        cluster_id=cluster.pk,
        kind=KIND,
        pieces=pieces,
        wished_on=timezone.localdate() + WISHED,
        today=timezone.localdate(),
        now=timezone.now(),
    )


def check_all() -> None:
    for workshop in Workshop.objects.all():
        check_books(workshop)
    for order in ClusterOrder.objects.all():
        assert order.parts.alive().pieces() + order.missing == order.pieces


def test_two_leads_plan_over_the_last_days_of_the_same_villages() -> None:
    first, second = two_clusters()

    results = all_at_once([lambda: plan(first, 45), lambda: plan(second, 45)])

    made = [each for each in results if isinstance(each, ClusterOrder)]
    refused = [each for each in results if not isinstance(each, ClusterOrder)]
    assert len(made) == len(refused) == 1
    assert isinstance(refused[0], clusters.CannotBeShared), refused
    assert (refused[0].most, refused[0].pieces) == (0, 45)
    assert made[0].parts.pieces() == sum(job.units for job in Job.objects.all()) == 45
    check_all()


def test_many_small_plans_of_two_leads_take_every_day_once() -> None:
    first, second = two_clusters()

    results = all_at_once(
        [lambda cluster=cluster: plan(cluster, 5) for cluster in (first, second) for _ in range(6)]
    )

    made = [each for each in results if isinstance(each, ClusterOrder)]
    assert len(made) == 9
    assert {type(each) for each in results} == {ClusterOrder, clusters.CannotBeShared}
    assert sum(job.units for job in Job.objects.all()) == 45
    check_all()


def test_without_the_lock_two_leads_are_promised_the_same_days(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The proof that the race is real: both see the free days before either takes them."""
    first, second = two_clusters()
    seen, held = threading.Barrier(2, timeout=60), threading.Barrier(2, timeout=60)

    def unlocked(ids: Any) -> dict[int, Workshop]:
        return Workshop.objects.in_bulk(list(ids))

    def after(read: Callable[..., Any], gate: threading.Barrier) -> Callable[..., Any]:
        def both_have_looked(*args: Any, **kwargs: Any) -> Any:
            found = read(*args, **kwargs)
            gate.wait()
            return found

        return both_have_looked

    for module in (capacity, planning):
        monkeypatch.setattr(module, "lock_workshops", unlocked)
    monkeypatch.setattr(planning, "read_benches", after(planning.read_benches, seen))
    monkeypatch.setattr(capacity, "read_calendars", after(capacity.read_calendars, held))
    monkeypatch.setattr(planning, "hold_capacity", capacity.hold_capacity.__wrapped__)
    unguarded = planning.plan_cluster_order.__wrapped__

    def plan_unguarded(cluster: Cluster) -> Any:
        return unguarded(
            cluster_id=cluster.pk,
            kind=KIND,
            pieces=15,
            wished_on=timezone.localdate() + timedelta(days=7),
            today=timezone.localdate(),
            now=timezone.now(),
        )

    # One day of five pieces in each of three villages: room for one of the two orders.
    results = all_at_once([lambda: plan_unguarded(first), lambda: plan_unguarded(second)])

    assert ClusterOrder.objects.count() == 2
    assert not any(isinstance(each, clusters.CannotBeShared) for each in results)
    # Days are promised twice, or the database's last wall stops one in the middle.
    days = ProductionSlot.objects.annotate(promised=Sum("allocations__units"))
    twice = days.filter(promised__gt=F("capacity")).exists()
    assert twice or any(isinstance(each, IntegrityError) for each in results), results


# --- one part: accepted, withdrawn, not answered in time ---


def one_order(*, spare: bool = True) -> ClusterOrder:
    """Two villages have been asked for all they can make, a third one has days free."""
    cluster, today = make_cluster(), timezone.localdate()
    for km in (1, 2, 3) if spare else (1, 2):
        add_member(cluster, today=today, per_day=5, km=km)
    return plan(cluster, 30)


def test_accepted_withdrawn_and_lapsed_at_once_leave_no_day_behind() -> None:
    order = one_order()
    today, now = timezone.localdate(), timezone.now()
    part = order.parts.order_by("pk").first()
    assert part is not None
    late = part.answer_by + timedelta(seconds=1)

    accepted, cancelled, *_lapsed = all_at_once(
        [
            lambda: clusters.accept_part(part_id=part.pk, today=today, now=now),
            lambda: clusters.cancel_cluster_order(cluster_order_id=order.pk),
            lambda: clusters.lapse_due_parts(today=today, now=late),
            lambda: clusters.lapse_due_parts(today=today, now=late),
        ]
    )

    assert isinstance(cancelled, ClusterOrder), cancelled
    assert isinstance(accepted, (ClusterPart, MoveNotAllowed)), accepted
    assert not [each for each in _lapsed if isinstance(each, Exception)], _lapsed
    order.refresh_from_db()
    assert order.state == "cancelled"
    # Whatever came first, in the end nobody makes it, and every day is free.
    assert not order.parts.alive().exists()
    assert not Job.objects.exclude(state="released").exists()
    assert not ProductionSlot.objects.filter(allocated__gt=0).exists()
    for workshop in Workshop.objects.all():
        check_books(workshop)


def _lapse(order: ClusterOrder, part: ClusterPart) -> None:
    late = part.answer_by + timedelta(seconds=1)
    clusters.lapse_due_parts(today=timezone.localdate(), now=late)


def _cancel(order: ClusterOrder, part: ClusterPart) -> None:
    clusters.cancel_cluster_order(cluster_order_id=order.pk)


@pytest.mark.parametrize("end", [_lapse, _cancel])
def test_without_the_lock_a_part_is_accepted_that_has_ended(
    monkeypatch: pytest.MonkeyPatch, end: Callable[[ClusterOrder, ClusterPart], None]
) -> None:
    """The proof that the race is real: who accepts has looked before the part ended."""
    order = one_order()
    part, other = order.parts.order_by("pk")
    clusters.accept_part(part_id=other.pk, today=timezone.localdate(), now=timezone.now())
    looked, ended = threading.Event(), threading.Event()
    lock_part = answering.lock_part

    def unlocked(part_id: int, *, for_offering: bool = False) -> tuple[ClusterPart, ClusterOrder]:
        if for_offering:
            return lock_part(part_id, for_offering=True)
        found = ClusterPart.objects.select_related("order__cluster").get(pk=part_id)
        looked.set()
        assert ended.wait(60)
        return found, found.order

    monkeypatch.setattr(answering, "lock_part", unlocked)
    accept = answering.accept_part.__wrapped__

    def then_end() -> None:
        assert looked.wait(60)
        try:
            end(order, part)
        finally:
            ended.set()

    all_at_once(
        [
            lambda: accept(part_id=part.pk, today=timezone.localdate(), now=timezone.now()),
            then_end,
        ]
    )

    part.refresh_from_db()
    order.refresh_from_db()
    assert part.state == "accepted"
    # Somebody believes to have work whose days are gone, whose pieces others have.
    assert not Job.objects.of(part.reference).exclude(state="released").exists()
    assert order.state == "cancelled" if end is _cancel else order.missing < 0


# --- a quote of villages: accepted while it is withdrawn ---


def test_a_quote_accepted_while_it_is_withdrawn_waits_and_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who withdraws holds the villages before the request. Accepting writes down terms of their
    workshop, so that it must not hold the request before them: both would wait for ever."""
    trade = Trade()
    quote = trade.send()
    Workshop.objects.update(sums_due=False)
    held, lock = threading.Event(), villages.clusters.lock_villages
    first = threading.Lock()

    def slowly(**wanted: Any) -> None:
        lock(**wanted)
        if first.acquire(blocking=False):
            held.set()
            time.sleep(1.5)  # the other one takes what it can meanwhile

    monkeypatch.setattr(villages.clusters, "lock_villages", slowly)

    def accept() -> Any:
        assert held.wait(timeout=30)
        return trade.accept(quote)

    results = all_at_once(
        [
            lambda: quotes.withdraw_request(request_id=trade.asked.pk, by=trade.buyer),
            accept,
        ]
    )

    assert isinstance(results[1], quotes.QuoteIsOver), results
    trade.asked.refresh_from_db()
    assert (trade.asked.state, trade.taken()) == ("withdrawn", 0)
    trade.check()
