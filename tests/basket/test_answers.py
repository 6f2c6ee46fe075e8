"""A buyer answers a group's questions: on the product's page, in the basket, up to the order."""

import io
import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from catalogue.asking.models import AnswerPhoto
from catalogue.asking.services import remove_question, set_question
from shop.oscar.basket.models import Line
from tests.checkout.answering import answer, field, jpeg
from tests.checkout.shopping import Buyer
from tests.factories import (
    make_child,
    make_made_to_order,
    make_parent,
    make_product,
    make_question,
    make_rates,
)

pytestmark = pytest.mark.django_db

NAME = "ชื่อที่จะปัก"


@pytest.fixture(autouse=True)
def _rates():
    make_rates()


@pytest.fixture
def cloth():
    return make_made_to_order(price="1200", title="ผ้าปักชื่อ", title_en="Cloth with a name")


@pytest.fixture
def name(cloth):
    return make_question(
        cloth,
        label_th=NAME,
        label_en="Name to embroider",
        longest=10,
        price="50.25",
        units="0.5",
        makes_non_returnable=True,
    )


def answers_in_basket() -> list[list[str]]:
    rows = Line.objects.order_by("pk").values_list("answers", flat=True)
    return [[answer["value"] for answer in answers] for answers in rows]


# --- the product's page ---


def test_the_page_shows_the_questions_in_the_reader_s_language(cloth, name):
    thai = Buyer("th").get(cloth.get_absolute_url()).content.decode()
    english = Buyer("en").get(f"products/{cloth.slug}/").content.decode()

    assert NAME in thai
    assert "+฿50.25" in thai
    assert "Name to embroider" in english
    assert NAME not in english


def test_a_question_without_english_is_asked_in_thai(cloth):
    make_question(cloth, label_th="วันเกิด", required=False)
    buyer = Buyer("en")

    assert "วันเกิด" in buyer.get(f"products/{cloth.slug}/").content.decode()


def test_the_product_page_keeps_its_budget(cloth, name, django_assert_max_num_queries):
    make_question(cloth, "colour")
    buyer = Buyer()
    buyer.get(cloth.get_absolute_url())
    with django_assert_max_num_queries(14):
        buyer.get(cloth.get_absolute_url())


@pytest.mark.parametrize(
    "typed",
    [
        "ก" * 11,
        "มะลิ 😀",
        "a\0b",
        "Z\u0321\u0316\u031c\u0316\u0330a",
        "",
        "<script>alert(1)</script>",
        "ก" * 100_000,
    ],
)
def test_a_bad_answer_is_said_beside_its_field_and_nothing_typed_is_lost(cloth, name, typed):
    other = make_question(cloth, label_th="ข้อความอื่น", required=False)
    buyer = Buyer("en")

    page_again = answer(buyer, cloth, 3, **{field(name): typed, field(other): "พิมพ์ไว้แล้ว"})

    page = page_again.content.decode()
    assert page_again.status_code == 422
    assert f'id="{field(name)}-wrong"' in page
    assert f'href="#{field(name)}"' in page
    assert 'value="พิมพ์ไว้แล้ว"' in page
    assert 'value="3"' in page
    assert "<script>alert" not in page
    kept = typed.replace("\0", "")
    if "<" not in kept and kept:
        assert f'value="{kept}"' in page
    assert not Line.objects.exists()


@pytest.mark.parametrize("typed", ["NaN", "-5", "1e9", "99999999", "10.3", "สิบ", "Infinity"])
def test_a_bad_number_is_refused_beside_its_field(cloth, typed):
    size = make_question(cloth, "measurement", step="0.5", unit_th="ซม.", unit_en="cm")
    page_again = answer(Buyer("en"), cloth, **{field(size): typed})

    assert page_again.status_code == 422
    assert f'id="{field(size)}-wrong"' in page_again.content.decode()
    assert not Line.objects.exists()


def test_a_choice_that_is_not_in_the_list_is_refused(cloth):
    colour = make_question(cloth, "colour")
    page_again = answer(Buyer("en"), cloth, **{field(colour): "ทอง"})

    assert page_again.status_code == 422
    assert "Please choose again." in page_again.content.decode()
    assert not Line.objects.exists()


