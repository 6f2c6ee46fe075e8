"""Figures: shadow puppet, carp mobile, wood carving and court doll."""

import numpy as np
from PIL import Image, ImageDraw

from .fields import (
    BICUBIC,
    F,
    as_image,
    as_plane,
    blur,
    cover,
    grid,
    noise,
    ring,
    step,
)
from .light import CLOTH, GLAZE, LACQUER, METAL, WOOD, colour, mix
from .pieces import LEAF, circle, outline, piece
from .stage import generator
from .vessels import stand


def puppet_outline(scale=1.0):
    body = [
        (0.5, 0.16),
        (0.53, 0.10),
        (0.56, 0.2),
        (0.60, 0.24),
        (0.64, 0.26),
        (0.60, 0.29),
        (0.59, 0.35),
        (0.66, 0.42),
        (0.80, 0.36),
        (0.86, 0.28),
        (0.89, 0.30),
        (0.84, 0.42),
        (0.68, 0.54),
        (0.64, 0.62),
        (0.72, 0.84),
        (0.70, 1.02),
        (0.78, 1.06),
        (0.60, 1.07),
        (0.58, 0.9),
        (0.52, 0.78),
        (0.44, 0.9),
        (0.42, 1.06),
        (0.26, 1.07),
        (0.34, 1.02),
        (0.34, 0.84),
        (0.42, 0.64),
        (0.40, 0.52),
        (0.28, 0.62),
        (0.20, 0.72),
        (0.16, 0.70),
        (0.24, 0.54),
        (0.38, 0.40),
        (0.46, 0.35),
        (0.45, 0.27),
    ]
    return [((x - 0.5) * scale + 0.5, (y - 0.62) * scale + 0.62) for x, y in body]


def puppet(stage, view):
    """Leather against warm lamp light, cut through so that the light shows."""
    xs, ys = grid(stage.w, stage.h)
    glow = np.exp(
        -(
            ((xs - stage.px(0.5)) / stage.px(0.55)) ** 2
            + ((ys - stage.px(0.55)) / stage.px(0.7)) ** 2
        )
    )
    stage.linear[:] = np.asarray(colour("#f0b75a"), F) * (F(0.12) + F(1.05) * glow)[..., None]
    weave = F(1) + F(0.03) * np.sin(xs * 2.2) * np.sin(ys * 2.2)
    stage.linear *= weave[..., None]
    places = {0: ((0.0, 1.0),), 1: ((0.05, 1.9),), 2: ((-0.2, 0.72), (0.22, 0.78))}[view]
    for dx, size in places:
        points = [(x + dx, y) for x, y in puppet_outline(size)]
        mask = outline(stage, points)

        def holes(draw, k, dx=dx, size=size):
            rng = generator(stage.slug, "holes")
            for _ in range(int(420)):
                x, y = rng.random(), 0.12 + rng.random()
                x, y = (x - 0.5) * size + 0.5 + dx, (y - 0.62) * size + 0.62
                r = 0.0045 * size * (1 + 1.4 * rng.random())
                draw.ellipse(
                    [
                        (x - r * 1.6) * stage.w * k,
                        (y - r) * stage.w * k,
                        (x + r * 1.6) * stage.w * k,
                        (y + r) * stage.w * k,
                    ],
                    fill=255,
                )

        cut = cover((stage.w, stage.h), holes, 2)
        leather = np.asarray(colour("#2a130b"), F) * np.ones((stage.h, stage.w, 1), F)
        tint = noise(generator(stage.slug, "dye"), stage.w, stage.h, 5, octaves=2)
        leather = np.where(tint[..., None] > 0.35, np.asarray(colour("#7a1a14"), F), leather)
        leather = np.where(tint[..., None] < -0.4, np.asarray(colour("#1f3a1c"), F), leather)
        edge = np.clip(mask - as_plane(as_image(mask).resize((stage.w, stage.h))), 0, 1)
        stage.darken(as_plane(as_image(mask)), 0.0)
        stage.blend(leather + edge[..., None] * 0, mask * (1 - cut) * F(0.94))
        stick = outline(
            stage, [(0.495 + dx, 0.3), (0.505 + dx, 0.3), (0.508 + dx, 1.25), (0.492 + dx, 1.25)]
        )
        stage.blend(np.asarray(colour("#1a0d07"), F), stick)


