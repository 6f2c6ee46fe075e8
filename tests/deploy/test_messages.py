"""Strings are found in code and templates, and a missing or doubtful translation is named."""

import os
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from deploy import messages
from deploy.digests import ROOT

CATALOGUE = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"

msgid "Basket"
msgstr "ตะกร้า"

msgid "Order"
msgstr ""

#, fuzzy
msgid "Parcel"
msgstr "พัสดุ"

msgctxt "verb"
msgid "Order"
msgstr "สั่งซื้อ"

msgid "%(n)s piece"
msgid_plural "%(n)s pieces"
msgstr[0] "%(n)s ชิ้น"
"""


@pytest.fixture
def catalogue():
    return read_po(BytesIO(CATALOGUE.encode()), locale="th")


def message(text: str, context: str | None = None) -> messages.Message:
    return messages.Message(context, text, "shop/x.py:1")


def test_a_string_without_thai_is_named_once_with_its_place(catalogue):
    asked = [message("Basket"), message("Order"), message("Order"), message("Fulfilment")]

    complaints = messages.untranslated(asked, catalogue)

    assert complaints == [
        "shop/x.py:1: no Thai for 'Order'",
        "shop/x.py:1: no Thai for 'Fulfilment'",
        "fuzzy: 'Parcel'",
    ]


def test_a_context_and_a_plural_count_as_translated(catalogue):
    asked = [message("Order", "verb"), message("%(n)s piece")]

    assert messages.untranslated(asked, catalogue) == ["fuzzy: 'Parcel'"]


def texts(found) -> list[tuple[str | None, str]]:
    return [(each.context, each.text) for each in found]


def test_strings_of_python_code_are_found():
    code = (
        'title = _("Basket")\n'
        'verb = pgettext_lazy("verb", "Order")\n'
        'count = ngettext("%(n)s piece", "%(n)s pieces", n)\n'
        'plain = "not this one"\n'
    )

    found = messages.messages_in(code, ROOT / "shop" / "x.py")

    assert texts(found) == [(None, "Basket"), ("verb", "Order"), (None, "%(n)s piece")]


def test_strings_of_templates_are_found(tmp_path: Path):
    page = tmp_path / "page.html"
    page.write_text(
        "{% load i18n %}\n"
        '  <h1 title="it\'s">{% translate "Basket" %}</h1>\n'
        '{% translate "Order" context "verb" as verb %}\n'
        "    {% blocktranslate count n=lines trimmed %}\n"
        "      {{ n }} piece\n"
        "    {% plural %}\n"
        "      {{ n }} pieces\n"
        "    {% endblocktranslate %}\n"
        '<p>{{ _("Parcel") }}</p>\n'
    )

    found = messages.messages_in(messages.as_python(page), ROOT / "templates" / "page.html")

    assert texts(found) == [
        (None, "Basket"),
        ("verb", "Order"),
        (None, "%(n)s piece"),
        (None, "Parcel"),
    ]


@pytest.fixture
def locale(tmp_path, monkeypatch):
    """A locale folder with a catalogue and one part."""
    monkeypatch.setattr(messages, "LOCALE", tmp_path)
    messages.thai().parent.mkdir(parents=True)
    messages.thai().write_text(CATALOGUE)
    (tmp_path / "parts").mkdir()
    part = CATALOGUE.partition('msgid "Basket"')[0] + 'msgid "Page"\nmsgstr "หน้า"\n'
    (tmp_path / "parts" / "wagtail.th.po").write_text(part)
    return tmp_path


def test_a_catalogue_and_its_parts_are_compiled_when_one_has_changed_and_only_then(locale):
    compiled = messages.thai().with_suffix(".mo")

    assert messages.compile_stale() == [compiled]
    assert messages.compile_stale() == []
    later = compiled.stat().st_mtime + 1
    os.utime(locale / "parts" / "wagtail.th.po", (later, later))
    assert messages.compile_stale() == [compiled]

    assert "ตะกร้า".encode() in compiled.read_bytes()
    assert "หน้า".encode() in compiled.read_bytes()
    # A doubtful translation must not be shown.
    assert "พัสดุ".encode() not in compiled.read_bytes()


def test_two_translations_of_one_string_are_a_complaint(locale):
    part = locale / "parts" / "wagtail.th.po"
    part.write_text(part.read_text() + '\nmsgid "Basket"\nmsgstr "รถเข็น"\n')

    assert messages.contradictions() == [
        "translated twice: 'Basket': 'ตะกร้า' in django.po; 'รถเข็น' in wagtail.th.po"
    ]


def test_collecting_keeps_what_is_translated_and_lets_go_what_is_unused(locale):
    (locale / "parts" / "new.th.po").write_text(
        CATALOGUE.partition('msgid "Basket"')[0] + 'msgid "Fulfilment"\nmsgstr "ส่วนของกลุ่ม"\n'
    )
    piece = messages.Message(None, "%(n)s piece", "shop/x.py:7", "%(n)s pieces")
    used = [message("Basket"), piece, message("Fulfilment"), message("Unheard of")]

    messages.collect(used)
    once = messages.thai().read_text()
    messages.collect(used)

    kept = messages.read_catalogue(messages.thai())
    assert {entry.id: entry.string for entry in kept if entry.id} == {
        "Basket": "ตะกร้า",
        ("%(n)s piece", "%(n)s pieces"): ("%(n)s ชิ้น",),
        "Fulfilment": "ส่วนของกลุ่ม",
        "Unheard of": "",
    }
    assert messages.thai().read_text() == once
    # Another package's words stay a part; a part of ours has been emptied and is gone.
    assert [path.name for path in messages.parts()] == ["wagtail.th.po"]
    assert messages.whole_catalogue().get("Page").string == "หน้า"


def test_our_own_strings_are_found():
    assert len({each.text for each in messages.our_messages()}) > 50
