"""From a photo to a product on sale, and what happens to it afterwards."""

import re
from decimal import Decimal
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from catalogue.models import Product
from catalogue.searching import search_products
from cms.models import Picture
from shop.core.models import StateChange
from shop.oscar.partner.models import Partner, StockRecord
from tests.factories import (
    make_child,
    make_enterprise,
    make_made_to_order,
    make_member,
    make_parent,
    make_placed_order,
    make_product,
    record_of,
)
from tests.workspace.members import Member, photo

pytestmark = pytest.mark.django_db


@pytest.fixture
def group():
    return make_enterprise(name_en="Weavers")


@pytest.fixture
def member(group):
    return Member(make_member(group).user)


def begin(member: Member, **form) -> Product:
    """Take the photo; the draft it began."""
    form = {"token": uuid4(), "photo": photo(), **form}
    assert member.post("products/new/", form).status_code == 302
    return Product.objects.latest("pk")


def state(product: Product) -> str:
    return Product.objects.values_list("state", flat=True).get(pk=product.pk)


def test_a_product_comes_on_sale_camera_first(group, member):
    assert 'capture="environment"' in member.read("products/new/")
    product = begin(member)
    assert (product.state, product.enterprise) == ("draft", group)
    about = f"products/{product.pk}/about/"

    way = [
        ("name", {"title": "ผ้าพันคอย้อมคราม"}),
        ("kind", {"otop_type": "textile"}),
        ("price", {"price": "๑,๒๕๐.๕๐ บาท", "unit_th": "ผืน"}),
        ("terms", {"sells": "stock", "pieces": "๑๒"}),
        ("weight", {"weight_g": "350"}),
        ("details", {"materials": "ฝ้าย", "care": "ซักมือ"}),
        ("text", {"description": "ทอมือและย้อมครามธรรมชาติ"}),
    ]
    for number, (step, answers) in enumerate(way):
        page = member.read(f"{about}{step}/?new=1")
        assert f"Step {number + 2} of 8" in page
        answer = member.post(f"{about}{step}/?new=1", answers)
        then = f"about/{way[number + 1][0]}/?new=1" if number + 1 < len(way) else ""
        assert answer["Location"] == f"/en/workspace/products/{product.pk}/{then}"

    assert "Put it on sale" in member.read(f"products/{product.pk}/")
    assert "It is on sale now." in member.tap(f"products/{product.pk}/publish/")
    product.refresh_from_db()
    record = record_of(product)
    assert product.state == "published"
    assert (record.price, record.num_in_stock, record.sells) == (Decimal("1250.50"), 12, "stock")
    assert (product.price_from, product.ready_pieces) == (Decimal("1250.50"), 12)
    assert (product.weight_g, product.province_code) == (350, group.province_code)
    assert product.facts == {"materials_th": "ฝ้าย", "care_th": "ซักมือ"}
    assert re.fullmatch(rf"[a-z-]+-{product.pk}", product.slug)
    assert product.sort_key
    assert product.pictures.get().alt_th == "ผ้าพันคอย้อมคราม"
    assert list(search_products("ผ้าพันคอ")) == [product.pk]
    assert f"/en/products/{product.slug}/" in member.read(f"products/{product.pk}/")


def test_three_taps_begin_one_draft(member):
    token = uuid4()
    for _ in range(3):
        begin(member, token=token)

    product = Product.objects.get()
    assert product.pictures.count() == 1
    assert StateChange.objects.filter(about_label="catalogue.product").count() == 1


def test_a_token_of_another_group_begins_nothing(member):
    token = uuid4()
    theirs = begin(Member(make_member(make_enterprise()).user), token=token)

    answer = member.post("products/new/", {"token": token, "photo": photo()})

    assert answer["Location"] == "/en/workspace/products/new/"
    assert Product.objects.get().pk == theirs.pk
    assert theirs.pictures.count() == 1


@pytest.mark.parametrize("token", ["", "x", "NaN", "1" * 500])
def test_a_strange_token_begins_nothing(member, token):
    answer = member.post("products/new/", {"token": token, "photo": photo()})

    assert answer["Location"] == "/en/workspace/products/new/"
    assert not Product.objects.exists()


