"""How many things wait for a group: the number beside "Today's work", on every screen."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Func, IntegerField, QuerySet, Subquery, Value

from producers.models import Enterprise
from producers.workspace.clusters import waiting_orders, waiting_parts
from producers.workspace.jobs import things_to_do
from shop.fulfilment.models import ChangeRequest, CustomRequest


@dataclass(frozen=True, slots=True)
class Pending:
    """Parts of orders, next things of shared orders, requests and changes without an answer."""

    jobs: int
    shared: int
    requests: int
    changes: int

    @property
    def total(self) -> int:
        return self.jobs + self.shared + self.requests + self.changes


def pending_of(enterprise: Enterprise) -> Pending:
    """One statement, however much there is to do."""
    requests = CustomRequest.objects.with_group().filter(enterprise=enterprise)
    changes = ChangeRequest.objects.with_group().filter(fulfilment__enterprise=enterprise)
    found = Enterprise.objects.filter(pk=enterprise.pk).values_list(
        _count(things_to_do(enterprise)),
        _count(waiting_parts(enterprise)),
        _count(waiting_orders(enterprise)),
        _count(requests),
        _count(changes),
    )
    jobs, parts, orders, asked, changed = found.get()
    return Pending(jobs, parts + orders, asked, changed)


def _count(rows: QuerySet[Any]) -> Subquery:
    counted = rows.order_by().annotate(
        counted=Func(Value(1), function="COUNT", output_field=IntegerField())
    )
    return Subquery(counted.values("counted"), output_field=IntegerField())
