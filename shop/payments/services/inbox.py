"""The webhook inbox: what the provider signed is kept at once and handled by a sweep."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from ..models import WebhookEvent
from ..provider import Concern, ProviderDown, provider
from ..states import AttemptState
from .attempts import attempt_of, note_standing
from .cases import money_of_nobody, refunded_by_hand
from .disputes import hear_of_dispute
from .refunds import ask_about_refund, refund_of

RETRY_EVENT_AFTER = timedelta(seconds=30)


def store_event(event: dict[str, Any]) -> bool:
    """Keep a signed event, once by its id. False when we had it already."""
    _, fresh = WebhookEvent.objects.get_or_create(
        event_id=event["id"], defaults={"kind": event["type"], "payload": event}
    )
    return fresh


def handle_due_events(*, now: datetime | None = None, most: int = 100) -> int:
    """Act on stored events; each in its own step, any order, any number of times."""
    now = now or timezone.now()
    handled = 0
    due = WebhookEvent.objects.filter(handled_at=None, due_at__lte=now)
    for event in list(due.order_by("due_at")[:most]):
        try:
            _handle(event)
        except Exception as error:  # kept on the row, tried again later
            WebhookEvent.objects.filter(pk=event.pk).update(
                attempts=event.attempts + 1,
                last_error=repr(error)[:2000],
                due_at=timezone.now() + RETRY_EVENT_AFTER * min(2**event.attempts, 120),
            )
            if isinstance(error, ProviderDown):
                break  # the others would only wait as long for nothing
            continue
        WebhookEvent.objects.filter(pk=event.pk).update(
            handled_at=timezone.now(), attempts=event.attempts + 1, last_error=""
        )
        handled += 1
    return handled


def _handle(event: WebhookEvent) -> None:
    """Events only wake us: what counts is what the provider says when asked.

    So a forged order of events, a repeated or an old one leads to the same end state.
    """
    about = provider().concern_of(event.payload)
    match about.kind:
        case "payment":
            _hear_of_payment(about)
        case "refund":
            _hear_of_refund(about)
        case "dispute":
            hear_of_dispute(about.provider_id)


def _hear_of_payment(about: Concern) -> None:
    attempt = attempt_of(about.provider_id, about.intent_id, about.reference)
    if attempt is None:
        if about.moved:
            money_of_nobody(about.intent_id or about.provider_id, about.moved)
        return
    if attempt.state != AttemptState.PAID and (attempt.session_id or attempt.intent_id):
        note_standing(attempt.pk, provider().ask(attempt))


def _hear_of_refund(about: Concern) -> None:
    refund = refund_of(about.provider_id, about.reference)
    if refund is not None:
        ask_about_refund(refund, about.provider_id)
        return
    attempt = attempt_of("", about.intent_id, "")
    if attempt is not None:
        refunded_by_hand(attempt, about.provider_id, about.moved)
    elif about.moved:
        money_of_nobody(about.intent_id or about.provider_id, about.moved)
