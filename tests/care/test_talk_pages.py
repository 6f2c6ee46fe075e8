"""The screens of talks: who sees what, what is pointed out, and that nothing typed is lost."""

import re
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from shop.care import services
from shop.care.models import Conversation, TalkMessage, TalkPhoto
from shop.core.models import RateCount
from shop.oscar.order.services import order_token
from tests.checkout.shopping import Buyer
from tests.factories import make_buyer, make_enterprise, make_member, make_officer, make_product

from .talking import a_part, ask, draft_photo, jpeg

pytestmark = pytest.mark.django_db


def words(response, status: int = 200) -> str:
    assert response.status_code == status, response
    return response.content.decode()


def typed(text: str = "ทอสีครามได้ไหม", send: str = "", **more) -> dict:
    return {"text": text, "send": send, "token": str(uuid4()), **more}


def photo(name: str = "a.jpg", data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data if data is not None else jpeg(), "image/jpeg")


# --- asking ---


@pytest.mark.parametrize(("language", "said"), [("th", "ถาม"), ("en", "Ask ")])
def test_a_buyer_asks_from_the_product_and_reads_the_talk(language, said):
    enterprise = make_enterprise(name_th="กลุ่มทอคราม", name_en="Indigo weavers")
    product, user = make_product(enterprise, slug="blue"), make_buyer()
    buyer = Buyer(language, user=user)

    page = words(buyer.get("messages/about/blue/"))
    assert said in page
    response = buyer.post("messages/about/blue/", typed())

    talk = Conversation.objects.get()
    assert (talk.buyer, talk.product) == (user, product)
    assert response.url == f"/{language}/messages/{talk.pk}/"
    page = words(buyer.get(response.url))
    assert "ทอสีครามได้ไหม" in page
    assert buyer.get("messages/about/blue/").url == response.url  # the talk there is
    assert {"th": "กลุ่มทอคราม", "en": "Indigo weavers"}[language] in words(buyer.get("messages/"))


def test_a_visitor_writes_signs_in_and_finds_the_words_again():
    make_product(slug="blue")
    user, visitor = make_buyer(), Buyer("en")

    response = visitor.post("messages/about/blue/", typed("Do you have <b>blue</b>?"))
    assert response.url == "/en/account/sign-in/?next=%2Fen%2Fmessages%2Fabout%2Fblue%2F"
    assert not Conversation.objects.exists()
    visitor.post(
        "account/sign-in/",
        {
            "username": user.email,
            "password": "a-long-test-word",
            "next": "/en/messages/about/blue/",
        },
    )
    page = words(visitor.get("messages/about/blue/"))
    assert "Do you have &lt;b&gt;blue&lt;/b&gt;?" in page
    assert "Do you have" not in words(visitor.get("messages/about/blue/"))  # once


def test_there_is_nothing_to_ask_about_what_is_not_on_sale():
    make_product(slug="draft", state="draft")

    for buyer in (Buyer(), Buyer(user=make_buyer())):
        assert buyer.get("messages/about/draft/").status_code == 404
        assert buyer.get("messages/about/nothing/").status_code == 404


def test_a_member_does_not_ask_the_own_group():
    product = make_product(slug="blue")
    member = Buyer(user=make_member(product.enterprise).user)

    assert member.post("messages/about/blue/", typed()).url == product.get_absolute_url()
    assert not Conversation.objects.exists()


# --- pointing out ---


def test_contact_data_is_pointed_out_once_and_sent_at_the_second_tap():
    make_product(slug="blue")
    buyer, form = Buyer("en", user=make_buyer()), typed("Call 081-234-5678", photos=photo())

    page = words(buyer.post("messages/about/blue/", form), 422)
    assert "a phone number" in page
    assert "<q>081-234-5678</q>" in page
    assert "Call 081-234-5678" in page
    assert 'value="phone">Send anyway' in page
    assert "Remove photo 1" in page  # the photo waits
    assert not TalkMessage.objects.exists()
    del form["photos"]

    more = {**form, "text": "Call 081-234-5678 or x@example.com", "send": "phone"}
    assert "an e-mail address" in words(buyer.post("messages/about/blue/", more), 422)
    assert buyer.post("messages/about/blue/", {**form, "send": "phone"}).status_code == 302
    message = TalkMessage.objects.get()
    assert (message.text, message.warned_of) == ("Call 081-234-5678", ["phone"])
    assert message.photos.count() == 1


def test_words_that_are_changed_are_sent_without_a_second_tap():
    make_product(slug="blue")
    buyer, form = Buyer("en", user=make_buyer()), typed("LINE: mali99")
    assert buyer.post("messages/about/blue/", form).status_code == 422

    buyer.post("messages/about/blue/", {**form, "text": "Is it blue?"})

    message = TalkMessage.objects.get()
    assert (message.text, message.warned_of) == ("Is it blue?", [])


