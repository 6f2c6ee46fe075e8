"""Stripe's request encoding: form fields whose names carry nested brackets."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from .errors import ApiError, missing, unknown

_PART = re.compile(r"[^\[\]]+|\[\]")
_LARGEST = 99_999_999


def read_pairs(encoded: str) -> list[tuple[str, str]]:
    """The raw fields of a body or query string, in the order they were sent."""
    try:
        return parse_qsl(encoded, keep_blank_values=True, strict_parsing=False, errors="strict")
    except (UnicodeDecodeError, ValueError) as error:
        raise ApiError("The request could not be decoded as UTF-8 form data.") from error


def nest(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """``a[b][0][c]=1`` becomes ``{"a": {"b": [{"c": "1"}]}}``."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        parts = _PART.findall(name)
        if not parts:
            continue
        here = root
        for part in parts[:-1]:
            key = str(len(here)) if part == "[]" else part
            inner = here.setdefault(key, {})
            if not isinstance(inner, dict):
                raise ApiError(f"Invalid parameter: {name}", param=name)
            here = inner
        last = parts[-1]
        here[str(len(here)) if last == "[]" else last] = value
    return {key: _with_lists(value) for key, value in root.items()}


def _with_lists(value: Any) -> Any:
    """Maps whose keys are 0, 1, 2 … were lists before they were sent."""
    if not isinstance(value, dict):
        return value
    inner = {key: _with_lists(item) for key, item in value.items()}
    if inner and all(key.isascii() and key.isdigit() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


class Params:
    """The fields of one request; each reading checks what it reads and names it in the refusal."""

    def __init__(self, values: dict[str, Any], path: str = "") -> None:
        self.values = values
        self.path = path

    def name_of(self, key: str) -> str:
        return f"{self.path}[{key}]" if self.path else key

    def only(self, *known: str) -> None:
        """Refuse a field nobody reads, so that a misspelt one does not pass unnoticed."""
        for key in self.values:
            if key not in known:
                raise unknown(self.name_of(key))

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def text(self, key: str, *, required: bool = False, longest: int = 5000) -> str | None:
        value = self.values.get(key)
        if value is None or value == "":
            if required:
                raise missing(self.name_of(key))
            return None
        if not isinstance(value, str):
            raise ApiError(f"Invalid string: {self.name_of(key)}", param=self.name_of(key))
        if len(value) > longest:
            raise ApiError(
                f"Invalid string: {self.name_of(key)} must be at most {longest} characters",
                param=self.name_of(key),
            )
        return value

    def must(self, key: str) -> str:
        """A text that has to be there."""
        value = self.text(key, required=True)
        assert value is not None
        return value

    def integer(self, key: str, *, least: int = 0, most: int = _LARGEST) -> int | None:
        raw = self.text(key)
        if raw is None:
            return None
        name = self.name_of(key)
        if not re.fullmatch(r"-?[0-9]{1,18}", raw):
            raise ApiError(f"Invalid integer: {raw}", code="parameter_invalid_integer", param=name)
        number = int(raw)
        if number < least:
            raise ApiError(
                f"This value must be greater than or equal to {least}.",
                code="parameter_invalid_integer",
                param=name,
            )
        if number > most:
            code = "amount_too_large" if "amount" in key else "parameter_invalid_integer"
            raise ApiError(f"This value must be at most {most}.", code=code, param=name)
        return number

    def flag(self, key: str) -> bool:
        raw = self.text(key)
        if raw not in (None, "true", "false"):
            raise ApiError(f"Invalid boolean: {raw}", param=self.name_of(key))
        return raw == "true"

    def choice(self, key: str, *allowed: str) -> str | None:
        value = self.text(key)
        if value is not None and value not in allowed:
            raise ApiError(
                f"Invalid {self.name_of(key)}: must be one of {', '.join(allowed)}",
                param=self.name_of(key),
            )
        return value

    def inner(self, key: str) -> Params:
        """The fields under ``key[...]``; empty when none were sent."""
        value = self.values.get(key) or {}
        if not isinstance(value, dict):
            raise ApiError("Invalid object", param=self.name_of(key))
        return Params(value, self.name_of(key))

    def items(self, key: str) -> list[Params]:
        """The list of maps under ``key[0][...]``."""
        return [
            Params(value, f"{self.name_of(key)}[{position}]")
            if isinstance(value, dict)
            else Params({}, f"{self.name_of(key)}[{position}]")
            for position, value in enumerate(self._listing(key))
        ]

    def words(self, key: str) -> list[str]:
        """The list of texts under ``key[]``."""
        return [str(value) for value in self._listing(key)]

    def _listing(self, key: str) -> list[Any]:
        value = self.values.get(key) or []
        if not isinstance(value, list):
            raise ApiError("Invalid array", param=self.name_of(key))
        return value

    def metadata(self, key: str = "metadata") -> dict[str, str]:
        """Up to 50 names of at most 40 characters with values of at most 500."""
        value = self.values.get(key) or {}
        if isinstance(value, list):
            # Names that are all digits look like a list once decoded.
            value = {str(position): item for position, item in enumerate(value)}
        if not isinstance(value, dict) or not all(isinstance(v, str) for v in value.values()):
            raise ApiError("Metadata must map names to strings.", param=self.name_of(key))
        if len(value) > 50:
            raise ApiError("Metadata can have at most 50 keys.", param=self.name_of(key))
        for name, text in value.items():
            if len(name) > 40 or len(text) > 500:
                raise ApiError(
                    f"Metadata {name[:40]!r}: names have at most 40 characters, values 500.",
                    param=self.name_of(key),
                )
        return {name: text for name, text in value.items() if text != ""}
