"""A member puts together what the group asks its buyers."""

from decimal import Decimal

import pytest

from catalogue.asking.models import Question
from tests.checkout.shopping import Buyer
from tests.factories import (
    make_enterprise,
    make_made_to_order,
    make_member,
    make_question,
    make_workshop,
    make_woven,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def product():
    return make_made_to_order(make_enterprise())


@pytest.fixture
def member(product):
    return Buyer("en", make_member(product.enterprise).user)


def path(product, rest: str = "") -> str:
    return f"workspace/products/{product.pk}/questions/{rest}"


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("text", {"longest": "๑๒"}),
        ("photo", {}),
        ("number", {"least": "1", "most": "1,000", "step": "1"}),
        ("measurement", {"least": "10", "most": "99.5", "step": "0.5", "unit_th": "ซม."}),
        ("choice", {"c0_th": "แดง", "c1_th": "คราม", "c1_price": "49.50"}),
        ("colour", {"c0_th": "แดง", "c0_colour": "#aa0000", "c1_th": "คราม", "c1_colour": "x"}),
    ],
)
def test_each_kind_of_question_is_asked(product, member, kind, typed):
    address = path(product, f"new/{kind}/")
    assert member.get(address).status_code == 200

    answer = member.post(
        address, {"label_th": "ถามอะไร", "price": "50.25", "required": "on", **typed}
    )

    assert answer.status_code == 302, answer.content.decode()
    question = Question.objects.get()
    assert (question.kind, question.label_th, question.position) == (kind, "ถามอะไร", 1)
    assert question.price == Decimal("50.25")
    page = member.get(path(product)).content.decode()
    assert "ถามอะไร" in page
    assert "+฿50.25" in page
    assert member.get(path(product, f"{question.pk}/")).status_code == 200
    if kind == "colour":
        assert [row["colour"] for row in question.choices] == ["#aa0000", ""]
    if kind == "text":
        assert question.longest == 12


@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        ("text", {"label_th": "", "longest": "30"}),
        ("text", {"longest": "201"}),
        ("text", {"longest": "0"}),
        ("text", {"longest": "NaN"}),
        ("text", {"label_th": "ก" * 81, "longest": "30"}),
        ("text", {"longest": "30", "price": "-1"}),
        ("text", {"longest": "30", "price": "100001"}),
        ("number", {"least": "5", "most": "4", "step": "1"}),
        ("number", {"least": "1", "most": "4", "step": "0"}),
        ("number", {"least": "", "most": "", "step": ""}),
        ("number", {"least": "NaN", "most": "Infinity", "step": "1e3"}),
        ("choice", {"c0_th": "แดง"}),
        ("choice", {"c0_th": "แดง", "c1_th": "แดง"}),
    ],
)
def test_what_makes_no_sense_is_said_and_what_was_typed_stays(product, member, kind, typed):
    answer = member.post(
        path(product, f"new/{kind}/"), {"label_th": "ถามอะไร", "help_th": "คำอธิบาย", **typed}
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'class="error-summary"' in page
    assert 'value="คำอธิบาย"' in page
    assert not Question.objects.exists()


def test_a_question_is_changed_moved_and_taken_away(product, member):
    first, second = (make_question(product, label_th=text) for text in ("หนึ่ง", "สอง"))

    member.post(path(product, f"{first.pk}/"), {"label_th": "ใหม่", "longest": "5"})
    member.post(path(product), {"later": first.pk})
    assert list(Question.objects.values_list("label_th", flat=True)) == ["สอง", "ใหม่"]
    member.post(path(product), {"remove": second.pk})
    assert list(Question.objects.values_list("label_th", flat=True)) == ["ใหม่"]
    for strange in ("9" * 30, "x", "-1", ""):
        assert member.post(path(product), {"earlier": strange}).status_code == 302


def test_the_sixth_is_refused_in_words(product, member):
    for number in range(5):
        make_question(product, label_th=f"ข้อ {number}")
    assert "that is all a buyer answers" in member.get(path(product)).content.decode()

    answer = member.post(path(product, "new/photo/"), {"label_th": "ข้อหก"})

    assert answer.status_code == 422
    assert "at most 5 questions" in answer.content.decode()
    assert Question.objects.count() == 5


def test_added_work_is_asked_where_there_is_a_workshop():
    product = make_woven(make_workshop())
    member = Buyer("en", make_member(product.enterprise).user)
    assert "more work" in member.get(path(product, "new/text/")).content.decode()

    member.post(path(product, "new/text/"), {"label_th": "ชื่อ", "longest": "9", "units": "0.25"})

    assert Question.objects.get().units == Decimal("0.25")


def test_another_group_s_questions_are_not_found(product, member):
    other = make_made_to_order(make_enterprise())
    question = make_question(other, label_th="ของเขา")

    for rest in ("", "new/text/", f"{question.pk}/"):
        assert member.get(path(other, rest)).status_code == 404
        assert member.post(path(other, rest), {"remove": question.pk}).status_code == 404
    assert member.get(path(product, f"{question.pk}/")).status_code == 404
    assert member.get(path(product, "new/nonsense/")).status_code == 404
    assert Question.objects.get().label_th == "ของเขา"
