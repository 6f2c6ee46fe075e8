"""What is worn or leaned on: khit pillow, indigo shirt, gold."""

import numpy as np
from PIL import Image, ImageChops

from .fields import (
    F,
    as_image,
    grid,
    noise,
    puff,
)
from .heaps import lay, sprite
from .light import CLOTH, GLAZE, METAL, colour
from .pieces import circle, outline, piece
from .textiles import _cell
from .weave import lit_cloth, warped, with_threads, woven_albedo


def pillow(stage, view):
    """The triangle pillow: three stuffed rolls a side, khit cloth on its end."""
    stage.table(edge=0.42)
    silky = False
    albedo = with_threads(
        woven_albedo(stage, "khit_pillow", _cell("khit_pillow", stage.full[0], 0.55)),
        max(2.0, stage.full[0] / 600),
        silky,
    )
    zoom, cx, cy = {0: (1.0, 0.5, 0.7), 1: (1.9, 0.45, 0.85), 2: (0.72, 0.5, 0.74)}[view]
    spots = ((cx, cy),) if view != 2 else ((0.3, 0.66), (0.68, 0.8))
    total = np.zeros((stage.h, stage.w), F)
    height = np.zeros((stage.h, stage.w), F)
    for x0, y0 in spots:
        rolls = []
        for row in range(4):
            for k in range(row + 1):
                rolls.append(
                    (
                        x0 + (k - row / 2) * 0.155 * zoom,
                        y0 - 0.34 * zoom + row * 0.15 * zoom,
                        0.088 * zoom,
                    )
                )
        mask = np.zeros((stage.h, stage.w), F)
        for x, y, r in rolls:
            one = outline(stage, circle(x, y, r, 60))
            mask = np.maximum(mask, one)
        triangle = outline(
            stage,
            [
                (x0, y0 - 0.40 * zoom),
                (x0 - 0.29 * zoom, y0 + 0.16 * zoom),
                (x0 + 0.29 * zoom, y0 + 0.16 * zoom),
            ],
        )
        mask = np.maximum(mask, triangle)
        stage.cast(as_image(mask), y0 + 0.18 * zoom, length=0.4, rise=0.16, strength=0.4)
        xs, ys = grid(stage.w, stage.h)
        for x, y, r in rolls:
            d = np.hypot(xs - stage.px(x), ys - stage.px(y)) / stage.px(r)
            height = np.maximum(height, np.sqrt(np.clip(1 - d * d, 0, 1)) * stage.px(r) * F(0.8))
        total = np.maximum(total, mask)
    shade, spark = lit_cloth(height, silky)
    flat = warped(albedo, stage, np.zeros_like(shade), np.zeros_like(shade))
    stage.overlay(flat, shade, total, spark * F(0.3))


