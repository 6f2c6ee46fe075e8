"""What was paid for one part, and which payment it goes back to: the last first."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db.models import Q, Sum

from shop.core.money import ZERO
from shop.oscar.order.models import Order
from shop.payments.models import Refund
from shop.payments.services import request_refund

from ..cancelling import agreed_changes, paid_of
from ..models import BALANCE, Fulfilment
from ..states import InstalmentState

FIRST = "first"


@dataclass(frozen=True, slots=True)
class Payment:
    """Baht of one part that came under `reference` and have not gone back. `name` tells which."""

    reference: UUID
    left: Decimal
    name: str

    def cause(self, of: str) -> str:
        """The name under which money goes back to it, once."""
        return of if self.name == FIRST else f"{of}:{self.name}"


def payments_of(part: Fulfilment) -> list[Payment]:
    """The payments of one part, the latest first; together they are what has been paid."""
    changes = agreed_changes(part)
    later: list[tuple[UUID, Decimal, str]] = [
        (change.reference, change.paid, f"change:{change.pk}")
        for change in reversed(changes)
        if change.paid
    ]
    later += [
        (each.reference, each.amount, "balance")
        for each in part.instalments.all()
        if each.number == BALANCE and each.state == InstalmentState.PAID
    ]
    back = _gone_back([change_cause(change.pk) for change in changes])
    found = [Payment(ref, paid - back.get(name, ZERO), name) for ref, paid, name in later]
    first = paid_of(part) - sum((each.left for each in found), ZERO)
    assert part.order.checkout_reference is not None
    return [*found, Payment(part.order.checkout_reference, first, FIRST)]


def pay_back(payments: Iterable[Payment], amount: Decimal, *, cause: str, reason: str) -> None:
    """Send `amount` (baht) of a part's money back, each sum to the payment it came with."""
    rest = amount
    for each in payments:
        sum_back = min(rest, each.left)
        if sum_back > 0:
            request_refund(
                checkout_reference=each.reference,
                amount=sum_back,
                cause=each.cause(cause),
                reason=reason,
            )
            rest -= sum_back
    assert not rest, f"{cause}: {rest} baht more than was paid"


def change_cause(change_id: int) -> str:
    """The name under which money of a change goes back, once."""
    return f"change:{change_id}"


def refund_causes(part: Fulfilment, cause: str) -> list[str]:
    """All names under which money may have gone back for this cause."""
    names = ["balance", *(f"change:{each.pk}" for each in agreed_changes(part))]
    return [cause, *(f"{cause}:{name}" for name in names)]


def order_paid_under(reference: UUID) -> Order | None:
    """The order that money under this reference was paid for; None where none was made."""
    parts = Fulfilment.objects.filter(
        Q(instalments__reference=reference) | Q(changes__reference=reference)
    )
    return Order.objects.filter(Q(checkout_reference=reference) | Q(fulfilments__in=parts)).first()


def _gone_back(causes: list[str]) -> dict[str, Decimal]:
    """Payment's name → what has gone back of it by agreed changes."""
    back: dict[str, Decimal] = {}
    for cause in causes:
        rows = Refund.objects.filter(cause__startswith=f"{cause}:").order_by()
        for full, total in rows.values_list("cause").annotate(sum=Sum("amount")):
            name = full.removeprefix(f"{cause}:")
            back[name] = back.get(name, ZERO) + total
    return back
