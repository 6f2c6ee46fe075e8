"""What a buyer types for a product's questions: read, counted, refused with a reason."""

from decimal import Decimal
from uuid import uuid4

import pytest

from catalogue.asking import answering
from catalogue.asking.answering import check_again, check_answers, count_letters, digest_of
from catalogue.asking.models import Question

ZALGO = "Z̡̖̜̖̰̣͉̜͖̰͇a͎l̀̕go"


def asked(kind: str = "text", pk: int = 1, **facts) -> Question:
    """A question that is not in any database."""
    facts.setdefault("label_th", "ชื่อที่จะปัก")
    facts.setdefault("label_en", "Name to embroider")
    for name in ("price", "units", "step", "least", "most"):
        if name in facts:
            facts[name] = Decimal(facts[name])
    return Question(pk=pk, kind=kind, **facts)


def refused(question: Question, *texts: str, photos=()) -> str:
    """The code of the refusal, "" where the answer is taken."""
    checked = check_answers([question], {question.pk: texts}, photos=photos)
    assert len(checked.answers) + len(checked.refusals) <= 1
    return checked.refusals[question.pk].code if checked.refusals else ""


def value(question: Question, *texts: str, photos=()) -> str:
    checked = check_answers([question], {question.pk: texts}, photos=photos)
    assert checked.is_right, checked.refusals
    return checked.answers[0]["value"]


@pytest.mark.parametrize(
    ("text", "letters"),
    [("", 0), ("น้ำ", 1), ("ที่นี่", 2), ("กก", 2), ("Café", 4), ("Cafe\u0301", 4), ("ปู่ย่า", 3)],
)
def test_marks_belong_to_the_letter_that_bears_them(text, letters):
    assert count_letters(text) == letters


def test_words_are_taken_in_one_spelling_without_what_cannot_be_seen():
    assert value(asked(), "  มะลิ\u200b  \n จันทร์\u200d ") == "มะลิ จันทร์"
    assert value(asked(), "Cafe\u0301") == "Café"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ก" * 11, "too_long"),
        ("ที่" * 10, ""),
        ("ที่" * 11, "too_long"),
        ("ก" * 1_000_000, "too_long"),
        ("ab\0cd", "invisible"),
        ("\x1b[31m", "invisible"),
        ("รัก 😀", "emoji"),
        ("❤️", "emoji"),
        ("👨‍👩‍👧", "emoji"),
        ("🇹🇭", "emoji"),
        ("1️⃣", "emoji"),
        ("\ue000", "emoji"),
        (ZALGO, "marks"),
        ("่ก", "marks"),
        ("", "required"),
        (" \n\t ", "required"),
        ("\u200b", "required"),
        ("O'Brien & ลูก", "too_long"),
        ("O'Neil & ก", ""),
        ("<b>ก</b>", ""),
    ],
)
def test_words_that_cannot_be_made_are_refused_with_the_reason(text, code):
    assert refused(asked(longest=10), text) == code


def test_a_refusal_carries_what_its_words_need():
    checked = check_answers([asked(longest=3)], {1: ["น้ำใจดีมาก"]})

    assert checked.refusals[1].facts == {"longest": 3, "count": 7}
    assert check_answers([asked()], {1: ["ก😀"]}).refusals[1].facts == {"sign": "😀"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("10", ""),
        ("๙๙.๕", ""),
        ("99.50", ""),
        ("100", ""),
        ("9.5", "too_small"),
        ("-10", "too_small"),
        ("100.5", "too_large"),
        ("9999999", "too_large"),
        ("10.3", "between_steps"),
        ("NaN", "not_a_number"),
        ("Infinity", "not_a_number"),
        ("1e1", "not_a_number"),
        ("0x10", "not_a_number"),
        ("1_0", "not_a_number"),
        ("²0", "not_a_number"),
        ("٢٠", "not_a_number"),
        ("10.123", "not_a_number"),
        ("9" * 400, "not_a_number"),
        ("สิบ", "not_a_number"),
    ],
)
def test_numbers_are_plain_and_within_their_range(text, code):
    question = asked("measurement", least="10", most="100", step="0.5", unit_th="ซม.", unit_en="cm")
    assert refused(question, text) == code


