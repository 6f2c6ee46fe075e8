"""No script and no style inside a page: the content security policy forbids them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.digests import ROOT
from tests.architecture.sources import committed_files, name_of

#: JSON for machines is data, not script; browsers never run it.
DATA_TYPES = ("application/ld+json", "application/json")
#: Mail programs read no style sheet, so mails carry their styles with them.
MAILS = ("templates/mail/", "templates/outbox/", "shop/outbox/templates/")

SCRIPT = re.compile(r"<script\b([^>]*)>", re.IGNORECASE)
STYLE = re.compile(r"<style\b", re.IGNORECASE)
STYLE_ATTRIBUTE = re.compile(r"<[a-z][^<>]*\sstyle\s*=", re.IGNORECASE)
HANDLER = re.compile(r"<[a-z][^<>]*\son[a-z]+\s*=\s*[\"']", re.IGNORECASE)
ADDRESS = re.compile(r"[\"']\s*javascript:", re.IGNORECASE)


def inline_parts(page: str) -> Iterator[str]:
    for attributes in SCRIPT.findall(page):
        if "src=" not in attributes and not any(kind in attributes for kind in DATA_TYPES):
            yield f"<script{attributes}>"
    for pattern in (STYLE, STYLE_ATTRIBUTE, HANDLER, ADDRESS):
        yield from (match.group() for match in pattern.finditer(page))


def pages() -> list[Path]:
    return [
        path
        for path in committed_files()
        if path.suffix == ".html" and "templates" in path.relative_to(ROOT).parts
    ]


def test_no_template_has_inline_script_or_style():
    found = [
        f"{name_of(path)}: {part}"
        for path in pages()
        if not name_of(path).startswith(MAILS)
        for part in inline_parts(path.read_text())
    ]

    assert not found


@pytest.mark.parametrize(
    "page",
    [
        "<script>alert(1)</script>",
        '<script type="module">import "x"</script>',
        "<style>p { color: red }</style>",
        '<p class="a" style="color: red">',
        '<button onclick="go()">',
        '<a href="javascript:go()">',
    ],
)
def test_inline_script_and_style_are_seen(page):
    assert list(inline_parts(page))


@pytest.mark.parametrize(
    "page",
    [
        '<script type="module" src="/static/js/shop.js"></script>',
        '<script type="application/ld+json">{"@type": "Product"}</script>',
        '<p class="style" data-style="plain">only = "words"</p>',
        '<link rel="stylesheet" href="/static/css/shop.css">',
    ],
)
def test_linked_script_and_style_are_let_through(page):
    assert not list(inline_parts(page))
