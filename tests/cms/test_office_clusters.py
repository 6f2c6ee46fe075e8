"""The office sees the clusters it keeps, and shared orders that are short of villages or late."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from shop.production.models import ClusterOrder
from shop.production.services import clusters
from tests.cms.test_office import make_clerk
from tests.factories.clusters import KIND, add_member, make_cluster

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
