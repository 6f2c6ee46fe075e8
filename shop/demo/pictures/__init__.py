"""Pictures of the demo market, drawn by numpy and Pillow: the same words, the same picture.

`draw(slug, craft, view)` gives one of three views of a product, `draw_group` and `draw_story` a
wide landscape. Everything is an illustration; no photograph is used anywhere.
"""

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from .baskets import BASKETS, draw_basket, draw_mat
from .crafts import CRAFTS, draw_craft
from .heaps import HEAPS, draw_heap
from .larder import FLAT, JARS, STANDING, draw_flat_food, draw_jar, draw_standing
from .scenes import draw_scene
from .textiles import CLOTHS, draw_cloth
from .vessels import VESSELS, draw_vessel

VIEWS = 3
Painter = Callable[[str, str, int, int], Any]
PAINTERS: dict[str, Painter] = {
    **dict.fromkeys(CLOTHS, draw_cloth),
    **dict.fromkeys(VESSELS, draw_vessel),
    **dict.fromkeys(BASKETS, draw_basket),
    "reed_mat": draw_mat,
    **dict.fromkeys(HEAPS, draw_heap),
    **dict.fromkeys(JARS, draw_jar),
    **dict.fromkeys(FLAT, draw_flat_food),
    **dict.fromkeys(STANDING, draw_standing),
    **dict.fromkeys(CRAFTS, draw_craft),
}


def draw(slug: str, craft: str, view: int, width: int = 1600) -> Image.Image:
    """One picture of a product (RGB; 4:5, food and herbs 1:1).

    `view` is 0 (whole), 1 (near) or 2 (another arrangement). Raises ValueError for others and
    for a craft nobody can draw.
    """
    if craft not in PAINTERS:
        raise ValueError(f"nobody can draw {craft!r}")
    if view not in range(VIEWS):
        raise ValueError(f"there are {VIEWS} views, {view} is none of them")
    picture: Image.Image = PAINTERS[craft](slug, craft, view, width)
    return picture


def draw_group(slug: str, crafts: Sequence[str], width: int = 1600) -> Image.Image:
    """A group's banner, 16:9."""
    picture: Image.Image = draw_scene(slug, list(crafts), width, "group")
    return picture


def draw_story(slug: str, crafts: Sequence[str], width: int = 1600) -> Image.Image:
    """A story's picture, 16:9."""
    picture: Image.Image = draw_scene(slug, list(crafts), width, "story")
    return picture


def contact_sheet(
    items: Iterable[tuple[str, str, str]], path: Path, *, columns: int = 12, cell: int = 150
) -> None:
    """All first views on one sheet, each with its name: (slug, craft, name) → a file."""
    wanted = list(items)
    line = 30
    rows = -(-len(wanted) // columns)
    sheet = Image.new("RGB", (columns * cell, rows * (cell * 5 // 4 + line)), "#fbf7ef")
    write = ImageDraw.Draw(sheet)
    font = ImageFont.load_default(11)
    for index, (slug, craft, name) in enumerate(wanted):
        picture = draw(slug, craft, 0, width=640)
        picture.thumbnail((cell - 8, cell * 5 // 4 - 8))
        x, y = index % columns * cell, index // columns * (cell * 5 // 4 + line)
        sheet.paste(picture, (x + (cell - picture.width) // 2, y + 4))
        write.text((x + 4, y + cell * 5 // 4), _caption(name, font, cell - 8), "#211c17", font)
    sheet.save(path, quality=82, method=6) if path.suffix == ".webp" else sheet.save(
        path, quality=80, optimize=True, progressive=True
    )


def _caption(name: str, font: Any, width: int) -> str:
    """The name in at most two lines of that many pixels; what does not fit ends in an ellipsis."""
    lines = [""]
    for word in name.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    kept = [*lines[:1], " ".join(lines[1:])] if len(lines) > 1 else lines
    for number, line in enumerate(kept):
        while font.getlength(line) > width:
            line = line.rstrip("…")[:-1].rstrip() + "…"
        kept[number] = line
    return "\n".join(kept)
