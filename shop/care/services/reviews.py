"""A review's way: written after delivery, read by the office, published, answered once."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from catalogue.models import Product
from producers.models import Membership
from producers.services.reasons import needed
from shop.care.models import Review, review_drafts_of
from shop.care.states import REVIEW_TRANSITIONS, ReviewState
from shop.core.models import StateChange
from shop.core.states import MoveNotAllowed, move
from shop.fulfilment.models import Fulfilment, FulfilmentLine
from shop.fulfilment.states import FulfilmentState
from shop.oscar.order.models import Line

from .talks import OwnGroup
from .telling import tell_group_of_review, tell_of_review

#: Days in which a group may still change the words of its answer.
ANSWER_DAYS = 7


class NotReceived(Exception):
    """Goods are reviewed once they have arrived."""


class NotReviewable(Exception):
    """What was bought is no product of the shop any more."""


class ReviewedAlready(Exception):
    """One review for each product of an order; `review` is the one there is."""

    def __init__(self, review: Review | None):
        super().__init__(str(review))
        self.review = review


class AnswerIsFinal(Exception):
    """The answer has stood there for longer than it may be changed."""


def reviewed_product_id(line: Line) -> int | None:
    """The product whose page shows the review: of a size or colour, what it is a size of."""
    return line.snapshot.get("top_product") or line.product_id


def submit_review(
    *,
    line_id: int,
    by: Any,
    stars: int,
    text: str,
    shown_name: str,
    draft: UUID,
    now: datetime | None = None,
) -> Review:
    """Whoever bought it says what it is like; the office reads it first.

    The door has asked who it is: the order's owner, or the holder of its signed link (`by` is
    nobody then). Raises NotReceived, NotReviewable, OwnGroup, ReviewedAlready.
    """
    row = FulfilmentLine.objects.select_related("line").get(line=line_id)
    product_id = reviewed_product_id(row.line)
    if product_id is None or not Product.objects.filter(pk=product_id).exists():
        raise NotReviewable
    try:
        with transaction.atomic():
            part = Fulfilment.objects.for_update().get(pk=row.fulfilment_id)
            if part.state != FulfilmentState.RECEIVED:
                raise NotReceived
            if _is_member(by, part.enterprise_id):
                raise OwnGroup
            review = Review.objects.create(
                fulfilment=part,
                line=row.line,
                product_id=product_id,
                buyer=by if getattr(by, "pk", None) else None,
                stars=stars,
                text=text,
                shown_name=shown_name,
                submitted_at=now or timezone.now(),
            )
            review_drafts_of(draft).update(review=review)
            _note(review, by)
            return review
    except IntegrityError:
        twin = Review.objects.filter(fulfilment=row.fulfilment_id, product=product_id).first()
        raise ReviewedAlready(twin) from None


@transaction.atomic
def correct_review(
    *,
    review_id: int,
    by: Any,
    stars: int,
    text: str,
    shown_name: str,
    draft: UUID,
    now: datetime | None = None,
) -> Review:
    """Change what the office has not published; one sent back is handed in again.

    Raises MoveNotAllowed where it stands on the product's page already.
    """
    review = _locked(review_id)
    if review.state == ReviewState.PUBLISHED:
        raise MoveNotAllowed(review, review.state, ReviewState.SUBMITTED)
    review.stars, review.text, review.shown_name = stars, text, shown_name
    review.submitted_at = now or timezone.now()
    words = ["stars", "text", "shown_name", "submitted_at"]
    review_drafts_of(draft).update(review=review)
    if review.state == ReviewState.REJECTED:
        _step(review, ReviewState.SUBMITTED, by=by, also=words)
    else:
        review.save(update_fields=words)
    return review


@transaction.atomic
def publish_review(*, review_id: int, by: Any, now: datetime | None = None) -> Review:
    """The office has read it: it stands on the product's page, and the group may answer."""
    review = _locked(review_id)
    review.published_at, review.reason = now or timezone.now(), ""
    _step(review, ReviewState.PUBLISHED, by=by, also=["published_at", "reason"])
    tell_group_of_review(review)
    return review


@transaction.atomic
def reject_review(*, review_id: int, by: Any, reason: str) -> Review:
    """The office sends it back; whoever wrote it may correct it. Raises ReasonNeeded."""
    review = _locked(review_id)
    review.reason = reason = needed(reason)
    _step(review, ReviewState.REJECTED, by=by, reason=reason, also=["reason"])
    tell_of_review(review, "review_rejected", reason=reason)
    return review


@transaction.atomic
def answer_review(*, review_id: int, by: Any, text: str, now: datetime | None = None) -> Review:
    """The group's one public answer; its words may be changed for `ANSWER_DAYS` days.

    Raises MoveNotAllowed while it is not published, AnswerIsFinal afterwards.
    """
    now = now or timezone.now()
    review = _locked(review_id)
    if review.state != ReviewState.PUBLISHED:
        raise MoveNotAllowed(review, review.state, ReviewState.PUBLISHED)
    if not can_be_answered(review, now=now):
        raise AnswerIsFinal
    first = review.answered_at is None
    review.answer, review.answered_by = text, by
    review.answered_at = review.answered_at or now
    review.save(update_fields=["answer", "answered_by", "answered_at"])
    if first:
        tell_of_review(review, "review_answered", answer=text)
    return review


def can_be_answered(review: Review, *, now: datetime) -> bool:
    """Whether the group may write its answer, or still change it."""
    if review.state != ReviewState.PUBLISHED:
        return False
    return review.answered_at is None or now < review.answered_at + timedelta(days=ANSWER_DAYS)


def _locked(review_id: int) -> Review:
    return (
        Review.objects.select_for_update(of=("self",))
        .select_related("fulfilment__order", "fulfilment__enterprise", "product")
        .get(pk=review_id)
    )


def _step(review: Review, to: str, *, by: Any, reason: str = "", also: list[str]) -> None:
    move(review, to, transitions=REVIEW_TRANSITIONS, by=by, reason=reason, also=also)


def _note(review: Review, by: Any) -> None:
    """The first line of its history."""
    StateChange.objects.create(
        about_label=review._meta.label_lower,
        about_id=review.pk,
        old="",
        new=review.state,
        by=by if getattr(by, "pk", None) else None,
    )


def _is_member(user: Any, enterprise_id: int) -> bool:
    if not getattr(user, "pk", None):
        return False
    return Membership.objects.filter(user=user, enterprise=enterprise_id, left_at=None).exists()
