"""Three hundred graduation scarves asked for: quoted over a cluster, paid, made by its villages."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from shop.fulfilment import services
from shop.fulfilment.models import Carrier, CustomRequest, Fulfilment, Quote
from shop.oscar.checkout import services as checkouts
from shop.oscar.order.models import Order
from shop.production.models import ClusterOrder, ProductionSlot
from tests.factories import make_buyer, make_checkout, make_rates, pay
from tests.factories.clusters import KIND
from tests.scenarios.cooperation import Cooperation, check_badges, check_sums, parts

pytestmark = pytest.mark.django_db

WORDS = "ผ้าพันคอรับปริญญา 300 ผืน สีคราม ปักปี 2569"


class Commission(Cooperation):
    """The lead weaves three scarves a day; four villages near it weave five a day each."""

    def __init__(self, **facts: Any) -> None:
        super().__init__(**facts)
        make_rates()
        for name, km in (("หนึ่ง", 5), ("สอง", 10), ("สาม", 15)):
            self.village(f"บ้าน{name}", km)
        self.spare = self.village("บ้านสี่", 50)
        self.wished_on = self.today + timedelta(days=60)
        self.buyer = make_buyer()
        self.desk = Client()
        self.desk.force_login(self.buyer)
        self.say("shopfront:request_new", self.lead.slug)
        self.asked = CustomRequest.objects.get()

    def say(self, name: str, *where: Any, **typed: Any) -> str:
        """The buyer's page after a form was sent."""
        with translation.override("en"):
            address = reverse(name, args=where)
        if name == "shopfront:request_new":
            typed = {
                "words": WORDS,
                "quantity": str(self.pieces),
                "wished_on": self.wished_on.isoformat(),
                "token": "7e9f0c9e-58a1-4b7e-a1b5-0c1f1c0b7f10",
                "send": "1",
            }
        if not typed:
            return self.desk.get(address).content.decode()
        page = self.desk.post(address, typed, follow=True)
        assert page.status_code == 200
        return page.content.decode()

    @property
    def there(self) -> str:
        return f"requests/{self.asked.pk}/villages/"

    def typed(self, **facts: str) -> dict[str, str]:
        page = self.leader.read(self.there)
        token = re.search(r'name="token" value="([^"]+)"', page)
        assert token is not None
        return {
            "token": token[1],
            "over": f"{self.cluster.pk}:{KIND}",
            "title": "ผ้าพันคอ",
            "title_en": "Scarf",
            "quantity": str(self.pieces),
            "unit_price": "250",
            "sent_by": (self.wished_on - timedelta(days=3)).isoformat(),
            "valid_days": "5",
            "payment_plan": "full",
            "words": "สี่หมู่บ้านช่วยกันทอ",
            **facts,
        }

    def plan(self, typed: dict[str, str]) -> str:
        page = self.leader.post(self.there, {**typed, "reckon": "1"})
        assert page.status_code == 200
        return page.content.decode()

    def send(self, typed: dict[str, str]) -> str:
        seen = re.search(r'name="seen" value="([^"]+)"', self.plan(typed))
        assert seen is not None
        return self.leader.tap(self.there, {**typed, "seen": seen[1], "send": "1"})

    def taken(self) -> int:
        return sum(ProductionSlot.objects.values_list("allocated", flat=True))


