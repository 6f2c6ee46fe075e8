"""The life of one group's part of an order: each step is one function that says who.

Money goes back through `shop.payments.services.request_refund`, goods through
`shop.oscar.partner.services`; both in the same transaction as the step itself.
"""

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from producers.models import Membership
from shop.core.models import User
from shop.core.states import MoveNotAllowed, move
from shop.oscar.order.models import Order
from shop.oscar.order.services import order_path
from shop.oscar.partner.services import give_back_goods, send_goods
from shop.outbox.models import Message
from shop.outbox.services import Contact, compose, post
from shop.payments.services import request_refund

from .models import Carrier, Fulfilment, Parcel
from .states import TRANSITIONS, FulfilmentState, order_status

logger = logging.getLogger(__name__)


class TooLate(Exception):
    """The buyer may not do this any more; `fulfilment` tells how far it is."""

    def __init__(self, fulfilment: Fulfilment):
        super().__init__(str(fulfilment))
        self.fulfilment = fulfilment


@transaction.atomic
def accept_fulfilment(*, fulfilment_id: int, by: User) -> Fulfilment:
    """The group promises to make and send its part by the promised day."""
    fulfilment = _locked(fulfilment_id)
    fulfilment.accepted_at = timezone.now()
    _step(fulfilment, FulfilmentState.ACCEPTED, by=by, also=["accepted_at"])
    return fulfilment


@transaction.atomic
def decline_fulfilment(*, fulfilment_id: int, by: User | None, reason: str) -> Fulfilment:
    """The group cannot do it: the buyer gets the money of this part back, the goods return."""
    fulfilment = _locked(fulfilment_id)
    _undo(fulfilment, FulfilmentState.DECLINED, by=by, reason=reason)
    return fulfilment


@transaction.atomic
def cancel_fulfilment(*, fulfilment_id: int, by: Any = None, reason: str = "") -> Fulfilment:
    """The buyer changes their mind before the group has started (ready stock: packed).

    Raises TooLate afterwards.
    """
    fulfilment = _locked(fulfilment_id)
    if not can_be_cancelled(fulfilment):
        raise TooLate(fulfilment)
    _undo(fulfilment, FulfilmentState.CANCELLED, by=by, reason=reason)
    _tell_group(fulfilment, "part_called_off")
    return fulfilment


def can_be_cancelled(fulfilment: Fulfilment) -> bool:
    """Free cancellation until the group marks started; for ready stock until packed."""
    return fulfilment.state in (FulfilmentState.PLACED, FulfilmentState.ACCEPTED)


def refund_cause(fulfilment: Fulfilment) -> str:
    """The name under which the money of an undone part goes back, once."""
    return f"fulfilment:{fulfilment.pk}:undone"


@transaction.atomic
def start_fulfilment(*, fulfilment_id: int, by: User) -> Fulfilment:
    """The group has begun to make what was ordered; from now on it cannot be cancelled."""
    fulfilment = _locked(fulfilment_id)
    if not fulfilment.made_to_order:
        raise MoveNotAllowed(fulfilment, fulfilment.state, FulfilmentState.STARTED)
    fulfilment.started_at = timezone.now()
    _step(fulfilment, FulfilmentState.STARTED, by=by, also=["started_at"])
    return fulfilment


@transaction.atomic
def pack_fulfilment(*, fulfilment_id: int, by: User) -> Fulfilment:
    """The goods lie packed and wait for the carrier."""
    fulfilment = _locked(fulfilment_id)
    if fulfilment.made_to_order and fulfilment.state == FulfilmentState.ACCEPTED:
        raise MoveNotAllowed(fulfilment, fulfilment.state, FulfilmentState.PACKED)
    fulfilment.packed_at = timezone.now()
    _step(fulfilment, FulfilmentState.PACKED, by=by, also=["packed_at"], tell=False)
    return fulfilment


@transaction.atomic
def dispatch_fulfilment(
    *, fulfilment_id: int, by: User, carrier: Carrier, tracking_number: str = ""
) -> Fulfilment:
    """The parcel is with the carrier: stock goes down, the buyer is told how to follow it."""
    fulfilment = _locked(fulfilment_id)
    now = timezone.now()
    fulfilment.dispatched_at = now
    fulfilment.received_by_itself_at = now + timedelta(
        days=fulfilment.slowest_days + settings.RECEIVED_AFTER_SLOWEST_DAYS
    )
    Parcel.objects.create(
        fulfilment=fulfilment,
        carrier=carrier,
        tracking_number=tracking_number,
        dispatched_at=now,
    )
    send_goods(
        reference=_checkout_of(fulfilment),
        stockrecord_ids=_stockrecord_ids(fulfilment),
    )
    _step(
        fulfilment,
        FulfilmentState.DISPATCHED,
        by=by,
        also=["dispatched_at", "received_by_itself_at"],
        facts=_travel_facts(fulfilment, carrier, tracking_number),
    )
    return fulfilment


@transaction.atomic
def receive_fulfilment(*, fulfilment_id: int, by: Any = None) -> Fulfilment:
    """The buyer has the parcel, or has not objected in time."""
    fulfilment = _locked(fulfilment_id)
    fulfilment.received_at = timezone.now()
    _step(fulfilment, FulfilmentState.RECEIVED, by=by, also=["received_at"], tell=False)
    return fulfilment


