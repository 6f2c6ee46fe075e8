"""Two officers settle one problem in the same moment: the money goes back once."""

from decimal import Decimal
from typing import Any

import pytest

from shop.core.states import MoveNotAllowed
from shop.fulfilment import services
from shop.fulfilment.models import Fulfilment
from shop.fulfilment.services import problems
from shop.outbox.models import Message
from shop.payments.models import Refund
from tests.concurrency.crowd import Meeting, all_at_once
from tests.factories import make_buyer
from tests.fulfilment.changing import kept_of
from tests.fulfilment.test_problems import sent, told

pytestmark = pytest.mark.django_db(transaction=True)


def settle_at_once(part: Fulfilment) -> list[Any]:
    officers = [make_buyer(email=f"officer{n}@example.com") for n in range(2)]
    return all_at_once(
        [
            lambda by=by, n=n: services.settle_problem(
                fulfilment_id=part.pk, amount=Decimal(100 + n), words="ขาดจริง", by=by
            )
            for n, by in enumerate(officers)
        ]
    )


def test_two_officers_pay_back_once() -> None:
    part = told(sent())
    results = settle_at_once(part)
    (refused,) = [each for each in results if isinstance(each, Exception)]
    assert isinstance(refused, MoveNotAllowed)
    part.refresh_from_db()
    assert Refund.objects.get().amount == part.problem_back
    assert kept_of(part) == part.total - part.problem_back
    assert Message.objects.filter(kind="problem_settled", channel="email").count() == 1


@pytest.mark.postgresql
def test_without_the_lock_both_would_settle(monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof that the race is real; only the refund's unique cause is left as a wall."""
    part = told(sent())
    meeting = Meeting(2, seconds=5)

    def unlocked(fulfilment_id: int) -> Fulfilment:
        found = Fulfilment.objects.select_related("order", "enterprise").get(pk=fulfilment_id)
        meeting.wait()
        return found

    monkeypatch.setattr(problems, "locked", unlocked)
    results = settle_at_once(part)
    assert not [each for each in results if isinstance(each, MoveNotAllowed)], results
