"""Scalar fields: float32 planes that stand for height, wear, light or cover.

Everything here is plain arithmetic on arrays of shape (height, width); a plane is cheap to
resample, so softness and noise are made small and enlarged rather than filtered at full size.
"""

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

F = np.float32
BICUBIC = Image.Resampling.BICUBIC
BILINEAR = Image.Resampling.BILINEAR
BOX = Image.Resampling.BOX


def resize(plane, width, height, how=BICUBIC):
    """The same plane at another size in pixels."""
    if plane.shape == (height, width):
        return plane
    image = Image.fromarray(np.ascontiguousarray(plane, dtype=F))
    return np.asarray(image.resize((width, height), how), dtype=F)


def blur(plane, radius):
    """A soft copy; the radius is in pixels of the plane."""
    h, w = plane.shape
    shrink = max(1.0, radius / 1.6)
    small = resize(plane, max(2, round(w / shrink)), max(2, round(h / shrink)), BOX)
    for _ in range(2 if radius > 0.7 else 1):
        small = _smooth_once(small)
    return resize(small, w, h)


def _smooth_once(plane):
    padded = np.pad(plane, 1, mode="edge")
    rows = (padded[:-2] + 2 * padded[1:-1] + padded[2:]) * F(0.25)
    return (rows[:, :-2] + 2 * rows[:, 1:-1] + rows[:, 2:]) * F(0.25)


def noise(rng, width, height, cells_x, cells_y=None, octaves=3, gain=0.5):
    """Smooth random hills around 0 (about −1…1); `cells` counts the hills across the plane."""
    cells_y = cells_y or max(1.0, cells_x * height / max(width, 1))
    total = np.zeros((height, width), F)
    strength, norm = 1.0, 0.0
    for _ in range(octaves):
        small_w, small_h = max(2, round(cells_x) + 3), max(2, round(cells_y) + 3)
        seeds = rng.standard_normal((small_h, small_w)).astype(F) * F(0.6)
        if small_w > width * 2 or small_h > height * 2:
            break
        total += resize(seeds, width, height) * F(strength)
        norm += strength
        strength *= gain
        cells_x, cells_y = cells_x * 2, cells_y * 2
    return total / F(max(norm, 1e-6))


def step(low, high, x):
    """0 below `low`, 1 above `high`, an easy curve between."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def grid(width, height):
    """Pixel-centre coordinates as two broadcastable planes (x as a row, y as a column)."""
    xs = (np.arange(width, dtype=F) + F(0.5))[None, :]
    ys = (np.arange(height, dtype=F) + F(0.5))[:, None]
    return xs, ys


def slopes(height_plane):
    """How fast the height grows to the right and downwards, per pixel."""
    gx = np.empty_like(height_plane)
    gy = np.empty_like(height_plane)
    gx[:, 1:-1] = (height_plane[:, 2:] - height_plane[:, :-2]) * F(0.5)
    gx[:, 0], gx[:, -1] = gx[:, 1], gx[:, -2]
    gy[1:-1] = (height_plane[2:] - height_plane[:-2]) * F(0.5)
    gy[0], gy[-1] = gy[1], gy[-2]
    return gx, gy


def normals(height_plane, strength=1.0):
    """Unit normals of a height-field seen from above; z looks at the viewer."""
    gx, gy = slopes(height_plane)
    nx, ny = -gx * F(strength), -gy * F(strength)
    inverse = F(1) / np.sqrt(nx * nx + ny * ny + 1)
    return nx * inverse, ny * inverse, inverse


def cover(size, painter, over=3):
    """An antialiased 0…1 plane: `painter(draw, k)` paints white at k times the size."""
    w, h = size
    image = Image.new("L", (w * over, h * over), 0)
    painter(ImageDraw.Draw(image), over)
    return as_plane(image.resize((w, h), BOX))


def polygon_cover(size, points, over=3):
    """The cover of one closed outline given in pixels."""
    flat = [(float(x) * over, float(y) * over) for x, y in points]
    return cover(size, lambda draw, _: draw.polygon(flat, fill=255), over)


def as_plane(image):
    return np.asarray(image, dtype=F) * F(1 / 255)


def as_image(plane):
    return Image.fromarray(np.clip(plane * 255 + 0.5, 0, 255).astype(np.uint8))


def soft_mask(image, radius):
    """An 'L' image blurred by about `radius` pixels."""
    return image.filter(ImageFilter.GaussianBlur(radius)) if radius > 0.2 else image


def puff(mask, fine=120, power=0.5):
    """A cushion over a mask: 0 at its edge, 1 at its thickest place.

    Solves ∇²h = −1 inside the mask on a small grid, the shape a cloth takes over a pillow.
    """
    h, w = mask.shape
    scale = min(1.0, fine / max(h, w))
    sizes = [(max(4, round(w * scale * k)), max(4, round(h * scale * k))) for k in (0.25, 0.5, 1)]
    height = None
    for (sw, sh), rounds in zip(sizes, (160, 80, 70), strict=True):
        inside = np.pad(resize(mask, sw, sh, BOX), 1)
        height = np.zeros_like(inside) if height is None else np.pad(resize(height, sw, sh), 1)
        source = F((6.0 / max(sw, sh)) ** 2)
        for _ in range(rounds):
            around = height[:-2, 1:-1] + height[2:, 1:-1] + height[1:-1, :-2] + height[1:-1, 2:]
            height[1:-1, 1:-1] = (around * F(0.25) + source) * inside[1:-1, 1:-1]
        height = np.maximum(height[1:-1, 1:-1], 0)
    height = height / F(max(float(height.max()), 1e-6))
    big = np.clip(resize(height, w, h), 0, 1)
    return np.power(big, F(power)) * np.minimum(mask * 4, 1)


def spline(points, count):
    """A smooth open curve through the points (Catmull-Rom), as an array (count, dimensions)."""
    p = np.asarray(points, dtype=np.float64)
    padded = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0, len(p) - 1 - 1e-9, count)
    k = t.astype(int)
    f = (t - k)[:, None]
    a, b, c, d = padded[k], padded[k + 1], padded[k + 2], padded[k + 3]
    return 0.5 * (
        2 * b + (c - a) * f + (2 * a - 5 * b + 4 * c - d) * f**2 + (3 * b - a - 3 * c + d) * f**3
    )


def ring(points, count):
    """A smooth closed curve through the points."""
    p = np.asarray(points, dtype=np.float64)
    n = len(p)
    t = np.linspace(0, n, count, endpoint=False)
    k = t.astype(int)
    f = (t - k)[:, None]
    a, b, c, d = p[(k - 1) % n], p[k % n], p[(k + 1) % n], p[(k + 2) % n]
    return 0.5 * (
        2 * b + (c - a) * f + (2 * a - 5 * b + 4 * c - d) * f**2 + (3 * b - a - 3 * c + d) * f**3
    )


def pick(taste, *choices):
    return choices[int(taste.integers(len(choices)))]
