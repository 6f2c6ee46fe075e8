"""Flat pieces, lit at their edges, and drawings laid on a stage: what single crafts are made of."""

import numpy as np
from PIL import Image, ImageDraw

from .fields import (
    BICUBIC,
    F,
    polygon_cover,
    puff,
)
from .light import Material, colour, to_linear

LEAF = Material(shine=0.2, tight=14, wrap=0.35)


def outline(stage, points, k=3):
    return polygon_cover((stage.w, stage.h), [(x * stage.w, y * stage.w) for x, y in points], k)


def piece(stage, points, tone, material, rise=0.01, lift=0.012, power=0.45):
    """A lit flat piece: `tone` is a colour or a whole-picture plane. Worked out in its own box."""
    xs, ys = ([p[k] * stage.w for p in points] for k in (0, 1))
    x0, y0 = max(0, int(min(xs)) - 2), max(0, int(min(ys)) - 2)
    x1, y1 = min(stage.w, int(max(xs)) + 3), min(stage.h, int(max(ys)) + 3)
    if x1 - x0 < 3 or y1 - y0 < 3:
        return
    here = [(x - x0, y - y0) for x, y in zip(xs, ys, strict=True)]
    mask = polygon_cover((x1 - x0, y1 - y0), here, 3)
    if (x1 - x0) * (y1 - y0) > 0.02 * stage.w * stage.h:
        stage.lie(stage.sheet(mask, x0, y0), lift=lift, strength=0.5)
    else:
        d = max(1, round(stage.px(lift) * 0.5))
        stage.blend(np.asarray([0.05, 0.035, 0.025], F), mask * F(0.35), x0 + d, y0 + d)
    height = puff(mask, 100, power) * stage.px(rise)
    if isinstance(tone, str):
        plane = np.broadcast_to(np.asarray(colour(tone), F), (*mask.shape, 3))
    else:
        plane = tone[y0:y1, x0:x1]
    stage.relief(height, np.ascontiguousarray(plane), mask, material, x=x0, y=y0)


def circle(cx, cy, r, n=120):
    return [
        (cx + r * np.cos(a), cy + r * np.sin(a))
        for a in np.linspace(0, 2 * np.pi, n, endpoint=False)
    ]


def from_drawing(stage, painter, scale=2):
    """A linear colour plane painted by PIL at `scale` times the work size."""
    image = Image.new("RGB", (stage.w * scale, stage.h * scale))
    painter(ImageDraw.Draw(image), stage.w * scale)
    return to_linear(np.asarray(image.resize((stage.w, stage.h), BICUBIC)))
