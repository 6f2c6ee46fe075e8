"""How a Thai word is likely to be typed in Latin letters.

After the Royal Thai General System without its finer points: the result is only ever
compared through `fold_latin`, which forgives th/t, ee/i and the like. A word is cut
into syllables from left to right; where Thai spelling is ambiguous (กน, สระ) the
commonest reading wins.
"""

import re

from shop.core.thai import normalise

_INITIAL = {
    **dict.fromkeys("ขฃคฅฆ", "kh"),
    **dict.fromkeys("จฉชฌ", "ch"),
    **dict.fromkeys("ซศษส", "s"),
    **dict.fromkeys("ญย", "y"),
    **dict.fromkeys("ฎด", "d"),
    **dict.fromkeys("ฏต", "t"),
    **dict.fromkeys("ฐฑฒถทธ", "th"),
    **dict.fromkeys("ณน", "n"),
    **dict.fromkeys("ผพภ", "ph"),
    **dict.fromkeys("ฝฟ", "f"),
    **dict.fromkeys("ลฬ", "l"),
    **dict.fromkeys("หฮ", "h"),
    "ก": "k",
    "ง": "ng",
    "บ": "b",
    "ป": "p",
    "ม": "m",
    "ร": "r",
    "ว": "w",
    "อ": "",
}
_FINAL = {
    **dict.fromkeys("กขคฆ", "k"),
    **dict.fromkeys("จฉชซฌฎฏฐฑฒดตถทธศษส", "t"),
    **dict.fromkeys("บปผฝพฟภ", "p"),
    **dict.fromkeys("ญณนรลฬ", "n"),
    "ง": "ng",
    "ม": "m",
    "ย": "i",
    "ว": "o",
}
_C = "[ก-ฮ]"
# Two consonants read as one beginning; ห before a low consonant is silent.
_ONSET = (
    "(?:[กขคปพผตท]ร(?!$)|[กขคปพผ]ล(?!$)|[กขค]ว(?=[ัาิี็])|ห[งญนมยรลว](?!$)|อย(?=[ู่า])|[สศ]ร(?!$)|"
    + _C
    + ")"
)
_CLUSTER = "(?:[กขคปพผตท]ร|[กขคปพผ]ล|ห[งญนมยรลว])"
# ใ and ไ close their syllable themselves, so that both consonants stand before them.
_ONSET_OF_AI = "(?:[กขคปพผตท]ร|[กขคปพผ]ล|[กขค]ว|ห[งญนมยรลว]|" + _C + ")"
# A closing consonant is one that no vowel follows and that begins no cluster.
_CLOSING = f"({_C}(?![ะัาำิีึืุู็อ]|(?<=[กขคปพผต])[รล][ะัาำิีึืุู็]|(?<=ห)[งญนมยรลว][ะัาำิีึืุู็]))"
_CLOSE = _CLOSING + "?"
_MUST_CLOSE = _CLOSING
_SYLLABLES = [
    (re.compile(pattern), vowel)
    for pattern, vowel in (
        (f"เ({_ONSET})ียะ?{_CLOSE}", "ia"),
        (f"เ({_ONSET})ือ{_CLOSE}", "uea"),
        (f"เ({_ONSET})าะ()", "o"),
        (f"เ({_ONSET})า()", "ao"),
        (f"เ({_ONSET})อะ?{_CLOSE}", "oe"),
        (f"เ({_ONSET})ย()", "oei"),
        (f"เ({_ONSET})็{_CLOSE}", "e"),
        (f"เ({_ONSET})ิ{_CLOSE}", "oe"),
        (f"เ({_ONSET})ะ()", "e"),
        (f"เ({_ONSET}){_CLOSE}", "e"),
        ("แ([กขคปพผตท]ร|[กขคปพผ]ล)$()", "ae"),
        (f"แ({_ONSET})[ะ็]?{_CLOSE}", "ae"),
        (f"โ({_ONSET})ะ?{_CLOSE}", "o"),
        (f"[ใไ]({_ONSET_OF_AI})ย?()", "ai"),
        (f"({_ONSET})ัวะ?()", "ua"),
        (f"({_ONSET})ัย()", "ai"),
        (f"({_ONSET})ั{_CLOSE}", "a"),
        (f"({_ONSET})ำ()", "am"),
        (f"({_ONSET})รร{_MUST_CLOSE}", "a"),
        (f"({_ONSET})รร()", "an"),
        (f"({_ONSET})า{_CLOSE}", "a"),
        (f"({_ONSET})ะ()", "a"),
        (f"({_ONSET})[ิี]{_CLOSE}", "i"),
        (f"({_ONSET})ึ{_CLOSE}", "ue"),
        (f"({_ONSET})ือ?{_CLOSE}", "ue"),
        (f"({_ONSET})[ุู]{_CLOSE}", "u"),
        (f"({_ONSET})็อ{_CLOSE}", "o"),
        (f"({_ONSET})อ{_CLOSE}", "o"),
        (f"({_ONSET})ว{_MUST_CLOSE}", "ua"),
        (f"(?!{_CLUSTER})({_C})()(?={_C}{_C}(?:$|[เแโใไ]))", "a"),
        (f"({_ONSET}){_MUST_CLOSE}", "o"),
        (f"({_ONSET})()", "a"),
    )
]
_SILENCED = re.compile("(?:(?<=[ก-ฮ])[ตทด]ร|[ก-ฮ][ิุ]?)์")
_FINAL_RO = re.compile("(?<=[ก-ฮ])(?<![เแโใไ][ก-ฮ])ร$")
_TONES = re.compile("[่้๊๋ๆฯ]")


def romanise(word: str) -> str:
    """The Latin spelling of one Thai word; letters that are not Thai are left out."""
    rest = _TONES.sub("", _SILENCED.sub("", normalise(word)))
    rest = _FINAL_RO.sub("อน", rest)
    parts: list[str] = []
    while rest:
        for pattern, vowel in _SYLLABLES:
            match = pattern.match(rest)
            if match:
                parts.append(_onset(match[1]) + vowel + _FINAL.get(match[2] or "", ""))
                rest = rest[match.end() :]
                break
        else:
            rest = rest[1:]
    return "".join(parts)


def _onset(consonants: str) -> str:
    if len(consonants) == 2:
        first, second = consonants[0], consonants[1]
        if first in "หอ":
            return _INITIAL[second]
        if consonants == "ทร" or first in "สศซ":
            return "s"
        return _INITIAL[first] + _INITIAL[second]
    return _INITIAL[consonants]
