"""Writing messages for later, and sending those that are due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from .channels import deliver
from .models import Channel, Message

MAX_ATTEMPTS = 8
PATIENCE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Contact:
    """Where a person can be told something, and in which language ("th" or "en")."""

    email: str = ""
    phone: str = ""
    language: str = "th"


def compose(
    kind: str,
    *,
    to: Contact,
    about: models.Model | None = None,
    context: dict[str, Any] | None = None,
    due_at: datetime | None = None,
    once: str = "",
    channels: Iterable[str] = (),
) -> list[Message]:
    """One unsaved message per address of `to` (or per named channel); `post` writes them.

    `once` makes the message unique: posted again with the same key it is left alone.
    """
    wanted = set(channels) or {Channel.EMAIL, Channel.SMS}
    return [
        Message(
            kind=kind,
            channel=channel,
            address=address,
            language=to.language,
            context=context or {},
            about_label=about._meta.label_lower if about is not None else "",
            about_id=about.pk if about is not None else None,
            due_at=due_at or timezone.now(),
            dedupe_key=f"{once}|{channel}" if once else None,
        )
        for channel, address in ((Channel.EMAIL, to.email), (Channel.SMS, to.phone))
        if address and channel in wanted
    ]


def post(messages: Iterable[Message]) -> None:
    """Write messages in this transaction, in one statement; the sweep sends them."""
    rows = list(messages)
    if rows:
        Message.objects.bulk_create(rows, ignore_conflicts=any(row.dedupe_key for row in rows))


def send_later(kind: str, *, to: Contact, **details: Any) -> None:
    """Compose and post in one go; see `compose`."""
    post(compose(kind, to=to, **details))


def send_due_messages(*, now: datetime | None = None, most: int = 100) -> int:
    """Send what is due, each message in its own small step; returns how many went out.

    A message is claimed first (its next due time moves on) and only then delivered, so a
    killed worker delays it by minutes, never loses it. A message may go out twice when a worker
    dies between delivering and noting it; that is the lesser harm.
    """
    sent = 0
    for _ in range(most):
        message = _claim_next(now or timezone.now())
        if message is None:
            break
        try:
            deliver(message)
        except Exception as error:  # whatever a channel raises is kept on the row
            _note_failure(message, error)
            continue
        Message.objects.filter(pk=message.pk).update(sent_at=timezone.now(), last_error="")
        sent += 1
    return sent


@transaction.atomic
def _claim_next(now: datetime) -> Message | None:
    message = Message.objects.due(now).select_for_update(skip_locked=True).first()
    if message is None:
        return None
    message.attempts += 1
    message.due_at = timezone.now() + PATIENCE * 2 ** min(message.attempts, 8)
    message.save(update_fields=["attempts", "due_at"])
    return message


def _note_failure(message: Message, error: Exception) -> None:
    given_up = timezone.now() if message.attempts >= MAX_ATTEMPTS else None
    Message.objects.filter(pk=message.pk).update(
        last_error=repr(error)[:2000], given_up_at=given_up
    )