def test_a_draft_can_wait_for_its_photo_and_says_what_is_missing(group, member):
    product = begin(member, photo="", without="1")
    page = member.read(f"products/{product.pk}/")
    for words in ("a picture", "a name", "what kind of goods", "a price", "a few words"):
        assert words in page, words

    answer = member.post(f"products/{product.pk}/publish/")

    assert answer.status_code == 422
    assert "Before it can be sold it needs:" in answer.content.decode()
    assert state(product) == "draft"


def test_a_group_that_has_just_joined_gets_its_shadow_with_the_first_price(group, member):
    Partner.objects.all().delete()
    product = begin(member)

    member.tap(f"products/{product.pk}/about/price/", {"price": "450", "unit_th": "ผืน"})

    assert record_of(product).partner.enterprise == group


# --- photos ---


def picture_of(kind: str) -> SimpleUploadedFile:
    if kind == "svg":
        data = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    elif kind == "words":
        data = b"this is not a picture"
    elif kind == "huge":
        out = BytesIO()
        Image.new("L", (20_000, 20_000)).save(out, "PNG", compress_level=1)
        data = out.getvalue()
    elif kind == "half":
        data = photo().read()[:400]
    else:
        data = b""
    return SimpleUploadedFile("photo.jpg", data, content_type="image/jpeg")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("svg", "This is a drawing file."),
        ("words", "This file is not a photo."),
        ("huge", "too many pixels"),
        ("half", "This file is not a photo."),
        ("empty", "Take or choose a photo first."),
    ],
)
def test_a_hostile_upload_is_refused_in_words(group, member, kind, words):
    product = make_product(group)
    pages = {
        "products/new/": {"token": uuid4()},
        f"products/{product.pk}/pictures/": {},
        "group/picture/": {},
    }
    kept = Picture.objects.count()

    for path, form in pages.items():
        answer = member.post(path, {**form, "photo": picture_of(kind)})
        assert answer.status_code == 422, path
        text = answer.content.decode()
        assert words in text or (kind == "empty" and "The file is empty" in text), path

    assert Picture.objects.count() == kept
    assert product.pictures.count() == 1


def test_pictures_change_places_and_the_last_one_stays(group, member):
    product = make_product(group)
    path = f"products/{product.pk}/pictures/"
    for _ in range(2):
        member.tap(path, {"photo": photo()})
    first, second, third = product.pictures.values_list("pk", flat=True)

    member.tap(path, {"forward": third})
    assert list(product.pictures.values_list("pk", flat=True)) == [first, third, second]
    member.tap(path, {"forward": first})
    member.tap(path, {"remove": first})
    member.tap(path, {"remove": first})
    member.tap(path, {"remove": "9" * 40})
    assert list(product.pictures.values_list("pk", "position")) == [(third, 0), (second, 1)]
    member.tap(path, {"remove": third})
    answer = member.post(path, {"remove": second})

    assert "keeps one picture" in answer.content.decode()
    assert product.pictures.count() == 1


def test_there_are_at_most_eight_pictures(group, member):
    product = make_product(group)
    path = f"products/{product.pk}/pictures/"
    for _ in range(7):
        member.tap(path, {"photo": photo()})

    answer = member.post(path, {"photo": photo()})

    assert "at most 8 pictures" in answer.content.decode()
    assert product.pictures.count() == 8


def test_another_products_picture_is_out_of_reach(group, member):
    product, other = make_product(group), make_product(make_enterprise())
    member.tap(f"products/{product.pk}/pictures/", {"photo": photo()})

    member.tap(f"products/{product.pk}/pictures/", {"remove": other.pictures.get().pk})

    assert other.pictures.count() == 1


# --- numbers ---

STRANGE = ["-1", "NaN", "1e3", "Infinity", "9" * 30, "2.5.1", "one", "' OR 1=1", "٣", "-๑", "0x10"]


@pytest.mark.parametrize("typed", [*STRANGE, "", "0", "0.5", "1000001", "1.005"])
def test_a_strange_price_changes_nothing(group, member, typed):
    product = make_product(group, price="450")
    record = record_of(product)

    for path, form in (
        (f"products/{product.pk}/price/", {f"now-{record.pk}": typed, f"seen-{record.pk}": "450"}),
        (f"products/{product.pk}/about/price/", {"price": typed, "unit_th": "ผืน"}),
    ):
        answer = member.post(path, form)
        assert answer.status_code == 422, path
        assert "error-summary" in answer.content.decode()
    assert record_of(product).price == 450


