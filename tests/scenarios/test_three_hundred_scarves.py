"""Three hundred graduation scarves: one order, many villages, each step on somebody's phone."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from shop.core.models import User
from shop.fulfilment import services
from shop.fulfilment.models import Carrier
from shop.oscar.order.services import order_token
from shop.production.models import ClusterOrder, ClusterPart, Job, ProductionSlot
from shop.production.states import JobState
from tests.factories import make_member
from tests.factories.clusters import KIND, make_neighbour
from tests.scenarios.cooperation import Cooperation, check_badges, check_sums, parts
from tests.workspace.members import Member

pytestmark = pytest.mark.django_db


def test_three_hundred_scarves_by_five_villages():
    story = Cooperation()
    villages = [story.village(f"บ้าน{n}", km) for n, km in (("หนึ่ง", 5), ("สอง", 10), ("สาม", 15))]
    spare = story.village("บ้านสี่", 50)
    part = story.sell()
    leader, job = story.leader, f"jobs/{part.pk}/"
    own = Job.objects.get()
    # Three a day: its own looms would be full for a hundred days.
    assert (own.units, own.promised_on) == (300, part.promised_on)
    assert (part.promised_on - own.starts_on).days + 1 == 100

    # Before accepting there is nothing to share; then the way stands on the job.
    assert "Plan 300" not in leader.read(job)
    services.accept_fulfilment(
        fulfilment_id=part.pk, by=User.objects.get(memberships__enterprise=story.lead)
    )
    assert "Plan 300" in leader.read(job)
    plan = leader.read(story.share_address())
    assert "These villages can do it" in plan
    assert plan.count('<td class="table__number numbers">75</td>') == 4
    assert not ClusterOrder.objects.exists()

    offered = leader.tap(story.share_address(), {"over": f"{story.cluster.pk}:{KIND}"})
    assert "Offered. The groups answer within 48 hours." in offered
    leader.tap(story.share_address(), {"over": f"{story.cluster.pk}:{KIND}"})
    order = story.shared
    assert parts(order) == [
        ("แม่ข่าย", 75, "offered"),
        ("บ้านหนึ่ง", 75, "offered"),
        ("บ้านสอง", 75, "offered"),
        ("บ้านสาม", 75, "offered"),
    ]
    own.refresh_from_db()
    assert own.state == JobState.RELEASED
    check_sums(order)
    check_badges(story)

    # A stranger finds nothing; a member sees the table, and no other's buttons work for it.
    stranger = Member(make_member(make_neighbour(3)).user)
    first = order.parts.get(enterprise=villages[0])
    for path in (f"shared/{order.pk}/", f"villages/{first.pk}/", f"villages/{first.pk}/decline/"):
        assert stranger.get(path).status_code == 404
    other = story.phone(villages[1])
    assert other.post(f"villages/{first.pk}/accept/").status_code == 404
    assert other.post(f"shared/{order.pk}/gather/").status_code == 404
    assert other.post(f"villages/{first.pk}/check/", {"good": "yes"}).status_code == 404
    assert "Every piece is paid the same" in other.read(f"shared/{order.pk}/")

    # One declines: its part alone goes to the village that had none.
    phone = story.phone(villages[2])
    refused = order.parts.get(enterprise=villages[2])
    assert "Can you make 75 pieces" in phone.read()
    form = phone.post(f"villages/{refused.pk}/decline/", {"why": "other", "words": ""})
    assert form.status_code == 422
    phone.tap(f"villages/{refused.pk}/decline/", {"why": "no_time", "words": "เกี่ยวข้าว"})
    assert parts(order)[3:] == [("บ้านสาม", 75, "declined"), ("บ้านสี่", 75, "offered")]
    check_sums(order)
    check_badges(story)
    assert "Can you make" not in phone.read()

    alive = list(order.parts.alive().select_related("enterprise").order_by("pk"))
    for each in alive:
        page = story.phone(each.enterprise).tap(f"villages/{each.pk}/accept/")
        assert "Accepted. Bring the pieces to" in page
        story.phone(each.enterprise).tap(f"villages/{each.pk}/accept/")
    order.refresh_from_db()
    assert order.state == "agreed"
    check_sums(order)
    check_badges(story)
    assert "4 villages make this together" in story.buyer_page()
    seen = story.buyer_page("th")
    assert "บ้านสี่" in seen
    assert "บ้านสาม" not in seen

    # The first to begin begins the buyer's part; it cannot be packed before all is gathered.
    for each in alive:
        story.phone(each.enterprise).tap(f"villages/{each.pk}/start/")
        story.phone(each.enterprise).tap(f"villages/{each.pk}/start/")
    assert story.part.state == "started"
    assert "First gather the pieces of all villages." in leader.tap(f"{job}pack/")
    assert story.part.state == "started"

    # Handed over in one piece; one part is worked over.
    last = alive[-1]
    phone = story.phone(spare)
    short = phone.post(f"villages/{last.pk}/hand-over/", {"pieces": "70", "note": "ด่วน"})
    assert short.status_code == 422
    assert "ด่วน" in short.content.decode()
    for each in alive:
        story.phone(each.enterprise).tap(
            f"villages/{each.pk}/hand-over/", {"pieces": "75", "note": "ครบ"}
        )
    for each in alive[:-1]:
        assert "are good" in leader.tap(f"villages/{each.pk}/check/", {"good": "yes"})
    assert (
        leader.post(f"villages/{last.pk}/check/", {"rework": "76", "note": "ชายลุ่ย"}).status_code
        == 422
    )
    leader.tap(f"villages/{last.pk}/check/", {"rework": "3", "note": "ชายลุ่ย"})
    assert "75 pieces" not in leader.tap(f"shared/{order.pk}/gather/").partition("<main")[0]
    order.refresh_from_db()
    assert order.state == "agreed"
    assert "ชายลุ่ย" in phone.read(f"villages/{last.pk}/")
    assert "Work over 3 pieces" in phone.read()
    phone.tap(f"villages/{last.pk}/hand-over/", {"pieces": "3", "note": ""})
    leader.tap(f"villages/{last.pk}/check/", {"good": "yes"})
    assert "gather them" in leader.read()
    check_badges(story)
    leader.tap(f"shared/{order.pk}/gather/")
    check_badges(story)
    check_badges(story)
    leader.tap(f"shared/{order.pk}/gather/")
    check_badges(story)
    order.refresh_from_db()
    assert order.state == "gathered"
    assert sum(order.parts.filter(state="checked_ok").values_list("pieces", flat=True)) == 300
    check_sums(order)
    check_badges(story)

    # One parcel of the lead's own part, through its usual steps.
    leader.tap(f"{job}pack/")
    assert story.part.state == "packed"
    services.dispatch_fulfilment(
        fulfilment_id=part.pk,
        by=story.chief,
        carrier=Carrier.objects.first(),
    )
    assert story.part.state == "dispatched"
    assert story.part.parcels.count() == 1
    assert "4 villages make this together" in story.buyer_page()


def test_three_hundred_scarves_by_a_cluster_of_38():
    story = Cooperation(lead_most=8)
    for n in range(1, 38):
        story.village(f"บ้านที่ {n}", n, most_pieces=9)
    part = story.sell()
    services.accept_fulfilment(
        fulfilment_id=part.pk, by=User.objects.get(memberships__enterprise=story.lead)
    )
    assert story.cluster.memberships.count() == 38
    story.leader.tap(story.share_address(), {"over": f"{story.cluster.pk}:{KIND}"})
    order = story.shared
    # 8 and 33 times 9 are 305, the shortest row of neighbours that can make 300.
    assert order.parts.count() == 34
    assert {part.pieces for part in order.parts.all()} <= {7, 8, 9}
    check_sums(order)
    check_badges(story)


def test_nobody_in_time_is_said_at_once_with_the_earliest_day():
    story = Cooperation(lead_most=None)
    part = story.sell()
    services.accept_fulfilment(
        fulfilment_id=part.pk, by=User.objects.get(memberships__enterprise=story.lead)
    )
    page = story.leader.read(story.share_address())
    assert "pieces can be made by then" in page
    assert "All of them can be sent on" in page
    again = story.leader.post(story.share_address(), {"over": f"{story.cluster.pk}:{KIND}"})
    assert again.status_code == 200
    assert not ClusterOrder.objects.exists()
    assert Job.objects.get().state == JobState.QUEUED


def test_the_buyer_approves_a_sample_before_the_villages_begin():
    story = Cooperation(pieces=60)
    story.village("บ้านหนึ่ง", 5, per_day=20)
    story.village("บ้านสอง", 6, per_day=20, most_pieces=30)
    part = story.sell()
    services.accept_fulfilment(
        fulfilment_id=part.pk, by=User.objects.get(memberships__enterprise=story.lead)
    )
    leader = story.leader
    assert "can do it" in leader.read(story.share_address() + "?sample=yes")
    leader.tap(story.share_address(), {"over": f"{story.cluster.pk}:{KIND}", "sample": "yes"})
    order = story.shared
    assert order.sample == "awaited"
    part = order.parts.order_by("pk").last()
    phone = story.phone(part.enterprise)
    phone.tap(f"villages/{part.pk}/accept/")
    assert "has not approved the sample yet" in phone.tap(f"villages/{part.pk}/start/")

    check_badges(story)
    leader.tap(f"shared/{order.pk}/sample/", {"note": "ครามอ่อน"})
    check_badges(story)
    check_badges(story)
    leader.tap(f"shared/{order.pk}/sample/", {"note": "ครามอ่อน"})
    check_badges(story)
    assert "The sample piece is ready to be looked at" in story.buyer_page()
    with translation.override("en"):
        there = [story.order.number, order_token(story.order), order.pk]
        address = reverse("order:shared_sample", args=there)
    buyer = Client()
    assert "ครามอ่อน" in buyer.get(address).content.decode()
    assert buyer.post(address, {"words": ""}).status_code == 422
    wrong = reverse("order:shared_sample", args=[story.order.number, "x" * 20, order.pk])
    assert buyer.post(wrong, {"approve": "yes"}).status_code == 404
    buyer.post(address, {"words": "เข้มกว่านี้"})
    order.refresh_from_db()
    assert order.sample == "awaited"
    check_badges(story)
    leader.tap(f"shared/{order.pk}/sample/", {"note": "ครามเข้ม"})
    check_badges(story)
    buyer.post(address, {"approve": "yes"})
    buyer.post(address, {"approve": "yes"})
    order.refresh_from_db()
    assert (order.sample, order.sample_note) == ("approved", "ครามเข้ม")
    phone.tap(f"villages/{part.pk}/start/")
    part.refresh_from_db()
    assert part.state == "in_work"


def test_cancelling_the_order_frees_every_village():
    story = Cooperation()
    for n, km in (("หนึ่ง", 5), ("สอง", 10), ("สาม", 15)):
        story.village(f"บ้าน{n}", km)
    part = story.sell()
    story.accept()
    story.leader.tap(story.share_address(), {"over": f"{story.cluster.pk}:{KIND}"})
    assert ClusterPart.objects.alive().count() == 4
    services.decline_fulfilment(fulfilment_id=part.pk, by=story.chief, reason="ไฟไหม้")
    assert story.shared.state == "cancelled"
    assert not ClusterPart.objects.alive().exists()
    assert not ProductionSlot.objects.filter(allocated__gt=0).exists()
