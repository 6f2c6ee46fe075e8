"""Goods made to order, as buyer, group and office meet them: open to everybody, and narrow."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from .conftest import Visitors
from .shop import OpenShop
from .test_purchase import TO_BASKET
from .test_quality import checked
from .test_workspace import NARROWEST, PRIMARY, SMALL_PHONE, camera_photo, group_of

PILLOW = "khit-triangle-pillow"
#: Writes the signed link of the weekly question into a file beside the database.
ASK = """
from datetime import datetime, timedelta
from pathlib import Path
from django.utils import timezone
from producers.workspace.templatetags.workshop_text import answer_link
from shop.production.models import CheckIn
from shop.production.services import ask_groups
now = timezone.localtime().replace(hour=9)
ask_groups(now=now + timedelta(days=(4 - now.isoweekday()) % 7))
asked = CheckIn.objects.get(workshop__enterprise={group})
member = asked.workshop.enterprise.memberships.get()
Path({file!r}).write_text(answer_link(asked.pk, member.pk).partition("/th/")[2])
"""


class Making:
    """What the demo's weavers have under way, by its ids."""

    def __init__(self, shop: OpenShop) -> None:
        self.shop = shop
        self.group = group_of(shop, "leader_made")
        ((self.workshop,),) = shop.rows(
            "SELECT id FROM production_workshop WHERE enterprise_id = ?", self.group
        )
        self.asked, self.quoted = (self.request(state) for state in ("asked", "quoted"))

    def request(self, state: str) -> int:
        return self.shop.rows(
            "SELECT id FROM fulfilment_customrequest WHERE state = ? AND enterprise_id = ?"
            " ORDER BY id LIMIT 1",
            *(state, self.group),
        )[0][0]

    def job(self, state: str) -> tuple[int, int, str]:
        """(part, job, number of the order) of one in this state."""
        rows = self.shop.rows(
            "SELECT f.id, j.id, o.number FROM production_job j"
            " JOIN order_line l ON l.id = j.line_id"
            " JOIN order_order o ON o.id = l.order_id"
            " JOIN fulfilment_fulfilment f ON f.order_id = o.id"
            " WHERE j.state = ? AND f.enterprise_id = ? ORDER BY j.id LIMIT 1",
            *(state, self.group),
        )
        return rows[0]

    def state_of(self, job: int) -> str:
        return self.shop.rows("SELECT state FROM production_job WHERE id = ?", job)[0][0]


@pytest.fixture
def making(shop: OpenShop) -> Making:
    return Making(shop)


@pytest.fixture
def begun(making: Making) -> Iterator[tuple[int, int]]:
    """(part, job) of something being made, put back into that state afterwards."""
    part, job, _ = making.job("in_production")
    yield part, job
    making.shop.change(
        "DELETE FROM fulfilment_jobupdate WHERE job_id = ? AND reached != 'in_production'", job
    )
    making.shop.change(
        "UPDATE production_job SET state = 'in_production', finished_at = NULL WHERE id = ?", job
    )


def link_of(page: Page, words: str) -> str:
    found = page.get_by_role("link", name=re.compile(words)).first.get_attribute("href")
    assert found
    return found.partition("/en/")[2]


def test_what_a_buyer_meets_is_open_and_narrow_enough(visit: Visitors, making: Making) -> None:
    page = visit("buyer", size=NARROWEST)
    _, _, waiting = making.job("waiting")
    _, _, finished = making.job("finished")
    ((late,),) = making.shop.rows(
        "SELECT o.number FROM fulfilment_delaynotice n JOIN fulfilment_fulfilment f"
        " ON f.id = n.fulfilment_id JOIN order_order o ON o.id = f.order_id"
        " WHERE n.state = 'asked' LIMIT 1"
    )
    page.goto(f"/en/orders/{waiting}/")
    proof = link_of(page, "Ask for a change")
    page.goto(f"/en/orders/{finished}/")
    balance = link_of(page, "Pay ฿")
    page.goto(f"/en/orders/{late}/")
    cancel = link_of(page, "Cancel")
    page.goto(f"/en/products/{PILLOW}/")
    join = link_of(page, "Need more than can be promised")

    for path in (
        *(f"orders/{number}/" for number in (waiting, finished, late)),
        *(proof, balance, cancel, join),
        *("requests/", f"requests/{making.quoted}/", f"messages/request/{making.asked}/"),
        "groups/kham-muang-praewa/special/",
        f"products/{PILLOW}/",
    ):
        checked(page, f"/en/{path}")
        checked(page, f"/th/{path}")
    assert not visit.complaints


def test_what_a_group_meets_is_open_and_narrow_enough(visit: Visitors, making: Making) -> None:
    page = visit("leader_made", size=NARROWEST)
    part, job, _ = making.job("in_production")
    shown, proof, _ = making.job("waiting")
    finished, _, _ = making.job("finished")
    ((product,),) = making.shop.rows(
        "SELECT id FROM catalogue_product WHERE enterprise_id = ? AND parent_id IS NULL"
        " AND state = 'published'",
        making.group,
    )
    request = f"requests/{making.asked}/"

    for path in (
        *("calendar/", f"workshops/{making.workshop}/", f"workshops/{making.workshop}/close/"),
        *("week/", f"jobs/{part}/", f"jobs/{part}/later/", f"jobs/{part}/line/{job}/"),
        *(f"jobs/{shown}/", f"jobs/{shown}/line/{proof}/proof/", f"jobs/{finished}/"),
        *("requests/", request, f"{request}quote/", f"{request}decline/", f"{request}talk/"),
        *("messages/", "replies/", "replies/new/", "reviews/", "waiting/", "money/"),
        *(f"products/{product}/making/", f"products/{product}/questions/"),
        f"products/{product}/questions/new/choice/",
    ):
        for language in ("th", "en"):
            answer = page.goto(f"/{language}/workspace/{path}")
            assert answer is not None
            assert answer.status == 200, path
            found = Axe().run(page)
            assert found.violations_count == 0, f"{path}: {found.generate_report()}"
            beyond = page.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            assert beyond <= 0, path
    assert not visit.complaints