@pytest.mark.parametrize("typed", [*STRANGE, "", "2.5", "100000"])
def test_a_strange_number_of_pieces_changes_nothing(group, member, typed):
    product = make_product(group, stock=5)
    record = record_of(product)

    for path, form in (
        (f"products/{product.pk}/pieces/", {f"now-{record.pk}": typed, f"seen-{record.pk}": "5"}),
        (f"products/{product.pk}/about/terms/", {"sells": "stock", "pieces": typed}),
    ):
        assert member.post(path, form).status_code == 422, path
    assert record_of(product).num_in_stock == 5


@pytest.mark.parametrize(
    "terms",
    [
        {"lead_days": ""},
        {"lead_days": "0"},
        {"lead_days": "366"},
        {"lead_days": "NaN"},
        {"lead_days": "5", "min_quantity": "0"},
        {"lead_days": "5", "min_quantity": "10", "max_quantity": "5"},
        {"lead_days": "5", "max_quantity": "1000"},
    ],
)
def test_strange_terms_change_nothing(group, member, terms):
    product = make_product(group, stock=5)

    answer = member.post(f"products/{product.pk}/about/terms/", {"sells": "made_to_order", **terms})

    assert answer.status_code == 422
    assert record_of(product).sells == "stock"


@pytest.mark.parametrize("typed", ["7", "๗", " 7 ", "07"])
def test_pieces_may_be_typed_in_thai_digits(group, member, typed):
    product = make_product(group, stock=5)
    record = record_of(product)

    member.tap(
        f"products/{product.pk}/pieces/", {f"now-{record.pk}": typed, f"seen-{record.pk}": "5"}
    )

    assert record_of(product).num_in_stock == 7


# --- stock, price, terms ---


def test_counting_again_does_not_undo_a_sale(group, member):
    product = make_product(group, stock=5)
    record = record_of(product)
    form = {f"now-{record.pk}": "6", f"seen-{record.pk}": "5"}
    make_placed_order((product, 2))

    page = member.tap(f"products/{product.pk}/pieces/", form)

    assert "Meanwhile something was ordered" in page
    assert re.search(rf'name="seen-{record.pk}" value="3"', page)
    assert record_of(product).num_in_stock == 5
    member.tap(f"products/{product.pk}/pieces/", {**form, f"seen-{record.pk}": "3"})
    record = record_of(product)
    assert (record.num_in_stock, record.num_allocated, record.free_pieces) == (8, 2, 6)
    product.refresh_from_db()
    assert product.ready_pieces == 6


def test_what_was_not_touched_is_not_written(group, member):
    product = make_product(group, stock=5)
    record = record_of(product)
    make_placed_order((product, 2))

    member.tap(
        f"products/{product.pk}/pieces/", {f"now-{record.pk}": "5", f"seen-{record.pk}": "5"}
    )

    assert record_of(product).free_pieces == 3


def test_a_record_of_another_group_cannot_be_counted(group, member):
    product, other = make_product(group, stock=5), make_product(stock=5)
    mine, theirs = record_of(product), record_of(other)

    member.post(
        f"products/{product.pk}/pieces/",
        {
            f"now-{mine.pk}": "5",
            f"seen-{mine.pk}": "5",
            f"now-{theirs.pk}": "99",
            f"seen-{theirs.pk}": "5",
        },
    )

    assert record_of(other).num_in_stock == 5


def test_a_new_price_counts_from_now_on(group, member):
    product = make_product(group, price="450")
    record = record_of(product)
    part = make_placed_order((product, 1)).fulfilments.get()

    member.tap(
        f"products/{product.pk}/price/", {f"now-{record.pk}": "฿ 480", f"seen-{record.pk}": "450"}
    )

    product.refresh_from_db()
    assert product.price_from == 480
    part.refresh_from_db()
    assert part.goods == 450


