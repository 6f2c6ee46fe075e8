"""Neighbours make a cluster: who may join, at which rate, and what the lead may keep."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from producers import services
from producers.models import Cluster, ClusterMembership, ClusterRate, Enterprise
from producers.services import ReasonNeeded
from producers.states import ClusterState, EnterpriseState
from shop.core.models import StateChange
from shop.core.states import MoveNotAllowed
from tests.factories import make_enterprise, make_officer

pytestmark = pytest.mark.django_db

SI_SA_KET, YANG_CHUM_NOI, KANTHARALAK = "330101", "330201", "330401"


def make_cluster(**facts) -> Cluster:
    lead = facts.pop("lead", None) or make_enterprise(tambon_code=SI_SA_KET)
    facts.setdefault("slug", f"cluster-{lead.pk}")
    return services.open_cluster(
        lead=lead, name_th="เครือข่ายทอผ้าศรีสะเกษ", by=make_officer(), **facts
    )


def changes(about, field="state") -> list[tuple[str, str]]:
    rows = StateChange.objects.filter(
        about_label=about._meta.label_lower, about_id=about.pk, field=field
    )
    return list(rows.order_by("pk").values_list("old", "new"))


def test_the_office_opens_a_cluster_around_its_lead():
    lead = make_enterprise(tambon_code=SI_SA_KET)
    cluster = make_cluster(lead=lead, name_en="Si Sa Ket weavers", radius_km=40)

    assert [m.enterprise for m in cluster.memberships.current()] == [lead]
    assert list(Cluster.objects.open().of_enterprise(lead)) == [cluster]
    assert (cluster.lead_fee_percent, cluster.lead_fee_cap) == (5, 10)
    assert changes(cluster) == [("", "open")]


def test_a_neighbour_joins_and_leaves_and_may_come_back():
    cluster, group = make_cluster(), make_enterprise(tambon_code=YANG_CHUM_NOI)
    officer = make_officer()

    first = services.join_cluster(cluster_id=cluster.pk, enterprise=group, by=officer)
    assert cluster.distance_to(group) == Decimal("17.3")
    with pytest.raises(services.AlreadyMember):
        services.join_cluster(cluster_id=cluster.pk, enterprise=group, by=officer)
    services.leave_cluster(membership_id=first.pk, by=officer)
    services.leave_cluster(membership_id=first.pk, by=officer)
    second = services.join_cluster(
        cluster_id=cluster.pk, enterprise=group, by=officer, most_pieces=40
    )

    assert changes(first, "membership") == [("", "joined"), ("joined", "left")]
    assert [m.pk for m in cluster.memberships.current().filter(enterprise=group)] == [second.pk]
    services.set_most_pieces(membership_id=second.pk, most_pieces=None, by=officer)
    second.refresh_from_db()
    assert second.most_pieces is None
    assert changes(second, "most_pieces") == [("40", "")]


def test_who_lives_too_far_is_told_how_far_and_that_the_place_is_a_guess():
    cluster, group = make_cluster(), make_enterprise(tambon_code=KANTHARALAK)

    with pytest.raises(services.OutsideRadius) as refusal:
        services.join_cluster(cluster_id=cluster.pk, enterprise=group, by=make_officer())

    facts = refusal.value
    assert (facts.distance_km, facts.radius_km, facts.approximate) == (Decimal("64.1"), 50, True)
    assert cluster.memberships.count() == 1

    # The group says where it really is: near enough.
    for each, latitude, longitude in ((group, "14.95", "104.5"), (cluster.lead, "15.11", "104.32")):
        services.set_position(
            enterprise_id=each.pk, latitude=Decimal(latitude), longitude=Decimal(longitude), by=None
        )
    group.refresh_from_db()
    assert changes(group, "position") == [("", "14.95000 104.50000")]
    services.join_cluster(cluster_id=cluster.pk, enterprise=group, by=make_officer())
    assert cluster.memberships.current().count() == 2


def test_a_place_outside_thailand_is_refused():
    group = make_enterprise()
    with pytest.raises(services.NotInThailand):
        services.set_position(
            enterprise_id=group.pk, latitude=Decimal("48.1"), longitude=Decimal("11.6"), by=None
        )
    group.refresh_from_db()
    assert (group.latitude, group.position.approximate) == (None, True)
    for latitude, longitude in (("48.1", "11.6"), ("15", None), (None, "101")):
        with pytest.raises(IntegrityError), transaction.atomic():
            Enterprise.objects.filter(pk=group.pk).update(latitude=latitude, longitude=longitude)
    Enterprise.objects.filter(pk=group.pk).update(latitude="5.6", longitude="101.2")


@pytest.mark.parametrize("state", sorted(set(EnterpriseState.values) - {EnterpriseState.APPROVED}))
def test_only_groups_that_may_sell_belong_to_a_cluster(state):
    cluster, group = make_cluster(), make_enterprise(tambon_code=SI_SA_KET, state=state)
    with pytest.raises(services.NotSelling):
        services.join_cluster(cluster_id=cluster.pk, enterprise=group, by=make_officer())
    with pytest.raises(services.NotSelling):
        make_cluster(lead=group)
    assert (Cluster.objects.count(), ClusterMembership.objects.count()) == (1, 1)


def test_a_suspended_member_is_given_no_work():
    cluster, group = make_cluster(), make_enterprise(tambon_code=SI_SA_KET)
    services.join_cluster(cluster_id=cluster.pk, enterprise=group, by=make_officer())
    services.suspend_enterprise(enterprise_id=group.pk, by=make_officer(), reason="ตรวจสอบ")

    assert cluster.memberships.current().count() == 2
    assert [m.enterprise for m in cluster.memberships.at_work()] == [cluster.lead]


def test_the_lead_cannot_leave():
    cluster = make_cluster()
    membership = cluster.memberships.get()
    with pytest.raises(services.LeadStays):
        services.leave_cluster(membership_id=membership.pk, by=None)
    membership.refresh_from_db()
    assert membership.left_at is None


def test_one_rate_for_a_kind_whatever_its_spelling():
    cluster, officer = make_cluster(), make_officer()
    services.set_rate(
        cluster_id=cluster.pk, kind=" Ikat  Scarf ", per_piece=Decimal(250), by=officer
    )
    rate = services.set_rate(
        cluster_id=cluster.pk, kind="ikat scarf", per_piece=Decimal("260"), by=officer
    )
    assert [(r.kind, r.per_piece) for r in cluster.rates.all()] == [("ikat scarf", Decimal(260))]
    assert changes(rate, "per_piece") == [("", "250.00"), ("250.00", "260.00")]
    with pytest.raises(IntegrityError), transaction.atomic():
        services.set_rate(cluster_id=cluster.pk, kind="bag", per_piece=Decimal(0), by=officer)
    assert ClusterRate.objects.count() == 1


def test_the_leads_fee_stays_within_the_cap():
    cluster, officer = make_cluster(), make_officer()
    with pytest.raises(services.FeeAboveCap) as refusal:
        services.set_lead_fee(cluster_id=cluster.pk, percent=Decimal("10.5"), by=officer)
    assert (refusal.value.percent, refusal.value.cap) == (Decimal("10.5"), Decimal(10))
    with pytest.raises(services.FeeAboveCap):
        make_cluster(lead_fee_percent=Decimal(11))
    cluster.refresh_from_db()
    assert cluster.lead_fee_percent == 5

    services.set_lead_fee(cluster_id=cluster.pk, percent=Decimal(12), cap=Decimal(15), by=officer)
    cluster.refresh_from_db()
    assert (cluster.lead_fee_percent, cluster.lead_fee_cap) == (12, 15)
    assert changes(cluster, "lead_fee_percent") == [("5.00", "12")]
    for wrong in ({"lead_fee_percent": 16}, {"lead_fee_cap": 21}, {"radius_km": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Cluster.objects.filter(pk=cluster.pk).update(**wrong)


def test_a_closed_cluster_takes_nobody_and_nothing():
    cluster, group = make_cluster(), make_enterprise(tambon_code=SI_SA_KET)
    with pytest.raises(ReasonNeeded):
        services.close_cluster(cluster_id=cluster.pk, by=make_officer(), reason=" ")
    services.close_cluster(cluster_id=cluster.pk, by=make_officer(), reason="รวมกับกลุ่มอื่น")

    assert changes(cluster) == [("", "open"), ("open", ClusterState.CLOSED)]
    assert not Cluster.objects.open().exists()
    for refused in (
        lambda: services.join_cluster(cluster_id=cluster.pk, enterprise=group, by=None),
        lambda: services.set_rate(cluster_id=cluster.pk, kind="bag", per_piece=Decimal(1), by=None),
        lambda: services.set_lead_fee(cluster_id=cluster.pk, percent=Decimal(1), by=None),
        lambda: services.close_cluster(cluster_id=cluster.pk, by=None, reason="อีกครั้ง"),
    ):
        with pytest.raises(MoveNotAllowed):
            refused()
    assert cluster.memberships.count() == 1
    assert not cluster.rates.exists()


def test_a_group_belongs_to_one_cluster_once():
    cluster = make_cluster()
    with pytest.raises(IntegrityError), transaction.atomic():
        ClusterMembership.objects.create(cluster=cluster, enterprise=cluster.lead)
