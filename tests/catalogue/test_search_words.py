"""The pure side of search: cutting, romanising, families of words, reading a query."""

import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

from catalogue.searching import families as families_module
from catalogue.searching.documents import SearchDocument, cut, words_of
from catalogue.searching.families import FILE, families, key
from catalogue.searching.neighbours import neighbours
from catalogue.searching.reading import MOST_PARTS, read
from catalogue.searching.romanising import romanise
from catalogue.searching.vocabulary import Vocabulary, allowed_slips, word_id
from shop.core.thai import fold, fold_latin, has_thai

FOLDER = Path(__file__).parent
KINDS = {"inside", "tone", "romanised", "typo", "province", "english", "mixed", "two_char"}
PRAEWA = SearchDocument(
    1, "ผ้าไหมแพรวากาฬสินธุ์", "Praewa silk of Kalasin", otop_type="textile", province_code="46"
)
MAT = SearchDocument(
    2, "เสื่อกกบ้านแพง", "Ban Phaeng reed mat", otop_type="utensil", province_code="44"
)
COFFEE = SearchDocument(3, "กาแฟดอยตุง", "Doi Tung coffee", otop_type="drink", province_code="57")


def vocabulary_of(documents: Iterable[SearchDocument]) -> Vocabulary:
    documents = list(documents)
    products = Counter(word for document in documents for word in words_of(document))
    return Vocabulary.of(
        (
            (
                word_id(word),
                word,
                fold(word),
                fold_latin(romanise(word) if has_thai(word) else word),
                number,
            )
            for word, number in products.items()
        ),
        len(documents),
    )


def meant(query: str, vocabulary: Vocabulary, document: SearchDocument) -> list[str]:
    """The parts of a query that this product answers."""
    own = {word_id(word) for word in words_of(document)}
    return [part.text for part in read(query, vocabulary).parts if own & part.matches.keys()]


@pytest.fixture(scope="module")
def market() -> Vocabulary:
    return vocabulary_of([PRAEWA, MAT, COFFEE])


def test_unspaced_names_are_cut_into_words() -> None:
    assert cut("ผ้าไหมแพรวากาฬสินธุ์") == ("ผ้าไหม", "แพรวา", "กาฬสินธุ์")
    assert cut("Carved shadow-puppet leather") == ("carved", "shadow", "puppet", "leather")
    # What the dictionary does not know is joined to its neighbours, never lost.
    assert "สลอง" in cut("ชาดอยแม่สลอง")


def test_the_thing_itself_counts_most_then_its_family_place_and_maker() -> None:
    weights = words_of(PRAEWA)
    assert weights["ผ้าไหม"] == weights["kalasin"] == 100
    assert weights["แพรวา"] > weights["=silk"] > weights["=place-46"] > weights["=kind-textile"]


@pytest.mark.parametrize(
    ("word", "latin"),
    [
        ("ผ้าไหม", "phamai"),
        ("มัดหมี่", "matmi"),
        ("กระติบ", "kratip"),
        ("แพร่", "phrae"),
        ("ลำพูน", "lamphun"),
        ("หม้อห้อม", "mohom"),
        ("เบญจรงค์", "bencharong"),
        ("ขนม", "khanom"),
        ("นคร", "nakhon"),
        ("กล้วยตาก", "kluaitak"),
        ("เกวียน", "kwian"),
        ("เชียงใหม่", "chiangmai"),
        ("สุรินทร์", "surin"),
        ("", ""),
        ("ๆ์", ""),
    ],
)
def test_thai_words_are_romanised_as_people_type_them(word: str, latin: str) -> None:
    assert romanise(word) == latin


@pytest.mark.parametrize(
    "query",
    ["ไหมแพรวา", "ไหมแพววา", "ผาใหม แพรวา", "praewa silk", "phraewa", "silk กาฬสินธุ์", "แพรวาไหม"],
)
def test_every_part_of_a_query_finds_its_word(query: str, market: Vocabulary) -> None:
    parts = [part.text for part in read(query, market).parts]
    assert parts
    assert meant(query, market, PRAEWA) == parts
    assert meant(query, market, COFFEE) == []


def test_a_query_may_join_what_we_part_and_part_what_we_join(market: Vocabulary) -> None:
    assert meant("doitung", market, COFFEE) == ["doi", "tung"]
    assert meant("prae wa", market, PRAEWA) == ["praewa"]


