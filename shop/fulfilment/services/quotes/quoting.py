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
from shop.production.models import ClusterOrder, MadeToOrderTerms, Workshop
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
from .villages import Villages, drop_villages, lock_request, plan_villages, reference_of


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
    """A quote as the group has it in mind. Without a workshop it says its `lead_days`.

    With `villages` it has one line, which the group's cluster makes.
    """

    lines: Sequence[DraftLine]
    workshop: Workshop | None = None
    lead_days: int | None = None
    payment_plan: str = PaymentPlan.FULL
    delivery_note: str = ""
    words: str = ""
    valid_days: int = field(default=7)
    villages: Villages | None = None

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

    Where villages make it, their parts are offered and their days kept in the same step; those of
    an earlier version are free. Raises NothingQuoted, CannotPromise, NotOpen, MoveNotAllowed once
    it is accepted or over, and what `plan_villages` raises; then nothing has moved.
    """
    request = lock_request(request_id, draft.villages)
    if not request.enterprise.is_open:
        raise NotOpen
    if draft.villages is not None:
        reference = reference_of(request_id, draft.villages)
        sent = request.quotes.filter(cluster_order__reference=reference).first()
        if sent is not None:
            return sent
    days = min(max(draft.valid_days, 1), settings.QUOTE_MOST_DAYS)
    if request.is_open and request.state != RequestState.ACCEPTED:
        drop_villages(request, by=by, reason="quoted anew")
    order = _planned(request, draft, days, now=now, by=by)
    if order is not None:
        promised_on: date | None = order.wished_on
    else:
        promised_on = reckon_quote(draft, enterprise=request.enterprise, today=today, hour=hour)
    if promised_on is None:
        raise CannotPromise
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
        cluster_order=order,
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


def _planned(
    request: CustomRequest, draft: Draft, valid_days: int, *, now: datetime, by: Any
) -> ClusterOrder | None:
    """What the villages have been asked to keep for this quote; None where the group makes it."""
    if draft.villages is None:
        return None
    if len(draft.lines) != 1:
        raise NothingQuoted
    line = draft.lines[0]
    return plan_villages(
        request,
        draft.villages,
        what=line.title,
        pieces=line.quantity,
        unit_price=line.unit_price,
        valid_days=valid_days,
        now=now,
        by=by,
    )
