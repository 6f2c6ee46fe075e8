"""Accounts: by e-mail or phone, proved by a code, closed to everybody else."""

import re
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from shop.core.models import Consent, OneTimeCode, User
from shop.oscar.checkout.services import set_address
from shop.oscar.customer import services
from shop.oscar.order.models import Order
from shop.outbox.models import Message
from shop.outbox.services import send_due_messages
from tests.factories.goods import make_enterprise, make_product
from tests.factories.orders import ADDRESS, CONTACT, make_checkout, make_placed_order
from tests.factories.people import PASSWORD, make_buyer, make_member

pytestmark = pytest.mark.django_db

NEW_PASSWORD = "ดอกไม้ริมทาง-2569"


def _code_sent() -> str:
    return str(Message.objects.filter(kind="one_time_code").latest("pk").context["code"])


def _open_account(client: Client, contact: str, **more: str) -> Any:
    response = client.post("/th/account/sign-up/", {"contact": contact})
    assert response.status_code == 302
    fields = {"code": _code_sent(), "name": "มะลิ สวนดอก", "password": NEW_PASSWORD, **more}
    return client.post("/th/account/sign-up/code/", fields)


@pytest.mark.parametrize(
    ("contact", "field", "kept"),
    [
        ("Mali@Example.com", "email", "mali@example.com"),
        ("081-234-5678", "phone", "+66812345678"),
        ("๐๘๑ ๒๓๔ ๕๖๗๘", "phone", "+66812345678"),
    ],
)
def test_an_account_is_opened_by_a_code(
    client: Client, contact: str, field: str, kept: str
) -> None:
    response = _open_account(client, contact)
    assert response.status_code == 302, response.content.decode()[:2000]
    user = User.objects.get()
    assert getattr(user, field) == kept
    assert user.get_full_name() == "มะลิ สวนดอก"
    assert not services.has_consent(user, services.NEWSLETTER)
    assert client.get("/th/account/").status_code == 200
    client.post("/th/account/sign-out/")
    assert client.get("/th/account/").status_code == 302
    client.post("/th/account/sign-in/", {"username": contact, "password": NEW_PASSWORD})
    assert client.get("/th/account/").status_code == 200


def test_a_wrong_code_opens_nothing_and_five_tries_end_it(client: Client) -> None:
    client.post("/th/account/sign-up/", {"contact": "a@example.com"})
    right = _code_sent()
    wrong = "000000" if right != "000000" else "111111"
    fields = {"name": "ก", "password": NEW_PASSWORD}
    for _ in range(5):
        page = client.post("/th/account/sign-up/code/", {"code": wrong, **fields})
        assert page.status_code == 422
    assert client.post("/th/account/sign-up/code/", {"code": right, **fields}).status_code == 422
    assert not User.objects.exists()


def test_a_weak_password_does_not_use_up_the_code(client: Client) -> None:
    client.post("/th/account/sign-up/", {"contact": "a@example.com"})
    code = _code_sent()
    page = client.post(
        "/th/account/sign-up/code/", {"code": code, "name": "ก", "password": "12345678"}
    )
    assert page.status_code == 422
    assert OneTimeCode.objects.get().used_at is None


def test_a_known_contact_is_not_given_away(client: Client) -> None:
    make_buyer("known@example.com")
    known = client.post("/th/account/sign-up/", {"contact": "known@example.com"})
    fresh = client.post("/th/account/sign-up/", {"contact": "fresh@example.com"})
    assert (known.status_code, known["Location"]) == (fresh.status_code, fresh["Location"])
    kinds = set(Message.objects.values_list("kind", "address"))
    assert kinds == {
        ("account_exists", "known@example.com"),
        ("one_time_code", "fresh@example.com"),
    }


def test_a_forgotten_password_is_set_anew(client: Client) -> None:
    user = make_buyer("me@example.com")
    client.post("/th/account/new-password/", {"contact": "me@example.com"})
    page = client.post(
        "/th/account/new-password/code/", {"code": _code_sent(), "password": NEW_PASSWORD}
    )
    assert page.status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEW_PASSWORD)


def test_resetting_an_unknown_contact_sends_nothing_and_says_the_same(client: Client) -> None:
    page = client.post("/th/account/new-password/", {"contact": "nobody@example.com"})
    assert page.status_code == 302
    assert not Message.objects.exists()