def test_a_field_sent_twice_and_answers_for_another_product(cloth, name):
    stranger = make_question(make_product(), label_th="ของคนอื่น")
    page_again = answer(Buyer("en"), cloth, **{field(name): ["มะลิ", "จันทร์"]})
    assert page_again.status_code == 422
    assert "There were two answers." in page_again.content.decode()

    answer(Buyer("en"), cloth, **{field(name): "มะลิ", field(stranger): "x"})
    assert answers_in_basket() == [["มะลิ"]]


@pytest.mark.parametrize("quantity", ["0", "abc", "1000", "99"])
def test_a_strange_quantity_keeps_the_answers(cloth, name, quantity):
    page_again = answer(Buyer("en"), cloth, quantity, **{field(name): "มะลิ"})

    assert page_again.status_code == 422
    assert 'value="มะลิ"' in page_again.content.decode()
    assert not Line.objects.exists()


def test_a_question_deleted_between_page_and_button_is_told(cloth, name):
    buyer = Buyer("en")
    page = buyer.get(f"products/{cloth.slug}/").content.decode()
    seen = re.search(r'name="asked" value="(\w+)"', page).group(1)
    remove_question(product_id=cloth.pk, question_id=name.pk)
    left = make_question(cloth, label_th="อย่างอื่น", required=False)

    page_again = buyer.post(
        "basket/add/", {"product_id": cloth.pk, "asked": seen, field(name): "มะลิ"}
    )

    page = page_again.content.decode()
    assert page_again.status_code == 422
    assert "has just changed its questions" in page
    assert "มะลิ" in page
    assert field(left) in page
    assert not Line.objects.exists()


def test_a_required_question_cannot_be_left_out_by_another_way_in(cloth, name):
    page_again = Buyer("en").take(cloth)

    assert page_again.status_code == 422
    assert "The group needs this" in page_again.content.decode()
    assert not Line.objects.exists()


def test_sizes_ask_what_their_product_asks_and_stay_chosen():
    parent = make_parent()
    small, large = make_child(parent), make_child(parent)
    name = make_question(parent, label_th=NAME)
    buyer = Buyer("en")

    page_again = answer(buyer, large, **{field(name): ""})
    assert page_again.status_code == 422
    marked = re.findall(
        r'name="product_id" value="(\d+)" required checked', page_again.content.decode()
    )
    assert marked == [str(large.pk)]

    answer(buyer, large, **{field(name): "มะลิ"})
    assert Line.objects.get().product_id == large.pk != small.pk


# --- photos ---


def test_a_photo_survives_an_error_and_is_shown_to_its_sender_only(cloth, name):
    photo = make_question(cloth, "photo", label_th="ลายที่ชอบ")
    buyer = Buyer("en")

    page_again = answer(buyer, cloth, **{field(name): "", f"{field(photo)}-file": jpeg()})

    token = str(AnswerPhoto.objects.get().pk)
    page = page_again.content.decode()
    assert page_again.status_code == 422
    assert f'name="{field(photo)}" value="{token}"' in page
    shown = buyer.get(f"basket/photos/{token}/")
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert Buyer("en").get(f"basket/photos/{token}/").status_code == 404

    answer(buyer, cloth, **{field(name): "มะลิ", field(photo): token})
    assert answers_in_basket() == [["มะลิ", token]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "drawing file"),
        (b"not a picture", "is not a photo"),
        (b"\xff\xd8\xff\xe0 broken", "is not a photo"),
    ],
)
def test_a_file_that_is_no_photo_is_refused_beside_its_field(cloth, content, words):
    photo = make_question(cloth, "photo")
    name = make_question(cloth, label_th=NAME)
    file = SimpleUploadedFile("x.jpg", content, "image/jpeg")

    page_again = answer(Buyer("en"), cloth, **{f"{field(photo)}-file": file, field(name): "มะลิ"})

    page = page_again.content.decode()
    assert page_again.status_code == 422
    assert words in page
    assert 'value="มะลิ"' in page
    assert not AnswerPhoto.objects.exists()


def test_a_picture_of_twenty_thousand_pixels_squared_is_refused(cloth):
    photo = make_question(cloth, "photo")
    huge = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(huge, "PNG")
    file = SimpleUploadedFile("huge.png", huge.getvalue(), "image/png")

    page_again = answer(Buyer("en"), cloth, **{f"{field(photo)}-file": file})

    assert page_again.status_code == 422
    assert "too many pixels" in page_again.content.decode()
    assert not AnswerPhoto.objects.exists()


