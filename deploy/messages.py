"""The shop's Thai strings: compile them, and say which are still missing.

    python -m deploy.messages collect     gather strings and parts into the .po, let unused ones go
    python -m deploy.messages compile     .po to .mo, where the .mo is older or missing
    python -m deploy.messages check       every string of ours has one Thai translation, none fuzzy

The catalogue is th/LC_MESSAGES/django.po together with parts/*.th.po: a part holds words that
somebody is still writing, or another package's words that it lacks in Thai. `collect` moves ours
out of the parts and leaves the others' there.

Written over Babel and Django's own template reader, so that no gettext program is needed.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from deploy.digests import PACKAGES, ROOT

LOCALE = ROOT / "shop" / "locale"
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


def thai() -> Path:
    return LOCALE / "th" / "LC_MESSAGES" / "django.po"


def parts() -> list[Path]:
    return sorted((LOCALE / "parts").glob("*.th.po"))


def compile_stale() -> list[Path]:
    """Compile the catalogue if its .mo is missing or older than a source; what was written."""
    sources = [path for path in (thai(), *parts()) if path.exists()]
    target = thai().with_suffix(".mo")
    newest = max((path.stat().st_mtime_ns for path in sources), default=0)
    if not sources or (target.exists() and target.stat().st_mtime_ns >= newest):
        return []
    compiled = BytesIO()
    write_mo(compiled, whole_catalogue())
    target.parent.mkdir(parents=True, exist_ok=True)
    # Written beside and moved, so that a process reading it never sees half a file.
    beside = target.with_suffix(".mo.new")
    beside.write_bytes(compiled.getvalue())
    beside.replace(target)
    return [target]


def whole_catalogue() -> Catalog:
    """The catalogue with its parts; where two translate the same string, the first is taken."""
    whole = Catalog(locale="th", charset="utf-8", fuzzy=False)
    for path in (thai(), *parts()):
        if path.exists():
            take_over(read_catalogue(path), whole)
    return whole


def take_over(source: Catalog, into: Catalog) -> None:
    """Add the translations of `source` that `into` does not have yet."""
    for entry in source:
        known = into.get(entry.id, entry.context)
        if entry.id and (known is None or not is_translated(known.string)):
            into.add(entry.id, entry.string, flags=entry.flags, context=entry.context)


def is_translated(string: str | Sequence[str] | None) -> bool:
    """Whether there are words, and for a plural words for each number."""
    return bool(string) and all(string or "")


def contradictions() -> list[str]:
    """A line for each string that two files translate differently."""
    given: dict[tuple[str | None, str], dict[str, str]] = {}
    for path in (thai(), *parts()):
        for entry in read_catalogue(path) if path.exists() else []:
            if entry.id and entry.string and is_translated(entry.string):
                text = entry.id if isinstance(entry.id, str) else entry.id[0]
                words = entry.string if isinstance(entry.string, str) else entry.string[0]
                given.setdefault((entry.context, text), {}).setdefault(words, path.name)
    return [
        f"translated twice: {text!r}: "
        + "; ".join(f"{words!r} in {name}" for words, name in found.items())
        for (_, text), found in given.items()
        if len(found) > 1
    ]


def read_catalogue(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="th")


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


def collect(messages: Iterable[Message]) -> None:
    """Write a catalogue with exactly our messages, keeping every translation there is of them.

    Nothing is guessed: a new string has no translation until somebody writes one.
    """
    catalogue = whole_catalogue()
    ours = Catalog()
    for message in messages:
        name = (message.text, message.plural) if message.plural else message.text
        file = message.place.partition(":")[0]  # no line number: it changes with every edit
        ours.add(name, locations=[(file, None)], context=message.context)  # type: ignore[list-item]
    catalogue.update(ours, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    write_catalogue(catalogue, thai())
    for path in parts():
        part = read_catalogue(path)
        for entry in list(part):
            if entry.id and ours.get(entry.id, entry.context):
                part.delete(entry.id, entry.context)
        if len(part):
            write_catalogue(part, path)
        else:
            path.unlink()


def write_catalogue(catalogue: Catalog, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, sort_by_file=True)


def untranslated(messages: Iterable[Message], catalogue: Catalog) -> list[str]:
    """A line for each string without a finished translation, and for each fuzzy one."""
    complaints = []
    seen: set[tuple[str | None, str]] = set()
    for message in messages:
        if (message.context, message.text) in seen:
            continue
        seen.add((message.context, message.text))
        entry = catalogue.get(message.text, message.context)
        if entry is None or not is_translated(entry.string):
            complaints.append(f"{message.place}: no Thai for {message.text!r}")
    complaints += [f"fuzzy: {entry.id!r}" for entry in catalogue if entry.id and entry.fuzzy]
    return complaints


def check() -> int:
    complaints = untranslated(our_messages(), whole_catalogue()) + contradictions()
    print("\n".join(complaints) if complaints else "Every string of ours is translated into Thai.")
    return 1 if complaints else 0


def main(arguments: list[str]) -> int:
    if arguments == ["compile"]:
        for path in compile_stale():
            print(f"compiled {path.relative_to(ROOT)}")
        return 0
    if arguments == ["collect"]:
        print("\n".join(contradictions()))  # the first of them is kept
        collect(our_messages())
        return check()
    if arguments == ["check"]:
        return check()
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
