"""Quotes that the villages of a cluster make: planned before they are sent, begun when paid."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from producers.models import Cluster, Enterprise
from shop.fulfilment import services as fulfilments
from shop.fulfilment.models import CustomRequest, Fulfilment, Quote
from shop.fulfilment.services import quotes
from shop.fulfilment.services.quotes import Draft, DraftLine, Villages
from shop.fulfilment.states import RequestState
from shop.oscar.checkout import services as checkouts
from shop.oscar.order.models import Line, Order
from shop.outbox.models import Message
from shop.payments.models import Refund
from shop.production.models import ClusterOrder, ClusterPart, ProductionSlot, Workshop
from shop.production.services import clusters
from tests.factories import make_buyer, make_checkout, make_member, make_rates, pay
from tests.factories.clusters import KIND, add_member, make_cluster
from tests.production.books import check_books

pytestmark = pytest.mark.django_db

PRICE = Decimal("263.50")


class Trade:
    """Three villages of ten scarves a day; the lead has no looms of its own and quotes for 120."""

    def __init__(self, *, per_day: int = 10, pieces: int = 120):
        make_rates()
        self.today, self.now = timezone.localdate(), timezone.now()
        self.cluster: Cluster = make_cluster()
        self.villages = [
            add_member(self.cluster, today=self.today, per_day=per_day, km=km, horizon_days=100)
            for km in (3, 6, 9)
        ]
        make_member(self.lead)
        for each in self.villages:
            make_member(each)
        self.buyer = make_buyer()
        self.asked = self.ask(pieces)

    @property
    def lead(self) -> Enterprise:
        return self.cluster.lead

    def ask(self, pieces: int) -> CustomRequest:
        return quotes.ask_for_something(
            enterprise_id=self.lead.pk,
            buyer=self.buyer,
            words="ผ้าพันคอรับปริญญา",
            quantity=pieces,
            token=uuid4(),
            now=self.now,
            wished_on=self.today + timedelta(days=40),
        )

    def draft(self, *, days: int = 40, sample: bool = False, **facts: Any) -> Draft:
        line = DraftLine("ผ้าพันคอ", self.asked.quantity, PRICE, title_en="Scarf")
        shared = Villages(self.cluster, KIND, self.day(days), sample)
        return Draft(**{"lines": [line], "villages": shared, "valid_days": 7, **facts})

    def day(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def send(self, draft: Draft | None = None, now: Any = None) -> Quote:
        return quotes.send_quote(
            request_id=self.asked.pk,
            by=None,
            draft=draft or self.draft(),
            now=now or self.now,
            today=self.today,
        )

    def accept(self, quote: Quote) -> Quote:
        return quotes.accept_quote(quote_id=quote.pk, by=self.buyer, now=self.now)

    def taken(self) -> int:
        return sum(ProductionSlot.objects.values_list("allocated", flat=True))

    def check(self) -> None:
        for workshop in Workshop.objects.all():
            check_books(workshop)


@pytest.fixture
def trade() -> Trade:
    return Trade()


def told(kind: str) -> int:
    return Message.objects.filter(kind=kind, channel="email").count()


def test_from_a_wish_to_an_order_that_three_villages_make(trade: Trade) -> None:
    found = quotes.suggest_villages(
        request=trade.asked,
        villages=Villages(trade.cluster, KIND, trade.day(40)),
        pieces=120,
        unit_price=PRICE,
        valid_days=7,
        now=trade.now,
    )
    # Seven days to accept and three to pay: nobody begins before the eleventh day.
    assert found.starts_on == trade.day(11)
    assert [part.pieces for part in found.split.parts] == [120]
    assert (ClusterOrder.objects.count(), trade.taken()) == (0, 0)

    quote = trade.send()
    order = quote.cluster_order
    assert order is not None
    assert (quote.promised_on, quote.total) == (trade.day(40), PRICE * 120)
    assert (order.awaits_buyer, order.starts_on, order.pieces) == (True, trade.day(11), 120)
    assert order.total == order.per_piece * 120 + order.lead_fee == quote.total
    assert trade.taken() == 120
    part = order.parts.get()
    assert clusters.accept_part(part_id=part.pk, today=trade.today, now=trade.now).pay == (
        order.per_piece * 120
    )
    # Nobody begins what nobody has paid.
    with pytest.raises(clusters.NotPaidYet):
        fulfilments.start_shared_part(part_id=part.pk)
    assert not ClusterPart.objects.to_be_paid().exists()

    product = trade.accept(quote).product
    assert product is not None
    checkout = make_checkout((product, 120), user=trade.buyer)
    seen = checkouts.offer_now(checkout, today=trade.today)
    assert (seen.groups[0].promised_on, seen.has_problem) == (trade.day(40), False)
    checkouts.settle_attempt(pay(checkout).pk)

    line, whole = Line.objects.get(), Fulfilment.objects.get()
    order.refresh_from_db()
    assert (order.line, order.awaits_buyer, ClusterOrder.objects.count()) == (line, False, 1)
    assert (line.quantity, line.promised_on, whole.promised_on) == (
        120,
        trade.day(40),
        trade.day(40),
    )
    assert line.snapshot["promise"]["cluster_order"] == order.pk
    assert trade.taken() == 120
    assert told("cluster_part_paid") == 1
    assert list(ClusterPart.objects.to_be_paid()) == [part]
    assert CustomRequest.objects.get().state == RequestState.ORDERED
    with pytest.raises(fulfilments.LeadHasNotAccepted):
        fulfilments.start_shared_part(part_id=part.pk)  # the lead has not accepted the order yet
    fulfilments.accept_fulfilment(fulfilment_id=whole.pk, by=trade.buyer)
    fulfilments.start_shared_part(part_id=part.pk)
    whole.refresh_from_db()
    assert whole.state == "started"
    trade.check()


def test_nobody_has_room_is_said_at_once_and_nothing_moves(trade: Trade) -> None:
    # From the eleventh day to the sixteenth, three villages of ten a day: 180 pieces.
    trade.asked = trade.ask(300)
    with pytest.raises(clusters.CannotBeShared) as refused:
        trade.send(trade.draft(days=20))
    assert (refused.value.most, refused.value.pieces) == (180, 300)
    assert refused.value.earliest_on == trade.day(11 + 10 - 1 + 4)
    assert not Quote.objects.exists()
    assert not ClusterOrder.objects.exists()
    assert trade.taken() == 0
    assert trade.send(trade.draft(days=24)).promised_on == trade.day(24)
    trade.check()


def test_two_taps_of_one_form_ask_the_villages_once(trade: Trade) -> None:
    draft = trade.draft()
    assert trade.send(draft) == trade.send(draft)
    assert (ClusterPart.objects.count(), Quote.objects.count()) == (1, 1)
    assert told("cluster_part_offered") == 1


def test_a_new_version_frees_the_days_of_the_old_one(trade: Trade) -> None:
    trade.asked = trade.ask(600)
    # Three villages of ten a day from the eleventh day on: 600 pieces need twenty days.
    first = trade.send(trade.draft(days=35))
    assert trade.taken() == 600
    second = trade.send(trade.draft(days=34))
    assert second.promised_on == trade.day(34)
    assert first.cluster_order is not None
    first.cluster_order.refresh_from_db()
    assert first.cluster_order.state == "cancelled"
    assert trade.taken() == 600
    with pytest.raises(quotes.QuoteIsOver):
        trade.accept(first)
    # A version that cannot be kept leaves the one before as it was.
    with pytest.raises(clusters.CannotBeShared):
        trade.send(trade.draft(days=33))
    assert second.cluster_order is not None
    second.cluster_order.refresh_from_db()
    assert (second.cluster_order.state, trade.taken()) == ("offered", 600)
    trade.check()


def _withdraw(trade: Trade) -> None:
    quotes.withdraw_request(request_id=trade.asked.pk, by=trade.buyer)


def _decline(trade: Trade) -> None:
    quotes.decline_request(request_id=trade.asked.pk, by=None, reason="ไม่มีไหม")


def _lapse(trade: Trade) -> None:
    assert quotes.lapse_requests(now=trade.now + timedelta(days=8)) == 1


@pytest.mark.parametrize("end", [_withdraw, _decline, _lapse])
def test_a_quote_that_ends_gives_the_days_back(trade: Trade, end: Callable[[Trade], None]) -> None:
    quote = trade.send()
    assert trade.taken() == 120
    end(trade)
    order = ClusterOrder.objects.get()
    assert (order.state, order.parts.get().state) == ("cancelled", "withdrawn")
    assert trade.taken() == 0
    assert told("cluster_part_withdrawn") == 1
    with pytest.raises(quotes.QuoteIsOver):
        trade.accept(quote)
    trade.check()


def test_an_accepted_quote_that_is_not_paid_gives_the_days_back(trade: Trade) -> None:
    trade.accept(trade.send())
    assert quotes.lapse_requests(now=trade.now + timedelta(days=2)) == 0
    assert trade.taken() == 120
    assert quotes.lapse_requests(now=trade.now + timedelta(days=4)) == 1
    assert trade.taken() == 0
    trade.check()


def test_a_counter_offer_keeps_the_days_until_the_group_answers(trade: Trade) -> None:
    trade.send()
    quotes.propose(request_id=trade.asked.pk, by=trade.buyer, now=trade.now, words="ขอเร็วขึ้น")
    assert trade.taken() == 120
    own = Draft(lines=[DraftLine("ผ้าพันคอ", 120, PRICE)], lead_days=30)
    assert trade.send(own).cluster_order is None
    assert trade.taken() == 0


def test_what_has_no_village_cannot_be_accepted_or_paid(trade: Trade) -> None:
    trade.asked = trade.ask(600)
    quote = trade.send(trade.draft(days=34))
    order = quote.cluster_order
    assert order is not None
    part = order.parts.first()
    assert part is not None
    product = trade.accept(quote).product
    assert product is not None
    clusters.decline_part(part_id=part.pk, today=trade.today, now=trade.now)
    order.refresh_from_db()
    assert (order.state, order.missing) == ("short", part.pieces)
    checkout = make_checkout((product, 600), user=trade.buyer)
    offer = checkouts.offer_now(checkout, today=trade.today)
    assert [line.problem for line in offer.lines] == ["full"]
    assert told("cluster_order_short") == 1

    # The lead finds a later day with everybody: what is promised is that day now.
    clusters.place_missing(
        cluster_order_id=order.pk, today=trade.today, now=trade.now, wished_on=trade.day(60)
    )
    offer = checkouts.offer_now(checkout, today=trade.today)
    assert (offer.groups[0].promised_on, offer.has_problem) == (trade.day(60), False)
    trade.check()


def test_a_short_quote_waits_with_its_acceptance(trade: Trade) -> None:
    trade.asked = trade.ask(600)
    quote = trade.send(trade.draft(days=34))
    part = ClusterPart.objects.first()
    assert part is not None
    clusters.decline_part(part_id=part.pk, today=trade.today, now=trade.now)
    with pytest.raises(quotes.VillagesMissing):
        trade.accept(quote)
    assert CustomRequest.objects.get(pk=trade.asked.pk).state == RequestState.QUOTED


def test_withdrawn_while_paying_is_ordered_and_made(trade: Trade) -> None:
    product = trade.accept(trade.send()).product
    assert product is not None
    attempt = pay(make_checkout((product, 120), user=trade.buyer))
    _withdraw(trade)
    # The payment is under way: its days stay until it is known how it ends.
    assert trade.taken() == 120
    checkouts.settle_attempt(attempt.pk)
    assert CustomRequest.objects.get().state == RequestState.ORDERED
    assert ClusterOrder.objects.get().line == Line.objects.get()
    assert quotes.lapse_requests(now=trade.now + timedelta(days=30)) == 0
    assert trade.taken() == 120


def test_money_that_comes_when_the_villages_are_free_again_goes_back(trade: Trade) -> None:
    product = trade.accept(trade.send()).product
    assert product is not None
    attempt = pay(make_checkout((product, 120), user=trade.buyer))
    order = ClusterOrder.objects.get()
    clusters.cancel_cluster_order(cluster_order_id=order.pk, reason="flood")
    checkouts.settle_attempt(attempt.pk)
    assert not Order.objects.exists()
    assert Refund.objects.get().amount == attempt.amount
    assert trade.taken() == 0


def test_the_sample_comes_after_the_payment(trade: Trade) -> None:
    quote = trade.send(trade.draft(sample=True))
    order = quote.cluster_order
    assert order is not None
    assert (order.sample, order.starts_on) == ("awaited", trade.day(21))
    with pytest.raises(clusters.NotPaidYet):
        clusters.show_sample(cluster_order_id=order.pk, note="คราม")
    product = trade.accept(quote).product
    assert product is not None
    checkouts.settle_attempt(pay(make_checkout((product, 120), user=trade.buyer)).pk)
    clusters.show_sample(cluster_order_id=order.pk, note="คราม")
    clusters.approve_sample(cluster_order_id=order.pk, today=trade.today)
    order.refresh_from_db()
    assert order.may_begin


def test_only_the_lead_plans_over_its_cluster(trade: Trade) -> None:
    stranger = make_cluster()
    shared = Villages(stranger, KIND, trade.day(40))
    with pytest.raises(fulfilments.NotTheLead):
        trade.send(replace(trade.draft(), villages=shared))
    assert not ClusterOrder.objects.exists()


def test_half_is_paid_when_ordering_and_half_when_all_is_gathered(trade: Trade) -> None:
    quote = trade.send(trade.draft(payment_plan="deposit"))
    product = trade.accept(quote).product
    assert product is not None
    checkout = make_checkout((product, 120), user=trade.buyer)
    offer = checkouts.offer_now(checkout, today=trade.today)
    assert offer.goods == quote.total
    assert offer.balance == quote.total / 2
    checkouts.settle_attempt(pay(checkout).pk)
    whole = Fulfilment.objects.get()
    assert [each.amount for each in whole.instalments.order_by("number")] == [
        offer.total - offer.balance,
        offer.balance,
    ]
    assert ClusterOrder.objects.get().line == Line.objects.get()
