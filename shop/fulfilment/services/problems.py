"""Something is wrong with a parcel: the buyer tells it, the office looks at it and settles it.

Defective or not as described is always refunded, whatever the ladder says; how much is right the
office finds out with both. A part has one problem, settled once.
"""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.db.models import prefetch_related_objects
from django.utils import timezone

from producers.services.reasons import needed
from shop.core.models import StateChange, User
from shop.core.money import ZERO
from shop.core.states import MoveNotAllowed
from shop.outbox.services import post

from ..models import Fulfilment
from ..states import FulfilmentState, ProblemState
from ..timeline import may_tell_problem
from .parts import TooLate, locked, step
from .paying_back import pay_back, payments_of
from .telling import buyer_messages, tell_group


class ToldAlready(Exception):
    """The buyer has told of a problem with this part before; it is looked at, or settled."""

    def __init__(self, fulfilment: Fulfilment):
        super().__init__(str(fulfilment))
        self.fulfilment = fulfilment


class TooMuch(Exception):
    """So much cannot go back: `most` (baht) has been paid for this part and is still here."""

    def __init__(self, most: Decimal):
        super().__init__(str(most))
        self.most = most


@transaction.atomic
def object_to_fulfilment(*, fulfilment_id: int, text: str, today: date | None = None) -> Fulfilment:
    """The buyer says the parcel did not come or is not right; it will not close by itself.

    Possible once, from sending until the days to withdraw are over. Raises ToldAlready, TooLate.
    """
    part = locked(fulfilment_id)
    if part.objected_at is not None:
        raise ToldAlready(part)
    if not may_tell_problem(part, today=today or timezone.localdate()):
        raise TooLate(part)
    part.objected_at = timezone.now()
    part.objection = text
    part.save(update_fields=["objected_at", "objection"])
    _note(part, "", ProblemState.OPEN, by=part.order.user, reason=text)
    tell_group(part, "part_objected", objection=text)
    return part


@transaction.atomic
def settle_problem(*, fulfilment_id: int, amount: Decimal, words: str, by: User) -> Fulfilment:
    """The office has looked at it: `amount` (baht, may be 0) goes back, both sides read `words`.

    A parcel still on its way counts as received. Raises MoveNotAllowed when no problem is open,
    TooMuch, and ReasonNeeded without words.
    """
    part = locked(fulfilment_id)
    if part.problem_state != ProblemState.OPEN:
        raise MoveNotAllowed(part, part.problem_state, ProblemState.SETTLED)
    words = needed(words)
    payments = payments_of(with_payments(part))
    most = sum((each.left for each in payments), ZERO)
    if not ZERO <= amount <= most:
        raise TooMuch(most)
    now = timezone.now()
    part.problem_settled_at, part.problem_words, part.problem_back = now, words, amount
    settled = ["problem_settled_at", "problem_words", "problem_back"]
    if part.state == FulfilmentState.DISPATCHED:
        part.received_at = now
        also = [*settled, "received_at"]
        step(part, FulfilmentState.RECEIVED, by=by, also=also, tell=False)
    else:
        part.save(update_fields=settled)
    _note(part, ProblemState.OPEN, ProblemState.SETTLED, by=by, reason=words)
    pay_back(payments, amount, cause=problem_cause(part), reason=f"problem {part.order.number}")
    facts = {"back": str(amount) if amount else "", "words": words}
    post(buyer_messages("problem_settled", part, **facts))
    tell_group(part, "problem_settled_for_group", **facts)
    return part


def problem_cause(part: Fulfilment) -> str:
    """The name under which money goes back because of a problem, once."""
    return f"fulfilment:{part.pk}:problem"


def with_payments(part: Fulfilment) -> Fulfilment:
    """The part with what was paid for it, as `payments_of` reads it."""
    prefetch_related_objects([part], "instalments", "changes")
    return part


def _note(part: Fulfilment, old: str, new: str, *, by: User | None, reason: str) -> None:
    """A line of history beside that of the part's own state."""
    StateChange.objects.create(
        about_label=part._meta.label_lower,
        about_id=part.pk,
        field="problem",
        old=old,
        new=new,
        by=by,
        reason=reason,
    )
