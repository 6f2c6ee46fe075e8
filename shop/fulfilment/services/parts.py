"""The life of one group's part of an order: each step is one function that says who.

Money goes back through `shop.payments.services.request_refund`, goods through
`shop.oscar.partner.services`; both in the same transaction as the step itself.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shop.core.models import User
from shop.core.states import MoveNotAllowed, Transitions, can_move, move
from shop.core.sweeps import each_alone
from shop.oscar.order.models import Order
from shop.oscar.partner.services import send_goods
from shop.outbox.services import post
from shop.production.models import ClusterOrder, ClusterOrderQuerySet, Job
from shop.production.services import note_hand_over, pack_jobs, start_jobs
from shop.production.states import JobState

from ..models import Carrier, Fulfilment, Instalment, Parcel
from ..states import (
    DELAY_TRANSITIONS,
    ENDED,
    INSTALMENT_TRANSITIONS,
    TRANSITIONS,
    UNPAID,
    DelayState,
    FulfilmentState,
    InstalmentState,
    order_status,
)
from .overtaking import overtake_change
from .telling import buyer_messages, tell_group, travel_facts

#: Work that may be packed, or is.
MADE = (JobState.FINISHED, JobState.PACKED)
#: After these steps a later day is no question any more.
NOTHING_TO_ASK = (FulfilmentState.DISPATCHED, *ENDED)


class TooLate(Exception):
    """The buyer may not do this any more; `fulfilment` tells how far it is."""

    def __init__(self, fulfilment: Fulfilment):
        super().__init__(str(fulfilment))
        self.fulfilment = fulfilment


class NotPaid(Exception):
    """The parcel may not go yet: the balance of `fulfilment` has not been paid."""

    def __init__(self, fulfilment: Fulfilment):
        super().__init__(str(fulfilment))
        self.fulfilment = fulfilment


class NotApproved(Exception):
    """The work may not begin: the buyer has not approved the proof of `job`."""

    def __init__(self, job: Job):
        super().__init__(str(job))
        self.job = job


class NotFinished(Exception):
    """The part cannot be packed: `jobs` are not finished."""

    def __init__(self, fulfilment: Fulfilment, jobs: list[Job]):
        super().__init__(f"{fulfilment}: {len(jobs)} not finished")
        self.fulfilment, self.jobs = fulfilment, jobs


class NotGathered(Exception):
    """The part cannot be packed: villages still make pieces of `orders`."""

    def __init__(self, fulfilment: Fulfilment, orders: list[ClusterOrder]):
        super().__init__(f"{fulfilment}: {len(orders)} not gathered")
        self.fulfilment, self.orders = fulfilment, orders


@transaction.atomic
def accept_fulfilment(*, fulfilment_id: int, by: User) -> Fulfilment:
    """The group promises to make and send its part by the promised day."""
    fulfilment = locked(fulfilment_id)
    fulfilment.accepted_at = timezone.now()
    step(fulfilment, FulfilmentState.ACCEPTED, by=by, also=["accepted_at"])
    return fulfilment


@transaction.atomic
def start_fulfilment(*, fulfilment_id: int, by: User) -> Fulfilment:
    """The group has begun to make what was ordered; cancelling now follows the agreed ladder.

    Raises NotApproved while all of its work still waits for the buyer's approval.
    """
    fulfilment = locked(fulfilment_id)
    if not fulfilment.made_to_order or not may(fulfilment, FulfilmentState.STARTED):
        raise MoveNotAllowed(fulfilment, fulfilment.state, FulfilmentState.STARTED)
    waiting = [job for job in jobs_of(fulfilment) if job.state == JobState.WAITING]
    if not start_jobs(line_ids=line_ids(fulfilment), by=by) and waiting:
        raise NotApproved(waiting[0])
    fulfilment.started_at = timezone.now()
    step(fulfilment, FulfilmentState.STARTED, by=by, also=["started_at"])
    return fulfilment


@transaction.atomic
def pack_fulfilment(*, fulfilment_id: int, by: User) -> Fulfilment:
    """The goods lie packed and wait for the carrier.

    Raises NotFinished while some of them are still being made, NotGathered while villages of a
    cluster make them.
    """
    fulfilment = locked(fulfilment_id)
    begun = not fulfilment.made_to_order or fulfilment.state != FulfilmentState.ACCEPTED
    if not begun or not may(fulfilment, FulfilmentState.PACKED):
        raise MoveNotAllowed(fulfilment, fulfilment.state, FulfilmentState.PACKED)
    unmade = [job for job in jobs_of(fulfilment) if job.state not in MADE]
    if unmade:
        raise NotFinished(fulfilment, unmade)
    shared = list(cluster_orders_of(fulfilment).under_way())
    if shared:
        raise NotGathered(fulfilment, shared)
    pack_jobs(line_ids=line_ids(fulfilment), by=by)
    fulfilment.packed_at = timezone.now()
    step(fulfilment, FulfilmentState.PACKED, by=by, also=["packed_at"], tell=False)
    return fulfilment


@transaction.atomic
def dispatch_fulfilment(
    *, fulfilment_id: int, by: User, carrier: Carrier, tracking_number: str = ""
) -> Fulfilment:
    """The parcel is with the carrier: stock goes down, the buyer is told how to follow it.

    Raises NotPaid while the balance is open.
    """
    fulfilment = locked(fulfilment_id)
    if may(fulfilment, FulfilmentState.DISPATCHED) and is_unpaid(fulfilment):
        raise NotPaid(fulfilment)
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
        reference=checkout_of(fulfilment),
        stockrecord_ids=stockrecord_ids_of(fulfilment),
    )
    note_hand_over(
        enterprise_id=fulfilment.enterprise_id,
        fulfilment_id=fulfilment.pk,
        promised_on=fulfilment.first_promised_on,
        handed_over_on=timezone.localdate(now),
    )
    step(
        fulfilment,
        FulfilmentState.DISPATCHED,
        by=by,
        also=["dispatched_at", "received_by_itself_at"],
        facts=travel_facts(fulfilment, carrier, tracking_number),
    )
    return fulfilment


@transaction.atomic
def add_parcel(*, fulfilment_id: int, by: User, carrier: Carrier, tracking_number: str) -> Parcel:
    """One more box of a part that is on its way; the buyer is told its number.

    The same number of the same carrier twice is one parcel. Raises MoveNotAllowed unless the part
    has been sent and not received.
    """
    fulfilment = locked(fulfilment_id)
    if fulfilment.state != FulfilmentState.DISPATCHED:
        raise MoveNotAllowed(fulfilment, fulfilment.state, FulfilmentState.DISPATCHED)
    parcel, is_new = Parcel.objects.get_or_create(
        fulfilment=fulfilment, carrier=carrier, tracking_number=tracking_number
    )
    if is_new:
        facts = travel_facts(fulfilment, carrier, tracking_number)
        post(buyer_messages("parcel_added", fulfilment, **facts))
    return parcel


@transaction.atomic
def receive_fulfilment(*, fulfilment_id: int, by: Any = None) -> Fulfilment:
    """The buyer has the parcel, or has not objected in time."""
    fulfilment = locked(fulfilment_id)
    fulfilment.received_at = timezone.now()
    step(fulfilment, FulfilmentState.RECEIVED, by=by, also=["received_at"], tell=False)
    return fulfilment


# --- sweeps ---


def remind_unanswered(*, now: datetime | None = None) -> int:
    """Groups that have not answered for a day are reminded, once."""
    now = now or timezone.now()
    waited = timedelta(hours=settings.ANSWER_HOURS - settings.ANSWER_REMINDER_HOURS)
    due = Fulfilment.objects.filter(
        state=FulfilmentState.PLACED, reminded_at=None, answer_by__lte=now + waited
    )
    return sweep(due, lambda pk: _remind_group(pk, now))


def _remind_group(fulfilment_id: int, now: datetime) -> bool:
    fulfilment = locked(fulfilment_id)
    if fulfilment.state != FulfilmentState.PLACED or fulfilment.reminded_at is not None:
        return False
    fulfilment.reminded_at = now
    fulfilment.save(update_fields=["reminded_at"])
    tell_group(fulfilment, "part_waiting")
    return True


def receive_unobjected(*, now: datetime | None = None) -> int:
    """Parcels that must have arrived, and about which nobody complained, count as received."""
    now = now or timezone.now()
    due = Fulfilment.objects.filter(
        state=FulfilmentState.DISPATCHED, received_by_itself_at__lte=now, objected_at=None
    )
    return sweep(due, _receive_unless_objected)


def _receive_unless_objected(fulfilment_id: int) -> None:
    """The buyer may have objected since the sweep looked."""
    if locked(fulfilment_id).objected_at is None:
        receive_fulfilment(fulfilment_id=fulfilment_id)


def sweep(due: Any, verb: Any) -> int:
    """The verb for each part that is due, in any order, each by itself."""
    ids = due.order_by("?").values_list("pk", flat=True)[:200]
    return each_alone(ids, verb, quiet=(MoveNotAllowed,))


# --- the inside of a step ---


def locked(fulfilment_id: int) -> Fulfilment:
    return (
        Fulfilment.objects.for_update().select_related("order", "enterprise").get(pk=fulfilment_id)
    )


def jobs_of(fulfilment: Fulfilment) -> list[Job]:
    """The work of a part that is to be made or has been; lines without a job have none."""
    found = Job.objects.filter(line__fulfilment_line__fulfilment=fulfilment)
    return list(found.exclude(state=JobState.RELEASED).order_by("pk"))


def cluster_orders_of(fulfilment: Fulfilment) -> ClusterOrderQuerySet:
    """Lines of a part that the villages of a cluster make, or have made."""
    found = ClusterOrder.objects.alive().filter(line__fulfilment_line__fulfilment=fulfilment)
    return found.order_by("pk")


def line_ids(fulfilment: Fulfilment) -> list[int]:
    return list(fulfilment.lines.values_list("line_id", flat=True))


def may(fulfilment: Fulfilment, to: str) -> bool:
    return can_move(fulfilment.state, to, TRANSITIONS)


def step(
    fulfilment: Fulfilment,
    to: str,
    *,
    by: Any = None,
    also: Iterable[str] = (),
    reason: str = "",
    tell: bool = True,
    facts: dict[str, Any] | None = None,
    transitions: Transitions = TRANSITIONS,
) -> None:
    move(fulfilment, to, transitions=transitions, by=by, reason=reason, also=also)
    if to == FulfilmentState.PACKED and fulfilment.made_to_order:
        ask_for_balance(fulfilment, today=timezone.localdate())
    if to in NOTHING_TO_ASK:
        _overtake_notice(fulfilment)
    if to in (FulfilmentState.PACKED, *NOTHING_TO_ASK):
        overtake_change(fulfilment, tell=to == FulfilmentState.PACKED)
    _derive_order_status(fulfilment.order)
    if tell:
        post(buyer_messages(f"part_{to}", fulfilment, **(facts or {})))


def _overtake_notice(fulfilment: Fulfilment) -> None:
    """Sent or ended: nobody has to answer a notice of delay any more."""
    for notice in fulfilment.delays.select_for_update().filter(state=DelayState.ASKED):
        notice.answered_at = timezone.now()
        move(notice, DelayState.OVERTAKEN, transitions=DELAY_TRANSITIONS, also=["answered_at"])


def checkout_of(fulfilment: Fulfilment) -> UUID:
    """Every order placed here has come from a checkout; only Oscar's own would have none."""
    reference = fulfilment.order.checkout_reference
    assert reference is not None
    return reference