# --- the basket ---


def test_different_answers_are_two_lines_and_the_same_ones_one(cloth, name):
    buyer = Buyer("en")
    for text in ("มะลิ", "จันทร์", "  มะลิ "):
        answer(buyer, cloth, **{field(name): text})

    assert answers_in_basket() == [["มะลิ"], ["จันทร์"]]
    assert list(Line.objects.order_by("pk").values_list("quantity", flat=True)) == [2, 1]
    page = buyer.get("basket/").content.decode()
    assert "฿2,500.50" in page
    assert "฿3,750.75" in page
    assert "Made for you alone" in page


def test_the_basket_keeps_its_budget(cloth, name, django_assert_max_num_queries):
    buyer = Buyer("en")
    for text in ("มะลิ", "จันทร์", "อังคาร"):
        answer(buyer, cloth, **{field(name): text})
    with django_assert_max_num_queries(16):
        buyer.get("basket/")


def test_limits_count_over_all_lines_of_a_product():
    bag = make_product(stock=3)
    name = make_question(bag, label_th=NAME)
    buyer = Buyer("en")
    answer(buyer, bag, 2, **{field(name): "มะลิ"})

    refused = answer(buyer, bag, 2, **{field(name): "จันทร์"})
    assert refused.status_code == 422
    assert "at most 3" in refused.content.decode()
    answer(buyer, bag, 1, **{field(name): "จันทร์"})

    second = Line.objects.order_by("-pk")[0]
    buyer.post(f"basket/{second.pk}/", {"quantity": "2"})
    second.refresh_from_db()
    assert second.quantity == 1


def test_answers_are_changed_from_the_basket(cloth, name):
    buyer = Buyer("en")
    answer(buyer, cloth, **{field(name): "มะลิ"})
    answer(buyer, cloth, 2, **{field(name): "จันทร์"})
    first, second = Line.objects.order_by("pk")
    address = f"basket/{first.pk}/answers/"
    assert 'value="มะลิ"' in buyer.get(address).content.decode()

    wrong = buyer.post(address, {field(name): "มะลิ 😀"})
    assert wrong.status_code == 422
    assert "cannot be woven" in wrong.content.decode()
    assert answers_in_basket() == [["มะลิ"], ["จันทร์"]]

    buyer.post(address, {field(name): "อังคาร"})
    assert answers_in_basket() == [["อังคาร"], ["จันทร์"]]
    buyer.post(address, {field(name): "จันทร์"})
    line = Line.objects.get()
    assert (line.pk, line.quantity) == (second.pk, 3)

    assert Buyer("en").get(f"basket/{line.pk}/answers/").status_code == 404


def test_what_was_taken_out_is_put_back_with_its_answers(cloth, name):
    buyer = Buyer("en")
    answer(buyer, cloth, 2, **{field(name): "มะลิ"})
    page = buyer.client.post(
        buyer.address(f"basket/{Line.objects.get().pk}/remove/"), follow=True
    ).content.decode()
    fields = dict(re.findall(r'name="(product_id|quantity|q-\d+)" value="([^"]+)"', page))

    buyer.post("basket/add/", fields)

    assert answers_in_basket() == [["มะลิ"]]


def test_a_question_that_became_dearer_is_told_before_paying(cloth, name):
    buyer = Buyer("en")
    answer(buyer, cloth, 2, **{field(name): "มะลิ"})
    set_question(product_id=cloth.pk, kind="text", question_id=name.pk, price=Decimal("70.25"))

    page = buyer.get("basket/").content.decode()

    assert "was ฿1,250.25, now ฿1,270.25" in page
    buyer.post("basket/prices/")
    assert Line.objects.get().price_incl_tax == Decimal("1270.25")
    assert "was ฿1,250.25" not in buyer.get("basket/").content.decode()


def test_a_question_that_is_gone_stops_the_line_until_it_is_answered_again(cloth, name):
    buyer = Buyer("en")
    answer(buyer, cloth, **{field(name): "มะลิ"})
    remove_question(product_id=cloth.pk, question_id=name.pk)

    page = buyer.get("basket/").content.decode()
    assert "has changed its questions" in page
    assert "มะลิ" in page

    line = Line.objects.get()
    buyer.post(f"basket/{line.pk}/answers/", {})
    assert answers_in_basket() == [[]]
    assert "has changed its questions" not in buyer.get("basket/").content.decode()
