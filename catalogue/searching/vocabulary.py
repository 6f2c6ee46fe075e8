"""All words of the catalogue in memory, and how near a typed word comes to them.

A market has few distinct words (some thousands on 10,000 products), so spelling is forgiven
here, over words, rather than in the database over products. Pure: no database.
"""

import hashlib
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from shop.core.thai import LEADING_VOWELS, TIE_MARKS, fold, fold_latin, has_thai

from .families import families

FAMILY_WORD = 95  # a word of the same family, spelled right
ROMANISED = 88  # a Thai word met by its sound in Latin letters
_LEADING = tuple(LEADING_VOWELS)
_FOLLOWING = tuple("ะัาำิีึืุู")
_MARKS = tuple(TIE_MARKS)
LEAST_CLOSENESS = 30
LEAST_OF_NEAREST = 0.62
MOST_WORDS = 60  # words of the catalogue that one typed word may stand for


def word_id(text: str) -> int:
    """The same number for the same word in every database; positive, 63 bits."""
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


@dataclass(frozen=True, slots=True)
class Spelling:
    """One way to write what one or more index words stand for."""

    text: str
    heard: str
    sound: str  # as romanised and folded; "" where nobody would type it in Latin letters
    ids: tuple[int, ...]
    closeness: int  # 100, or less if it only stands for its family


@dataclass(slots=True)
class Vocabulary:
    """Spellings with fast ways to them. `products` counts the products per word."""

    products: dict[int, int] = field(default_factory=dict)
    thai: dict[str, list[Spelling]] = field(default_factory=dict)
    latin: dict[str, list[Spelling]] = field(default_factory=dict)
    sounds: dict[str, list[Spelling]] = field(default_factory=dict)
    thai_words: list[str] = field(default_factory=list)
    thai_text: str = ""  # the same in one string, for looking inside
    latin_words: list[str] = field(default_factory=list)
    sound_words: list[str] = field(default_factory=list)
    longest: int = 1
    total: int = 1

    @classmethod
    def of(cls, rows: Iterable[tuple[int, str, str, str, int]], total: int) -> "Vocabulary":
        """From (id, text, heard, sound, number of products) of each word in the index."""
        vocabulary = cls(total=max(total, 1))
        for number, text, heard, sound, products in rows:
            vocabulary.products[number] = max(products, 1)
            if not text.startswith("="):
                vocabulary._add(Spelling(text, heard, sound, (number,), 100))
        vocabulary._add_families()
        for words in (vocabulary.thai, vocabulary.latin, vocabulary.sounds):
            words.pop("", None)
        vocabulary.thai_words = sorted(vocabulary.thai)
        vocabulary.thai_text = "\n".join(vocabulary.thai_words)
        vocabulary.latin_words = sorted(vocabulary.latin)
        vocabulary.sound_words = sorted(vocabulary.sounds)
        vocabulary.longest = max(map(len, vocabulary.thai_words), default=1)
        return vocabulary

    def _add_families(self) -> None:
        for word, tokens in families().meant_by.items():
            ids = tuple(n for n in map(word_id, tokens) if n in self.products)
            if ids:
                sound = "" if has_thai(word) else fold_latin(word)
                self._add(Spelling(word, fold(word), sound, ids, FAMILY_WORD))

    def _add(self, spelling: Spelling) -> None:
        home = self.thai if has_thai(spelling.text) else self.latin
        home.setdefault(spelling.heard, []).append(spelling)
        if len(spelling.sound) > 1:
            self.sounds.setdefault(spelling.sound, []).append(spelling)

    # --- how near is it? Each answer is {word id: closeness 1..100} ---------------------------

    def thai_matches(self, heard: str, typed: str) -> dict[int, int]:
        """Words that a piece of Thai stands for; `typed` is the text with its tone marks."""
        near = _Nearness()
        for spelling in self.thai.get(heard, ()):
            same = spelling.text in typed or spelling.closeness < 100
            near.add(spelling, 100 if same else 92)
        known = bool(near.found)
        for word in self._thai_containing(heard):
            near.add_all(self.thai[word], self._part_of(heard, word, typed))
        if not known and len(heard) >= 3:
            for word, nearness in _like(heard, self.thai_words):
                near.add_all(self.thai[word], nearness)
        return near.best()

    def _thai_containing(self, heard: str) -> list[str]:
        if len(heard) < 2:
            return []
        return [word for word in self.thai_words if heard in word and heard != word]

    def _part_of(self, heard: str, word: str, typed: str) -> int:
        """Closeness of a piece to a longer word it stands in, better at the word's ends.

        Few letters are in many words by chance; a piece that tears a syllable apart (สือ in
        เสือ) is not a part at all.
        """
        start = word.index(heard)
        end = start + len(heard)
        if tears_a_syllable(word, start, end):
            return 0
        # ผ้าขาวม้า is a kind of ผ้า, but ชาม is not one of ชา: the rest must be a word as well,
        # and ช่างเงิน is not either: the marks must agree.
        begins = (
            start == 0
            and len(word) - end >= 3
            and any(_written(spelling.text, heard) in typed for spelling in self.thai[word])
        )
        at_end = begins or end == len(word)
        nearness = round(40 + 40 * len(heard) / len(word) + (8 if at_end else 0))
        if len(heard) < 4:
            return 70 if begins else min(nearness, 20 + 20 * len(heard))
        return nearness

    def thai_parts(self, run: str) -> list[tuple[int, int]]:
        """Where a longer piece of a run stands inside some word of the catalogue."""
        return [
            (start, end)
            for start in range(len(run))
            for end in range(start + 4, len(run) + 1)
            if not tears_a_syllable(run, start, end) and run[start:end] in self.thai_text
        ]

    def thai_inside(self, run: str, *, share: float = 72) -> list[tuple[int, int, int]]:
        """Where words of the catalogue stand in a run with slips: (start, end, closeness)."""
        places = []
        for word, _, _ in process.extract(
            run, self.thai_words, scorer=fuzz.partial_ratio, score_cutoff=share, limit=80
        ):
            if len(word) < 4 or len(word) > len(run) + 2:
                continue
            where = fuzz.partial_ratio_alignment(word, run)
            if where:
                slips, start, end = _nearest_piece(word, run, where.dest_start, where.dest_end)
                if slips <= allowed_slips(len(word)):
                    places.append((start, end, round(100 - 90 * slips / len(word))))
        return places

    def latin_matches(self, typed: str, *, joined: bool = False) -> dict[int, int]:
        """Words that a word in Latin letters stands for, by spelling and then by sound.

        `joined` words (typed with spaces between) must be met exactly or by sound.
        """
        near = _Nearness()
        near.add_all(self.latin.get(typed, ()), 100)
        sound = fold_latin(typed)
        near.add_all(self.sounds.get(sound, ()), ROMANISED if len(sound) > 2 else ROMANISED - 15)
        if joined:
            if not near.found and len(sound) >= 6:
                for word, nearness in _like(sound, self.sound_words, fewer=1):
                    near.add_all(self.sounds[word], nearness - 10)
            return near.best()
        known = bool(near.found)
        if len(typed) >= 3:
            for word in _beginning_with(typed, self.latin_words):
                near.add_all(self.latin[word], round(50 + 40 * len(typed) / len(word)))
            for word in _beginning_with(sound, self.sound_words) if len(sound) >= 4 else ():
                near.add_all(self.sounds[word], round(40 + 40 * len(sound) / len(word)))
        if not known:
            for word, nearness in _like(typed, self.latin_words):
                near.add_all(self.latin[word], nearness)
            for word, nearness in _like(sound, self.sound_words, fewer=1):
                near.add_all(self.sounds[word], nearness - 6)
        return near.best()


