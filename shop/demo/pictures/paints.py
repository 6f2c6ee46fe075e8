"""Surfaces of turned things: glaze, painting, carving, clay, hide and coil."""

import numpy as np
from PIL import Image, ImageDraw

from .fields import F, noise, step
from .light import colour, mix, to_linear
from .stage import generator


def painted(solid, image, turns=1.0):
    """Linear colours of a flat picture wrapped round a solid (u across, v from foot to lip)."""
    plane = to_linear(np.asarray(image.convert("RGB")))
    h, w = plane.shape[:2]
    u = np.mod(solid.u * turns + 0.5, 1)
    ix = np.clip((u * w).astype(np.int32), 0, w - 1)
    iy = np.clip(((1 - np.clip(solid.v, 0, 1)) * h).astype(np.int32), 0, h - 1)
    return plane[iy, ix]


def speckled(solid, rng, tone, amount=0.1, cells=60):
    h, w = solid.alpha.shape
    n = noise(rng, w, h, cells, octaves=2)
    return np.asarray(colour(tone), F) * (1 + F(amount) * n)[..., None]


def celadon_paint(slug):
    taste = generator(slug, "paint")
    tone = ["#8fb59b", "#a3bfa0", "#7fa89a"][int(taste.integers(3))]

    def paint(solid):
        h, w = solid.alpha.shape
        n = noise(generator(slug, "crackle"), w, h, 26, octaves=3)
        crack = step(0.03, 0.0, np.abs(n))
        flute = 1 + F(0.10) * np.cos(solid.u * 2 * np.pi * 22) * step(0.12, 0.3, solid.v) * step(
            0.85, 0.6, solid.v
        )
        pool = 1 - F(0.22) * step(0.12, 0.0, solid.v)
        base = np.asarray(colour(tone), F) * (flute * pool * (1 - F(0.14) * crack))[..., None]
        return np.where(solid.inside[..., None] > 0, base * F(0.97), base)

    return paint


def swirl_image(width=900, height=620):
    image = Image.new("RGB", (width, height), "#e3c79c")
    draw = ImageDraw.Draw(image)
    for row, y0 in enumerate((170, 410)):
        for k in range(4):
            cx = (k + 0.5 * row) * width / 4 + width / 8
            for turn in range(2):
                points = []
                for i in range(140):
                    a = i / 140 * 4.2 * np.pi + turn * np.pi
                    r = 10 + i * 0.72
                    points.append((cx + r * np.cos(a), y0 + r * 0.85 * np.sin(a)))
                draw.line(points, fill="#9c3520", width=17, joint="curve")
    for y in (30, 52, 568, 592):
        draw.line([(0, y), (width, y)], fill="#9c3520", width=12)
    return image


def rooster_image(width=1200, height=420):
    image = Image.new("RGB", (width, height), "#f4efe2")
    draw = ImageDraw.Draw(image)
    for ox in (width * 0.5, width * 0.02, width * 0.98):
        x = ox
        draw.polygon(
            [
                (x - 40, 190),
                (x + 70, 160),
                (x + 110, 230),
                (x + 50, 300),
                (x - 50, 290),
                (x - 90, 230),
            ],
            fill="#d9662c",
        )
        draw.polygon([(x + 60, 170), (x + 120, 80), (x + 160, 110), (x + 130, 210)], fill="#e0782e")
        draw.polygon(
            [(x + 118, 84), (x + 122, 48), (x + 140, 66), (x + 156, 48), (x + 166, 92)],
            fill="#c0252c",
        )
        draw.polygon([(x + 160, 104), (x + 192, 116), (x + 158, 124)], fill="#e7b23a")
        draw.polygon([(x + 140, 122), (x + 158, 158), (x + 128, 150)], fill="#c0252c")
        draw.ellipse([x + 138, 92, x + 150, 104], fill="#1d1a18")
        for k, (dx, dy) in enumerate([(-190, 100), (-210, 150), (-200, 205), (-170, 60)]):
            draw.line(
                [(x - 60, 230), (x + dx / 1.6, dy + 20), (x + dx, dy + 60 + 8 * k)],
                fill="#1c1b1e",
                width=24,
                joint="curve",
            )
        draw.line([(x - 10, 290), (x - 18, 350), (x + 16, 352)], fill="#2a211b", width=9)
        draw.line([(x + 30, 290), (x + 36, 350), (x + 66, 352)], fill="#2a211b", width=9)
        draw.polygon(
            [(x - 300, 360), (x - 160, 330), (x + 260, 352), (x + 260, 376), (x - 300, 384)],
            fill="#4f8a4a",
        )
        for fx, fy, r in ((x - 330, 210, 62), (x + 300, 190, 54)):
            for a in range(8):
                px, py = fx + np.cos(a * 0.785) * r * 0.6, fy + np.sin(a * 0.785) * r * 0.55
                draw.ellipse(
                    [px - r * 0.42, py - r * 0.4, px + r * 0.42, py + r * 0.4],
                    fill="#c6436a" if a % 2 else "#d9678a",
                )
            draw.ellipse([fx - r * 0.3, fy - r * 0.3, fx + r * 0.3, fy + r * 0.3], fill="#e9b64a")
            draw.polygon(
                [(fx - r, fy + r), (fx, fy + r * 0.7), (fx + r * 0.2, fy + r * 1.5)], fill="#3f7d48"
            )
    return image