def carp(stage, view):
    taste = generator(stage.slug, "paint")
    stage.cove()

    def one(cx, cy, size, tone, trim):
        xs, ys = grid(stage.w, stage.h)
        body = ring(
            np.array(
                [
                    (-0.5, 0.0),
                    (-0.25, -0.24),
                    (0.1, -0.26),
                    (0.42, -0.04),
                    (0.5, 0.02),
                    (0.42, 0.1),
                    (0.1, 0.28),
                    (-0.25, 0.22),
                ]
            ),
            160,
        )
        u, v = (xs / stage.w - cx) / size, (ys / stage.w - cy) / size
        strips = (np.abs(((u + v) * 9) % 1 - F(0.5)) * 2, np.abs(((u - v) * 9) % 1 - F(0.5)) * 2)
        over = (np.floor((u + v) * 9) + np.floor((u - v) * 9)) % 2
        t = over[..., None]
        plane = np.asarray(colour(tone), F) * t + np.asarray(colour(trim), F) * (1 - t)
        plane = plane * (F(0.7) + F(0.3) * (1 - np.maximum(strips[0], strips[1]) ** 4))[..., None]
        for fan in (
            [(-0.48, 0.0), (-0.8, -0.26), (-0.72, 0.0), (-0.8, 0.26)],
            [(0.0, -0.26), (-0.14, -0.46), (0.16, -0.38), (0.2, -0.22)],
            [(0.0, 0.27), (-0.1, 0.44), (0.14, 0.4), (0.18, 0.24)],
        ):
            piece(stage, [(cx + x * size, cy + y * size) for x, y in fan], trim, LEAF, 0.01, 0.05)
        piece(
            stage,
            [(cx + x * size, cy + y * size) for x, y in body],
            np.ascontiguousarray(plane),
            LEAF,
            0.10 * size / 0.5,
            0.05,
        )
        piece(
            stage,
            circle(cx + 0.36 * size, cy - 0.02 * size, 0.03 * size),
            "#1d1a18",
            GLAZE,
            0.01,
            0.002,
        )

    def thread(x, y0, y1):
        line = outline(
            stage, [(x - 0.0015, y0), (x + 0.0015, y0), (x + 0.0015, y1), (x - 0.0015, y1)]
        )
        stage.blend(np.asarray(colour("#6e4a24"), F), line)

    tone, trim = [("#d8b45a", "#c43b2f"), ("#e6d6a0", "#3f7d48"), ("#e2b13c", "#8a2f6a")][
        int(taste.integers(3))
    ]
    if view == 1:
        one(0.5, 0.62, 0.8, tone, trim)
        return
    thread(0.5, 0.0, 0.2)
    one(0.5, 0.36, 0.44 if view == 0 else 0.3, tone, trim)
    row = (
        ((0.24, 0.78), (0.5, 0.84), (0.76, 0.78))
        if view == 0
        else ((0.2, 0.64), (0.4, 0.8), (0.6, 0.68), (0.8, 0.86), (0.3, 1.04), (0.68, 1.06))
    )
    for k, (x, y) in enumerate(row):
        thread(x, 0.42, y - 0.06)
        one(x, y, 0.2 if view == 0 else 0.16, trim if k % 2 else tone, tone if k % 2 else trim)


def carving(stage, view):
    """A teak panel with a lotus and flames in relief."""
    stage.cove() if view != 1 else stage.flat("wood")
    taste = generator(stage.slug, "paint")
    wood = ["#7a4a26", "#8d5a2e", "#6a3a1e"][int(taste.integers(3))]
    w, h = stage.w * 2, stage.h * 2
    image = Image.new("L", (w, h), 60)
    draw = ImageDraw.Draw(image)
    zoom = (1.0, 1.9, 0.8)[view]
    cx, cy = w / 2, h * 0.5
    for layer, (count, size, level) in enumerate(
        ((14, 0.33, 120), (10, 0.25, 165), (7, 0.16, 205))
    ):
        for k in range(count):
            a = k / count * 2 * np.pi + layer * 0.3
            r = size * w * zoom
            tip = (cx + r * np.cos(a), cy + r * np.sin(a))
            side = r * 0.22
            mid = (cx + r * 0.55 * np.cos(a), cy + r * 0.55 * np.sin(a))
            draw.polygon(
                [
                    (cx, cy),
                    (mid[0] - side * np.sin(a), mid[1] + side * np.cos(a)),
                    tip,
                    (mid[0] + side * np.sin(a), mid[1] - side * np.cos(a)),
                ],
                fill=level,
            )
    draw.ellipse(
        [cx - 0.06 * w * zoom, cy - 0.06 * w * zoom, cx + 0.06 * w * zoom, cy + 0.06 * w * zoom],
        fill=245,
    )
    for sx in (-1, 1):
        for sy in (-1, 1):
            for j in range(4):
                points = [
                    (
                        cx + sx * (0.33 - 0.05 * j + 0.05 * np.cos(t)) * w * zoom,
                        cy + sy * (0.38 + 0.03 * j - 0.02 * t) * w * zoom,
                    )
                    for t in np.linspace(0, 5, 40)
                ]
                draw.line(points, fill=150 + 18 * j, width=int(w * 0.016 * zoom), joint="curve")
    relief = as_plane(image.resize((stage.w, stage.h), BICUBIC))
    height = blur(relief, stage.w * 0.006) * stage.px(0.05 * zoom)
    xs, ys = grid(stage.w, stage.h)
    grain = noise(stage.rng, stage.w, stage.h, 40, 3, 3)
    deep = F(0.45) + F(0.55) * step(0.2, 0.5, relief)
    tone = np.asarray(colour(wood), F) * ((1 + F(0.16) * grain) * deep)[..., None]
    half_w, half_h = (0.42 * zoom, 0.5 * zoom) if view != 1 else (0.7, 0.9)
    frame = [
        (0.5 - half_w, 0.625 - half_h),
        (0.5 + half_w, 0.625 - half_h),
        (0.5 + half_w, 0.625 + half_h),
        (0.5 - half_w, 0.625 + half_h),
    ]
    mask = outline(stage, frame)
    stage.lie(as_image(mask), lift=0.05, strength=0.5)
    stage.relief(height, np.ascontiguousarray(tone), mask, WOOD, ao=deep)


