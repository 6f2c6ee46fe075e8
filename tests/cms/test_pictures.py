"""Pictures made ready beforehand, and what a page gets of them."""

import io
import threading

import pytest
from django.core.files.base import ContentFile
from django.template import Context, Template
from django.utils import translation
from PIL import Image

from catalogue.models import ProductPicture
from cms import pictures
from cms.encoding import every_size
from cms.models import Picture, PictureRendition
from cms.pictures import (
    address_of,
    due,
    for_template,
    keep_original,
    one_at_a_time,
    prepare,
    prepare_due,
    store_upload,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def jpeg(width: int = 700, height: int = 500, colour: str = "#24306B") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, "JPEG")
    return out.getvalue()


def make_picture(width: int = 700, height: int = 500, **fields) -> Picture:
    fields.setdefault("title", "ผ้าทอ")
    return keep_original(Picture(**fields), jpeg(width, height), stem="test")


def change_file(picture: Picture, data: bytes) -> None:
    """As the office's form does it."""
    picture.file = ContentFile(data, name="other.jpg")
    picture.save()


def rendered(source: str, **context) -> str:
    return Template("{% load pictures %}" + source).render(Context(context))


def test_a_prepared_picture_has_every_format_and_width_as_a_file():
    picture = make_picture(1000, 800)

    prepare(picture)

    for kind, width in every_size(1000):
        assert str(width) in picture.prepared[kind]
    rows = PictureRendition.objects.filter(image=picture, filter_spec__startswith="width-")
    assert rows.count() == len(every_size(1000)) == 15
    for row in rows:
        with row.file.storage.open(row.file.name) as file, Image.open(file) as image:
            assert image.size == (row.width, row.height)
            assert abs(row.height - row.width * 0.8) <= 1
    assert not due().exists()


def test_wagtail_finds_the_prepared_sizes_and_makes_none(monkeypatch):
    picture = make_picture()
    prepare(picture)

    def refuse(*args, **kwargs):
        raise AssertionError("a request rendered a picture")

    monkeypatch.setattr(Picture, "create_rendition", refuse)

    for spec in ("width-640|format-webp", "width-320|format-jpeg", "max-165x165", "max-800x600"):
        assert picture.get_rendition(spec).url.startswith("/media/images/")
    assert picture.get_rendition("width-640|format-webp").url == picture.prepared["webp"]["640"]


def test_showing_a_picture_asks_neither_the_database_nor_the_files(
    django_assert_num_queries, monkeypatch
):
    picture = make_picture()
    prepare(picture)
    monkeypatch.setattr(pictures.default_storage, "open", None)

    with django_assert_num_queries(0):
        html = rendered("{% picture p sizes='50vw' alt=alt %}", p=picture, alt="ผ้า <b>")

    assert html.index("image/avif") < html.index("image/webp") < html.index("<img")
    assert 'sizes="50vw"' in html
    assert f"{picture.prepared['webp']['320']} 320w" in html
    assert 'width="700" height="500"' in html
    assert 'loading="lazy"' in html
    assert 'alt="ผ้า &lt;b&gt;"' in html
    assert "fetchpriority" not in html


def test_the_first_picture_of_a_page_comes_at_once():
    picture = make_picture()
    prepare(picture)

    html = rendered("{% picture p eager=True css='hero__picture' %}", p=picture)

    assert 'loading="eager"' in html
    assert 'fetchpriority="high"' in html
    assert 'class="hero__picture"' in html


def test_a_products_picture_says_what_it_shows_in_the_readers_language():
    picture = make_picture()
    prepare(picture)
    hung = ProductPicture(picture=picture, alt_th="ผ้าสีคราม", alt_en="Indigo cloth")

    with translation.override("en"):
        assert for_template(hung).alt == "Indigo cloth"
    with translation.override("th"):
        assert for_template(hung).alt == "ผ้าสีคราม"
        assert for_template(hung, alt="").alt == ""


@pytest.mark.parametrize("picture", [None, "", "unprepared"])
def test_where_nothing_is_prepared_there_is_a_woven_placeholder(picture):
    if picture:
        picture = make_picture(400, 300)

    shown = for_template(picture, alt="ร่ม")
    html = rendered("{% picture p alt='ร่ม' %}", p=picture)

    assert shown.is_placeholder
    assert shown.sources == ()
    assert "woven" in html
    assert "srcset" not in html
    assert 'alt="ร่ม"' in html
    assert (shown.width, shown.height) == ((400, 300) if picture else (640, 800))
    assert address_of(picture) == ""


