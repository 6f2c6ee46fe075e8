"""The shop's Thai strings: compile them, and say which are still missing.

    python -m deploy.messages collect     bring new strings into the .po, let unused ones go
    python -m deploy.messages compile     .po to .mo, where the .mo is older or missing
    python -m deploy.messages check       every string of ours has a Thai translation, none fuzzy

Written over Babel and Django's own template reader, so that no gettext program is needed.
"""

import re
import sys
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from deploy.digests import PACKAGES, ROOT

LOCALE = ROOT / "shop" / "locale"
THAI = LOCALE / "th" / "LC_MESSAGES" / "django.po"
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}


class Message(NamedTuple):
    """One string to translate, and the first place that uses it."""

    context: str | None
    text: str
    place: str
    plural: str = ""


def compile_stale() -> list[Path]:
    """Compile each catalogue whose .mo is missing or older; the paths that were written."""
    written = []
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns:
            continue
        compiled = BytesIO()
        write_mo(compiled, read_catalogue(source))
        # Written beside and moved, so that a process reading it never sees half a file.
        beside = target.with_suffix(".mo.new")
        beside.write_bytes(compiled.getvalue())
        beside.replace(target)
        written.append(target)
    return written


def read_catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.parents[1].name)


def our_messages() -> Iterator[Message]:
    """Every string marked for translation in our Python files and templates."""
    for path in our_files("*.py"):
        yield from messages_in(path.read_text(), path)
    for path in our_files("*.html", "*.txt"):
        yield from messages_in(as_python(path), path)


def our_files(*patterns: str) -> list[Path]:
    folders = [*(ROOT / package for package in PACKAGES), ROOT / "templates"]
    found = {path for folder in folders for pattern in patterns for path in folder.rglob(pattern)}
    return sorted(path for path in found if "migrations" not in path.parts)


def as_python(template: Path) -> str:
    """A template's strings as Python calls, one template line per line."""
    from django.utils.translation.template import templatize

    text = templatize(template.read_text(), origin=str(template))
    # What is not a string becomes rows of X; their indentation means nothing to Python.
    return re.sub(r"^[ \t]+", "", text, flags=re.MULTILINE)


def messages_in(source: str, path: Path) -> Iterator[Message]:
    lines = BytesIO(source.encode())
    for number, found, _, context in extract(
        "python", lines, keywords=KEYWORDS, options={"encoding": "utf-8"}
    ):
        text, plural = found if isinstance(found, tuple) else (found, "")
        if text:
            yield Message(context, text, f"{path.relative_to(ROOT)}:{number}", plural or "")


def collect(messages: Iterable[Message], path: Path) -> Catalog:
    """Write a catalogue with exactly these messages, keeping the translations that `path` has.

    Nothing is guessed: a new string has no translation until somebody writes one.
    """
    if path.exists():
        catalogue = read_catalogue(path)
    else:
        catalogue = Catalog(locale=path.parents[1].name, charset="utf-8", fuzzy=False)
    template = Catalog()
    for message in messages:
        name = (message.text, message.plural) if message.plural else message.text
        file = message.place.partition(":")[0]  # no line number: it changes with every edit
        template.add(name, locations=[(file, None)], context=message.context)  # type: ignore[list-item]
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file_:
        write_po(file_, catalogue, width=100, omit_header=False, sort_by_file=True)
    return catalogue


def untranslated(messages: Iterable[Message], catalogue: Catalog) -> list[str]:
    """A line for each string without a finished translation, and for each fuzzy one."""
    complaints = []
    seen: set[tuple[str | None, str]] = set()
    for message in messages:
        if (message.context, message.text) in seen:
            continue
        seen.add((message.context, message.text))
        entry = catalogue.get(message.text, message.context)
        given = entry.string if entry else ""
        parts = given if isinstance(given, (tuple, list)) else (given,)
        if not all(parts):
            complaints.append(f"{message.place}: no Thai for {message.text!r}")
    complaints += [f"fuzzy: {entry.id!r}" for entry in catalogue if entry.id and entry.fuzzy]
    return complaints


def check() -> int:
    if not THAI.exists():
        print(f"There is no {THAI.relative_to(ROOT)}.", file=sys.stderr)
        return 1
    complaints = untranslated(our_messages(), read_catalogue(THAI))
    print("\n".join(complaints) if complaints else "Every string of ours is translated into Thai.")
    return 1 if complaints else 0


def main(arguments: list[str]) -> int:
    if arguments == ["compile"]:
        for path in compile_stale():
            print(f"compiled {path.relative_to(ROOT)}")
        return 0
    if arguments == ["collect"]:
        collect(our_messages(), THAI)
        return check()
    if arguments == ["check"]:
        return check()
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