@transaction.atomic
def object_to_fulfilment(*, fulfilment_id: int, text: str) -> Fulfilment:
    """The buyer says the parcel did not come or is not right; it will not close by itself."""
    fulfilment = _locked(fulfilment_id)
    if fulfilment.state != FulfilmentState.DISPATCHED:
        raise TooLate(fulfilment)
    fulfilment.objected_at = timezone.now()
    fulfilment.objection = text
    fulfilment.save(update_fields=["objected_at", "objection"])
    _tell_group(fulfilment, "part_objected", objection=text)
    return fulfilment


# --- sweeps ---


def remind_unanswered(*, now: datetime | None = None) -> int:
    """Groups that have not answered for a day are reminded, once."""
    now = now or timezone.now()
    waited = timedelta(hours=settings.ANSWER_HOURS - settings.ANSWER_REMINDER_HOURS)
    due = Fulfilment.objects.filter(
        state=FulfilmentState.PLACED, reminded_at=None, answer_by__lte=now + waited
    )
    count = 0
    for pk in list(due.values_list("pk", flat=True)[:200]):
        with transaction.atomic():
            fulfilment = _locked(pk)
            if fulfilment.state == FulfilmentState.PLACED and fulfilment.reminded_at is None:
                fulfilment.reminded_at = now
                fulfilment.save(update_fields=["reminded_at"])
                _tell_group(fulfilment, "part_waiting")
                count += 1
    return count


def decline_unanswered(*, now: datetime | None = None) -> int:
    """Parts nobody answered in time are declined and refunded."""
    now = now or timezone.now()
    due = Fulfilment.objects.filter(state=FulfilmentState.PLACED, answer_by__lte=now)
    return _sweep(due, lambda pk: decline_fulfilment(fulfilment_id=pk, by=None, reason="silence"))


def receive_unobjected(*, now: datetime | None = None) -> int:
    """Parcels that must have arrived, and about which nobody complained, count as received."""
    now = now or timezone.now()
    due = Fulfilment.objects.filter(
        state=FulfilmentState.DISPATCHED, received_by_itself_at__lte=now, objected_at=None
    )
    return _sweep(due, _receive_unless_objected)


@transaction.atomic
def _receive_unless_objected(fulfilment_id: int) -> None:
    """The buyer may have objected since the sweep looked."""
    if _locked(fulfilment_id).objected_at is None:
        receive_fulfilment(fulfilment_id=fulfilment_id)


def _sweep(due: Any, step: Any) -> int:
    """Each part in a transaction of its own; one in trouble must not keep the others waiting."""
    count = 0
    for pk in list(due.order_by("?").values_list("pk", flat=True)[:200]):
        try:
            step(pk)
            count += 1
        except MoveNotAllowed:
            continue
        except Exception:
            logger.exception("fulfilment %s: a deadline could not be kept", pk)
    return count


# --- telling people ---


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


def _travel_facts(fulfilment: Fulfilment, carrier: Carrier, tracking: str) -> dict[str, Any]:
    first, last = fulfilment.delivery_window()
    return {
        "carrier_th": carrier.name_th,
        "carrier_en": carrier.name_en or carrier.name_th,
        "tracking": tracking,
        "follow_url": carrier.follow_url(tracking) if tracking else "",
        "arrives_from": first.isoformat(),
        "arrives_until": last.isoformat(),
    }


def _tell_group(fulfilment: Fulfilment, kind: str, **facts: Any) -> None:
    post(group_messages(kind, [fulfilment], **facts))


# --- the inside of a step ---


def _locked(fulfilment_id: int) -> Fulfilment:
    return (
        Fulfilment.objects.for_update().select_related("order", "enterprise").get(pk=fulfilment_id)
    )


def _step(
    fulfilment: Fulfilment,
    to: str,
    *,
    by: Any = None,
    also: Iterable[str] = (),
    reason: str = "",
    tell: bool = True,
    facts: dict[str, Any] | None = None,
) -> None:
    move(fulfilment, to, transitions=TRANSITIONS, by=by, reason=reason, also=also)
    _derive_order_status(fulfilment.order)
    if tell:
        post(buyer_messages(f"part_{to}", fulfilment, **(facts or {})))


def _checkout_of(fulfilment: Fulfilment) -> UUID:
    """Every order placed here has come from a checkout; only Oscar's own would have none."""
    reference = fulfilment.order.checkout_reference
    assert reference is not None
    return reference


def _undo(fulfilment: Fulfilment, to: str, *, by: Any, reason: str) -> None:
    fulfilment.ended_reason = reason
    _step(fulfilment, to, by=by, also=["ended_reason"], reason=reason)
    give_back_goods(
        reference=_checkout_of(fulfilment),
        stockrecord_ids=_stockrecord_ids(fulfilment),
    )
    request_refund(
        checkout_reference=_checkout_of(fulfilment),
        amount=fulfilment.total,
        cause=refund_cause(fulfilment),
        reason=f"{to} {fulfilment.order.number}",
    )


def _stockrecord_ids(fulfilment: Fulfilment) -> list[int]:
    return list(fulfilment.lines.values_list("line__stockrecord_id", flat=True))


def _derive_order_status(order: Order) -> None:
    """Two parts may move at once: the order's lock lets the later one see both."""
    list(Order.objects.select_for_update(of=("self",)).filter(pk=order.pk).values_list("pk"))
    states = list(order.fulfilments.values_list("state", flat=True))
    Order.objects.filter(pk=order.pk).update(status=order_status(states))