# --- bad input ---


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Write something, or add a photo."),
        (" \u200b\n ", "Write something, or add a photo."),
        ("ก" * 2001, "At most 2,000 letters"),
    ],
)
def test_what_cannot_be_sent_is_said_beside_the_field(text, said):
    make_product(slug="blue")
    buyer = Buyer("en", user=make_buyer())

    page = words(buyer.post("messages/about/blue/", typed(text)), 422)

    assert said in page
    assert text.strip(" \n\u200b") in page
    assert not Conversation.objects.exists()


def test_marks_that_climb_over_the_lines_are_cut():
    make_product(slug="blue")
    Buyer(user=make_buyer()).post("messages/about/blue/", typed("a" + "\u0301" * 40 + " น้ำ"))

    text = TalkMessage.objects.get().text
    assert len(text) < 12
    assert text.endswith("น้ำ")


def test_nul_bytes_go_and_nonsense_tokens_are_replaced():
    make_product(slug="blue")
    buyer = Buyer(user=make_buyer())

    assert buyer.post("messages/about/blue/", typed("a\x00b")).status_code == 302
    assert buyer.post("messages/about/blue/", typed("ก", token="x' OR 1" * 9)).status_code == 302
    assert [each.text for each in TalkMessage.objects.all()] == ["ab", "ก"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is a drawing file"),
        ("a.jpg", b"no photo at all", "This file is not a photo"),
        ("a.jpg", b"", "empty"),
    ],
)
def test_what_is_no_photo_is_named_and_the_words_stay(name, data, said):
    make_product(slug="blue")
    buyer = Buyer("en", user=make_buyer())

    form = typed("With a photo", photos=[photo(), photo(name, data)])
    page = words(buyer.post("messages/about/blue/", form), 422)

    assert said in page
    assert "With a photo" in page
    assert TalkPhoto.objects.count() == 1  # the good one waits
    assert not TalkMessage.objects.exists()


def test_a_photo_is_drawn_anew_without_what_the_phone_wrote_into_it():
    make_product(slug="blue")
    out = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "where the maker lives"
    Image.new("RGB", (3000, 1000), "indigo").save(out, "JPEG", exif=exif)

    Buyer(user=make_buyer()).post(
        "messages/about/blue/", typed("", photos=photo(data=out.getvalue()))
    )

    kept = TalkPhoto.objects.get()
    assert (kept.width, kept.height) == (1600, 533)
    with kept.file.open() as file:
        assert b"maker lives" not in file.read()


def test_at_most_four_photos_and_each_can_be_taken_out_again():
    make_product(slug="blue")
    buyer, form = Buyer("en", user=make_buyer()), typed("x")

    page = words(
        buyer.post("messages/about/blue/", {**form, "photos": [photo() for _ in range(6)]}), 422
    )
    assert "At most 4 photos." in page
    assert TalkPhoto.objects.count() == 4
    first = TalkPhoto.objects.first().pk
    dropped = {"text": "x", "token": form["token"], "drop": str(first)}
    words(buyer.post("messages/about/blue/", dropped))
    assert TalkPhoto.objects.count() == 3
    assert not TalkMessage.objects.exists()


def test_a_flood_is_stopped_and_the_words_stay():
    product, user = make_product(slug="blue"), make_buyer()
    talk = ask(product, user).conversation
    buyer = Buyer("en", user=user)
    buyer.post(f"messages/{talk.pk}/", typed("one"))
    RateCount.objects.filter(key__startswith=f"talk:{user.pk}").update(count=60)

    page = words(buyer.post(f"messages/{talk.pk}/", typed("two many")), 422)

    assert "That was a lot at once" in page
    assert "two many" in page
    assert talk.messages.count() == 2


def test_two_taps_send_once():
    make_product(slug="blue")
    buyer, form = Buyer(user=make_buyer()), typed()

    assert buyer.post("messages/about/blue/", form).status_code == 302
    assert buyer.post("messages/about/blue/", form).status_code == 302

    assert TalkMessage.objects.count() == 1


# --- privacy ---


def test_a_talk_is_its_buyer_s_and_its_group_s_and_nobody_else_s():
    token = uuid4()
    draft_photo(token)
    talk = ask(make_product(), make_buyer(), token=token).conversation
    picture = TalkPhoto.objects.get()
    member = make_member(talk.enterprise).user
    strangers = [make_buyer(), make_member(make_enterprise()).user, make_officer()]
    left = make_member(talk.enterprise, left_at=talk.begun_at).user

    for user in (*strangers, left):
        stranger = Buyer(user=user)
        for path in (
            f"messages/{talk.pk}/",
            f"messages/{talk.pk}/problem/",
            f"messages/photos/{picture.pk}/",
        ):
            assert stranger.get(path).status_code == 404, path
        assert stranger.post(f"messages/{talk.pk}/", typed()).status_code == 404
        assert stranger.get(f"workspace/messages/{talk.pk}/").status_code in (403, 404)
        assert stranger.post(f"workspace/messages/{talk.pk}/", typed()).status_code in (403, 404)
    assert talk.messages.count() == 1
    # a member reads in the workspace, not in the buyer's account
    assert Buyer(user=member).get(f"messages/{talk.pk}/").status_code == 404
    assert Buyer(user=member).get(f"workspace/messages/{talk.pk}/").status_code == 200
    for user in (member, talk.buyer):
        response = Buyer(user=user).get(f"messages/photos/{picture.pk}/")
        assert response["Content-Type"] == "image/jpeg"
    visitor = Buyer().get(f"messages/{talk.pk}/")
    assert visitor.url.startswith("/th/account/sign-in/?next=")
    assert Buyer().get(f"messages/photos/{picture.pk}/").status_code == 404
    assert Buyer(user=talk.buyer).get(f"messages/{9**30}/").status_code == 404


