"""Woven plants: bamboo, rattan-like lipao, krajood, water hyacinth, palm leaf, reed."""

import numpy as np

from .fields import F, grid, step
from .light import Material, colour
from .stage import Stage, generator
from .vessels import stand

STRAW = Material(shine=0.14, tight=12, wrap=0.3)
TRAY = [(0.9, 0), (0.94, 0.02), (1.02, 0.16), (1.06, 0.22), (1.0, 0.23)]
BASKET = [(0.72, 0), (0.76, 0.03), (0.92, 0.5), (1.0, 0.95), (1.04, 1.02), (0.98, 1.04)]
HAMPER = [(0.78, 0), (0.82, 0.03), (0.9, 0.7), (0.86, 1.3), (0.9, 1.36), (0.84, 1.38)]
RICE = [
    (0.55, 0),
    (0.6, 0.02),
    (0.52, 0.14),
    (0.78, 0.5),
    (0.86, 0.95),
    (0.84, 1.3),
    (0.88, 1.34),
    (0.88, 1.5),
    (0.72, 1.72),
    (0.3, 1.8),
    (0.02, 1.82),
]
HAT = [(1.5, 0), (1.52, 0.03), (1.2, 0.22), (0.72, 0.52), (0.6, 0.78), (0.3, 0.92), (0.02, 0.95)]
BAG = [(0.86, 0), (0.9, 0.04), (0.94, 0.6), (0.9, 1.15), (0.94, 1.2), (0.88, 1.21)]
LANTERN = [
    (0.35, 0),
    (0.4, 0.03),
    (0.85, 0.45),
    (1.0, 0.85),
    (0.85, 1.3),
    (0.42, 1.72),
    (0.38, 1.78),
    (0.02, 1.8),
]


def plaited(solid, across, up, dark, pale, dyed=None, gap=0.35):
    """Over-and-under strips: colours that also carry the shadow of each crossing."""
    u, v = solid.u * across, solid.v * up
    iu, iv = np.floor(u), np.floor(v)
    over = (iu + iv) % 2
    a, b = np.abs(u - iu - F(0.5)) * 2, np.abs(v - iv - F(0.5)) * 2
    edge = np.where(over > 0, a, b)
    end = np.where(over > 0, b, a)
    shade = (1 - F(0.45) * edge**3) * (1 - F(0.32) * end**2)
    hole = step(1 - gap * 0.35, 1.0, np.maximum(a, b)) * step(1 - gap, 1.0, np.minimum(a, b))
    t = np.where(over > 0, F(0.75), F(0.35))[..., None]
    tone = np.asarray(colour(dark), F) * (1 - t) + np.asarray(colour(pale), F) * t
    if dyed is not None:
        where = dyed(iu, iv)[..., None]
        tone = np.where(where, np.asarray(colour(DYES[0]), F), tone)
    return tone * (shade * (1 - F(0.75) * hole))[..., None]


DYES = ("#8a2f3a", "#2f5a4a", "#b5762a")


def bamboo_paint(slug):
    return lambda solid: plaited(solid, 64, 14, "#9c7440", "#dcbc82")


def fine_bamboo_paint(slug):
    def dyed(iu, iv):
        return (np.abs((iu % 16) - 8) + np.abs((iv % 12) - 6)) % 6 == 0

    return lambda solid: plaited(solid, 120, 44, "#8d6633", "#e0c088", dyed)


def rice_paint(slug):
    def paint(solid):
        base = plaited(solid, 76, 40, "#a27d45", "#e3c68d")
        ring = (
            step(0.012, 0.004, np.abs(solid.v - F(0.56)))[..., None]
            + step(0.02, 0.01, np.abs(solid.v - F(0.02)))[..., None]
        )
        return base * (1 - np.clip(ring, 0, 1)) + np.asarray(colour("#6e4a24"), F) * np.clip(
            ring, 0, 1
        )

    return paint


