"""A buyer asks for something special; either side may end it; time ends it too."""

import secrets
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone

from catalogue.models import Product
from catalogue.services import withdraw_product
from catalogue.states import ProductState
from producers.models import Enterprise, Membership
from shop.core.models import StateChange
from shop.core.states import MoveNotAllowed, move
from shop.core.sweeps import each_alone

from ...models import CustomRequest, Quote, RequestPhoto
from ...models.quotes import request_drafts, request_files
from ...states import REQUEST_OPEN, REQUEST_TRANSITIONS, RequestState, Side
from .telling import EXCERPT, tell_buyer, tell_group
from .villages import drop_villages, free_forgotten_villages, is_being_paid, lock_request

#: Photos in one request.
MOST_PHOTOS = 5
#: Requests of one buyer that are open with one group; more is no asking.
MOST_OPEN = 5
#: A form left open is sent within this time, or its photos go.
DRAFT_KEPT = timedelta(days=2)


class NotOpen(Exception):
    """This group takes no orders now."""


class OwnGroup(Exception):
    """Who belongs to the group does not ask it as a buyer."""


class TooManyOpen(Exception):
    """The buyer waits for so many answers of this group already."""


@transaction.atomic
def ask_for_something(
    *,
    enterprise_id: int,
    buyer: Any,
    words: str,
    quantity: int,
    token: UUID,
    now: datetime,
    wished_on: date | None = None,
    about_id: int | None = None,
    language: str = "th",
) -> CustomRequest:
    """A buyer describes what they want; the group has `REQUEST_DAYS` to answer.

    Sent twice with one token it is asked once. Raises NotOpen, OwnGroup and TooManyOpen.
    """
    enterprise = Enterprise.objects.get(pk=enterprise_id)
    if not enterprise.is_open:
        raise NotOpen
    if Membership.objects.filter(user=buyer, enterprise=enterprise, left_at=None).exists():
        raise OwnGroup
    mine = CustomRequest.objects.of_buyer(buyer).filter(enterprise=enterprise)
    if (known := mine.filter(token=token).first()) is not None:
        return known
    if mine.open().count() >= MOST_OPEN:
        raise TooManyOpen
    about = Product.objects.on_sale().made_by(enterprise).filter(pk=about_id).first()
    try:
        with transaction.atomic():
            asked = CustomRequest.objects.create(
                enterprise=enterprise,
                buyer=buyer,
                about=about,
                words=words,
                quantity=quantity,
                wished_on=wished_on,
                language=language,
                token=token,
                asked_at=now,
                due_at=now + timedelta(days=settings.REQUEST_DAYS),
            )
    except IntegrityError:  # a second tap was faster
        return mine.get(token=token)
    request_drafts(token).update(request=asked)
    StateChange.objects.create(
        about_label=asked._meta.label_lower, about_id=asked.pk, new=asked.state, by=buyer, at=now
    )
    tell_group(asked, "request_asked")
    return asked


@transaction.atomic
def propose(
    *,
    request_id: int,
    by: Any,
    now: datetime,
    words: str,
    wished_total: Decimal | None = None,
    wished_on: date | None = None,
) -> Quote:
    """The buyer would rather have it otherwise: a total (baht), a day, or words.

    Raises MoveNotAllowed unless a quote is on the table.
    """
    request = _of_buyer(request_id, by)
    version = Quote(
        request=request,
        number=next_number(request),
        side=Side.BUYER,
        words=words,
        wished_total=wished_total,
        wished_on=wished_on,
        by=by,
        sent_at=now,
    )
    request.due_at = now + timedelta(days=settings.REQUEST_DAYS)
    move(
        request,
        RequestState.COUNTERED,
        transitions=REQUEST_TRANSITIONS,
        by=by,
        also=["due_at"],
    )
    version.save()
    tell_group(
        request,
        "quote_countered",
        excerpt=words[:EXCERPT],
        wished_total=str(wished_total or ""),
        wished_on=wished_on.isoformat() if wished_on else "",
    )
    return version


