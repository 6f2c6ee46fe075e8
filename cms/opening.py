"""Opening a picture that a stranger sent: what is let in, and what is left outside.

The file's own word about what it is counts for nothing: only its content is looked at, its size
in pixels is read before a single pixel is, and what is kept is drawn anew, so that places,
names and anything hidden in the file stay behind.
"""

import io
import warnings
from typing import BinaryIO

import pillow_heif
from PIL import Image, ImageCms, ImageOps

pillow_heif.register_heif_opener()

#: Formats of cameras and phones. SVG is a program, TIFF and PSD are workshops of their own.
LET_IN = ("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF")
#: Longest side in pixels of what is kept; enough for the widest picture on a sharp screen.
LONGEST_KEPT = 2400
COTTON = (251, 247, 239)  # behind what is see-through: the colour of the page


class BadPicture(Exception):
    """This file cannot become a picture.

    `reason` is "empty", "too_many_bytes", "too_many_pixels", "svg" or "not_a_picture"; the door
    picks the words.
    """

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


def read_limited(file: BinaryIO, *, max_bytes: int) -> bytes:
    """The bytes of an uploaded file. Raises BadPicture when there are too many, or none."""
    data = file.read(max_bytes + 1)
    if not data:
        raise BadPicture("empty")
    if len(data) > max_bytes:
        raise BadPicture("too_many_bytes")
    return data


def open_upright(data: bytes, *, max_pixels: int) -> Image.Image:
    """The picture the right way up, in sRGB, at most `LONGEST_KEPT` long, without metadata.

    Raises BadPicture.
    """
    if data[:512].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        raise BadPicture("svg")
    try:
        with warnings.catch_warnings():
            # Pillow warns from 90 megapixels on and refuses from twice that; ours is stricter.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=LET_IN)
            if image.width * image.height > max_pixels:
                raise BadPicture("too_many_pixels")
            # A JPEG can be read at half or quarter size, which saves time and memory.
            image.draft("RGB", (LONGEST_KEPT, LONGEST_KEPT))
            return _clean(image)
    except BadPicture:
        raise
    except Image.DecompressionBombError:
        raise BadPicture("too_many_pixels") from None
    except Exception as error:  # a decoder may raise anything on broken or hostile data
        raise BadPicture("not_a_picture") from error


def _clean(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    image.thumbnail((LONGEST_KEPT, LONGEST_KEPT), Image.Resampling.LANCZOS, reducing_gap=3.0)
    image = ImageOps.exif_transpose(image)
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGB", image.size, COTTON)
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    elif profile and image.mode == "RGB":
        image = _to_srgb(image, profile)
    clean = image.convert("RGB")
    clean.info.clear()
    return clean


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """Phones save in wider colours; a strange profile is not worth refusing a photo for."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        changed = ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"))
    except (ImageCms.PyCMSError, OSError):
        return image
    return changed or image
