"""Talking about something special: both doors, the office, and words that lead away."""

from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from producers.workspace.templatetags.workspace_links import workspace_link
from shop.care import services
from shop.care.models import Conversation, TalkMessage
from shop.fulfilment.models import CustomRequest, Quote
from shop.fulfilment.states import RequestState
from shop.outbox.models import Message
from shop.production.models import Workshop
from tests.checkout.shopping import Buyer
from tests.factories import (
    make_buyer,
    make_enterprise,
    make_member,
    make_officer,
    make_product,
    make_rates,
    make_workshop,
)
from tests.fulfilment.test_quotes import ask, quote

pytestmark = pytest.mark.django_db

CALL_ME = "โทรมาที่ 081-234-5678"
QUOTE = {
    "title_1": "ผ้าพันคอ",
    "quantity_1": "10",
    "unit_price_1": "250",
    "units_1": "6",
    "payment_plan": "full",
    "valid_days": "7",
}


@pytest.fixture
def looms() -> Workshop:
    make_rates()
    return make_workshop(horizon_days=30, per_day=2, keeps_holidays=False)


@pytest.fixture
def leader(looms: Workshop) -> Buyer:
    return Buyer("en", user=make_member(looms.enterprise).user)


def typed(text: str = "สีครามเข้มได้ไหม", send: str = "") -> dict[str, str]:
    return {"text": text, "send": send, "token": str(uuid4())}


