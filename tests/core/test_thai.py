"""Thai text is cleaned, folded, romanised and ordered as a Thai reader would."""

import random
import unicodedata

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from pythainlp.util import collate

from shop.core.thai import (
    TIE_MARKS,
    arabic_digits,
    fold,
    fold_latin,
    has_thai,
    normalise,
    plain,
    thai_digits,
    thai_sort_key,
)

# Ordered by hand after the rules of the Royal Institute dictionary.
ORDERED_BY_HAND = """
    กก กระจูด กระติบ กระเทียม กระยาสารท กล้วย กลอง กะปิ กะหรี่ปั๊บ กา กาแฟ กำไล กิ่ง เก็บ เกลือ เกาะ
    แก แก่ แก้ แก๊ แกง แก้ว แกะ ไก่ ขนม ขมิ้น ขาว ข่าว ข้าว ข้าวหลาม ขิด ไข่ ไข่เค็ม ครก คราม เครื่องเงิน
    เครื่องถม แคบหมู โคม งอบ จักสาน เจดีย์ ชา ชาม เชียงใหม่ ไชยา ด้าย ดินเผา ต้น ตรัง ตะกร้า ตา ตุ๊กตา
    เต่า ใต้ ถ่าน ทอง ทุเรียน น่าน น้ำ น้ำตาล น้ำผึ้ง น้ำพริก บาติก เบญจรงค์ ใบลาน ปลา ปลาดุก ปลาร้า ปลาส้ม
    ปา ป่า ป้า ปี ปี่ ผ้า ผ้าขาวม้า ผ้าไหม เผา ไผ่ ฝ้าย พริก พัทลุง เพชรบุรี แพร แพร่ แพรวา ไพล ฟาง ภูเก็ต
    มะขาม มะพร้าว มัดหมี่ มีด เม่า ไม้ ไม้ไผ่ ยาหม่อง ร่ม เรือ ฤดู ลำพูน ลำไย วัว ศรีสะเกษ ศิลาดล สบู่
    สมุนไพร สังคโลก สา เสื่อ ไส้อั่ว หนัง หมอน หมี่ หมู หอม หุ่น ไห ไหม อาหาร เอว โอ่ง ฮาลาล
"""
DICTIONARY = ORDERED_BY_HAND.split()


def shuffled(words: list[str]) -> list[str]:
    return random.Random(2567).sample(words, len(words))


def test_keys_put_words_in_the_order_of_the_dictionary() -> None:
    assert len(DICTIONARY) == len(set(DICTIONARY)) >= 60
    assert sorted(shuffled(DICTIONARY), key=thai_sort_key) == DICTIONARY
    # Code points alone put เ แ โ ใ ไ last: the key is needed.
    assert sorted(DICTIONARY) != DICTIONARY


def test_keys_agree_with_pythainlp_where_it_follows_the_dictionary() -> None:
    # Its simple key lets a mark weigh like a letter (แก่ after แกง), so words with marks stay out.
    words = [word for word in DICTIONARY if not set(word) & set(TIE_MARKS)]
    assert len(words) >= 60
    assert sorted(shuffled(words), key=thai_sort_key) == collate(shuffled(words))


@pytest.mark.django_db
def test_a_plain_comparison_of_keys_in_the_database_gives_the_same_order() -> None:
    collation = '"C"' if connection.vendor == "postgresql" else "BINARY"
    keys = [thai_sort_key(word) for word in shuffled(DICTIONARY)]
    rows = " UNION ALL ".join(["SELECT %s AS sort_key"] * len(keys))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT sort_key FROM ({rows}) words ORDER BY sort_key COLLATE {collation}", keys
        )
        ordered = [row[0] for row in cursor.fetchall()]
    assert ordered == [thai_sort_key(word) for word in DICTIONARY]


def test_marks_break_ties_only() -> None:
    # ป่าน differs from ปาน by a mark, but the letter after it counts first.
    assert sorted(["ป่าน", "ปาย", "ปาน"], key=thai_sort_key) == ["ปาน", "ป่าน", "ปาย"]
    # The earlier mark decides.
    assert sorted(["ก่าก", "กาก่", "กาก"], key=thai_sort_key) == ["กาก", "กาก่", "ก่าก"]


