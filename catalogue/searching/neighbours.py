"""When nothing is found: what the shop has that comes nearest to what was typed."""

from dataclasses import dataclass

from rapidfuzz import fuzz, process

from shop.core.places import provinces
from shop.core.thai import fold_latin, has_thai

from .families import families, key, kind_token, place_token
from .reading import LONGEST_QUERY
from .vocabulary import Vocabulary, word_id

NEAR = 60  # of 100; below this two words only share some letters


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A word to try instead. `kind` is word, type or province; `code` names the latter two."""

    text: str
    kind: str
    code: str = ""


def neighbours(query: str, vocabulary: Vocabulary, *, limit: int) -> list[Neighbour]:
    """The nearest words, types and provinces that have goods, nearest first; may be empty."""
    heard = key(query[:LONGEST_QUERY])
    if not heard:
        return []
    choices = _choices(vocabulary)
    near = process.extract(heard, choices.keys(), scorer=fuzz.ratio, score_cutoff=NEAR, limit=40)
    if not has_thai(heard):
        sounds = {fold_latin(word): word for word in choices if not has_thai(word)}
        by_sound = process.extract(
            fold_latin(heard), sounds.keys(), scorer=fuzz.ratio, score_cutoff=NEAR, limit=40
        )
        near += [(sounds[sound], score, position) for sound, score, position in by_sound]
    near.sort(key=lambda item: (-item[1], item[0]))
    return list(dict.fromkeys(choices[word] for word, _, _ in near))[:limit]


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
