"""Small things in heaps: grains, beans, nuts, fruit, eggs; each with its own light.

An item is drawn once in several turns as a little lit sprite and laid many times, far ones
first, each with its own tint and a soft shadow on what lies below.
"""

import numpy as np

from .fields import F, grid, noise, step
from .light import CLAY, FRUIT, GLAZE, WAX, Material, colour, lit, mix
from .shapes import BOWL, PLATE
from .stage import Stage, generator
from .vessels import stand

DRY = Material(shine=0.08, tight=10, wrap=0.3)
BEAN = Material(shine=0.3, tight=24, wrap=0.25)


def ellipsoid(length, breadth, angle, *, bump=None, groove=0.0, bend=0.0, power=2.0, tail=False):
    """Normals, cover and own coordinates of one lying ellipsoid, sizes in pixels."""
    reach = int(np.ceil(max(length, breadth))) + 2
    xs, ys = grid(2 * reach, 2 * reach)
    xs, ys = xs - reach, ys - reach
    ca, sa = np.cos(angle), np.sin(angle)
    a, b = (xs * ca + ys * sa) / length, (-xs * sa + ys * ca) / breadth
    b = b + F(bend) * (a * a - F(0.4))
    thick = b
    if tail:  # a fish: slimmer towards the tail, which opens like a fan
        slim = F(0.34) + F(0.66) * step(-0.92, -0.1, a)
        fan = F(0.9) * step(-0.72, -1.0, a)
        thick = b / np.maximum(slim + fan, F(0.2))
    far = np.abs(a) ** power + np.abs(thick) ** power
    if tail:
        far = np.where(a < F(-0.62), np.maximum(np.abs(thick), np.abs(a)) ** 3, far)
    alpha = np.clip((1 - far) * min(length, breadth) * F(0.7) + F(0.5), 0, 1)
    inside = np.clip(1 - far, 0, 1)
    nz = np.sqrt(inside * F(0.92) + F(0.08))
    flat = np.sqrt(np.maximum(1 - nz * nz, 0))
    gx, gy = a * ca / length - b * sa / breadth, a * sa / length + b * ca / breadth
    norm = np.maximum(np.hypot(gx, gy), 1e-6)
    nx, ny = gx / norm * flat, gy / norm * flat
    if groove:
        cut = np.exp(-((b / F(0.12)) ** 2)) * F(groove)
        nx, ny = nx - cut * sa, ny + cut * ca
    if bump is not None:
        n = bump(2 * reach, a, b)
        nx, ny = nx + n[0], ny + n[1]
    scale = 1 / np.sqrt(nx * nx + ny * ny + nz * nz)
    return nx * scale, ny * scale, nz * scale, alpha.astype(F), a, b


def sprite(length, breadth, angle, albedo, material, ao=1.0, **shape):
    """(linear colour, cover) of one item; `albedo(a, b)` or one colour."""
    nx, ny, nz, alpha, a, b = ellipsoid(length, breadth, angle, **shape)
    tone = (
        albedo(a, b)
        if callable(albedo)
        else np.broadcast_to(np.asarray(colour(albedo), F), (*alpha.shape, 3))
    )
    dusk = F(ao) * (F(0.6) + F(0.4) * nz)
    return lit(np.ascontiguousarray(tone), nx, ny, nz, material, 1.0, dusk), alpha


def lay(stage, item, x, y, shadow=0.35):
    """Lays a sprite with its centre at (x, y) work pixels, its shadow first."""
    tone, alpha = item
    h, w = alpha.shape
    x0, y0 = int(x - w / 2), int(y - h / 2)
    if shadow:
        d = max(1, int(w * 0.07))
        soft = alpha * F(shadow)
        stage.blend(np.asarray([0.05, 0.035, 0.025], F), soft, x0 + d, y0 + d)
    stage.blend(tone, alpha, x0, y0)


def heap(stage, items, places):
    """Lays items at places (x, y), the ones further back first."""
    for k, (x, y) in enumerate(sorted(places, key=lambda p: p[1])):
        lay(stage, items[k % len(items)], x, y)


def mound(rng, cx, cy, rx, ry, count, lift=0.35):
    """Places of a heap: an ellipse of items, piled higher in the middle."""
    found = []
    for _ in range(count):
        a, r = rng.random() * 6.283, np.sqrt(rng.random())
        x, y = r * np.cos(a), r * np.sin(a)
        found.append((cx + x * rx, cy + y * ry - (1 - r) * ry * lift))
    return found


