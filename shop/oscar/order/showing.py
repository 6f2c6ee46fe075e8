"""What the order's page shows of the makers' work: photos, sentences, proofs. Reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from shop.fulfilment.models import Fulfilment, JobUpdate, Proof
from shop.fulfilment.services import balance_of, if_approved_today
from shop.fulfilment.services.changes import open_change
from shop.fulfilment.states import AT_WORK, FREE_CHANGES, ChangeState, ProofState
from shop.fulfilment.timeline import Next, next_of
from shop.production.approving import Approval
from shop.production.models import Job
from shop.production.states import JobState

from .models import Line

#: What the page reads with an order's lines, so that it costs the same however many there are.
WORK = ("lines__line__job__updates__picture", "lines__line__job__proofs__picture")


@dataclass(frozen=True, slots=True)
class ShownWork:
    """One line's work as its buyer sees it. `approval`: the days if the proof is approved today."""

    line: Line
    job: Job
    updates: list[JobUpdate]
    proofs: list[Proof]
    approval: Approval | None

    @property
    def waiting(self) -> Proof | None:
        """The version that waits for the buyer."""
        return self.proofs[0] if self.proofs and self.proofs[0].is_waiting else None

    @property
    def newest(self) -> Proof | None:
        return self.proofs[0] if self.proofs else None

    @property
    def older(self) -> list[Proof]:
        return self.proofs[1:]

    @property
    def moves_promise(self) -> bool:
        """Approved today, the parcel goes out later than promised."""
        return self.approval is not None and self.approval.promised_on > self.job.promised_on

    @property
    def changes_left(self) -> int:
        """How many changes are still free."""
        asked = sum(proof.state == ProofState.CHANGE_ASKED for proof in self.proofs)
        return max(FREE_CHANGES - asked, 0)

    @property
    def waits_for_group(self) -> bool:
        """A proof was agreed, and the group has to show something (again)."""
        return self.job.state == JobState.WAITING and self.waiting is None


def works_of(part: Fulfilment, *, today: date) -> list[ShownWork]:
    """The work of a part whose lines were read with `WORK`; nothing for a part without."""
    return [
        _shown(row.line, job, part, today)
        for row in part.lines.all()
        if (job := getattr(row.line, "job", None)) is not None and job.state != JobState.RELEASED
    ]


def next_with_work(part: Fulfilment, works: Iterable[ShownWork], *, today: date) -> Next:
    """The next thing to happen; where a proof, a payment or a delay waits, the buyer's own step.

    The part comes with its instalments, delays and changes.
    """
    waiting = [work for work in works if work.waiting]
    if waiting and part.state in AT_WORK:
        by = min(work.job.starts_on for work in waiting) - timedelta(days=1)
        return Next("approve", by=max(by, today))
    balance = balance_of(part)
    if balance is not None and balance.is_due:
        return Next("pay", by=balance.due_on)
    change = open_change(part)
    if change is not None and change.is_with_buyer:
        what = "pay_change" if change.state == ChangeState.ACCEPTED else "answer_change"
        return Next(what, by=timezone.localdate(change.due_at))
    asked = next((notice for notice in part.delays.all() if notice.is_open), None)
    if asked is not None and part.state in AT_WORK:
        return Next("answer_delay", by=timezone.localdate(asked.answer_by))
    return next_of(part, today=today)


def _shown(line: Line, job: Job, part: Fulfilment, today: date) -> ShownWork:
    job.line = line
    proofs = sorted(job.proofs.all(), key=lambda proof: -proof.version)
    asks = bool(proofs) and proofs[0].is_waiting and part.state in AT_WORK
    approval = if_approved_today(job, today=today) if asks else None
    return ShownWork(line, job, list(job.updates.all()), proofs, approval)
