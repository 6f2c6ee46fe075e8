"""The group's side of talks on its phone."""

from uuid import uuid4

import pytest

from shop.care import services
from shop.care.models import Conversation, SavedReply, TalkMessage
from shop.outbox.channels import _mail, _render
from shop.outbox.models import Channel, Message
from tests.checkout.shopping import Buyer
from tests.factories import make_buyer, make_enterprise, make_member, make_officer, make_product

from .talking import a_part, ask, jpeg, reply, review

pytestmark = pytest.mark.django_db


def words(response, status: int = 200) -> str:
    assert response.status_code == status, response
    return response.content.decode()


def typed(text: str, send: str = "", **more) -> dict:
    return {"text": text, "send": send, "token": str(uuid4()), **more}


@pytest.mark.parametrize(
    ("language", "news", "nothing"),
    [
        ("th", "มีข้อความใหม่ 1 เรื่อง", "ยังไม่มีข้อความ"),
        ("en", "1 talk with something new", "No messages yet"),
    ],
)
def test_a_group_finds_what_is_new_and_answers(language, news, nothing):
    enterprise = make_enterprise()
    weaver = make_member(enterprise).user
    member = Buyer(language, user=weaver)
    assert nothing in words(member.get("workspace/messages/"))
    talk = ask(make_product(enterprise), make_buyer(first_name="Anong"), "Is it blue?").conversation

    assert news in words(member.get("workspace/"))
    assert "Anong" in words(member.get("workspace/messages/"))
    page = words(member.get(f"workspace/messages/{talk.pk}/"))
    assert "Is it blue?" in page
    assert news not in words(member.get("workspace/"))
    assert member.post(f"workspace/messages/{talk.pk}/", typed("Yes")).status_code == 302
    answer = TalkMessage.objects.get(side="group")
    assert (answer.text, answer.author) == ("Yes", weaver)
    assert "Yes" in words(Buyer(language, user=talk.buyer).get(f"messages/{talk.pk}/"))


def test_a_saved_reply_comes_behind_what_is_typed_and_is_not_sent_by_itself():
    enterprise = make_enterprise()
    member = Buyer("en", user=make_member(enterprise).user)
    assert "Nothing saved yet" in words(member.get("workspace/replies/"))
    assert "Give it a short name." in words(
        member.post("workspace/replies/new/", {"text": "x"}), 422
    )
    member.post("workspace/replies/new/", {"title": "Post", "text": "Post takes 3 days."})
    saved = SavedReply.objects.get()
    again = member.post("workspace/replies/new/", {"title": "Post", "text": "x"})
    assert "another one of this name" in words(again, 422)
    talk = ask(make_product(enterprise), make_buyer()).conversation
    path = f"workspace/messages/{talk.pk}/"

    form = {**typed("Hello"), "use": str(saved.pk)}
    del form["send"]
    page = words(member.post(path, form))
    assert "Hello\nPost takes 3 days.</textarea>" in page
    assert talk.messages.count() == 1
    foreign = services.save_reply(enterprise_id=make_enterprise().pk, title="x", text="secret")
    assert "secret" not in words(member.post(path, {**form, "use": str(foreign.pk)}))
    for other in (f"workspace/replies/{foreign.pk}/", f"workspace/replies/{9**30}/"):
        assert member.get(other).status_code == 404
    assert member.post(f"workspace/replies/{foreign.pk}/remove/").status_code == 404
    member.post(f"workspace/replies/{saved.pk}/", {"title": "Post", "text": "2 days"})
    assert "2 days" in words(member.get(f"workspace/replies/{saved.pk}/"))
    member.post(f"workspace/replies/{saved.pk}/remove/")
    assert list(SavedReply.objects.all()) == [foreign]