def test_a_number_is_shown_with_its_unit_in_both_languages():
    question = asked("measurement", least="0", most="100", step="0.5", unit_th="ซม.", unit_en="cm")
    answer = check_answers([question], {1: ["๙๙.๕"]}).answers[0]

    assert (answer["value"], answer["value_th"], answer["value_en"]) == (
        "99.5", "99.5 ซม.", "99.5 cm",
    )  # fmt: skip
    assert value(question, "-0") == "0"


def test_a_choice_is_one_of_the_list_and_adds_its_price_and_work():
    rows = [
        {"th": "แดง", "en": "Red", "price": "0", "units": "0"},
        {"th": "คราม", "en": "", "price": "49.50", "units": "0.25", "colour": "#223355"},
    ]
    question = asked("colour", choices=rows, price="10", units="1")

    assert refused(question, "เขียว") == "not_a_choice"
    assert refused(question, "Red") == "not_a_choice"
    answer = check_answers([question], {1: ["คราม"]}).answers[0]
    assert (answer["value_th"], answer["value_en"], answer["colour"]) == ("คราม", "คราม", "#223355")
    assert (answer["price"], answer["units"]) == ("59.50", "1.25")


def test_a_photo_is_known_by_its_token():
    token = str(uuid4())
    question = asked("photo")

    assert value(question, token.upper(), photos=[token]) == token
    assert refused(question, str(uuid4()), photos=[token]) == "no_such_photo"
    assert refused(question, "../../etc/passwd", photos=[token]) == "no_such_photo"


def test_a_field_sent_twice_is_asked_again_unless_it_says_the_same():
    assert refused(asked(), "มะลิ", "จันทร์") == "twice"
    assert value(asked(), "มะลิ", "มะลิ") == "มะลิ"
    assert value(asked(), "", "มะลิ") == "มะลิ"


def test_an_optional_question_left_empty_adds_nothing():
    checked = check_answers([asked(required=False, price="100")], {})
    assert checked.answers == []
    assert checked.is_right


def test_answers_to_the_questions_of_another_product_do_not_count():
    checked = check_answers([asked(required=False)], {999: ["ของคนอื่น"]})
    assert checked.answers == []
    assert checked.is_right


def test_price_and_work_are_summed_per_piece():
    answers = check_answers(
        [asked(pk=1, price="0.01", units="0.25"), asked(pk=2, price="99.99", units="1.5")],
        {1: ["ก"], 2: ["ข"]},
    ).answers

    assert answering.price_of(answers) == Decimal("100.00")
    assert answering.units_of(answers) == Decimal("1.75")
    assert answering.price_of([]) == 0
    assert answering.units_of([]) == 0


def test_lines_are_told_apart_by_what_is_answered_not_by_its_price():
    one = check_answers([asked(price="10")], {1: ["มะลิ"]}).answers
    dearer = check_answers([asked(price="20", label_en="Other words")], {1: ["มะลิ"]}).answers
    other = check_answers([asked(price="10")], {1: ["จันทร์"]}).answers

    assert digest_of(one) == digest_of(dearer) != digest_of(other)
    assert digest_of([]) == ""


def test_kept_answers_are_read_again_with_the_prices_of_today():
    kept = check_answers([asked(price="10")], {1: ["มะลิ"]}).answers

    again = check_again([asked(price="15")], kept)

    assert again is not None
    assert again.answers[0]["price"] == "15.00"


@pytest.mark.parametrize(
    "now",
    [
        [],
        [asked(label_th="วันเกิด")],
        [asked("number", least="1", most="9")],
        [asked(longest=2)],
        [asked(), asked(pk=2)],
    ],
    ids=["gone", "asks something else", "another kind", "refuses it", "a new one must be answered"],
)
def test_kept_answers_that_no_longer_fit_are_asked_again(now):
    kept = check_answers([asked()], {1: ["มะลิ"]}).answers
    assert check_again(now, kept) is None
