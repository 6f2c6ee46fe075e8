"""When nothing is found: what the shop has that comes nearest to what was typed."""

from collections.abc import Collection
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from shop.core.places import provinces
from shop.core.thai import fold_latin, has_thai

from .families import families, key, kind_token, place_token
from .reading import LONGEST_QUERY
from .vocabulary import Vocabulary, word_id

LETTERS_PER_SLIP = 3  # of the typed word; with more slips two words only share some letters
SHORTEST_SOUND = 4  # letters; shorter sounds are near to everything
MOST_NEAR = 40


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A word to try instead. `kind` is word, type or province; `code` names the latter two."""

    text: str
    kind: str
    code: str = ""


def neighbours(
    query: str, vocabulary: Vocabulary, *, limit: int, language: str = "th"
) -> list[Neighbour]:
    """The nearest words, types and provinces that have goods; empty rather than far-fetched.

    Words written in the page's `language` come first, then the nearest.
    """
    heard = key(query[:LONGEST_QUERY])
    if not heard:
        return []
    choices = _choices(vocabulary)
    near = _near(heard, choices.keys())
    sound = "" if has_thai(heard) else fold_latin(heard)
    if len(sound) >= SHORTEST_SOUND:
        sounds = {fold_latin(word): word for word in choices if not has_thai(word)}
        near += [(sounds[heard_so], slips) for heard_so, slips in _near(sound, sounds.keys())]

    def by_language_and_nearness(item: tuple[str, int]) -> tuple[bool, int, str]:
        word, slips = item
        return has_thai(choices[word].text) != (language == "th"), slips, word

    near.sort(key=by_language_and_nearness)
    return list(dict.fromkeys(choices[word] for word, _ in near))[:limit]


def _near(typed: str, words: Collection[str]) -> list[tuple[str, int]]:
    """The words with few slips for the length of what was typed, with their slips."""
    slips = len(typed) // LETTERS_PER_SLIP
    found = process.extract(typed, words, scorer=OSA.distance, score_cutoff=slips, limit=MOST_NEAR)
    return [(word, distance) for word, distance, _ in found]


def _choices(vocabulary: Vocabulary) -> dict[str, Neighbour]:
    """What can be suggested, by the form in which words are compared."""
    choices: dict[str, Neighbour] = {}
    for token, words in families().words.items():
        if word_id(token) in vocabulary.products:
            for word in words:
                choices.setdefault(key(word), _neighbour(token, word))
    for home in (vocabulary.thai, vocabulary.latin):
        for heard, spellings in home.items():
            if len(heard) > 2 and spellings[0].closeness == 100:
                choices.setdefault(heard, Neighbour(spellings[0].text, "word"))
    return choices


def _neighbour(token: str, word: str) -> Neighbour:
    for code in provinces():
        if token == place_token(code):
            return Neighbour(word, "province", code)
    if token.startswith(kind_token("")):
        return Neighbour(word, "type", token.removeprefix(kind_token("")))
    return Neighbour(word, "word")
