"""Photos of a form that has not been sent yet: kept, dropped, forgotten."""

import secrets
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.files.base import ContentFile
from django.db.models import Q
from django.utils import timezone

from shop.care.models import ReviewPhoto, TalkPhoto, drafts_of, private_files, review_drafts_of
from shop.care.states import ReviewState

#: Photos in one message or one review.
MOST_PHOTOS = 4
#: A form left open is sent within this time, or its photos go.
DRAFT_KEPT = timedelta(days=2)


def keep_photo(*, draft: UUID, data: bytes, width: int, height: int) -> TalkPhoto | None:
    """Keep a photo (a JPEG drawn anew, sizes in pixels) for the message of this form.

    Nothing is kept where the message is full.
    """
    if drafts_of(draft).count() >= MOST_PHOTOS:
        return None
    name = private_files().save(f"talks/{secrets.token_hex(12)}.jpg", ContentFile(data))
    return TalkPhoto.objects.create(draft=draft, file=name, width=width, height=height)


def drop_photo(*, draft: UUID, photo_id: int) -> None:
    """Take a photo out of a message that has not been sent."""
    for photo in drafts_of(draft).filter(pk=photo_id):
        _remove(photo)


def keep_review_photo(*, draft: UUID, picture_id: int) -> ReviewPhoto | None:
    """Keep a stored picture for the review of this form; nothing where it is full."""
    if review_drafts_of(draft).count() >= MOST_PHOTOS:
        return None
    return ReviewPhoto.objects.create(draft=draft, picture_id=picture_id)


def drop_review_photo(*, draft: UUID, photo_id: int, review_id: int | None = None) -> None:
    """Take a photo out of a review that is being written, or out of `review_id`, not published."""
    own = Q(draft=draft, review=None)
    if review_id is not None:
        own |= Q(review=review_id) & ~Q(review__state=ReviewState.PUBLISHED)
    for photo in ReviewPhoto.objects.filter(own, pk=photo_id).select_related("picture"):
        photo.picture.delete()  # its row goes with it


def forget_drafts(*, now: datetime | None = None, most: int = 200) -> int:
    """Remove photos whose form was never sent; returns how many went. Safe to run twice."""
    before = (now or timezone.now()) - DRAFT_KEPT
    talk_photos = list(TalkPhoto.objects.filter(message=None, kept_at__lt=before)[:most])
    for photo in talk_photos:
        _remove(photo)
    left = ReviewPhoto.objects.filter(review=None, kept_at__lt=before).select_related("picture")
    review_photos = list(left[:most])
    for review_photo in review_photos:
        review_photo.picture.delete()  # its row goes with it
    return len(talk_photos) + len(review_photos)


def _remove(photo: Any) -> None:
    name = photo.file.name
    photo.delete()
    private_files().delete(name)
