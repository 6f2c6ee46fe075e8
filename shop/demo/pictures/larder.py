"""Food and care in jars, bottles, bars and bundles."""

import numpy as np

from .fields import F, as_image, cover, grid, noise, puff, step
from .heaps import DRY, lay, rough, sprite
from .light import CLAY, CLOTH, GLAZE, WAX, Material, colour, mix
from .shapes import BOTTLE, CAP, GLASS_JAR, LOW_JAR
from .stage import Stage, generator
from .vessels import stand

GLASS = Material(gloss=0.9, shine=0.4, tight=40, wrap=0.6)
PAPER = "#efe6d2"


def plain(tone):
    return lambda solid: np.broadcast_to(np.asarray(colour(tone), F), (*solid.alpha.shape, 3))


def filled(slug, liquid, deep, *, bits=0.0, band=(0.28, 0.62), paper=PAPER, level=0.92):
    """Glass with something in it, a plain paper band round its belly, and its own depth."""

    def paint(solid):
        h, w = solid.alpha.shape
        n = noise(generator(slug, "bits"), w, h, 26, octaves=3)
        rim = np.abs(solid.nx)
        t = np.clip(rim * F(0.85) + F(bits) * n, 0, 1)[..., None]
        tone = np.asarray(colour(liquid), F) * (1 - t) + np.asarray(colour(deep), F) * t
        empty = step(level - 0.01, level, solid.v)[..., None]
        tone = tone * (1 - empty) + np.asarray(colour("#cfd4cf"), F) * F(0.8) * empty
        label = (
            step(band[0], band[0] + 0.004, solid.v)
            * step(band[1], band[1] - 0.004, solid.v)
            * step(0.2, 0.195, np.abs(solid.u))
        )[..., None]
        woven = F(0.93) + F(0.07) * np.sin(solid.v * 900)[..., None]
        edge = (
            step(0.012, 0.006, np.abs(solid.v - F(band[0] + 0.02)))
            + step(0.012, 0.006, np.abs(solid.v - F(band[1] - 0.02)))
        )[..., None]
        mark = np.asarray(colour("#24306b"), F)
        paper_tone = np.asarray(colour(paper), F) * woven
        paper_tone = paper_tone * (1 - np.clip(edge, 0, 1)) + mark * np.clip(edge, 0, 1)
        d = np.abs(solid.u) * 9 + np.abs(solid.v - F(sum(band) / 2)) * 7
        diamond = ((d < F(0.62)) & (np.floor(d * 9) % 2 == 0))[..., None]
        paper_tone = np.where(diamond, mark, paper_tone)
        return tone * (1 - label) + paper_tone * label

    return paint


#: craft → (profile, lid, scale, liquid, depth colour, bits)
JARS = {
    "honey": (GLASS_JAR, CAP, 0.25, "#e59a1e", "#a5560c", 0.0),
    "chilli_dip": (GLASS_JAR, CAP, 0.23, "#7d8f3a", "#4a5a20", 0.5),
    "shrimp_paste": (LOW_JAR, CAP, 0.27, "#7a4a55", "#4d2a33", 0.35),
    "sauce": (BOTTLE, None, 0.27, "#5a2d14", "#2c1409", 0.0),
    "juice": (BOTTLE, None, 0.27, "#7a1436", "#3c0a1e", 0.0),
    "oil": (BOTTLE, None, 0.27, "#eee6c2", "#c9bd8a", 0.0),
    "balm": (LOW_JAR, CAP, 0.22, "#e2b33c", "#b98a22", 0.1),
}  # fmt: skip


def _jar_colours(slug, craft):
    if craft == "oil" and "yellow" in slug:
        return "#e8c53a", "#b98a12"
    if craft == "chilli_dip" and ("pla-ra" in slug or "paste" in slug):
        return "#a5442a", "#6a2414"
    if craft == "coffee":
        return "#3b2015", "#1e0f08"
    return JARS[craft][3:5]


