"""Drawing one picture of the demo market and making its files, in a process of its own.

Knows no Django: the processes that draw start in half a second and hold no database.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context

from PIL import Image

from cms.encoding import (
    Encoded,
    encode_for_office,
    encode_original,
    encode_sizes,
    every_size,
    first_sizes,
)

log = logging.getLogger(__name__)

FULL_WIDTH = 1600
VIEWS = 3


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is to be drawn: a view of a product, a group at work, or a story's picture."""

    of: str  # "product", "group" or "story"
    slug: str
    crafts: tuple[str, ...]
    view: int = 0

    @property
    def stem(self) -> str:
        """The beginning of the file's name, by which a drawn picture is known again."""
        return f"{self.of}-{self.slug}-{self.view}"


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finished picture: the file that is kept, and its sizes."""

    sketch: Sketch
    original: bytes
    encoded: tuple[Encoded, ...]


def draw_image(sketch: Sketch, *, width: int = FULL_WIDTH) -> Image.Image:
    """The picture itself; the same words give the same picture."""
    from shop.demo import pictures

    match sketch.of:
        case "product":
            return pictures.draw(sketch.slug, sketch.crafts[0], sketch.view, width=width)
        case "group":
            return pictures.draw_group(sketch.slug, list(sketch.crafts), width=width)
    return pictures.draw_story(sketch.slug, list(sketch.crafts), width=width)


def draw(sketch: Sketch, *, width: int = FULL_WIDTH, all_sizes: bool = False) -> Drawn:
    """Draw and encode; without `all_sizes` only what cards and product pages need first."""
    image = draw_image(sketch, width=width)
    sizes = every_size(image.width) if all_sizes else first_sizes(image.width)
    encoded = (*encode_sizes(image, sizes), *encode_for_office(image))
    return Drawn(sketch, encode_original(image), encoded)


def draw_many(
    sketches: Iterable[Sketch], *, workers: int, width: int = FULL_WIDTH, all_sizes: bool = False
) -> Iterator[Drawn]:
    """Draw on several cores; the pictures come as they are finished.

    One that cannot be drawn is logged and left out: the shop opens all the same.
    """
    if workers < 2:
        for sketch in sketches:
            yield from _what_came(sketch, partial(draw, sketch, width=width, all_sizes=all_sizes))
        return
    # Fresh processes: a forked copy would share the database connection.
    with ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_leave_with, initargs=(os.getpid(),)
    ) as pool:
        running = {pool.submit(draw, s, width=width, all_sizes=all_sizes): s for s in sketches}
        try:
            for future in as_completed(running):
                yield from _what_came(running[future], future.result)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _what_came(sketch: Sketch, result: Callable[[], Drawn]) -> Iterator[Drawn]:
    try:
        yield result()
    except Exception as error:
        log.error("%s could not be drawn: %r", sketch.stem, error)


def _leave_with(parent: int) -> None:
    """A killed parent cannot tell its children to go; so each looks now and then."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(0.5)
        os._exit(1)

    threading.Thread(target=watch, name="watch", daemon=True).start()
