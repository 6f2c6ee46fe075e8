"""Cloth: patterns as small bitmaps of threads, woven large, folded and lit.

A pattern is a palette and an array of palette indices, one cell a few threads wide. It is enlarged
to an albedo picture; mudmee bleeds along the weft, batik crackles, indigo drifts.
"""

import numpy as np
from PIL import Image

from .dyes import FLOWING
from .fields import BILINEAR, F, blur, grid, noise, pick, resize, step
from .light import CLOTH, SILK, lit, mix, rgb8
from .stage import generator

NEAREST = Image.Resampling.NEAREST


def diamond(n, hooks=False):
    """A stepped diamond of (2n-1) cells, concentric; 1 on the odd rings, 2 in the middle."""
    ys, xs = np.mgrid[-n + 1 : n, -n + 1 : n]
    ring = np.abs(xs) + np.abs(ys)
    cells = np.where(ring < n, np.where((n - 1 - ring) % 2 == 0, 1, 0), 0)
    cells[ring <= 1] = 2
    if hooks:
        cells[(np.abs(xs) == n - 2) & (np.abs(ys) <= 2) & (xs * ys >= 0)] = 1
        cells[(np.abs(ys) == n - 2) & (np.abs(xs) <= 2) & (xs * ys <= 0)] = 1
    return cells


