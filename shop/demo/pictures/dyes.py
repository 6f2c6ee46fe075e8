"""Cloth dyed in the piece: indigo, mud and batik."""

import numpy as np
from PIL import Image

from .fields import BICUBIC, F, grid, noise, pick, step
from .light import rgb8
from .stage import generator


def indigo(stage):
    """Fold-resist and tie-dye on indigo: pale rings and lines on a drifting blue."""
    w, h = (int(s * 1.5) for s in stage.full)
    sw, sh = w // 4, h // 4
    xs, ys = grid(sw, sh)
    n = noise(stage.rng, sw, sh, 8, octaves=4)
    plane = F(0.12) * n
    kind = int(generator(stage.slug, "pattern").integers(3))
    pitch = sw / (4 + kind)
    if kind == 0:
        cx, cy = (xs + F(14) * n) % pitch - pitch / 2, (ys + F(14) * n) % pitch - pitch / 2
        ring = np.hypot(cx, cy) / pitch
        plane = (
            plane
            + F(0.8) * np.exp(-(((ring - 0.3) / 0.05) ** 2))
            + F(0.7) * np.exp(-(((ring - 0.12) / 0.03) ** 2))
        )
    elif kind == 1:
        fold = np.abs(((xs + ys) / pitch + F(0.25) * n) % 1 - F(0.5))
        cross = np.abs(((xs - ys) / pitch + F(0.25) * n) % 1 - F(0.5))
        plane = plane + F(0.7) * step(0.07, 0.0, fold) + F(0.7) * step(0.07, 0.0, cross)
    else:
        band = np.abs((ys / pitch + F(0.12) * n) % 1 - F(0.5))
        plane = plane + F(0.75) * step(0.2, 0.02, band) * (F(0.6) + F(0.4) * np.sin(xs / 3))
    t = np.clip(plane + F(0.1), 0, 1)[..., None]
    deep, pale = np.array(rgb8("#1c2a5c"), F), np.array(rgb8("#dfe6ee"), F)
    small = Image.fromarray((deep * (1 - t) + pale * t).astype(np.uint8))
    return small.resize((w, h), BICUBIC)


def mud_dye(stage):
    w, h = (int(s * 1.5) for s in stage.full)
    sw, sh = w // 4, h // 4
    xs, ys = grid(sw, sh)
    n = noise(stage.rng, sw, sh, 7, octaves=5, gain=0.6)
    bands = step(0.2, 0.8, np.sin(ys / sh * 30) * F(0.5) + F(0.5))
    t = np.clip(F(0.5) + F(0.32) * n + F(0.14) * bands, 0, 1)[..., None]
    tones = (("#5a4a3e", "#b39b82"), ("#4a4a46", "#a7a294"), ("#6a4233", "#c39a7c"))
    dark, pale = (np.array(rgb8(c), F) for c in pick(generator(stage.slug, "pattern"), *tones))
    image = Image.fromarray((dark * (1 - t) + pale * t).astype(np.uint8))
    return image.resize((w, h), BICUBIC)


def batik(stage):
    """Wax lines, big flowers and leaves, crackle."""
    from PIL import ImageDraw

    w, h = (int(s * 1.5) for s in stage.full)
    sw, sh = w // 2, h // 2
    taste = rng = generator(stage.slug, "pattern")
    ground, petals, leaf, wax = pick(
        taste,
        ("#1f6f8c", ("#e2573f", "#f2a65a", "#f7d070"), "#2f8f6b", "#fbf3df"),
        ("#5a2a5e", ("#e0628a", "#f4a7b9", "#f7d9b0"), "#3f8f5b", "#fff3e2"),
        ("#7a3b1e", ("#d98a2b", "#f1c46b", "#e05a2e"), "#5a6b2a", "#fbecd0"),
    )
    image = Image.new("RGB", (sw, sh), ground)
    draw = ImageDraw.Draw(image)
    for _ in range(26):
        cx, cy, size = rng.random() * sw, rng.random() * sh, sw * (0.08 + 0.09 * rng.random())
        for k in range(3):
            a = rng.random() * 6.28
            tip = (cx + np.cos(a) * size * 1.9, cy + np.sin(a) * size * 1.9)
            side = (np.cos(a + 1.57) * size * 0.35, np.sin(a + 1.57) * size * 0.35)
            mid = ((cx + tip[0]) / 2, (cy + tip[1]) / 2)
            shape = [
                (cx, cy),
                (mid[0] + side[0], mid[1] + side[1]),
                tip,
                (mid[0] - side[0], mid[1] - side[1]),
            ]
            draw.polygon(shape, fill=leaf)
            draw.line([*shape, shape[0]], fill=wax, width=max(2, sw // 260))
        count, turn = int(rng.integers(5, 8)), rng.random() * 6.28
        for ring, tone in enumerate(petals):
            r = size * (1 - 0.28 * ring)
            points = []
            for i in range(120):
                a = i / 120 * 2 * np.pi
                far = r * (0.62 + 0.38 * abs(np.cos(count * (a + turn) / 2)) ** 0.6)
                points.append((cx + far * np.cos(a), cy + far * np.sin(a)))
            draw.polygon(points, fill=tone)
            draw.line([*points, points[0]], fill=wax, width=max(2, sw // 240))
        draw.ellipse(
            [cx - size * 0.14, cy - size * 0.14, cx + size * 0.14, cy + size * 0.14], fill=wax
        )
    plane = np.asarray(image, F)
    n = noise(rng, sw, sh, 18, octaves=3)
    crack = step(0.035, 0.0, np.abs(n)) * step(-0.2, 0.5, noise(rng, sw, sh, 4))
    drift = (1 + F(0.07) * noise(rng, sw, sh, 6, octaves=3))[..., None]
    plane = plane * drift * (1 - F(0.35) * crack[..., None])
    return Image.fromarray(np.clip(plane, 0, 255).astype(np.uint8)).resize((w, h), BICUBIC)


FLOWING = {"indigo": indigo, "mud_dye": mud_dye, "batik": batik}