def words(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response
    return response.content.decode()


def test_both_sides_talk_about_a_request_and_find_the_talk_on_its_page(
    looms: Workshop, leader: Buyer
) -> None:
    user = make_buyer()
    mali, asked = Buyer("en", user=user), ask(looms.enterprise, user)
    assert "Write to the group" in words(mali.get(f"requests/{asked.pk}/"))
    assert "Ask the buyer something" in words(leader.get(f"workspace/requests/{asked.pk}/"))
    assert "What is agreed here counts once" in words(mali.get(f"messages/request/{asked.pk}/"))

    response = leader.post(f"workspace/requests/{asked.pk}/talk/", typed("What size?"))

    talk = Conversation.objects.get()
    assert (talk.enterprise, talk.buyer, talk.request) == (looms.enterprise, user, asked)
    assert (talk.product, talk.fulfilment) == (None, None)
    assert response.url == f"/en/workspace/messages/{talk.pk}/"
    told = Message.objects.filter(kind="talk_for_buyer", channel="email").get()
    assert (told.address, told.context["path"]) == (user.email, f"/th/messages/{talk.pk}/")
    assert "new message" in words(mali.get(f"requests/{asked.pk}/"))
    assert mali.get(f"messages/request/{asked.pk}/").url == f"/en/messages/{talk.pk}/"
    page = words(mali.get(f"messages/{talk.pk}/"))
    assert "What size?" in page
    assert f"/en/requests/{asked.pk}/" in page
    assert "Something special" in words(mali.get("messages/"))

    mali.post(f"messages/{talk.pk}/", typed("60 × 180"))
    assert "new message" in words(leader.get(f"workspace/requests/{asked.pk}/"))
    assert "60 × 180" in words(leader.get(f"workspace/messages/{talk.pk}/"))
    assert "new message" not in words(leader.get(f"workspace/requests/{asked.pk}/"))
    assert [each.side for each in talk.messages.all()] == ["group", "buyer"]
    letter = Message.objects.filter(kind="talk_for_group", channel="email").get()
    assert (letter.context["talk"], letter.context["about_en"][:18]) == (
        talk.pk,
        "something special:",
    )
    opened = leader.client.get(workspace_link(letter.context).partition("testserver")[2] or "/")
    assert opened.status_code in {200, 302}


def test_a_talk_is_about_exactly_one_thing(looms: Workshop) -> None:
    asked, product = ask(looms.enterprise, make_buyer()), make_product(looms.enterprise)
    facts = {"enterprise": looms.enterprise, "buyer": asked.buyer}

    with pytest.raises(IntegrityError), transaction.atomic():
        Conversation.objects.create(**facts, request=asked, product=product)
    with pytest.raises(IntegrityError), transaction.atomic():
        Conversation.objects.create(**facts)
    Conversation.objects.create(**facts, request=asked)
    with pytest.raises(IntegrityError), transaction.atomic():
        Conversation.objects.create(**facts, request=asked)


def test_nobody_else_finds_the_talk(looms: Workshop) -> None:
    asked = ask(looms.enterprise, make_buyer())
    stranger = Buyer("en", user=make_buyer())
    other_group = Buyer("en", user=make_member(make_enterprise()).user)

    assert stranger.get(f"messages/request/{asked.pk}/").status_code == 404
    assert stranger.post(f"messages/request/{asked.pk}/", typed()).status_code == 404
    assert other_group.get(f"workspace/requests/{asked.pk}/talk/").status_code == 404
    assert other_group.post(f"workspace/requests/{asked.pk}/talk/", typed()).status_code == 404
    assert "sign-in" in Buyer("en").get(f"messages/request/{asked.pk}/").url
    assert not TalkMessage.objects.exists()


def test_the_office_reads_along_only_while_a_problem_is_reported(looms: Workshop) -> None:
    asked = ask(looms.enterprise, make_buyer())
    quote(asked, looms)
    message = services.write_about_request(
        request_id=asked.pk, side="buyer", by=asked.buyer, text="ยังไม่ตอบ", token=uuid4()
    )
    officer = Buyer("en", user=make_officer())
    case = f"/office/office_talks/inspect/{message.conversation_id}/"
    assert officer.client.get(case, follow=True).status_code == 404

    services.report_problem(
        conversation_id=message.conversation_id, side="buyer", by=asked.buyer, text="ราคาไม่ตรง"
    )

    page = words(officer.client.get(case, follow=True))
    assert "ยังไม่ตอบ" in page
    assert asked.words in page
    assert "฿2,505" in page


def test_a_request_with_a_telephone_number_is_sent_at_the_second_tap(looms: Workshop) -> None:
    mali = Buyer("en", user=make_buyer())
    where = f"groups/{looms.enterprise.slug}/special/"
    filled = {"words": CALL_ME, "quantity": "2", "send": "1", "token": str(uuid4())}

    page = words(mali.post(where, filled), 422)
    assert "Not sent yet" in page
    assert "<q>081-234-5678</q>" in page
    assert CALL_ME in page  # nothing typed is lost
    assert not CustomRequest.objects.exists()
    assert mali.post(where, {**filled, "send": "phone"}).status_code == 302
    assert CustomRequest.objects.get().words == CALL_ME


def test_a_proposal_with_a_telephone_number_is_sent_at_the_second_tap(looms: Workshop) -> None:
    user = make_buyer()
    mali, asked = Buyer("en", user=user), ask(looms.enterprise, user)
    quote(asked, looms)
    here = f"requests/{asked.pk}/"

    page = words(mali.post(here, {"answer": "propose", "words": CALL_ME}), 422)
    assert "<q>081-234-5678</q>" in page
    assert Quote.objects.filter(side="buyer").count() == 0
    assert mali.post(here, {"send": "phone", "words": CALL_ME}).status_code == 302
    assert Quote.objects.get(side="buyer").words == CALL_ME


@pytest.mark.parametrize("field", ["words", "delivery_note", "title_1"])
def test_a_quote_with_a_telephone_number_is_sent_at_the_second_tap(
    looms: Workshop, leader: Buyer, field: str
) -> None:
    asked = ask(looms.enterprise, make_buyer())
    here = f"workspace/requests/{asked.pk}/quote/"
    filled = {**QUOTE, "workshop": str(looms.pk), field: CALL_ME}

    assert "Not sent yet" not in words(leader.post(here, {**filled, "reckon": "1"}))
    page = words(leader.post(here, {**filled, "send": "1"}), 422)
    assert "<q>081-234-5678</q>" in page
    assert not Quote.objects.exists()
    assert leader.post(here, {**filled, "send": "phone"}).status_code == 302
    assert Quote.objects.count() == 1


def test_declining_with_a_telephone_number_takes_a_second_tap(
    looms: Workshop, leader: Buyer
) -> None:
    asked = ask(looms.enterprise, make_buyer())
    here = f"workspace/requests/{asked.pk}/decline/"

    assert "Not sent yet" in words(leader.post(here, {"words": CALL_ME}), 422)
    asked.refresh_from_db()
    assert asked.state == RequestState.ASKED
    assert leader.post(here, {"words": CALL_ME, "send": "phone"}).status_code == 302
    asked.refresh_from_db()
    assert asked.state == RequestState.DECLINED
