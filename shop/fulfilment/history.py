"""The visible history of a custom request: every step both sides took."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shop.core.models import StateChange

from .models import CustomRequest, Quote
from .states import RequestState


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """A version of the quote, or a step without one (asked, accepted, ended)."""

    at: datetime
    quote: Quote | None = None
    step: RequestState | None = None
    by: Any = None


def history_of(request: CustomRequest) -> list[HistoryStep]:
    """Oldest first; one statement beside those that read the request."""
    steps = [HistoryStep(each.sent_at, quote=each) for each in request.quotes.all()]
    changes = (
        StateChange.objects.filter(
            about_label=CustomRequest._meta.label_lower, about_id=request.pk, field="state"
        )
        .exclude(new__in=[RequestState.QUOTED, RequestState.COUNTERED])
        .select_related("by")
    )
    steps += [HistoryStep(each.at, step=RequestState(each.new), by=each.by) for each in changes]
    # What is asked and answered in one moment was asked first.
    return sorted(steps, key=lambda each: (each.at, each.quote is not None))
