"""Pictures made ready beforehand, and what a page needs to show one.

A picture is *prepared* when its sizes are files with rendition rows and their addresses stand in
`Picture.prepared`: {"webp": {"320": "/media/…"}, …, "of": "<file>", "shape": [640, 800]}. `of`
names the original they were made from, so that a picture whose file was changed is prepared again;
`shape` is the largest size made. No request renders a picture: pages read `prepared`, and the
worker's sweep does what is due.
"""

import logging
import os
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, BinaryIO, TypeVar

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.fields.json import KT
from django.templatetags.static import static
from PIL import Image

from .encoding import (
    FORMATS,
    Encoded,
    digest,
    encode_for_office,
    encode_original,
    encode_sizes,
    every_size,
)
from .models import Picture, PictureRendition
from .opening import BadPicture, open_upright, read_limited

log = logging.getLogger(__name__)
T = TypeVar("T")

PLACEHOLDER = "img/woven.svg"
PLACEHOLDER_SIZE = (640, 800)
AT_ONCE = (("jpeg", 640),)  # of an upload, so that its maker sees it without waiting


# --- showing ---


@dataclass(frozen=True, slots=True)
class Source:
    """One format of a picture: its MIME type and its addresses by width."""

    type: str
    srcset: str


@dataclass(frozen=True, slots=True)
class ShownPicture:
    """All an <img> in a <picture> needs; width and height (pixels) tell its shape."""

    sources: tuple[Source, ...]
    src: str
    srcset: str
    width: int
    height: int
    alt: str
    sizes: str
    is_placeholder: bool = False
    is_illustration: bool = False


def for_template(picture: Any, alt: str | None = None, sizes: str = "100vw") -> ShownPicture:
    """What a template needs to show a Picture, a ProductPicture, or None, without any query.

    The alternative text is `alt`, or what the product's picture says of itself. Where nothing
    is prepared yet there is a woven placeholder of the same shape.
    """
    picture = picture or None  # a template's missing variable is an empty text
    if picture is not None and hasattr(picture, "picture"):
        alt = picture.alt if alt is None else alt
        picture = picture.picture
    if picture is not None and alt is None:
        alt = picture.description or picture.title
    prepared = _prepared(picture)
    if not prepared:
        width, height = (picture.width, picture.height) if picture else PLACEHOLDER_SIZE
        address = static(PLACEHOLDER)
        return ShownPicture((), address, "", width, height, alt or "", sizes, is_placeholder=True)
    last = next(kind for kind in reversed(FORMATS) if kind in prepared)
    addresses = prepared[last]
    width, height = picture.prepared.get("shape", [picture.width, picture.height])
    middle = min(addresses, key=lambda width: abs(int(width) - 640))
    return ShownPicture(
        sources=tuple(
            Source(f"image/{kind}", _srcset(prepared[kind]))
            for kind in FORMATS
            if kind in prepared and kind != last
        ),
        src=addresses[middle],
        srcset=_srcset(addresses),
        width=width,
        height=height,
        alt=alt or "",
        sizes=sizes,
        is_illustration=picture.is_illustration,
    )


def address_of(picture: Any, *, width: int = 960, kind: str = "jpeg") -> str:
    """One prepared address near a width, e.g. for Open Graph; "" where nothing is prepared."""
    if hasattr(picture, "picture"):
        picture = picture.picture
    prepared = _prepared(picture or None)
    addresses = prepared.get(kind) or next(iter(prepared.values()), {})
    if not addresses:
        return ""
    return addresses[min(addresses, key=lambda known: abs(int(known) - width))]


def _prepared(picture: Picture | None) -> dict[str, dict[str, str]]:
    if picture is None or picture.prepared.get("of") != picture.file.name:
        return {}
    return {kind: picture.prepared[kind] for kind in FORMATS if picture.prepared.get(kind)}


def _srcset(addresses: Mapping[str, str]) -> str:
    return ", ".join(f"{addresses[width]} {width}w" for width in sorted(addresses, key=int))


# --- keeping ---


def store_upload(file: BinaryIO, *, title: str, by: Any = None) -> Picture:
    """Keep a photo that somebody sent; the worker prepares its sizes afterwards.

    It is drawn anew, upright and without metadata (a phone writes where the maker lives into
    it); one small size is made at once. Raises BadPicture; nothing is kept then.
    """
    data = read_limited(file, max_bytes=settings.MAX_PICTURE_BYTES)
    image = open_upright(data, max_pixels=settings.MAX_PICTURE_PIXELS)
    picture = Picture(title=title[:255], uploaded_by_user=by if getattr(by, "pk", None) else None)
    sizes = [size for size in AT_ONCE if size[1] < image.width] or [("jpeg", image.width)]
    original, small = encode_original(image), list(encode_sizes(image, sizes))
    keep_original(picture, original, stem=f"photo-{secrets.token_hex(6)}")
    record(picture, small)
    return picture


def drawn_anew(file: BinaryIO, *, longest: int = 1600) -> tuple[bytes, int, int]:
    """A photo for a few eyes only, which is no Picture: its JPEG, width and height (pixels).

    Upright and without metadata, like any other. Raises BadPicture.
    """
    data = read_limited(file, max_bytes=settings.MAX_PICTURE_BYTES)
    image = open_upright(data, max_pixels=settings.MAX_PICTURE_PIXELS)
    image.thumbnail((longest, longest))
    return encode_original(image), image.width, image.height


