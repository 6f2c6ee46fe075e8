"""The demo market's cluster: weaving groups of one region, and one large order in work.

Kham Muang leads, so that its leader can play both sides: answer its own part, and check the pieces
that a neighbour has brought.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from uuid import NAMESPACE_DNS, uuid5

from django.db import transaction
from django.utils import timezone

from producers.models import Cluster, ClusterMembership, Enterprise
from producers.services import join_cluster, open_cluster, set_most_pieces, set_rate
from shop.core.models import User
from shop.outbox.models import Message
from shop.production.models import ClusterOrder, ClusterPart, Workshop
from shop.production.services import clusters

SLUG = "isan-looms"
LEAD = "kham-muang-praewa"
NEIGHBOURS = ("nong-sung-mud-dye", "phanna-nikhom-indigo", "chonnabot-mudmee")
RADIUS_KM = 250
KIND = "ผ้าพันคอ"
#: Baht a scarf; hours a scarf on the loom; the most each takes of one order.
RATE, HOURS, MOST = Decimal(320), Decimal(3), 40
PIECES, DAYS_AHEAD = 130, 75
WHAT = "ผ้าพันคอรับปริญญา"
REFERENCE = uuid5(NAMESPACE_DNS, "talat-loi-fa.example/demo/graduation-scarves")
NOTE = "รีดและพับเรียบร้อย ครบตามจำนวน"


def load_cluster(
    enterprises: Mapping[str, Enterprise],
    leaders: Mapping[int, User],
    officer: User,
    *,
    today: date,
) -> int:
    """The cluster and its order, unless they are there; how many orders are new."""
    lead = enterprises.get(LEAD)
    if lead is None or Cluster.objects.filter(slug=SLUG).exists():
        return 0
    with transaction.atomic():
        cluster = open_cluster(
            lead=lead,
            slug=SLUG,
            name_th="เครือข่ายกี่ทออีสาน",
            name_en="Isan looms together",
            about_th="กลุ่มทอผ้าที่ช่วยกันทำงานใหญ่ ได้ค่างานต่อชิ้นเท่ากันทุกกลุ่ม",
            about_en="Weaving groups that share large orders, each piece paid the same.",
            radius_km=RADIUS_KM,
            by=officer,
        )
        own = cluster.memberships.get()
        set_most_pieces(membership_id=own.pk, most_pieces=MOST, by=officer)
        for slug in NEIGHBOURS:
            join_cluster(
                cluster_id=cluster.pk,
                enterprise=enterprises[slug],
                most_pieces=MOST,
                by=officer,
            )
        _tell_makings(cluster)
        set_rate(cluster_id=cluster.pk, kind=KIND, per_piece=RATE, by=officer)
        _plan(cluster, leaders.get(lead.pk, officer), officer, today)
    return 1


def _tell_makings(cluster: Cluster) -> None:
    for membership in ClusterMembership.objects.filter(cluster=cluster):
        workshop = Workshop.objects.get(enterprise=membership.enterprise_id)
        clusters.tell_making(
            membership_id=membership.pk, kind=KIND, workshop=workshop, units_per_piece=HOURS
        )


def _plan(cluster: Cluster, leader: User, officer: User, today: date) -> ClusterOrder:
    """Neighbours have accepted, one has brought its pieces; the lead's own part is open."""
    now = timezone.now()
    order = clusters.plan_cluster_order(
        cluster_id=cluster.pk,
        kind=KIND,
        pieces=PIECES,
        wished_on=today + timedelta(days=DAYS_AHEAD),
        what=WHAT,
        reference=REFERENCE,
        today=today,
        now=now,
        by=leader,
    )
    others = order.parts.exclude(enterprise=cluster.lead_id).order_by("pk")
    for part in others:
        clusters.accept_part(part_id=part.pk, today=today, now=now, by=officer)
    brought = others[0]
    clusters.start_part(part_id=brought.pk, by=officer)
    clusters.hand_over_part(part_id=brought.pk, today=today, now=now, note=NOTE, by=officer)
    label = ClusterPart._meta.label_lower
    ids = order.parts.values_list("pk", flat=True)
    Message.objects.filter(about_label=label, about_id__in=ids, sent_at=None).delete()
    return order