def shirt(stage, view):
    """A mo hom shirt: indigo cotton, round neck, cloth ties."""
    if view == 1:
        stage.flat("cotton")
    else:
        stage.cove()
    xs, ys = grid(stage.w, stage.h)
    n = noise(stage.rng, stage.w, stage.h, 6, octaves=4)
    tone = np.asarray(colour("#1f2c58"), F) * (1 + F(0.16) * n)[..., None]
    zoom = (1.0, 2.1, 0.72)[view]

    def at(x, y, dx=0.0):
        return (0.5 + dx + (x - 0.5) * zoom, 0.64 + (y - 0.64) * zoom)

    offsets = (0.0,) if view != 2 else (-0.17, 0.2)
    for dx in offsets:
        body = [
            (0.41, 0.28),
            (0.28, 0.33),
            (0.06, 0.66),
            (0.19, 0.75),
            (0.3, 0.58),
            (0.29, 1.06),
            (0.71, 1.06),
            (0.7, 0.58),
            (0.81, 0.75),
            (0.94, 0.66),
            (0.72, 0.33),
            (0.59, 0.28),
            (0.55, 0.33),
            (0.5, 0.345),
            (0.45, 0.33),
        ]
        mask = outline(stage, [at(x, y, dx) for x, y in body])
        stage.lie(as_image(mask), lift=0.04, strength=0.45)
        folds = np.sin(xs / stage.w * 26 + n * 2 + ys / stage.h * 5) * stage.px(
            0.012
        ) + n * stage.px(0.02)
        stage.relief(
            puff(mask, 100, 0.35) * stage.px(0.05) + folds, np.ascontiguousarray(tone), mask, CLOTH
        )
        for x0, y0, x1, y1, wide in (
            (0.5, 0.345, 0.5, 1.06, 0.004),
            (0.3, 0.58, 0.29, 1.06, 0.003),
            (0.7, 0.58, 0.71, 1.06, 0.003),
        ):
            a, b = at(x0, y0, dx), at(x1, y1, dx)
            line = outline(
                stage,
                [
                    (a[0] - wide * zoom, a[1]),
                    (a[0] + wide * zoom, a[1]),
                    (b[0] + wide * zoom, b[1]),
                    (b[0] - wide * zoom, b[1]),
                ],
            )
            stage.darken(line, 0.45)
        for y in (0.42, 0.54, 0.66, 0.78):
            for side in (-1, 1):
                tie = [
                    at(0.5, y, dx),
                    at(0.5 + side * 0.07, y + 0.035, dx),
                    at(0.5 + side * 0.075, y + 0.05, dx),
                    at(0.5, y + 0.014, dx),
                ]
                piece(stage, tie, "#2a3a70", CLOTH, 0.01, 0.006)
        for x, y in ((0.33, 0.84), (0.57, 0.84)):
            pocket = [
                at(x, y, dx),
                at(x + 0.1, y, dx),
                at(x + 0.1, y + 0.12, dx),
                at(x, y + 0.12, dx),
            ]
            piece(stage, pocket, np.ascontiguousarray(tone * F(1.12)), CLOTH, 0.004, 0.003)
    threads = with_threads(
        Image.new("RGB", stage.full, "#ffffff"), max(2.0, stage.full[0] / 480), False
    )
    stage.develop()
    stage.image = ImageChops.multiply(stage.image, threads) if view == 1 else stage.image


def gold(stage, view):
    """Sukhothai gold: a woven chain with pendants of stones on dark cloth."""
    _necklace(stage, view, "#d9a63a", "#dcaa3e", "#c49230", ("#9c1f3a", "#1f6b4b", "#1f3a7a"))


def silver_chain(stage, view):
    """Nan silver: a plaited chain with chased pendants on dark cloth."""
    _necklace(stage, view, "#c3c7ce", "#cdd1d7", "#8f959e", ("#dfe2e6",) * 3)


def _necklace(stage, view, chain, flower, rim, stones):
    stage.flat("cotton", tone="#2a2024")
    stage.threads = None
    stage.linear *= F(0.55)
    zoom, top = ((1.0, 0.36), (2.2, -0.62), (0.8, 0.36))[view]
    count = 150
    for k in range(count):
        a = np.pi * (0.06 + 0.88 * k / (count - 1))
        x, y = 0.5 + 0.36 * zoom * np.cos(a), top + 0.5 * zoom * np.sin(a)
        turn = a + np.pi / 2 + (0.6 if k % 2 else -0.6)
        link = sprite(stage.px(0.0125) * zoom, stage.px(0.008) * zoom, turn, chain, METAL)
        lay(stage, link, stage.px(x), stage.px(y), 0.4)
    for k, (dx, dy, size) in enumerate(((0, 0, 0.11), (-0.16, -0.06, 0.075), (0.16, -0.06, 0.075))):
        cx, cy = 0.5 + dx * zoom, top + (0.56 + dy) * zoom
        petals = [
            (
                cx + size * zoom * (0.72 + 0.28 * np.cos(8 * a)) * np.cos(a),
                cy + size * zoom * (0.72 + 0.28 * np.cos(8 * a)) * np.sin(a),
            )
            for a in np.linspace(0, 6.283, 160)
        ]
        piece(stage, petals, flower, METAL, 0.03 * zoom, 0.015)
        piece(stage, circle(cx, cy, size * zoom * 0.42, 80), rim, METAL, 0.04 * zoom, 0.006)
        piece(
            stage,
            circle(cx, cy, size * zoom * 0.2, 60),
            stones[k],
            GLAZE,
            0.04 * zoom,
            0.004,
        )
