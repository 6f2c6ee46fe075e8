"""What a group has to do next: reads and pure rules over its parts of orders."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Case, IntegerField, Q, Value, When, prefetch_related_objects
from django.utils import timezone

from catalogue.models import ProductPicture
from producers.models import Enterprise
from shop.fulfilment.cancelling import Terms, paid_of, terms_of_part
from shop.fulfilment.models import (
    ChangeRequest,
    Fulfilment,
    FulfilmentQuerySet,
    Instalment,
    JobUpdate,
    Parcel,
    Proof,
)
from shop.fulfilment.services import balance_of, may_take_back
from shop.fulfilment.states import (
    CAN_BE_CHANGED,
    FREE_CHANGES,
    IN_WORK,
    UNDONE,
    WITH_GROUP,
    FulfilmentState,
    ProblemState,
    ProofState,
)
from shop.fulfilment.timeline import Step, steps_of
from shop.oscar.order.models import Line
from shop.production.models import Job as Work
from shop.production.states import JobState

#: How long a group can look up where it sent a parcel (domain: PDPA).
ADDRESS_KEPT = timedelta(days=30)
#: More than so many things at once nobody reads; the rest is in the list of all jobs.
MOST_SHOWN = 60

#: What `with_open_problem` says, to be one case among others.
WITH_PROBLEM = Q(objected_at__isnull=False, problem_settled_at=None)


@dataclass(frozen=True, slots=True)
class JobLine:
    """One line of a part: what, how many, a picture of it, and its work where it has some."""

    line: Line
    picture: ProductPicture | None

    @property
    def work(self) -> Work | None:
        """The line's work; None for ready pieces and for what is made without a workshop."""
        return work_of(self.line)

    @property
    def work_step(self) -> str:
        """make, finish, pack, proof, wait, or nothing."""
        return work_step(self.work) if self.work else "nothing"

    @property
    def proofs(self) -> list[Proof]:
        """The versions shown to the buyer, the newest first."""
        return sorted(self.work.proofs.all(), key=lambda proof: -proof.version) if self.work else []

    @property
    def can_decline_change(self) -> bool:
        """The buyer asks for more changes than are free."""
        asked = [proof for proof in self.proofs if proof.state == ProofState.CHANGE_ASKED]
        return len(asked) > FREE_CHANGES and self.proofs[0] in asked

    @property
    def updates(self) -> list[JobUpdate]:
        return list(self.work.updates.all()) if self.work else []


@dataclass(frozen=True, slots=True)
class Job:
    """One part of an order as the group sees it at the moment `now`."""

    part: Fulfilment
    lines: list[JobLine]
    now: datetime

    @property
    def next_step(self) -> str:
        """answer, make, finish, proof, wait, pack, send, problem, or nothing."""
        return next_step(self.part, self.works)

    @property
    def works(self) -> list[Work]:
        return [each.work for each in self.lines if each.work]

    @property
    def next_line(self) -> JobLine | None:
        """The line whose work is next; None where the whole part moves at once."""
        step = self.next_step
        return next((each for each in self.lines if each.work and each.work_step == step), None)

    @property
    def waits(self) -> bool:
        """It is somebody else's turn."""
        return self.next_step == "wait"

    @property
    def today(self) -> date:
        return timezone.localdate(self.now)

    @property
    def is_late(self) -> bool:
        """The group owes something whose time is over."""
        part = self.part
        if part.state == FulfilmentState.PLACED:
            return self.now > part.answer_by
        return part.state in WITH_GROUP and self.today > part.promised_on

    @property
    def days_late(self) -> int:
        return max((self.today - self.part.promised_on).days, 0)

    @property
    def days_left(self) -> int:
        return (self.part.promised_on - self.today).days

    @property
    def pieces(self) -> int:
        return sum(each.line.quantity for each in self.lines)

    @property
    def steps(self) -> list[Step]:
        return steps_of(self.part)

    @property
    def is_undone(self) -> bool:
        return self.part.state in UNDONE

    @property
    def can_be_declined(self) -> bool:
        return self.part.state in WITH_GROUP

    @property
    def can_be_later(self) -> bool:
        """A later day can be told: accepted and not sent."""
        return self.part.state in IN_WORK

    @property
    def shows_address(self) -> bool:
        return may_see_address(self.part, now=self.now)

    @property
    def shows_buyer_phone(self) -> bool:
        return self.shows_address and bool(self.part.order.contact_phone)

    @property
    def terms(self) -> Terms:
        """What was agreed on cancelling, in one sentence."""
        return terms_of_part(self.part)

    @property
    def balance(self) -> Instalment | None:
        """The payment that is due when it is finished, where it is paid in two."""
        return balance_of(self.part)

    @property
    def paid(self) -> Decimal:
        """Baht that the buyer has paid so far."""
        return paid_of(self.part)

    @property
    def undoable(self) -> list[int]:
        """Ids of works whose last step can still be taken back; their updates are read."""
        return [
            each.work.pk
            for each in self.lines
            if each.work
            and may_take_back(
                self.part, each.work, each.updates[-1] if each.updates else None, now=self.now
            )
        ]

    @property
    def parcels(self) -> list[Parcel]:
        return list(self.part.parcels.all())