def draw_jar(slug, craft, view, width):
    """One jar; the jar from near; three of them."""
    stage = Stage(slug, view, width, 1.0)
    shape, lid, scale, _, _, bits = JARS[craft]
    liquid, deep = _jar_colours(slug, craft)
    paint = filled(slug, liquid, deep, bits=bits)
    tall = max(h for _, h in shape)
    lid_tone = ["#b98a3f", "#2b2b2f", "#8a5a2f", "#c9b48a"][int(generator(slug, "lid").integers(4))]

    def one(cx, base, size):
        stand(stage, shape, cx, base, size, paint, GLASS, tilt=0.3, open_=False)
        if lid is not None:
            stand(
                stage,
                lid,
                cx,
                base - tall * size * 0.955,
                size * 0.98,
                plain(lid_tone),
                GLAZE.with_(gloss=0.3),
                tilt=0.3,
                open_=False,
                shade=False,
            )
        else:
            stand(
                stage,
                CAP,
                cx,
                base - tall * size * 0.955,
                size * 0.3,
                plain(lid_tone),
                GLAZE.with_(gloss=0.3),
                tilt=0.3,
                open_=False,
                shade=False,
            )

    if view == 1:
        stage.cove()
        one(0.5, 0.6 + 0.26 * tall, scale * 1.75)
        return stage.finish()
    stage.table(edge=0.42)
    if view == 0:
        one(0.5, 0.84, scale)
    else:
        for cx, base, size in ((0.28, 0.74, 0.72), (0.72, 0.76, 0.72), (0.5, 0.88, 0.82)):
            one(cx, base, scale * size)
    return stage.finish()


# --- flat and rolled foods -----------------------------------------------------------------


def slab(stage, points, tone_plane, material, rise, lift=0.02):
    """A cushion-like piece with the given outline (shares of the width)."""
    mask = cover(
        (stage.w, stage.h),
        lambda d, k: d.polygon([(x * stage.w * k, y * stage.w * k) for x, y in points], fill=255),
        2,
    )
    stage.lie(as_image(mask), lift=lift, strength=0.5)
    height = puff(mask, 90, 0.42) * stage.px(rise)
    stage.relief(height, tone_plane, mask, material)
    return mask


def wavy(cx, cy, rx, ry, rng, lobes=9, depth=0.05):
    phase = rng.random(4) * 6.28
    return [
        (cx + rx * (1 + depth * np.sin(lobes * a + phase[0]) + depth * np.sin(2 * a + phase[1])) * np.cos(a),
         cy + ry * (1 + depth * np.sin(lobes * a + phase[2])) * np.sin(a))
        for a in np.linspace(0, 6.283, 90)
    ]  # fmt: skip


def mottled(stage, tones, cells=30):
    n = np.clip(
        F(0.5) + F(0.5) * noise(stage.rng, stage.w, stage.h, cells, octaves=4, gain=0.6), 0, 1
    )[..., None]
    a, b = (np.asarray(colour(t), F) for t in tones)
    return a * (1 - n) + b * n


def sausage(stage, zoom):
    """A coil of northern sausage."""
    stage.flat("wood")
    cx, cy = 0.5, 0.52
    turns = np.linspace(0.6, 3.3, 150)
    item = sprite(
        stage.px(0.062) * zoom, stage.px(0.058) * zoom, 0.3, "#9c4a22", WAX, bump=rough(0.35, 9)
    )
    for t in turns:
        a = t * 2 * np.pi
        r = 0.1 * t * zoom
        lay(stage, item, stage.px(cx + r * np.cos(a)), stage.px(cy + r * np.sin(a) * 0.96), 0.12)


def noodle_skein(stage, zoom):
    stage.flat("wood")
    for cx, cy in ((0.32, 0.36), (0.68, 0.42), (0.48, 0.72)):
        tone = mottled(stage, ("#e9dcc0", "#d7c19a"), 60)
        xs, ys = grid(stage.w, stage.h)
        strands = np.sin(
            ((xs - stage.px(cx)) + F(0.3) * (ys - stage.px(cy))) / stage.px(0.0035) / zoom
        )
        mask = slab(
            stage,
            wavy(cx, cy, 0.2 * zoom, 0.14 * zoom, stage.rng, 16, 0.03),
            tone * (F(0.72) + F(0.28) * strands)[..., None],
            DRY,
            0.07,
        )
        del mask


def threads_of_sugar(stage, zoom):
    """Roti sai mai: a bundle of sugar threads beside green and white crêpes."""
    stage.flat("wood")
    for k, tone in enumerate(("#c9dba0", "#f1ead6", "#cfe0a8")):
        plane = mottled(stage, (tone, mix(tone, "#ffffff", 0.3)), 20)
        slab(
            stage,
            wavy(0.36 + 0.03 * k, 0.66 - 0.04 * k, 0.27 * zoom, 0.2 * zoom, stage.rng, 5, 0.02),
            plane,
            CLOTH,
            0.012,
            0.008,
        )
    xs, ys = grid(stage.w, stage.h)
    lines = np.sin((ys * F(1.0) - xs * F(0.35)) / stage.px(0.003)) * F(0.5) + np.sin(
        (ys - xs * F(0.3)) / stage.px(0.0075)
    ) * F(0.4)
    for tone, cx, cy in (("#f0c6d2", 0.62, 0.36), ("#d6e6a4", 0.66, 0.62)):
        plane = np.asarray(colour(tone), F) * (F(0.8) + F(0.22) * lines)[..., None]
        slab(stage, wavy(cx, cy, 0.26 * zoom, 0.11 * zoom, stage.rng, 11, 0.05), plane, CLOTH, 0.09)


