"""What the office's letters say, in both languages, by mail and by SMS."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

KINDS = sorted(
    path.name
    for path in (Path(settings.BASE_DIR) / "templates" / "outbox").iterdir()
    if path.name.startswith(("group_", "certificate_", "product_"))
)
CONTEXT = {
    "group": "กลุ่ม <ทดสอบ> & เพื่อน",
    "certificate": "มผช. 1555/2563",
    "product": "ผ้า <ขาวม้า>",
    "reason": "ภาพไม่ชัด <b>ถ่ายใหม่</b>",
    "expires_on": "2027-03-31",
    "workspace_path": "/th/workspace/",
    "site_url": "https://talat.example",
}
AGAINST = ("rejected", "suspended", "revoked", "closed", "returned", "blocked")


def test_all_letters_are_here():
    assert len(KINDS) == 13


@pytest.mark.parametrize("language", ["th", "en"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_letter_is_whole(kind, language):
    with translation.override(language):
        written = {
            name: render_to_string(f"outbox/{kind}/{name}", CONTEXT)
            for name in ("subject.txt", "body.txt", "body.html", "sms.txt")
        }

    assert len(written["subject.txt"].split("\n")) <= 2
    about = CONTEXT["product"] if kind.startswith("product_") else CONTEXT["group"]
    assert about in written["body.txt"] + written["sms.txt"]
    assert "https://talat.example/th/workspace/" in written["body.txt"]
    assert 'href="https://talat.example/th/workspace/"' in written["body.html"]
    assert "<ทดสอบ>" not in written["body.html"]
    assert "<ขาวม้า>" not in written["body.html"]
    assert len(written["sms.txt"].strip()) <= 201  # three Thai SMS
    assert not re.search(r"\{\{|\{%|INVALID", "".join(written.values()))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.endswith(AGAINST)])
def test_a_decision_against_somebody_gives_the_reason(kind):
    body = render_to_string(f"outbox/{kind}/body.txt", CONTEXT)
    page = render_to_string(f"outbox/{kind}/body.html", CONTEXT)

    assert "ภาพไม่ชัด <b>ถ่ายใหม่</b>" in body
    assert "ภาพไม่ชัด &lt;b&gt;ถ่ายใหม่&lt;/b&gt;" in page
