"""What of a product can be found: its words, and how much each of them counts.

Only writing the index needs this module (and PyThaiNLP with it); searching does not.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

from shop.core.places import provinces
from shop.core.thai import fold, has_thai, plain

from .families import families, key, kind_token, place_token

# How much a word counts by the place where it stands, out of 100.
NAME_HEAD, NAME, FAMILY, CHILD, PLACE, AMPHOE, KIND, MAKER, MATERIAL = (
    100,
    94,
    92,
    70,
    60,
    55,
    40,
    35,
    30,
)
LONGEST_FAMILY_WORD = 5  # words of a name that may together be one family word

# Sizes of child products say how much, not what.
_UNITS = frozenset(
    [
        *("กรัม", "ก", "กก", "กิโลกรัม", "กิโล", "มล", "มิลลิลิตร", "ลิตร", "ซม", "เซนติเมตร", "เมตร"),
        *("นิ้ว", "ชิ้น", "g", "kg", "gram", "ml", "litre", "cm", "metre", "inch", "piece", "pcs", "x"),
    ]
)
_RUNS = re.compile(r"[ก-๛]+|[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class SearchDocument:
    """The searchable side of one public product."""

    product_id: int
    title: str
    title_en: str = ""
    children: tuple[str, ...] = ()
    otop_type: str = ""
    province_code: str = ""
    amphoe: tuple[str, ...] = ()  # Thai and English name
    maker: tuple[str, ...] = ()  # Thai and English name of the group
    materials: tuple[str, ...] = ()

    def names(self) -> str:
        """All names by ear and without spaces, one per line: for looking inside."""
        names = (self.title, self.title_en, *self.children)
        return "\n".join(dict.fromkeys(key(name) for name in names if name))


def stem(word: str) -> str:
    """An English word without its plural ending; other words as they are."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


@lru_cache(maxsize=5_000)
def cut(text: str) -> tuple[str, ...]:
    """The words of a text in their order, plain; Thai runs are cut by a dictionary."""
    words: list[str] = []
    for run in _RUNS.findall(plain(text)):
        words += _cut_thai(run) if has_thai(run) else [stem(run)]
    return tuple(words)


def words_of(document: SearchDocument) -> dict[str, int]:
    """Every word and family token of a product with its weight (1 to 100)."""
    weights: dict[str, int] = {}

    def add(words: Iterable[str], weight: int) -> None:
        for word in words:
            weights[word] = max(weights.get(word, 0), weight)

    thai, english = cut(document.title), cut(document.title_en)
    add(thai, NAME)
    add(english, NAME)
    # The thing itself stands first in a Thai name and last in an English one.
    add(thai[:1] + english[-1:], NAME_HEAD)
    add(_families_in(thai) + _families_in(english), FAMILY)
    for child in document.children:
        words = [word for word in cut(child) if not word.isdigit() and word not in _UNITS]
        add(words, CHILD)
        add(_families_in(words), CHILD)
    for names, weight in (
        (document.amphoe, AMPHOE),
        (document.maker, MAKER),
        (document.materials, MATERIAL),
    ):
        for name in names:
            add(cut(name), weight)
    if document.province_code:
        add([place_token(document.province_code)], PLACE)
    if document.otop_type:
        add([kind_token(document.otop_type)], KIND)
    return weights


def warm_up() -> None:
    """Load the Thai dictionary (about a second), so that no visitor's publishing waits for it."""
    cut("ผ้าไหม")


def _families_in(words: Sequence[str]) -> list[str]:
    """Tokens of the families whose words stand in this row of words."""
    carried_by = families().carried_by
    found: list[str] = []
    for start in range(len(words)):
        for end in range(start + 1, min(start + LONGEST_FAMILY_WORD, len(words)) + 1):
            found += carried_by.get(key("".join(words[start:end])), ())
    return found


def _cut_thai(run: str) -> list[str]:
    from pythainlp.tokenize import word_tokenize

    pieces = word_tokenize(run, custom_dict=_dictionary(), engine="newmm")
    words = [piece for piece in pieces if len(fold(piece)) > 1]
    # What the dictionary does not know comes out in crumbs: join them to their neighbours.
    for left, right in pairwise(pieces):
        if len(fold(left)) < 2 or len(fold(right)) < 2:
            words.append(left + right)
    return words or [run]


@cache
def _dictionary() -> Any:
    from pythainlp.corpus import thai_words
    from pythainlp.util import Trie

    own = {plain(w) for words in families().words.values() for w in words if has_thai(w)}
    own |= {place.name_th for place in provinces().values()}
    return Trie({word for word in thai_words() | own if len(word) > 1})