def test_a_picture_whose_file_was_changed_is_prepared_again():
    picture = make_picture()
    prepare(picture)
    old = address_of(picture)

    change_file(picture, jpeg(500, 500, "#9C2A3F"))

    assert for_template(picture).is_placeholder  # never the old one
    assert list(due()) == [picture]
    prepare(picture)
    assert address_of(picture) not in ("", old)
    assert for_template(picture).width == for_template(picture).height == 500


def test_sizes_of_a_file_that_was_changed_meanwhile_are_thrown_away():
    picture = make_picture()
    stale = Picture.objects.get(pk=picture.pk)
    change_file(picture, jpeg(400, 400))

    prepare(stale)

    picture.refresh_from_db()
    assert for_template(picture).is_placeholder
    assert not picture.renditions.exists()


def test_preparing_twice_doubles_nothing():
    picture = make_picture()
    prepare(picture)
    before = dict(picture.prepared), picture.renditions.count()

    prepare(Picture.objects.get(pk=picture.pk))

    picture.refresh_from_db()
    assert (picture.prepared, picture.renditions.count()) == before


def test_a_killed_sweep_is_taken_up_where_it_stopped(monkeypatch):
    for _ in range(3):
        make_picture(300, 300, title=f"{_}")
    real, calls = pictures.prepare, []

    def killed_at_the_second(picture):
        calls.append(picture)
        if len(calls) == 2:
            raise SystemExit
        real(picture)

    monkeypatch.setattr(pictures, "prepare", killed_at_the_second)
    with pytest.raises(SystemExit):
        prepare_due(seconds=30)
    assert due().count() == 2
    monkeypatch.setattr(pictures, "prepare", real)

    assert prepare_due(seconds=30) == 2

    assert not due().exists()


def test_new_photos_come_before_the_rest_and_a_bite_is_short():
    half = make_picture(300, 300, title="half")
    Picture.objects.filter(pk=half.pk).update(prepared={"of": half.file.name, "webp": {"300": "x"}})
    new = store_upload(io.BytesIO(jpeg(600, 400)), title="new")

    assert prepare_due(seconds=30, most=1) >= 1
    new.refresh_from_db()
    assert "avif" in new.prepared

    make_picture(300, 300, title="later")
    make_picture(301, 300, title="and later")
    assert prepare_due(seconds=-1) == 1


def test_an_unreadable_picture_does_not_hold_up_the_others(caplog):
    broken = make_picture(300, 300, title="broken")
    broken.file.storage.delete(broken.file.name)
    broken.file.storage.save(broken.file.name, ContentFile(b"\xff\xd8\xff\xe0 half a picture"))
    gone = make_picture(301, 300, title="gone")
    gone.file.storage.delete(gone.file.name)
    fine = make_picture(302, 300, title="fine")

    prepare_due(seconds=60)

    assert not due().exists()
    fine.refresh_from_db()
    assert not for_template(fine).is_placeholder
    assert for_template(Picture.objects.get(pk=broken.pk)).is_placeholder
    assert f"picture {broken.pk} cannot be prepared" in caplog.text


def test_only_one_thread_works_on_pictures():
    make_picture()
    seen = []

    with one_at_a_time() as alone:
        thread = threading.Thread(target=lambda: seen.append(prepare_due(seconds=30)))
        thread.start()
        thread.join()

    assert alone
    assert seen == [0]
    assert due().count() == 1


def test_deleting_a_picture_deletes_its_files(django_capture_on_commit_callbacks):
    picture = make_picture()
    prepare(picture)
    storage = picture.file.storage
    names = [picture.file.name, *(r.file.name for r in picture.renditions.all())]

    with django_capture_on_commit_callbacks(execute=True):
        picture.delete()

    assert not any(storage.exists(name) for name in names)


def test_a_prepared_size_may_be_kept_for_a_year(client):
    picture = make_picture()
    prepare(picture)

    response = client.get(picture.prepared["webp"]["320"])

    assert response.status_code == 200
    assert response["Content-Type"] == "image/webp"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    with picture.renditions.get(filter_spec="width-320|format-webp").file.open() as file:
        assert b"".join(response.streaming_content) == file.read()
    # Nothing outside the folder is served.
    assert client.get("/media/images/../../shop.sqlite3").status_code == 400