def test_a_group_writes_first_about_a_job_and_points_out_holds_for_it_too():
    part = a_part(language="en")
    member = Buyer("en", user=part.enterprise.memberships.get().user)
    path = f"workspace/jobs/{part.pk}/talk/"
    assert path in words(member.get(f"workspace/jobs/{part.pk}/"))
    assert "Nobody has written yet." in words(member.get(path))

    assert "Not sent yet" in words(member.post(path, typed("Pay me directly")), 422)
    assert not Conversation.objects.exists()
    response = member.post(path, typed("Which blue do you like?"))
    talk = Conversation.objects.get()
    assert response.url == f"/en/workspace/messages/{talk.pk}/"
    assert member.get(path).url == response.url
    stranger = Buyer(user=make_member(make_enterprise()).user)
    assert stranger.get(path).status_code == 404
    assert stranger.post(path, typed("x")).status_code == 404


def test_a_group_calls_the_office_and_both_see_it():
    talk = ask(make_product(), make_buyer()).conversation
    member = Buyer("en", user=make_member(talk.enterprise).user)

    member.post(f"workspace/messages/{talk.pk}/problem/", {"text": "The buyer is rude"})
    talk.refresh_from_db()
    assert (talk.state, talk.reported_side) == ("reported", "group")
    member.post(f"workspace/messages/{talk.pk}/problem/", {"text": "again"})
    talk.refresh_from_db()
    assert talk.report == "The buyer is rude"
    for page in (
        member.get(f"workspace/messages/{talk.pk}/"),
        Buyer("en", user=talk.buyer).get(f"messages/{talk.pk}/"),
    ):
        assert "The office reads along until it is settled." in words(page)


@pytest.mark.parametrize("language", ["th", "en"])
def test_all_that_is_told_can_be_read_and_opens_the_right_screen(language):
    part = a_part(state="received", language=language)
    weaver = part.enterprise.memberships.get().user
    weaver.language = language
    weaver.save()
    officer, token = make_officer(), uuid4()
    services.keep_photo(draft=token, data=jpeg(), width=80, height=60)
    question = services.write_about_part(
        fulfilment_id=part.pk, side="buyer", by=None, text="<b>ถาม</b>", token=token
    )
    talk = question.conversation
    reply(talk, weaver, "ตอบ & ตอบ")
    services.report_problem(conversation_id=talk.pk, side="group", by=weaver, text="x")
    services.settle_problem(conversation_id=talk.pk, by=officer, reason="จบแล้ว")
    made = review(part)
    services.reject_review(review_id=made.pk, by=officer, reason="แก้คำ")
    services.correct_review(
        review_id=made.pk, by=None, stars=5, text="ดี", shown_name="", draft=uuid4()
    )
    services.publish_review(review_id=made.pk, by=officer)
    services.answer_review(review_id=made.pk, by=weaver, text="ขอบคุณ")

    told = Message.objects.filter(kind__regex="^(talk|review)_")
    assert {m.kind for m in told} == {
        "talk_for_group",
        "talk_for_buyer",
        "talk_settled",
        "talk_settled_for_group",
        "review_rejected",
        "review_published",
        "review_answered",
    }
    from django.utils import translation

    for message in told:
        with translation.override(message.language):
            text = (
                _render(message, "sms.txt")
                if message.channel == Channel.SMS
                else str(_mail(message).alternatives[0][0]) + str(_mail(message).body)
            )
        assert "{" not in text
        assert "None" not in text
        assert f"/{language}/" in text
        if "/workspace/open/" in text:
            link = text.partition("/workspace/open/")[2].partition("/")[0]
            opened = Buyer(language).get(f"workspace/open/{link}/").url
            expected = {
                "talk_for_group": f"/{language}/workspace/messages/{talk.pk}/",
                "talk_settled_for_group": f"/{language}/workspace/messages/{talk.pk}/",
                "review_published": f"/{language}/workspace/reviews/{made.pk}/",
            }[message.kind]
            assert opened == expected
        else:
            path = message.context["path"]
            assert Buyer(language).get(path).status_code == 200


def test_lists_cost_the_same_however_long(django_assert_max_num_queries):
    enterprise = make_enterprise()
    member = Buyer(user=make_member(enterprise).user)
    product = make_product(enterprise)
    ask(product, make_buyer())
    member.get("workspace/messages/")
    with django_assert_max_num_queries(12) as first:
        member.get("workspace/messages/")
    for _ in range(6):
        ask(product, make_buyer())
    with django_assert_max_num_queries(len(first)):
        assert words(member.get("workspace/messages/")).count("talks__row--unread") == 7
