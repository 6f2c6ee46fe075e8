"""The group quotes: lines, prices, plan, and the day that can be promised at this moment."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction

from producers.models import Enterprise
from shop.core.money import ZERO
from shop.core.states import move
from shop.production.models import MadeToOrderTerms, Workshop
from shop.production.promising import (
    PACKING_DAYS_MADE,
    days_of,
    promise_in_days,
    promise_of_work,
    read_calendars,
)
from shop.production.states import PaymentPlan

from ...models import CustomRequest, Quote, QuoteLine
from ...states import REQUEST_TRANSITIONS, RequestState, Side
from .asking import NotOpen, next_number
from .telling import quote_facts, tell_buyer


class NothingQuoted(Exception):
    """A quote has a line at least."""


class CannotPromise(Exception):
    """So much work does not fit within the workshop's horizon."""


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One thing: pieces, baht each, units of the workshop for all of them, grams each."""

    title: str
    quantity: int
    unit_price: Decimal
    units: int = 0
    title_en: str = ""
    weight_g: int = 500


@dataclass(frozen=True, slots=True)
class Draft:
    """A quote as the group has it in mind. Without a workshop it says its `lead_days`."""

    lines: Sequence[DraftLine]
    workshop: Workshop | None = None
    lead_days: int | None = None
    payment_plan: str = PaymentPlan.FULL
    delivery_note: str = ""
    words: str = ""
    valid_days: int = field(default=7)

    @property
    def total(self) -> Decimal:
        return sum((line.unit_price * line.quantity for line in self.lines), ZERO)

    @property
    def units(self) -> int:
        """Units of the workshop for everything."""
        return sum(line.units for line in self.lines)


def reckon_quote(
    draft: Draft, *, enterprise: Enterprise, today: date, hour: int = 0
) -> date | None:
    """The day that could be promised for all lines at this moment; nothing is held.

    None beyond the workshop's horizon. Raises NothingQuoted.
    """
    if not draft.lines:
        raise NothingQuoted
    if draft.workshop is None:
        days = (draft.lead_days or 0) + PACKING_DAYS_MADE
        return promise_in_days(days, days_of(enterprise.works_on), today)
    calendar = read_calendars([draft.workshop], today)[draft.workshop.pk]
    terms = terms_for(draft.workshop, draft.payment_plan)
    found = promise_of_work(terms, draft.units, today, calendar, hour=hour)
    return found.promised_on if found else None


def terms_for(workshop: Workshop, payment_plan: str) -> MadeToOrderTerms:
    """The terms of work made by a quote, not saved."""
    return MadeToOrderTerms(workshop=workshop, payment_plan=payment_plan)


@transaction.atomic
def send_quote(
    *, request_id: int, by: Any, draft: Draft, now: datetime, today: date, hour: int = 0
) -> Quote:
    """The group quotes, or quotes anew. The buyer can accept until `valid_days` are over.

    Raises NothingQuoted, CannotPromise, NotOpen, and MoveNotAllowed once it is accepted or over.
    """
    request = CustomRequest.objects.for_update().select_related("enterprise").get(pk=request_id)
    if not request.enterprise.is_open:
        raise NotOpen
    promised_on = reckon_quote(draft, enterprise=request.enterprise, today=today, hour=hour)
    if promised_on is None:
        raise CannotPromise
    days = min(max(draft.valid_days, 1), settings.QUOTE_MOST_DAYS)
    request.due_at = now + timedelta(days=days)
    if request.state == RequestState.QUOTED:  # a better one, before the buyer has answered
        request.save(update_fields=["due_at"])
    else:
        move(
            request,
            RequestState.QUOTED,
            transitions=REQUEST_TRANSITIONS,
            by=by,
            also=["due_at"],
        )
    quote = Quote.objects.create(
        request=request,
        number=next_number(request),
        side=Side.GROUP,
        words=draft.words,
        delivery_note=draft.delivery_note,
        payment_plan=draft.payment_plan,
        workshop=draft.workshop,
        lead_days=None if draft.workshop else draft.lead_days,
        promised_on=promised_on,
        valid_until=request.due_at,
        by=by,
        sent_at=now,
    )
    QuoteLine.objects.bulk_create(
        QuoteLine(
            quote=quote,
            position=position,
            title=line.title,
            title_en=line.title_en,
            quantity=line.quantity,
            unit_price=line.unit_price,
            units=line.units,
            weight_g=line.weight_g,
        )
        for position, line in enumerate(draft.lines, start=1)
    )
    tell_buyer(request, "quote_sent", **quote_facts(quote))
    return quote