def work_of(line: Line) -> Work | None:
    """A line's work, unless it is not made after all; read beforehand by the caller."""
    work = getattr(line, "job", None)
    return None if work is None or work.state == JobState.RELEASED else work


def work_step(work: Work) -> str:
    """What comes next for one line's work: make, finish, pack, proof, wait, or nothing."""
    if work.state == JobState.WAITING:
        versions = sorted(work.proofs.all(), key=lambda proof: proof.version)
        return "wait" if versions and versions[-1].is_waiting else "proof"
    return {
        JobState.QUEUED: "make",
        JobState.IN_PRODUCTION: "finish",
        JobState.FINISHED: "pack",
    }.get(JobState(work.state), "nothing")


#: What is done first when the lines of a part stand at different steps.
IN_TURN = ("proof", "make", "finish", "wait", "pack")


def next_step(part: Fulfilment, works: Iterable[Work] = ()) -> str:
    """The one thing the group does next with this part; its works tell when it has some."""
    steps = {work_step(work) for work in works}
    if part.state in (FulfilmentState.ACCEPTED, FulfilmentState.STARTED) and steps - {"nothing"}:
        return next(step for step in IN_TURN if step in steps)
    if part.state == FulfilmentState.PLACED:
        return "answer"
    if part.state == FulfilmentState.ACCEPTED:
        return "make" if part.made_to_order else "pack"
    if part.state == FulfilmentState.STARTED:
        return "pack"
    if part.state == FulfilmentState.PACKED:
        return "send"
    if part.problem_state == ProblemState.OPEN:
        return "problem"
    return "nothing"


def may_see_address(part: Fulfilment, *, now: datetime) -> bool:
    """A group sees where a parcel goes while it works on it, and 30 days after sending it."""
    if part.state in WITH_GROUP:
        return True
    return part.dispatched_at is not None and now < part.dispatched_at + ADDRESS_KEPT


def things_to_do(enterprise: Enterprise) -> FulfilmentQuerySet:
    """The parts that wait for this group, problems among them; what presses most comes first."""
    waiting = Fulfilment.objects.filter(
        Q(state__in=WITH_GROUP) | WITH_PROBLEM, enterprise=enterprise
    )
    turn = Case(
        When(WITH_PROBLEM, then=Value(0)),
        When(state=FulfilmentState.PLACED, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    soonest = Case(When(state=FulfilmentState.PLACED, then="answer_by"), default=None)
    return waiting.annotate(turn=turn, soonest=soonest).order_by(
        "turn", "soonest", "promised_on", "pk"
    )


def changes_asked(enterprise: Enterprise) -> list[ChangeRequest]:
    """Changes that wait for this group's price, what presses most first."""
    found = ChangeRequest.objects.with_group().filter(fulfilment__enterprise=enterprise)
    return list(found.select_related("fulfilment__order").order_by("due_at", "pk")[:MOST_SHOWN])


def open_change_of(part: Fulfilment) -> ChangeRequest | None:
    """What the buyer of this job wants otherwise, while something can come of it."""
    return part.changes.open().first() if part.state in CAN_BE_CHANGED else None


def jobs_of(parts: Iterable[Fulfilment], *, now: datetime) -> list[Job]:
    """The parts with their goods, work and pictures: six statements whatever their number.

    `order`, and whatever else the page shows of a part, is selected by the caller.
    """
    found = list(parts)
    prefetch_related_objects(found, "lines__line__job__proofs")
    pictures = _pictures_of(each.line for part in found for each in part.lines.all())
    return [
        Job(
            part,
            [JobLine(each.line, pictures.get(each.line.pk)) for each in part.lines.all()],
            now,
        )
        for part in found
    ]


def _pictures_of(lines: Iterable[Line]) -> dict[int, ProductPicture]:
    """Order line id → the first picture of what was sold; one statement."""
    tops = {line.pk: line.snapshot.get("top_product") or line.product_id for line in lines}
    first: dict[int, ProductPicture] = {}
    rows = ProductPicture.objects.filter(product__in={pk for pk in tops.values() if pk})
    for row in rows.select_related("picture").order_by("product", "position", "pk"):
        first.setdefault(row.product_id, row)
    return {line: first[top] for line, top in tops.items() if top in first}
