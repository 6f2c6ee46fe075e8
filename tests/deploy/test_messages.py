"""Strings are found in code and templates, and a missing or doubtful translation is named."""

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


def test_a_catalogue_is_compiled_when_it_has_changed_and_only_then(tmp_path, monkeypatch):
    folder = tmp_path / "th" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(CATALOGUE)
    monkeypatch.setattr(messages, "LOCALE", tmp_path)

    assert messages.compile_stale() == [folder / "django.mo"]
    assert messages.compile_stale() == []
    assert "ตะกร้า".encode() in (folder / "django.mo").read_bytes()
    # A doubtful translation must not be shown.
    assert "พัสดุ".encode() not in (folder / "django.mo").read_bytes()


def test_collecting_keeps_what_is_translated_and_lets_go_what_is_unused(tmp_path):
    path = tmp_path / "th" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    path.write_text(CATALOGUE)
    piece = messages.Message(None, "%(n)s piece", "shop/x.py:7", "%(n)s pieces")

    messages.collect([message("Basket"), piece, message("Fulfilment")], path)
    again = path.read_text()
    messages.collect([message("Basket"), piece, message("Fulfilment")], path)

    kept = messages.read_catalogue(path)
    assert {entry.id: entry.string for entry in kept if entry.id} == {
        "Basket": "ตะกร้า",
        ("%(n)s piece", "%(n)s pieces"): ("%(n)s ชิ้น",),
        "Fulfilment": "",
    }
    assert path.read_text() == again


def test_our_own_strings_are_found():
    assert len({each.text for each in messages.our_messages()}) > 50
