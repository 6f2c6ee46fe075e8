"""A group asks the buyer: five questions at most, in an order, each of which makes sense."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from catalogue.asking import services
from catalogue.asking.models import AnswerPhoto, Question
from tests.factories import make_child, make_parent, make_product, make_question

pytestmark = pytest.mark.django_db


def order_of(product) -> list[str]:
    return list(Question.objects.filter(product=product).values_list("label_th", flat=True))


def ask(product, *labels: str) -> list[Question]:
    return [make_question(product, label_th=label) for label in labels]


def test_a_sixth_question_is_refused():
    product = make_product()
    ask(product, *"กขคงจ")

    with pytest.raises(services.TooManyQuestions):
        make_question(product, label_th="ฉ")

    assert order_of(product) == list("กขคงจ")


def test_the_database_says_so_too():
    product = make_product()
    ask(product, *"กขคงจ")
    for place in (5, 6):
        with pytest.raises(IntegrityError), transaction.atomic():
            Question.objects.create(product=product, position=place, kind="text", label_th="ฉ")


@pytest.mark.parametrize(
    ("which", "places", "order"),
    [(0, 1, "ขกคง"), (3, -3, "งกขค"), (1, 9, "กคงข"), (2, -9, "คกขง"), (1, 0, "กขคง")],
)
def test_questions_change_places(which, places, order):
    product = make_product()
    questions = ask(product, *"กขคง")

    services.move_question(product_id=product.pk, question_id=questions[which].pk, places=places)

    assert order_of(product) == list(order)
    positions = Question.objects.filter(product=product).values_list("position", flat=True)
    assert list(positions) == [1, 2, 3, 4]


def test_a_question_taken_away_leaves_no_gap():
    product = make_product()
    questions = ask(product, *"กขค")

    for _ in range(2):
        services.remove_question(product_id=product.pk, question_id=questions[0].pk)

    assert order_of(product) == ["ข", "ค"]
    make_question(product, label_th="ง")
    assert order_of(product) == ["ข", "ค", "ง"]


def test_another_product_s_question_cannot_be_touched():
    product, other = make_product(), make_product()
    (question,) = ask(other, "ก")

    services.remove_question(product_id=product.pk, question_id=question.pk)
    with pytest.raises(Question.DoesNotExist):
        services.move_question(product_id=product.pk, question_id=question.pk, places=1)
    with pytest.raises(Question.DoesNotExist):
        services.set_question(
            product_id=product.pk, kind="text", question_id=question.pk, label_th="ข"
        )

    assert order_of(other) == ["ก"]


@pytest.mark.parametrize(
    ("kind", "facts", "field"),
    [
        ("text", {"label_th": ""}, "label_th"),
        ("number", {"least": 5, "most": 4}, "most"),
        ("measurement", {"least": None, "most": None}, "most"),
        ("choice", {"choices": [{"th": "แดง"}]}, "choices"),
        ("choice", {"choices": [{"th": "แดง"}, {"th": "แดง"}]}, "choices"),
        ("choice", {"choices": [{"th": str(n)} for n in range(13)]}, "choices"),
        ("choice", {"choices": [{"th": "ก", "price": "NaN"}, {"th": "ข"}]}, "choices"),
        ("choice", {"choices": [{"th": "ก", "price": "-1"}, {"th": "ข"}]}, "choices"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(kind, facts, field):
    product = make_product()

    with pytest.raises(services.BadQuestion) as refused:
        make_question(product, kind, **facts)

    assert refused.value.field == field
    assert order_of(product) == []


def test_a_changed_question_keeps_its_place_and_kind():
    product = make_product()
    first, _ = ask(product, "ก", "ข")

    services.set_question(
        product_id=product.pk, kind="photo", question_id=first.pk, label_th="ชื่อ", longest=12
    )

    first.refresh_from_db()
    assert (first.position, first.kind, first.label_th, first.longest) == (1, "text", "ชื่อ", 12)


def test_sizes_ask_what_their_product_asks(django_assert_num_queries):
    parent, plain = make_parent(), make_product()
    children = [make_child(parent), make_child(parent)]
    (question,) = ask(parent, "ก")

    with django_assert_num_queries(1):
        asked = services.questions_of([*children, parent, plain])

    assert asked == {
        children[0].pk: [question],
        children[1].pk: [question],
        parent.pk: [question],
        plain.pk: [],
    }


def test_drafts_that_came_to_nothing_are_forgotten_and_sold_photos_stay():
    old, sold, new = (services.keep_photo(data=b"jpeg", width=1, height=1) for _ in range(3))
    now = timezone.now()
    AnswerPhoto.objects.filter(pk__in=[old.pk, sold.pk]).update(
        created_at=now - services.DRAFTS_KEPT - timedelta(days=1)
    )
    services.photos_sold(tokens=[str(sold.pk)], now=now)

    assert services.forget_drafts(now=now) == 1
    assert services.forget_drafts(now=now) == 0

    assert set(AnswerPhoto.objects.values_list("pk", flat=True)) == {sold.pk, new.pk}
    assert not old.file.storage.exists(old.file.name)
    assert sold.file.storage.exists(sold.file.name)
