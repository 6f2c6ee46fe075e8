"""One large order, many villages: planned, offered, declined, made, checked, gathered."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from producers.services import (
    close_cluster,
    leave_cluster,
    set_lead_fee,
    set_rate,
    suspend_enterprise,
)
from shop.core.models import StateChange
from shop.core.states import MoveNotAllowed
from shop.outbox.models import Channel, Message
from shop.production.models import ClusterOrder, ClusterPart, Job, ProductionSlot, villages_of
from shop.production.services import clusters
from shop.production.services.clusters import planning
from shop.production.splitting import Infeasible, Split
from shop.production.states import UNMADE, ClusterPartState, JobState
from tests.factories import make_officer
from tests.factories.clusters import KIND, add_member, give_making, make_cluster, make_neighbour

pytestmark = pytest.mark.django_db

TODAY = date(2026, 12, 1)
NOW = datetime(2026, 12, 1, 3, tzinfo=UTC)
#: Parts begin on 4 December and are with the lead by the 13th: ten days of work.
WISHED = date(2026, 12, 17)


@pytest.fixture
def three():
    """Three villages: 5 scarves a day near, 5 a day farther off, 6 a day at the edge."""
    cluster = make_cluster(radius_km=50)
    groups = [
        add_member(cluster, today=TODAY, per_day=per_day, km=km, name_th=name)
        for per_day, km, name in ((5, 2, "บ้านหนึ่ง"), (5, 10, "บ้านสอง"), (6, 40, "บ้านสาม"))
    ]
    return cluster, groups


def plan(cluster, pieces=120, **facts) -> ClusterOrder:
    facts.setdefault("wished_on", WISHED)
    facts.setdefault("kind", KIND)
    return clusters.plan_cluster_order(
        cluster_id=cluster.pk, pieces=pieces, today=TODAY, now=NOW, **facts
    )


def parts_of(order) -> dict[str, tuple[int, str]]:
    return {
        part.enterprise.name_th: (part.pieces, part.state)
        for part in order.parts.alive().select_related("enterprise")
    }


def accept_all(order, *, now=NOW, today=TODAY) -> None:
    for part in order.parts.unanswered():
        clusters.accept_part(part_id=part.pk, today=today, now=now)


def allocated() -> dict[str, int]:
    found: dict[str, int] = {}
    for slot in ProductionSlot.objects.select_related("workshop__enterprise"):
        name = slot.workshop.enterprise.name_th
        found[name] = found.get(name, 0) + slot.allocated
    return found


def check_sums(order) -> None:
    """Pieces, money and units match: rows, jobs, and days."""
    order.refresh_from_db()
    alive = list(order.parts.alive())
    assert sum(part.pieces for part in alive) + order.missing == order.pieces
    assert all(part.pay == order.per_piece * part.pieces for part in alive)
    owed = sum(part.pay for part in alive) + order.per_piece * order.missing
    assert owed + order.lead_fee == order.total == order.rate * order.pieces
    assert order.lead_fee <= order.total * order.lead_fee_percent / 100
    for part in order.parts.all():
        job = Job.objects.get(reference=part.reference)
        if part in alive:
            assert (job.quantity, job.units, job.workshop) == (
                part.pieces,
                part.units,
                part.workshop,
            )
            planned = sum(each.units for each in job.allocations.all())
            assert planned == part.units or (planned < part.units and job.state not in UNMADE)
        else:
            assert job.state == JobState.RELEASED
            assert not job.allocations.exists()


def told(kind: str) -> list[str]:
    """The groups that were told this, in order."""
    rows = Message.objects.filter(kind=kind, channel=Channel.EMAIL).order_by("pk")
    return [message.context["group"] for message in rows]


# --- planning ---


def test_120_scarves_over_three_villages_are_offered_in_parts(three):
    cluster, groups = three
    order = plan(cluster, what="ผ้าพันคอรับปริญญา")

    # Ten days give 50, 50 and 60 pieces: three quarters of each make 120.
    assert parts_of(order) == {
        "บ้านหนึ่ง": (38, "offered"),
        "บ้านสอง": (37, "offered"),
        "บ้านสาม": (45, "offered"),
    }
    assert (order.rate, order.per_piece, order.lead_fee, order.total) == (
        Decimal("250.00"),
        Decimal("237.50"),
        Decimal("1500.00"),
        Decimal("30000.00"),
    )
    assert villages_of(order) == [
        (groups[0], 38, Decimal("9025.00")),
        (groups[1], 37, Decimal("8787.50")),
        (groups[2], 45, Decimal("10687.50")),
    ]
    assert allocated() == {"บ้านหนึ่ง": 38, "บ้านสอง": 37, "บ้านสาม": 45}
    assert {job.state for job in Job.objects.all()} == {JobState.HELD}
    assert {job.due_on for job in Job.objects.all()} == {date(2026, 12, 13)}
    slots = ProductionSlot.objects.filter(allocated__gt=0)
    assert (slots.earliest("day").day, slots.latest("day").day) == (
        date(2026, 12, 4),
        date(2026, 12, 11),
    )
    assert told("cluster_part_offered") == ["บ้านหนึ่ง", "บ้านสอง", "บ้านสาม"]
    letter = Message.objects.filter(kind="cluster_part_offered").order_by("pk")[0]
    assert (letter.context["pay"], letter.context["per_piece"]) == ("9025.00", "237.50")
    check_sums(order)


def test_a_suggestion_says_the_same_and_writes_nothing(three, django_assert_num_queries):
    cluster, groups = three
    with django_assert_num_queries(4):
        found = clusters.suggest_split(
            cluster=cluster, kind=" Scarf", pieces=120, wished_on=WISHED, today=TODAY
        )
    assert {part.key: part.pieces for part in found.split.parts} == {
        groups[0].pk: 38,
        groups[1].pk: 37,
        groups[2].pk: 45,
    }
    assert found.pay.of(38) == Decimal("9025.00")
    assert not ClusterOrder.objects.exists()
    assert not Job.objects.exists()


def test_nobody_with_capacity_is_said_at_once_with_the_earliest_day(three):
    cluster, _ = three
    with pytest.raises(clusters.CannotBeShared) as refusal:
        plan(cluster, pieces=200)

    # 16 a day: 200 need 13 days, the last of them 16 December, and four days to gather.
    assert (refusal.value.most, refusal.value.earliest_on) == (160, date(2026, 12, 20))
    assert not ClusterOrder.objects.exists()
    assert not Job.objects.exists()
    assert not any(allocated().values())
    assert plan(cluster, pieces=200, wished_on=refusal.value.earliest_on).pieces == 200

    with pytest.raises(clusters.CannotBeShared) as never:
        plan(cluster, pieces=100_000)
    assert never.value.earliest_on is None


def test_an_order_is_planned_once_for_one_reference(three):
    cluster, _ = three
    reference = uuid4()
    order = plan(cluster, reference=reference)
    assert plan(cluster, reference=reference, pieces=60) == order
    assert ClusterOrder.objects.count() == 1
    assert sum(allocated().values()) == 120


def test_what_planning_refuses(three):
    cluster, groups = three
    with pytest.raises(clusters.NoRate) as refusal:
        plan(cluster, kind="bag")
    assert (refusal.value.cluster, refusal.value.kind) == (cluster, "bag")
    with pytest.raises(ValueError):
        plan(cluster, pieces=0)
    membership = cluster.memberships.get(enterprise=groups[0])
    with pytest.raises(clusters.NotTheirWorkshop):
        clusters.tell_making(
            membership_id=membership.pk, kind="bag", workshop=groups[1].workshops.get()
        )
    close_cluster(cluster_id=cluster.pk, by=None, reason="ยุบรวม")
    with pytest.raises(clusters.ClusterIsClosed):
        plan(cluster)
    assert not ClusterOrder.objects.exists()


def test_smallest_batches_set_up_and_buffers_are_kept():
    cluster = make_cluster(radius_km=50)
    # 2 units a piece after 3 of set-up, in batches of 8: ten days of 6 make 56 units, 26 pieces.
    add_member(
        cluster, today=TODAY, per_day=6, km=1, units_per_piece=2, setup_units=3, smallest_batch=8
    )
    # Two days late as a rule: eight days of work instead of ten.
    add_member(cluster, today=TODAY, per_day=3, km=2, buffer_days=2)
    with pytest.raises(clusters.CannotBeShared) as refusal:
        plan(cluster, pieces=51)
    assert refusal.value.most == 50

    order = plan(cluster, pieces=50)
    assert [(part.pieces, part.units) for part in order.parts.all()] == [(26, 56), (24, 24)]
    check_sums(order)
    last = ProductionSlot.objects.filter(workshop__buffer_days=2, allocated__gt=0).latest("day")
    assert last.day == date(2026, 12, 11)


def test_who_has_left_or_may_not_sell_is_not_asked(three):
    cluster, groups = three
    leave_cluster(membership_id=cluster.memberships.get(enterprise=groups[0]).pk, by=None)
    suspend_enterprise(enterprise_id=groups[1].pk, by=make_officer(), reason="ตรวจสอบ")
    with pytest.raises(clusters.CannotBeShared) as refusal:
        plan(cluster)
    assert refusal.value.most == 60


def test_the_most_a_member_takes_of_one_order_is_kept():
    cluster = make_cluster()
    add_member(cluster, today=TODAY, per_day=10, km=1, most_pieces=15, name_th="น้อย")
    add_member(cluster, today=TODAY, per_day=10, km=2, name_th="มาก")
    assert parts_of(plan(cluster, pieces=110)) == {"น้อย": (14, "offered"), "มาก": (96, "offered")}


def test_the_work_goes_round_and_is_forgotten_after_90_days():
    cluster = make_cluster(radius_km=50)
    for name, km in (("ใกล้", 0), ("ไกล", 30)):
        add_member(cluster, today=TODAY, per_day=5, km=km, name_th=name)
    assert parts_of(plan(cluster, pieces=10)) == {"ใกล้": (10, "offered")}
    # Ten pieces are two fair shares of five: more than the whole radius.
    assert parts_of(plan(cluster, pieces=10)) == {"ไกล": (10, "offered")}
    assert parts_of(plan(cluster, pieces=10)) == {"ใกล้": (10, "offered")}
    ClusterPart.objects.update(offered_on=TODAY - timedelta(days=89))
    assert parts_of(plan(cluster, pieces=10)) == {"ไกล": (10, "offered")}
    ClusterPart.objects.update(offered_on=TODAY - timedelta(days=90))
    assert parts_of(plan(cluster, pieces=10)) == {"ใกล้": (10, "offered")}


def test_terms_changed_later_never_reach_an_order(three):
    cluster, _ = three
    order = plan(cluster)
    set_rate(cluster_id=cluster.pk, kind=KIND, per_piece=Decimal(400), by=None)
    set_lead_fee(cluster_id=cluster.pk, percent=Decimal(9), by=None)
    part = order.parts.last()
    clusters.decline_part(part_id=part.pk, today=TODAY, now=NOW)

    order.refresh_from_db()
    assert (order.rate, order.per_piece, order.lead_fee) == (250, Decimal("237.50"), 1500)
    check_sums(order)


def test_an_accepted_quote_has_a_price_of_its_own(three):
    cluster, _ = three
    order = plan(cluster, rate=Decimal("199.99"))
    assert (order.rate, order.per_piece, order.lead_fee) == (
        Decimal("199.99"),
        Decimal("190.00"),
        Decimal("1198.80"),
    )
    check_sums(order)


def test_a_cluster_of_38_villages_makes_1500_scarves(django_assert_max_num_queries):
    cluster = make_cluster(radius_km=60)
    give_making(cluster.memberships.get(), today=TODAY, per_day=3)
    for number in range(1, 38):
        add_member(
            cluster,
            today=TODAY,
            per_day=3 + number % 4,
            km=number,
            smallest_batch=1 + number % 4 * 4,
            name_th=f"บ้านที่ {number}",
        )
    assert cluster.memberships.current().count() == 38
    with django_assert_max_num_queries(4):
        found = clusters.suggest_split(
            cluster=cluster, kind=KIND, pieces=1500, wished_on=WISHED, today=TODAY
        )
    order = plan(cluster, pieces=1500)

    assert order.parts.count() == len(found.split.parts) > 30
    assert order.parts.values("enterprise").distinct().count() == order.parts.count()
    check_sums(order)
    refuses = order.parts.order_by("pk")[3]
    kept = {part.pk: (part.pieces, part.pay, part.due_on) for part in order.parts.all()}
    answer = clusters.decline_part(part_id=refuses.pk, today=TODAY, now=NOW)
    assert isinstance(answer, Split)
    assert answer.pieces == refuses.pieces
    now_kept = order.parts.filter(pk__in=kept).all()
    assert {part.pk: (part.pieces, part.pay, part.due_on) for part in now_kept} == kept
    accept_all(order)
    check_sums(order)
    order.refresh_from_db()
    assert order.state == "agreed"


# --- answers ---


def test_a_declined_part_is_offered_to_others_who_keep_what_they_have():
    cluster = make_cluster()
    for name, km in (("หนึ่ง", 1), ("สอง", 2), ("สาม", 3)):
        add_member(cluster, today=TODAY, per_day=6, km=km, name_th=name)
    order = plan(cluster, pieces=121)
    first, second, third = order.parts.order_by("pk")
    assert [part.pieces for part in (first, second, third)] == [41, 40, 40]
    clusters.accept_part(part_id=first.pk, today=TODAY, now=NOW, by=make_officer())

    answer = clusters.decline_part(
        part_id=third.pk, today=TODAY, now=NOW + timedelta(hours=5), reason="งานศพ"
    )

    # 60 − 41 and 60 − 40 are free: 39 of the 40 fit, so nobody can take them in time.
    assert answer == Infeasible(most=39, earliest_on=date(2026, 12, 14))
    order.refresh_from_db()
    assert (order.state, order.missing) == ("short", 40)
    assert told("cluster_order_short") == [cluster.lead.name_th]
    assert parts_of(order) == {"หนึ่ง": (41, "accepted"), "สอง": (40, "offered")}
    check_sums(order)

    # The buyer agrees to a later day; the missing pieces alone are offered, for that day.
    with pytest.raises(clusters.CannotBeShared) as refusal:
        clusters.place_missing(cluster_order_id=order.pk, today=TODAY, now=NOW)
    assert refusal.value.earliest_on == date(2026, 12, 18)
    new = clusters.place_missing(
        cluster_order_id=order.pk, today=TODAY, now=NOW, wished_on=date(2026, 12, 18)
    )
    assert [part.due_on for part in new] == [date(2026, 12, 14)] * len(new)
    assert sum(part.pieces for part in new) == 40
    first.refresh_from_db()
    assert (first.pieces, first.state, first.due_on) == (41, "accepted", date(2026, 12, 13))
    check_sums(order)
    with pytest.raises(MoveNotAllowed):
        clusters.place_missing(cluster_order_id=order.pk, today=TODAY, now=NOW)


def test_120_over_three_with_one_decline_and_a_neighbour_with_days_left(three):
    cluster, groups = three
    add_member(cluster, today=TODAY, per_day=9, km=45, name_th="บ้านสี่")
    order = plan(cluster)
    assert "บ้านสี่" not in parts_of(order)
    declined = order.parts.get(enterprise=groups[1])

    answer = clusters.decline_part(part_id=declined.pk, today=TODAY, now=NOW, reason="เกี่ยวข้าว")

    assert isinstance(answer, Split)
    rows = order.parts.order_by("pk").values_list(
        "enterprise__name_th", "pieces", "state", "instead_of"
    )
    # The one that has had nothing comes before those that have had their share, and can do it all.
    assert list(rows) == [
        ("บ้านหนึ่ง", 38, "offered", None),
        ("บ้านสอง", 37, "declined", None),
        ("บ้านสาม", 45, "offered", None),
        ("บ้านสี่", 37, "offered", declined.pk),
    ]
    assert allocated()["บ้านสอง"] == 0
    change = StateChange.objects.get(about_label="production.clusterpart", about_id=declined.pk)
    assert (change.old, change.new, change.reason) == ("offered", "declined", "เกี่ยวข้าว")
    accept_all(order)
    order.refresh_from_db()
    assert order.state == "agreed"
    check_sums(order)


def test_who_had_accepted_may_still_give_back_before_it_begins(three):
    cluster, groups = three
    order = plan(cluster, pieces=90)
    accept_all(order)
    order.refresh_from_db()
    assert order.state == "agreed"
    first, second = order.parts.order_by("pk")
    clusters.start_part(part_id=second.pk)

    clusters.decline_part(part_id=first.pk, today=TODAY, now=NOW, reason="ป่วย")
    order.refresh_from_db()
    assert order.state == "offered"
    assert parts_of(order) == {"บ้านสอง": (45, "in_work"), "บ้านสาม": (45, "offered")}
    with pytest.raises(MoveNotAllowed):
        clusters.decline_part(part_id=second.pk, today=TODAY, now=NOW)
    check_sums(order)


def test_an_offer_that_is_not_answered_in_time_goes_to_others(three):
    cluster, groups = three
    order = plan(cluster, pieces=90)
    first, second = order.parts.order_by("pk")
    clusters.accept_part(part_id=second.pk, today=TODAY, now=NOW)
    just_before, due = NOW + timedelta(hours=47, minutes=59), NOW + timedelta(hours=48)

    assert clusters.lapse_due_parts(today=TODAY, now=just_before) == 0
    with pytest.raises(clusters.AnswerTooLate):
        clusters.accept_part(part_id=first.pk, today=TODAY, now=due)
    first.refresh_from_db()
    assert first.state == "offered"
    assert clusters.lapse_due_parts(today=date(2026, 12, 3), now=due) == 1
    assert clusters.lapse_due_parts(today=date(2026, 12, 3), now=due) == 0

    # From 6 December there are eight days left: 48 at the edge, the accepted part is not touched.
    assert parts_of(order) == {"บ้านสอง": (45, "accepted"), "บ้านสาม": (45, "offered")}
    newest = order.parts.order_by("pk").last()
    assert (newest.instead_of, newest.answer_by) == (first, due + timedelta(hours=48))
    with pytest.raises(MoveNotAllowed):
        clusters.accept_part(part_id=first.pk, today=TODAY, now=NOW)
    check_sums(order)


def test_a_cancelled_order_gives_all_days_back_until_work_has_begun(three):
    cluster, _ = three
    order, other = plan(cluster, pieces=90), plan(cluster, pieces=60)
    accept_all(other)
    begun = other.parts.first()
    clusters.start_part(part_id=begun.pk)
    with pytest.raises(clusters.WorkHasBegun) as refusal:
        clusters.cancel_cluster_order(cluster_order_id=other.pk)
    assert refusal.value.pieces == begun.pieces

    before = sum(allocated().values())
    clusters.accept_part(part_id=order.parts.first().pk, today=TODAY, now=NOW)
    clusters.cancel_cluster_order(cluster_order_id=order.pk, reason="เลิกงาน")

    order.refresh_from_db()
    assert order.state == "cancelled"
    assert {part.state for part in order.parts.all()} == {"withdrawn"}
    assert sorted(told("cluster_part_withdrawn")) == sorted(
        part.enterprise.name_th for part in order.parts.all()
    )
    assert sum(allocated().values()) == before - 90
    with pytest.raises(MoveNotAllowed):
        clusters.cancel_cluster_order(cluster_order_id=order.pk)
    with pytest.raises(MoveNotAllowed):
        clusters.accept_part(part_id=order.parts.first().pk, today=TODAY, now=NOW)
    assert clusters.lapse_due_parts(today=TODAY, now=NOW + timedelta(days=9)) == 0


# --- the sample, the work, the check ---


def test_the_sample_comes_first(three):
    cluster, _ = three
    # Ten days for the sample: parts begin on 14 December.
    order = plan(cluster, pieces=90, sample=True, wished_on=date(2026, 12, 27))
    first, second = order.parts.order_by("pk")
    assert ProductionSlot.objects.filter(allocated__gt=0).earliest("day").day == date(2026, 12, 14)
    clusters.accept_part(part_id=first.pk, today=TODAY, now=NOW)
    assert Job.objects.get(reference=first.reference).state == JobState.WAITING

    with pytest.raises(clusters.SampleNotApproved):
        clusters.start_part(part_id=first.pk)
    with pytest.raises(MoveNotAllowed):
        clusters.approve_sample(cluster_order_id=order.pk, today=TODAY)
    clusters.show_sample(cluster_order_id=order.pk, note="สีครามอ่อน")
    clusters.ask_sample_change(cluster_order_id=order.pk, reason="เข้มกว่านี้")
    clusters.show_sample(cluster_order_id=order.pk, note="สีครามเข้ม")
    clusters.approve_sample(cluster_order_id=order.pk, today=date(2026, 12, 8))

    order.refresh_from_db()
    assert (order.sample, order.sample_note) == ("approved", "สีครามเข้ม")
    steps = StateChange.objects.filter(field="sample", about_id=order.pk).order_by("pk")
    assert [step.new for step in steps] == ["shown", "awaited", "shown", "approved"]
    assert Job.objects.get(reference=first.reference).state == JobState.QUEUED
    # Who accepts after the approval has nothing to wait for.
    clusters.accept_part(part_id=second.pk, today=TODAY, now=NOW)
    assert Job.objects.get(reference=second.reference).state == JobState.QUEUED
    clusters.start_part(part_id=first.pk)
    clusters.start_part(part_id=second.pk)
    check_sums(order)


def test_parts_are_made_handed_over_worked_over_and_gathered(three):
    cluster, groups = three
    officer = make_officer()
    order = plan(cluster, pieces=90)
    accept_all(order)
    first, second = order.parts.order_by("pk")
    for part in (first, second):
        clusters.start_part(part_id=part.pk, by=officer)
    day = date(2026, 12, 9)
    clusters.hand_over_part(part_id=first.pk, today=day, now=NOW, by=officer)
    clusters.check_part(part_id=first.pk, now=NOW, by=officer)

    with pytest.raises(clusters.PartsMissing) as refusal:
        clusters.gather_cluster_order(cluster_order_id=order.pk, now=NOW)
    assert refusal.value.good == 45
    with pytest.raises(MoveNotAllowed):
        clusters.check_part(part_id=second.pk, now=NOW)
    clusters.hand_over_part(part_id=second.pk, today=day, now=NOW, by=officer)
    with pytest.raises(ValueError):
        clusters.check_part(part_id=second.pk, now=NOW, rework=46)
    clusters.check_part(part_id=second.pk, now=NOW, rework=3, note="ชายลุ่ย", by=officer)
    second.refresh_from_db()
    assert (second.state, second.rework_pieces, second.check_note) == ("rework", 3, "ชายลุ่ย")
    assert told("cluster_part_rework") == ["บ้านสอง"]
    with pytest.raises(clusters.PartsMissing):
        clusters.gather_cluster_order(cluster_order_id=order.pk, now=NOW)
    clusters.hand_over_part(part_id=second.pk, today=day, now=NOW)
    clusters.check_part(part_id=second.pk, now=NOW)
    clusters.gather_cluster_order(cluster_order_id=order.pk, now=NOW, by=officer)

    order.refresh_from_db()
    assert (order.state, order.gathered_at) == ("gathered", NOW)
    assert {part.state for part in order.parts.all()} == {ClusterPartState.CHECKED_OK}
    assert {job.state for job in Job.objects.all()} == {JobState.PACKED}
    # Days after the hand-over are free for others.
    assert not ProductionSlot.objects.filter(day__gt=day, allocated__gt=0).exists()
    assert [pieces for _, pieces, _ in villages_of(order)] == [45, 45]
    check_sums(order)
    with pytest.raises(MoveNotAllowed):
        clusters.gather_cluster_order(cluster_order_id=order.pk, now=NOW)
    with pytest.raises(MoveNotAllowed):
        clusters.cancel_cluster_order(cluster_order_id=order.pk)


def test_an_order_that_is_not_agreed_cannot_be_gathered(three):
    cluster, _ = three
    order = plan(cluster)
    with pytest.raises(MoveNotAllowed):
        clusters.gather_cluster_order(cluster_order_id=order.pk, now=NOW)


def test_the_database_says_it_too(three):
    cluster, _ = three
    order = plan(cluster)
    orders, parts = ClusterOrder.objects.filter(pk=order.pk), order.parts.all()
    for rows, wrong in (
        (orders, {"pieces": 0}),
        (orders, {"per_piece": 251}),
        (orders, {"lead_fee": -1}),
        (orders, {"parts_due_on": date(2027, 1, 1)}),
        (parts, {"pieces": 0}),
        (parts, {"units": 0}),
        (parts, {"rework_pieces": 99}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)


def test_days_left_for_gathering_and_answering_are_what_the_tests_say():
    assert (4, timedelta(hours=48)) == (planning.GATHERING_DAYS, planning.ANSWER_TIME)
    assert planning.first_day_of_parts(TODAY, sample=False) == date(2026, 12, 4)
    assert planning.parts_due_on(WISHED) == date(2026, 12, 13)
    assert make_neighbour(10).position.approximate is False