def test_signing_in_is_limited_per_account(client: Client) -> None:
    make_buyer("me@example.com")
    fields = {"username": "me@example.com", "password": "wrong"}
    answers = [client.post("/th/account/sign-in/", fields).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]
    right = client.post("/th/account/sign-in/", {**fields, "password": PASSWORD})
    assert right.status_code == 429


def test_another_way_of_writing_a_number_is_no_new_row_of_tries(client: Client) -> None:
    make_buyer("me@example.com", phone="+66812345678")
    ways = [
        "0812345678",
        "081-234-5678",
        "081 234 5678",
        "+66812345678",
        "๐๘๑๒๓๔๕๖๗๘",
        "66812345678",
    ]
    answers = [
        client.post("/th/account/sign-in/", {"username": way, "password": "wrong"}).status_code
        for way in ways * 2
    ]
    assert answers == [422] * 10 + [429] * 2


def test_after_signing_in_one_returns_but_never_to_another_site(client: Client) -> None:
    make_buyer("me@example.com")
    fields = {"username": "me@example.com", "password": PASSWORD}
    back = client.post("/th/account/sign-in/", {**fields, "next": "/th/checkout/address/"})
    assert back["Location"] == "/th/checkout/address/"
    client.post("/th/account/sign-out/")
    out = client.post("/th/account/sign-in/", {**fields, "next": "https://evil.example/"})
    assert out["Location"] == "/th/account/"


def test_a_member_of_a_group_comes_to_its_work_unless_on_the_way_elsewhere(client: Client) -> None:
    leader = make_buyer("leader@example.com")
    make_member(make_enterprise(), user=leader)
    fields = {"username": "leader@example.com", "password": PASSWORD}
    came = client.post("/th/account/sign-in/", fields)
    assert (came.status_code, came["Location"]) == (302, reverse("workspace:home"))
    assert client.get("/th/account/sign-in/")["Location"] == reverse("workspace:home")
    client.post("/th/account/sign-out/")
    back = client.post("/th/account/sign-in/", {**fields, "next": "/th/checkout/address/"})
    assert back["Location"] == "/th/checkout/address/"
    client.post("/th/account/sign-out/")
    leader.memberships.update(left_at=timezone.now())
    assert client.post("/th/account/sign-in/", fields)["Location"] == "/th/account/"


@pytest.mark.parametrize(
    "target",
    ["abc", "customer:logout", "-1", "/a\nb", "/\x7f", "//evil.example", "/" * 9000, "\\\\e"],
)
def test_a_strange_way_back_leads_to_the_account(client: Client, target: str) -> None:
    make_buyer("me@example.com")
    fields = {"username": "me@example.com", "password": PASSWORD, "next": target}
    answer = client.post("/th/account/sign-in/", fields)
    assert (answer.status_code, answer["Location"]) == (302, "/th/account/")
    assert client.get("/th/account/sign-in/", {"next": target})["Location"] == "/th/account/"


def test_the_password_cannot_be_guessed_where_a_contact_is_changed(client: Client) -> None:
    client.force_login(make_buyer("me@example.com"))
    fields = {"contact": "new@example.com", "password": "wrong"}
    answers = [client.post("/th/account/profile/contact/", fields).status_code for _ in range(11)]
    assert answers == [422] * 10 + [429]


def test_guest_orders_of_a_proved_address_join_the_account(client: Client) -> None:
    order = make_placed_order((make_product(), 1), contact={**CONTACT, "email": "g@example.com"})
    assert order.user_id is None
    _open_account(client, "g@example.com")
    order.refresh_from_db()
    assert order.user == User.objects.get()
    assert order.number in client.get("/th/account/orders/").content.decode()


def test_a_consent_given_as_a_guest_can_be_withdrawn_in_the_account(client: Client) -> None:
    checkout = make_checkout((make_product(), 1), contact={**CONTACT, "email": "mali@example.com"})
    set_address(
        checkout=checkout,
        contact=checkout.contact,
        address=checkout.address,
        consents=["newsletter"],
    )
    _open_account(client, "mali@example.com")
    user = User.objects.get(email="mali@example.com")
    assert services.has_consent(user, services.NEWSLETTER)
    client.post("/th/account/profile/newsletter/", {"wanted": "no"})
    assert not Consent.objects.filter(withdrawn_at=None).exists()


