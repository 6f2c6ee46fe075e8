"""What a buyer sees and does in the basket, without script."""

import re
from decimal import Decimal

import pytest

from shop.oscar.basket.models import Basket, Line
from tests.checkout.shopping import Buyer
from tests.factories import (
    make_buyer,
    make_child,
    make_enterprise,
    make_made_to_order,
    make_parent,
    make_product,
    make_rates,
    record_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _rates():
    make_rates()


def lines() -> dict[int, int]:
    """Product id → pieces, of the one basket there is."""
    return dict(Line.objects.values_list("product", "quantity"))


def only_line() -> int:
    return Line.objects.get().pk


def test_an_empty_basket_leads_somewhere():
    page = Buyer("en").get("basket/")

    assert page.status_code == 200
    assert "/en/products/" in page.content.decode()
    assert not Basket.objects.exists()


def test_goods_stand_by_group_with_date_charge_and_sum():
    first, second = make_enterprise(name_en="Weavers"), make_enterprise(name_en="Potters")
    cloth = make_product(first, price="450")
    scarf = make_product(first, price="199.50")
    jar = make_made_to_order(second, price="1200", title_en="Big jar")
    buyer = Buyer("en")
    for product, quantity in ((cloth, 2), (jar, 1), (scarf, 1)):
        buyer.take(product, quantity)

    page = buyer.get("basket/").content.decode()

    assert page.count('class="sheet parcel-part"') == 2
    assert page.index("Weavers") < page.index("Potters")
    for words in ("฿1,179.50", "฿1,240", "฿2,299.50", "฿80", "฿2,419.50", "made to order"):
        assert words in page, words
    assert page.count("Handed to the carrier by") == 2


def test_the_charge_follows_the_province_that_is_chosen():
    buyer = Buyer("en")
    buyer.take(make_product())
    assert "฿40" in buyer.get("basket/").content.decode()

    buyer.post("basket/province/", {"province": "40"})
    assert "฿30" in buyer.get("basket/").content.decode()

    buyer.post("basket/province/", {"province": "99"})
    page = buyer.get("basket/").content.decode()
    assert "Choose a province from the list." in page
    assert "฿30" in page


def test_the_stepper_works_by_its_buttons_and_by_typing():
    product = make_product(stock=5)
    buyer = Buyer()
    buyer.take(product)

    buyer.post(f"basket/{only_line()}/", {"quantity": "1", "more": "1"})
    assert lines() == {product.pk: 2}
    buyer.post(f"basket/{only_line()}/", {"quantity": "5"})
    assert lines() == {product.pk: 5}
    buyer.post(f"basket/{only_line()}/", {"quantity": "5", "less": "1"})
    assert lines() == {product.pk: 4}
    buyer.post(f"basket/{only_line()}/", {"quantity": "๓"})
    assert lines() == {product.pk: 3}


def test_what_was_taken_out_can_be_put_back():
    product = make_product(title_en="Blue cloth")
    buyer = Buyer("en")
    buyer.take(product, 3)

    page = buyer.client.post(buyer.address(f"basket/{only_line()}/remove/"), follow=True)

    words = page.content.decode()
    assert "Blue cloth is out of your basket." in words
    assert lines() == {}
    fields = dict(re.findall(r'name="(product_id|quantity)" value="(\d+)"', words))
    buyer.post("basket/add/", fields)
    assert lines() == {product.pk: 3}
    assert "out of your basket" not in buyer.get("basket/").content.decode()


@pytest.mark.parametrize(
    "quantity", ["NaN", "-1", "1e3", "1000", "9" * 400, "", "2.5", "one", "' OR 1=1", "ก"]
)
def test_a_strange_quantity_changes_nothing_and_is_answered_in_words(quantity):
    product = make_product()
    buyer = Buyer("en")
    buyer.take(product, 2)

    for path, product_id in (("basket/add/", product.pk), (f"basket/{only_line()}/", "")):
        answer = buyer.post(path, {"product_id": product_id, "quantity": quantity})
        assert answer["Location"] == "/en/basket/"
        assert "Type a whole number of pieces" in buyer.get("basket/").content.decode()
    assert lines() == {product.pk: 2}


def test_a_field_sent_twice_counts_once():
    product = make_product()
    buyer = Buyer()

    buyer.post("basket/add/", {"product_id": product.pk, "quantity": ["3", "2"]})

    assert lines() == {product.pk: 2}


def test_more_than_there_are_cannot_be_put_in():
    product = make_product(stock=2)
    buyer = Buyer("en")
    buyer.take(product, 3)
    assert "You can have at most 2 of these." in buyer.get("basket/").content.decode()
    assert lines() == {}

    buyer.take(product, 2)
    buyer.take(product, 1)

    assert "at most 2" in buyer.get("basket/").content.decode()
    assert lines() == {product.pk: 2}


def test_fewer_than_the_group_makes_cannot_be_put_in():
    product = make_made_to_order(min_quantity=5)
    buyer = Buyer("en")

    buyer.take(product, 4)

    assert "no fewer than 5" in buyer.get("basket/").content.decode()
    assert lines() == {}


@pytest.mark.parametrize("product_id", ["0", "-1", "999999", "9" * 40, "NaN", "", "x"])
def test_an_unknown_product_is_not_found_or_asked_for(product_id):
    buyer = Buyer("en")

    answer = buyer.post("basket/add/", {"product_id": product_id, "quantity": "1"})

    assert answer.status_code == 404 or answer["Location"] == "/en/basket/"
    assert lines() == {}


def test_a_parent_is_bought_through_its_children():
    parent = make_parent(title_en="Shirt")
    child = make_child(parent, title_en="Size L")
    buyer = Buyer("en")

    buyer.take(parent)
    assert "Choose a size or colour first." in buyer.get("basket/").content.decode()
    buyer.take(child)

    assert "Shirt · Size L" in buyer.get("basket/").content.decode()
    assert lines() == {child.pk: 1}


def test_nobody_reaches_into_another_basket():
    product = make_product()
    owner, other = Buyer(), Buyer()
    owner.take(product, 2)
    other.take(make_product())
    line = Line.objects.get(product=product).pk

    assert other.post(f"basket/{line}/", {"quantity": "1"}).status_code == 404
    assert other.post(f"basket/{line}/remove/").status_code == 404
    assert other.post(f"basket/{9**40}/remove/").status_code == 404
    assert other.get(f"basket/{line}/").status_code == 405
    assert lines()[product.pk] == 2


def test_a_changed_price_is_said_until_it_is_accepted():
    product = make_product(price="450", title_en="Blue cloth")
    buyer = Buyer("en")
    buyer.take(product)
    record = record_of(product)
    record.price = Decimal("480")
    record.save()

    page = buyer.get("basket/").content.decode()
    assert "Blue cloth: was ฿450, now ฿480" in page
    assert "฿520" in page
    buyer.post("basket/prices/")

    page = buyer.get("basket/").content.decode()
    assert "was ฿450" not in page
    assert "฿520" in page


def test_what_is_sold_out_or_withdrawn_is_marked():
    product, other = make_product(stock=2), make_product(title_en="Other")
    buyer = Buyer("en")
    buyer.take(product, 2)
    buyer.take(other)
    record = record_of(product)
    record.num_in_stock = 1
    record.save()
    type(other).objects.filter(pk=other.pk).update(state="withdrawn")

    page = buyer.get("basket/").content.decode()

    assert "Only 1 can be had now." in page
    assert "Cannot be ordered any more." in page


def test_a_guests_basket_survives_signing_in():
    cloth, jar = make_product(), make_product()
    user = make_buyer()
    at_home = Buyer(user=user)
    at_home.take(jar)
    buyer = Buyer()
    buyer.take(cloth, 2)

    buyer.client.force_login(user)
    buyer.get("basket/")

    assert set(Basket.objects.get(owner=user).lines.values_list("product", "quantity")) == {
        (cloth.pk, 2),
        (jar.pk, 1),
    }


def test_htmx_gets_a_few_words_and_the_new_count():
    product = make_product(stock=1)
    buyer = Buyer("en")
    data = {"product_id": product.pk, "quantity": "1"}

    first = buyer.post("basket/add/", data, headers={"HX-Request": "true"}).content.decode()
    second = buyer.post("basket/add/", data, headers={"HX-Request": "true"}).content.decode()

    assert "Added to your basket." in first
    assert "at most 1" in second
    for answer in (first, second):
        assert "<html" not in answer
        assert re.search(r'id="basket-count"[^>]*><span class="tool__count">1<', answer)


def fill(buyer: Buyer, groups: int, per_group: int) -> None:
    for _ in range(groups):
        enterprise = make_enterprise()
        for _ in range(per_group):
            buyer.take(make_product(enterprise))


def test_the_page_costs_the_same_however_much_lies_in_it(django_assert_max_num_queries):
    small, large = Buyer(user=make_buyer()), Buyer(user=make_buyer())
    fill(small, 2, 2)
    fill(large, 5, 4)

    with django_assert_max_num_queries(16) as first:
        small.get("basket/")
    with django_assert_max_num_queries(len(first)):
        large.get("basket/")


def test_baskets_are_not_for_search_engines():
    assert '<meta name="robots" content="noindex">' in Buyer().get("basket/").content.decode()
