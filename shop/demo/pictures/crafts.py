"""Crafts of their own shape: umbrella, knife, puppet, carp, paper, carving, doll, pillow, shirt."""

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from .fields import (
    BICUBIC,
    F,
    as_image,
    as_plane,
    blur,
    cover,
    grid,
    noise,
    polygon_cover,
    puff,
    ring,
    step,
)
from .heaps import lay, sprite
from .light import CLOTH, GLAZE, LACQUER, METAL, SILK, WOOD, Material, colour, mix, to_linear
from .stage import Stage, generator
from .textiles import _cell
from .vessels import stand
from .weave import lit_cloth, warped, with_threads, woven_albedo

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


# --- umbrella ---


def umbrella(stage, view):
    taste = generator(stage.slug, "paint")
    ground, petal = [
        ("#b3262e", "#f3c9a0"),
        ("#1f5f6b", "#f1d6d9"),
        ("#6a2f7a", "#f2d7a0"),
        ("#d08a1e", "#fbe9d0"),
    ][int(taste.integers(4))]
    stage.flat("wood") if view else stage.cove()
    places = {
        0: ((0.5, 0.62, 0.40),),
        1: ((0.36, 0.86, 0.86),),
        2: ((0.34, 0.44, 0.27), (0.68, 0.80, 0.29)),
    }[view]
    for index, (cx, cy, r) in enumerate(places):
        tone = ground if index == 0 else mix(ground, "#1d2b57", 0.6)
        ribs = 28
        xs, ys = grid(stage.w, stage.h)
        dx, dy = xs - stage.px(cx), ys - stage.px(cy)
        far, angle = np.hypot(dx, dy) / stage.px(r), np.arctan2(dy, dx)
        sector = (angle / (2 * np.pi) * ribs) % 1
        scallop = 1 - F(0.02) * (1 - np.abs(2 * sector - 1))
        mask = np.clip((scallop - far) * stage.px(r) + F(0.5), 0, 1).astype(F)

        def paint(draw, width, cx=cx, cy=cy, r=r, tone=tone):
            draw.rectangle([0, 0, width * 2, width * 2], fill=tone)
            for ringed in (0.93, 0.30):
                draw.ellipse(
                    [
                        (cx - r * ringed) * width,
                        (cy - r * ringed) * width,
                        (cx + r * ringed) * width,
                        (cy + r * ringed) * width,
                    ],
                    outline=petal,
                    width=max(2, int(width * r * 0.014)),
                )
            for k in range(6):
                a = k * np.pi / 3 + 0.4
                fx, fy, s = cx + r * 0.62 * np.cos(a), cy + r * 0.62 * np.sin(a), r * 0.17
                for leaf in (-0.9, 0.9):
                    b = a + leaf
                    draw.polygon(
                        [
                            (fx * width, fy * width),
                            (
                                (fx + s * 1.7 * np.cos(b) + 0.3 * s * np.sin(b)) * width,
                                (fy + s * 1.7 * np.sin(b) - 0.3 * s * np.cos(b)) * width,
                            ),
                            (
                                (fx + s * 2.1 * np.cos(b)) * width,
                                (fy + s * 2.1 * np.sin(b)) * width,
                            ),
                        ],
                        fill="#3f7d48",
                    )
                for p in range(6):
                    q = p * np.pi / 3 + k
                    px, py = fx + s * 0.62 * np.cos(q), fy + s * 0.62 * np.sin(q)
                    draw.ellipse(
                        [
                            (px - s * 0.45) * width,
                            (py - s * 0.45) * width,
                            (px + s * 0.45) * width,
                            (py + s * 0.45) * width,
                        ],
                        fill=petal,
                    )
                draw.ellipse(
                    [
                        (fx - s * 0.3) * width,
                        (fy - s * 0.3) * width,
                        (fx + s * 0.3) * width,
                        (fy + s * 0.3) * width,
                    ],
                    fill="#e3a427",
                )

        albedo = from_drawing(stage, paint)
        stage.lie(as_image(mask), lift=0.06 if view == 0 else 0.03, strength=0.5)
        sag = F(0.25) * np.abs(np.sin(sector * np.pi)) * far * stage.px(0.03)
        height = (1 - far) * stage.px(r * 0.36) - sag * F(1.6)
        stage.relief(height, np.ascontiguousarray(albedo), mask, SILK.with_(shine=0.12))
        rib = step(0.06, 0.02, np.abs(sector - F(0.5)) * far) * mask * F(0.10)
        stage.darken(rib.astype(F), 1.0)
        stand(
            stage,
            [(0.6, 0), (0.5, 0.5), (0.2, 0.9), (0.02, 1.0)],
            cx,
            cy,
            r * 0.05,
            lambda s: np.broadcast_to(np.asarray(colour("#3a241a"), F), (*s.alpha.shape, 3)),
            LACQUER,
            tilt=1.35,
            open_=False,
            shade=False,
        )


