"""Three hundred graduation scarves: a lead, its villages, their phones, and the sums."""

from collections import Counter
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from producers.models import Cluster, Enterprise
from producers.services import set_most_pieces
from producers.workspace.clusters import cluster_tasks
from producers.workspace.pending import pending_of
from shop.core.models import User
from shop.fulfilment import services
from shop.fulfilment.models import Fulfilment
from shop.oscar.order.services import order_token
from shop.production.models import ClusterOrder, Job, ProductionSlot
from shop.production.services.clusters import tell_making
from shop.production.states import JobState
from tests.factories import make_member, make_placed_order
from tests.factories.clusters import KIND, add_member, make_cluster, make_neighbour
from tests.factories.making import make_workshop, make_woven
from tests.workspace.members import Member


class Cooperation:
    """A cluster whose lead weaves three scarves a day and has sold 300 of them."""

    def __init__(self, *, pieces: int = 300, lead_most: int | None = 90, **order: Any):
        today = timezone.localdate()
        self.lead = make_neighbour(name_th="แม่ข่าย")
        self.workshop = make_workshop(self.lead, per_day=3)
        self.cluster: Cluster = make_cluster(lead=self.lead, radius_km=60)
        own = self.cluster.memberships.get()
        set_most_pieces(membership_id=own.pk, most_pieces=lead_most, by=None)
        tell_making(membership_id=own.pk, kind=KIND, workshop=self.workshop)
        self.phones: dict[int, Member] = {}
        self.leader = self.phone(self.lead)
        self.scarf = make_woven(self.workshop)
        self.pieces, self.today = pieces, today

    def phone(self, group: Enterprise) -> Member:
        if group.pk not in self.phones:
            self.phones[group.pk] = Member(make_member(group).user)
        return self.phones[group.pk]

    def village(self, name: str, km: int, **facts: Any) -> Enterprise:
        facts.setdefault("per_day", 5)
        facts.setdefault("most_pieces", 90)
        return add_member(self.cluster, today=self.today, km=km, name_th=name, **facts)

    def accept(self) -> None:
        services.accept_fulfilment(fulfilment_id=self.part.pk, by=self.chief)

    @property
    def chief(self) -> User:
        return User.objects.get(memberships__enterprise=self.lead)

    def sell(self, user: User | None = None) -> Fulfilment:
        self.order = make_placed_order((self.scarf, self.pieces), user=user)
        return self.part

    @property
    def part(self) -> Fulfilment:
        return self.order.fulfilments.get()

    @property
    def shared(self) -> ClusterOrder:
        return ClusterOrder.objects.get()

    def share_address(self) -> str:
        return f"jobs/{self.part.pk}/share/{self.order.lines.get().pk}/"

    def buyer_page(self, language: str = "en") -> str:
        with translation.override(language):
            address = reverse("order:signed", args=[self.order.number, order_token(self.order)])
        return Client().get(address).content.decode()


def parts(order: ClusterOrder) -> list[tuple[str, int, str]]:
    return [
        (part.enterprise.name_th, part.pieces, part.state)
        for part in order.parts.select_related("enterprise").order_by("pk")
    ]


def check_badges(story: Cooperation) -> None:
    """The number on every screen is the number of things that home shows, for each group."""
    groups = Enterprise.objects.filter(cluster_memberships__cluster=story.cluster)
    for group in groups:
        shown = cluster_tasks(group, now=timezone.now())
        assert pending_of(group).shared == len(shown), (group, [task.kind for task in shown])


def check_sums(order: ClusterOrder) -> None:
    """Pieces, money and units are exact, whatever has happened."""
    order.refresh_from_db()
    alive = list(order.parts.alive())
    line = order.line
    assert sum(part.pieces for part in alive) + order.missing == order.pieces == line.quantity
    assert order.total == line.line_price_incl_tax
    paid = sum(part.pay for part in alive) + order.missing * order.per_piece
    assert paid + order.lead_fee == order.total
    assert all(part.pay == part.pieces * order.per_piece for part in alive)
    assert order.lead_fee <= order.total * order.cluster.lead_fee_cap / 100
    jobs = {job.reference: job for job in Job.objects.exclude(state=JobState.RELEASED)}
    assert jobs.keys() == {part.reference for part in alive}
    assert all(jobs[part.reference].units == part.units for part in alive)
    taken: Counter[int] = Counter()
    for slot in ProductionSlot.objects.filter(allocated__gt=0):
        assert slot.allocated <= slot.capacity
        taken[slot.workshop_id] += slot.allocated
    unmade = ("offered", "accepted")
    owed: Counter[int] = Counter()
    for part in alive:
        if part.state in unmade:
            owed[part.workshop_id] += part.units
    assert all(taken[workshop] >= units for workshop, units in owed.items())