def krajood_paint(slug):
    tone = DYES[int(generator(slug, "dye").integers(3))]

    def paint(solid):
        base = plaited(solid, 44, 20, "#a98d52", "#e2cd95")
        band = (
            (np.floor(solid.v * 20) % 7 < 2)
            & ((np.floor(solid.u * 44) + np.floor(solid.v * 20)) % 2 > 0)
        )[..., None]
        return np.where(
            band,
            base * 0.25
            + np.asarray(colour(tone), F) * F(0.7) * base.mean(axis=2, keepdims=True) * 2,
            base,
        )

    return paint


def hyacinth_paint(slug):
    def paint(solid):
        rows = 17
        v = solid.v * rows
        twist = np.sin(solid.u * 260 + np.floor(v) * 2.1 + (v % 1) * 3)
        rope = np.sqrt(np.clip(1 - (2 * (v % 1) - 1) ** 2, 0, 1))
        dark, pale = np.asarray(colour("#7a5a34"), F), np.asarray(colour("#c9a46c"), F)
        t = (F(0.5) + F(0.4) * twist)[..., None]
        return (dark * (1 - t) + pale * t) * (F(0.35) + F(0.75) * rope)[..., None]

    return paint


def palm_leaf_paint(slug):
    def paint(solid):
        leaf = np.abs(np.sin(solid.u * np.pi * 34))
        ring = np.abs(np.sin(solid.v * np.pi * 9))
        base = np.asarray(colour("#e3cf9e"), F) * (F(0.72) + F(0.28) * leaf)[..., None]
        stitch = (step(0.12, 0.03, ring) * F(0.55))[..., None]
        return base * (1 - stitch) + np.asarray(colour("#8a6a35"), F) * stitch

    return paint


def lantern_paint(slug):
    tone = ["#c43b3b", "#e0a43a", "#e8e0cf"][int(generator(slug, "dye").integers(3))]

    def paint(solid):
        rib = np.abs(np.sin(solid.u * np.pi * 8))
        glow = F(0.75) + F(0.5) * np.exp(-(((solid.v - F(0.45)) / F(0.22)) ** 2))
        base = (
            np.asarray(colour(tone), F)
            * (glow * (F(0.5) + F(0.5) * step(0.04, 0.12, rib)))[..., None]
        )
        band = (
            step(0.03, 0.015, np.abs(solid.v - F(0.5)))
            + step(0.02, 0.01, np.abs(solid.v - F(0.22)))
            + step(0.02, 0.01, np.abs(solid.v - F(0.78)))
        )[..., None]
        return base * (1 - np.clip(band, 0, 1)) + np.asarray(colour("#d9ad4a"), F) * np.clip(
            band, 0, 1
        )

    return paint


BASKETS = {
    "basketry": (BASKET, fine_bamboo_paint, 0.34, True), "krajood": (BAG, krajood_paint, 0.31, True),
    "hyacinth": (HAMPER, hyacinth_paint, 0.32, True), "rice_basket": (RICE, rice_paint, 0.36, False),
    "ngob": (HAT, palm_leaf_paint, 0.26, False), "lantern": (LANTERN, lantern_paint, 0.36, False),
}  # fmt: skip


def draw_basket(slug, craft, view, width):
    """One basket; its weave; a pair of sizes."""
    shape, paint_of, scale, open_ = BASKETS[craft]
    if craft == "hyacinth" and "phayao" in slug:  # Chai Nat weaves hampers, Phayao wide baskets
        shape, scale = BASKET, 0.36
    stage = Stage(slug, view, width, 1.25)
    paint = paint_of(slug)
    if view == 0:
        stage.table(edge=0.5)
        stand(stage, shape, 0.5, 0.98, scale, paint, STRAW, tilt=0.42, open_=open_)
    elif view == 1:
        stage.cove()
        stand(stage, shape, 0.5, 1.32, scale * 2.3, paint, STRAW, tilt=0.3, open_=open_)
    else:
        stage.table(edge=0.42)
        stand(stage, shape, 0.68, 0.82, scale * 0.62, paint, STRAW, tilt=0.45, open_=open_)
        stand(stage, shape, 0.36, 1.06, scale * 0.8, paint, STRAW, tilt=0.45, open_=open_)
    return stage.finish()


