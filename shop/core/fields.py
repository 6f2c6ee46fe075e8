"""Words as people type them: one spelling, without what cannot be seen."""

import re
import unicodedata
from typing import Any

from django import forms

from .thai import normalise

#: Marks on one letter beyond this climb over the lines above and mean nothing in any language.
MOST_MARKS = 3


class OneLine(forms.CharField):
    """Words on one line, in one spelling, without what cannot be seen."""

    def to_python(self, value: Any) -> str:
        return normalise(super().to_python(value) or "")


class ManyLines(forms.CharField):
    """Words on several lines; runs of empty lines become one."""

    def __init__(self, *, rows: int = 7, **kwargs: Any):
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        lines = "\n".join(normalise(line) for line in text.splitlines())
        return re.sub(r"\n{3,}", "\n\n", lines).strip()


def without_towers(text: str) -> str:
    """The text with at most `MOST_MARKS` combining marks on a letter."""
    kept, marks = [], 0
    for letter in text:
        marks = marks + 1 if unicodedata.category(letter) in ("Mn", "Me") else 0
        if marks <= MOST_MARKS:
            kept.append(letter)
    return "".join(kept)