def tile_rows(rows, width):
    """Bands one under another, each repeated to the same width."""
    out = []
    for band in rows:
        reps = -(-width // band.shape[1])
        out.append(np.tile(band, (1, reps))[:, :width])
    return np.vstack(out)


def zigzag(height, period, shade=1):
    ys, xs = np.mgrid[0:height, 0:period]
    wave = np.abs((xs % period) - period // 2) * height // max(period // 2, 1)
    return np.where(np.abs(wave - ys) <= 1, shade, 0)


def stripe(height, shade):
    return np.full((height, 4), shade)


def hooked(n, ground=0, line=1, heart=2):
    """A lozenge with hooks, the teen-jok and praewa motif."""
    size = 2 * n + 1
    cells = np.full((size, size + 4), ground)
    c = n
    for y in range(size):
        for x in range(size):
            ring = abs(x - c) + abs(y - c)
            if ring in (n, n - 3) or ring <= 1:
                cells[y, x] = heart if ring <= 1 else line
            elif ring == n - 5 and n > 6:
                cells[y, x] = heart
    for k in range(2, max(3, n // 2)):
        cells[c - k, size - 2] = line
        cells[c + k, 1] = line
    cells[c - max(2, n // 2), size - 2 : size + 2] = line
    cells[c + max(2, n // 2), 0:3] = line
    return cells


def little_birds():
    art = ["....##..", "##.####.", ".######.", "..####..", "...##...", "..#..#.."]
    return np.array([[1 if c == "#" else 0 for c in row] for row in art])


def pattern_of(craft, taste):
    """The thread bitmap, its colours, and how far colours bleed sideways (in cells)."""
    return PATTERNS[craft](taste)



def praewa(taste):
    rows, width = [], 120
    for n in (9, 6, 11, 6, 9, 7):
        rows += [stripe(2, 3), zigzag(4, 8, 4), stripe(1, 3), np.pad(hooked(n), ((2, 2), (0, 0)))]
        rows.append(np.where(little_birds() > 0, pick(taste, 3, 4), 0))
    palette = ["#8f1230", "#f0d9a2", "#1f5a3c", "#e8b23a", "#f3efe2"]
    return tile_rows(rows, width), palette, 0.0


def brocade(taste):
    ground, shine = pick(
        taste, ("#6d3a78", "#e6c9e8"), ("#3f7f6b", "#e9e2b0"), ("#b65a72", "#f6dccb")
    )
    cell = np.zeros((24, 24), int)
    cell[2:21, 2:21] = np.where(diamond(10) > 0, diamond(10), 0)
    cell[0, ::4] = 1
    return np.tile(cell, (6, 6)), [ground, mix(ground, shine, 0.65), shine], 0.0


def teenjok(taste):
    ground = pick(taste, "#1d1a24", "#5f1420", "#241b3a")
    rows = [stripe(26, 0)]
    for shade in (3, 4, 5, 3):
        rows += [stripe(1, shade), zigzag(3, 6, 3), stripe(1, 4)]
    for n in (12, 8):
        lozenge = np.where(hooked(n) == 0, 6, np.where(hooked(n) == 1, pick(taste, 3, 5), 4))
        rows += [
            np.pad(lozenge, ((2, 2), (0, 0)), constant_values=6),
            stripe(2, 3),
            zigzag(5, 10, 4),
        ]
    rows += [stripe(8, 6), stripe(2, 3), stripe(10, 6)]
    palette = [
        ground,
        "#ffffff",
        "#ffffff",
        "#e9b53b",
        "#f4ecd8",
        "#3f8a5b",
        pick(taste, "#a81f2d", "#b8421f", "#8d1634"),
    ]
    return tile_rows(rows, 110), palette, 0.0


def mudmee(taste):
    ground, mid, pale = pick(
        taste,
        ("#4a1d3d", "#c06a3f", "#efd9a6"),
        ("#123c3f", "#c99a3b", "#f0e3bf"),
        ("#5b1f24", "#d08b3e", "#f3dfb8"),
        ("#2b2348", "#9c5aa0", "#e8d6ec"),
        ("#2f3a1e", "#a98b35", "#efe6c2"),
    )
    n = int(taste.integers(9, 15))
    big = diamond(n)
    side = np.roll(diamond(n), n, axis=1)
    cell = np.maximum(big, np.where(side == 2, 1, 0))
    band = np.where(zigzag(6, 12) > 0, 2, 0)
    rows = [cell, band[:, : cell.shape[1]] if cell.shape[1] <= band.shape[1] else band, cell]
    return np.tile(tile_rows(rows, cell.shape[1] * 2), (2, 3)), [ground, mid, pale], 0.7


def hol(taste):
    cells, palette, _ = mudmee(taste)
    cells = cells.copy()
    for x in range(0, cells.shape[1], 14):
        cells[:, x : x + 3] = np.where(cells[:, x : x + 3] == 0, 1, cells[:, x : x + 3])
    return cells, palette, 0.9


def plain_silk(taste):
    ground = pick(taste, "#a23a2d", "#1f6f78", "#b78a2f", "#4b4a8c")
    ys, xs = np.mgrid[0:90, 0:90]
    cells = ((ys // 30 + xs // 200) % 2).astype(int)
    return cells, [ground, mix(ground, "#ffffff", 0.08)], 0.0


def luk_kaew(taste):
    ground = pick(taste, "#2a2527", "#3a2a20", "#23243a")
    cell = diamond(6)
    return (
        np.tile(cell, (10, 10)),
        [ground, mix(ground, "#f2e4c8", 0.22), mix(ground, "#f2e4c8", 0.38)],
        0.2,
    )


def gold_brocade(taste):
    ground = pick(taste, "#6a1026", "#143d2f", "#3a1454")
    cell = np.zeros((34, 30), int)
    cell[2:31, 1:30] = diamond(15)
    flower = np.zeros_like(cell)
    ys, xs = np.mgrid[0:34, 0:30]
    angle, far = np.arctan2(ys - 16, xs - 15), np.hypot(ys - 16, xs - 15)
    flower[far < 8 + 3 * np.cos(angle * 8)] = 2
    return np.tile(np.maximum(cell, flower), (4, 5)), [ground, "#b98a2b", "#f3d77c"], 0.0


def woven(taste):
    tone = pick(taste, "#7d2f36", "#2e5f57", "#3e4a7a", "#8a5a2b")
    pale = mix(tone, "#fff3d8", 0.8)
    flower = np.zeros((14, 14), int)
    flower[1:12, 1:12] = diamond(6)
    rows = [np.where(flower > 0, 1, 0), stripe(2, 2), np.where(flower > 1, 1, 0), stripe(1, 1)]
    return np.tile(tile_rows(rows, 84), (3, 1)), [tone, pale, mix(tone, "#e9b24b", 0.6)], 0.0


def pakaoma(taste):
    a, b, c = pick(
        taste,
        ("#8e1f2c", "#f1e6d2", "#1d2b57"),
        ("#26543c", "#f3ead6", "#b8322f"),
        ("#c2571f", "#f6ecd9", "#5a2a6a"),
    )
    line = np.array([0] * 10 + [2] * 2 + [1] * 5 + [2] * 2 + [1] * 5 + [0] * 6 + [3] * 2)
    ys, xs = np.meshgrid(line, line, indexing="ij")
    mixed = np.where((np.indices(ys.shape).sum(axis=0) % 2) == 0, ys, xs)
    return np.tile(mixed, (4, 4)), [a, b, c, "#e7b13c"], 0.0


def cotton(taste):
    ground = pick(taste, "#cfc3a8", "#9fb0a3", "#c99f8a", "#8d97a8")
    line = np.array([0] * 9 + [1] + [0] * 3 + [1] * 3 + [0] * 3 + [1])
    return np.tile(line, (80, 5)).T.copy().T, [ground, mix(ground, "#ffffff", 0.45)], 0.0


def tai_lue(taste):
    ground = pick(taste, "#6b1a2c", "#1d2747")
    rows = []
    for k in range(5):
        water = np.zeros((14, 22), int)
        for y in range(14):
            for x in range(22):
                run = (x + (y if y < 7 else 13 - y)) % 11
                if run in (0, 1, 4):
                    water[y, x] = 1 + (k + run) % 3
        rows += [water, stripe(2, 4), stripe(1, 1), stripe(2, 4)]
    return tile_rows(rows, 110), [ground, "#e6b33c", "#6fa15a", "#efe4cf", "#c2452f"], 0.3


def hmong(taste):
    rows = []
    spiral = [
        "#######.",
        "#.....#.",
        "#.###.#.",
        "#.#.#.#.",
        "#.#...#.",
        "#.#####.",
        "#.......",
        "########",
    ]
    art = np.array([[1 if c == "#" else 0 for c in row] for row in spiral])
    for shade in (2, 3, 4):
        rows += [
            np.where(art > 0, 1, shade),
            stripe(2, 5),
            np.where(diamond(5) > 0, shade, 6),
            stripe(2, 1),
        ]
    palette = ["#1f2f63", "#f4efe4", "#c5304a", "#e98f2d", "#2f8f83", "#e6c53a", "#22264d"]
    return np.tile(tile_rows(rows, 90), (2, 1)), palette, 0.0


def khit(taste):
    ground = pick(taste, "#7a1f2b", "#1f3a5f", "#2f5a3a")
    cells = [
        np.where(diamond(7) > 0, 1, 0),
        stripe(2, 2),
        np.where(zigzag(6, 12) > 0, 1, 0),
        stripe(2, 2),
    ]
    return np.tile(tile_rows(cells, 78), (3, 1)), [ground, "#f1e4c4", "#e1a53a"], 0.0


PATTERNS = {
    "praewa": praewa, "brocade": brocade, "teenjok": teenjok, "mudmee": mudmee,
    "plain_silk": plain_silk, "luk_kaew": luk_kaew, "gold_brocade": gold_brocade,
    "woven": woven, "pakaoma": pakaoma, "cotton": cotton, "tai_lue": tai_lue, "hmong": hmong,
    "khit_pillow": khit,
}  # fmt: skip


SILKY = {"praewa", "brocade", "mudmee", "plain_silk", "luk_kaew", "gold_brocade"}


def woven_albedo(stage, craft, cell_px):
    """An 8-bit picture of the flat cloth, larger than the frame, one cell `cell_px` wide."""
    if craft in FLOWING:
        return FLOWING[craft](stage)
    cells, palette, feather = pattern_of(craft, generator(stage.slug, "pattern"))
    width, height = stage.full
    rows, cols = int(height * 1.5 / cell_px) + 2, int(width * 1.5 / cell_px) + 2
    reps = (-(-rows // cells.shape[0]), -(-cols // cells.shape[1]))
    cells = np.tile(cells, reps)[:rows, :cols] % len(palette)
    if feather:
        shift = np.rint(
            generator(stage.slug, "bleed").normal(0, feather * 0.6, (cells.shape[0], 1))
            + np.zeros(cells.shape)
        ).astype(int)
        cells = np.take_along_axis(cells, np.clip(np.arange(cols) + shift, 0, cols - 1), axis=1)
    tones = np.array([rgb8(c) for c in palette], np.uint8)[cells]
    image = Image.fromarray(tones)
    size = (int(cols * cell_px), int(rows * cell_px))
    if feather:
        return image.resize(size, BILINEAR)
    return image.resize(size, NEAREST)


def warped(albedo, stage, dx, dy):
    """The cloth picture as the folds show it: displacements are work-size planes in shares."""
    width, height = stage.full
    small = (
        albedo.resize((stage.w * 2, stage.h * 2), BILINEAR) if albedo.width > width * 2 else albedo
    )
    source = np.asarray(small)
    sh, sw = source.shape[:2]
    fw, fh = width, height
    xs, ys = grid(fw, fh)
    gx = resize(dx.astype(F), fw, fh) * fw
    gy = resize(dy.astype(F), fw, fh) * fw
    k = sw / (fw * 1.5)
    ix = np.clip((xs + gx + fw * 0.2) * k, 0, sw - 1).astype(np.int32)
    iy = np.clip((ys + gy + fh * 0.1) * k, 0, sh - 1).astype(np.int32)
    return Image.fromarray(source[iy, ix])


def hanging(stage, folds=5, depth=0.05):
    """A hung cloth: vertical folds that grow towards the hem. Height in work pixels."""
    xs, ys = grid(stage.w, stage.h)
    x, y = xs / stage.w, ys / stage.h
    wander = noise(stage.rng, stage.w, stage.h, 2.5, 1.5, 2)
    phase = x * folds * 2 * np.pi + wander * F(1.2) + F(stage.rng.random() * 6.28)
    wave = np.sin(phase) + F(0.35) * np.sin(phase * 2 + 1.1)
    grow = F(0.45) + F(0.75) * y
    height = wave * grow * F(depth * stage.w * 0.42)
    ripple = noise(stage.rng, stage.w, stage.h, 9, 5, 2) * F(0.004 * stage.w)
    return height + ripple, wave


def lit_cloth(height, silky, strength=1.0):
    """Shade and spark planes for `Stage.overlay`."""
    from .fields import normals

    nx, ny, nz = normals(height, strength)
    white = np.ones((*height.shape, 3), F)
    material = SILK if silky else CLOTH
    light = lit(white, nx, ny, nz, material.with_(shine=0.0, sheen=0.0))[..., 1]
    shine = lit(white * 0, nx, ny, nz, material)[..., 1]
    low = blur(height, height.shape[1] * 0.02)
    ao = 1 - F(0.35) * step(0, height.shape[1] * 0.012, low - height)
    return light * ao * F(0.92), shine * F(0.9 if silky else 0.5)


def thread_tile(size, pitch, silky, seed):
    """Warp and weft as a repeating 8-bit tile around 128, for a multiply at full size."""
    xs, ys = grid(size, size)
    a = np.abs(np.sin(xs * np.pi / pitch))
    b = np.abs(np.sin(ys * np.pi / pitch))
    over = ((np.floor(xs / pitch) + np.floor(ys / pitch)) % 2).astype(F)
    rng = np.random.default_rng(seed)
    slub = noise(rng, size, size, 2, size / 6, 1) + noise(rng, size, size, size / 6, 2, 1)
    weave = over * a + (1 - over) * b
    tile = 1 - F(0.30 if not silky else 0.20) * (1 - weave) + F(0.05) * slub
    return Image.fromarray(np.clip(tile * 214, 0, 255).astype(np.uint8))


def with_threads(albedo, pitch, silky, seed=7):
    """The cloth picture multiplied with its threads."""
    from PIL import ImageChops

    size = int(round(pitch * 2 * 40))
    tile = thread_tile(size, pitch, silky, seed)
    plane = Image.new("L", albedo.size)
    for y in range(0, albedo.height, size):
        for x in range(0, albedo.width, size):
            plane.paste(tile, (x, y))
    bright = plane.point([min(255, int(i * 1.18)) for i in range(256)])
    return ImageChops.multiply(albedo, Image.merge("RGB", (bright,) * 3))
