"""Address, delivery, review: what is asked, what is kept, what is refused in words."""

import re

import pytest

from shop.oscar.address.models import UserAddress
from shop.oscar.checkout.models import Checkout
from shop.oscar.customer.services import save_address
from shop.payments.models import PaymentAttempt
from tests.factories import (
    ADDRESS,
    make_buyer,
    make_checkout,
    make_enterprise,
    make_product,
    make_rates,
    pay,
)
from tests.factories.delivery import REMOTE_AMPHOE

from .shopping import TYPED, Buyer

pytestmark = pytest.mark.django_db
KO_TAO = f"{REMOTE_AMPHOE}03"


@pytest.fixture(autouse=True)
def _rates():
    make_rates()


def words(response) -> str:
    return response.content.decode()


# --- the way ---


def test_the_steps_lead_one_after_another_and_not_past_an_open_one():
    buyer = Buyer()
    for step in ("checkout/address/", "checkout/delivery/", "checkout/review/"):
        assert buyer.get(step)["Location"] == "/th/basket/"
    buyer.take(make_product())

    assert buyer.get("checkout/")["Location"] == "/th/checkout/address/"
    for step in ("checkout/delivery/", "checkout/review/", "checkout/pay/"):
        answer = buyer.post(step) if step.endswith("pay/") else buyer.get(step)
        assert answer["Location"] == "/th/checkout/address/"
    buyer.type_address()
    assert buyer.get("checkout/")["Location"] == "/th/checkout/delivery/"
    assert buyer.get("checkout/review/").status_code == 200


def test_the_total_stands_on_every_step_and_none_is_for_search_engines():
    buyer = Buyer("en")
    buyer.take(make_product(price="450"))
    buyer.type_address()

    for step in ("address", "delivery", "review"):
        page = words(buyer.get(f"checkout/{step}/"))
        assert "฿490" in page
        assert '<meta name="robots" content="noindex">' in page


# --- address ---


def test_a_tambon_is_found_without_script_and_nothing_typed_is_lost():
    buyer = Buyer()
    buyer.take(make_product())
    typed = {**TYPED, "tambon_code": "", "place": "บางรัก", "find": "1"}

    page = words(buyer.post("checkout/address/", typed))

    assert page.count('name="tambon_code"') == 9
    assert "แขวงสีลม เขตบางรัก กรุงเทพมหานคร 10500" in page
    assert 'value="เจริญกรุง 42"' in page
    assert "field__error" not in page
    assert Checkout.objects.get().address == {}


def test_htmx_finds_tambons_by_name_and_postcode_in_both_languages():
    for language, text, label in (
        ("th", "10500", "แขวงสีลม เขตบางรัก กรุงเทพมหานคร 10500"),
        ("th", "ในเมือง ขอนแก่น", "ตำบลในเมือง อำเภอเมืองขอนแก่น จังหวัดขอนแก่น 40000"),
        ("en", "Si Lom", "Si Lom, Bang Rak, Bangkok 10500"),
    ):
        page = words(Buyer(language).get("checkout/address/tambons/", data={"place": text}))
        assert label in page
        assert "<html" not in page


@pytest.mark.parametrize("text", ["", "ฮฮฮฮ", "'\"<script>", "ก" * 5000, "้" * 60, "99999", "๑๐๕๐๐"])
def test_a_strange_place_is_answered(text):
    buyer = Buyer("en")
    buyer.take(make_product())

    assert buyer.get("checkout/address/tambons/", data={"place": text}).status_code == 200
    answer = buyer.type_address(tambon_code="", postcode="", place=text)
    assert answer.status_code == 422
    assert "<script>" not in words(answer).partition("<main")[2].replace("<script src", "")


