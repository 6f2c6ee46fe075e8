"""One picture in several widths and formats, as bytes.

Knows no database and no Django, so that a process that only draws starts quickly.
"""

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from PIL import Image

#: Widths in pixels that pages choose from; phones with sharp screens take 640 and 960.
WIDTHS = (320, 480, 640, 960, 1600)
WIDEST = WIDTHS[-1]
#: Best first: a browser takes the first format it knows.
FORMATS = ("avif", "webp", "jpeg")
ENDINGS = {"avif": "avif", "webp": "webp", "jpeg": "jpg"}
#: What cards and product pages need before the shop opens; the worker makes the rest.
FIRST = (("webp", 320), ("webp", 480), ("webp", 640), ("webp", 960), ("jpeg", 640))

# Chosen by eye on cloth and basketry, where rough settings smear the threads. AVIF at this speed
# costs as much time as WebP and saves a third of the bytes and more.
_OPTIONS: dict[str, dict[str, Any]] = {
    "avif": {"quality": 52, "speed": 9, "max_threads": 1},
    "webp": {"quality": 70, "method": 2},
    "jpeg": {"quality": 78, "progressive": True, "optimize": True},
}
_ORIGINAL = {"quality": 90, "progressive": True, "optimize": True, "subsampling": 0}
# Sizes that the office's own screens show; made beforehand, as no request renders a picture.
OFFICE_BOXES = {"max-165x165": (165, 165), "max-800x600": (800, 600)}


@dataclass(frozen=True, slots=True)
class Encoded:
    """One file of a picture: `spec` is what Wagtail calls this rendition."""

    spec: str
    format: str
    width: int
    height: int
    data: bytes

    @property
    def file_name(self) -> str:
        """Ends with a digest of the content, so that it may be cached for ever."""
        return f"{self.width}.{digest(self.data)}.{ENDINGS[self.format]}"


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


def widths_for(width: int) -> list[int]:
    """The widths made of a picture so wide; never wider than itself."""
    return [w for w in WIDTHS if w < min(width, WIDEST)] + [min(width, WIDEST)]


def every_size(width: int) -> list[tuple[str, int]]:
    """All formats and widths a finished picture has, the most useful first."""
    return [(kind, w) for kind in ("jpeg", "webp", "avif") for w in widths_for(width)]


def first_sizes(width: int) -> list[tuple[str, int]]:
    """The sizes to have before anybody looks."""
    known = widths_for(width)
    sizes = [size for size in FIRST if size[1] in known] or [("webp", known[-1])]
    # Every browser takes a JPEG, so there is always one.
    return sizes if ("jpeg", 640) in sizes else [*sizes, ("jpeg", known[-1])]


def encode_original(image: Image.Image) -> bytes:
    """The picture as it is kept: JPEG without any metadata."""
    return _written(image, "jpeg", _ORIGINAL)


def encode_sizes(image: Image.Image, sizes: Iterable[tuple[str, int]]) -> Iterator[Encoded]:
    """The picture in these formats and widths (pixels); each width is scaled once."""
    sizes = list(sizes)
    scaled = _scaled(image, {width for _, width in sizes})
    for kind, width in sizes:
        small = scaled[width]
        data = _written(small, kind, _OPTIONS[kind])
        yield Encoded(f"width-{width}|format-{kind}", kind, *small.size, data)


def encode_for_office(image: Image.Image) -> Iterator[Encoded]:
    """The thumbnail and the preview of the office's screens."""
    for spec, box in OFFICE_BOXES.items():
        small = image.copy()
        small.thumbnail(box, Image.Resampling.LANCZOS, reducing_gap=2.0)
        yield Encoded(spec, "jpeg", *small.size, _written(small, "jpeg", _OPTIONS["jpeg"]))


def _scaled(image: Image.Image, widths: Iterable[int]) -> dict[int, Image.Image]:
    """Each width from the smallest larger one that leaves enough to choose from: it is quicker."""
    scaled = {image.width: image}
    for width in sorted(widths, reverse=True):
        if width not in scaled:
            source = scaled[
                min(known for known in scaled if known >= min(width * 1.5, max(scaled)))
            ]
            height = max(1, round(image.height * width / image.width))
            scaled[width] = source.resize((width, height), Image.Resampling.LANCZOS)
    return scaled


def _written(image: Image.Image, kind: str, options: dict[str, Any]) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()
