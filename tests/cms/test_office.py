"""The office's screens: who may enter, what each step does, and what nobody can do alone."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from catalogue.models import Product
from catalogue.states import ProductState
from cms.models import FeaturedProduct, FeaturedShelf, HomePage
from cms.services import add_officer, ensure_pages, feature_products, home_shelf
from producers.models import Certificate, Enterprise, Scheme
from producers.states import CertificateState
from shop.core.models import StateChange, User
from shop.fulfilment.models import DeliveryRate
from shop.outbox.models import Message
from shop.payments.models import PaymentAttempt, Refund
from shop.payments.services import request_refund
from shop.payments.states import RefundState
from shop.production.models import PublicHoliday, Workshop
from tests.factories import (
    make_buyer,
    make_certificate,
    make_enterprise,
    make_member,
    make_placed_order,
    make_product,
    make_rates,
    record_of,
)
from tests.factories.making import make_workshop, make_woven

pytestmark = pytest.mark.django_db

PDF = b"%PDF-1.4\n1 0 obj\n"


@pytest.fixture
def home() -> HomePage:
    return ensure_pages()["th"]


@pytest.fixture
def shelf() -> FeaturedShelf:
    return home_shelf()


def make_clerk(**fields: Any) -> User:
    """An officer with the office's rights and no more."""
    return add_officer(make_buyer(language="en", **fields))


@pytest.fixture
def clerk() -> User:
    return make_clerk()


@pytest.fixture
def office(clerk: User) -> Client:
    return office_of(clerk)


def office_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def said(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


LISTS = (
    "office_groups",
    "office_products",
    "office_certificates",
    "office_orders",
    "office_refunds",
    "office_carriers",
    "office_methods",
    "office_rates",
    "office_remote_places",
    "office_silent",
    "office_clusters",
    "office_shared",
    "office_holidays",
)


# --- who may enter ---


def test_a_visitor_is_led_to_the_sign_in():
    response = Client().get("/office/")

    assert response.status_code == 302
    assert response.url == "/office/login/?next=/office/"


@pytest.mark.parametrize("who", ["buyer", "member"])
@pytest.mark.parametrize("path", ["/office/", *(f"/office/{name}/" for name in LISTS)])
def test_buyers_and_members_have_no_way_in(who, path):
    user = make_buyer() if who == "buyer" else make_member(make_enterprise()).user

    response = office_of(user).get(path)

    assert response.status_code == 302
    assert response.url.startswith("/office/login/")


@pytest.mark.parametrize("name", LISTS)
def test_an_officer_sees_every_list(office, name):
    make_rates()
    make_certificate(make_enterprise(), make_product())
    make_placed_order((make_product(), 1))

    assert office.get(f"/office/{name}/").status_code == 200
    assert office.get(f"/office/{name}/results/?q=ผ้า&state=x").status_code == 200


def test_an_officer_works_with_pages_and_pictures(home, office):
    assert office.get(f"/office/pages/{home.pk}/edit/").status_code == 200
    assert office.get(f"/office/pages/add/cms/infopage/{home.pk}/").status_code == 200
    assert office.get("/office/images/").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/office/users/",
        "/office/groups/",
        "/office/sites/",
        "/office/locales/",
        "/office/snippets/",
    ],
)
def test_an_officer_has_no_say_over_people_and_settings(office, path):
    response = office.get(path)

    assert response.status_code in (302, 403, 404)
    assert response.get("Location", "/office/") in ("/office/", f"/th{path}", f"/en{path}")


def test_the_menu_has_only_what_the_office_needs(office):
    page = office.get("/office/").content.decode()

    for name in ("office_groups", "office_products", "office_certificates", "office_orders"):
        assert f"/office/{name}/" in page
    for path in ("/office/documents/", "/office/reports/", "/office/users/", "/office/snippets/"):
        assert path not in page


def test_rights_are_made_again_as_they_should_be(clerk):
    clerk.groups.get().permissions.clear()

    ensure_pages()

    clerk = User.objects.get(pk=clerk.pk)
    assert clerk.has_perm("producers.change_enterprise")
    assert not clerk.has_perm("core.change_user")
    assert not clerk.has_perm("order.change_order")
    assert not clerk.has_perm("partner.change_stockrecord")


# --- signing in ---


def sign_in(client: Client, user: User, password: str = "a-long-test-word") -> Any:
    return client.post(
        "/office/login/", {"username": user.email, "password": password, "next": "/office/"}
    )


