"""Writing, reading and answering reviews on their pages."""

import json
import re
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cms.models import Picture
from shop.care import services
from shop.care.models import Review, ReviewPhoto
from shop.oscar.order.services import order_path, order_token
from tests.checkout.shopping import Buyer
from tests.factories import make_buyer, make_enterprise, make_member, make_officer, make_product

from .talking import a_part, jpeg, review

pytestmark = pytest.mark.django_db


def words(response, status: int = 200) -> str:
    assert response.status_code == status, response
    return response.content.decode()


def address(part, language: str = "en") -> str:
    line = part.lines.get().line_id
    return f"/{language}/reviews/{part.order.number}/{order_token(part.order)}/{line}/"


def typed(stars="5", text="Lovely", send="", **more) -> dict:
    return {
        "stars": stars,
        "text": text,
        "shown_name": "Mali",
        "send": send,
        "token": str(uuid4()),
        **more,
    }


def published(product, stars: int = 5, text: str = "Lovely", **facts) -> Review:
    """A review of this product as the office has let it through."""
    part = a_part(state="received")
    line = part.lines.get().line
    line.snapshot["top_product"] = product.pk
    line.save()
    part.enterprise = product.enterprise
    part.save()
    made = review(part, stars=stars, text=text, **facts)
    return services.publish_review(review_id=made.pk, by=make_officer())


# --- writing ---


def test_the_order_leads_to_the_review_once_the_parcel_has_arrived():
    user = make_buyer()
    for part, owner in ((a_part(language="en"), None), (a_part(user=user, language="en"), user)):
        assert "/reviews/" not in words(Buyer("en", user=owner).get(order_path(part.order)))
        assert "once they have arrived" in words(Buyer("en").get(address(part)))
        assert "once they have arrived" in words(Buyer("en").post(address(part), typed()))
    assert not Review.objects.exists()

    part = a_part(state="received", language="en")
    assert address(part) in words(Buyer("en").get(order_path(part.order)))
    response = Buyer("en").post(address(part), typed())
    assert response.url.startswith(f"/en/orders/{part.order.number}/")
    made = Review.objects.get()
    assert (made.stars, made.text, made.shown_name, made.state) == (
        5,
        "Lovely",
        "Mali",
        "submitted",
    )
    assert "Your review of" in words(Buyer("en").get(order_path(part.order)))


def test_only_who_holds_the_order_s_link_writes_about_its_goods():
    part, other = a_part(state="received"), a_part(state="received")
    line = part.lines.get().line_id
    for wrong in (
        f"/th/reviews/{part.order.number}/{order_token(other.order)}/{line}/",
        f"/th/reviews/{other.order.number}/{order_token(other.order)}/{line}/",
        f"/th/reviews/{part.order.number}/x/{line}/",
        f"/th/reviews/{part.order.number}/{order_token(part.order)}/{9**30}/",
    ):
        assert Buyer().get(wrong).status_code == 404
        assert Buyer().post(wrong, typed()).status_code == 404
    assert not Review.objects.exists()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"stars": ""}, "Choose how many stars."),
        ({"stars": "6"}, "Select a valid choice"),
        ({"text": "ก" * 3001}, "3000"),
    ],
)
def test_what_is_missing_is_said_and_what_is_typed_stays(more, said):
    part = a_part(state="received")

    form = {**typed(text="So soft", photos=SimpleUploadedFile("a.jpg", jpeg())), **more}
    page = words(Buyer("en").post(address(part), form), 422)

    assert said in page
    assert "Mali" in page
    assert "Remove photo 1" in page
    assert not Review.objects.exists()


def test_photos_wait_with_the_form_can_be_taken_out_and_come_along():
    part, form = a_part(state="received"), typed(stars="")
    guest = Buyer("en")
    files = [SimpleUploadedFile(f"{n}.jpg", jpeg(80 + n)) for n in range(3)]
    guest.post(address(part), {**form, "photos": files})
    dropped = ReviewPhoto.objects.first()
    del form["send"]
    guest.post(address(part), {**form, "stars": "4", "drop": str(dropped.pk)})
    assert not Review.objects.exists()
    assert not Picture.objects.filter(pk=dropped.picture_id).exists()

    guest.post(address(part), {**form, "stars": "4", "send": ""})

    assert Review.objects.get().photos.count() == 2


