"""What the order's page shows of changes that the buyer has asked for. Reads."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shop.fulfilment.changing import Settling, settling_of
from shop.fulfilment.comparing import Comparison, compared
from shop.fulfilment.models import ChangeRequest, Fulfilment
from shop.fulfilment.services.paying_back import change_cause
from shop.fulfilment.states import ChangeState


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One change as its buyer sees it; `refunds` is money of it on its way back."""

    change: ChangeRequest
    comparison: Comparison
    settling: Settling | None
    refunds: list[Any]

    @property
    def is_open(self) -> bool:
        return self.change.is_open

    @property
    def waits_for_buyer(self) -> bool:
        return self.change.state == ChangeState.PRICED

    @property
    def waits_for_money(self) -> bool:
        return self.change.state == ChangeState.ACCEPTED


def shown_changes(part: Fulfilment, refunds: Mapping[str, Any]) -> list[ShownChange]:
    """The changes of a part read with `changes` and `instalments`; the latest first."""
    return [_shown(part, change, refunds) for change in reversed(list(part.changes.all()))]


def _shown(part: Fulfilment, change: ChangeRequest, refunds: Mapping[str, Any]) -> ShownChange:
    cause = change_cause(change.pk)
    own = [row for key, row in refunds.items() if key == cause or key.startswith(f"{cause}:")]
    priced = change.state == ChangeState.PRICED and change.amount is not None
    settling = settling_of(part, change.amount) if priced and change.amount is not None else None
    return ShownChange(change, compared(change), settling, own)
