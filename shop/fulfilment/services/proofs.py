"""A group shows what it will make; the buyer approves one exact version, and the work begins."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone

from shop.core.models import StateChange
from shop.core.states import MoveNotAllowed, move
from shop.core.sweeps import each_alone
from shop.oscar.order.models import Line
from shop.outbox.services import post
from shop.production.approving import Approval, if_approved
from shop.production.models import Job
from shop.production.services import approve_job
from shop.production.states import JobState

from ..models import Fulfilment, Proof
from ..states import AT_WORK, FREE_CHANGES, PROOF_TRANSITIONS, FulfilmentState, ProofState
from .parts import locked
from .telling import buyer_messages, tell_group


class NotTheNewest(Exception):
    """A newer version exists: `newest`. Only the newest can be answered."""

    def __init__(self, proof: Proof, newest: Proof):
        super().__init__(f"{proof} is older than version {newest.version}")
        self.proof, self.newest = proof, newest


class DayHasMoved(Exception):
    """Approved now, the parcel goes out on `promised_on`, later than the buyer was shown."""

    def __init__(self, promised_on: date):
        super().__init__(str(promised_on))
        self.promised_on = promised_on


class NoMoreChanges(Exception):
    """The group has said that it makes no further change of `proof`."""

    def __init__(self, proof: Proof):
        super().__init__(str(proof))
        self.proof = proof


class StillFree(Exception):
    """A change that belongs to the free ones cannot be declined; `asked` is the how-manieth."""

    def __init__(self, proof: Proof, asked: int):
        super().__init__(f"{proof}: change {asked}")
        self.proof, self.asked = proof, asked


@transaction.atomic
def send_proof(
    *,
    job_id: int,
    token: UUID,
    kind: str,
    picture_id: int | None = None,
    note: str = "",
    by: Any,
    now: datetime | None = None,
) -> Proof:
    """Show the buyer the next version; one that still waited is replaced.

    Sent again under the same token it is the same version. Raises MoveNotAllowed when nothing is
    to be approved (any more), or the group has not accepted the order.
    """
    part = locked(Fulfilment.objects.values_list("pk", flat=True).get(lines__line__job=job_id))
    known = Proof.objects.filter(job=job_id, token=token).first()
    if known:
        return known
    job = Job.objects.get(pk=job_id)
    if part.state not in AT_WORK:
        raise MoveNotAllowed(part, part.state, FulfilmentState.STARTED)
    if job.state != JobState.WAITING:
        raise MoveNotAllowed(job, job.state, JobState.QUEUED)
    before = Proof.objects.for_update().filter(job=job)
    for proof in before.unanswered():
        move(proof, ProofState.WITHDRAWN, transitions=PROOF_TRANSITIONS, by=by)
    now = now or timezone.now()
    last = before.order_by().aggregate(last=Max("version"))["last"] or 0
    proof = Proof.objects.create(
        job=job,
        version=last + 1,
        kind=kind,
        picture_id=picture_id,
        note=note,
        token=token,
        sent_by=by,
        sent_at=now,
        **_patience(now),
    )
    _tell_buyer("proof_sent", part, proof)
    return proof


@transaction.atomic
def approve_proof(*, proof_id: int, seen: date, by: Any = None, today: date) -> Proof:
    """The buyer approves this exact version: the work may begin.

    `seen` is the day the button promised. Where approving so late moves the promise, job, line
    and part move together, in one recorded change the buyer has agreed to by tapping. Raises
    NotTheNewest, MoveNotAllowed, DayHasMoved when the day is later than `seen`, and NoCapacity
    when no free day is left.
    """
    part, proof = _newest(proof_id)
    move(proof, ProofState.APPROVED, transitions=PROOF_TRANSITIONS, by=by)
    _answered(proof)
    job = approve_job(job_id=proof.job_id, today=today, by=by, **terms_of(proof.job))
    if job.promised_on > max(seen, proof.job.promised_on):
        raise DayHasMoved(job.promised_on)
    if job.promised_on > proof.job.promised_on:
        _move_promise(part, job, by, reason=f"proof {proof.version} approved")
    tell_group(part, "proof_approved", **proof_facts(proof))
    return proof


@transaction.atomic
def ask_for_change(*, proof_id: int, words: str, by: Any = None) -> Proof:
    """The buyer wants it otherwise. Two changes are free; a further one the group may decline.

    Raises NotTheNewest, MoveNotAllowed, and NoMoreChanges once the group has declined one of this
    version.
    """
    part, proof = _newest(proof_id)
    if proof.is_waiting and not proof.may_ask_for_change:
        raise NoMoreChanges(proof)
    proof.words = words
    move(proof, ProofState.CHANGE_ASKED, transitions=PROOF_TRANSITIONS, by=by, also=["words"])
    _answered(proof)
    tell_group(part, "proof_change_asked", **proof_facts(proof))
    return proof


@transaction.atomic
def decline_change(*, proof_id: int, words: str, by: Any, now: datetime | None = None) -> Proof:
    """The group makes no further change: the version waits for the buyer as it is.

    Raises StillFree for one of the free changes, NotTheNewest, MoveNotAllowed.
    """
    part, proof = _newest(proof_id)
    if not can_decline_change(proof):
        if proof.state == ProofState.CHANGE_ASKED:
            raise StillFree(proof, changes_asked(proof.job_id))
        raise MoveNotAllowed(proof, proof.state, ProofState.SENT)
    now = now or timezone.now()
    proof.change_declined_at, proof.declined_words = now, words
    proof.reminded_at = proof.with_office_at = None
    for name, moment in _patience(now).items():
        setattr(proof, name, moment)
    also = [
        "change_declined_at", "declined_words", "reminded_at", "with_office_at", "remind_at",
        "office_at",
    ]  # fmt: skip
    move(proof, ProofState.SENT, transitions=PROOF_TRANSITIONS, by=by, reason=words, also=also)
    _tell_buyer("proof_change_declined", part, proof)
    return proof


def changes_asked(job_id: int) -> int:
    """How often the buyer has asked for a change and not been refused."""
    return Proof.objects.filter(job=job_id, state=ProofState.CHANGE_ASKED).count()


def can_decline_change(proof: Proof) -> bool:
    return proof.state == ProofState.CHANGE_ASKED and changes_asked(proof.job_id) > FREE_CHANGES


def if_approved_today(job: Job, *, today: date) -> Approval | None:
    """What the buyer is shown on the button: the days if the proof is approved today."""
    return if_approved(job, today=today, **terms_of(job))


def terms_of(job: Job) -> dict[str, int]:
    """The working days for buffer and packing that the line's promise was reckoned with."""
    promise = (job.line.snapshot.get("promise") if job.line else None) or {}
    return {
        "buffer_days": promise.get("buffer_days", 0),
        "packing_days": promise.get("packing_days", 0),
    }