def test_stock_becomes_made_to_order_once_nothing_is_owed(group, member):
    product = make_product(group, stock=5)
    part = make_placed_order((product, 2)).fulfilments.get()
    path = f"products/{product.pk}/about/terms/"
    form = {"sells": "made_to_order", "lead_days": "๑๐", "pieces": "nonsense"}

    answer = member.post(path, form)
    assert answer.status_code == 422
    assert "2 pieces are ordered and not sent yet" in answer.content.decode()
    assert record_of(product).sells == "stock"

    member.tap(f"jobs/{part.pk}/decline/", {"why": "no_time"})
    assert member.post(path, form).status_code == 302
    record = record_of(product)
    assert (record.sells, record.lead_days, record.min_quantity) == ("made_to_order", 10, 1)
    product.refresh_from_db()
    assert (product.takes_orders, product.ready_pieces, product.first_lead_days) == (True, 0, 10)
    member.tap(path, {"sells": "stock", "pieces": "4"})
    record = record_of(product)
    assert (record.sells, record.num_in_stock, record.num_allocated) == ("stock", 4, 0)
    assert record.lead_days is None


def test_a_product_made_to_order_has_nothing_to_count(group, member):
    product = make_made_to_order(group)

    page = member.read(f"products/{product.pk}/pieces/")

    assert "made to order, so there is nothing to count" in page


# --- sizes and colours ---


def test_the_first_size_takes_over_what_is_there(group, member):
    product = make_product(group, stock=5, price="450")
    part = make_placed_order((product, 2)).fulfilments.get()
    record = record_of(product)
    path = f"products/{product.pk}/sizes/"
    assert "What do you call the one you have?" in member.read(path)

    member.tap(path, {"title": "ไซซ์ M", "title_en": "Size M"})
    member.tap(path, {"title": "ไซซ์ L", "price": "500", "pieces": "3"})

    product.refresh_from_db()
    medium, large = product.children.order_by("pk")
    assert product.structure == "parent"
    assert (medium.title, medium.state, large.weight_g) == ("ไซซ์ M", "published", product.weight_g)
    record.refresh_from_db()
    assert (record.product_id, record.price, record.free_pieces) == (medium.pk, 450, 3)
    assert StockRecord.objects.get(product=large).num_in_stock == 3
    assert (product.price_from, product.ready_pieces) == (450, 6)
    # The order that came in before goes its way.
    for step in ("accept", "pack"):
        member.tap(f"jobs/{part.pk}/{step}/")
    member.tap(
        f"jobs/{part.pk}/send/",
        {"carrier": part.carrier_id, "tracking_number": "EE123456785TH"},
    )
    record.refresh_from_db()
    assert (record.num_in_stock, record.num_allocated) == (3, 0)


def test_a_size_is_renamed_and_one_that_was_sold_stays(group, member):
    parent = make_parent(group)
    sold, fresh = make_child(parent, title="ไซซ์ S"), make_child(parent, title="ไซซ์ M")
    make_placed_order((sold, 1))
    path = f"products/{parent.pk}/sizes/"

    member.tap(f"{path}{sold.pk}/", {"title": "ไซซ์ SS"})
    sold.refresh_from_db()
    assert sold.title == "ไซซ์ SS"
    assert "has been ordered before" in member.tap(f"{path}{sold.pk}/", {"remove": "1"})
    assert "The size is gone." in member.tap(f"{path}{fresh.pk}/", {"remove": "1"})
    assert list(parent.children.values_list("pk", flat=True)) == [sold.pk]


def test_the_only_size_stays(group, member):
    parent = make_parent(group)
    child = make_child(parent)

    page = member.tap(f"products/{parent.pk}/sizes/{child.pk}/", {"remove": "1"})

    assert "the only size" in page
    assert parent.children.count() == 1


def test_new_sizes_sell_like_the_others(group, member):
    product = make_made_to_order(group, lead_days=12, max_quantity=4)
    path = f"products/{product.pk}/sizes/"
    member.tap(path, {"title": "สีคราม"})

    assert 'name="pieces"' not in member.read(path)
    member.tap(path, {"title": "สีแดง", "price": "1300"})

    record = StockRecord.objects.get(product__title="สีแดง")
    assert (record.sells, record.lead_days, record.max_quantity) == ("made_to_order", 12, 4)


# --- rules of publishing ---