# --- knife ---


def knife(stage, view):
    stage.flat("wood", tone="#7a573d")
    places = {
        0: ((0.5, 0.62, 0.95, -0.9),),
        1: ((0.42, 0.66, 2.1, -0.7),),
        2: ((0.36, 0.6, 0.72, -1.2), (0.6, 0.68, 0.8, -1.0)),
    }[view]
    for cx, cy, size, turn in places:
        c, s = np.cos(turn), np.sin(turn)

        def put(points, c=c, s=s, cx=cx, cy=cy, size=size):
            return [(cx + size * (x * c - y * s), cy + size * (x * s + y * c)) for x, y in points]

        back = [(-0.02, -0.035), (0.2, -0.05), (0.36, -0.045), (0.46, 0.0)]
        edge = [(0.4, 0.045), (0.25, 0.075), (0.05, 0.07), (-0.02, 0.045)]
        blade = ring(np.array(back + edge), 160)
        xs, ys = grid(stage.w, stage.h)
        n = noise(stage.rng, stage.w, stage.h, 3, 60, 2)
        steel = np.asarray(colour("#8d9196"), F) * (1 + F(0.12) * n)[..., None]
        mask = outline(stage, put(blade))
        stage.lie(as_image(mask), lift=0.02, strength=0.55)
        across = ((xs / stage.w - cx) * -s + (ys / stage.w - cy) * c) / size
        hone = step(0.03, 0.06, across)
        stage.relief(
            (np.abs(across) * -stage.px(0.25) + hone * stage.px(0.02)).astype(F),
            np.ascontiguousarray(steel * (1 + F(0.5) * hone)[..., None]),
            mask,
            METAL.with_(gloss=0.3),
        )
        handle = ring(
            np.array(
                [
                    (-0.02, -0.03),
                    (-0.18, -0.035),
                    (-0.36, -0.045),
                    (-0.38, 0.0),
                    (-0.36, 0.045),
                    (-0.18, 0.035),
                    (-0.02, 0.032),
                ]
            ),
            120,
        )
        grain = (
            np.asarray(colour("#5a321c"), F)
            * (F(0.85) + F(0.25) * np.sin(across * 420 + n * 3))[..., None]
        )
        piece(stage, put(handle), np.ascontiguousarray(grain), WOOD, 0.035, 0.02)
        piece(
            stage,
            put([(-0.03, -0.04), (0.01, -0.042), (0.01, 0.05), (-0.03, 0.045)]),
            "#c7a04a",
            METAL,
            0.02,
            0.006,
        )


# --- shadow puppet ---


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


# --- palm-leaf carp ---


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


# --- saa paper ---


