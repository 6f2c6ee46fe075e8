"""The office sees the clusters it keeps, and shared orders that are short of villages or late."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from producers.models import Cluster, Enterprise
from producers.services import join_cluster
from shop.production.models import ClusterOrder
from shop.production.services import clusters
from tests.cms.test_office import make_clerk
from tests.factories import make_buyer, make_member, make_workshop
from tests.factories.clusters import KIND, add_member, make_cluster, make_neighbour

pytestmark = pytest.mark.django_db


@pytest.fixture
def office() -> Client:
    client = Client()
    client.force_login(make_clerk())
    return client


def test_clusters_stand_with_lead_members_radius_fee_and_rates(office):
    cluster = make_cluster(radius_km=45)
    add_member(cluster, today=timezone.localdate(), per_day=5, km=3, name_th="บ้านหนึ่ง")
    page = office.get("/office/office_clusters/").content.decode()
    for words in (cluster.name, "45", "10", f"{KIND} ฿250"):
        assert words in page


def test_short_and_late_orders_are_listed_and_others_are_not(office):
    today, now = timezone.localdate(), timezone.now()
    cluster = make_cluster()
    add_member(cluster, today=today, per_day=5, km=3)
    plans = [
        clusters.plan_cluster_order(
            cluster_id=cluster.pk,
            kind=KIND,
            pieces=pieces,
            wished_on=today + timedelta(days=40),
            what=what,
            today=today,
            now=now,
        )
        for pieces, what in ((11, "ขาด"), (12, "ช้า"), (13, "ทัน"))
    ]
    clusters.decline_part(part_id=plans[0].parts.get().pk, today=today, now=now)
    late = ClusterOrder.objects.filter(pk=plans[1].pk)
    late.update(parts_due_on=today - timedelta(days=1))

    page = office.get("/office/office_shared/").content.decode()

    assert f"11 × {KIND}" in page
    assert "11 pieces have no village yet" in page
    assert f"12 × {KIND}" in page
    assert "Parts were due on" in page
    assert f"13 × {KIND}" not in page


# --- the office keeps clusters ---


@pytest.fixture
def lead() -> Enterprise:
    return make_neighbour(name_th="แม่ข่าย")


def opened(office: Client, lead: Enterprise) -> Cluster:
    answer = office.post(
        "/office/office_clusters/open/",
        {
            "name_th": "เครือข่ายใหม่",
            "name_en": "New neighbours",
            "slug": "",
            "radius_km": "20",
            "lead": str(lead.pk),
            "lead_fee_percent": "6.5",
        },
    )
    assert answer.status_code == 302, answer.content.decode()
    return Cluster.objects.get(slug="new-neighbours")


def page_of(office: Client, cluster: Cluster) -> str:
    return office.get(f"/office/office_clusters/inspect/{cluster.pk}/").content.decode()


def test_the_office_opens_a_cluster_and_fills_it(office, lead):
    cluster = opened(office, lead)
    assert (cluster.lead, cluster.radius_km, str(cluster.lead_fee_percent)) == (lead, 20, "6.50")
    page = page_of(office, cluster)
    assert "There is no rate yet" in page
    there = "/office/office_clusters"

    near, far = make_neighbour(12, name_th="ใกล้"), make_neighbour(30, name_th="ไกล")
    assert office.post(
        f"{there}/member/{cluster.pk}/", {"enterprise": near.pk, "most_pieces": "40"}
    ).url.endswith(f"/inspect/{cluster.pk}/")
    refused = office.post(f"{there}/member/{cluster.pk}/", {"enterprise": far.pk})
    assert refused.status_code == 200
    assert "more than 20 km. Nothing was changed." in refused.content.decode()
    assert not cluster.memberships.filter(enterprise=far).exists()
    assert cluster.memberships.get(enterprise=near).most_pieces == 40

    office.post(f"{there}/rate/{cluster.pk}/", {"kind": " Ikat  Scarf ", "per_piece": "320"})
    office.post(f"{there}/rate/{cluster.pk}/", {"kind": "ikat scarf", "per_piece": "325.50"})
    assert list(cluster.rates.values_list("kind", "per_piece")) == [
        ("ikat scarf", Decimal("325.50"))
    ]
    office.post(f"{there}/fee/{cluster.pk}/", {"percent": "8", "cap": "12"})
    cluster.refresh_from_db()
    assert (cluster.lead_fee_percent, cluster.lead_fee_cap) == (8, 12)
    refused = office.post(f"{there}/fee/{cluster.pk}/", {"percent": "13", "cap": "12"})
    assert "above the highest fee of" in refused.content.decode()

    member = cluster.memberships.get(enterprise=near)
    looms, others = make_workshop(near), make_workshop(lead)
    made = {"kind": "ikat scarf", "units_per_piece": "1.5", "setup_units": "2"}
    refused = office.post(f"{there}/making/{member.pk}/", {**made, "workshop": others.pk})
    assert refused.status_code == 200
    assert not member.makings.exists()
    office.post(f"{there}/making/{member.pk}/", {**made, "workshop": looms.pk})
    making = member.makings.get()
    assert (making.workshop, making.units_per_piece) == (looms, Decimal("1.5"))
    office.post(f"{there}/most/{member.pk}/", {"most_pieces": ""})
    member.refresh_from_db()
    assert member.most_pieces is None
    page = page_of(office, cluster)
    for words in ("ikat scarf", "฿325.50", "12.0 km", near.name_en, "as its days allow"):
        assert words in page


def test_radius_lead_and_leaving_follow_the_rules(office, lead):
    cluster = opened(office, lead)
    there = "/office/office_clusters"
    near, south = make_neighbour(15), make_neighbour(-15)
    for group in (near, south):
        join_cluster(cluster_id=cluster.pk, enterprise=group, by=None)
    words = {"name_th": "ชื่อใหม่", "name_en": "New", "about_th": "", "about_en": ""}
    narrow = office.post(f"{there}/words/{cluster.pk}/", {**words, "radius_km": "10"})
    assert "Nothing was changed" in narrow.content.decode()
    # Seen from the northern group, the southern one lives thirty km away.
    far = office.post(f"{there}/lead/{cluster.pk}/", {"enterprise": near.pk})
    assert "Nothing was changed" in far.content.decode()
    cluster.refresh_from_db()
    assert (cluster.lead, cluster.radius_km, cluster.name_th) == (lead, 20, "เครือข่ายใหม่")
    office.post(f"{there}/words/{cluster.pk}/", {**words, "radius_km": "35"})
    office.post(f"{there}/lead/{cluster.pk}/", {"enterprise": near.pk})
    cluster.refresh_from_db()
    assert (cluster.lead, cluster.radius_km, cluster.name_th) == (near, 35, "ชื่อใหม่")

    own = cluster.memberships.get(enterprise=near)
    refused = office.post(f"{there}/leave/{own.pk}/")
    assert "Let another group lead first" in refused.content.decode()
    office.post(f"{there}/leave/{cluster.memberships.get(enterprise=south).pk}/")
    assert cluster.memberships.current().count() == 2


def test_the_lead_stays_while_it_gathers_an_order(office):
    today, now = timezone.localdate(), timezone.now()
    cluster = make_cluster()
    village = add_member(cluster, today=today, per_day=5, km=3)
    clusters.plan_cluster_order(
        cluster_id=cluster.pk,
        kind=KIND,
        pieces=10,
        wished_on=today + timedelta(days=40),
        today=today,
        now=now,
    )
    answer = office.post(f"/office/office_clusters/lead/{cluster.pk}/", {"enterprise": village.pk})
    assert "still gathers 1 order" in answer.content.decode()
    before = cluster.lead
    cluster.refresh_from_db()
    assert cluster.lead == before


def test_stopped_with_a_reason_and_opened_again(office, lead):
    cluster = opened(office, lead)
    there = f"/office/office_clusters/step/{cluster.pk}"
    assert office.post(f"{there}/stop/", {"reason": ""}).status_code == 200
    cluster.refresh_from_db()
    assert cluster.is_open
    office.post(f"{there}/stop/", {"reason": "น้ำท่วม"})
    cluster.refresh_from_db()
    assert not cluster.is_open
    assert "New member" not in page_of(office, cluster)
    village = make_neighbour(3)
    answer = office.post(
        f"/office/office_clusters/member/{cluster.pk}/", {"enterprise": village.pk}
    )
    assert "Nothing was done" in answer.content.decode()
    office.post(f"{there}/reopen/", {"reason": ""})
    cluster.refresh_from_db()
    assert cluster.is_open
    assert "น้ำท่วม" in page_of(office, cluster)


@pytest.mark.parametrize("door", ["open/", "words/{0}/", "lead/{0}/", "fee/{0}/", "rate/{0}/"])
def test_who_may_only_look_changes_nothing(lead, door):
    cluster = make_cluster(lead=lead)
    member = make_member(lead).user
    reader = make_buyer()
    for codename in ("access_admin", "view_cluster"):
        reader.user_permissions.add(Permission.objects.get(codename=codename))
    address = f"/office/office_clusters/{door.format(cluster.pk)}"
    for user in (member, reader):
        client = Client()
        client.force_login(user)
        assert client.post(address, {"percent": "1", "cap": "1"}).status_code == 302
    cluster.refresh_from_db()
    assert cluster.lead_fee_percent == 5
    assert Cluster.objects.count() == 1
