"""Reviews: by who bought it and has it, once, read by the office, answered once."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from producers.services import ReasonNeeded
from shop.care import services
from shop.care.models import Review, ReviewPhoto
from shop.care.states import REVIEW_TRANSITIONS, ReviewState
from shop.core.models import StateChange
from shop.core.states import MoveNotAllowed, can_move
from shop.outbox.models import Message
from tests.factories import (
    make_buyer,
    make_child,
    make_enterprise,
    make_member,
    make_officer,
    make_parent,
    make_picture,
    make_placed_order,
)

from .talking import a_part, review

pytestmark = pytest.mark.django_db


def test_every_pair_of_states():
    allowed = {
        (old, new)
        for old in ReviewState
        for new in ReviewState
        if can_move(old, new, REVIEW_TRANSITIONS)
    }

    assert allowed == {
        ("submitted", "published"),
        ("submitted", "rejected"),
        ("rejected", "submitted"),
        ("published", "rejected"),
    }


@pytest.mark.parametrize("state", ["placed", "accepted", "packed", "dispatched"])
def test_goods_are_reviewed_once_they_have_arrived(state):
    part = a_part(state=state)

    with pytest.raises(services.NotReceived):
        review(part)

    assert not Review.objects.exists()


def test_a_review_is_read_by_the_office_before_anybody_sees_it():
    buyer, officer = make_buyer(), make_officer()
    part = a_part(user=buyer, state="received")
    made = review(part, by=buyer)
    assert (made.state, made.buyer, made.published_at) == ("submitted", buyer, None)
    assert not Review.objects.published().exists()

    services.publish_review(review_id=made.pk, by=officer)

    (shown,) = Review.objects.published().of_product(part.lines.get().line.product_id)
    assert (shown.stars, shown.text, shown.shown_name) == (5, "สวยมาก", "มะลิ")
    assert Review.objects.published().in_numbers() == (1, 5.0)
    mail, sms = Message.objects.filter(kind="review_published").order_by("pk")
    assert mail.address == part.enterprise.memberships.get().user.email
    history = StateChange.objects.filter(about_label="care.review", about_id=made.pk)
    assert [(h.old, h.new, h.by) for h in history] == [
        ("", "submitted", buyer),
        ("submitted", "published", officer),
    ]


def test_one_review_for_each_product_of_an_order():
    part = a_part(state="received")
    first = review(part)

    with pytest.raises(services.ReviewedAlready) as refusal:
        review(part, stars=1)

    assert refusal.value.review == first
    assert Review.objects.get().stars == 5


def test_two_sizes_of_one_product_are_one_product():
    cloth = make_parent()
    small, large = make_child(cloth), make_child(cloth)
    part = make_placed_order((small, 1), (large, 1)).fulfilments.get()
    type(part).objects.filter(pk=part.pk).update(state="received")
    lines = [row.line for row in part.lines.select_related("line")]
    assert {services.reviewed_product_id(line) for line in lines} == {cloth.pk}
    facts = {"by": None, "stars": 4, "text": "", "shown_name": ""}
    services.submit_review(line_id=lines[0].pk, draft=uuid4(), **facts)

    with pytest.raises(services.ReviewedAlready):
        services.submit_review(line_id=lines[1].pk, draft=uuid4(), **facts)


def test_members_do_not_praise_their_own_goods():
    part = a_part(state="received")
    member = part.enterprise.memberships.get().user

    with pytest.raises(services.OwnGroup):
        review(part, by=member)

    assert not Review.objects.exists()


def test_the_database_knows_how_many_stars_there_are():
    made = review(a_part(state="received"))
    for stars in (0, 6):
        with pytest.raises(IntegrityError), transaction.atomic():
            Review.objects.filter(pk=made.pk).update(stars=stars)


def test_what_the_office_sends_back_is_corrected_and_handed_in_again():
    part = a_part(state="received")
    made = review(part, text="โทรหาฉัน 0812345678")
    officer = make_officer()
    with pytest.raises(ReasonNeeded):
        services.reject_review(review_id=made.pk, by=officer, reason="  ")
    services.reject_review(review_id=made.pk, by=officer, reason="มีเบอร์โทร")
    letter = Message.objects.filter(kind="review_rejected").first()
    assert (letter.address, letter.context["reason"]) == ("mali@example.com", "มีเบอร์โทร")
    assert letter.context["path"].startswith(f"/th/reviews/{part.order.number}/")

    changed = {"stars": 4, "text": "สวย", "shown_name": "", "draft": uuid4()}
    services.correct_review(review_id=made.pk, by=None, **changed)
    made.refresh_from_db()
    assert (made.state, made.stars, made.text) == ("submitted", 4, "สวย")

    services.publish_review(review_id=made.pk, by=officer)
    with pytest.raises(MoveNotAllowed):
        services.correct_review(review_id=made.pk, by=None, **{**changed, "stars": 1})
    made.refresh_from_db()
    assert (made.state, made.stars, made.reason) == ("published", 4, "")


def test_photos_of_the_form_come_with_the_review_and_others_are_forgotten():
    draft, left = uuid4(), uuid4()
    kept = [services.keep_review_photo(draft=draft, picture_id=make_picture().pk) for _ in range(5)]
    assert kept[4] is None
    services.keep_review_photo(draft=left, picture_id=make_picture().pk)

    made = review(a_part(state="received"), draft=draft)

    assert made.photos.count() == 4
    assert services.forget_drafts(now=timezone.now() + timedelta(days=3)) == 1
    assert set(ReviewPhoto.objects.values_list("review", flat=True)) == {made.pk}


def test_the_group_answers_once_and_may_change_its_words_for_a_week():
    part = a_part(state="received")
    weaver, now = part.enterprise.memberships.get().user, timezone.now()
    made = review(part)
    words = {"review_id": made.pk, "by": weaver}
    with pytest.raises(MoveNotAllowed):
        services.answer_review(text="ขอบคุณ", **words)
    services.publish_review(review_id=made.pk, by=make_officer())

    services.answer_review(text="ขอบคุณ", now=now, **words)
    services.answer_review(text="ขอบคุณมาก", now=now + timedelta(days=6), **words)
    with pytest.raises(services.AnswerIsFinal):
        services.answer_review(text="อื่น", now=now + timedelta(days=8), **words)

    made.refresh_from_db()
    assert (made.answer, made.answered_at, made.answered_by) == ("ขอบคุณมาก", now, weaver)
    assert Message.objects.filter(kind="review_answered", channel="email").count() == 1
    assert not Review.objects.unanswered().exists()


def test_the_average_counts_what_is_published_only():
    assert Review.objects.in_numbers() == (0, 0.0)
    enterprise = make_enterprise()
    make_member(enterprise)
    for stars, published in ((5, True), (2, True), (1, False)):
        made = review(a_part(state="received"), stars=stars)
        if published:
            services.publish_review(review_id=made.pk, by=make_officer())

    assert Review.objects.published().in_numbers() == (2, 3.5)