def test_from_a_wish_to_one_parcel_by_four_villages():
    story = Commission()
    leader = story.leader
    assert "Share the 300 pieces with neighbours" in leader.read(f"requests/{story.asked.pk}/")

    # Too soon is said at once: how many could be made, and the first day for all.
    soon = (story.today + timedelta(days=20)).isoformat()
    refused = story.plan(story.typed(sent_by=soon))
    assert re.search(r"Only \d+ of 300 pieces can be made by then", refused)
    earliest = re.search(r'name="earliest" value="([^"]+)"', refused)
    assert earliest is not None
    planned = leader.post(story.there, {**story.typed(sent_by=soon), "earliest": earliest[1]})
    assert "These villages can do it" in planned.content.decode()
    assert not ClusterOrder.objects.exists()

    # The plan is looked at before it is sent; another plan is shown again, not sent.
    typed = story.typed()
    page = story.plan(typed)
    assert page.count('<td class="table__number numbers">75</td>') == 4
    assert "Every piece is paid the same: ฿237.50" in page
    again = leader.post(story.there, {**typed, "seen": "another plan", "send": "1"})
    assert "The plan is another one now" in again.content.decode()
    assert (ClusterOrder.objects.count(), Quote.objects.count(), story.taken()) == (0, 0, 0)
    assert "The villages answer within 48 hours" in story.send(typed)
    leader.post(story.there, {**typed, "send": "1"})
    order = story.shared
    assert [pieces for _, pieces, _ in parts(order)] == [75, 75, 75, 75]
    assert (Quote.objects.count(), story.taken()) == (1, 300)
    assert f'/{story.there}"' in leader.read(f"requests/{story.asked.pk}/")

    # One village declines before the buyer has decided; its part goes to the one that had none.
    alive = list(order.parts.select_related("enterprise").order_by("pk"))
    refusing = alive.pop()
    phone = story.phone(refusing.enterprise)
    assert "The buyer has not ordered yet" in phone.read(f"villages/{refusing.pk}/")
    phone.tap(f"villages/{refusing.pk}/decline/", {"why": "no_time", "words": ""})
    alive.append(order.parts.get(enterprise=story.spare))
    for part in alive:
        page = story.phone(part.enterprise).tap(f"villages/{part.pk}/accept/")
        assert "the buyer has not ordered and paid yet" in page
        waits = story.phone(part.enterprise).tap(f"villages/{part.pk}/start/")
        assert "Please wait" in waits
    order.refresh_from_db()
    assert (order.state, order.awaits_buyer) == ("agreed", True)

    # The buyer reads who makes it, accepts, and pays; nothing is planned a second time.
    page = story.say("shopfront:request", story.asked.pk)
    assert "4 villages make this together" in page
    assert all(part.enterprise.name_en or part.enterprise.name_th in page for part in alive)
    quote = Quote.objects.get()
    assert quote.promised_on == story.wished_on - timedelta(days=3)
    story.say("shopfront:request", story.asked.pk, quote=str(quote.pk), answer="accept")
    quote.refresh_from_db()
    checkouts.settle_attempt(pay(make_checkout((quote.product, story.pieces), user=story.buyer)).pk)
    story.order = Order.objects.get()
    order.refresh_from_db()
    assert (ClusterOrder.objects.count(), order.line) == (1, story.order.lines.get())
    assert (story.part.promised_on, story.taken()) == (quote.promised_on, 300)
    check_sums(order)
    check_badges(story)
    assert "4 villages make this together" in story.buyer_page()
    assert "To the order" in story.say("shopfront:request", story.asked.pk)

    # The lead accepts its part, the villages weave, the lead checks, gathers and sends.
    first = story.phone(alive[0].enterprise)
    assert "the lead has not accepted" in first.tap(f"villages/{alive[0].pk}/start/")
    leader.tap(f"jobs/{story.part.pk}/accept/")
    for part in alive:
        phone = story.phone(part.enterprise)
        phone.tap(f"villages/{part.pk}/start/")
        phone.tap(f"villages/{part.pk}/hand-over/", {"pieces": "75", "note": ""})
        leader.tap(f"villages/{part.pk}/check/", {"good": "yes"})
    check_badges(story)
    leader.tap(f"shared/{order.pk}/gather/")
    check_badges(story)
    leader.tap(f"jobs/{story.part.pk}/pack/")
    services.dispatch_fulfilment(
        fulfilment_id=story.part.pk, by=story.chief, carrier=Carrier.objects.first()
    )
    order.refresh_from_db()
    assert (order.state, story.part.state) == ("gathered", "dispatched")
    assert Fulfilment.objects.count() == story.part.parcels.count() == 1
    check_sums(order)
    check_badges(story)


def test_nobody_ever_is_said_and_a_stranger_plans_nothing():
    story = Commission(pieces=5000)
    page = story.plan(story.typed())
    assert "Within the days that the groups plan for there is not room enough" in page
    other = story.phone(story.spare)
    assert other.get(story.there).status_code == 404
    assert other.post(story.there, {**story.typed(), "send": "1"}).status_code == 404
    assert (ClusterOrder.objects.count(), Quote.objects.count()) == (0, 0)


def test_bad_words_lose_nothing_that_was_typed():
    story = Commission()
    page = story.leader.post(story.there, {**story.typed(title="", sent_by="13/13/2569")})
    assert page.status_code == 422
    shown = page.content.decode()
    assert "สี่หมู่บ้านช่วยกันทอ" in shown
    assert "13/13/2569" in shown
    past = story.leader.post(story.there, story.typed(sent_by=timezone.localdate().isoformat()))
    assert past.status_code == 422


def test_the_quote_runs_out_and_every_village_is_free_again():
    story = Commission()
    story.send(story.typed())
    assert story.taken() == 300
    services.quotes.lapse_requests(now=timezone.now() + timedelta(days=6))
    assert (story.taken(), story.shared.state) == (0, "cancelled")
    page = story.say("shopfront:request", story.asked.pk)
    assert "Its time ran out" in page
