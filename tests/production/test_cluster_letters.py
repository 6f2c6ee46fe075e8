"""What groups are told of a cluster's order, by mail and SMS, in both languages."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

KINDS = sorted(
    path.name
    for path in (Path(settings.BASE_DIR) / "templates" / "outbox").iterdir()
    if path.name.startswith("cluster_")
)
CONTEXT = {
    "group": "กลุ่มทอผ้าบ้านโนน <ทดสอบ>",
    "cluster": "เครือข่ายทอผ้าศรีสะเกษ",
    "lead": "กลุ่มทอผ้าบ้านหนองบัว",
    "what": "ผ้าพันคอ <รับปริญญา>",
    "pieces": "38",
    "all_pieces": "120",
    "missing": "37",
    "pay": "9025.00",
    "per_piece": "237.50",
    "due_on": "2026-12-13",
    "wished_on": "2026-12-17",
    "answer_by": "2026-12-03T03:00:00+00:00",
    "rework": "3",
    "note": "ชายลุ่ย <b>สามผืน</b>",
    "workspace_path": "/th/workspace/",
    "site_url": "https://talat.example",
}


def letter(kind: str, language: str) -> dict[str, str]:
    with translation.override(language):
        return {
            name: render_to_string(f"outbox/{kind}/{name}", CONTEXT)
            for name in ("subject.txt", "body.txt", "body.html", "sms.txt")
        }


def test_all_letters_are_here():
    assert KINDS == [
        "cluster_order_short",
        "cluster_part_offered",
        "cluster_part_paid",
        "cluster_part_rework",
        "cluster_part_stopped",
        "cluster_part_withdrawn",
    ]


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_is_whole(kind, language):
    written = letter(kind, language)

    assert len(written["subject.txt"].strip().split("\n")) == 1
    assert CONTEXT["what"] in written["body.txt"]
    assert "https://talat.example/th/workspace/" in written["body.txt"]
    assert "<รับปริญญา>" not in written["body.html"]
    assert "<b>สามผืน" not in written["body.html"]
    assert len(written["sms.txt"].strip()) <= 201  # three Thai SMS
    assert not re.search(r"\{\{|\{%|INVALID", "".join(written.values()))


def test_an_offer_says_pieces_pay_and_both_days():
    thai, english = (letter("cluster_part_offered", each)["body.txt"] for each in ("th", "en"))
    for fact in ("38 ชิ้น", "120 ชิ้น", "฿9,025", "฿237.50", "13 ธ.ค. 2569", "3 ธ.ค. 2569 10:00 น."):
        assert fact in thai
    for fact in ("38 of 120", "฿9,025", "฿237.50", "13 Dec 2026", "3 Dec 2026, 10:00"):
        assert fact in english