@pytest.mark.parametrize(
    ("first", "second"),
    [("silk", "กก"), ("Batik", "celadon"), ("ผ้า", "ผ้า ทอ"), ("ผ้าทอ 2", "ผ้าทอ ๓"), ("(กก)", "กา")],
)
def test_latin_letters_digits_and_spaces_have_their_place(first: str, second: str) -> None:
    assert thai_sort_key(first) < thai_sort_key(second)


@given(st.text(alphabet=st.sampled_from("กขคงรลวอะาำิืุเแโไ็่้์ a1"), max_size=12))
def test_equal_words_have_equal_keys_and_keys_are_clean(text: str) -> None:
    key = thai_sort_key(text)
    assert key == thai_sort_key(unicodedata.normalize("NFD", text))
    assert "\x00" not in key
    assert len(key) <= 2 * len(text) + 1


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("กาเเฟ", "กาแฟ"),  # two เ look like one แ
        ("น้ํา", "น้ำ"),  # นิคหิต and า instead of ำ
        ("นํ้า", "น้ำ"),
        ("นำ้", "น้ำ"),
        ("ก่ี่", "กี่"),  # mark before vowel, and twice
        ("  ผ้า\u200bไหม\x00  แพรวา\n", "ผ้าไหม แพรวา"),
        ("e\u0301", "é"),
        ("ผ้า ๒ ผืน", "ผ้า ๒ ผืน"),  # digits stay as typed
        ("", ""),
    ],
)
def test_text_that_looks_the_same_is_stored_the_same(typed: str, meant: str) -> None:
    assert normalise(typed) == meant


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing_and_leaves_no_control_characters(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert not [c for c in once if unicodedata.category(c) in ("Cc", "Cf", "Cs")]


@given(st.text(max_size=60) | st.text(alphabet=st.sampled_from("กดฎเแะาำํุี่้็์ๆ๑ๅ a"), max_size=12))
def test_folding_never_fails_and_is_stable(text: str) -> None:
    assert plain(plain(text)) == plain(text)
    assert fold(fold(text)) == fold(text)
    assert fold_latin(text).isascii()


def test_digits_of_both_scripts() -> None:
    assert arabic_digits("พ.ศ. ๒๕๖๗") == "พ.ศ. 2567"
    assert thai_digits("มผช. 1555/2563") == "มผช. ๑๕๕๕/๒๕๖๓"
    assert plain("CAFÉ ๕ ดาว") == "cafe 5 ดาว"


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("มัดหมี", "มัดหมี่"),
        ("ผาใหม", "ผ้าไหม"),
        ("เบญจรง", "เบญจรงค์"),
        ("ศรีษะเกศ", "ศรีสะเกษ"),
        ("สังคโลกก", "สังคโลกก"),
        ("เครืองปันดินเผา", "เครื่องปั้นดินเผา"),
        ("อร่อยยยยย", "อร่อย"),
    ],
)
def test_words_of_one_sound_fold_alike(typed: str, written: str) -> None:
    assert fold(typed) == fold(written)


def test_different_words_stay_different() -> None:
    for one, other in [("ผ้า", "ปลา"), ("ชา", "ชาม"), ("เสื่อ", "เสา"), ("ไหม", "หมี่")]:
        assert fold(one) != fold(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("matmii", "matmi"),
        ("mut mee", "mudmi"),
        ("phraewa", "praewa"),
        ("pha khao ma", "pakaoma"),
        ("krajood", "krachut"),
        ("benjarong", "bencharong"),
        ("nam prik noom", "namphrik num"),
        ("khaep mu", "kaeb moo"),
        ("mor gaeng", "mo kaeng"),
        ("Teen-Jok", "tin chok"),
    ],
)
def test_romanised_words_of_one_sound_fold_alike(one: str, other: str) -> None:
    assert fold_latin(one) == fold_latin(other)


def test_thai_is_recognised() -> None:
    assert has_thai("silk ไหม")
    assert not has_thai("silk 12 é")