def test_an_officer_signs_in_by_e_mail_and_password(client: Client, clerk):
    response = sign_in(client, clerk)

    assert (response.status_code, response.url) == (302, "/office/")


def test_a_buyer_is_told_that_this_is_not_their_door(client: Client):
    response = sign_in(client, make_buyer())

    assert response.status_code == 200
    assert "_auth_user_id" not in client.session
    assert response.context["form"].errors.as_data()["__all__"][0].code == "not_office"


def test_guessing_ends_after_ten_attempts_even_with_the_right_password(client: Client, clerk):
    for _ in range(10):
        sign_in(client, clerk, "wrong")

    response = sign_in(client, clerk)

    assert response.context["form"].errors.as_data()["__all__"][0].code == "too_often"
    assert "_auth_user_id" not in client.session


def test_lost_passwords_have_one_door_and_it_is_not_this_one(client: Client):
    assert "password_reset" not in client.get("/office/login/").content.decode()
    assert client.get("/office/password_reset/", follow=True).status_code == 404


# --- groups ---


def step(name: str, thing: Any, verb: str) -> str:
    return reverse(f"{name}:step", args=[thing.pk, verb])


def test_a_group_is_suspended_with_a_reason_and_the_history_says_by_whom(office, clerk):
    group = make_enterprise()
    url = step("office_groups", group, "suspend")

    assert office.get(url).status_code == 200
    assert office.post(url, {"reason": " "}).status_code == 200
    assert Enterprise.objects.get(pk=group.pk).state == "approved"

    office.post(url, {"reason": "ไม่ตอบรับงาน"})

    assert Enterprise.objects.get(pk=group.pk).state == "suspended"
    page = office.get(reverse("office_groups:inspect", args=[group.pk])).content.decode()
    assert "ไม่ตอบรับงาน" in page
    assert str(clerk) in page
    assert step("office_groups", group, "reopen") in page
    assert step("office_groups", group, "suspend") not in page


def test_a_step_that_is_over_changes_nothing(office):
    group = make_enterprise(state="suspended")

    response = office.post(step("office_groups", group, "suspend"), {"reason": "again"})

    assert response.url == reverse("office_groups:inspect", args=[group.pk])
    assert "not possible" in said(response)
    assert not StateChange.objects.exists()


def test_steps_nobody_knows_and_things_that_are_not_there(office):
    group = make_enterprise()

    assert office.get(step("office_groups", group, "promote")).status_code == 302
    for path in ("inspect/999999/", "step/999999/approve/"):
        assert office.get(f"/office/office_groups/{path}", follow=True).status_code == 404


def test_a_step_needs_the_right_to_change(clerk):
    group = make_enterprise(state="applied")
    rights = clerk.groups.get().permissions
    rights.remove(rights.get(codename="change_enterprise"))
    office = office_of(User.objects.get(pk=clerk.pk))

    office.post(step("office_groups", group, "approve"))

    assert Enterprise.objects.get(pk=group.pk).state == "applied"
    page = office.get(reverse("office_groups:inspect", args=[group.pk])).content.decode()
    assert "/step/" not in page


def test_a_group_s_province_follows_its_tambon(office):
    group = make_enterprise(tambon_code="400101")
    url = reverse("office_groups:edit", args=[group.pk])
    words = {
        "name_th": group.name_th,
        "name_en": group.name_en,
        "slug": group.slug,
        "about_th": "เรา",
        "about_en": "We",
        "member_count": 9,
        "registration_number": "",
        "phone": "",
        "email": "",
        "picture": "",
    }

    assert office.post(url, {**words, "tambon_code": "999999"}).status_code == 200
    office.post(url, {**words, "tambon_code": "840101"})
    group.refresh_from_db()
    assert (group.tambon_code, group.province_code, group.member_count) == ("840101", "84", 9)

    make_product(group)
    office.post(url, {**words, "tambon_code": "500101"})
    group.refresh_from_db()
    assert group.province_code == "84"


# --- products ---


def test_a_product_that_claims_too_much_is_read_and_published(office):
    product = make_product(state=ProductState.REVIEW, description="ออร์แกนิกแท้")
    case = office.get(reverse("office_products:inspect", args=[product.pk])).content.decode()
    assert "ออร์แกนิก" in case

    office.post(step("office_products", product, "publish"))

    assert Product.objects.get(pk=product.pk).state == ProductState.PUBLISHED


