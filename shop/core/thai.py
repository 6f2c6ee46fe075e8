"""Thai writing as data: clean it, fold it for finding, order it, read its digits.

Pure functions on text; nothing here knows a product, a database or a page.

Three depths of sameness, each built on the one before:

* `normalise`: the same text typed in another order of keys (use it when saving).
* `plain`: the same text in another case, in Thai or Arabic digits, with accents.
* `fold`: the same text spelled by ear: tone marks left out, ใ for ไ, ศ for ส.
"""

import re
import unicodedata
from collections.abc import Callable

LEADING_VOWELS = "เแโใไ"
TONE_MARKS = "่้๊๋"
# Marks that only break ties in a dictionary, in the order in which they do so.
TIE_MARKS = "็่้๊๋์ํ๎ฺ"

_THAI_DIGITS = "๐๑๒๓๔๕๖๗๘๙"
_TO_ARABIC = str.maketrans(_THAI_DIGITS, "0123456789")
_TO_THAI = str.maketrans("0123456789", _THAI_DIGITS)

_UPPER_AND_LOWER_VOWELS = "ัิีึืุู"
_MARK_BEFORE_VOWEL = re.compile(f"([{TONE_MARKS}์]+)([{_UPPER_AND_LOWER_VOWELS}]+)")
_SPLIT_SARA_AM = re.compile(f"ํ([{TONE_MARKS}]*)า")
_MARK_AFTER_SARA_AM = re.compile(f"([ะาำ]+)([{TONE_MARKS}]+)")
_REPEATED_SIGN = re.compile(r"([ัิีึืฺุู็่้๊๋์ํ๎ะาำๅแโใไๆฯ])\1+")
_LONE_LONG_AA = re.compile("(?<![ฤฦ])ๅ")
_SPACES = re.compile(r"\s+")

_SILENCED = re.compile("[ก-ฮ][ิุ]?์")
_UNHEARD = re.compile("[็่้๊๋์๎ฺํๆฯ]")
_DRAWN_OUT = re.compile(r"([ก-ฮ])\1{2,}")
# Letters of one sound that people take for one another.
_ONE_SOUND = str.maketrans("ใศษณฬญฎฏฐฑฒธฆภฅฃ", "ไสสนลยดตททททคพคข")

_LATIN_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"[^a-z0-9]", ""),
        (r"ck|q|x", "k"),
        (r"([kpt])h", r"\1"),
        (r"ng(?=g)", "n"),
        (r"sh|ch|j", "c"),
        (r"(?<!n)g", "k"),
        (r"d", "t"),
        (r"b(?=$|[^aeiouyrlw])", "p"),
        (r"v", "w"),
        (r"z", "s"),
        (r"ee|ea|ie$|y(?=$|[^aeiou])", "i"),
        (r"oo|ou|uu|eu|ue", "u"),
        (r"aa|ar(?=$|[^aeiou])", "a"),
        (r"or(?=$|[^aeiou])|aw(?=$|[^aeiou])|au", "o"),
        (r"er(?=$|[^aeiou])|oe|eo", "e"),
        (r"ae|ai(?=r)", "e"),
        (r"(.)\1+", r"\1"),
    )
]

_LEADING_VOWEL_AND_CONSONANT = re.compile(f"([{LEADING_VOWELS}])([ก-ฮ])")
_KEY_SEPARATOR = "\x1f"


def arabic_digits(text: str) -> str:
    """The text with ๐–๙ written as 0–9, e.g. for numbers typed into a form."""
    return text.translate(_TO_ARABIC)


def thai_digits(text: str) -> str:
    """The text with 0–9 written as ๐–๙, e.g. for an official paper."""
    return text.translate(_TO_THAI)


def has_thai(text: str) -> bool:
    """Whether any letter of the text is Thai."""
    return any("ก" <= letter <= "๛" for letter in text)


def normalise(text: str) -> str:
    """One spelling for what looks the same on the screen; safe to store and to show.

    Control and invisible characters (NUL, zero-width) go, marks are put in the order
    in which they are read, doubled marks and a doubled เ become what was meant, and
    runs of white space become one space. Digits and case stay as typed.
    """
    text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = "".join(" " if c.isspace() else c for c in text if c.isprintable() or c.isspace())
    text = re.sub("เ{2,}", "แ", text)
    text = _MARK_BEFORE_VOWEL.sub(r"\2\1", text)
    text = _LONE_LONG_AA.sub("า", text)
    text = _SPLIT_SARA_AM.sub(r"\1ำ", text)
    text = _until_still(_settle, text)
    return _SPACES.sub(" ", text).strip()


def _until_still(step: Callable[[str], str], text: str) -> str:
    """Repeat a step until it changes nothing, so that nonsense settles too."""
    for _ in range(len(text) + 1):
        before, text = text, step(text)
        if text == before:
            break
    return text


def _settle(text: str) -> str:
    """Marks before the vowels they are read before, and none twice."""
    text = unicodedata.normalize("NFC", text)
    text = _MARK_BEFORE_VOWEL.sub(r"\2\1", text)
    text = _MARK_AFTER_SARA_AM.sub(r"\2\1", text)
    return _REPEATED_SIGN.sub(r"\1", text)


def plain(text: str) -> str:
    """Normalised, in lower case, with Arabic digits and without accents on Latin letters."""
    text = unicodedata.normalize("NFKD", normalise(text).casefold())
    text = "".join(c for c in text if not "\u0300" <= c <= "\u036f").casefold()
    return arabic_digits(normalise(text))


def fold(text: str) -> str:
    """What is heard rather than what is spelled: for comparing, never for showing.

    Tone marks, ไม้ไต่คู้ and silenced letters go, letters of one sound become one
    letter (ใ ไ; ศ ษ ส; ณ น; ภ พ …) and drawn-out letters are shortened.
    """
    return _until_still(_as_heard, plain(text))


def _as_heard(text: str) -> str:
    text = _SILENCED.sub("", text)
    text = normalise(_UNHEARD.sub("", text).translate(_ONE_SOUND))
    return _DRAWN_OUT.sub(r"\1", text)


def fold_latin(text: str) -> str:
    """The sound of a romanised Thai word: mudmee and mudmi, phraewa and praewa agree.

    There is no spelling that all people use for Thai in Latin letters, so th is t,
    ph is p, kh and g are k, ch is j, d is t, ee is i, oo is u, and doubles are single.
    """
    sound = plain(text)
    for pattern, replacement in _LATIN_SOUNDS:
        sound = pattern.sub(replacement, sound)
    return sound


def thai_sort_key(text: str) -> str:
    """A key whose plain code-point order is Thai dictionary order.

    The order of the Royal Institute dictionary: a leading vowel counts after its
    consonant (ไก่ stands under ก), and tone marks, ไม้ไต่คู้ and การันต์ count only
    where two words are otherwise equal. Compare the keys as bytes: `BINARY` on SQLite,
    `COLLATE "C"` on PostgreSQL. Punctuation does not count; Latin goes before Thai.
    """
    text = _LEADING_VOWEL_AND_CONSONANT.sub(r"\2\1", plain(text))
    letters: list[str] = []
    marks: list[str] = []
    for c in text:
        if c in TIE_MARKS and marks:
            marks[-1] += str(TIE_MARKS.index(c) + 1)
        elif c.isalnum() or c == " " or "ก" <= c <= "ไ":
            letters.append(c)
            marks.append(".")
    ties = "".join(marks).rstrip(".")
    return "".join(letters) + (_KEY_SEPARATOR + ties if ties else "")
