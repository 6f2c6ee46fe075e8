"""The office: blind to talks until one side reports a problem; reviews are read there first."""

import re

import pytest
from django.test import Client

from cms.services import add_officer
from shop.care import services
from shop.care.models import Conversation
from tests.factories import make_buyer, make_officer, make_product

from .talking import a_part, ask, review

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk():
    return add_officer(make_buyer())


@pytest.fixture
def office(clerk):
    client = Client()
    client.force_login(clerk)
    return client


@pytest.fixture
def talk() -> Conversation:
    return ask(
        make_product(), make_buyer(), "ทอสีครามได้ไหม 0812345678", warned_of=["phone"]
    ).conversation


def not_found(client: Client, address: str, data: dict | None = None) -> bool:
    """What is not there leads by way of a language to the page that says so."""
    response = client.get(address) if data is None else client.post(address, data)
    nothing = client.get(re.sub(r"/\d+/", "/999999/", address))
    assert response.status_code == nothing.status_code
    return client.get(address, follow=True).status_code == 404


@pytest.mark.parametrize("superuser", [False, True])
def test_the_office_is_blind_until_a_problem_is_reported(clerk, talk, superuser):
    client = Client()
    client.force_login(make_officer() if superuser else clerk)
    addresses = [
        f"/office/office_talks/inspect/{talk.pk}/",
        f"/office/office_talks/step/{talk.pk}/settle/",
    ]

    for address in addresses:
        assert not_found(client, address)
        assert not_found(client, address, {"reason": "x"})
    page = client.get("/office/office_talks/").content.decode()
    assert f"inspect/{talk.pk}/" not in page
    assert not_found(client, f"/office/office_talks/edit/{talk.pk}/")
    assert not_found(client, f"/office/office_talks/delete/{talk.pk}/")
    assert not_found(client, f"/office/office_talks/history/{talk.pk}/")

    services.report_problem(conversation_id=talk.pk, side="buyer", by=talk.buyer, text="ขอให้โอน")
    for address in addresses:
        assert client.get(address).status_code == 200


def test_a_reported_talk_is_read_and_closed_and_is_gone_again(office, talk, clerk):
    services.report_problem(conversation_id=talk.pk, side="buyer", by=talk.buyer, text="ขอให้โอน")
    home = office.get("/office/").content.decode()
    assert "office_talks" in home

    case = office.get(f"/office/office_talks/inspect/{talk.pk}/").content.decode()
    assert "ขอให้โอน" in case
    assert "ทอสีครามได้ไหม" in case
    assert "<textarea" not in case  # the office reads, it does not write along
    step = f"/office/office_talks/step/{talk.pk}/settle/"
    assert office.post(step, {"reason": ""}).status_code == 200
    response = office.post(step, {"reason": "คุยกับกลุ่มแล้ว"})
    assert response.url == "/office/office_talks/"
    assert not_found(office, f"/office/office_talks/inspect/{talk.pk}/")
    talk.refresh_from_db()
    assert talk.state == "private"


def test_an_officer_without_the_right_sees_no_photo_and_no_talk(talk):
    services.report_problem(conversation_id=talk.pk, side="buyer", by=None, text="x")
    plain = add_officer(make_buyer())
    plain.groups.get().permissions.filter(content_type__app_label="care").delete()
    client = Client()
    client.force_login(plain)

    assert client.get(f"/office/office_talks/inspect/{talk.pk}/").status_code in (302, 403)


def test_a_review_is_published_sent_back_and_shows_what_it_seems_to_hold(office):
    made = review(a_part(state="received"), text="โทร 081-234-5678")
    case = office.get(f"/office/office_reviews/inspect/{made.pk}/").content.decode()
    assert "081-234-5678" in case
    assert "office-notice" in case
    assert f"inspect/{made.pk}/" in office.get("/office/office_reviews/").content.decode()
    assert office.get("/office/office_reviews/results/?q=โทร&state=submitted").status_code == 200

    step = f"/office/office_reviews/step/{made.pk}"
    office.post(f"{step}/return/", {"reason": "มีเบอร์โทร"})
    made.refresh_from_db()
    assert (made.state, made.reason) == ("rejected", "มีเบอร์โทร")
    office.post(f"{step}/publish/")
    made.refresh_from_db()
    assert made.state == "rejected"  # only its writer hands it in again

    other = review(a_part(state="received"))
    office.post(f"/office/office_reviews/step/{other.pk}/publish/")
    other.refresh_from_db()
    assert other.state == "published"
    assert office.get(f"/office/office_reviews/inspect/{other.pk}/").status_code == 200


@pytest.mark.parametrize("who", ["buyer", "visitor"])
def test_others_have_no_way_in(who):
    client = Client()
    if who == "buyer":
        client.force_login(make_buyer())
    for name in ("office_talks", "office_reviews"):
        assert client.get(f"/office/{name}/").url.startswith("/office/login/")