def proof_facts(proof: Proof) -> dict[str, Any]:
    """What messages about a proof tell."""
    line = proof.job.line
    assert line is not None
    return {
        "version": proof.version,
        "words": proof.words,
        "declined_words": proof.declined_words,
        "title_th": line.title,
        "title_en": line.title_en or line.title,
        "approve_by": (proof.job.starts_on - timedelta(days=1)).isoformat(),
    }


# --- sweeps ---


def remind_of_proofs(*, now: datetime | None = None) -> int:
    """Buyers who have not answered for a week are reminded, once."""
    now = now or timezone.now()
    due = Proof.objects.unanswered().filter(reminded_at=None, remind_at__lte=now)
    return _each(due, lambda proof: _remind(proof, now))


def hand_proofs_to_office(*, now: datetime | None = None) -> int:
    """After two weeks of silence the office sees the proof, with how to reach the buyer."""
    now = now or timezone.now()
    due = Proof.objects.unanswered().filter(with_office_at=None, office_at__lte=now)
    return _each(due, lambda proof: _hand_to_office(proof, now))


def _each(due: QuerySet[Proof], act: Any) -> int:
    def look_and_act(pk: int) -> bool:
        proof = due.select_for_update(of=("self",), skip_locked=True).filter(pk=pk).first()
        if proof is not None:
            act(proof)
        return proof is not None

    return each_alone(due.order_by("pk").values_list("pk", flat=True)[:200], look_and_act)


def _remind(proof: Proof, now: datetime) -> None:
    proof.reminded_at = now
    proof.save(update_fields=["reminded_at"])
    _tell_buyer("proof_waiting", proof.part, proof)


def _hand_to_office(proof: Proof, now: datetime) -> None:
    proof.with_office_at = now
    proof.save(update_fields=["with_office_at"])


# --- the inside ---


def _newest(proof_id: int) -> tuple[Fulfilment, Proof]:
    """The proof and its part, both locked. Raises NotTheNewest."""
    part_id = Fulfilment.objects.values_list("pk", flat=True).get(lines__line__job__proofs=proof_id)
    part = locked(part_id)
    proof = Proof.objects.for_update().select_related("job__line", "job__workshop").get(pk=proof_id)
    newest = Proof.objects.filter(job=proof.job_id).order_by("version").last()
    if newest is not None and newest.pk != proof.pk:
        raise NotTheNewest(proof, newest)
    return part, proof


def _answered(proof: Proof) -> None:
    proof.answered_at = timezone.now()
    proof.save(update_fields=["answered_at"])


def _patience(now: datetime) -> dict[str, datetime]:
    return {
        "remind_at": now + timedelta(days=settings.PROOF_REMINDER_DAYS),
        "office_at": now + timedelta(days=settings.PROOF_OFFICE_DAYS),
    }


def _move_promise(part: Fulfilment, job: Job, by: Any, *, reason: str) -> None:
    """Line and part follow the job's new day; what the line was sold with stays in its snapshot."""
    Line.objects.filter(pk=job.line_id).update(promised_on=job.promised_on)
    if job.promised_on <= part.promised_on:
        return
    old, part.promised_on = part.promised_on, job.promised_on
    part.save(update_fields=["promised_on"])
    StateChange.objects.create(
        about_label=part._meta.label_lower,
        about_id=part.pk,
        field="promised_on",
        old=old.isoformat(),
        new=part.promised_on.isoformat(),
        by=by if getattr(by, "pk", None) else None,
        reason=reason,
    )


def _tell_buyer(kind: str, part: Fulfilment, proof: Proof) -> None:
    post(buyer_messages(kind, part, **proof_facts(proof)))
