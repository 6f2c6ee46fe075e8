"""When each product could be sent, summed up for filters; what a page promises is reckoned anew."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Q

from catalogue.models import Product

from ..models import Workshop
from ..promising import promises_for_cards

AT_ONCE = 500


def sum_up_sendable(products: Iterable[Any], *, today: date, hour: int = 0) -> int:
    """Write `sendable_on` of these products (with their groups); how many have changed."""
    products = list(products)
    days = promises_for_cards(products, today, hour=hour)
    changed = [each for each in products if each.sendable_on != days.get(each.pk)]
    for product in changed:
        product.sendable_on = days.get(product.pk)
    Product.objects.bulk_update(changed, ["sendable_on"], batch_size=AT_ONCE)
    return len(changed)


def sum_up_changed(*, today: date, hour: int = 0, most: int = AT_ONCE) -> int:
    """Products whose workshops' days have changed, and those not reckoned yet."""
    due = list(Workshop.objects.filter(sums_due=True).values_list("pk", flat=True)[:most])
    # Forgotten first: what changes while we reckon is looked at again.
    Workshop.objects.filter(pk__in=due).update(sums_due=False)
    made = Q(stockrecords__making__workshop__in=due)
    made |= Q(children__stockrecords__making__workshop__in=due)
    ids = set(_on_sale().filter(made).values_list("pk", flat=True)) if due else set()
    unknown = _on_sale().available().filter(sendable_on=None)
    ids |= set(unknown.values_list("pk", flat=True)[:most])
    return _sum_up(sorted(ids), today, hour)


def sum_up_all(*, today: date, hour: int = 0) -> int:
    """A new day: every product on sale, some hundreds at a time."""
    ids = list(_on_sale().order_by("pk").values_list("pk", flat=True))
    return _sum_up(ids, today, hour)


def _on_sale() -> Any:
    return Product.objects.top_level().on_sale()


def _sum_up(ids: list[int], today: date, hour: int) -> int:
    count = 0
    for start in range(0, len(ids), AT_ONCE):
        some = ids[start : start + AT_ONCE]
        with transaction.atomic():
            # The lock keeps a stock that runs out meanwhile from being summed up as ready.
            products = Product.objects.filter(pk__in=some).select_related("enterprise")
            locked = products.select_for_update(of=("self",), no_key=True).order_by("pk")
            count += sum_up_sendable(locked, today=today, hour=hour)
    return count