def roast_pork(stage, zoom):
    stage.flat("wood")
    for row in range(3):
        for k in range(4):
            cx, cy = 0.2 + 0.2 * k + 0.03 * row, 0.3 + 0.2 * row
            points = [
                (cx - 0.085 * zoom, cy - 0.07 * zoom),
                (cx + 0.085 * zoom, cy - 0.075 * zoom),
                (cx + 0.09 * zoom, cy + 0.07 * zoom),
                (cx - 0.08 * zoom, cy + 0.075 * zoom),
            ]
            slab(stage, points, mottled(stage, ("#b9763a", "#e2b070"), 26), WAX, 0.05)
            skin = [
                (cx - 0.085 * zoom, cy - 0.075 * zoom),
                (cx + 0.085 * zoom, cy - 0.08 * zoom),
                (cx + 0.085 * zoom, cy - 0.035 * zoom),
                (cx - 0.085 * zoom, cy - 0.03 * zoom),
            ]
            slab(
                stage,
                skin,
                mottled(stage, ("#8a3d16", "#c9702c"), 90),
                GLAZE.with_(gloss=0.2),
                0.03,
                0.004,
            )


def custard_tray(stage, zoom):
    """Mo kaeng in square trays, browned on top."""
    stage.flat("stone")
    for cx, cy in ((0.33, 0.35), (0.7, 0.38), (0.36, 0.72), (0.72, 0.74)):
        r = 0.16 * zoom
        outer = [(cx - r, cy - r), (cx + r, cy - r), (cx + r, cy + r), (cx - r, cy + r)]
        slab(
            stage,
            outer,
            np.broadcast_to(np.asarray(colour("#c9ccd0"), F), (stage.h, stage.w, 3)),
            GLAZE,
            0.02,
        )
        r *= 0.9
        inner = [(cx - r, cy - r), (cx + r, cy - r), (cx + r, cy + r), (cx - r, cy + r)]
        slab(stage, inner, mottled(stage, ("#7a3f14", "#e0a244"), 14), WAX, 0.02, 0.002)


def soap_bars(stage, zoom):
    stage.flat("wood")
    tone = "#8a5a6a" if "mangosteen" in stage.slug else "#d9982b"
    for k, (cx, cy, turn) in enumerate(((0.34, 0.36, 0.2), (0.64, 0.5, -0.15), (0.4, 0.74, 0.05))):
        w, h = 0.19 * zoom, 0.12 * zoom
        c, s = np.cos(turn), np.sin(turn)
        points = []
        for a in np.linspace(0, 6.283, 80):
            x = np.sign(np.cos(a)) * abs(np.cos(a)) ** 0.35 * w
            y = np.sign(np.sin(a)) * abs(np.sin(a)) ** 0.35 * h
            points.append((cx + x * c - y * s, cy + x * s + y * c))
        plane = mottled(stage, (mix(tone, "#000000", 0.12 * k), mix(tone, "#ffffff", 0.18)), 9)
        slab(stage, points, plane, WAX, 0.06, 0.03)
        ring = [
            (cx + 0.055 * zoom * np.cos(a), cy + 0.055 * zoom * np.sin(a))
            for a in np.linspace(0, 6.283, 5)
        ]
        slab(stage, ring, np.ascontiguousarray(plane * F(0.86)), WAX, 0.008, 0.0005)


FLAT = {
    "sausage": sausage, "noodles": noodle_skein, "roti": threads_of_sugar, "pork": roast_pork,
    "custard": custard_tray, "soap": soap_bars,
}  # fmt: skip


def draw_flat_food(slug, craft, view, width):
    stage = Stage(slug, view, width, 1.0)
    FLAT[craft](stage, (1.0, 1.9, 0.82)[view])
    return stage.finish()


# --- standing bundles ----------------------------------------------------------------------