def test_a_product_goes_back_to_its_group_with_words(office):
    product = make_product(state=ProductState.REVIEW)
    make_member(product.enterprise, tell_by_sms=False)

    office.post(step("office_products", product, "return"), {"reason": "ใส่ใบรับรองก่อน"})

    assert Product.objects.get(pk=product.pk).state == ProductState.DRAFT
    (letter,) = Message.objects.filter(kind="product_returned")
    assert letter.context["reason"] == "ใส่ใบรับรองก่อน"


def test_alcohol_cannot_be_published_by_an_officer_either(office):
    product = make_product(state=ProductState.REVIEW, title="สาโทข้าวเหนียว")

    response = office.post(step("office_products", product, "publish"))

    assert "สาโท" in said(response)
    assert Product.objects.get(pk=product.pk).state == ProductState.REVIEW


def test_the_queue_comes_first(office):
    shown = make_product(title="ก", title_en="First in the alphabet")
    waiting = make_product(title="ฮ", title_en="Last", state=ProductState.REVIEW)

    page = office.get("/office/office_products/").content.decode()

    assert page.index(waiting.title_en) < page.index(shown.title_en)


def test_prices_have_no_form_in_the_office(office):
    product = make_product(price="450")

    for path in (f"edit/{product.pk}/", f"delete/{product.pk}/", "new/"):
        office.post(f"/office/office_products/{path}", {"price": "1", "title": "x"})

    product.refresh_from_db()
    assert record_of(product).price == 450
    assert Product.objects.count() == 1


# --- certificates ---


def test_a_certificate_says_who_is_still_to_look_and_that_its_copy_is_lacking(office):
    state = CertificateState.SUBMITTED
    certificate = make_certificate(make_enterprise(), make_product(), state=state)
    case = reverse("office_certificates:inspect", args=[certificate.pk])

    waiting = office.get(case).content.decode()
    assert "There is no copy of the paper." in waiting
    assert "one officer looks it up" in waiting
    assert "another officer verifies it" in waiting

    Certificate.objects.update(state=CertificateState.VERIFIED)
    verified = office.get(case).content.decode()
    assert "There is no copy of the paper." not in verified
    assert "Nobody yet" not in verified


def test_lists_are_named_and_counted_in_the_language_of_the_office():
    make_rates()
    office = office_of(add_officer(make_buyer(language="th")))
    refunds = office.get(reverse("office_refunds:index")).content.decode()
    ways = office.get(reverse("office_methods:index")).content.decode()
    assert "การคืนเงิน" in refunds[refunds.index("<title>") : refunds.index("</title>")]
    assert "3 วิธีส่ง" in ways


def test_two_officers_take_a_certificate_to_its_badge(office, clerk):
    group = make_enterprise()
    cloth, foreign = make_product(group), make_product()

    office.post(
        reverse("office_certificates:submit", args=[group.pk]),
        {
            "scheme": Scheme.MPC,
            "number": "มผช. 17/2563",
            "issued_on": "2026-01-01",
            "expires_on": "2099-12-31",
            "file": SimpleUploadedFile("copy.pdf", PDF),
        },
    )
    certificate = Certificate.objects.get()
    covers = reverse("office_certificates:covers", args=[certificate.pk])
    assert office.post(covers, {"products": [foreign.pk]}).status_code == 200
    office.post(covers, {"products": [cloth.pk]})
    office.post(step("office_certificates", certificate, "check"))
    own = office.post(step("office_certificates", certificate, "verify"))
    certificate.refresh_from_db()
    assert (certificate.state, certificate.checked_by) == ("checking", clerk)
    assert "not possible" in said(own)

    second = office_of(make_clerk())
    second.post(step("office_certificates", certificate, "verify"))

    certificate.refresh_from_db()
    assert certificate.state == "verified"
    assert list(certificate.products.all()) == [cloth]
    assert certificate.file.read() == PDF
    (found,) = Product.objects.filter(pk=cloth.pk).for_cards(timezone.localdate())
    assert found.shown_certificates == [certificate]
    certificate.file.delete(save=False)


def test_what_is_verified_has_no_form(office):
    certificate = make_certificate(make_enterprise())

    for name in ("correct", "covers"):
        url = reverse(f"office_certificates:{name}", args=[certificate.pk])
        assert "Put it on hold" in said(office.get(url))
        office.post(url, {"scheme": Scheme.GI, "number": "สช 1"})

    certificate.refresh_from_db()
    assert certificate.number == "มผช. 17/2563"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("copy.html", b"<script>alert(1)</script>"),
        ("copy.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("copy.pdf", b"<html>"),
        ("copy.jpg", b"not a picture"),
        ("copy.png", PDF),
    ],
)
def test_a_copy_is_a_pdf_or_a_photo(office, name, data):
    url = reverse("office_certificates:submit", args=[make_enterprise().pk])

    response = office.post(
        url, {"scheme": Scheme.HALAL, "number": "1", "file": SimpleUploadedFile(name, data)}
    )

    assert response.context["form"].errors.keys() == {"file"}
    assert not Certificate.objects.exists()