def test_the_office_sees_photos_only_while_a_problem_is_reported():
    token = uuid4()
    draft_photo(token)
    talk = ask(make_product(), make_buyer(), token=token).conversation
    officer = Buyer(user=make_officer())
    path = f"messages/photos/{TalkPhoto.objects.get().pk}/"

    assert officer.get(path).status_code == 404
    services.report_problem(conversation_id=talk.pk, side="buyer", by=None, text="x")
    assert officer.get(path).status_code == 200
    services.settle_problem(conversation_id=talk.pk, by=make_officer(), reason="x")
    assert officer.get(path).status_code == 404


def test_a_waiting_photo_is_known_to_its_form_only():
    token = uuid4()
    picture = draft_photo(token)

    assert Buyer().get(f"messages/photos/new/{token}/{picture.pk}/").status_code == 200
    assert Buyer().get(f"messages/photos/new/{uuid4()}/{picture.pk}/").status_code == 404


# --- a guest with the order's link ---


def test_a_guest_writes_by_the_signed_link_reports_and_reads():
    part = a_part(language="en")
    weaver = part.enterprise.memberships.get().user
    order = part.order
    path = f"/en/messages/order/{order.number}/{order_token(order)}/{part.pk}/"
    guest = Buyer("en")

    assert "Ask" in words(guest.get(path))
    assert not Conversation.objects.exists()
    assert guest.get(f"{path}problem/").status_code == 404  # nothing was written yet
    assert guest.post(path, typed("When?", photos=photo())).url == path
    talk = Conversation.objects.get()
    services.write(
        conversation_id=talk.pk, side="group", by=weaver, text="On Friday", token=uuid4()
    )
    page = words(guest.get(path))
    assert "On Friday" in page
    (address,) = set(re.findall(rf'href="({path}photos/\d+/)"', page))
    assert guest.get(address)["Content-Type"] == "image/jpeg"
    assert not talk.messages.filter(side="group", read_at=None).exists()

    assert "Tell the office" in words(guest.post(f"{path}problem/", {"text": " "}), 422)
    guest.post(f"{path}problem/", {"text": "They want cash"})
    talk.refresh_from_db()
    assert (talk.is_reported, talk.report) == (True, "They want cash")
    assert "The office reads along" in words(guest.get(path))


def test_the_signed_link_opens_its_own_part_only():
    part, other = a_part(), a_part()
    picture_token = uuid4()
    draft_photo(picture_token)
    services.write_about_part(
        fulfilment_id=other.pk, side="buyer", by=None, text="x", token=picture_token
    )
    token, foreign = order_token(part.order), TalkPhoto.objects.get().pk
    base = f"/th/messages/order/{part.order.number}"

    assert Buyer().get(f"{base}/{token}/{other.pk}/").status_code == 404
    assert Buyer().get(f"{base}/{token[:-1]}/{part.pk}/").status_code == 404
    assert Buyer().get(f"{base}/{order_token(other.order)}/{part.pk}/").status_code == 404
    assert Buyer().get(f"{base}/{token}/{part.pk}/photos/{foreign}/").status_code == 404
    assert Buyer().get(f"{base}/{token}/{9**30}/").status_code == 404


# --- statements ---


def test_a_long_talk_costs_as_much_as_a_short_one_and_shows_the_latest(
    django_assert_max_num_queries,
):
    product, user = make_product(), make_buyer()
    talk = ask(product, user, "ข้อความแรก").conversation
    for number in range(70):
        services.write(
            conversation_id=talk.pk, side="buyer", by=user, text=f"ข้อ {number}.", token=uuid4()
        )
    buyer = Buyer(user=user)
    buyer.get(f"messages/{talk.pk}/")

    with django_assert_max_num_queries(13):
        page = words(buyer.get(f"messages/{talk.pk}/"))
    assert "ข้อ 69." in page
    assert "ข้อความแรก" not in page
    assert "ข้อความแรก" in words(buyer.get(f"messages/{talk.pk}/?older=2"))
    assert buyer.get(f"messages/{talk.pk}/?older={9**20}").status_code == 200


def test_a_long_list_of_talks_is_read_in_few_statements(django_assert_max_num_queries):
    user = make_buyer()
    for _ in range(25):
        ask(make_product(picture=False), user)
    buyer = Buyer(user=user)

    with django_assert_max_num_queries(8):
        page = words(buyer.get("messages/"))
    assert page.count("talks__row") == 20
    assert "No messages yet" in words(Buyer("en", user=make_buyer()).get("messages/"))
