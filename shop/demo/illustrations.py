"""The demo market's drawn pictures: which are lacking, and putting the finished ones in place.

Every one is marked as an illustration. A picture is known by the beginning of its file's name,
so that it is drawn once, whoever asks for it.
"""

import logging
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.db import transaction

from catalogue.models import Product, ProductPicture
from cms.models import Picture
from cms.pictures import due, keep_original, one_at_a_time, politely, record
from cms.services import hang_story_picture
from producers.models import Enterprise

from .drawing import FULL_WIDTH, VIEWS, Drawn, Sketch, draw, draw_many
from .market import Market, Row, read_market

CREDIT = "ภาพวาดประกอบโดยโครงการ"
#: What each view shows of a product, in both languages.
VIEW_WORDS = (
    ("ภาพวาดประกอบ: {}", "Illustration: {}"),
    ("ภาพวาดประกอบ: {} มองใกล้", "Illustration: {}, seen close up"),
    ("ภาพวาดประกอบ: {} อีกมุมหนึ่ง", "Illustration: {}, from another side"),
)

log = logging.getLogger(__name__)
Progress = Callable[[int, int], None]


def sketches(market: Market, *, views: Iterable[int]) -> list[Sketch]:
    """What is drawn for the market: first views first, groups and stories after view 0."""
    wanted: list[Sketch] = []
    for view in views:
        wanted += [Sketch("product", p["slug"], (p["craft"],), view) for p in market.products]
        if view == 0:
            wanted += [
                Sketch("story", s["slug"], tuple(market.crafts_of(s["group"])))
                for s in market.stories
            ]
        if view == VIEWS - 1:
            wanted += [
                Sketch("group", g["slug"], tuple(market.crafts_of(g["slug"])))
                for g in market.groups
            ]
    return wanted


def lacking(wanted: Iterable[Sketch]) -> list[Sketch]:
    """Those that nobody has drawn yet, for goods and groups that are in the market."""
    names = Picture.objects.filter(is_illustration=True).values_list("file", flat=True)
    drawn = {name.rpartition("/")[2].partition(".")[0] for name in names}
    loaded = {
        "product": set(Product.objects.top_level().values_list("upc", flat=True)),
        "group": set(Enterprise.objects.values_list("slug", flat=True)),
    }
    return [
        sketch
        for sketch in wanted
        if sketch.stem not in drawn and sketch.slug in loaded.get(sketch.of, {sketch.slug})
    ]


def draw_pictures(
    *,
    first_only: bool = False,
    again: bool = False,
    all_sizes: bool = False,
    workers: int = 2,
    width: int = FULL_WIDTH,
    progress: Progress = lambda done, of: None,
) -> int:
    """Draw what the loaded market lacks (or, `again`, all of it); returns how many were drawn.

    `first_only`: one picture per product and the stories, as the shop needs before it opens.
    """
    wanted = sketches(read_market(), views=[0] if first_only else range(VIEWS))
    to_do = wanted if again else lacking(wanted)
    done = 0
    for picture in draw_many(to_do, workers=workers, width=width, all_sizes=all_sizes):
        put_in_place(picture)
        done += 1
        progress(done, len(to_do))
    return done


def draw_due(*, seconds: float, width: int = FULL_WIDTH) -> int:
    """Draw what is lacking for about so many seconds, behind all other work.

    Only when every picture there is has all its sizes: what people look at comes first.
    Safe to run twice or to be killed: a picture counts once it is in its place.
    """
    until = time.monotonic() + seconds
    done = 0
    with one_at_a_time() as alone:
        market = Enterprise.objects.filter(is_demo=True)
        if not alone or not market.exists() or due().exists():
            return 0
        for sketch in lacking(sketches(read_market(), views=range(VIEWS))):
            try:
                put_in_place(politely(partial(draw, sketch, width=width, all_sizes=True)))
                done += 1
            except Exception:  # the others are drawn all the same
                log.exception("%s could not be drawn", sketch.stem)
            if time.monotonic() > until:
                break
    return done


def put_in_place(drawn: Drawn) -> Picture | None:
    """Keep a drawn picture and hang it where it belongs; None where that is gone."""
    sketch = drawn.sketch
    row = _row_of(sketch)
    with transaction.atomic():
        # The lock keeps two who drew the same picture from hanging it twice.
        owner = _owner(sketch)
        if owner is None:
            return None
        picture = _known(sketch) or Picture(is_illustration=True, credit=CREDIT)
        alt_th, alt_en = _words(sketch, row)
        picture.title, picture.description = alt_th[:255], alt_th[:255]
        keep_original(picture, drawn.original, stem=sketch.stem)
        _hang(sketch, owner, picture, alt_th, alt_en)
    record(picture, drawn.encoded)
    return picture


def _row_of(sketch: Sketch) -> Row:
    market = read_market()
    rows = {"product": market.products, "group": market.groups, "story": market.stories}
    return next(row for row in rows[sketch.of] if row["slug"] == sketch.slug)


def _owner(sketch: Sketch) -> Any:
    if sketch.of == "group":
        return Enterprise.objects.select_for_update().filter(slug=sketch.slug).first()
    if sketch.of == "product":
        return Product.objects.select_for_update(of=("self",)).filter(upc=sketch.slug).first()
    return sketch.slug


def _known(sketch: Sketch) -> Picture | None:
    return Picture.objects.filter(file__startswith=f"pictures/{sketch.stem}.").first()


def _words(sketch: Sketch, row: Row) -> tuple[str, str]:
    if sketch.of == "story":
        return f"ภาพวาดประกอบเรื่อง {row['title_th']}", f"Illustration: {row['title_en']}"
    thai, english = VIEW_WORDS[sketch.view]
    return thai.format(row["name_th"])[:200], english.format(row["name_en"])[:200]


def _hang(sketch: Sketch, owner: Any, picture: Picture, alt_th: str, alt_en: str) -> None:
    if sketch.of == "product":
        ProductPicture.objects.update_or_create(
            product=owner,
            picture=picture,
            defaults={"alt_th": alt_th, "alt_en": alt_en, "position": sketch.view},
        )
    elif sketch.of == "group":
        if owner.picture is not None and not owner.picture.is_illustration:
            return  # the group has sent a photo meanwhile; a drawing never takes its place
        owner.picture = picture
        owner.save(update_fields=["picture"])
    else:
        hang_story_picture(slug=sketch.slug, picture=picture, alt_th=alt_th, alt_en=alt_en)
