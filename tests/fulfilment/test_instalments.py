"""Half now, half when finished: exact sums, one payment, reminders, and the rule for default."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from shop.fulfilment import services
from shop.fulfilment.models import Carrier, Fulfilment, Instalment
from shop.fulfilment.splitting import balances
from shop.fulfilment.states import FulfilmentState, InstalmentState
from shop.oscar.checkout import services as checkouts
from shop.oscar.order.services import order_path
from shop.outbox.models import Message
from shop.payments import services as payments
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.provider import Standing
from shop.payments.states import AttemptState
from shop.production.services import finish_jobs
from tests.checkout.shopping import Buyer
from tests.factories import make_member, make_placed_order, make_product
from tests.factories.making import make_workshop, make_woven

SATANG = st.integers(min_value=0, max_value=10_000_000).map(lambda n: Decimal(n) / 100)


@given(st.lists(SATANG, min_size=1, max_size=6), st.lists(SATANG, min_size=6, max_size=6))
def test_two_payments_are_the_total_to_the_satang(deposits, rests):
    """Each part's two payments are its total; of an odd satang the larger half comes first."""
    totals = [goods + rest for goods, rest in zip(deposits, rests, strict=False)]
    later = balances(deposits, total=sum(totals), threshold=Decimal(0))
    for goods, total, balance in zip(deposits, totals, later, strict=True):
        first = total - balance
        assert first + balance == total
        assert Decimal(0) <= goods - 2 * balance <= Decimal("0.01")
    assert sum(totals) == sum(later) + sum(t - b for t, b in zip(totals, later, strict=True))


def test_below_the_threshold_all_is_paid_at_once():
    assert balances([Decimal(1900)], total=Decimal("1999.99"), threshold=Decimal(2000)) == [0]
    assert balances([Decimal("1900.01")], total=Decimal(2000), threshold=Decimal(2000)) == [950]


def test_a_half_that_nobody_could_pay_is_paid_at_once():
    goods = [Decimal("19.98"), Decimal(20), Decimal(3000)]
    ten = Decimal(10)
    assert balances(goods, total=sum(goods), threshold=ten, least=ten) == [0, 10, 1500]


DB = pytest.mark.django_db


def ordered(**details: Any) -> Fulfilment:
    """Two scarves (2,400 baht, on deposit), a ready cloth (450.01), delivery: one group's part."""
    scarf = make_woven(make_workshop(), payment_plan="deposit")
    cloth = make_product(scarf.enterprise, stock=3, price="450.01")
    details = {"language": "en", **details}
    return make_placed_order((scarf, 2), (cloth, 1), **details).fulfilments.get()


def by_group(part: Fulfilment) -> dict[str, Any]:
    member = part.enterprise.memberships.first() or make_member(part.enterprise)
    return {"fulfilment_id": part.pk, "by": member.user}


def finish(part: Fulfilment) -> Instalment:
    """Made and packed: the balance is due."""
    by = by_group(part)
    services.accept_fulfilment(**by)
    services.start_fulfilment(**by)
    ids = part.lines.values_list("line_id", flat=True)
    finish_jobs(line_ids=ids, today=timezone.localdate())
    services.pack_fulfilment(**by)
    part.refresh_from_db()
    return part.instalments.get(number=2)


def pay(instalment: Instalment, *, amount: Decimal | None = None) -> PaymentAttempt:
    """Money for the balance, without a provider; not settled yet."""
    attempt = payments.new_attempt(
        checkout_reference=instalment.reference,
        method="card",
        amount=instalment.amount,
        expires_at=timezone.now() + timedelta(minutes=15),
        opening={},
    )
    standing = Standing("paid", amount=amount or attempt.amount, intent_id=f"pi_{uuid4().hex}")
    return payments.note_standing(attempt.pk, standing)


def back() -> Decimal:
    return sum((refund.amount for refund in Refund.objects.all()), Decimal(0))


@DB
def test_the_order_stands_on_its_first_instalment():
    part = ordered()
    first, balance = part.instalments.all()
    assert (first.state, balance.state) == (InstalmentState.PAID, InstalmentState.DUE_LATER)
    assert balance.amount == Decimal(1200)
    assert first.amount + balance.amount == part.total == part.order.total_incl_tax
    assert PaymentAttempt.objects.get().amount == first.amount