def benjarong_image(slug, width=960, height=720):
    taste = generator(slug, "paint")
    ground = ["#16345c", "#7a1530", "#11503f"][int(taste.integers(3))]
    image = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(image)
    gold = "#e2b34a"
    cells = 8
    step_x = width / cells
    for row in range(7):
        for k in range(cells):
            cx, cy = (k + 0.5 * (row % 2)) * step_x + step_x / 2, row * height / 6
            for size, tone in (
                (58, gold),
                (50, "#f4ead2"),
                (40, "#c8483f"),
                (28, "#2f8a6d"),
                (14, gold),
            ):
                draw.polygon(
                    [
                        (cx, cy - size),
                        (cx + size * 0.8, cy),
                        (cx, cy + size),
                        (cx - size * 0.8, cy),
                    ],
                    fill=tone,
                )
            for dx in (-step_x / 2, step_x / 2):
                draw.ellipse([cx + dx - 8, cy - 8, cx + dx + 8, cy + 8], fill=gold)
    for y in (6, 40, height - 40, height - 6):
        draw.line([(0, y), (width, y)], fill=gold, width=12)
    return image


def fish_image(width=1000, height=420):
    image = Image.new("RGB", (width, height), "#b9bda6")
    draw = ImageDraw.Draw(image)
    ink = "#3c4636"
    for k in range(4):
        x, y = k * width / 4 + 120, 210
        body = [
            (x + 80 * np.cos(a), y + 36 * np.sin(a) * (1 - 0.25 * np.cos(a)))
            for a in np.linspace(0, 6.28, 60)
        ]
        draw.line([*body, body[0]], fill=ink, width=8, joint="curve")
        draw.line(
            [(x - 78, y), (x - 122, y - 34), (x - 108, y), (x - 122, y + 34), (x - 78, y)],
            fill=ink,
            width=8,
            joint="curve",
        )
        for j in range(4):
            draw.arc(
                [x - 50 + j * 26, y - 26, x - 20 + j * 26, y + 26], 250, 110, fill=ink, width=5
            )
        draw.ellipse([x + 46, y - 12, x + 58, y], fill=ink)
    for y in (50, 70, 350, 370):
        draw.line([(0, y), (width, y)], fill=ink, width=8)
    for k in range(24):
        draw.arc([k * width / 24, 84, k * width / 24 + 40, 130], 180, 360, fill=ink, width=5)
    return image


def carved_image(tone, width=900, height=600):
    """Fine openwork of Ko Kret: rows of petals and lattice cut into red clay."""
    image = Image.new("RGB", (width, height), tone)
    draw = ImageDraw.Draw(image)
    dark = mix(tone, "#1d0f0a", 0.6)
    for row in range(9):
        for k in range(26):
            x, y = (k + 0.5 * (row % 2)) * width / 26, row * 68 + 20
            if row % 3 == 1:
                draw.ellipse([x - 12, y, x + 12, y + 40], fill=dark)
            else:
                draw.polygon([(x, y), (x + 13, y + 22), (x, y + 44), (x - 13, y + 22)], fill=dark)
    for y in range(0, height, 68):
        draw.line([(0, y + 8), (width, y + 8)], fill=mix(tone, "#ffffff", 0.2), width=5)
    return image