# --- reed mats: a flat weave with dyed bands --------------------------------------------------


def draw_mat(slug, craft, view, width):
    """A mat half unrolled; its weave; rolled mats."""
    stage = Stage(slug, view, width, 1.25)
    taste = generator(slug, "mat")
    dyes = [
        ("#8f2434", "#1f4b3c", "#2a2740"),
        ("#b3541e", "#3a6a3f", "#5a2a5e"),
        ("#7c2d6a", "#c28a1e", "#1f4f6a"),
    ][int(taste.integers(3))]
    if view == 2:
        stage.table(edge=0.4)
        roll = [(1.0, 0), (1.02, 0.02), (1.02, 3.4), (0.98, 3.42), (0.02, 3.43)]
        for cx, base, size in ((0.36, 1.02, 0.11), (0.56, 1.06, 0.12), (0.72, 0.98, 0.10)):
            stand(
                stage,
                roll,
                cx,
                base,
                size,
                lambda s: reed_tones(s.u * 60, s.v * 90, dyes)[0],
                STRAW,
                tilt=0.4,
                open_=False,
            )
        return stage.finish()
    stage.flat("wood")
    xs, ys = grid(stage.w, stage.h)
    zoom = 3.0 if view == 1 else 1.0
    u, v = xs / stage.w * 90 / zoom, ys / stage.w * 130 / zoom
    tone, height = reed_tones(u, v, dyes)
    if view == 0:
        left, right, top, bottom = stage.px(0.1), stage.px(0.9), stage.px(0.26), stage.px(1.2)
        alpha = (
            np.clip(xs - left, 0, 1)
            * np.clip(right - xs, 0, 1)
            * np.clip(ys - top, 0, 1)
            * np.clip(bottom - ys, 0, 1)
        ).astype(F)
        stage.lie(alpha, lift=0.012)
        curl = np.exp(-(((ys - stage.px(0.26)) / stage.px(0.09)) ** 2)) * stage.px(0.09)
        stage.relief(height * F(stage.px(0.0012)) + curl, tone, alpha, STRAW)

        roll = np.clip(1 - ((ys - stage.px(0.24)) / stage.px(0.075)) ** 2, 0, 1)
        cover = (roll > 0) * np.clip(xs - left, 0, 1) * np.clip(right - xs, 0, 1)
        stage.lie(cover.astype(F), lift=0.03, strength=0.45)
        stage.relief(
            np.sqrt(roll) * stage.px(0.075) + height * F(stage.px(0.001)),
            tone,
            cover.astype(F),
            STRAW,
        )
    else:
        stage.relief(height * F(stage.px(0.004)), tone, np.ones((stage.h, stage.w), F), STRAW)
    return stage.finish()


def reed_tones(u, v, dyes):
    """Colours and height of a reed weave: thin reeds across, threads upwards, dyed bands."""
    row = np.floor(v)
    rng = np.random.default_rng(5)
    drift = rng.random(4096).astype(F)[(row.astype(int)) % 4096]
    reed = np.sqrt(np.clip(1 - (2 * (v - row) - 1) ** 2, 0, 1))
    thread = np.abs(np.sin(u * np.pi + (row % 2) * np.pi / 2))
    band = np.mod(row, 26)
    tone = np.asarray(colour("#d8bd83"), F) * (F(0.85) + F(0.25) * drift)[..., None]
    for k, (low, high) in enumerate(((0, 5), (7, 9), (11, 16))):
        where = ((band >= low) & (band < high)) & ((np.floor(u / 5) + k) % 3 > 0)
        tone = np.where(where[..., None], np.asarray(colour(dyes[k]), F), tone)
    height = reed * (F(0.4) + F(0.6) * thread)
    shape = np.broadcast_shapes(u.shape, v.shape)
    return np.ascontiguousarray(
        np.broadcast_to(tone * (F(0.55) + F(0.45) * reed)[..., None], (*shape, 3))
    ), np.broadcast_to(height, shape).astype(F)