def keep_original(picture: Picture, data: bytes, *, stem: str) -> Picture:
    """Give the picture this JPEG as its file and save it; what was prepared before is gone."""
    with Image.open(ContentFile(data)) as image:
        width, height = image.size
    name, before = write_once(f"pictures/{stem}.{digest(data)}.jpg", data), picture.file.name
    if picture.pk:
        forget_prepared(picture)
    picture.width, picture.height = width, height
    picture.file = name
    picture.file_size, picture.file_hash = len(data), digest(data)
    picture.prepared = {}
    picture.save()
    if before and before != name:
        default_storage.delete(before)
    return picture


def write_once(name: str, data: bytes) -> str:
    """Store a file whose name tells its content, unless it is there already; returns the name."""
    if default_storage.exists(name):
        return name
    return default_storage.save(name, ContentFile(data))


def record(picture: Picture, encoded: Sequence[Encoded]) -> None:
    """Write sizes of a picture: files, rendition rows as Wagtail makes them, addresses.

    Done again with the same sizes, nothing is doubled.
    """
    stem = PurePath(picture.file.name).name.partition(".")[0]
    # Files first: on SQLite every transaction holds the one lock.
    names = [write_once(f"images/{stem}-{picture.pk}-{e.file_name}", e.data) for e in encoded]
    rows = [
        PictureRendition(
            image=picture,
            filter_spec=size.spec,
            focal_point_key="",
            file=name,
            width=size.width,
            height=size.height,
        )
        for size, name in zip(encoded, names, strict=True)
    ]
    with transaction.atomic():
        locked = Picture.objects.select_for_update().get(pk=picture.pk)
        if locked.file.name != picture.file.name:
            return  # changed meanwhile: these sizes show another picture
        of_this = locked.prepared.get("of") == locked.file.name
        prepared = dict(locked.prepared) if of_this else {"of": locked.file.name}
        for size, name in zip(encoded, names, strict=True):
            if size.spec.startswith("width-"):
                addresses = prepared.get(size.format, {})
                addresses[str(size.width)] = default_storage.url(name)
                prepared[size.format] = addresses
                prepared["shape"] = max(prepared.get("shape", [0, 0]), [size.width, size.height])
        PictureRendition.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["image", "filter_spec", "focal_point_key"],
            update_fields=["file", "width", "height"],
        )
        locked.prepared = picture.prepared = prepared
        locked.save(update_fields=["prepared"])


def forget_prepared(picture: Picture) -> None:
    """Remove the sizes of a picture, rows and files, before it gets another file."""
    for rendition in picture.renditions.all():
        rendition.delete()  # one by one: Wagtail removes each file with its row


# --- preparing what is due ---


def due() -> QuerySet[Picture]:
    """Pictures that lack sizes or whose file was changed; AVIF is made last of all."""
    made_of = Picture.objects.annotate(made_of=KT("prepared__of"))
    changed = Q(made_of=None) | ~Q(made_of=F("file"))
    return made_of.filter(changed | ~Q(prepared__has_key="avif")).order_by("pk")


def prepare(picture: Picture) -> None:
    """Make all sizes a picture lacks. What cannot be read is marked, so that none waits for it."""
    try:
        with default_storage.open(picture.file.name) as file:
            data = file.read()
        image = open_upright(data, max_pixels=settings.MAX_PICTURE_PIXELS)
    except (BadPicture, OSError) as error:
        log.warning("picture %s cannot be prepared: %s", picture.pk, error)
        marked = {"of": picture.file.name, "avif": {}, "failed": str(error)[:200]}
        Picture.objects.filter(pk=picture.pk, file=picture.file.name).update(prepared=marked)
        return
    have = _prepared(picture)
    lacking = [
        (kind, width)
        for kind, width in every_size(image.width)
        if str(width) not in have.get(kind, {})
    ]
    record(picture, politely(lambda: [*encode_sizes(image, lacking), *encode_for_office(image)]))


def prepare_due(*, seconds: float, most: int = 100) -> int:
    """Prepare what is due for about so many seconds, at least one; returns how many were done.

    Newly sent photos first. Safe to run twice or to be killed: what was not recorded is done
    again, what was is not.
    """
    until = time.monotonic() + seconds
    done = 0
    with one_at_a_time() as alone:
        if alone:
            for picture in _most_wanted_first(most):
                prepare(picture)
                done += 1
                if time.monotonic() > until:
                    break
    return done


def _most_wanted_first(most: int) -> Iterator[Picture]:
    waiting = due()
    yield from waiting.exclude(prepared__has_key="webp")[:most]
    yield from waiting.filter(prepared__has_key="webp")[:most]


_busy = threading.Lock()


@contextmanager
def one_at_a_time() -> Iterator[bool]:
    """True where no other thread of this process works on pictures.

    The worker has few threads, and payments must never wait for a row of pictures.
    """
    alone = _busy.acquire(blocking=False)
    try:
        yield alone
    finally:
        if alone:
            _busy.release()


def politely(work: Callable[[], T]) -> T:
    """Do heavy work behind everything else: in a thread of its own with low priority.

    Only reckoning belongs in it: the thread has no database connection.
    """
    result: list[T] = []
    failure: list[BaseException] = []

    def run() -> None:
        _yield_to_others()
        try:
            result.append(work())
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=run, name="pictures")
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return result[0]


def _yield_to_others() -> None:
    with suppress(AttributeError, OSError):  # Linux only: a thread has its own niceness
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 15)