def test_one_tambon_found_is_taken_and_many_are_offered():
    buyer = Buyer("en")
    buyer.take(make_product())

    many = buyer.type_address(tambon_code="", postcode="", place="Bang Rak")
    assert many.status_code == 422
    assert "Pick your tambon from the list." in words(many)
    one = buyer.type_address(tambon_code="", postcode="", place="Si Lom")

    assert one["Location"] == "/en/checkout/delivery/"
    assert Checkout.objects.get().address["tambon_code"] == "100402"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("phone", "02-123-4567"),
        ("phone", "+1 555 0100"),
        ("phone", ""),
        ("email", "mali"),
        ("email", ""),
        ("name", ""),
        ("house_number", ""),
        ("tambon_code", "999999"),
        ("tambon_code", "'; DROP"),
        ("name", "ก" * 161),
        ("moo", "9" * 11),
        ("email", "a" * 250 + "@example.com"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept(field, value):
    buyer = Buyer("en")
    buyer.take(make_product())

    answer = buyer.type_address(**{field: value})

    assert answer.status_code == 422
    assert 'class="field__error"' in words(answer)
    assert 'value="เจริญกรุง 42"' in words(answer)
    assert Checkout.objects.get().address == {}


def test_names_of_many_kinds_are_people_s_names():
    buyer = Buyer()
    buyer.take(make_product())
    for name in ("ญ", "O'Neill-Łukasz", "น้ำ ฝน 🌧", "ป้าจ๋า้้้้้"):
        assert buyer.type_address(name=name).status_code == 302
        assert Checkout.objects.get().contact["name"] == name


def test_a_nul_byte_and_a_wrong_content_type_are_refused():
    buyer = Buyer()
    buyer.take(make_product())

    plain = buyer.client.post(
        "/th/checkout/address/",
        "name=%00",
        content_type="application/x-www-form-urlencoded",
    )
    assert plain.status_code == 400
    assert buyer.type_address(name="มะลิ\x00").status_code == 422
    answer = buyer.client.post(
        "/th/checkout/address/", b'{"name": "x"}', content_type="application/json"
    )
    assert answer.status_code == 422


def test_a_kept_address_is_chosen_with_one_mark():
    user = make_buyer(phone="+66898765432")
    contact = {"name": "ยาย ทดสอบ", "phone": "+66811112222"}
    kept = save_address(user=user, contact=contact, address={**ADDRESS, "house_number": "7/7"})
    buyer = Buyer(user=user)
    buyer.take(make_product())

    page = words(buyer.get("checkout/address/"))
    assert re.search(rf'name="saved" value="{kept.pk}" checked', page)
    answer = buyer.post("checkout/address/", {"saved": str(kept.pk), "email": user.email})

    assert answer["Location"] == "/th/checkout/delivery/"
    checkout = Checkout.objects.get()
    assert checkout.contact["name"] == "ยาย ทดสอบ"
    assert checkout.address["house_number"] == "7/7"


def test_somebody_else_s_kept_address_cannot_be_chosen():
    other = save_address(
        user=make_buyer(), contact={"name": "อื่น", "phone": "+66811112222"}, address=ADDRESS
    )
    buyer = Buyer(user=make_buyer())
    buyer.take(make_product())

    answer = buyer.post("checkout/address/", {"saved": str(other.pk), "email": "a@example.com"})

    assert answer.status_code == 422
    assert Checkout.objects.get().address == {}


def test_a_new_address_is_kept_when_asked():
    user = make_buyer()
    buyer = Buyer(user=user)
    buyer.take(make_product())

    buyer.type_address(keep="on")
    buyer.type_address(keep="on")

    assert UserAddress.objects.get(user=user).house_number == "99/1"


def test_a_guest_types_an_address_once_for_two_purchases():
    buyer = Buyer()
    buyer.take(make_product())
    buyer.type_address()
    Checkout.objects.update(state="placed")

    page = words(buyer.get("checkout/address/"))

    assert 'value="99/1"' in page
    assert 'value="mali@example.com"' in page
    assert 'name="newsletter" id="id_newsletter" checked' not in page


# --- delivery ---


def test_each_group_has_its_own_way_with_price_and_days():
    one, two = make_product(make_enterprise()), make_product(make_enterprise())
    buyer = Buyer("en")
    buyer.take(one)
    buyer.take(two)
    buyer.type_address()
    field = f"delivery-{one.enterprise_id}"

    page = words(buyer.get("checkout/delivery/"))
    assert page.count('type="radio" name="delivery-') == 4
    assert "฿40" in page
    assert "฿65" in page
    buyer.choose(**{field: "ems"})

    assert buyer.seen_total() == "1005.00"
    assert f'name="{field}" value="ems" checked' in words(buyer.get("checkout/delivery/"))


@pytest.mark.parametrize("value", ["teleport", "chilled", "", "0"])
def test_an_unknown_way_or_payment_is_asked_for_again(value):
    product = make_product()
    buyer = Buyer("en")
    buyer.take(product)
    buyer.type_address()

    way = buyer.choose(**{f"delivery-{product.enterprise_id}": value})
    payment = buyer.choose(value)

    assert way.status_code == payment.status_code == 422
    assert "Choose how this group sends its parcel." in words(way)
    assert "Choose how to pay." in words(payment)


def test_chilled_goods_are_refused_where_no_cold_van_goes_and_the_rest_goes_on():
    village = make_enterprise()
    cold = make_product(village, chilled=True, title_en="Fermented pork")
    cloth = make_product(village, title_en="Blue cloth")
    buyer = Buyer("en")
    buyer.take(cold)
    buyer.take(cloth)
    buyer.type_address(tambon_code=KO_TAO, postcode="84360")

    page = words(buyer.get("checkout/delivery/"))
    assert "No chilled carrier goes to this address." in page
    assert "Fermented pork" in page.partition("These must stay chilled:")[2][:300]
    assert buyer.pay("0.00").status_code == 409
    drops = re.findall(r'name="line" value="(\d+)"', page)
    buyer.post("checkout/delivery/drop/", {"line": drops})

    page = words(buyer.get("checkout/delivery/"))
    assert "Fermented pork" not in page
    assert "฿60" in page
    assert "Blue cloth" in page


def test_only_lines_of_the_own_basket_can_be_dropped():
    other = Buyer()
    other.take(make_product())
    line = re.search(r"/th/basket/(\d+)/\"", words(other.get("basket/"))).group(1)
    buyer = Buyer()
    buyer.take(make_product())
    buyer.type_address()

    buyer.post("checkout/delivery/drop/", {"line": [line, "x", "9" * 30, "-1"]})

    assert "฿450" in words(other.get("basket/"))


# --- other people's ---


def test_nobody_looks_into_another_s_payment():
    checkout = make_checkout((make_product(), 1))
    pay(checkout, method="promptpay")
    PaymentAttempt.objects.update(state="pending", qr_data="00020101")
    stranger = Buyer()
    stranger.take(make_product())

    for path in (
        f"checkout/return/{checkout.reference}/",
        f"checkout/promptpay/{checkout.reference}/",
        f"checkout/promptpay/{checkout.reference}/qr.svg",
    ):
        assert stranger.get(path).status_code == 404
    assert stranger.post(f"checkout/cancel/{checkout.reference}/").status_code == 404
    assert stranger.get("checkout/return/not-a-reference/").status_code == 404
    assert Checkout.objects.get(pk=checkout.pk).state == "paying"


def test_paying_needs_a_post_with_a_token():
    buyer = Buyer()
    buyer.take(make_product())
    buyer.type_address()

    assert buyer.get("checkout/pay/").status_code == 405
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.cookies = buyer.client.cookies
    assert strict.post("/th/checkout/pay/", {"seen_total": "490.00"}).status_code == 403


# --- statements ---


def fill(buyer: Buyer, groups: int, per_group: int) -> None:
    for _ in range(groups):
        enterprise = make_enterprise()
        for _ in range(per_group):
            buyer.take(make_product(enterprise))
    buyer.type_address()


@pytest.mark.parametrize("signed_in", [False, True])
def test_each_step_costs_few_statements_however_much_is_bought(
    django_assert_max_num_queries, signed_in
):
    small, large = (Buyer(user=make_buyer() if signed_in else None) for _ in range(2))
    fill(small, 2, 2)
    fill(large, 5, 4)

    for step in ("address", "delivery", "review"):
        with django_assert_max_num_queries(20) as first:
            assert small.get(f"checkout/{step}/").status_code == 200
        with django_assert_max_num_queries(len(first)):
            assert large.get(f"checkout/{step}/").status_code == 200
    ways = {**small.marked_ways(), "method": "promptpay"}
    with django_assert_max_num_queries(20):
        assert small.post("checkout/delivery/", ways).status_code == 302
    with django_assert_max_num_queries(20):
        assert small.type_address().status_code == 302
