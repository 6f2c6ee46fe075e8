"""What a buyer means: a typed line becomes parts, each with the words it may stand for.

Pure. A part has a worth: rare words say more than common ones ("praewa" more than "cloth").
"""

import math
import re
from dataclasses import dataclass

from shop.core.thai import fold, has_thai, plain

from .documents import stem
from .families import families, key
from .vocabulary import Vocabulary, tears_a_syllable

LONGEST_QUERY = 200  # characters
MOST_PARTS = 12
MOST_TOKENS = 16
JOINED = 4  # words in Latin letters that may together be one ("pha khao ma")
EDGE_COST = 0.9  # letters; so that one long word beats two short ones
GAP_COST = 0.5  # letters, for each letter that no word covers
INSIDE_SHARE = 0.65  # what a letter inside a longer word is worth
SPACED_COST = 1.5  # the same for words typed with spaces
UNKNOWN_WORTH = 50  # per letter, up to five
TELLING_LETTERS, TELLING_CLOSENESS = 4, 75

_TOKENS = re.compile(r"[ก-๛]+|[a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Part:
    """One word of the query with the index words it may stand for (id → closeness)."""

    text: str
    worth: int
    matches: dict[int, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """A whole query. `worth` is what a product matching all of it perfectly would have."""

    parts: tuple[Part, ...]
    heard: str  # the query by ear and without spaces, for looking inside names

    @property
    def worth(self) -> int:
        return sum(part.worth for part in self.parts)

    @property
    def is_telling(self) -> bool:
        """Whether some part is a word rather than a few letters that may be chance."""
        return any(
            len(part.text) >= TELLING_LETTERS
            and max(part.matches.values(), default=0) >= TELLING_CLOSENESS
            for part in self.parts
        )

    @property
    def is_empty(self) -> bool:
        return not self.heard


def read(query: str, vocabulary: Vocabulary) -> Reading:
    """The meaning of a query; never raises, whatever was typed."""
    text = plain(query[:LONGEST_QUERY])
    tokens = _TOKENS.findall(text)[:MOST_TOKENS]
    pieces: list[tuple[str, dict[int, int]]] = []
    latin: list[str] = []
    for token in tokens:
        if not has_thai(token):
            latin.append(token)
            continue
        pieces += _read_latin(latin, vocabulary)
        latin = []
        pieces += _read_thai(token, vocabulary)
    pieces += _read_latin(latin, vocabulary)
    meant = [piece for piece in pieces if key(piece[0]) not in families().noise]
    parts = [
        Part(piece, _worth(piece, matches, vocabulary), matches)
        for piece, matches in (meant or pieces)[:MOST_PARTS]
    ]
    return Reading(tuple(parts), key("".join(piece for piece, _ in meant or pieces)))


def _worth(text: str, matches: dict[int, int], vocabulary: Vocabulary) -> int:
    """How much finding this part says: more for rare words, less for words of few letters."""
    length = len(text)
    if not matches:
        return UNKNOWN_WORTH * min(length, 5)
    best = max(matches.values())
    known_on = sum(vocabulary.products[n] for n, near in matches.items() if near == best)
    rarity = math.log2(2 + vocabulary.total / max(known_on, 1))
    return round(100 * rarity * (0.4 + 0.15 * min(length, 4)))


# --- Thai: no spaces, so the words of the catalogue are laid over the run ----------------------


def _read_thai(run: str, vocabulary: Vocabulary) -> list[tuple[str, dict[int, int]]]:
    heard = fold(run)
    cover = _best_cover(heard, _exact_edges(heard, vocabulary))
    if any((end - start > 1 and not known) or end - start < 3 for start, end, known in cover):
        slips = [
            (start, end, (end - start) * (near / 100) ** 2 - EDGE_COST)
            for start, end, near in vocabulary.thai_inside(heard)
        ]
        inside = [
            (start, end, (end - start) * INSIDE_SHARE - EDGE_COST)
            for start, end in vocabulary.thai_parts(heard)
        ]
        cover = _best_cover(heard, _exact_edges(heard, vocabulary) + slips + inside)
    pieces = []
    for start, end, known in cover:
        piece = heard[start:end]
        if known or end - start > 1:
            pieces.append((piece, vocabulary.thai_matches(piece, run)))
    return pieces


def _exact_edges(heard: str, vocabulary: Vocabulary) -> list[tuple[int, int, float]]:
    edges = []
    noise = families().noise
    for start in range(len(heard)):
        for end in range(start + 1, min(start + vocabulary.longest, len(heard)) + 1):
            piece = heard[start:end]
            if tears_a_syllable(heard, start, end):
                continue
            if piece in vocabulary.thai or (piece in noise and len(piece) > 1):
                edges.append((start, end, end - start - EDGE_COST))
    return edges


def _best_cover(heard: str, edges: list[tuple[int, int, float]]) -> list[tuple[int, int, bool]]:
    """The dearest row of edges that do not overlap, with the gaps between them."""
    by_end: dict[int, list[tuple[int, float]]] = {}
    for start, end, value in edges:
        by_end.setdefault(end, []).append((start, value))
    best: list[tuple[float, int]] = [(0.0, 0)]  # value up to here, start of the last edge
    for end in range(1, len(heard) + 1):
        choice = (best[end - 1][0] - GAP_COST, -1)
        for start, value in by_end.get(end, ()):
            choice = max(choice, (best[start][0] + value, start))
        best.append(choice)
    cover: list[tuple[int, int, bool]] = []
    end = gap = len(heard)
    while end > 0:
        start = best[end][1]
        if start < 0:
            end -= 1
            continue
        if gap > end:
            cover.append((end, gap, False))
        cover.append((start, end, True))
        end = gap = start
    if gap > 0:
        cover.append((0, gap, False))
    return cover[::-1]


# --- Latin letters: words have spaces, though not always where ours have them ------------------


def _read_latin(tokens: list[str], vocabulary: Vocabulary) -> list[tuple[str, dict[int, int]]]:
    """The dearest way to read a row of words, some of them joined or taken apart."""
    best: list[tuple[float, list[tuple[str, dict[int, int]]]]] = [(0.0, [])]
    for end in range(1, len(tokens) + 1):
        choices = []
        for start in range(max(0, end - JOINED), end):
            value, pieces = _read_span(tokens[start:end], vocabulary)
            if pieces:
                choices.append((best[start][0] + value, best[start][1] + pieces))
        best.append(max(choices, key=lambda choice: choice[0]))
    return best[-1][1]


def _read_span(
    tokens: list[str], vocabulary: Vocabulary
) -> tuple[float, list[tuple[str, dict[int, int]]]]:
    typed = "".join(tokens)
    if len(tokens) > 1:
        matches = vocabulary.latin_matches(typed, joined=True)
        if not matches:
            return 0.0, []
        return _value(typed, matches), [(typed, matches)]
    matches = vocabulary.latin_matches(stem(typed))
    if stem(typed) != typed:
        for number, near in vocabulary.latin_matches(typed).items():
            matches[number] = max(matches.get(number, 0), near)
    whole = _value(typed, matches), [(typed, matches)]
    if max(matches.values(), default=0) < 85 and len(typed) >= 6:
        apart = _taken_apart(typed, vocabulary)
        return apart if apart[1] and apart[0] > whole[0] else whole
    return whole


def _taken_apart(
    typed: str, vocabulary: Vocabulary
) -> tuple[float, list[tuple[str, dict[int, int]]]]:
    """`namprikwan` as nam + prik + wan, if all of it is known."""
    best: list[tuple[float, list[tuple[str, dict[int, int]]]]] = [(0.0, [])]
    for end in range(1, len(typed) + 1):
        choices = []
        for start in range(end - 2):
            if start and not best[start][1]:
                continue
            matches = vocabulary.latin_matches(typed[start:end], joined=True)
            if matches and max(matches.values()) >= 80:
                value = _value(typed[start:end], matches)
                piece = (typed[start:end], matches)
                choices.append((best[start][0] + value, [*best[start][1], piece]))
        best.append(max(choices, key=lambda choice: choice[0], default=(0.0, [])))
    return best[-1]


def _value(typed: str, matches: dict[int, int]) -> float:
    nearness = max(matches.values(), default=0) / 100
    return len(typed) * nearness**2 - SPACED_COST