def tears_a_syllable(text: str, start: int, end: int) -> bool:
    """Whether a piece of Thai begins or ends between a consonant and its vowel."""
    return (
        text[start - 1 : start] in _LEADING
        or text[start : start + 1] in _FOLLOWING
        or text[end : end + 1] in _FOLLOWING
    )


def _written(text: str, heard: str) -> str:
    """The beginning of a word, marks and all, that is heard so."""
    for end in range(len(heard), len(text) + 1):
        if fold(text[:end]) == heard and text[end : end + 1] not in _MARKS:
            return text[:end]
    return text


def _nearest_piece(word: str, run: str, start: int, end: int) -> tuple[int, int, int]:
    """The piece of whole syllables around start…end most like the word, and its slips."""
    return min(
        (OSA.distance(word, run[first:last]), first, last)
        for first in range(max(0, start - 1), start + 1)
        for last in range(end, min(len(run), end + 2) + 1)
        if not tears_a_syllable(run, first, last) or (first, last) == (start, end)
    )


def allowed_slips(length: int) -> int:
    """How many letters may be wrong, missing, too many or swapped in a word of this length."""
    return 0 if length < 4 else 1 if length < 7 else 2 if length < 11 else 3


def _like(typed: str, words: list[str], *, fewer: int = 0) -> list[tuple[str, int]]:
    slips = allowed_slips(len(typed)) - (fewer if len(typed) < 6 else 0)
    if slips < 1:
        return []
    near = process.extract(typed, words, scorer=OSA.distance, score_cutoff=slips, limit=MOST_WORDS)
    return [
        (word, round(96 - 100 * distance / max(len(typed), len(word))))
        for word, distance, _ in near
    ]


def _beginning_with(start: str, words: list[str]) -> list[str]:
    first = bisect_left(words, start)
    found = []
    for word in words[first : first + MOST_WORDS]:
        if not word.startswith(start):
            break
        if word != start:
            found.append(word)
    return found


class _Nearness:
    """Collects the best closeness per word."""

    def __init__(self) -> None:
        self.found: dict[int, int] = {}

    def add(self, spelling: Spelling, nearness: int) -> None:
        closeness = nearness * spelling.closeness // 100
        if closeness < LEAST_CLOSENESS:
            return
        for number in spelling.ids:
            self.found[number] = max(self.found.get(number, 0), closeness)

    def add_all(self, spellings: Iterable[Spelling], nearness: int) -> None:
        for spelling in spellings:
            self.add(spelling, nearness)

    def best(self) -> dict[int, int]:
        """The nearest words; far ones say nothing where a near one is known."""
        least = max(self.found.values(), default=0) * LEAST_OF_NEAREST
        near = [item for item in self.found.items() if item[1] >= least]
        return dict(sorted(near, key=lambda item: (-item[1], item[0]))[:MOST_WORDS])
