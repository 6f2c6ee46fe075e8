"""Writing to each other, reading, and calling the office when something is wrong."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from catalogue.models import Product
from producers.models import Membership
from producers.services.reasons import needed
from shop.care.models import Conversation, TalkMessage, drafts_of
from shop.care.states import TALK_TRANSITIONS, Side, TalkState
from shop.core.states import MoveNotAllowed, move
from shop.fulfilment.models import CustomRequest, Fulfilment

from .telling import tell_of_message, tell_of_settling


class NothingWritten(Exception):
    """A message has words or a photo."""


class OwnGroup(Exception):
    """Who belongs to the group neither asks it as a buyer nor reviews its goods."""


class AlreadyReported(Exception):
    """The office reads along already."""


def ask_about_product(
    *,
    product_id: int,
    buyer: Any,
    text: str,
    token: UUID,
    warned_of: Iterable[str] = (),
    now: datetime | None = None,
) -> TalkMessage:
    """A buyer writes to the group about one of its products; the talk is one, however often.

    Raises OwnGroup, NothingWritten, Product.DoesNotExist where it is not on sale.
    """
    product = Product.objects.top_level().on_sale().get(pk=product_id)
    if _belongs(buyer, product.enterprise_id):
        raise OwnGroup
    with transaction.atomic():
        talk, _ = Conversation.objects.get_or_create(
            buyer=buyer, product=product, defaults={"enterprise_id": product.enterprise_id}
        )
        return _write(talk.pk, Side.BUYER, buyer, text, token, warned_of, now)


def write_about_part(
    *,
    fulfilment_id: int,
    side: str,
    by: Any,
    text: str,
    token: UUID,
    warned_of: Iterable[str] = (),
    now: datetime | None = None,
) -> TalkMessage:
    """Either side writes about one group's part of an order. Raises NothingWritten.

    `by` may be nobody: a guest is known by the order's signed link.
    """
    with transaction.atomic():
        part = Fulfilment.objects.select_related("order").get(pk=fulfilment_id)
        talk, _ = Conversation.objects.get_or_create(
            fulfilment=part,
            defaults={"enterprise_id": part.enterprise_id, "buyer_id": part.order.user_id},
        )
        return _write(talk.pk, side, by, text, token, warned_of, now)


def write_about_request(
    *,
    request_id: int,
    side: str,
    by: Any,
    text: str,
    token: UUID,
    warned_of: Iterable[str] = (),
    now: datetime | None = None,
) -> TalkMessage:
    """Either side writes about a custom request and its quotes. Raises NothingWritten."""
    with transaction.atomic():
        request = CustomRequest.objects.get(pk=request_id)
        talk, _ = Conversation.objects.get_or_create(
            request=request,
            defaults={"enterprise_id": request.enterprise_id, "buyer_id": request.buyer_id},
        )
        return _write(talk.pk, side, by, text, token, warned_of, now)


@transaction.atomic
def write(
    *,
    conversation_id: int,
    side: str,
    by: Any,
    text: str,
    token: UUID,
    warned_of: Iterable[str] = (),
    now: datetime | None = None,
) -> TalkMessage:
    """One more message in a talk that has begun. Raises NothingWritten.

    `token` is the form's: sent twice, the message is written once, and the first is returned.
    `warned_of` are the kinds of contact data that were pointed out to the writer before.
    """
    return _write(conversation_id, side, by, text, token, warned_of, now)


def _write(
    conversation_id: int,
    side: str,
    by: Any,
    text: str,
    token: UUID,
    warned_of: Iterable[str],
    now: datetime | None,
) -> TalkMessage:
    talk = Conversation.objects.for_update().with_about().get(pk=conversation_id)
    twin = talk.messages.filter(side=side, token=token).first()
    if twin is not None:
        return twin
    photos = drafts_of(token)
    if not text and not photos.exists():
        raise NothingWritten
    now = now or timezone.now()
    message = TalkMessage.objects.create(
        conversation=talk,
        side=side,
        author=by if getattr(by, "pk", None) else None,
        text=text,
        token=token,
        warned_of=list(warned_of),
        sent_at=now,
    )
    photos.update(message=message)
    talk.last_at = now
    talk.save(update_fields=["last_at"])
    _mark_read(talk, side, now)  # who answers has read
    tell_of_message(talk, message, now=now)
    return message


@transaction.atomic
def note_read(*, conversation_id: int, side: str, now: datetime | None = None) -> int:
    """This side has the talk before its eyes; returns how many messages were new to it.

    From now on the next message is told again.
    """
    talk = Conversation.objects.for_update().get(pk=conversation_id)
    return _mark_read(talk, side, now or timezone.now())


def _mark_read(talk: Conversation, side: str, now: datetime) -> int:
    told = f"{side}_told_at"
    if getattr(talk, told) is not None:
        setattr(talk, told, None)
        talk.save(update_fields=[told])
    return talk.messages.filter(read_at=None).exclude(side=side).update(read_at=now)


@transaction.atomic
def report_problem(
    *, conversation_id: int, side: str, by: Any, text: str, now: datetime | None = None
) -> Conversation:
    """One side asks the office to read along. Raises AlreadyReported.

    The history keeps who, when, and why; both sides see that the office reads.
    """
    talk = Conversation.objects.for_update().get(pk=conversation_id)
    talk.reported_at, talk.reported_side, talk.report = now or timezone.now(), side, text
    try:
        move(
            talk,
            TalkState.REPORTED,
            transitions=TALK_TRANSITIONS,
            by=by,
            reason=text,
            also=["reported_at", "reported_side", "report"],
        )
    except MoveNotAllowed:
        raise AlreadyReported from None
    return talk


@transaction.atomic
def settle_problem(*, conversation_id: int, by: Any, reason: str) -> Conversation:
    """The office has helped, says how, and reads no longer. Both sides are told.

    Raises ReasonNeeded.
    """
    reason = needed(reason)
    talk = Conversation.objects.for_update().with_about().get(pk=conversation_id)
    move(talk, TalkState.PRIVATE, transitions=TALK_TRANSITIONS, by=by, reason=reason)
    tell_of_settling(talk, reason)
    return talk


def _belongs(user: Any, enterprise_id: int | None) -> bool:
    return Membership.objects.filter(user=user, enterprise=enterprise_id, left_at=None).exists()
