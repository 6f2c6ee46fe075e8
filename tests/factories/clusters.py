"""Clusters of neighbouring groups, each with a workshop for one kind of piece."""

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from producers.models import Cluster, ClusterMembership, Enterprise
from producers.services import join_cluster, open_cluster, set_rate
from shop.production.services import open_workshop
from shop.production.services.clusters import tell_making

from .goods import make_enterprise
from .people import make_officer

NUMBERS = count(1)
#: ตำบลเมืองใต้ อำเภอเมืองศรีสะเกษ
TAMBON = "330101"
LATITUDE, LONGITUDE = Decimal("15.12"), Decimal("104.32")
KIND = "scarf"


def make_neighbour(km: int | str = 0, name_th: str = "", **fields: Any) -> Enterprise:
    """An approved group so many km north of the place where `make_cluster` puts its lead."""
    fields.setdefault("email", f"neighbour{next(NUMBERS)}@example.com")
    return make_enterprise(
        name_th,
        tambon_code=TAMBON,
        latitude=(LATITUDE + Decimal(km) / Decimal("111.195")).quantize(Decimal("0.00001")),
        longitude=LONGITUDE,
        **fields,
    )


def make_cluster(*, rate: str | Decimal = "250", **facts: Any) -> Cluster:
    """An open cluster with a rate for scarves; its lead is a member without a workshop."""
    number = next(NUMBERS)
    lead = facts.pop("lead", None) or make_neighbour()
    cluster = open_cluster(
        lead=lead,
        slug=f"cluster-{number}",
        name_th=f"เครือข่ายทดสอบ {number}",
        by=make_officer(),
        **facts,
    )
    set_rate(cluster_id=cluster.pk, kind=KIND, per_piece=Decimal(rate), by=None)
    return cluster


def give_making(
    membership: ClusterMembership,
    *,
    today: date,
    per_day: int,
    units_per_piece: str | int = 1,
    setup_units: str | int = 0,
    **workshop: Any,
) -> ClusterMembership:
    """A workshop, open every day without a buffer unless told otherwise, that makes scarves."""
    workshop.setdefault("works_on", [1, 2, 3, 4, 5, 6, 7])
    workshop.setdefault("keeps_holidays", False)
    buffer_days = workshop.pop("buffer_days", 0)
    made = open_workshop(
        enterprise=membership.enterprise, today=today, per_day=per_day, name_th="กี่", **workshop
    )
    made.buffer_days = buffer_days
    made.save()
    tell_making(
        membership_id=membership.pk,
        kind=KIND,
        workshop=made,
        units_per_piece=Decimal(units_per_piece),
        setup_units=Decimal(setup_units),
    )
    return membership


def add_member(
    cluster: Cluster,
    *,
    today: date,
    per_day: int,
    km: int | str = 0,
    most_pieces: int | None = None,
    name_th: str = "",
    **making: Any,
) -> Enterprise:
    """A neighbour that has joined and makes so many scarves a day."""
    membership = join_cluster(
        cluster_id=cluster.pk,
        enterprise=make_neighbour(km, name_th),
        most_pieces=most_pieces,
        by=None,
    )
    give_making(membership, today=today, per_day=per_day, **making)
    return membership.enterprise