def test_an_unusual_number_warns_and_is_not_refused(office):
    group = make_enterprise()

    office.post(
        reverse("office_certificates:submit", args=[group.pk]),
        {"scheme": Scheme.GI, "number": "12 ก"},
    )

    certificate = Certificate.objects.get()
    url = reverse("office_certificates:inspect", args=[certificate.pk])
    page = office.get(url).content.decode()
    assert "does not look like others" in page
    assert "covers no product yet" in page


def test_dates_that_contradict_each_other_are_said_in_the_form(office):
    url = reverse("office_certificates:submit", args=[make_enterprise().pk])

    response = office.post(
        url,
        {
            "scheme": Scheme.OTOP_STAR,
            "stars": 5,
            "issued_on": "2026-02-01",
            "expires_on": "2026-01-01",
        },
    )

    assert response.context["form"].errors.keys() == {"expires_on", "year"}


# --- orders, refunds, delivery ---


def test_an_order_is_read_with_parts_payments_and_refunds(office):
    order = make_placed_order((make_product(), 1), (make_product(), 2))
    (attempt,) = PaymentAttempt.objects.filter(checkout_reference=order.checkout_reference)
    refund = request_refund(
        checkout_reference=order.checkout_reference, amount=attempt.amount, cause="test"
    )

    page = office.get(reverse("office_orders:inspect", args=[order.pk])).content.decode()

    for part in order.fulfilments.all():
        assert part.enterprise.name_en in page
    assert reverse("office_refunds:inspect", args=[refund.pk]) in page
    assert "<form" not in page.partition('class="office-case"')[2]


def test_a_refund_that_failed_is_paid_by_hand_with_the_bank_s_reference(office, clerk):
    order = make_placed_order((make_product(), 1))
    refund = request_refund(
        checkout_reference=order.checkout_reference, amount=order.total_incl_tax, cause="test"
    )
    url = step("office_refunds", refund, "paid")
    office.post(url, {"reference": "KBANK 1"})
    assert Refund.objects.get(pk=refund.pk).state == RefundState.REQUESTED

    Refund.objects.filter(pk=refund.pk).update(state=RefundState.FAILED)
    assert office.post(url, {"reference": ""}).status_code == 200
    office.post(url, {"reference": "KBANK 2026-11-21 0042"})

    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED
    assert refund.succeeded_at is not None
    change = StateChange.objects.get(about_label="payments.refund")
    assert (change.by, change.reason) == (clerk, "KBANK 2026-11-21 0042")


def test_a_new_rate_is_a_new_row_with_its_day(office):
    make_rates()
    old = DeliveryRate.objects.first()

    office.post(
        "/office/office_rates/new/",
        {
            "method": old.method_id,
            "zone": old.zone,
            "max_weight_g": old.max_weight_g,
            "price": "55.50",
            "fastest_days": 1,
            "slowest_days": 3,
            "effective_from": "2027-01-01",
        },
    )

    new = DeliveryRate.objects.get(effective_from=date(2027, 1, 1))
    assert str(new.price) == "55.50"
    assert DeliveryRate.objects.filter(pk=old.pk, price=old.price).exists()


# --- the shelf ---


def shelf_form(*places: dict[str, Any]) -> dict[str, Any]:
    """The shelf's form as a browser sends it; `ORDER` decides."""
    form: dict[str, Any] = {
        "places-TOTAL_FORMS": len(places),
        "places-INITIAL_FORMS": sum("id" in place for place in places),
        "places-MIN_NUM_FORMS": 0,
        "places-MAX_NUM_FORMS": 1000,
    }
    for index, place in enumerate(places):
        empty = {"id": "", "starts_at": "", "ends_at": "", "note": "", "ORDER": index + 1}
        for name, value in {**empty, **place}.items():
            form[f"places-{index}-{name}"] = value
    return form