def line_art_image(ground, line, slug, width=1000, height=640, dense=1.0):
    """Vine and flame line-work (kranok) for niello, silver and lacquer."""
    image = Image.new("RGB", (width, height), ground)
    draw = ImageDraw.Draw(image)
    count = int(9 * dense)
    for row in range(4):
        for k in range(count):
            x, y = (k + 0.5 * (row % 2)) * width / count, row * height / 4 + height / 8
            for side in (-1, 1):
                points = []
                for i in range(60):
                    a = i / 60 * 3.4 * np.pi
                    r = 52 * (1 - i / 66)
                    points.append(
                        (x + side * (r * np.cos(a) * 0.8 + 26 - i * 0.3), y + r * np.sin(a) * 0.9)
                    )
                draw.line(points, fill=line, width=6, joint="curve")
            draw.polygon([(x, y - 66), (x + 14, y - 20), (x, y + 10), (x - 14, y - 20)], fill=line)
    for y in range(4, height, height // 4):
        draw.line([(0, y), (width, y)], fill=line, width=7)
        draw.line([(0, y + 16), (width, y + 16)], fill=line, width=3)
    return image


def by_image(image):
    return lambda solid: painted(solid, image)


def clay_paint(slug, tone, rings=0.0, glow=0.0):
    def paint(solid):
        rng = generator(slug, "clay")
        h, w = solid.alpha.shape
        n = noise(rng, w, h, 7, octaves=5, gain=0.6)
        fine = noise(rng, w, h, 70, octaves=1)
        turn = np.sin(solid.v * 160 + n) * F(rings)
        base = np.asarray(colour(tone), F) * (1 + F(0.16) * n + F(0.06) * fine + turn)[..., None]
        if glow:
            fire = step(-0.2, 0.7, n)[..., None] * F(glow)
            base = base * (1 - fire) + np.asarray(colour("#2f2a2b"), F) * fire
        return base

    return paint


def drum_paint(slug):
    tone = ["#7c2d1e", "#6a3a1c", "#8a4b22"][int(generator(slug, "paint").integers(3))]

    def paint(solid):
        skin = step(0.70, 0.712, solid.v)[..., None]
        base = (
            np.asarray(colour(tone), F)
            * (1 + F(0.12) * np.sin(solid.u * 240 + solid.v * 6))[..., None]
        )
        studs = step(0.35, 0.2, np.abs((solid.u * 46) % 1 - F(0.5))) * step(
            0.02, 0.008, np.abs(solid.v - F(0.67))
        )
        base = base * (1 - studs[..., None]) + np.asarray(colour("#e3b95a"), F) * studs[..., None]
        hide = np.asarray(colour("#e9dcc0"), F) * np.ones_like(base)
        spot = step(0.90, 0.905, solid.v)[..., None]
        hide = hide * (1 - spot) + np.asarray(colour("#2a211d"), F) * spot
        return base * (1 - skin) + hide * skin

    return paint


def lipao_paint(slug):
    def paint(solid):
        coil = F(0.5) + F(0.5) * np.sin(solid.v * 240)
        stitch = F(0.5) + F(0.5) * np.sin(solid.u * 900 + np.floor(solid.v * 38) * 1.7)
        motif = ((np.floor(solid.u * 40) + np.floor(solid.v * 20)) % 4 == 0) | (
            (np.floor(solid.u * 40) - np.floor(solid.v * 20)) % 6 == 0
        )
        dark, pale = np.asarray(colour("#2b1a12"), F), np.asarray(colour("#b98a4e"), F)
        t = np.where(motif, F(0.9), F(0.12))[..., None]
        return (dark * (1 - t) + pale * t) * (F(0.62) + F(0.22) * coil + F(0.22) * stitch)[
            ..., None
        ]

    return paint
