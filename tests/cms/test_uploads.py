"""Photos that people send, and files that only say they are photos."""

import io
import struct
import zlib

import pillow_heif
import pytest
from PIL import Image

from cms.models import Picture
from cms.opening import LONGEST_KEPT, BadPicture
from cms.pictures import for_template, store_upload

pytestmark = pytest.mark.django_db

ORIENTATION, GPS, MAKE = 0x0112, 0x8825, 0x010F


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def saved(image: Image.Image, kind: str = "JPEG", **options) -> io.BytesIO:
    out = io.BytesIO()
    image.save(out, kind, **options)
    out.seek(0)
    return out


def photo(width: int = 640, height: int = 480) -> Image.Image:
    """Red on the left, blue on the right, so that a turn can be seen."""
    image = Image.new("RGB", (width, height), (200, 30, 30))
    image.paste((30, 30, 200), (width // 2, 0, width, height))
    return image


def kept(picture: Picture) -> Image.Image:
    with picture.file.storage.open(picture.file.name) as file:
        image = Image.open(file)
        image.load()
    return image


def refused(file: io.BytesIO) -> str:
    with pytest.raises(BadPicture) as refusal:
        store_upload(file, title="x")
    assert not Picture.objects.exists()
    return refusal.value.reason


def test_a_photo_is_upright_and_tells_no_place():
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # held upright: turn by a quarter
    exif[MAKE] = "Some phone"
    exif.get_ifd(GPS).update({1: "N", 2: (16.0, 41.0, 20.0), 3: "E", 4: (103.0, 15.0, 3.0)})
    sent = saved(photo(), exif=exif)
    assert b"Some phone" in sent.getvalue()

    picture = store_upload(sent, title="ผ้าขาวม้า")

    image = kept(picture)
    assert image.size == (480, 640) == (picture.width, picture.height)
    red, _, blue = image.getpixel((240, 10))
    assert red > blue  # what was left is now on top
    assert not image.getexif()
    assert "exif" not in image.info
    with picture.file.storage.open(picture.file.name) as file:
        assert b"Some phone" not in file.read()


def test_its_maker_sees_it_at_once_and_the_worker_makes_the_rest():
    picture = store_upload(saved(photo(1200, 900)), title="x")

    shown = for_template(picture)
    assert not shown.is_placeholder
    assert not picture.is_illustration
    assert set(picture.prepared) - {"of", "shape"} == {"jpeg"}


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF", "AVIF"])
def test_other_formats_are_kept_as_jpeg(kind):
    picture = store_upload(saved(photo(), kind), title="x")

    assert kept(picture).format == "JPEG"
    assert kept(picture).size == (640, 480)


def test_a_photo_of_an_iphone_is_fine():
    out = io.BytesIO()
    pillow_heif.from_pillow(photo()).save(out)
    out.seek(0)

    picture = store_upload(out, title="x")

    assert kept(picture).size == (640, 480)


def test_what_is_see_through_stands_on_cotton():
    image = Image.new("RGBA", (200, 200), (0, 0, 0, 0))

    picture = store_upload(saved(image, "PNG"), title="x")

    assert min(kept(picture).getpixel((100, 100))) > 230


def test_a_large_photo_is_made_smaller():
    picture = store_upload(saved(photo(4000, 3000)), title="x")

    assert (picture.width, picture.height) == (LONGEST_KEPT, LONGEST_KEPT * 3 // 4)


def test_the_first_of_many_frames_is_kept():
    frames = [photo(100, 100), Image.new("RGB", (100, 100), "white")]
    sent = saved(frames[0].convert("P"), "GIF", save_all=True, append_images=frames[1:])

    red, _, blue = kept(store_upload(sent, title="x")).getpixel((10, 10))

    assert red > blue


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 this is an archive",
        b"%PDF-1.7 a paper",
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 40,
        b"\xff\xd8\xff\xe0" + b"\x00" * 100,
        b"GIF89a",
        b"\x00" * 1000,
        b"#!/bin/sh\nrm -rf /\n",
        b"RIFF\x00\x00\x00\x00WEBPVP8 ",
        b"8BPS\x00\x01" + b"\x00" * 30,
    ],
)
def test_what_is_no_picture_is_refused(content):
    assert refused(io.BytesIO(content)) == "not_a_picture"


@pytest.mark.parametrize(
    "content",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b'\xef\xbb\xbf  \n<?xml version="1.0"?><svg onload="alert(1)"/>',
        b"<!DOCTYPE html><html><body>hello</body></html>",
    ],
)
def test_a_drawing_that_can_carry_a_script_is_refused(content):
    assert refused(io.BytesIO(content)) == "svg"


def test_an_empty_file_is_refused():
    assert refused(io.BytesIO()) == "empty"


def bomb(width: int, height: int) -> io.BytesIO:
    """A PNG of a few hundred bytes that says it is enormous."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return io.BytesIO(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\x00" * 1000))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(20_000, 20_000), (60_001, 1_000), (9_000, 9_000)])
def test_a_picture_of_far_too_many_pixels_is_refused_before_it_is_read(size, monkeypatch):
    monkeypatch.setattr(Image.Image, "load", None)  # reading one pixel would fail otherwise

    assert refused(bomb(*size)) == "too_many_pixels"


def test_the_largest_allowed_still_fits(settings):
    settings.MAX_PICTURE_PIXELS = 640 * 480

    assert store_upload(saved(photo()), title="x").width == 640
    Picture.objects.all().delete()
    assert refused(saved(photo(641, 480))) == "too_many_pixels"


def test_a_file_of_too_many_bytes_is_refused_unread(settings):
    settings.MAX_PICTURE_BYTES = 1000

    class Endless(io.RawIOBase):
        def read(self, size=-1):
            assert 0 < size <= 1001
            return b"\xff" * size

    with pytest.raises(BadPicture, match="too_many_bytes"):
        store_upload(Endless(), title="x")


def test_a_cut_off_photo_is_refused():
    whole = saved(photo(1600, 1200), quality=95).getvalue()

    assert refused(io.BytesIO(whole[: len(whole) // 2])) == "not_a_picture"


def test_a_strange_colour_profile_is_not_worth_a_refusal():
    picture = store_upload(saved(photo(), icc_profile=b"no profile at all"), title="x")

    image = kept(picture)
    assert image.size == (640, 480)
    assert "icc_profile" not in image.info


def test_a_long_title_and_two_photos_alike_are_kept_apart():
    content = saved(photo(100, 100)).getvalue()

    one = store_upload(io.BytesIO(content), title="ก" * 400)
    two = store_upload(io.BytesIO(content), title="ก")

    assert len(one.title) == 255
    assert one.file.name != two.file.name
