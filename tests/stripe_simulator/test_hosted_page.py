"""The hosted pages as a browser without script sees them."""

from __future__ import annotations

import http.client
import re
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode, urlsplit

import html5lib
import pytest
from stripe import StripeClient

from shop.stripe_simulator.testing import SimulatorThread
from tests.stripe_simulator.conftest import CreateSession, promptpay_params

GOOD = {
    "method": "card",
    "number": "4242 4242 4242 4242",
    "expiry": "12/34",
    "cvc": "123",
    "name": "Test Buyer",
}


class Answer:
    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.to = response.headers.get("Location", "")
        self.text = response.read().decode()


def ask(address: str, form: dict[str, str] | None = None, **headers: str) -> Answer:
    """One request without following redirects; a form makes it a POST."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(
            "GET" if form is None else "POST",
            target,
            urlencode(form) if form is not None else None,
            {"Content-Type": "application/x-www-form-urlencoded", **headers},
        )
        return Answer(connection.getresponse())
    finally:
        connection.close()


class Fields(HTMLParser):
    """Names of labelled fields, and what each input holds."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.labelled: set[str] = set()
        self.inputs: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        got = {name: value or "" for name, value in attrs}
        if tag == "label":
            self.labelled.add(got["for"])
        if tag == "input" and got.get("type") != "hidden":
            self.inputs[got["id"]] = got.get("value", "")


def test_the_page_is_thai_marked_as_a_test_and_has_no_script(create_session: CreateSession) -> None:
    page = ask(create_session().url)
    fields = Fields(page.text)

    html5lib.HTMLParser(strict=True).parse(page.text)
    assert '<html lang="th">' in page.text
    assert "โหมดทดสอบ" in page.text
    assert "฿2,960" in page.text
    assert "ผ้าไหมมัดหมี่" in page.text
    assert "buyer@example.com" in page.text
    assert fields.inputs == {"number": "", "expiry": "", "cvc": "", "name": ""}
    assert set(fields.inputs) == fields.labelled
    assert "<script" not in page.text
    assert "style=" not in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "form-action 'self' http://127.0.0.1:8000" in policy


def test_the_language_follows_the_shop_then_the_browser(create_session: CreateSession) -> None:
    english = ask(create_session(locale="en").url)
    by_browser = ask(create_session(locale="auto").url, **{"Accept-Language": "en-US,th;q=0.5"})

    assert "Pay ฿2,960" in english.text
    assert "Pay ฿2,960" in by_browser.text


def test_a_button_fills_in_a_test_card_which_then_pays(
    sim: SimulatorThread, client: StripeClient, create_session: CreateSession
) -> None:
    session = create_session()

    filled = Fields(ask(f"{session.url}?fill=succeed").text).inputs
    paid = ask(session.url, {"method": "card", **filled})

    assert filled["number"] == "4242 4242 4242 4242"
    assert (paid.status, paid.to) == (303, f"http://127.0.0.1:8000/th/paid/?session={session.id}")
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
    assert "จ่ายเรียบร้อยแล้ว" in ask(f"{sim.base_address}/c/pay/{session.id}").text


@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("4000000000000002", "ธนาคารปฏิเสธบัตรนี้"),
        ("4000000000009995", "วงเงินในบัตรไม่พอ"),
        ("4000000000000069", "บัตรนี้หมดอายุแล้ว"),
        ("4111111111111111", "เฉพาะบัตรทดสอบ"),
    ],
)
def test_a_declined_card_says_why_and_lets_try_again(
    client: StripeClient, create_session: CreateSession, number: str, told: str
) -> None:
    session = create_session()

    declined = ask(session.url, {**GOOD, "number": number})
    again = ask(session.url, GOOD)

    assert told in declined.text
    assert 'role="alert"' in declined.text
    assert number not in declined.text
    assert again.status == 303
    charges = client.v1.charges.list().data
    assert [charge.status for charge in charges] == ["succeeded", "failed"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "4242424242424241"),
        ("number", ""),
        ("expiry", "13/34"),
        ("expiry", "01/20"),
        ("cvc", "12"),
        ("name", "  "),
        ("number", "4" * 5000),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_tried(
    sim: SimulatorThread, create_session: CreateSession, field: str, value: str
) -> None:
    session = create_session()

    answer = ask(session.url, {**GOOD, field: value})

    assert f'id="{field}-error"' in answer.text
    assert "payment_intent" not in sim.look("state")["counts"]


def test_three_d_secure_has_a_page_of_its_own(
    sim: SimulatorThread, create_session: CreateSession
) -> None:
    session = create_session()
    tried = ask(session.url, {**GOOD, "number": "4000002500003155"})
    bank = f"{sim.base_address}{tried.to}"

    asked = ask(bank)
    failed = ask(bank, {"action": "fail"})
    after_failure = ask(f"{sim.base_address}{failed.to}")
    ask(session.url, {**GOOD, "number": "4000002500003155"})
    done = ask(bank, {"action": "pay"})
    pressed_twice = ask(bank, {"action": "pay"})

    assert "3155" in asked.text
    assert "4000002500003155" not in asked.text
    assert failed.to == f"/c/pay/{session.id}"
    assert "ยืนยันตัวตนกับธนาคารไม่สำเร็จ" in after_failure.text
    assert done.to == pressed_twice.to == f"http://127.0.0.1:8000/th/paid/?session={session.id}"
    assert sim.look("state")["counts"]["charge"] == 1


