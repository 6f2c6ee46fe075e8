"""Cancelling by the ladder that was agreed before paying and frozen on the line."""

from decimal import Decimal

import pytest
from django.utils import timezone

from shop.fulfilment import services
from shop.fulfilment.cancelling import (
    OF_READY,
    in_one_sentence,
    percent_back,
    refund_on_cancelling,
)
from shop.fulfilment.models import Fulfilment
from shop.fulfilment.states import FulfilmentState
from shop.oscar.order.services import order_path
from shop.oscar.partner.models import StockRecord
from shop.payments.models import Refund
from shop.production.models import MadeToOrderTerms, ProductionSlot
from shop.production.services import finish_jobs
from shop.production.states import LADDER_STEPS, Ladder
from tests.checkout.shopping import Buyer
from tests.factories import make_member, make_placed_order, make_product
from tests.factories.making import make_workshop, make_woven

GENTLE, STRICT = LADDER_STEPS[Ladder.GENTLE], LADDER_STEPS[Ladder.STRICT]


@pytest.mark.parametrize(
    ("steps", "reached", "percent"),
    [
        (GENTLE, (), 100),
        (GENTLE, ("started",), 50),
        (GENTLE, ("started", "finished"), 0),
        (STRICT, (), 100),
        (STRICT, ("started",), 0),
        (OF_READY, ("started",), 100),
        (OF_READY, ("packed",), 0),
        ([["started", 100], ["finished", 33]], ("started",), 33),
    ],
)
def test_the_percent_of_a_stage(steps, reached, percent):
    assert percent_back(steps, reached) == percent


def test_the_rule_in_one_sentence():
    day = timezone.localdate()
    assert in_one_sentence([(OF_READY, Decimal(450), None)]).until == "packed"
    gentle = in_one_sentence([(GENTLE, Decimal("0.01"), day), (OF_READY, Decimal(450), None)])
    assert (gentle.until, gentle.from_day, gentle.later) == ("started", day, Decimal("450.01"))
    assert in_one_sentence([(STRICT, Decimal(1200), day)]).later == 0


def bought(ladder: str = Ladder.GENTLE) -> tuple[Fulfilment, StockRecord]:
    """Two scarves to be made (1,200 baht each) and a ready cloth (450.01), 2,850.01 of goods."""
    scarf = make_woven(make_workshop(), ladder=ladder)
    cloth = make_product(scarf.enterprise, stock=3, price="450.01")
    part = make_placed_order((scarf, 2), (cloth, 1), language="en").fulfilments.get()
    return part, cloth.stockrecords.get()


def begin(part: Fulfilment) -> None:
    by = {"fulfilment_id": part.pk, "by": make_member(part.enterprise).user}
    services.accept_fulfilment(**by)
    services.start_fulfilment(**by)
    part.refresh_from_db()


def taken() -> int:
    return sum(ProductionSlot.objects.values_list("allocated", flat=True))


@pytest.mark.django_db
def test_before_the_start_everything_comes_back_with_goods_and_days():
    part, record = bought()
    services.cancel_fulfilment(fulfilment_id=part.pk)
    part.refresh_from_db()
    record.refresh_from_db()
    assert (Refund.objects.get().amount, part.kept) == (part.total, 0)
    assert (taken(), record.num_allocated) == (0, 0)


@pytest.mark.django_db
def test_after_the_start_half_of_what_is_made_and_all_the_rest():
    part, record = bought()
    begin(part)
    back = refund_on_cancelling(services.with_jobs(part))
    assert (back.total, back.kept) == (Decimal("1650.01") + part.charge, Decimal(1200))
    services.cancel_fulfilment(fulfilment_id=part.pk, seen=back.total)
    part.refresh_from_db()
    record.refresh_from_db()
    assert (part.state, part.kept) == (FulfilmentState.CANCELLED, Decimal(1200))
    assert Refund.objects.get().amount == part.total - part.kept
    assert (taken(), record.num_allocated) == (0, 0)


@pytest.mark.django_db
def test_finished_work_gives_nothing_of_its_price_and_the_strict_ladder_none_from_the_start():
    part, _ = bought()
    begin(part)
    ids = list(part.lines.values_list("line_id", flat=True))
    finish_jobs(line_ids=ids, today=timezone.localdate())
    back = refund_on_cancelling(services.with_jobs(part))
    assert back.total == Decimal("450.01") + part.charge
    scarf = make_woven(make_workshop(), ladder=Ladder.STRICT)
    strict = make_placed_order((scarf, 1)).fulfilments.get()
    begin(strict)
    with pytest.raises(services.TooLate):
        services.cancel_fulfilment(fulfilment_id=strict.pk)
    assert not Refund.objects.exists()


@pytest.mark.django_db
def test_what_was_agreed_stays_when_the_group_changes_its_terms():
    part, _ = bought()
    MadeToOrderTerms.objects.update(ladder=Ladder.STRICT)
    begin(part)
    assert refund_on_cancelling(services.with_jobs(part)).kept == Decimal(1200)


@pytest.mark.django_db
def test_begun_between_the_page_and_the_tap_nothing_is_cancelled_unseen():
    part, _ = bought()
    path = f"{order_path(part.order)}{part.pk}/cancel/"
    buyer = Buyer("en")
    page = buyer.get(path).content.decode()
    assert f'name="seen" value="{part.total}"' in page
    begin(part)
    again = buyer.post(path, {"reason": "", "seen": str(part.total)})
    assert again["Location"] == path
    assert not Refund.objects.exists()
    assert "keeps ฿1,200" in buyer.get(path).content.decode()
    buyer.post(path, {"reason": "", "seen": str(part.total - 1200)})
    buyer.post(path, {"reason": "", "seen": str(part.total - 1200)})
    assert Refund.objects.get().amount == part.total - 1200


@pytest.mark.django_db
def test_the_sentence_stands_on_product_basket_review_and_order():
    part, _ = bought()
    scarf = StockRecord.objects.get(making__isnull=False).product
    buyer = Buyer("en")
    buyer.fill_in((scarf, 2))
    for path in (scarf.get_absolute_url(), "basket/", "checkout/review/"):
        page = buyer.get(path, follow=True).content.decode()
        amount = "฿600" if path.endswith(f"{scarf.slug}/") else "฿1,200"
        assert f"then {amount} comes back until it is finished" in page, path
        assert "Defective or not as described is always refunded." in page
    assert "then ฿1,650.01 comes back" in buyer.get(order_path(part.order)).content.decode()