@DB
def test_the_database_keeps_the_walls():
    part = ordered()
    for wrong in (
        {"number": 3, "amount": 1},
        {"number": 2, "amount": 1},
        {"number": 1, "amount": 0},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Instalment.objects.create(fulfilment=part, **wrong)
    for state in (InstalmentState.DUE, InstalmentState.PAID):
        with pytest.raises(IntegrityError), transaction.atomic():
            Instalment.objects.filter(number=2).update(state=state)


@DB
def test_finished_the_rest_is_due_and_the_parcel_waits_for_it():
    part = ordered()
    instalment = finish(part)
    assert instalment.state == InstalmentState.DUE
    assert instalment.due_on == timezone.localdate() + timedelta(days=14)
    assert Message.objects.filter(kind="balance_due", channel="email").count() == 1
    carrier = Carrier.objects.get(slug="registered-carrier")
    with pytest.raises(services.NotPaid):
        services.dispatch_fulfilment(**by_group(part), carrier=carrier)
    part.refresh_from_db()
    assert (part.state, part.parcels.count()) == (FulfilmentState.PACKED, 0)
    pay(instalment)
    assert checkouts.settle_due() == 1
    instalment.refresh_from_db()
    assert (instalment.state, Refund.objects.count()) == (InstalmentState.PAID, 0)
    services.dispatch_fulfilment(**by_group(part), carrier=carrier)
    part.refresh_from_db()
    assert part.state == FulfilmentState.DISPATCHED


@DB
def test_paid_twice_the_second_goes_back_and_another_amount_too():
    instalment = finish(ordered())
    first, second = pay(instalment), pay(instalment)
    checkouts.settle_due()
    checkouts.settle_due()
    instalment.refresh_from_db()
    assert instalment.state == InstalmentState.PAID
    assert [refund.attempt_id for refund in Refund.objects.all()] == [second.pk]
    assert first.pk != second.pk
    assert back() == instalment.amount
    other = finish(ordered())
    pay(other, amount=Decimal(1))
    checkouts.settle_due()
    other.refresh_from_db()
    assert other.state == InstalmentState.DUE
    assert back() == instalment.amount + 1


@DB
def test_reminded_twice_then_the_part_ends_and_late_money_goes_back():
    part = ordered()
    instalment = finish(part)
    asked, due = instalment.asked_at, instalment.due_on
    assert services.remind_of_balances(now=asked + timedelta(days=2, hours=23)) == 0
    for days in (3, 7):
        assert services.remind_of_balances(now=asked + timedelta(days=days)) == 1
        assert services.remind_of_balances(now=asked + timedelta(days=days)) == 0
    assert services.remind_of_balances(now=asked + timedelta(days=13)) == 0
    now = timezone.make_aware(timezone.datetime.combine(due, timezone.datetime.min.time()))
    assert services.default_balances(now=now) == 0
    assert services.default_balances(now=now + timedelta(days=1)) == 1
    assert services.default_balances(now=now + timedelta(days=1)) == 0
    part.refresh_from_db()
    instalment.refresh_from_db()
    assert (part.state, instalment.state) == ("cancelled", InstalmentState.DEFAULTED)
    assert part.kept == part.total - instalment.amount - part.charge
    assert back() == part.charge
    pay(instalment)
    checkouts.settle_due()
    assert back() == part.charge + instalment.amount
    instalment.refresh_from_db()
    assert instalment.state == InstalmentState.DEFAULTED


@DB
def test_sending_that_became_dearer_than_the_deposit_goes_back_as_far_as_it_was_paid():
    part = ordered()
    Fulfilment.objects.filter(pk=part.pk).update(charge=part.total)
    instalment = part.instalments.get(number=2)
    instalment.amount += part.total - part.charge
    instalment.save()
    paid = part.instalments.get(number=1).amount
    finish(part)
    assert services.default_balances(now=timezone.now() + timedelta(days=20)) == 1
    part.refresh_from_db()
    assert (part.state, part.kept, back()) == ("cancelled", 0, paid)


@DB
def test_money_that_cannot_be_settled_for_minutes_goes_back(monkeypatch: pytest.MonkeyPatch):
    instalment = finish(ordered())
    attempt = pay(instalment)

    def broken(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("no letter can be written")

    monkeypatch.setattr("shop.fulfilment.services.instalments.tell_group", broken)
    checkouts.settle_due()
    assert (back(), PaymentAttempt.objects.paid_unsettled().count()) == (0, 1)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(
        paid_at=timezone.now() - timedelta(minutes=9)
    )
    checkouts.settle_due()
    assert (back(), PaymentAttempt.objects.paid_unsettled().count()) == (attempt.amount, 0)
    instalment.refresh_from_db()
    assert instalment.state == InstalmentState.DUE
    assert Message.objects.filter(kind="balance_returned", channel="email").count() == 1


@DB
def test_a_payment_under_way_is_waited_for():
    instalment = finish(ordered())
    attempt = pay(instalment)
    late = timezone.now() + timedelta(days=20)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state=AttemptState.PENDING)
    assert services.default_balances(now=late) == 0
    PaymentAttempt.objects.filter(pk=attempt.pk).update(state=AttemptState.PAID)
    assert services.default_balances(now=late) == 0
    checkouts.settle_due()
    assert services.default_balances(now=late) == 0
    instalment.refresh_from_db()
    assert instalment.state == InstalmentState.PAID


@DB
@pytest.mark.parametrize("paid", [False, True])
def test_declined_each_sum_goes_back_to_the_payment_it_came_with(paid):
    part = ordered()
    instalment = finish(part)
    if paid:
        pay(instalment)
        checkouts.settle_due()
    services.decline_fulfilment(**by_group(part), reason="fire")
    instalment.refresh_from_db()
    first = part.instalments.get(number=1)
    sums = sorted(Refund.objects.values_list("amount", flat=True))
    assert sums == sorted([first.amount, instalment.amount] if paid else [first.amount])
    assert instalment.state == (InstalmentState.PAID if paid else InstalmentState.WAIVED)
    assert part.order.fulfilments.get().kept == 0


@DB
def test_cancelled_before_and_after_the_start():
    before = ordered()
    services.cancel_fulfilment(fulfilment_id=before.pk)
    first = before.instalments.get(number=1)
    assert back() == first.amount
    assert before.instalments.get(number=2).state == InstalmentState.WAIVED
    Refund.objects.all().delete()
    after = ordered()
    services.accept_fulfilment(**by_group(after))
    services.start_fulfilment(**by_group(after))
    services.cancel_fulfilment(fulfilment_id=after.pk)
    after.refresh_from_db()
    assert after.kept == Decimal(1200)
    assert back() == after.instalments.get(number=1).amount - 1200


@pytest.mark.django_db(transaction=True)
def test_the_buyer_pays_the_rest_from_the_orders_page(provider):
    part = ordered()
    instalment = finish(part)
    buyer = Buyer("en")
    page = buyer.get(order_path(part.order)).content.decode()
    path = f"{order_path(part.order)}{part.pk}/balance/"
    assert "It is finished: please pay ฿1,200" in page
    assert "has finished it. Please pay the rest by" in page  # the next thing, on top
    assert path in page
    assert "฿1,200" in buyer.get(path).content.decode()
    first, second = (buyer.post(path, {"method": "card"}) for _ in range(2))
    assert first["Location"] == second["Location"] != path
    attempt = PaymentAttempt.objects.get(checkout_reference=instalment.reference)
    assert buyer.post(path, {"method": "another"}).status_code == 302
    attempt.refresh_from_db()
    assert attempt.state == AttemptState.CANCELLED
    assert buyer.post(path, {"method": "promptpay"}).status_code == 302
    assert buyer.get(path + "qr.svg").status_code == 200
    scan = PaymentAttempt.objects.open().get()
    provider.control(f"pay/{scan.intent_id}")
    assert buyer.get(path)["Location"] == order_path(part.order)
    instalment.refresh_from_db()
    assert instalment.state == InstalmentState.PAID
    assert buyer.post(path, {"method": "card"}).status_code == 302
    assert PaymentAttempt.objects.filter(checkout_reference=instalment.reference).count() == 2
    assert Buyer().get(path.replace(path.split("/")[4], "x" * 43)).status_code == 404


@DB
def test_what_is_paid_now_and_later_is_said_before_paying():
    scarf = make_woven(make_workshop(), payment_plan="deposit")
    make_placed_order((make_product(), 1))  # delivery rates
    buyer = Buyer("en")
    buyer.fill_in((scarf, 2))
    page = buyer.get("checkout/review/").content.decode()
    for said in ("To pay now", "When finished", "฿1,200", "within 14 days"[7:], "Pay ฿1,2"):
        assert said in page, said