def test_promptpay_in_checkout_is_paid_by_the_tester(
    sim: SimulatorThread, client: StripeClient, create_session: CreateSession
) -> None:
    session = create_session(payment_method_types=["promptpay"])
    assert 'name="number"' not in ask(session.url).text
    shown = ask(session.url, {"method": "promptpay"})
    page = f"{sim.base_address}{shown.to}"

    qr = ask(page)
    back = ask(page, {"action": "expire"})
    told = ask(f"{sim.base_address}{back.to}")
    again = ask(session.url, {"method": "promptpay"})
    done = ask(f"{sim.base_address}{again.to}", {"action": "pay"})

    assert "/qr/pi_" in qr.text
    assert 'alt="QR พร้อมเพย์' in qr.text
    assert "QR หมดเวลาแล้ว" in told.text
    assert done.to.endswith(session.id)
    assert client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_the_instructions_page_of_a_server_made_intent(
    sim: SimulatorThread, client: StripeClient
) -> None:
    intent: Any = client.v1.payment_intents.create(promptpay_params())
    page = intent.next_action.promptpay_display_qr_code.hosted_instructions_url

    done = ask(page, {"action": "pay"})

    assert done.to == f"/promptpay/{intent.id}"
    assert "จ่ายเรียบร้อยแล้ว" in ask(page).text
    assert client.v1.payment_intents.retrieve(intent.id).status == "succeeded"


def test_ten_presses_at_once_charge_once(
    sim: SimulatorThread, create_session: CreateSession
) -> None:
    session = create_session()

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: ask(session.url, GOOD), range(10)))

    assert {answer.status for answer in answers} == {303}
    counts = sim.look("state")["counts"]
    assert (counts["charge"], counts["payment_intent"]) == (1, 1)


def test_an_expired_page_takes_no_money(
    client: StripeClient, create_session: CreateSession
) -> None:
    session = create_session()
    client.v1.checkout.sessions.expire(session.id)

    page = ask(session.url, GOOD)

    assert "หมดเวลาแล้ว" in page.text
    assert "http://127.0.0.1:8000/th/basket/" in page.text
    assert client.v1.charges.list().data == []


def test_the_email_is_asked_when_the_shop_did_not_give_it(
    client: StripeClient, create_session: CreateSession
) -> None:
    session = create_session(customer_email=None)

    refused = ask(session.url, {**GOOD, "email": "nobody"})
    ask(session.url, {**GOOD, "email": "other@example.com"})

    assert 'id="email-error"' in refused.text
    paid = client.v1.checkout.sessions.retrieve(session.id)
    assert (paid.customer_details.email, paid.customer_email) == ("other@example.com", None)


def test_what_the_shop_sends_is_shown_and_not_run(create_session: CreateSession) -> None:
    item = {
        "price_data": {
            "currency": "thb",
            "unit_amount": 5000,
            "product_data": {"name": '<img src=x onerror="alert(1)">'},
        },
        "quantity": 1,
    }

    page = ask(create_session(line_items=[item]).url)

    assert "<img src=x" not in page.text
    assert "&lt;img src=x" in page.text


def test_a_promptpay_refund_is_answered_on_its_page(
    sim: SimulatorThread, client: StripeClient
) -> None:
    intent = client.v1.payment_intents.create(promptpay_params())
    sim.control(f"pay/{intent.id}")
    refund = client.v1.refunds.create({"payment_intent": intent.id})
    page = f"{sim.base_address}/refund/{refund.id}"

    assert "buyer@example.com" in ask(page).text
    ask(page, {"action": "fail"})

    assert client.v1.refunds.retrieve(refund.id).status == "failed"


def test_the_overview_links_to_what_happened(
    sim: SimulatorThread, create_session: CreateSession
) -> None:
    session = create_session()
    sim.control(f"session/{session.id}/pay", card="three_d_secure")

    overview = ask(sim.base_address)

    html5lib.HTMLParser(strict=True).parse(overview.text)
    assert f"/c/pay/{session.id}" in overview.text
    assert re.search(r"/authenticate/pi_\w+", overview.text)


def test_strangers_are_kept_out(sim: SimulatorThread, create_session: CreateSession) -> None:
    session = create_session()

    by_name = ask(session.url, Host="evil.example")
    by_site = ask(session.url, GOOD, Origin="https://evil.example")
    simple_form = ask(f"{sim.base_address}/_sim/reset", {"a": "b"})

    assert [by_name.status, by_site.status, simple_form.status] == [403, 403, 415]
    assert sim.look("state")["counts"]["checkout.session"] == 1


@pytest.mark.parametrize("path", ["/nothing", "/c/pay/cs_test_x", "/refund/re_x", "/qr/pi_x.png"])
def test_unknown_pages_are_missing(sim: SimulatorThread, path: str) -> None:
    assert ask(f"{sim.base_address}{path}").status == 404
