"""Wide pictures for groups and stories: hills, fields and water in the colours of a craft."""

import numpy as np

from .fields import F, grid, noise, step
from .light import colour, mix
from .stage import Stage, generator
from .weave import FLOWING, PATTERNS, pattern_of

SKIES = (
    ("#e9c79a", "#c9d6df"),
    ("#f0b98a", "#8fa3c0"),
    ("#e6e0cf", "#a9c0c9"),
    ("#f3d7b0", "#c7a9b0"),
)
DYES = {
    "indigo": "#24306b", "mo_hom": "#24306b", "praewa": "#8f1230", "celadon": "#7fa88c",
    "rice": "#9fae55", "coffee": "#5a3a26", "tea": "#5f7a3f", "honey": "#c98a1e",
}  # fmt: skip


def draw_scene(slug, crafts, width, salt):
    """Layers of hills under an evening sky; fields or water before them; a woven border below."""
    stage = Stage(f"{salt}-{slug}", 0, width, 9 / 16)
    taste = generator(salt, slug, "scene")
    xs, ys = grid(stage.w, stage.h)
    x, y = xs / stage.w, ys / stage.h
    low, high = SKIES[int(taste.integers(len(SKIES)))]
    sky = step(0.6, 0.0, y)[..., None]
    stage.linear = np.asarray(colour(low), F) * (1 - sky) + np.asarray(colour(high), F) * sky
    stage.linear = np.ascontiguousarray(
        np.broadcast_to(stage.linear, (stage.h, stage.w, 3))
    ).astype(F)
    sun_x, sun_y = 0.2 + 0.6 * taste.random(), 0.26 + 0.14 * taste.random()
    sun = np.hypot(x - F(sun_x), (y - F(sun_y)) * F(9 / 16))
    stage.linear += (
        np.exp(-((sun / F(0.16)) ** 2))[..., None] * np.asarray(colour("#ffd9a0"), F) * F(0.55)
    )
    disc = step(0.034, 0.031, sun)[..., None]
    stage.linear = stage.linear * (1 - disc) + np.asarray(colour("#fff1d6"), F) * disc
    cloud = noise(stage.rng, stage.w, stage.h, 3, 9, 4)
    veil = (step(0.1, 0.8, cloud) * step(0.5, 0.1, y) * F(0.35))[..., None]
    stage.linear = stage.linear * (1 - veil) + F(0.95) * veil
    tone = DYES.get(
        crafts[0] if crafts else "",
        ["#3f6b54", "#4a5a7a", "#5a6b3f", "#6b4f5a"][int(taste.integers(4))],
    )
    for layer in range(5):
        t = layer / 4
        ridge = F(0.42 + 0.09 * layer) + noise(stage.rng, stage.w, 8, 3 + layer * 1.5, 1, 4)[0] * F(
            0.07 - 0.006 * layer
        )
        cover = np.clip((y - ridge[None, :]) * stage.h, 0, 1)
        far = mix(mix(tone, low, 0.75 * (1 - t)), "#10130f", 0.38 * t)
        mist = np.exp(-np.maximum(y - ridge[None, :], 0) / F(0.05)) * F(0.25) * (1 - F(t))
        trees = 1 + F(0.10 + 0.08 * t) * noise(
            stage.rng, stage.w, stage.h, 30 + 30 * layer, octaves=2
        )
        plane = np.asarray(colour(far), F) * trees[..., None] + mist[..., None] * np.asarray(
            colour(low), F
        )
        stage.blend(plane, cover.astype(F))
    _foreground(stage, taste, x, y, tone, low)
    _border(stage, crafts, taste)
    return stage.finish()


def _foreground(stage, taste, x, y, tone, sky):
    kind = int(taste.integers(3))
    near = step(0.72, 0.735, y)
    depth = np.clip((y - F(0.72)) / F(0.28), 0.001, 1)
    if kind == 0:  # terraces
        bands = np.sin(
            (np.log(depth + F(0.08)) * 9 + noise(stage.rng, stage.w, stage.h, 3, 2, 2) * F(0.9)) * 3
        )
        plane = np.asarray(colour("#8fa24a"), F) * (F(0.75) + F(0.3) * bands)[..., None]
        water = step(0.3, 0.9, bands)[..., None] * F(0.55)
        plane = plane * (1 - water) + np.asarray(colour(sky), F) * water
    elif kind == 1:  # water with light on it
        ripple = noise(stage.rng, stage.w, stage.h, 8, 90, 3) * depth
        glint = step(0.15, 0.8, ripple)[..., None] * F(0.6)
        plane = np.asarray(colour(mix(sky, "#27404a", 0.55)), F) * np.ones((stage.h, stage.w, 1), F)
        plane = plane * (1 - glint) + np.asarray(colour(sky), F) * glint
    else:  # rows of a field
        rows = np.sin((x - F(0.5)) / (depth + F(0.05)) * 26)
        plane = (
            np.asarray(colour(mix(tone, "#a5a04a", 0.6)), F) * (F(0.7) + F(0.32) * rows)[..., None]
        )
    stage.blend(
        np.ascontiguousarray(plane.astype(F)), np.broadcast_to(near, (stage.h, stage.w)).astype(F)
    )


def _border(stage, crafts, taste):
    """A band of the group's own cloth, or of plain weave, along the lower edge."""
    craft = next((c for c in crafts if c in PATTERNS and c not in FLOWING), "woven")
    cells, palette, _ = pattern_of(craft, taste)
    height = max(4, round(stage.h * 0.06))
    cell = max(1, height // 14)
    rows, cols = -(-height // cell), -(-stage.w // cell)
    tile = np.tile(cells, (-(-rows // cells.shape[0]), -(-cols // cells.shape[1])))[:rows, :cols]
    tones = np.stack([colour(c) for c in palette])[tile % len(palette)]
    band = np.repeat(np.repeat(tones, cell, 0), cell, 1)[:height, : stage.w].astype(F)
    thread = F(0.86) + F(0.14) * np.sin(np.arange(stage.w, dtype=F) * 1.6)[None, :, None]
    stage.linear[stage.h - height :] = band * thread
    stage.linear[stage.h - height - 2 : stage.h - height] *= F(0.6)