def test_addresses_are_kept_used_first_and_removed(client: Client) -> None:
    user = make_buyer()
    client.force_login(user)
    form = {**ADDRESS, "name": "มะลิ", "phone": "0812345678", "place": ""}
    assert client.post("/th/account/addresses/new/", form).status_code == 302
    other = {**form, "house_number": "7", "tambon_code": "500101", "postcode": ""}
    assert client.post("/th/account/addresses/new/", other).status_code == 302
    first, second = user.addresses.order_by("pk")
    assert (first.is_default_for_shipping, second.is_default_for_shipping) == (True, False)
    client.post(f"/th/account/addresses/{second.pk}/first/")
    client.post(f"/th/account/addresses/{first.pk}/remove/")
    assert [a.pk for a in user.addresses.filter(is_default_for_shipping=True)] == [second.pk]
    assert second.place.province.name_en == "Chiang Mai"


def test_nobody_reaches_another_persons_address(client: Client) -> None:
    owner, stranger = make_buyer(), make_buyer()
    contact = {"name": "ก", "phone": "+66812345678"}
    row = services.save_address(user=owner, contact=contact, address=dict(ADDRESS))
    client.force_login(stranger)
    for path in ("", "remove/", "first/"):
        address = f"/th/account/addresses/{row.pk}/{path}"
        assert client.post(address, {}).status_code == 404
    assert owner.addresses.count() == 1


def test_typing_a_place_offers_tambons_and_keeps_what_was_typed(client: Client) -> None:
    client.force_login(make_buyer())
    page = client.post(
        "/th/account/addresses/new/",
        {"name": "ชื่อที่พิมพ์ไว้", "house_number": "9", "place": "10500", "find": "1"},
    )
    text = page.content.decode()
    assert "ชื่อที่พิมพ์ไว้" in text
    assert 'value="100404"' in text


def test_the_newsletter_is_given_and_withdrawn_with_one_tap(client: Client) -> None:
    user = make_buyer()
    client.force_login(user)
    client.post("/th/account/profile/newsletter/", {"wanted": "yes"})
    assert services.has_consent(user, services.NEWSLETTER)
    client.post("/th/account/profile/newsletter/", {"wanted": "no"})
    assert not services.has_consent(user, services.NEWSLETTER)
    assert user.consents.count() == 1


def test_a_copy_of_the_own_data_holds_orders_and_nobody_elses(client: Client) -> None:
    user = make_buyer()
    mine = make_placed_order((make_product(), 1), user=user)
    make_placed_order((make_product(), 1), user=make_buyer())
    client.force_login(user)
    data = client.get("/th/account/profile/my-data/").json()
    assert [order["number"] for order in data["orders"]] == [mine.number]
    assert Order.objects.count() == 2


def test_a_changed_contact_is_proved_first(client: Client) -> None:
    user = make_buyer("old@example.com")
    make_buyer("taken@example.com")
    client.force_login(user)
    stolen = {"contact": "089-999-0000", "password": "guess"}
    assert client.post("/th/account/profile/contact/", stolen).status_code == 422
    assert not OneTimeCode.objects.exists()
    fields = {"contact": "089-999-0000", "password": PASSWORD}
    client.post("/th/account/profile/contact/", fields)
    client.post("/th/account/profile/contact/code/", {"code": _code_sent()})
    user.refresh_from_db()
    assert (user.email, user.phone) == ("old@example.com", "+66899990000")
    with pytest.raises(services.ContactTaken):
        services.change_contact(user=user, contact="taken@example.com")


@pytest.mark.parametrize("language", ["th", "en"])
def test_the_code_arrives_by_mail_in_the_buyers_language(client: Client, language: str) -> None:
    client.post(f"/{language}/account/sign-up/", {"contact": "a@example.com"})
    send_due_messages()
    code = OneTimeCode.objects.get()
    letter = mail.outbox[0]
    assert re.search(r"\b\d{6}\b", str(letter.subject))
    assert code.contact == letter.to[0]


@pytest.mark.parametrize(
    "contact", ["", "x", "0", "081", "a@", "\u0e01" * 300, "<script>@x.com", "0812345678;--"]
)
def test_bad_contacts_get_a_message_and_no_code(client: Client, contact: str) -> None:
    page = client.post("/th/account/sign-up/", {"contact": contact})
    assert page.status_code == 422
    assert not OneTimeCode.objects.exists()
