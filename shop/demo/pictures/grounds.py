"""What the goods stand or lie on: cotton, wood, stone, and the light that falls across it."""

import numpy as np

from .fields import F, blur, grid, noise, resize, step
from .light import colour, mix

COTTONS = ("#e9dfcc", "#e6dac4", "#ece3d2", "#e2d8c6", "#e8ddd0")
WOODS = ("#a9805a", "#8d6747", "#b9936a", "#7a573d", "#c2a27c")
STONES = ("#b9b3a8", "#a8a49c", "#c7bfb2", "#9a958d", "#b5aa9c")
PLASTERS = ("#ded5c6", "#d8cfc2", "#d3cbbf", "#e1d6c4", "#cfcabf")


def wood(rng, width, height, tone, boards=4, upright=False):
    """Planed boards, grain along the longer lines; linear colour planes."""
    if upright:
        return np.ascontiguousarray(wood(rng, height, width, tone, boards).transpose(1, 0, 2))
    grain = noise(rng, width, height, 3, 46, octaves=3, gain=0.6)
    drift = noise(rng, width, height, 2, 5, octaves=2)
    xs, ys = grid(width, height)
    rings = np.sin(ys / height * 70 + drift * 7 + grain * 1.2) * F(0.5)
    fibre = noise(rng, width, height, 14, height / 2.2, octaves=1)
    value = 1 + F(0.09) * grain + F(0.06) * rings + F(0.05) * fibre
    if boards:
        at = ys / height * boards + F(rng.random())
        board = np.floor(at).astype(int)
        tint = (rng.random(boards + 3).astype(F) - F(0.5)) * F(0.16)
        value = value + tint[np.clip(board, 0, boards + 2)]
        edge = np.minimum(at - board, 1 - (at - board)) * height / boards
        scale = max(width / 800, 0.2)
        value = value * (F(0.5) + F(0.5) * step(0.3 * scale, 2.2 * scale, edge))
    dark, light = colour(mix(tone, "#2a1a10", 0.25)), colour(mix(tone, "#fff2dc", 0.12))
    t = np.clip(value - F(0.5), 0, 1)[..., None]
    return (dark * (1 - t) + light * t).astype(F)


def stone(rng, width, height, tone):
    """A honed slab with faint clouds and specks."""
    clouds = noise(rng, width, height, 4, octaves=4, gain=0.6)
    specks = noise(rng, width, height, width / 2.5, octaves=1)
    value = 1 + F(0.07) * clouds + F(0.06) * specks - F(0.16) * step(1.1, 1.7, -specks)
    return colour(tone) * value[..., None]


def cotton(rng, width, height, tone):
    """Unbleached cloth pulled flat, with a few slow waves; thread detail is added later."""
    waves = noise(rng, width, height, 2.5, 3.5, octaves=2)
    slub = noise(rng, width, height, 3, height / 2.0, octaves=1)
    slub = slub + noise(rng, width, height, width / 2.0, 3, octaves=1)
    value = 1 + F(0.035) * waves + F(0.018) * slub
    return colour(tone) * value[..., None]


def plaster(rng, width, height, tone):
    trowel = noise(rng, width, height, 6, octaves=4, gain=0.55)
    return colour(tone) * (1 + F(0.025) * trowel)[..., None]


SURFACES = {"wood": wood, "stone": stone, "cotton": cotton, "plaster": plaster}
TONES = {"wood": WOODS, "stone": STONES, "cotton": COTTONS, "plaster": PLASTERS}


def window_patches(rng, width, height, strength=0.2):
    """Slanted panes of brighter light with soft edges, as a plane around 1."""
    w, h = max(16, width // 4), max(16, height // 4)
    xs, ys = grid(w, h)
    xs, ys = xs / w, ys / w
    lean = F(0.45 + 0.25 * rng.random())
    across = xs + lean * ys - F(0.25 + 0.35 * rng.random())
    along = ys - F(0.28) * xs
    pitch = F(0.52 + 0.1 * rng.random())
    soft = F(0.05)
    a = np.abs((across / pitch) % 1 - F(0.5)) * pitch
    b = np.abs((along / (pitch * F(1.3))) % 1 - F(0.5)) * pitch * F(1.3)
    panes = step(0.5 * pitch, 0.5 * pitch - soft * 2, a) * step(
        0.65 * pitch, 0.65 * pitch - soft * 2, b
    )
    leaves = noise(rng, w, h, 7, octaves=2)
    panes = panes * (F(0.75) + F(0.25) * step(-0.6, 0.4, leaves))
    panes = panes * step(1.35, 0.35, xs + F(0.25) * ys)
    return resize(blur(F(1 - strength * 0.4) + F(strength) * panes, w * 0.012), width, height)


def falloff(width, height, side=0.26):
    """The room darkens away from the window (left) and towards the lower right."""
    w, h = max(8, width // 8), max(8, height // 8)
    xs, ys = grid(w, h)
    xs, ys = xs / w, ys / h
    plane = F(1.06) - F(side) * step(0.05, 1.15, F(0.75) * xs + F(0.45) * ys)
    return resize(plane, width, height)
