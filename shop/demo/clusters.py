"""The demo market's cluster: weaving groups of one region, and the buyer's large order in work.

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
from shop.core.clock import this_moment
from shop.core.models import StateChange, User
from shop.fulfilment import services as steps
from shop.fulfilment.models import CustomRequest, Fulfilment
from shop.fulfilment.services import quotes
from shop.outbox.models import Message
from shop.production.models import ClusterOrder, ClusterPart, Workshop
from shop.production.services import clusters

from .orders import buy, mails_were_read, turn_back

SLUG = "isan-looms"
LEAD = "kham-muang-praewa"
NEIGHBOURS = ("nong-sung-mud-dye", "phanna-nikhom-indigo", "chonnabot-mudmee")
RADIUS_KM = 250
KIND = "ผ้าพันคอ"
#: Baht a scarf; hours a scarf on the loom; the most each takes of one order.
RATE, HOURS, MOST = Decimal(320), Decimal(3), 40
PIECES, DAYS_AHEAD = 130, 75
WHAT, WHAT_EN = "ผ้าพันคอรับปริญญา", "Graduation scarf"
ASKED = "ผ้าพันคอสีครามสำหรับบัณฑิต 130 ผืน ขอรับก่อนวันซ้อมใหญ่"
ANSWERED = "สี่หมู่บ้านช่วยกันทอ ได้ค่างานต่อผืนเท่ากันทุกหมู่บ้าน"
TOKEN = uuid5(NAMESPACE_DNS, "talat-loi-fa.example/demo/graduation-scarves")
#: How many days ago it was asked for, quoted, and paid; how long the open part may be answered.
ASKED_AGO, QUOTED_AGO, PAID_AGO, ANSWER_DAYS = 12, 11, 9, 45
NOTE = "รีดและพับเรียบร้อย ครบตามจำนวน"


def load_cluster(
    enterprises: Mapping[str, Enterprise],
    leaders: Mapping[int, User],
    buyer: User,
    officer: User,
    *,
    today: date,
) -> int:
    """The cluster and the buyer's order of it, unless they are there; how many orders are new."""
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
        order = _ordered(cluster, leaders.get(lead.pk, officer), buyer, today)
        _work(order, leaders.get(lead.pk, officer), officer, today)
        _was_long_ago(order)
    return 1


def _tell_makings(cluster: Cluster) -> None:
    for membership in ClusterMembership.objects.filter(cluster=cluster):
        workshop = Workshop.objects.get(enterprise=membership.enterprise_id)
        clusters.tell_making(
            membership_id=membership.pk, kind=KIND, workshop=workshop, units_per_piece=HOURS
        )


def _ordered(cluster: Cluster, leader: User, buyer: User, today: date) -> ClusterOrder:
    """The buyer asked the lead, was quoted what four villages can do, and has paid."""
    now = timezone.now()
    asked = quotes.ask_for_something(
        enterprise_id=cluster.lead_id,
        buyer=buyer,
        words=ASKED,
        quantity=PIECES,
        token=TOKEN,
        now=now,
        wished_on=today + timedelta(days=DAYS_AHEAD + 5),
    )
    line = quotes.DraftLine(WHAT, PIECES, RATE, title_en=WHAT_EN, weight_g=180)
    shared = quotes.Villages(cluster, KIND, today + timedelta(days=DAYS_AHEAD), token=TOKEN)
    draft = quotes.Draft(lines=[line], villages=shared, words=ANSWERED, valid_days=5)
    quote = quotes.send_quote(request_id=asked.pk, by=leader, draft=draft, now=now, **this_moment())
    quote = quotes.accept_quote(quote_id=quote.pk, by=buyer, now=now)
    assert quote.product_id is not None
    assert quote.cluster_order_id is not None
    buy({quote.product_id: PIECES}, buyer, method="promptpay", day=today)
    return ClusterOrder.objects.get(pk=quote.cluster_order_id)


def _work(order: ClusterOrder, leader: User, officer: User, today: date) -> None:
    """One village has brought its pieces, one weaves, one has accepted; the lead's part is open."""
    now = timezone.now()
    whole = Fulfilment.objects.get(lines__line=order.line_id)
    steps.accept_fulfilment(fulfilment_id=whole.pk, by=leader)
    others = order.parts.exclude(enterprise=order.cluster.lead_id).order_by("pk")
    for part in others:
        clusters.accept_part(part_id=part.pk, today=today, now=now, by=officer)
    brought, woven, *_ = others
    for part in (brought, woven):
        steps.start_shared_part(part_id=part.pk, by=officer)
    clusters.hand_over_part(part_id=brought.pk, today=today, now=now, note=NOTE, by=officer)
    # The demo is looked at for weeks: the open part must not lapse meanwhile.
    order.parts.unanswered().update(answer_by=now + timedelta(days=ANSWER_DAYS))


def _was_long_ago(order: ClusterOrder) -> None:
    """The clock is turned back, and the letters about it have long been read."""
    assert order.line is not None
    bought, now = order.line.order, timezone.now()
    asked = CustomRequest.objects.get(quotes__cluster_order=order)
    quoted_at = now - timedelta(days=QUOTED_AGO)
    CustomRequest.objects.filter(pk=asked.pk).update(asked_at=now - timedelta(days=ASKED_AGO))
    asked.quotes.update(sent_at=quoted_at, valid_until=quoted_at + timedelta(days=5))
    ago = {"asked": ASKED_AGO, "quoted": QUOTED_AGO, "accepted": PAID_AGO, "ordered": PAID_AGO}
    label = CustomRequest._meta.label_lower
    for change in StateChange.objects.filter(about_label=label, about_id=asked.pk):
        change.at = now - timedelta(days=ago[change.new])
        change.save(update_fields=["at"])
    turn_back(bought, timedelta(days=PAID_AGO), ("accept", "start"))
    mails_were_read(bought)
    about = {
        label: [asked.pk],
        ClusterPart._meta.label_lower: order.parts.values_list("pk", flat=True),
    }
    for each, ids in about.items():
        Message.objects.filter(about_label=each, about_id__in=ids, sent_at=None).delete()