def scattered(rng, width, height, gap):
    """Places all over the frame, jittered."""
    found = []
    for y in np.arange(-gap, height + gap, gap * 0.8):
        for x in np.arange(-gap, width + gap, gap):
            found.append((x + rng.normal(0, gap * 0.3), y + rng.normal(0, gap * 0.3)))
    return found


# --- kinds: (length, breadth) as shares of the width, colours, material, shape -----------------


def rough(strength, cells=9, seed=3):
    """A wrinkled skin."""

    def bump(size, a, b):
        rng = np.random.default_rng(seed)
        n = noise(rng, size, size, cells, octaves=2) * F(strength)
        return np.gradient(n, axis=1) * F(size / 6), np.gradient(n, axis=0) * F(size / 6)

    return bump


def spiky(rows):
    """Durian: rows of little pyramids."""

    def bump(size, a, b):
        u, v = a * rows, b * rows * F(0.75) + (np.floor(a * rows) % 2) * F(0.5)
        return (F(1.9) * ((u % 1) - F(0.5)), F(1.9) * ((v % 1) - F(0.5)))

    return bump


def striped(dark, pale, lines):
    def albedo(a, b):
        t = (F(0.5) + F(0.5) * np.sin(b * lines + a * 2))[..., None] * F(0.6)
        return np.asarray(colour(pale), F) * (1 - t) + np.asarray(colour(dark), F) * t

    return albedo


def tipped(base, tip):
    """A colour that turns into another towards one end."""

    def albedo(a, b):
        t = step(0.35, 1.0, a)[..., None]
        return np.asarray(colour(base), F) * (1 - t) + np.asarray(colour(tip), F) * t

    return albedo


KINDS = {
    "rice": dict(size=(0.017, 0.0052), tones=("#f1e8d2", "#e9dec2", "#f6efdf"), material=DRY),
    "red_rice": dict(size=(0.017, 0.0052), tones=("#8a3a2c", "#a5503a", "#74281f"), material=DRY),
    "pepper": dict(size=(0.0125, 0.012), tones=("#2b211d", "#3a2b22", "#1f1815"), material=DRY, bump=rough(0.5)),
    "coffee": dict(size=(0.028, 0.019), tones=("#3b2015", "#4a2a1a", "#2f190f"), material=BEAN, groove=0.5),
    "cashew": dict(size=(0.042, 0.017), tones=("#e2bd83", "#d9ae70", "#ecd09c"), material=DRY, bend=0.8),
    "shallot": dict(size=(0.075, 0.056), tones=[striped("#6d1f3d", "#a84a66", 14), striped("#7d2744", "#b65a74", 14)], material=FRUIT),
    "garlic": dict(size=(0.078, 0.068), tones=[striped("#cdbfa8", "#f3ebdd", 9), striped("#c9b39b", "#efe3d0", 9)], material=WAX),
    "eggs": dict(size=(0.105, 0.082), tones=("#eef0ea", "#e6ebe6", "#f3f2ec"), material=WAX),
    "longan": dict(size=(0.045, 0.042), tones=("#c98a3a", "#b97a2e", "#d99c4a"), material=WAX, bump=rough(0.12, 8)),
    "tamarind": dict(size=(0.13, 0.032), tones=("#7c5333", "#6b4428", "#8d6240"), material=DRY, bend=0.6, bump=rough(0.3, 5)),
    "durian": dict(size=(0.27, 0.22), tones=("#97983f", "#8a8c3a"), material=DRY, bump=spiky(8)),
    "banana": dict(size=(0.115, 0.036), tones=("#8a4a1f", "#9c5a28", "#7a3f1a"), material=WAX, bend=0.5, bump=rough(0.35, 7)),
    "chips": dict(size=(0.06, 0.033), tones=("#e9c25a", "#e2b347", "#f0d27a"), material=DRY, bump=rough(0.3, 4)),
    "crackling": dict(size=(0.06, 0.03), tones=("#d8a45a", "#c98f45", "#e5bb78"), material=DRY, bump=rough(1.0, 9), bend=0.5),
    "leaf_tea": dict(size=(0.026, 0.007), tones=("#3f4a2c", "#4f5a34", "#2f3822"), material=DRY, bend=1.2),
    "krayasat": dict(size=(0.085, 0.062), tones=("#a8692d", "#b97a39", "#955a24"), material=WAX, bump=rough(1.1, 12), power=5.0),
    "sugar_cake": dict(size=(0.085, 0.062), tones=("#c08a4a", "#b57d3d", "#cb985b"), material=DRY, bump=rough(0.25, 8), power=3.0),
    "charcoal": dict(size=(0.12, 0.034), tones=("#2b2b2d", "#38383a", "#222224"), material=DRY, power=6.0, bump=rough(0.4, 6)),
    "gourami": dict(size=(0.26, 0.09), tones=[tipped("#a58a62", "#7c6544"), tipped("#96805c", "#6f5a3c")], material=WAX, bump=rough(0.02, 26), tail=True),
    "pastry": dict(size=(0.09, 0.085), tones=("#e0b46c", "#d8a85d", "#e8c283"), material=WAX, power=2.6),
    "puff": dict(size=(0.115, 0.07), tones=("#d79c4c", "#cc8e3e", "#e2ad62"), material=WAX, bend=0.5, bump=rough(0.6, 9)),
    "mao": dict(size=(0.022, 0.022), tones=("#3a1026", "#5a1230", "#7a1a34"), material=FRUIT),
}  # fmt: skip