@transaction.atomic
def withdraw_request(*, request_id: int, by: Any) -> CustomRequest:
    """The buyer does not want it any more. Raises MoveNotAllowed once it is ordered."""
    request = _of_buyer(request_id, by)
    if request.state == RequestState.WITHDRAWN:
        return request
    if not request.is_open:
        raise MoveNotAllowed(request, request.state, RequestState.WITHDRAWN)
    move(request, RequestState.WITHDRAWN, transitions=REQUEST_TRANSITIONS, by=by)
    take_off_sale(request, by=by)
    drop_villages(request, by=by, reason=request.state)
    tell_group(request, "request_withdrawn")
    return request


@transaction.atomic
def decline_request(*, request_id: int, by: Any, reason: str) -> CustomRequest:
    """The group will not make it, and says why. Raises MoveNotAllowed once it is accepted."""
    request = lock_request(request_id)
    if request.state == RequestState.DECLINED:
        return request
    request.ended_reason = reason
    move(
        request,
        RequestState.DECLINED,
        transitions=REQUEST_TRANSITIONS,
        by=by,
        reason=reason,
        also=["ended_reason"],
    )
    drop_villages(request, by=by, reason=request.state)
    tell_buyer(request, "request_declined", reason=reason)
    return request


def lapse_requests(*, now: datetime | None = None, most: int = 100) -> int:
    """What nobody answered, accepted or paid in time ends. Safe to run twice.

    An accepted quote that is being paid at that moment waits for the end of the payment.
    """
    moment = now or timezone.now()
    due = CustomRequest.objects.open().filter(due_at__lte=moment).order_by("due_at", "pk")
    count = each_alone(due.values_list("pk", flat=True)[:most], lambda pk: _lapse(pk, moment))
    free_forgotten_villages(most=most)
    return count


def _lapse(request_id: int, moment: datetime) -> bool:
    request = lock_request(request_id)
    over = request.state in REQUEST_OPEN and request.due_at <= moment
    if not over or is_being_paid(request):
        return False
    old = request.state
    move(request, RequestState.LAPSED, transitions=REQUEST_TRANSITIONS, reason=old)
    take_off_sale(request)
    drop_villages(request, reason=request.state)
    tell_buyer(request, "request_lapsed", was=old)
    tell_group(request, "request_lapsed_for_group", was=old)
    return True


# --- photos ---


def keep_request_photo(*, draft: UUID, data: bytes, width: int, height: int) -> Any:
    """Keep a photo (a JPEG drawn anew, sizes in pixels) for the request of this form.

    Nothing is kept where it is full.
    """
    if request_drafts(draft).count() >= MOST_PHOTOS:
        return None
    name = request_files().save(f"requests/{secrets.token_hex(12)}.jpg", ContentFile(data))
    return RequestPhoto.objects.create(draft=draft, file=name, width=width, height=height)


def drop_request_photo(*, draft: UUID, photo_id: int) -> None:
    """Take a photo out of a request that has not been sent."""
    for photo in request_drafts(draft).filter(pk=photo_id):
        _remove(photo)


def forget_request_photos(*, now: datetime | None = None, most: int = 200) -> int:
    """Photos of forms that were never sent go; how many went. Safe to run twice."""
    before = (now or timezone.now()) - DRAFT_KEPT
    photos = list(RequestPhoto.objects.filter(request=None, kept_at__lt=before)[:most])
    for photo in photos:
        _remove(photo)
    return len(photos)


# --- shared with the other steps ---


def next_number(request: CustomRequest) -> int:
    """The number of the next version; the caller holds the request."""
    return (request.quotes.aggregate(last=Max("number"))["last"] or 0) + 1


def take_off_sale(request: CustomRequest, *, by: Any = None) -> None:
    """What was made for this buyer cannot be bought any more."""
    made = Product.objects.filter(quote__request=request, state=ProductState.PRIVATE)
    for pk in list(made.order_by("pk").values_list("pk", flat=True)):
        withdraw_product(product_id=pk, by=by)


def _of_buyer(request_id: int, by: Any) -> CustomRequest:
    """Locked; raises CustomRequest.DoesNotExist for anybody else's."""
    CustomRequest.objects.of_buyer(by).only("pk").get(pk=request_id)
    return lock_request(request_id)


def _remove(photo: RequestPhoto) -> None:
    name = str(photo.file.name)
    photo.delete()
    request_files().delete(name)
