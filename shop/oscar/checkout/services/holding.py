"""Whether what was paid for is still ours: held, to be had again, to be had later, or gone."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import transaction

from shop.fulfilment.offers import is_sold_ready
from shop.oscar.partner.models import StockRecord
from shop.oscar.partner.services import NotEnough, hold_goods
from shop.production.models import ClusterOrder
from shop.production.promising import Calendars, Promise, promise, read_calendars, terms_of
from shop.production.services import (
    NoCapacity,
    Wanted,
    hand_over_offers,
    hold_capacity,
    is_capacity_held,
    offers_in_basket,
)
from shop.production.states import ProofPolicy

from ..models import Checkout


@dataclass(frozen=True, slots=True)
class Regained:
    """What could be held again. `later`: line key → the new promise, where the day is later."""

    later: dict[str, Promise]


def sold_lines(checkout: Checkout) -> list[dict[str, Any]]:
    """The frozen lines of all groups."""
    return [line for group in checkout.offer["groups"] for line in group["lines"]]


def quantities(checkout: Checkout) -> dict[int, int]:
    """Stock record id → pieces, over all lines."""
    wanted: dict[int, int] = {}
    for line in sold_lines(checkout):
        wanted[line["stockrecord"]] = wanted.get(line["stockrecord"], 0) + line["quantity"]
    return wanted


def with_answers(checkout: Checkout) -> set[int]:
    """The stock records of lines that have answers."""
    return {line["stockrecord"] for line in sold_lines(checkout) if line.get("answers")}


def work_keys(checkout: Checkout) -> list[str]:
    """The lines that take a workshop's days."""
    return [line["key"] for line in sold_lines(checkout) if _units(line)]


def everything_is_held(checkout: Checkout) -> bool:
    """Whether the days of its work are still kept; the goods are asked by taking them."""
    planned = {each["cluster_order"] for each in _promises(checkout) if "cluster_order" in each}
    if planned and ClusterOrder.objects.awaiting_buyer().filter(pk__in=planned).count() < len(
        planned
    ):
        return False
    keys = work_keys(checkout)
    return not keys or is_capacity_held(reference=checkout.reference, keys=keys)


@transaction.atomic
def hold_again(checkout: Checkout, *, today: date, hour: int) -> Regained | None:
    """The hold has expired: hold everything once more, on later days where it must be.

    None when something is gone for good; then nothing is held.
    """
    lines = sold_lines(checkout)
    records = StockRecord.objects.select_related("making__workshop", "partner__enterprise")
    by_id = records.in_bulk([line["stockrecord"] for line in lines])
    if len(by_id) < len({line["stockrecord"] for line in lines}):
        return None
    terms = {pk: each for pk, record in by_id.items() if (each := terms_of(record))}
    kept = offers_in_basket(checkout.basket_id, terms)
    own = [checkout.reference, *kept]
    calendars = read_calendars([each.workshop for each in terms.values()], today, without=own)
    works, later = [], {}
    pieces, answered = quantities(checkout), with_answers(checkout)
    for line in lines:
        record = by_id[line["stockrecord"]]
        ready = is_sold_ready(record, pieces[record.pk], answered=record.pk in answered)
        found = _promise_again(record, line, today, hour, calendars, ready)
        if found is None:
            return None
        if found.units:
            works.append(_work(record, line, found))
        dated = found.units or found.cluster_order_id
        if dated and found.promised_on > date.fromisoformat(line["promised_on"]):
            later[line["key"]] = found
    try:
        with transaction.atomic():
            hold_goods(reference=checkout.reference, wanted=pieces, to_make=answered)
            hold_capacity(reference=checkout.reference, wanted=works, today=today, instead_of=kept)
            hand_over_offers(references=kept, to=checkout.reference)
    except (NotEnough, NoCapacity):
        return None
    return Regained(later)


def with_later_days(offer: dict[str, Any], later: dict[str, Promise]) -> dict[str, Any]:
    """The frozen offer with the new days of these lines, and of their groups."""
    groups = []
    for group in offer["groups"]:
        lines = [_postponed(line, later.get(line["key"])) for line in group["lines"]]
        days = [line["promised_on"] for line in lines if line["promised_on"]]
        groups.append({**group, "lines": lines, "promised_on": max(days)})
    return {**offer, "groups": groups}


def _postponed(line: dict[str, Any], found: Promise | None) -> dict[str, Any]:
    if found is None:
        return line
    return {**line, "promised_on": found.promised_on.isoformat(), "promise": found.snapshot()}


def _promise_again(
    record: StockRecord,
    line: dict[str, Any],
    today: date,
    hour: int,
    calendars: Calendars,
    ready: bool,
) -> Promise | None:
    more, count = Decimal(line.get("more_units") or 0), line["quantity"]
    found = promise(record, count, today, calendars, hour=hour, more_units=more, ready=ready)
    if found and found.workshop_id:
        calendars[found.workshop_id].take(found.plan)
    return found


def _work(record: StockRecord, line: dict[str, Any], found: Promise) -> Wanted:
    proof = (line.get("terms") or {}).get("proof", ProofPolicy.NONE)
    return Wanted(line["key"], record.pk, line["quantity"], found, proof)


def _promises(checkout: Checkout) -> list[dict[str, Any]]:
    return [line.get("promise") or {} for line in sold_lines(checkout)]


def _units(line: dict[str, Any]) -> int:
    return (line.get("promise") or {}).get("units", 0)