#: craft → (kind, how many in a heap, on what)
HEAPS = {
    "rice": ("rice", 1500, "bowl"), "pepper": ("pepper", 700, "bowl"), "coffee": ("coffee", 260, "bowl"),
    "cashew": ("cashew", 110, "bowl"), "shallot": ("shallot", 26, "basket"), "garlic": ("garlic", 22, "basket"),
    "eggs": ("eggs", 9, "basket"), "longan": ("longan", 60, "bowl"), "tamarind": ("tamarind", 18, "basket"),
    "durian": ("durian", 2, "ground"), "banana": ("banana", 22, "plate"), "chips": ("chips", 60, "bowl"),
    "crackling": ("crackling", 46, "basket"), "tea": ("leaf_tea", 420, "bowl"), "krayasat": ("krayasat", 12, "plate"),
    "sugar": ("sugar_cake", 12, "plate"), "charcoal": ("charcoal", 16, "plate"), "fish": ("gourami", 5, "plate"),
    "pastry": ("pastry", 9, "plate"), "curry_puff": ("puff", 9, "plate"),
}  # fmt: skip


def kind_of(slug, craft):
    """Which item a product shows: Sangyod rice is red."""
    kind = HEAPS[craft][0]
    return "red_rice" if kind == "rice" and "sangyod" in slug else kind


def items_of(stage, kind, zoom=1.0, variants=22):
    """A set of sprites of one kind in many turns and tints."""
    spec = KINDS[kind]
    length, breadth = (stage.px(s) * zoom for s in spec["size"])
    shape = {k: spec[k] for k in ("groove", "bend", "bump", "power", "tail") if k in spec}
    rng = generator(stage.slug, "items", kind)
    found = []
    for k in range(variants if length < stage.px(0.2) else 4):
        tone = spec["tones"][k % len(spec["tones"])]
        if isinstance(tone, str):
            tone = mix(
                tone, "#ffffff" if rng.random() > 0.5 else "#20140c", float(rng.random() * 0.14)
            )
        size = 1 + float(rng.normal(0, 0.08))
        angle = rng.random() * 6.283 if length < stage.px(0.2) else rng.normal(0, 0.25)
        found.append(
            sprite(
                max(2, length * size),
                max(1.6, breadth * size),
                angle,
                tone,
                spec["material"],
                **shape,
            )
        )
    return found


def dish(stage, kind, cx, base):
    """What a heap lies in; returns the ellipse (cx, cy, rx, ry) in work pixels that it fills."""
    px = stage.px
    if kind == "bowl":
        tone = ["#6f7f78", "#8c6f5a", "#4d5a66", "#b9a98c"][
            int(generator(stage.slug, "dish").integers(4))
        ]
        paint = lambda solid: np.broadcast_to(np.asarray(colour(tone), F), (*solid.alpha.shape, 3))  # noqa: E731
        stand(stage, BOWL, cx, base, 0.30, paint, GLAZE.with_(gloss=0.3), tilt=0.6)
        return px(cx), px(base) - px(0.205), px(0.265), px(0.14)
    if kind == "plate":
        tone = ["#efe7d8", "#d9d2c2", "#c8d0cc"][int(generator(stage.slug, "dish").integers(3))]
        paint = lambda solid: np.broadcast_to(np.asarray(colour(tone), F), (*solid.alpha.shape, 3))  # noqa: E731
        stand(stage, PLATE, cx, base, 0.36, paint, GLAZE.with_(gloss=0.2), tilt=0.75)
        return px(cx), px(base) - px(0.07), px(0.29), px(0.19)
    if kind == "basket":
        from .baskets import TRAY, bamboo_paint

        stand(stage, TRAY, cx, base, 0.36, bamboo_paint(stage.slug), CLAY, tilt=0.75)
        return px(cx), px(base) - px(0.10), px(0.28), px(0.18)
    return px(cx), px(base) - px(0.06), px(0.20), px(0.05)