def is_unpaid(fulfilment: Fulfilment) -> bool:
    """Whether some of the part's money has not come yet."""
    return fulfilment.instalments.filter(state__in=UNPAID).exists()


def ask_for_balance(fulfilment: Fulfilment, *, today: date) -> Instalment | None:
    """Finished: the buyer is asked for the rest, once. The caller holds the part."""
    later = fulfilment.instalments.select_for_update(of=("self",)).filter(
        state=InstalmentState.DUE_LATER
    )
    for instalment in later:
        instalment.asked_at = timezone.now()
        instalment.due_on = today + timedelta(days=settings.BALANCE_DAYS)
        move(
            instalment,
            InstalmentState.DUE,
            transitions=INSTALMENT_TRANSITIONS,
            also=["asked_at", "due_on"],
        )
        facts = {"amount": str(instalment.amount), "due_on": instalment.due_on.isoformat()}
        post(buyer_messages("balance_due", fulfilment, **facts))
        return instalment
    return None


def stockrecord_ids_of(fulfilment: Fulfilment) -> list[int]:
    return list(fulfilment.lines.values_list("line__stockrecord_id", flat=True))


def _derive_order_status(order: Order) -> None:
    """Two parts may move at once: the order's lock lets the later one see both."""
    list(Order.objects.select_for_update(of=("self",)).filter(pk=order.pk).values_list("pk"))
    states = list(order.fulfilments.values_list("state", flat=True))
    Order.objects.filter(pk=order.pk).update(status=order_status(states))