def test_noise_is_left_out_unless_it_is_all_there_is(market: Vocabulary) -> None:
    assert [part.text for part in read("ของฝากกาฬสินธุ์", market).parts] == [fold("กาฬสินธุ์")]
    assert [part.text for part in read("gift from kalasin", market).parts] == ["kalasin"]
    assert [part.text for part in read("otop", market).parts] == ["otop"]


def test_rare_words_are_worth_more_than_common_ones() -> None:
    vocabulary = vocabulary_of(
        SearchDocument(n, f"ผ้าไหม{name}", otop_type="textile")
        for n, name in enumerate(["แพรวา", "สุรินทร์", "ลำพูน", "ปักธงชัย"])
    )
    silk, praewa = read("ผ้าไหมแพรวา", vocabulary).parts
    assert praewa.worth > silk.worth


def test_short_words_are_not_guessed(market: Vocabulary) -> None:
    assert [allowed_slips(n) for n in (1, 3, 4, 5, 6, 9, 10)] == [0, 0, 1, 1, 1, 2, 2]
    assert meant("mab", market, MAT) == []
    assert meant("บาก", market, MAT) == []


@pytest.mark.parametrize(
    "query",
    ["", " ", "\x00", "!!!", "%_%", "'; --", "😀🧵", "์่้", "\ud800", "ๆๆๆ", "a" * 5000, "ก" * 5000,
     "ไ" * 300, "ผ้า " * 900, "ab " * 900, "1" * 300, "\u202e", "ﷺ"],
)  # fmt: skip
def test_no_query_is_too_strange(query: str, market: Vocabulary) -> None:
    reading = read(query, market)
    assert len(reading.parts) <= MOST_PARTS
    assert len(reading.heard) <= 400
    assert isinstance(neighbours(query, market, limit=3), list)


def test_neighbours_are_words_and_provinces_that_have_goods(market: Vocabulary) -> None:
    assert "coffee" in [n.text for n in neighbours("coffeee", market, limit=6)]
    found = neighbours("กาฬสิน", market, limit=3)
    assert ("province", "46") in [(n.kind, n.code) for n in found]
    # Nobody sells durian in this market, so it is not suggested.
    assert "durian" not in [n.text for n in neighbours("durian", market, limit=6)]


def test_neighbours_are_near_for_their_length_or_there_are_none(market: Vocabulary) -> None:
    assert neighbours("zzqx", market, limit=6) == []
    assert neighbours("qwertyuiop", market, limit=6) == []
    assert neighbours("มม", market, limit=6) == []


def test_neighbours_in_the_language_of_the_page_come_first(market: Vocabulary) -> None:
    def first_is_thai(language: str) -> list[bool]:
        found = neighbours("กาฬสิน", market, limit=6, language=language)
        return [has_thai(each.text) for each in found]

    assert first_is_thai("th")[0]
    mixed = [has_thai(n.text) for n in neighbours("kalasim", market, limit=6, language="en")]
    assert mixed
    assert mixed == sorted(mixed)


# --- the files ----------------------------------------------------------------------------------


def queries(name: str) -> list[dict]:
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))["query"]


def test_there_are_enough_queries_of_every_kind() -> None:
    tuned, held_out = queries("search_queries"), queries("search_queries_held_out")
    assert len(tuned) >= 150
    assert len(held_out) >= 40
    for some in (tuned, held_out):
        assert {query["kind"] for query in some} == KINDS
    texts = [query["text"] for query in tuned + held_out]
    assert len(texts) == len(set(texts))
    assert all(query["expect"] for query in tuned + held_out)


def test_a_family_serves_many_queries() -> None:
    for token, words in families().words.items():
        if token.startswith("=place-"):
            continue
        assert len({key(word) for word in words}) >= 3, token
    data = tomllib.loads(FILE.read_text(encoding="utf-8"))
    for code, names in data["place"].items():
        assert len({key(name) for name in names}) >= 2, code


def test_no_word_is_longer_than_a_name_people_use() -> None:
    """An alias is a word, not the text of somebody's query."""
    for token, words in families().words.items():
        for word in words if not token.startswith("=place-") else ():
            assert len(word.split()) <= 3, (token, word)


def test_families_are_compared_by_ear_and_without_spaces() -> None:
    assert key("Nam Prik") == key("namprik")
    assert key("ผ้าขาวม้า") == key("ผาขาวมา")
    assert families() is families_module.families()