def lay_durian(stage, x, y, zoom):
    """A fruit with a stalk: a dark body under rows of lit thorns."""
    rx, ry = stage.px(0.27) * zoom, stage.px(0.22) * zoom
    y -= ry * 0.75
    stalk = sprite(stage.px(0.075) * zoom, stage.px(0.02) * zoom, -0.35, "#7a5a34", DRY, power=5.0)
    lay(stage, stalk, x + rx * 1.08, y - ry * 0.36)
    lay(stage, sprite(rx, ry, 0.0, "#5d6426", DRY), x, y, 0.45)
    rows = 15
    for row in range(-rows, rows + 1):
        v = row / rows
        for k in range(-rows, rows + 1):
            u = (k + 0.5 * (row % 2)) / rows
            far = u * u + v * v
            if far > 0.97:
                continue
            depth = np.sqrt(1 - far)
            size = stage.px(0.021) * zoom * (0.55 + 0.55 * depth)
            tone = mix("#a9a545", "#6d7430", float(0.5 + 0.5 * (0.6 * u + 0.5 * v)))
            thorn = sprite(
                max(2, size), max(2, size * 0.95), float(np.arctan2(v, u)), tone, DRY, power=1.15
            )
            lay(stage, thorn, x + u * rx * 0.99, y + v * ry * 0.99, 0.25)


def draw_heap(slug, craft, view, width):
    """A heap in its dish; a field of it from near; a smaller heap with some spilt."""
    stage = Stage(slug, view, width, 1.0)
    kind, count = kind_of(slug, craft), HEAPS[craft][1]
    rng = stage.rng
    if view == 1:
        stage.flat("wood")
        zoom = {True: 1.6, False: 2.4}[KINDS[kind]["size"][0] > 0.07]
        items = items_of(stage, kind, zoom)
        gap = stage.px(KINDS[kind]["size"][0]) * zoom * 1.05
        back = noise(rng, stage.w, stage.h, 5, octaves=2)
        stage.linear *= (F(0.35) + F(0.05) * back)[..., None]
        for layer in range(2):
            heap(stage, items, scattered(rng, stage.w, stage.h, max(gap, 6)))
            if layer == 0:
                stage.linear *= F(0.72)
        return stage.finish()
    stage.table(edge=0.36 if view == 0 else 0.3)
    zoom, base = (1.0, 0.80) if view == 0 else (0.85, 0.74)
    where = (
        HEAPS[craft][2]
        if view == 0
        else {"bowl": "plate", "basket": "plate", "plate": "basket"}.get(HEAPS[craft][2], "ground")
    )
    cx = 0.5 if view == 0 else 0.42
    x, y, rx, ry = dish(stage, where, cx, base)
    items = items_of(stage, kind, zoom)
    if kind == "durian":
        lay_durian(stage, x, y, zoom)
        return stage.finish()
    big = KINDS[kind]["size"][0] > 0.2
    lift = 0.1 if big else 0.75
    room = 0.55 if big else 0.94
    dark = np.exp(
        -(
            (
                ((grid(stage.w, stage.h)[0] - x) / rx) ** 2
                + ((grid(stage.w, stage.h)[1] - y) / ry) ** 2
            )
            ** 2
        )
    )
    stage.darken(dark.astype(F), 0.5)
    heap(
        stage,
        items,
        mound(rng, x, y, rx * room, ry * room, count if view == 0 else int(count * 0.6), lift),
    )
    if view == 2 and not big:
        spilt = [
            (stage.px(0.68 + 0.24 * rng.random()), stage.px(0.78 + 0.14 * rng.random()))
            for _ in range(max(3, count // 14))
        ]
        heap(stage, items, spilt)
    return stage.finish()