def doll(stage, view):
    """Little clay court figures, seated, without faces but with graceful bearing."""
    stage.table(edge=0.46)
    skirts = ["#8f2434", "#1f5f4b", "#3a2f7a", "#b5762a", "#7a2f6a"]
    places = {
        0: ((0.36, 0.98, 0.3, 0), (0.66, 1.02, 0.3, 1)),
        1: ((0.5, 1.25, 0.62, 0),),
        2: ((0.24, 0.92, 0.22, 2), (0.5, 1.04, 0.24, 3), (0.76, 0.94, 0.22, 4)),
    }[view]

    def flat(tone):
        return lambda solid: np.broadcast_to(np.asarray(colour(tone), F), (*solid.alpha.shape, 3))

    def patterned(tone):
        def paint(solid):
            motif = (
                np.abs(((solid.u * 26) % 1) - F(0.5)) + np.abs(((solid.v * 9) % 1) - F(0.5))
            ) < 0.28
            return np.where(
                motif[..., None], np.asarray(colour("#e9c25a"), F), np.asarray(colour(tone), F)
            )

        return paint

    skirt = [(0.9, 0), (0.98, 0.04), (0.86, 0.3), (0.5, 0.52), (0.34, 0.62)]
    body = [
        (0.34, 0),
        (0.36, 0.04),
        (0.27, 0.32),
        (0.36, 0.62),
        (0.2, 0.78),
        (0.12, 0.84),
        (0.12, 0.92),
    ]
    head = [(0.05, 0), (0.2, 0.08), (0.24, 0.26), (0.17, 0.44), (0.02, 0.5)]
    hair = [(0.22, 0), (0.255, 0.06), (0.25, 0.16), (0.12, 0.28), (0.1, 0.34), (0.02, 0.42)]
    for cx, base, size, k in sorted(places, key=lambda p: p[1]):
        stand(
            stage,
            skirt,
            cx,
            base,
            size,
            patterned(skirts[k]),
            CLOTH.with_(shine=0.12),
            tilt=0.3,
            open_=False,
        )
        stand(
            stage,
            body,
            cx,
            base - 0.56 * size,
            size,
            flat("#f0dcc0"),
            GLAZE.with_(gloss=0.2),
            tilt=0.3,
            open_=False,
            shade=False,
        )
        sash = [(0.37, 0), (0.385, 0.04), (0.35, 0.2), (0.37, 0.3)]
        stand(
            stage,
            sash,
            cx,
            base - 0.82 * size,
            size * 0.98,
            patterned(mix(skirts[k], "#ffffff", 0.35)),
            CLOTH,
            tilt=0.3,
            open_=False,
            shade=False,
        )
        stand(
            stage,
            head,
            cx,
            base - 1.36 * size,
            size,
            flat("#f3e2c9"),
            GLAZE.with_(gloss=0.2),
            tilt=0.3,
            open_=False,
            shade=False,
        )
        stand(
            stage,
            hair,
            cx,
            base - 1.56 * size,
            size,
            flat("#241a18"),
            LACQUER,
            tilt=0.3,
            open_=False,
            shade=False,
        )
        stand(
            stage,
            [(0.1, 0), (0.13, 0.02), (0.04, 0.16), (0.01, 0.2)],
            cx,
            base - 1.84 * size,
            size,
            flat("#e2b34a"),
            METAL,
            tilt=0.3,
            open_=False,
            shade=False,
        )