def test_alcohol_cannot_be_put_on_sale_nor_slip_in_later(group, member):
    draft = make_product(group, title="สาโทข้าวเหนียว", state="draft")
    answer = member.post(f"products/{draft.pk}/publish/")
    assert answer.status_code == 422
    assert "สาโท" in answer.content.decode()
    assert state(draft) == "draft"

    product = make_product(group, title="ผ้าขาวม้า")
    for step, form in (
        ("name", {"title": "ผ้าขาวม้าแถมเหล้า"}),
        ("text", {"description": "ซื้อผ้าแถมไวน์"}),
        ("english", {"title_en": "Cloth with rice whisky"}),
        ("details", {"materials": "ฝ้าย เบียร์"}),
    ):
        before = Product.objects.filter(pk=product.pk).values().get()
        answer = member.post(f"products/{product.pk}/about/{step}/", form)
        assert answer.status_code == 422, step
        assert "may not be sold online" in answer.content.decode()
        assert Product.objects.filter(pk=product.pk).values().get() == before
    answer = member.post(f"products/{product.pk}/sizes/", {"title": "ขนาดขวดเหล้า"})
    assert answer.status_code == 422
    product.refresh_from_db()
    assert (product.structure, product.children.count()) == ("standalone", 0)


def test_a_new_claim_takes_a_product_to_the_office(group, member):
    product = make_product(group, title="ข้าวกล้อง", otop_type="food")
    page = member.tap(f"products/{product.pk}/about/text/", {"description": "ข้าวกล้องช่วยลดน้ำตาล"})
    assert "The office reads it first" in page
    assert state(product) == "review"
    assert "The office reads it before it is shown" in member.read(f"products/{product.pk}/")
    assert "has it already" in member.tap(f"products/{product.pk}/publish/")

    member.tap(f"products/{product.pk}/about/text/", {"description": "ข้าวกล้องหอมนุ่ม"})
    assert "It is on sale now." in member.tap(f"products/{product.pk}/publish/")
    assert state(product) == "published"


def test_what_the_office_has_read_is_not_read_again(group, member):
    product = make_product(group, title="ข้าวอินทรีย์")

    member.tap(f"products/{product.pk}/about/text/", {"description": "ข้าวอินทรีย์หอมนุ่ม"})

    assert state(product) == "published"


def test_the_offices_words_are_read_where_they_matter(group, member):
    product = make_product(group, state="blocked")
    StateChange.objects.create(
        about_label="catalogue.product", about_id=product.pk, old="published", new="blocked",
        reason="รูปนี้เป็นของกลุ่มอื่น",
    )  # fmt: skip

    assert "รูปนี้เป็นของกลุ่มอื่น" in member.read(f"products/{product.pk}/")
    assert "The office has stopped" in member.tap(f"products/{product.pk}/publish/")
    assert "Please ask the office" in member.tap(f"products/{product.pk}/withdraw/")
    assert state(product) == "blocked"


def test_off_sale_and_on_again(group, member):
    product = make_product(group, title="ผ้าไหมยกดอก")
    path = f"products/{product.pk}/"

    assert "It is off sale." in member.tap(f"{path}withdraw/")
    assert "off sale already" in member.tap(f"{path}withdraw/")
    assert state(product) == "withdrawn"
    assert list(search_products("ยกดอก")) == []
    assert "It is on sale now." in member.tap(f"{path}publish/")
    assert "on sale already" in member.tap(f"{path}publish/")
    assert list(search_products("ยกดอก")) == [product.pk]


def test_a_name_keeps_its_address_and_its_place(group, member):
    product = make_product(group, title="ผ้าขาวม้า", slug="pha-khao-ma")

    member.tap(f"products/{product.pk}/about/name/", {"title": "ไ\u0000ผ้า\u200bถุง  ลายใหม่ "})

    product.refresh_from_db()
    assert product.slug == "pha-khao-ma"
    assert product.title == "ไผ้าถุง ลายใหม่"


@pytest.mark.parametrize("title", ["", "   ", "ก" * 121, "\u200b\u200b"])
def test_a_strange_name_changes_nothing(group, member, title):
    product = make_product(group, title="ผ้าขาวม้า")

    answer = member.post(f"products/{product.pk}/about/name/", {"title": title})

    assert answer.status_code == 422
    product.refresh_from_db()
    assert product.title == "ผ้าขาวม้า"
