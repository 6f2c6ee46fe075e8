"""The buyer's page while things are made: proofs to approve, the makers' photos, new days."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from shop.fulfilment import services
from shop.fulfilment.models import Proof
from shop.oscar.order.services import order_path
from shop.production.models import Job
from tests.checkout.shopping import Buyer
from tests.factories import make_buyer, make_placed_order
from tests.fulfilment.steps import Weaving

pytestmark = pytest.mark.django_db


class Looking(Buyer):
    """The buyer with the signed link, at one order."""

    def __init__(self, weaving: Weaving):
        super().__init__("en")
        self.weaving = weaving
        self.path = order_path(weaving.order, language="en")

    def look(self) -> str:
        page = self.get(self.path)
        assert page.status_code == 200
        return page.content.decode()

    def answer_at(self, proof: Proof, verb: str) -> str:
        return f"{self.path}{self.weaving.part.pk}/proof/{proof.pk}/{verb}/"

    def tap(self, address: str, **data) -> str:
        page = self.post(address, data)
        assert page.status_code == 302, page.status_code
        return self.look()


def test_the_page_shows_the_newest_version_and_the_buyer_approves_it():
    weaving = Weaving(2, proof="photo")
    buyer = Looking(weaving)
    assert "shows you what it will make before it begins" in buyer.look()
    first = weaving.show(note="ลายดอกแก้ว")
    page = buyer.look()
    assert "Approve version 1" in page
    assert "2 changes are still free" in page
    assert "ลายดอกแก้ว" in page
    assert "Please approve it by" in page.partition("</section>")[0]
    second = weaving.show()
    page = buyer.look()
    assert "Approve version 2" in page
    assert "Approve version 1" not in page
    assert "1 older version" in page

    said = buyer.tap(buyer.answer_at(first, "approve"), seen="2026-01-01")
    assert "There is a newer version" in said
    assert weaving.job.state == "waiting"
    seen = re.search(r'name="seen" value="([^"]+)"', page).group(1)
    assert "Approved. The group begins" in buyer.tap(buyer.answer_at(second, "approve"), seen=seen)
    assert weaving.job.state == "queued"
    again = buyer.tap(buyer.answer_at(second, "approve"), seen=seen)
    assert "approved this version already" in again
    assert 'approve/"' not in again


def test_a_change_is_asked_for_in_words_and_then_no_more():
    weaving = Weaving(1, proof="photo")
    buyer = Looking(weaving)
    for left, words in ((2, "สีเข้มขึ้น"), (1, "เล็กลง"), (0, "ขยับชื่อ")):
        proof = weaving.show()
        address = buyer.answer_at(proof, "change")
        asked = buyer.get(address).content.decode()
        assert ("still free" in asked) == bool(left)
        for wrong in ("", " ", "ก" * 1001):
            page = buyer.post(address, {"words": wrong})
            assert page.status_code == 422, repr(wrong)
        said = buyer.tap(address, words=words)
        assert "sends a new version" in said
        assert words in said
        assert Proof.objects.get(pk=proof.pk).words == words
        assert "answered already" in buyer.tap(address, words="อีกที")
        assert Proof.objects.get(pk=proof.pk).words == words
    services.decline_change(proof_id=proof.pk, words="ย้อมใหม่ไม่ได้แล้ว", by=weaving.member)
    page = buyer.look()
    assert "ย้อมใหม่ไม่ได้แล้ว" in page
    assert "Ask for a change" not in page
    assert "no further change" in buyer.tap(address, words="ขออีก")
    assert Proof.objects.get(pk=proof.pk).state == "sent"


def test_approved_late_the_new_day_stands_on_the_button_before_it_is_tapped():
    weaving = Weaving(2, proof="photo")
    proof, old = weaving.show(), weaving.part.promised_on
    gone = timezone.localdate() - timedelta(days=1)
    Job.objects.filter(pk=weaving.job.pk).update(starts_on=gone, due_on=gone)
    make_placed_order((weaving.cloth, 5))  # the next free days are somebody else's
    buyer = Looking(weaving)
    page = buyer.look()
    seen = re.search(r'name="seen" value="([^"]+)"', page).group(1)
    shown = services.if_approved_today(weaving.job, today=timezone.localdate())
    assert shown is not None
    assert seen == shown.promised_on.isoformat()
    if shown.promised_on > old:
        assert "instead of" in page

    for odd in ("", "2026-02-31", "ก"):
        buyer.tap(buyer.answer_at(proof, "approve"), seen=odd)
        if shown.promised_on > old:
            assert weaving.job.state == "waiting"
    buyer.tap(buyer.answer_at(proof, "approve"), seen=seen)
    assert weaving.job.state == "queued"
    assert weaving.part.promised_on == max(old, shown.promised_on)


def test_the_makers_photos_and_sentences_stand_with_their_day_in_both_languages():
    weaving = Weaving(1)
    weaving.move("start", text="ขึ้นกี่แล้ว <b>")
    weaving.move("finish")
    buyer = Looking(weaving)
    page = buyer.look()
    assert "From the makers" in page
    assert "ขึ้นกี่แล้ว &lt;b&gt;" in page
    assert page.count('class="making__item"') == 2
    assert page.index("Finished") < page.index("Being made</strong>")
    thai = Buyer().get(order_path(weaving.order, language="th")).content.decode()
    assert "จากผู้ทำ" in thai
    assert str(timezone.localdate().year + 543) in thai


def test_strangers_find_no_proof():
    weaving, other = Weaving(1, proof="photo"), Weaving(1, proof="photo")
    proof, theirs = weaving.show(), other.show()
    buyer = Looking(weaving)
    for verb in ("approve", "change"):
        assert buyer.post(buyer.answer_at(theirs, verb), {"words": "x"}).status_code == 404
        wrong = buyer.answer_at(proof, verb).replace(f"/{weaving.part.pk}/", f"/{other.part.pk}/")
        assert buyer.post(wrong, {"words": "x"}).status_code == 404
        forged = buyer.answer_at(proof, verb).split("/")
        forged[4] = "x" + forged[4][1:]
        assert buyer.post("/".join(forged), {"words": "x"}).status_code == 404
    assert [each.state for each in Proof.objects.all()] == ["sent", "sent"]
    owner = Buyer(user=make_buyer())
    assert owner.get(f"/en/orders/{weaving.order.number}/").status_code == 404


def test_the_page_costs_the_same_however_much_is_shown(django_assert_max_num_queries):
    small, large = Weaving(1, proof="photo"), Weaving(1, proof="photo")
    for weaving, times in ((small, 1), (large, 6)):
        for _ in range(times):
            proof = weaving.show()
        weaving.approve(proof)
        weaving.move(*("start", "finish", "pack")[: 1 if times == 1 else 3])
    few, many = Looking(small), Looking(large)
    few.look(), many.look()
    with django_assert_max_num_queries(18) as first:
        few.look()
    with django_assert_max_num_queries(len(first)):
        many.look()
