"""Surfaces of revolution: pots, bowls, jars, bottles, drums, balls.

A profile (radius, height) is turned round its axis and seen from `tilt` radians above the
horizon, in parallel projection. Each picture column meets the surface along one curve that
runs from the far side over the top to the near side; higher points hide lower ones, so a running
maximum along that curve leaves what the eye sees.
"""

from dataclasses import dataclass

import numpy as np

from .fields import F, spline, step
from .light import KEY


@dataclass
class Solid:
    """A piece of surface on the picture: its corner, cover, normals and surface coordinates.

    `u` runs once round the axis (0 faces the viewer), `v` along the profile from foot (0) to
    lip (1); `inside` is 1 where the hollow is seen; `shade` and `ao` dim window and room light.
    """

    x: int
    y: int
    alpha: np.ndarray
    nx: np.ndarray
    ny: np.ndarray
    nz: np.ndarray
    u: np.ndarray
    v: np.ndarray
    inside: np.ndarray
    shade: np.ndarray
    ao: np.ndarray

    @property
    def size(self):
        return self.alpha.shape[1], self.alpha.shape[0]


class Profile:
    """The turned outline, foot to lip, in pixels; smooth unless `sharp`."""

    def __init__(self, points, scale=1.0, sharp=False, count=260):
        pts = np.asarray(points, dtype=np.float64) * scale
        if sharp:
            gaps = np.hypot(*np.diff(pts, axis=0).T)
            along = np.concatenate([[0], np.cumsum(np.maximum(gaps, 1e-6))])
            t = np.linspace(0, along[-1], count)
            curve = np.column_stack([np.interp(t, along, pts[:, k]) for k in (0, 1)])
        else:
            curve = spline(pts, count * 2)
            gaps = np.hypot(*np.diff(curve, axis=0).T)
            along = np.concatenate([[0], np.cumsum(gaps)])
            t = np.linspace(0, along[-1], count)
            curve = np.column_stack([np.interp(t, along, curve[:, k]) for k in (0, 1)])
        self.r = np.maximum(curve[:, 0], 1e-3).astype(F)
        self.h = np.maximum.accumulate(curve[:, 1] + np.arange(count) * 1e-5).astype(F)
        dr, dh = np.gradient(self.r), np.gradient(self.h)
        length = np.maximum(np.hypot(dr, dh), 1e-6)
        self.out, self.up = (dh / length).astype(F), (-dr / length).astype(F)
        self.v = np.linspace(0, 1, count).astype(F)

    def parts(self):
        """Index ranges with one belly each, foot to lip, split at the necks."""
        cuts = [0]
        r = self.r
        for i in range(3, len(r) - 3):
            if r[i] <= r[i - 3 : i + 4].min() and r[max(cuts[-1], i - 60) : i].max() > r[i] * 1.04:
                if r[i : i + 60].max() > r[i] * 1.02:
                    cuts.append(i)
        return list(zip(cuts, [*cuts[1:], len(r) - 1], strict=True))


def _ends(r, h, x, tilt_sin, tilt_cos):
    """For columns x: heights clamped to where the part exists, and the half-depths."""
    z = np.sqrt(np.maximum(r[:, None] ** 2 - x[None, :] ** 2, 0))
    here = r[:, None] > np.abs(x)[None, :]
    first = np.argmax(here, axis=0)
    last = len(r) - 1 - np.argmax(here[::-1], axis=0)
    high = np.clip(h[:, None], h[first][None, :], h[last][None, :])
    return z, high, here.any(axis=0)


def _path(r, h, x, tilt_sin, tilt_cos):
    """Screen rows (downwards) met by each column, far foot → top → near foot, made monotone."""
    z, high, exists = _ends(r, h, x, tilt_sin, tilt_cos)
    far = -high * tilt_cos - z * tilt_sin
    near = (-high * tilt_cos + z * tilt_sin)[::-1]
    far = np.minimum.accumulate(far[::-1], axis=0)[::-1]
    near = np.maximum.accumulate(near, axis=0)
    return np.concatenate([far, near]), exists


def _invert(rows, path, exists):
    """Index along the path for every pixel row, per column (the path grows downwards)."""
    n = path.shape[0]
    steps = np.arange(n, dtype=np.float64)
    slope = (steps * 1e-4)[:, None]
    out = np.zeros((len(rows), path.shape[1]), F)
    firm = path + slope
    for k in np.nonzero(exists)[0]:
        out[:, k] = np.interp(rows, firm[:, k], steps)
    return out


def _cover(rows, r, h, xs, tilt_sin, tilt_cos, fine=4):
    """Antialiased cover of one part: exact ends per sub-column, averaged."""
    offsets = (np.arange(fine) + 0.5) / fine - 0.5
    total = np.zeros((len(rows), len(xs)), F)
    pick = slice(None, None, 2)
    for dx in offsets:
        z, high, exists = _ends(r[pick], h[pick], xs + dx, tilt_sin, tilt_cos)
        top = (-high * tilt_cos - z * tilt_sin).min(axis=0)
        bottom = (-high * tilt_cos + z * tilt_sin).max(axis=0)
        part = np.clip(rows[:, None] - top + 0.5, 0, 1) * np.clip(
            bottom - rows[:, None] + 0.5, 0, 1
        )
        total += part * exists
    return total / F(fine)


