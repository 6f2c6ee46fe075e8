"""Drawing the demo market's pictures: each once, bite by bite, in its place."""

import io

import pytest
from django.core.management import call_command
from PIL import Image

from catalogue.models import Product, ProductPicture
from cms.models import Picture
from cms.pictures import due, prepare_due, store_upload
from producers.models import Enterprise
from shop.demo import drawing, illustrations
from shop.demo.drawing import VIEWS, Sketch, draw, draw_many
from shop.demo.illustrations import draw_due, draw_pictures, put_in_place
from shop.demo.market import Market, read_market
from shop.oscar.partner.models import Partner
from tests.factories.goods import make_product

pytestmark = pytest.mark.django_db
WIDTH = 340


@pytest.fixture
def small_market(monkeypatch):
    """Two products of two groups, and one story, as if they were all."""
    whole = read_market()
    products = whole.products[:2]
    slugs = {product["group"] for product in products}
    groups = tuple(group for group in whole.groups if group["slug"] in slugs)
    market = Market(groups, products, whole.stories[:1])
    monkeypatch.setattr(illustrations, "read_market", lambda: market)
    for group in groups:
        enterprise = Enterprise.objects.create(
            slug=group["slug"],
            name_th=group["name_th"],
            tambon_code="400101",
            province_code="40",
            is_demo=True,
        )
        Partner.objects.create(code=group["slug"], name="x", enterprise=enterprise)
    for row in products:
        make_product(
            Enterprise.objects.get(slug=row["group"]),
            upc=row["slug"],
            slug=row["slug"],
            picture=False,
        )
    return market


def test_one_picture_per_product_before_the_shop_opens(small_market, quick_drawing):
    made = draw_pictures(first_only=True, workers=1, width=WIDTH)

    assert made == 3  # two products and the story
    for row in small_market.products:
        (hung,) = ProductPicture.objects.filter(product__upc=row["slug"])
        assert row["name_th"] in hung.alt_th
        assert row["name_en"] in hung.alt_en
        assert hung.picture.is_illustration
        assert hung.picture.credit == illustrations.CREDIT
        assert set(hung.picture.prepared["webp"]) == {"320"}
        assert "avif" not in hung.picture.prepared  # the worker's


def test_nothing_is_drawn_twice(small_market, quick_drawing):
    draw_pictures(first_only=True, workers=1, width=WIDTH)
    drawn = len(quick_drawing)

    assert draw_pictures(first_only=True, workers=1, width=WIDTH) == 0

    assert len(quick_drawing) == drawn
    assert Picture.objects.count() == 3


def test_drawn_again_on_request_the_picture_is_replaced_in_its_place(small_market, quick_drawing):
    draw_pictures(first_only=True, workers=1, width=WIDTH)
    before = dict(Picture.objects.values_list("pk", "file"))

    draw_pictures(first_only=True, again=True, workers=1, width=WIDTH + 20)

    after = dict(Picture.objects.values_list("pk", "file"))
    assert after.keys() == before.keys()
    assert all(after[pk] != before[pk] for pk in after)
    assert ProductPicture.objects.count() == 2
    for picture in Picture.objects.all():
        assert picture.file.storage.exists(picture.file.name)
        assert picture.prepared["of"] == picture.file.name
        assert set(picture.renditions.values_list("filter_spec", flat=True)) == {
            "width-320|format-webp",
            "width-360|format-jpeg",
            "max-165x165",
            "max-800x600",
        }


def test_the_worker_draws_the_rest_bite_by_bite(small_market, quick_drawing):
    draw_pictures(first_only=True, workers=1, width=WIDTH)
    assert draw_due(seconds=30, width=WIDTH) == 0  # those three lack sizes, which come first
    assert prepare_due(seconds=30) == 3

    bites = 0
    while draw_due(seconds=0.001, width=WIDTH):
        bites += 1
        assert bites < 20

    assert bites > 1
    for row in small_market.products:
        hung = ProductPicture.objects.filter(product__upc=row["slug"])
        assert [h.position for h in hung] == list(range(VIEWS))
        assert len({h.picture.file_hash for h in hung}) == VIEWS
    assert all(group.picture for group in Enterprise.objects.all())
    assert draw_due(seconds=5, width=WIDTH) == 0
    assert not due().exists()  # what the worker draws is complete at once


def test_two_who_drew_the_same_hang_it_once(small_market, quick_drawing):
    row = small_market.products[0]
    sketch = Sketch("product", row["slug"], (row["craft"],), 1)
    first, second = draw(sketch, width=WIDTH), draw(sketch, width=WIDTH)

    put_in_place(first)
    put_in_place(second)

    assert ProductPicture.objects.filter(product__upc=row["slug"]).count() == 1
    assert Picture.objects.count() == 1


def test_a_drawing_never_takes_the_place_of_a_groups_own_photo(small_market, quick_drawing):
    group = Enterprise.objects.get(slug=small_market.groups[0]["slug"])
    photo = io.BytesIO()
    Image.new("RGB", (200, 200), "green").save(photo, "JPEG")
    photo.seek(0)
    group.picture = store_upload(photo, title="us")
    group.save()

    prepare_due(seconds=10)
    while draw_due(seconds=10, width=WIDTH):
        pass

    drawn = group.picture
    group.refresh_from_db()
    assert group.picture == drawn
    assert not group.picture.is_illustration


def test_a_drawing_that_fails_does_not_stop_the_others(small_market, quick_drawing, monkeypatch):
    bad = small_market.products[0]["slug"]
    plain = illustrations.draw

    def draw_or_fail(sketch, **options):
        if sketch.slug == bad:
            raise RuntimeError("no colour left")
        return plain(sketch, **options)

    monkeypatch.setattr(illustrations, "draw", draw_or_fail)
    monkeypatch.setattr(drawing, "draw", draw_or_fail)

    assert draw_pictures(first_only=True, workers=1, width=WIDTH) == 2
    prepare_due(seconds=30)
    draw_due(seconds=30, width=WIDTH)

    assert not ProductPicture.objects.filter(product__upc=bad).exists()
    other = Product.objects.get(upc=small_market.products[1]["slug"])
    assert other.pictures.count() == VIEWS


def test_the_command_can_make_every_format_at_once(small_market, quick_drawing, capsys):
    call_command("draw_pictures", first_only=True, avif=True, workers=1)

    assert not due().exists()
    for picture in Picture.objects.all():
        assert set(picture.prepared["avif"]) == {"320", "480", "640", "960", "1600"}
    assert "3 of 3 pictures" in capsys.readouterr().out


def test_an_empty_shop_draws_nothing(quick_drawing):
    assert draw_due(seconds=5, width=WIDTH) == 0
    assert quick_drawing == []


def test_the_real_pictures_differ_and_are_the_same_each_time():
    rows = {row["slug"]: row for row in read_market().products}
    sketches = [
        Sketch("product", slug, (rows[slug]["craft"],), view)
        for slug in ("praewa-silk-of-kalasin", "bo-sang-umbrella")
        for view in range(2)
    ]

    drawn = {d.sketch: d.original for d in draw_many(sketches, workers=2, width=160)}

    assert len(set(drawn.values())) == 4
    assert draw(sketches[0], width=160).original == drawn[sketches[0]]
