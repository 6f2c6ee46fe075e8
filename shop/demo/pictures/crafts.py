"""Crafts of their own shape: umbrella, knife, puppet, carp, paper, carving, doll, pillow, shirt."""

import numpy as np
from PIL import Image, ImageDraw

from .fields import (
    F,
    as_image,
    as_plane,
    grid,
    noise,
    ring,
    step,
)
from .figures import carp, carving, doll, puppet
from .light import CLOTH, LACQUER, METAL, SILK, WOOD, colour, mix
from .pieces import circle, from_drawing, outline, piece
from .stage import Stage, generator
from .vessels import stand
from .worn import gold, pillow, shirt, silver_chain


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


CRAFTS = {
    "umbrella": umbrella, "knife": knife, "shadow_puppet": puppet, "carp_mobile": carp, "saa_paper": saa,
    "wood_carving": carving, "court_doll": doll, "khit_pillow": pillow, "mo_hom": shirt, "gold": gold,
    "silver_chain": silver_chain,
}  # fmt: skip


def draw_craft(slug, craft, view, width):
    stage = Stage(slug, view, width, 1.25)
    CRAFTS[craft](stage, view)
    return stage.finish()
