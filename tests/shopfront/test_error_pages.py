"""What a visitor sees when something is not there, not allowed, or broken."""

import pytest
from django.test import Client
from django.views.defaults import bad_request, server_error

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "language", "words"),
    [
        ("/th/products/nothing/", "th", "ไม่พบหน้านี้"),
        ("/en/products/nothing/", "en", "This page is not here"),
        ("/en/no/such/page/", "en", "This page is not here"),
    ],
)
def test_not_found_speaks_the_language_of_the_address_and_leads_on(
    client, address, language, words
):
    response = client.get(address)

    html = response.content.decode()
    assert response.status_code == 404
    assert f'<html lang="{language}">' in html
    assert words in html
    assert 'content="noindex"' in html
    assert f'href="/{language}/types/food/"' in html
    assert "canonical" not in html


@pytest.mark.parametrize(("language", "words"), [("th", "กรุณาลองอีกครั้ง"), ("en", "once more")])
def test_a_form_without_its_secret_is_refused_in_plain_words(language, words):
    strict = Client(enforce_csrf_checks=True)

    response = strict.post(f"/{language}/basket/add/", {"product_id": 1})

    assert response.status_code == 403
    assert words in response.content.decode()
    assert "CSRF verification failed" not in response.content.decode()


@pytest.mark.parametrize("fault", [server_error, bad_request])
def test_broken_pages_need_no_database(rf, django_assert_num_queries, fault):
    with django_assert_num_queries(0):
        response = fault(rf.get("/th/"), *([ValueError()] if fault is bad_request else []))

    html = response.content.decode()
    assert response.status_code in (400, 500)
    assert 'class="empty"' in html
    assert 'href="/"' in html


def test_a_fault_while_a_page_is_made_is_told_in_its_language(client, monkeypatch):
    from catalogue.shopfront.views import groups

    def broken(**_):
        raise RuntimeError("broken for a test")

    monkeypatch.setattr(groups, "list_groups", broken)
    client.raise_request_exception = False

    response = client.get("/en/groups/")

    assert response.status_code == 500
    assert "Something went wrong here" in response.content.decode()
