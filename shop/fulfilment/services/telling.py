"""What a group and a buyer are told about one part of an order."""

from collections.abc import Iterable, Mapping
from typing import Any

from producers.models import Membership
from shop.oscar.order.services import order_path
from shop.outbox.models import Message
from shop.outbox.services import Contact, compose, post

from ..models import Carrier, Fulfilment


def group_messages(
    kind: str,
    fulfilments: Iterable[Fulfilment],
    *,
    of_part: Mapping[int, dict[str, Any]] | None = None,
    **facts: Any,
) -> list[Message]:
    """One message per member and channel of each part's group; one read whatever their number.

    `facts` go into every message, `of_part` (fulfilment id → facts) into those about that part.
    """
    fulfilments = list(fulfilments)
    members: dict[int, list[Membership]] = {}
    for membership in Membership.objects.filter(
        enterprise__in=[f.enterprise_id for f in fulfilments], left_at=None, user__is_active=True
    ).select_related("user"):
        members.setdefault(membership.enterprise_id, []).append(membership)
    return [
        message
        for fulfilment in fulfilments
        for membership in members.get(fulfilment.enterprise_id, [])
        for message in compose(
            kind,
            to=_member_contact(membership),
            about=fulfilment,
            context={
                **_part_facts(fulfilment),
                "membership": membership.pk,
                **(of_part or {}).get(fulfilment.pk, {}),
                **facts,
            },
        )
    ]


def buyer_messages(kind: str, fulfilment: Fulfilment, **facts: Any) -> list[Message]:
    """The buyer's mail about one part."""
    return compose(
        kind,
        to=fulfilment.buyer_contact,
        about=fulfilment,
        context={**_part_facts(fulfilment), **facts},
    )


def _member_contact(membership: Membership) -> Contact:
    user = membership.user
    return Contact(
        (user.email or "") if membership.tell_by_email else "",
        (user.phone or "") if membership.tell_by_sms else "",
        user.language,
    )


def _part_facts(fulfilment: Fulfilment) -> dict[str, Any]:
    order, enterprise = fulfilment.order, fulfilment.enterprise
    return {
        "fulfilment": fulfilment.pk,
        "order_number": order.number,
        "order_path": order_path(order),
        "group_th": enterprise.name_th,
        "group_en": enterprise.name_en or enterprise.name_th,
        "total": str(fulfilment.total),
        "paid_with": order.paid_with,
        "promised_on": fulfilment.promised_on.isoformat(),
        "answer_by": fulfilment.answer_by.isoformat(),
        "reason": fulfilment.ended_reason,
        "demo": enterprise.is_demo,
    }


def travel_facts(fulfilment: Fulfilment, carrier: Carrier, tracking: str) -> dict[str, Any]:
    first, last = fulfilment.delivery_window()
    return {
        "carrier_th": carrier.name_th,
        "carrier_en": carrier.name_en or carrier.name_th,
        "tracking": tracking,
        "follow_url": carrier.follow_url(tracking) if tracking else "",
        "arrives_from": first.isoformat(),
        "arrives_until": last.isoformat(),
    }


def tell_group(fulfilment: Fulfilment, kind: str, **facts: Any) -> None:
    post(group_messages(kind, [fulfilment], **facts))
