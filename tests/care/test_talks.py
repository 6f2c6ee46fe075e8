"""Buyer and group write to each other; the office reads only when it is called."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalogue.models import Product
from producers.services import ReasonNeeded
from shop.care import services
from shop.care.models import Conversation, TalkMessage, TalkPhoto
from shop.care.states import TALK_TRANSITIONS, TalkState
from shop.core.models import StateChange
from shop.core.states import MoveNotAllowed, can_move
from shop.outbox.models import Message
from tests.factories import (
    make_buyer,
    make_enterprise,
    make_member,
    make_officer,
    make_placed_order,
    make_product,
)

from .talking import a_part, ask, draft_photo, reply

pytestmark = pytest.mark.django_db


def told(kind: str) -> list[Message]:
    return list(Message.objects.filter(kind=kind).order_by("pk"))


# --- one talk ---


def test_a_buyer_asks_about_a_product_and_the_group_answers_in_the_same_talk():
    enterprise = make_enterprise()
    weaver, buyer = make_member(enterprise).user, make_buyer()
    product = make_product(enterprise)

    question = ask(product, buyer)
    talk = question.conversation
    answer = reply(talk, weaver)
    ask(product, buyer, "ขอบคุณ")

    assert Conversation.objects.get() == talk
    assert (talk.enterprise, talk.buyer, talk.product) == (enterprise, buyer, product)
    assert [each.text for each in talk.messages.all()] == ["ทอสีครามได้ไหม", "ได้", "ขอบคุณ"]
    assert (answer.side, answer.author) == ("group", weaver)
    question.refresh_from_db()
    assert question.read_at is not None  # who answers has read


def test_a_part_of_an_order_has_one_talk_whoever_begins_it():
    part = a_part()
    weaver = part.enterprise.memberships.get().user
    for side, by in (("group", weaver), ("buyer", None), ("buyer", None)):
        services.write_about_part(
            fulfilment_id=part.pk, side=side, by=by, text=f"{side} เขียน", token=uuid4()
        )

    talk = Conversation.objects.get()
    assert (talk.fulfilment, talk.buyer, talk.product) == (part, None, None)
    assert talk.messages.count() == 3
    assert talk.buyer_name == "มะลิ ทดสอบ"


def test_two_taps_on_one_form_write_once():
    product, buyer, token = make_product(), make_buyer(), uuid4()
    photo = draft_photo(token)

    first = ask(product, buyer, token=token)
    again = ask(product, buyer, token=token)

    assert first == again
    assert TalkMessage.objects.count() == 1
    photo.refresh_from_db()
    assert photo.message == first


def test_an_empty_message_is_not_written_and_begins_no_talk():
    with pytest.raises(services.NothingWritten):
        ask(make_product(), make_buyer(), "")

    assert not Conversation.objects.exists()
    assert not Message.objects.filter(kind__startswith="talk").exists()


def test_a_photo_alone_is_a_message():
    token = uuid4()
    draft_photo(token)

    assert ask(make_product(), make_buyer(), "", token=token).photos.count() == 1


def test_members_do_not_ask_their_own_group():
    enterprise = make_enterprise()
    member = make_member(enterprise).user
    product = make_product(enterprise)

    with pytest.raises(services.OwnGroup):
        ask(product, member)

    assert not Conversation.objects.exists()


def test_what_is_not_on_sale_is_not_asked_about():
    product = make_product(state="draft")

    with pytest.raises(Product.DoesNotExist):
        ask(product, make_buyer())


def test_the_database_knows_that_a_talk_is_about_one_thing_and_once():
    part, product, buyer = a_part(), make_product(), make_buyer()
    both = {"product": product, "fulfilment": part}
    ask(product, buyer)
    for facts in ({}, both, {"product": product, "buyer": buyer}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Conversation.objects.create(enterprise=product.enterprise, **facts)


def test_what_was_pointed_out_and_sent_anyway_stays_on_the_row():
    message = ask(make_product(), make_buyer(), "โทร 081-234-5678", warned_of=["phone"])

    message.refresh_from_db()
    assert message.warned_of == ["phone"]


# --- telling ---


def test_a_burst_of_messages_tells_once_until_it_is_read():
    enterprise = make_enterprise()
    member = make_member(enterprise)
    product, buyer = make_product(enterprise, title="ผ้าคราม"), make_buyer()
    now = timezone.now()

    for second in range(3):
        ask(product, buyer, f"ข้อความ {second}", now=now + timedelta(seconds=second))
    mail, sms = told("talk_for_group")
    assert (mail.address, sms.address) == (member.user.email, member.user.phone)
    assert mail.context["excerpt"] == "ข้อความ 0"
    assert mail.context["about_th"] == "ผ้าคราม"

    talk = Conversation.objects.get()
    services.note_read(conversation_id=talk.pk, side="group")
    ask(product, buyer, "อีกข้อ", now=now + timedelta(minutes=5))
    assert len(told("talk_for_group")) == 4

    ask(product, buyer, "ยังรออยู่", now=now + timedelta(hours=25))
    assert len(told("talk_for_group")) == 6  # unread for a day: told again
    assert not told("talk_for_buyer")


def test_the_buyer_is_told_where_the_order_says_or_the_account():
    part = a_part(language="en")
    weaver = part.enterprise.memberships.get().user
    services.write_about_part(
        fulfilment_id=part.pk, side="group", by=weaver, text="Which blue?", token=uuid4()
    )
    mail, sms = told("talk_for_buyer")
    assert (mail.address, mail.language) == ("mali@example.com", "en")
    assert sms.address == "+66812345678"
    assert mail.context["path"].startswith(f"/en/messages/order/{part.order.number}/")

    buyer = make_buyer()
    talk = ask(make_product(), buyer).conversation
    reply(talk, make_member(talk.enterprise).user)
    letter = told("talk_for_buyer")[-1]
    assert (letter.address, letter.context["path"]) == (buyer.email, f"/th/messages/{talk.pk}/")


def test_reading_marks_what_the_other_side_wrote_and_nothing_else():
    talk = ask(make_product(), make_buyer()).conversation

    assert services.note_read(conversation_id=talk.pk, side="buyer") == 0
    assert Conversation.objects.waiting_for("group").get() == talk
    assert services.note_read(conversation_id=talk.pk, side="group") == 1
    assert services.note_read(conversation_id=talk.pk, side="group") == 0
    assert not Conversation.objects.waiting_for("group").exists()


# --- a problem ---


def test_every_pair_of_states():
    allowed = {
        (old, new) for old in TalkState for new in TalkState if can_move(old, new, TALK_TRANSITIONS)
    }

    assert allowed == {("private", "reported"), ("reported", "private")}


def test_a_problem_opens_the_talk_to_the_office_until_it_is_settled():
    buyer, officer = make_buyer(), make_officer()
    talk = ask(make_product(), buyer).conversation
    make_member(talk.enterprise)
    assert not Conversation.objects.reported().exists()

    services.report_problem(conversation_id=talk.pk, side="buyer", by=buyer, text="ขอให้โอนตรง")
    talk = Conversation.objects.reported().get()
    assert (talk.report, talk.reported_side) == ("ขอให้โอนตรง", "buyer")
    with pytest.raises(services.AlreadyReported):
        services.report_problem(conversation_id=talk.pk, side="group", by=None, text="อีก")
    talk.refresh_from_db()
    assert talk.report == "ขอให้โอนตรง"

    with pytest.raises(ReasonNeeded):
        services.settle_problem(conversation_id=talk.pk, by=officer, reason=" ")
    services.settle_problem(conversation_id=talk.pk, by=officer, reason="คุยกับกลุ่มแล้ว")
    assert not Conversation.objects.reported().exists()
    with pytest.raises(MoveNotAllowed):
        services.settle_problem(conversation_id=talk.pk, by=officer, reason="อีกครั้ง")
    history = StateChange.objects.filter(about_label="care.conversation", about_id=talk.pk)
    assert [(h.new, h.by, h.reason) for h in history] == [
        ("reported", buyer, "ขอให้โอนตรง"),
        ("private", officer, "คุยกับกลุ่มแล้ว"),
    ]
    assert told("talk_settled")[0].address == buyer.email
    assert len(told("talk_settled_for_group")) == 2


# --- photos that wait ---


def test_a_form_keeps_at_most_four_photos_and_lets_one_go(tmp_path):
    token = uuid4()
    kept = [draft_photo(token) for _ in range(5)]
    assert kept[4] is None
    assert len(list((tmp_path / "private").rglob("*.jpg"))) == 4

    services.drop_photo(draft=uuid4(), photo_id=kept[0].pk)  # another form's word counts nothing
    assert TalkPhoto.objects.count() == 4
    services.drop_photo(draft=token, photo_id=kept[0].pk)
    assert TalkPhoto.objects.count() == 3
    assert len(list((tmp_path / "private").rglob("*.jpg"))) == 3


def test_photos_never_sent_are_forgotten_and_sent_ones_kept(tmp_path):
    sent, left = uuid4(), uuid4()
    draft_photo(sent)
    ask(make_product(), make_buyer(), token=sent)
    draft_photo(left)

    assert services.forget_drafts() == 0
    later = timezone.now() + timedelta(days=3)
    assert services.forget_drafts(now=later) == 1
    assert services.forget_drafts(now=later) == 0
    assert TalkPhoto.objects.get().draft == sent
    assert len(list((tmp_path / "private").rglob("*.jpg"))) == 1


# --- saved replies ---


def test_a_group_keeps_changes_and_removes_its_own_words_only():
    mine, theirs = make_enterprise(), make_enterprise()
    facts = {"title": "ราคาส่ง", "text": "ค่าส่ง 40 บาท"}
    reply = services.save_reply(enterprise_id=mine.pk, **facts)
    with pytest.raises(services.TitleTaken):
        services.save_reply(enterprise_id=mine.pk, **facts)
    services.save_reply(enterprise_id=theirs.pk, **facts)

    with pytest.raises(type(reply).DoesNotExist):
        services.save_reply(enterprise_id=theirs.pk, reply_id=reply.pk, title="x", text="x")
    services.remove_reply(enterprise_id=theirs.pk, reply_id=reply.pk)
    services.save_reply(enterprise_id=mine.pk, reply_id=reply.pk, title="ค่าส่ง", text="50 บาท")
    assert mine.saved_replies.get().text == "50 บาท"
    services.remove_reply(enterprise_id=mine.pk, reply_id=reply.pk)
    assert (mine.saved_replies.count(), theirs.saved_replies.count()) == (0, 1)


def test_thirty_saved_replies_are_enough():
    enterprise = make_enterprise()
    for number in range(30):
        services.save_reply(enterprise_id=enterprise.pk, title=str(number), text="x")

    with pytest.raises(services.TooManyReplies):
        services.save_reply(enterprise_id=enterprise.pk, title="31", text="x")


def test_the_order_of_an_account_keeps_its_buyer():
    buyer = make_buyer()
    order = make_placed_order((make_product(), 1), user=buyer)
    part = order.fulfilments.get()
    services.write_about_part(
        fulfilment_id=part.pk, side="buyer", by=buyer, text="สวัสดี", token=uuid4()
    )

    assert Conversation.objects.of_buyer(buyer).get().fulfilment == part
    assert not Conversation.objects.of_buyer(make_buyer()).exists()
    assert not Conversation.objects.of_member(make_member(make_enterprise()).user).exists()
