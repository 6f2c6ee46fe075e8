"""A folder of their own for the pictures of each test, and quick drawings."""

import pytest
from PIL import Image

from shop.demo import drawing


@pytest.fixture(autouse=True)
def own_media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def quick_drawing(monkeypatch):
    """Draws a plain sheet in no time, in another colour for each sketch; keeps count."""
    drawn: list[str] = []

    def plain_sheet(sketch, *, width):
        drawn.append(sketch.stem)
        shade = sum(map(ord, sketch.stem)) % 200
        return Image.new("RGB", (width, width * 5 // 4), (shade, 120, 255 - shade))

    monkeypatch.setattr(drawing, "draw_image", plain_sheet)
    return drawn