def saa(stage, view):
    stage.flat("wood")
    rng, tones = stage.rng, ["#f0e7d3", "#d98a9a", "#9fb98a", "#e3bf62", "#8fa9c4"]
    sheets = 5 if view != 1 else 1
    w, h = stage.w, stage.h
    image = Image.new("L", (w, h), 0)
    draw = ImageDraw.Draw(image)
    for _ in range(420):
        x, y, a = rng.random() * w, rng.random() * h, rng.random() * 6.28
        length, bend = w * (0.03 + 0.07 * rng.random()), rng.normal(0, 0.5)
        middle = (x + length * np.cos(a), y + length * np.sin(a))
        end = (
            middle[0] + 0.8 * length * np.cos(a + bend),
            middle[1] + 0.8 * length * np.sin(a + bend),
        )
        draw.line([(x, y), middle, end], fill=int(90 + 120 * rng.random()), width=max(1, w // 500))
    fibre = as_plane(image)
    cloud = noise(rng, w, h, 14, octaves=4)
    for k in range(sheets):
        size = 0.36 if view != 1 else 0.9
        turn = (k - 2) * 0.09 if view == 0 else rng.normal(0, 0.3)
        cx, cy = (
            (0.5 + 0.02 * k, 0.6 + 0.015 * k)
            if view == 0
            else (0.3 + 0.1 * k, 0.35 + 0.13 * k)
            if view == 2
            else (0.5, 0.62)
        )
        size = size if view != 2 else 0.24
        c, s = np.cos(turn), np.sin(turn)
        n = 60
        points = []
        for side in range(4):
            for i in range(n):
                t = i / n * 2 - 1
                x, y = ((t, -1.25), (1, t * 1.25), (-t, 1.25), (-1, -t * 1.25))[side]
                x, y = x + rng.normal(0, 0.008), y + rng.normal(0, 0.008)
                points.append((cx + size * (x * c - y * s), cy + size * (x * s + y * c)))
        tone = (
            tones[(k + int(generator(stage.slug, "paint").integers(5))) % 5]
            if view != 1
            else "#f0e7d3"
        )
        plane = np.asarray(colour(tone), F) * (1 + F(0.06) * cloud)[..., None]
        plane = plane * (1 - F(0.25) * fibre[..., None]) + F(0.10) * fibre[..., None]
        piece(stage, points, np.ascontiguousarray(np.clip(plane, 0, 1)), CLOTH, 0.004, 0.006)
    for _ in range(9 if view != 2 else 0):
        px, py, r = (
            0.3 + 0.4 * rng.random(),
            0.35 + 0.55 * rng.random(),
            0.03 * (1 if view == 0 else 2.2),
        )
        for p in range(5):
            a = p * 1.2566 + rng.random()
            piece(
                stage,
                circle(px + r * 0.6 * np.cos(a), py + r * 0.6 * np.sin(a), r * 0.42, 24),
                "#c4526e" if p % 2 else "#d9778c",
                CLOTH,
                0.003,
                0.002,
            )


# --- wood carving ---


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


# --- court dolls ---


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


# --- khit pillow, mo hom shirt ---


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


# --- gold ---


def gold(stage, view):
    """Sukhothai gold: a woven chain with pendants on dark cloth."""
    stage.flat("cotton", tone="#2a2024")
    stage.threads = None
    stage.linear *= F(0.55)
    zoom = (1.0, 2.2, 0.8)[view]
    count = 150
    for k in range(count):
        a = np.pi * (0.06 + 0.88 * k / (count - 1))
        x, y = 0.5 + 0.36 * zoom * np.cos(a), 0.36 + 0.5 * zoom * np.sin(a)
        turn = a + np.pi / 2 + (0.6 if k % 2 else -0.6)
        link = sprite(stage.px(0.0125) * zoom, stage.px(0.008) * zoom, turn, "#d9a63a", METAL)
        lay(stage, link, stage.px(x), stage.px(y), 0.4)
    for k, (dx, dy, size) in enumerate(((0, 0, 0.11), (-0.16, -0.06, 0.075), (0.16, -0.06, 0.075))):
        cx, cy = 0.5 + dx * zoom, 0.92 * zoom + 0.36 * (1 - zoom) + dy * zoom
        petals = [
            (
                cx + size * zoom * (0.72 + 0.28 * np.cos(8 * a)) * np.cos(a),
                cy + size * zoom * (0.72 + 0.28 * np.cos(8 * a)) * np.sin(a),
            )
            for a in np.linspace(0, 6.283, 160)
        ]
        piece(stage, petals, "#dcaa3e", METAL, 0.03 * zoom, 0.015)
        piece(stage, circle(cx, cy, size * zoom * 0.42, 80), "#c49230", METAL, 0.04 * zoom, 0.006)
        piece(
            stage,
            circle(cx, cy, size * zoom * 0.2, 60),
            ("#9c1f3a", "#1f6b4b", "#1f3a7a")[k],
            GLAZE,
            0.04 * zoom,
            0.004,
        )


CRAFTS = {
    "umbrella": umbrella, "knife": knife, "shadow_puppet": puppet, "carp_mobile": carp, "saa_paper": saa,
    "wood_carving": carving, "court_doll": doll, "khit_pillow": pillow, "mo_hom": shirt, "gold": gold,
}  # fmt: skip


def draw_craft(slug, craft, view, width):
    stage = Stage(slug, view, width, 1.25)
    CRAFTS[craft](stage, view)
    return stage.finish()