def turned(profile, cx, base, tilt=0.38, hollow=None, fill=None):
    """The visible surface of a turned thing standing with its foot's centre at (cx, base).

    `hollow` (a Profile from inner floor to lip) opens it; `fill` (a height in pixels) closes the
    hollow with a level surface there, marked by v = 2.
    """
    s, c = F(np.sin(tilt)), F(np.cos(tilt))
    r, h = profile.r, profile.h
    reach = float(r.max())
    top = float((-h * c - r * s).min())
    bottom = float((-h * c + r * s).max())
    x0, x1 = int(np.floor(cx - reach - 2)), int(np.ceil(cx + reach + 2))
    y0, y1 = int(np.floor(base + top - 2)), int(np.ceil(base + bottom + 2))
    xs = np.arange(x0, x1).astype(F) + F(0.5) - F(cx)
    rows = np.arange(y0, y1).astype(F) + F(0.5) - F(base)
    shape = (len(rows), len(xs))
    alpha = np.zeros(shape, F)
    index = np.zeros(shape, F)
    near = np.zeros(shape, bool)
    for a, b in profile.parts():
        rr, hh = r[a : b + 1], h[a : b + 1]
        piece = _cover(rows, rr, hh, xs, s, c)
        path, exists = _path(rr, hh, xs, s, c)
        k = _invert(rows, path, exists)
        n = len(rr)
        is_near = k >= n - 0.5
        along = np.where(is_near, 2 * n - 1 - k, k)
        take = piece > 0.01
        index[take] = (along + a)[take]
        near[take] = is_near[take]
        alpha = np.maximum(alpha, piece)
    solid = _surface(profile, index, near, xs, s, c, alpha, x0, y0)
    if hollow is not None:
        _open(solid, hollow, xs, rows, s, c, fill)
    foot = np.clip((rows[:, None] * -1 + reach * s * 0.6) / (reach * 0.9), 0, 1)
    solid.ao = solid.ao * (F(0.62) + F(0.38) * foot.astype(F))
    return solid


def _at(values, index):
    """Linear look-up of a short table at fractional indices."""
    k = np.clip(index, 0, len(values) - 1.001).astype(np.int32)
    f = index - k
    return values[k] * (1 - f) + values[np.minimum(k + 1, len(values) - 1)] * f


def _surface(profile, index, near, xs, s, c, alpha, x0, y0):
    radius = np.maximum(_at(profile.r, index), 1e-3)
    across = np.clip(xs[None, :] / radius, -1, 1)
    depth = np.sqrt(1 - across * across) * np.where(near, F(1), F(-1))
    out, up = _at(profile.out, index), _at(profile.up, index)
    nx = out * across
    toward = out * depth
    nz = up * s + toward * c
    ny = -(up * c - toward * s)
    u = np.arctan2(across, depth) / F(2 * np.pi)
    ones = np.ones_like(nx)
    return Solid(
        x0, y0, alpha, nx, ny, nz, u, _at(profile.v, index), np.zeros_like(nx), ones, ones.copy()
    )


def _open(solid, hollow, xs, rows, s, c, fill):
    """Replaces the mouth by the hollow behind it, with the lip's shadow fallen in."""
    r, h = hollow.r, hollow.h
    lip_r, lip_h = r[-1], h[-1]
    squash = rows[:, None] + lip_h * c
    away = np.sqrt((xs[None, :] / lip_r) ** 2 + (squash / (lip_r * s)) ** 2)
    mouth = np.clip((1 - away) * lip_r * F(0.6) + 0.5, 0, 1)
    z = np.sqrt(np.maximum(r[:, None] ** 2 - xs[None, :] ** 2, 0))
    far = (-h[:, None] * c - z * s)[::-1]
    near = -h[:, None] * c + z * s
    path = np.maximum.accumulate(np.concatenate([far, near]), axis=0)
    n = len(r)
    k = _invert(rows, path, np.abs(xs) < r.max())
    is_near = k >= n - 0.5
    index = np.where(is_near, k - n, n - 1 - k)
    inner = _surface(hollow, index, is_near, xs, s, c, mouth, solid.x, solid.y)
    height = _at(h, index)
    radius = _at(r, index)
    v = inner.v
    nx, ny, nz = -inner.nx, -inner.ny, -inner.nz
    depth = np.where(is_near, F(1), F(-1)) * np.sqrt(np.maximum(radius**2 - xs[None, :] ** 2, 0))
    if fill is not None:
        level = height <= fill
        depth = np.where(level, (rows[:, None] + fill * c) / s, depth)
        height = np.where(level, F(fill), height)
        nx, ny = np.where(level, F(0), nx), np.where(level, -c, ny)
        nz = np.where(level, s, nz)
        v = np.where(level, F(2), v)
    # The window's direction in the pot's own frame: right, up, towards the viewer.
    lx, lh, lz = KEY[0], -KEY[1] * c + KEY[2] * s, KEY[1] * s + KEY[2] * c
    reach = (lip_h - height) / max(lh, 0.2)
    away = np.hypot(xs[None, :] + reach * lx, depth + reach * lz) / lip_r
    shade = step(1.06, 0.9, away)
    deep = np.clip((lip_h - height) / (2 * lip_r), 0, 1.6)
    ao = 1 / (1 + F(1.5) * deep)
    inside = mouth > 0.5
    for name, plane in (("nx", nx), ("ny", ny), ("nz", nz), ("u", inner.u), ("v", v)):
        setattr(solid, name, np.where(inside, plane, getattr(solid, name)))
    solid.shade = np.where(inside, shade, solid.shade)
    solid.ao = np.where(inside, ao, solid.ao)
    solid.inside = inside.astype(F)
