"""What comes back when a buyer cancels, by the ladder agreed before paying. Pure; no reads, but of
the parts of a line that villages share.

A ladder has steps: each a stage of the work and the percent of the goods' price that comes back
before the stage is reached. Ready pieces have none: all comes back until they are packed. The
delivery charge always comes back, for nothing that has been sent can be cancelled. Of a part
paid in two nobody owes more by cancelling: the group keeps no more than has been paid. What is
defective or not as described is always refunded; that is no cancelling.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from shop.core.money import ZERO, baht
from shop.production.states import JobState

from .models import ChangeRequest, Fulfilment
from .states import ChangeState, FulfilmentState, InstalmentState

Steps = Sequence[Sequence[Any]]
#: Made to order without a workshop: as it was agreed before ladders could be chosen.
WITHOUT_LADDER: Steps = (("started", 100),)
OF_READY: Steps = (("packed", 100),)
BEGUN = (JobState.IN_PRODUCTION, JobState.FINISHED, JobState.PACKED)
MADE = (JobState.FINISHED, JobState.PACKED)


@dataclass(frozen=True, slots=True)
class Back:
    """Baht that come back of one part when it is cancelled now, and what the group keeps."""

    total: Decimal
    kept: Decimal

    @property
    def is_all(self) -> bool:
        return not self.kept


@dataclass(frozen=True, slots=True)
class Terms:
    """The ladder in one sentence: free until `until` ("started" or "packed"), which is not before
    `from_day`; then `later` baht of the goods (0: nothing) until they are finished."""

    until: str
    from_day: date | None = None
    later: Decimal = ZERO


def percent_back(steps: Steps, reached: Iterable[str]) -> int:
    """The percent that comes back when these stages are reached."""
    behind = set(reached)
    return next((int(percent) for stage, percent in steps if stage not in behind), 0)


def refund_on_cancelling(part: Fulfilment) -> Back | None:
    """What comes back if the buyer cancels this part now; None when it cannot be cancelled.

    The part comes with lines__line__job, lines__line__cluster_order, instalments and changes.
    Cancelling ends when no goods would come back.
    """
    if part.state not in (
        FulfilmentState.PLACED,
        FulfilmentState.ACCEPTED,
        FulfilmentState.STARTED,
    ):
        return None
    goods = ZERO
    for row in part.lines.all():
        line = row.line
        percent = percent_back(steps_of_line(line), _reached(part, line))
        goods += baht(line.line_price_incl_tax * percent / 100)
    if not goods and part.goods:
        return None
    paid = paid_of(part)
    back = max(paid - (part.goods - goods), ZERO)
    return Back(back, paid - back)


def paid_of(part: Fulfilment) -> Decimal:
    """Baht that have been paid for this part so far, less what agreed changes have given back.

    Paid at once, that is its total: a change is made only when its difference has been settled.
    """
    instalments = list(part.instalments.all())
    if not instalments:
        return part.total
    paid = sum((x.amount for x in instalments if x.state == InstalmentState.PAID), ZERO)
    return paid + sum((each.paid - each.returned for each in agreed_changes(part)), ZERO)


def agreed_changes(part: Fulfilment) -> list[ChangeRequest]:
    """The changes that were made, the first first."""
    done = [each for each in part.changes.all() if each.state == ChangeState.DONE]
    return sorted(done, key=lambda each: (each.ended_at or each.asked_at, each.pk))


def waived_of(part: Fulfilment) -> Decimal:
    """Baht of this part that were to be paid later and will not be any more."""
    over = (InstalmentState.WAIVED, InstalmentState.DEFAULTED)
    return sum((each.amount for each in part.instalments.all() if each.state in over), ZERO)


def steps_of_line(line: Any) -> Steps:
    """The ladder frozen on the line when it was sold."""
    return _steps_of_sold({"sold_as": line.sold_as, "terms": line.snapshot.get("terms")})


def terms_of_sold(sold: dict[str, Any]) -> Terms:
    """The agreed rule of one line of a frozen offer."""
    return in_one_sentence([(_steps_of_sold(sold), Decimal(sold["total"]), _starts_on(sold))])


def _steps_of_sold(sold: dict[str, Any]) -> Steps:
    terms = sold.get("terms")
    if terms and "ladder_steps" in terms:
        return terms["ladder_steps"]
    return OF_READY if sold["sold_as"] == "stock" else WITHOUT_LADDER


def in_one_sentence(lines: Iterable[tuple[Steps, Decimal, date | None]]) -> Terms:
    """The rule of a part whose lines have these steps, prices (baht) and first days of work."""
    found = list(lines)
    made = [(steps, price, day) for steps, price, day in found if steps is not OF_READY]
    if not made:
        return Terms("packed")
    begun = sum((baht(p * percent_back(s, {"started"}) / 100) for s, p, _ in found), ZERO)
    days = [day for _, _, day in made if day is not None]
    nothing = all(not percent_back(steps, {"started"}) for steps, _, _ in made)
    return Terms("started", min(days, default=None), ZERO if nothing else begun)


def terms_of_part(part: Fulfilment) -> Terms:
    """The agreed rule of a part, as the order's page says it; needs lines__line."""
    return in_one_sentence(
        (steps_of_line(row.line), row.line.line_price_incl_tax, _starts_on(row.line.snapshot))
        for row in part.lines.all()
    )


def _starts_on(snapshot: dict[str, Any]) -> date | None:
    day = (snapshot.get("promise") or {}).get("starts_on")
    return date.fromisoformat(day) if day else None


def _reached(part: Fulfilment, line: Any) -> set[str]:
    """The stages behind this line: by the villages that share it, by its own job, by its part."""
    shared = getattr(line, "cluster_order", None)
    if shared is not None and shared.is_alive:
        # Its own job was given up for theirs, so it tells nothing any more.
        begun = {"started"} if shared.has_begun else set()
        return begun | ({"finished"} if shared.gathered_at else set())
    job = getattr(line, "job", None)
    if job is not None:
        reached = set()
        if job.state in BEGUN:
            reached.add("started")
        if job.state in MADE:
            reached.add("finished")
        return reached
    return {"started"} if part.state == FulfilmentState.STARTED else set()