def test_a_name_goes_into_the_basket_without_script(visit: Visitors) -> None:
    page = visit(size=SMALL_PHONE, script=False)
    page.goto(f"/en/products/{PILLOW}/")
    page.get_by_label(re.compile("Medium with embroidered name")).check()
    name = page.get_by_label(re.compile("Name to embroider"))

    page.fill("#quantity", "2")
    page.get_by_label(re.compile("Indigo")).check()
    name.fill("มะลิ 🌸")
    page.locator("button:visible", has_text=TO_BASKET).first.click()
    wrong = page.get_by_label(re.compile("Name to embroider"))
    expect(wrong).to_have_value("มะลิ 🌸")  # nothing typed is lost
    expect(wrong).to_have_attribute("aria-invalid", "true")

    wrong.fill("มะลิ")
    expect(page.get_by_label(re.compile("Indigo"))).to_be_checked()
    page.locator("button:visible", has_text=TO_BASKET).first.click()
    page.goto("/en/basket/")
    line = page.locator("main")
    expect(line).to_contain_text("มะลิ")
    expect(line).to_contain_text("Indigo")
    expect(line).to_contain_text("฿1,160")  # twice 520, and 60 for each name
    expect(line).to_contain_text("Made for you alone")


def test_something_special_is_asked_without_script_and_a_telephone_number_pointed_out(
    visit: Visitors, making: Making
) -> None:
    page = visit("buyer", size=SMALL_PHONE, script=False)
    page.goto("/en/groups/kham-muang-praewa/special/")
    page.get_by_label("What should it be?").fill("A stole for my sister. Call 081-234-5678")
    page.get_by_label("How many pieces?").fill("1")
    page.get_by_role("button", name="Send", exact=True).last.click()
    expect(page.get_by_text("Not sent yet.")).to_be_visible()
    page.get_by_role("button", name="Send anyway").click()

    expect(page.get_by_text("The group is told, and you when it answers.")).to_be_visible()
    page.get_by_role("link", name="Write to the group").click()
    page.locator("textarea[name=text]").fill("In the colours of the first photo, please.")
    page.get_by_role("button", name="Send", exact=True).last.click()
    expect(page.get_by_text("In the colours of the first photo")).to_be_visible()
    page.goto(page.url.partition("/messages/")[0] + "/requests/")
    page.locator("main a", has_text="A stole for my sister").first.click()
    page.get_by_role("button", name="Withdraw the request").click()
    expect(page.get_by_text("Withdrawn. The group is told.")).to_be_visible()


def test_the_weekly_question_is_answered_from_a_message_by_keyboard(
    shop: OpenShop, visit: Visitors, making: Making
) -> None:
    file = Path(shop.var) / "question"
    shop.run("shell", "-c", ASK.format(group=making.group, file=str(file)))
    page = visit(size=NARROWEST, script=False)  # nobody is signed in

    page.goto(f"/en/{file.read_text()}")
    found = page.get_by_role("heading", level=1)
    expect(found).to_contain_text("Can you make")
    answers = "SELECT answer FROM production_checkin WHERE workshop_id = ?"
    assert shop.rows(answers, making.workshop) == [("",)]  # looking changes nothing
    page.get_by_role("button", name="Yes, all of it").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    assert shop.rows(answers, making.workshop) == [("yes",)]
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST["width"]


def test_a_photo_waits_for_the_signal_and_a_wrong_tap_is_taken_back(
    visit: Visitors, making: Making, begun: tuple[int, int]
) -> None:
    part, job = begun
    page = visit("leader_made", size=SMALL_PHONE)
    page.goto(f"/en/workspace/jobs/{part}/line/{job}/")
    page.get_by_label(re.compile("sentence")).fill("The fringe is knotted")
    photo = {"name": "IMG_2.jpg", "mimeType": "image/jpeg", "buffer": camera_photo()}

    page.context.set_offline(True)
    page.locator("input[type=file]").first.set_input_files(photo)
    expect(page.get_by_text("Nothing is lost")).to_be_visible(timeout=30_000)
    assert making.state_of(job) == "in_production"
    visit.complaints.clear()  # of the lost connection
    page.context.set_offline(False)
    expect(page.get_by_label(re.compile("sentence"))).to_have_value("The fringe is knotted")
    page.get_by_role("button", name="Send again").click()

    expect(page.get_by_text("Noted: it is finished.")).to_be_visible(timeout=30_000)
    assert making.state_of(job) == "finished"
    expect(page.get_by_text("The fringe is knotted")).to_be_visible()
    page.get_by_role("button", name="Take back “Finished”").click()
    expect(page.get_by_text("Taken back.")).to_be_visible()
    assert making.state_of(job) == "in_production"
    expect(page.locator(PRIMARY)).to_contain_text("it is finished")
    assert not visit.complaints


def test_the_office_reads_in_thai_letters_of_its_own(visit: Visitors, shop: OpenShop) -> None:
    from .conftest import sign_in

    page = visit()
    sign_in(page, "officer", to="/office/")
    for path in ("office_late", "office_silent", "office_talks", "office_holidays"):
        answer = page.goto(f"/office/{path}/")
        assert answer is not None
        assert answer.status == 200, path
        assert page.locator("main h2, main h1, header h2, header h1").count() >= 1
    assert page.evaluate("document.fonts.check('16px \"Noto Sans Thai Looped\"', 'ก')")
