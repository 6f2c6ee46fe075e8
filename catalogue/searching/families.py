"""The families of words in `aliases.toml`: many words for one craft, food, kind or place.

A family is named inside the index by a token that no person can type ("=silk"). A product that
carries one of the family's words gets the token; a query that uses one looks for the token.
"""

import tomllib
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from shop.core.places import provinces
from shop.core.thai import fold, has_thai, plain

FILE = Path(__file__).with_name("aliases.toml")


@dataclass(frozen=True, slots=True)
class Families:
    """Words as keys (see `key`), tokens of families as values."""

    meant_by: dict[str, tuple[str, ...]]  # what a query may mean
    carried_by: dict[str, tuple[str, ...]]  # what a product with this word carries
    words: dict[str, tuple[str, ...]]  # token → its words as written in the file
    noise: frozenset[str]


@lru_cache(maxsize=20_000)
def key(word: str) -> str:
    """The form in which words of families are compared: by ear in Thai, without spaces."""
    joined = plain(word).replace(" ", "").replace("-", "")
    return fold(joined) if has_thai(joined) else joined


def kind_token(otop_type: str) -> str:
    return f"=kind-{otop_type}"


def place_token(province_code: str) -> str:
    return f"=place-{province_code}"


@cache
def families() -> Families:
    """All families, read once per process."""
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    words: dict[str, tuple[str, ...]] = {}
    kinds: dict[str, list[str]] = {}
    for name, family in data["family"].items():
        words[f"={name}"] = tuple(family["words"])
        kinds[f"={name}"] = family.get("kinds", [])
    for name, family in data["kind"].items():
        words[kind_token(name)] = tuple(family["words"])
    for code, place in provinces().items():
        others = data["place"].get(code, [])
        words[place_token(code)] = (place.name_th, place.name_en, *others)
    meant_by: dict[str, list[str]] = {}
    carried_by: dict[str, list[str]] = {}
    for token, spellings in words.items():
        for word in spellings:
            meant_by.setdefault(key(word), []).append(token)
            if not token.startswith(("=kind-", "=place-")):
                carried_by.setdefault(key(word), []).append(token)
        for word in kinds.get(token, []):
            carried_by.setdefault(key(word), []).append(token)
    return Families(
        meant_by={word: tuple(dict.fromkeys(tokens)) for word, tokens in meant_by.items()},
        carried_by={word: tuple(dict.fromkeys(tokens)) for word, tokens in carried_by.items()},
        words=words,
        noise=frozenset(key(word) for word in data["noise"]),
    )