def test_the_office_features_orders_and_times_products(home, shelf, office):
    first, second, later = make_product(), make_product(), make_product()
    feature_products([first])
    (place,) = FeaturedProduct.objects.all()
    url = reverse("office_shelf:edit", args=[shelf.pk])
    tomorrow = timezone.localtime() + timedelta(days=1)

    response = office.post(
        url,
        shelf_form(
            {"id": place.pk, "product": first.pk, "ORDER": 3},
            {"product": second.pk, "ORDER": 1},
            {"product": later.pk, "ORDER": 2, "starts_at": f"{tomorrow:%Y-%m-%d %H:%M}"},
        ),
    )

    assert response.status_code == 302
    places = FeaturedProduct.objects.order_by("sort_order")
    assert [each.product for each in places] == [second, later, first]
    front = Client().get(home.address()).content.decode()
    assert front.index(second.title) < front.index(first.title)
    assert later.title not in front
    page = office.get(url).content.decode()
    assert "Not begun" in page
    assert page.count("Shown now") == 2
    assert "2026 stands for the Thai year 2569" in page
    # The form comes first, so that the bar for saving covers none of its fields.
    assert page.index("places-0-product") < page.index("What buyers see now")


def test_a_place_that_ends_before_it_begins_is_refused_in_the_form(shelf, office):
    product = make_product()
    url = reverse("office_shelf:edit", args=[shelf.pk])

    response = office.post(
        url,
        shelf_form(
            {"product": product.pk, "starts_at": "2027-01-02 00:00", "ends_at": "2027-01-01 00:00"}
        ),
    )

    assert response.status_code == 200
    assert "The end must be after the beginning." in response.content.decode()
    assert not FeaturedProduct.objects.exists()


def test_the_chooser_offers_what_is_on_sale_and_finds_by_name_and_group(office):
    silk = make_product(make_enterprise("กลุ่มทอผ้า"), title="ผ้าไหมลายนาค", title_en="Naga silk")
    hidden = make_product(title="ผ้าที่ถอนแล้ว", state=ProductState.WITHDRAWN)

    def found(query: str) -> str:
        return office.get(f"/office/product_chooser/results/?q={query}").content.decode()

    assert silk.title_en in found("naga")
    assert silk.title_en in found("กลุ่มทอ")
    assert silk.title_en not in found("ไม้ไผ่")
    assert hidden.title_en not in found("")


# --- the first screen ---


def test_the_first_screen_says_what_waits_and_how_late_it_is(office):
    long_ago = timezone.now() - timedelta(days=30)
    make_enterprise(state="applied", created_at=long_ago)
    make_certificate(make_enterprise(), state="submitted", created_at=long_ago)

    page = office.get("/office/").content.decode()

    queues = page.partition('class="office-queues__list"')[2].partition("</ul>")[0]
    assert "25 days late" in queues
    assert "23 days late" in queues
    assert "/office/office_groups/?state=applied" in queues


# --- workshops ---


def test_silent_groups_are_listed_with_days_and_a_way_to_call(office):
    group = make_enterprise("กลุ่มทอผ้าบ้านเงียบ", name_en="", phone="0812345678")
    today = timezone.localdate()
    workshop = make_workshop(group)
    make_woven(workshop)
    Workshop.objects.filter(pk=workshop.pk).update(heard_on=today - timedelta(days=12))
    heard = make_workshop()
    make_woven(heard)

    page = office.get("/office/office_silent/").content.decode()

    assert "กลุ่มทอผ้าบ้านเงียบ" in page
    assert "12 days" in page
    assert "half" in page
    assert 'href="tel:0812345678"' in page
    assert heard.enterprise.name_th not in page
    assert "Groups that do not answer" in office.get("/office/").content.decode()


def test_a_holiday_is_kept_by_the_office_and_workshops_follow(office):
    workshop = make_workshop(keeps_holidays=True)
    day = timezone.localdate() + timedelta(days=40)
    PublicHoliday.objects.filter(day__gte=day, day__lte=day + timedelta(days=1)).delete()
    form = {"day": day.isoformat(), "name_th": "วันหยุดพิเศษ", "name_en": "", "is_checked": "on"}

    office.post("/office/office_holidays/new/", form)

    holiday = PublicHoliday.objects.get(day=day)
    assert workshop.slots.get(day=day).capacity == 0
    other = day + timedelta(days=1)
    office.post(f"/office/office_holidays/edit/{holiday.pk}/", {**form, "day": other.isoformat()})
    assert workshop.slots.get(day=day).capacity == 1
    assert workshop.slots.get(day=other).capacity == 0
    again = office.post("/office/office_holidays/new/", {**form, "day": other.isoformat()})
    assert again.status_code == 200  # the form again: this day is one already
    office.post(f"/office/office_holidays/delete/{holiday.pk}/")
    assert workshop.slots.get(day=other).capacity == 1
    assert not PublicHoliday.objects.filter(day=other).exists()