def test_contact_data_is_pointed_out_before_it_is_sent():
    part, form = a_part(state="received"), typed(text="Call 081-234-5678")

    page = words(Buyer("en").post(address(part), form), 422)
    assert "a phone number" in page
    assert not Review.objects.exists()
    Buyer("en").post(address(part), {**form, "send": "phone"})
    assert Review.objects.get().text == "Call 081-234-5678"


def test_a_review_that_came_back_is_corrected_on_the_same_page():
    part = a_part(state="received")
    made = review(part, text="โทรหาฉัน")
    services.reject_review(review_id=made.pk, by=make_officer(), reason="มีคำชวนโทร")
    page = words(Buyer("en").get(address(part)))
    assert "มีคำชวนโทร" in page
    assert "โทรหาฉัน" in page

    Buyer("en").post(address(part), typed(stars="3", text="พอใช้"))
    made.refresh_from_db()
    assert (made.state, made.stars, made.text) == ("submitted", 3, "พอใช้")

    services.publish_review(review_id=made.pk, by=make_officer())
    page = words(Buyer("en").post(address(part), typed(stars="1")))
    made.refresh_from_db()
    assert made.stars == 3
    assert "<textarea" not in page


# --- the product's page ---


@pytest.mark.parametrize(("language", "nothing"), [("th", "ยังไม่มีรีวิว"), ("en", "No reviews yet")])
def test_a_product_without_reviews_says_so_and_tells_machines_nothing(language, nothing):
    product = make_product(slug="blue")

    page = words(Buyer(language).get("products/blue/"))

    assert nothing in page
    assert "aggregateRating" not in page
    assert f"/{language}/messages/about/blue/" in page
    assert product.name in page


def test_a_product_shows_average_count_photos_answer_and_pages():
    product = make_product(slug="blue")
    make_member(product.enterprise)
    for number in range(7):
        made = published(product, stars=5 if number else 1, text=f"Review no. {number}.")
    services.answer_review(review_id=made.pk, by=make_officer(), text="Thank you")
    hidden = review(a_part(state="received"), text="Not read yet")

    page = words(Buyer("en").get("products/blue/"))
    assert "4.4 on average, 7 reviews of buyers" in page
    assert "Review no. 6." in page
    assert "Review no. 1." not in page
    assert "Thank you" in page
    assert hidden.text not in page
    (data,) = [
        each
        for each in map(
            json.loads,
            re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.S),
        )
        if each.get("@type") == "Product"
    ]
    assert data["aggregateRating"]["ratingValue"] == "4.4"
    assert data["aggregateRating"]["reviewCount"] == 7
    second = words(Buyer("en").get("products/blue/?reviews=2"))
    assert "Review no. 1." in second
    for odd in ("0", "99", "-1", "x", "9" * 40, "๑"):
        assert "Review no. 6." in words(Buyer("en").get(f"products/blue/?reviews={odd}"))


def test_the_product_page_stays_cheap(django_assert_max_num_queries):
    product = make_product(slug="blue")
    make_member(product.enterprise)
    Buyer("en").get("products/blue/")
    with django_assert_max_num_queries(10) as without:
        Buyer("en").get("products/blue/")
    for _ in range(6):
        published(product)

    with django_assert_max_num_queries(len(without) + 2):
        Buyer("en").get("products/blue/")


# --- the group's answer ---


def test_the_group_answers_on_its_phone_once_for_everybody():
    product = make_product(slug="blue", enterprise=make_enterprise())
    member = Buyer("en", user=make_member(product.enterprise).user)
    made = published(product)
    path = f"workspace/reviews/{made.pk}/"
    assert "1 review to answer" in words(member.get("workspace/"))
    assert "Not answered yet" in words(member.get("workspace/reviews/"))

    assert "Write your answer." in words(member.post(path, {"text": " "}), 422)
    assert "a phone number" in words(member.post(path, {"text": "Call 0812345678"}), 422)
    made.refresh_from_db()
    assert made.answer == ""
    assert member.post(path, {"text": "Thank you", "send": ""}).status_code == 302
    member.post(path, {"text": "Thank you so much", "send": ""})
    made.refresh_from_db()
    assert made.answer == "Thank you so much"
    assert "Thank you so much" in words(Buyer("en").get("products/blue/"))
    assert "to answer" not in words(member.get("workspace/"))

    stranger = Buyer("en", user=make_member(make_enterprise()).user)
    assert stranger.get(path).status_code == 404
    assert stranger.post(path, {"text": "x", "send": ""}).status_code == 404
    unread = review(a_part(state="received"))
    assert member.get(f"workspace/reviews/{unread.pk}/").status_code == 404