TUBE = [
    (0.96, 0),
    (1.0, 0.05),
    (1.0, 3.2),
    (1.05, 3.25),
    (1.05, 3.4),
    (1.0, 3.45),
    (1.0, 5.6),
    (0.9, 5.62),
]
ROLL = [(0.9, 0), (1.0, 0.1), (1.0, 3.6), (0.9, 3.75), (0.02, 3.8)]
CAKE = [(0.95, 0), (1.0, 0.04), (1.0, 0.5), (0.95, 0.58), (0.3, 0.6), (0.22, 0.56), (0.02, 0.5)]
BALL = [
    (0.3, 0),
    (0.7, 0.12),
    (0.95, 0.5),
    (0.88, 0.9),
    (0.5, 1.22),
    (0.22, 1.36),
    (0.2, 1.5),
    (0.26, 2.0),
    (0.2, 2.06),
    (0.02, 2.08),
]


def bamboo_tone(slug):
    def paint(solid):
        n = noise(generator(slug, "tube"), *solid.alpha.shape[::-1], 5, octaves=3)
        burnt = step(0.1, 0.9, n + (F(0.4) - solid.v) * F(0.8))[..., None]
        fibre = F(0.9) + F(0.1) * np.sin(solid.u * 260)[..., None]
        base = np.asarray(colour("#b9a05a"), F) * fibre
        base = base * (1 - burnt * F(0.75)) + np.asarray(colour("#2f2416"), F) * burnt * F(0.75)
        inside = solid.inside[..., None]
        return base * (1 - inside) + np.asarray(colour("#eee6d6"), F) * inside

    return paint


def leaf_tone(slug):
    def paint(solid):
        vein = np.sin(solid.u * 120 + solid.v * 2)
        tone = np.asarray(colour("#3f6b34"), F) * (F(0.86) + F(0.14) * vein)[..., None]
        string = (step(0.012, 0.006, np.abs((solid.v * 4) % 1 - F(0.5))))[..., None]
        return tone * (1 - string) + np.asarray(colour("#d9c48f"), F) * string

    return paint


def cake_tone(slug):
    def paint(solid):
        top = step(0.5, 0.56, solid.v)[..., None]
        n = noise(generator(slug, "crumb"), *solid.alpha.shape[::-1], 40, octaves=3)
        side = np.asarray(colour("#efd27a"), F) * (1 + F(0.10) * n)[..., None]
        crust = np.asarray(colour("#b5692a"), F) * (1 + F(0.14) * n)[..., None]
        return side * (1 - top) + crust * top

    return paint


def cloth_ball_tone(slug):
    def paint(solid):
        weave = np.sin(solid.u * 520) * np.sin(solid.v * 190)
        gather = F(0.8) + F(0.2) * np.sin(solid.u * 2 * np.pi * 26) * step(0.45, 0.75, solid.v)
        tone = np.asarray(colour("#efe6d0"), F) * (gather * (1 + F(0.05) * weave))[..., None]
        stain = step(0.4, 0.0, solid.v)[..., None] * F(0.25)
        tone = tone * (1 - stain) + np.asarray(colour("#c9b04a"), F) * stain
        string = step(0.03, 0.018, np.abs(solid.v - F(0.735)))[..., None]
        return tone * (1 - string) + np.asarray(colour("#8a6a35"), F) * string

    return paint


STANDING = {
    "bamboo_rice": (TUBE, bamboo_tone, 0.062, CLAY, True, ((0.38, 0.86), (0.54, 0.9), (0.68, 0.84))),
    "pork_roll": (ROLL, leaf_tone, 0.105, WAX, False, ((0.36, 0.84), (0.62, 0.88))),
    "cake": (CAKE, cake_tone, 0.30, CLOTH, False, ((0.5, 0.78),)),
    "compress": (BALL, cloth_ball_tone, 0.20, CLOTH, False, ((0.34, 0.84), (0.66, 0.86))),
}  # fmt: skip


def draw_standing(slug, craft, view, width):
    stage = Stage(slug, view, width, 1.0)
    shape, tone, scale, material, open_, places = STANDING[craft]
    if view == 1:
        stage.cove()
        tall = max(h for _, h in shape)
        stand(
            stage,
            shape,
            0.5,
            0.72 + scale * tall * 0.55,
            scale * 1.9,
            tone(slug),
            material,
            tilt=0.5,
            open_=open_,
        )
        return stage.finish()
    stage.table(edge=0.4)
    if view == 2:
        places, scale = (
            (*((x * 0.7 + 0.02, y - 0.06) for x, y in places), (0.78, 0.88)),
            scale * 0.7,
        )
    for cx, base in sorted(places, key=lambda p: p[1]):
        stand(
            stage,
            shape,
            cx,
            base,
            scale,
            tone(slug),
            material,
            tilt=0.5 if craft == "cake" else 0.34,
            open_=open_,
        )
    return stage.finish()
