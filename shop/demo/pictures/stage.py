"""The picture's stage: a lit ground on which solids are put, shadowed and finally developed.

Light is worked out at half size in linear colour; threads, grains and film grain join at full
size in 8 bits. Positions are given as shares of the picture's width (x and y alike).
"""

import hashlib

import numpy as np
from PIL import Image, ImageChops, ImageDraw

from . import grounds
from .fields import BICUBIC, BILINEAR, F, as_image, as_plane, grid, noise, resize, soft_mask, step
from .light import lit, to_linear, to_screen

HEADROOM = 1.3


def generator(*words):
    """A random generator that depends on the words only."""
    digest = hashlib.sha256("|".join(map(str, words)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


class Stage:
    """One picture in the making; `finish()` gives the RGB image."""

    def __init__(self, slug, view, width, aspect):
        self.slug, self.view = slug, view
        self.rng = generator(slug, view)
        self.taste = generator(slug)
        self.full = (int(width), round(width * aspect))
        k = 0.5 if width >= 900 else min(1.0, 450 / width)
        self.w, self.h = round(width * k), round(width * aspect * k)
        self.k = self.full[0] / self.w
        self.linear = np.zeros((self.h, self.w, 3), F)
        self.open = np.ones((self.h, self.w), F)
        self.threads = None
        self.image = None
        self.tall = self.h / self.w

    def px(self, share):
        """Work pixels for a share of the picture's width."""
        return share * self.w

    # -- grounds ---------------------------------------------------------------------------

    def flat(self, kind=None, tone=None, patches=0.16):
        """A surface seen from straight above."""
        kind = kind or self.rng.choice(["cotton", "wood", "stone"], p=[0.5, 0.3, 0.2])
        tone = tone or str(self.taste.choice(grounds.TONES[kind]))
        plane = grounds.SURFACES[kind](self.rng, self.w, self.h, tone)
        glow = grounds.falloff(self.w, self.h) * grounds.window_patches(
            self.rng, self.w, self.h, patches
        )
        self.linear = plane * glow[..., None]
        if kind == "cotton":
            self.threads = "cotton"
        return self

    def table(self, kind=None, edge=0.5, tone=None, wall=None, patches=0.2):
        """A table top in front of a wall; `edge` is where they meet (share of the height)."""
        kind = kind or self.rng.choice(["cotton", "wood", "stone"], p=[0.45, 0.35, 0.2])
        tone = tone or str(self.taste.choice(grounds.TONES[kind]))
        wall = wall or str(self.taste.choice(grounds.PLASTERS))
        horizon = round(self.h * edge)
        back = grounds.plaster(self.rng, self.w, self.h, wall)
        back *= grounds.window_patches(self.rng, self.w, self.h, patches)[..., None] * F(0.9)
        drop = self.h - horizon
        top = grounds.SURFACES[kind](self.rng, self.w, drop, tone)
        xs, ys = grid(self.w, drop)
        top *= (F(0.94) + F(0.12) * step(0, drop, ys) * step(self.w * 1.1, 0, xs))[..., None]
        soft = self.px(0.004)
        xs, ys = grid(self.w, self.h)
        join = step(horizon - soft, horizon + soft, ys)[..., None]
        full_top = np.concatenate([np.repeat(top[:1], horizon, axis=0), top])
        self.linear = back * (1 - join) + full_top * join
        near = np.exp(-np.abs(ys - horizon) / self.px(0.05)) * F(0.16)
        self.linear *= (grounds.falloff(self.w, self.h) * (1 - near))[..., None]
        self.horizon = horizon / self.w
        if kind == "cotton":
            self.threads = "table"
        return self

    def cove(self, tone=None, patches=0.22):
        """A seamless sheet that curves from table to wall."""
        tone = tone or str(self.taste.choice(grounds.COTTONS))
        plane = grounds.plaster(self.rng, self.w, self.h, tone)
        xs, ys = grid(self.w, self.h)
        bend = 1 - F(0.10) * np.exp(-(((ys / self.h - F(0.50)) / F(0.12)) ** 2))
        bend = bend - F(0.07) * step(0.42, 0.0, ys / self.h)
        glow = grounds.window_patches(self.rng, self.w, self.h, patches)
        glow = glow * step(0.95, 0.45, ys / self.h) + 1 - step(0.95, 0.45, ys / self.h)
        self.linear = plane * (bend * glow * grounds.falloff(self.w, self.h))[..., None]
        self.horizon = 0.5 * self.tall
        return self

    # -- shadows ---------------------------------------------------------------------------

    def darken(self, plane, strength, tint=(1.0, 0.97, 0.9)):
        """Multiplies the picture down where the plane is 1; a touch of warmth is left."""
        for c in range(3):
            self.linear[..., c] *= 1 - F(strength * tint[c]) * plane

    def sheet(self, solid_alpha, x, y):
        """A whole-picture 8-bit mask holding a smaller plane at (x, y)."""
        image = Image.new("L", (self.w, self.h), 0)
        image.paste(as_image(solid_alpha), (int(x), int(y)))
        return image

    def cast(self, mask, base, length=0.55, rise=0.2, strength=0.42, soft=0.02):
        """The shadow a standing thing throws to the right and back; `base` is its foot (share)."""
        base = self.px(base)
        a = length / rise
        sheared = mask.transform(
            (self.w, self.h),
            Image.Transform.AFFINE,
            (1, a, -a * base, 0, 1 / rise, base * (1 - 1 / rise)),
            BILINEAR,
        )
        small = (max(2, self.w // 2), max(2, self.h // 2))
        sheared = sheared.resize(small, BILINEAR)
        near = as_plane(soft_mask(sheared, self.px(soft) * 0.22))
        far = as_plane(soft_mask(sheared, self.px(soft)))
        ys = grid(*small)[1] * 2
        t = step(0, self.px(0.12), base - ys)
        self.darken(resize(near * (1 - t) + far * t, self.w, self.h, BILINEAR), strength)

    def contact(self, x, y, rx, ry=None, strength=0.6, soft=0.35):
        """The dark line where a round foot meets the ground."""
        ry = ry if ry is not None else rx * 0.38
        xs, ys = grid(self.w, self.h)
        d = np.sqrt(((xs / self.w - x) / rx) ** 2 + ((ys / self.w - y) / ry) ** 2)
        self.darken(step(1 + soft, 1 - soft * 0.8, d), strength)

    def lie(self, mask, lift=0.012, strength=0.5):
        """The shadow of something lying flat, `lift` above the ground (share of the width)."""
        d = self.px(lift)
        image = mask if isinstance(mask, Image.Image) else as_image(mask)
        image = image.resize((max(2, self.w // 2), max(2, self.h // 2)), BILINEAR)
        wide = ImageChops.offset(image, round(d * 0.42), round(d * 0.38))
        wide = resize(as_plane(soft_mask(wide, d * 0.34)), self.w, self.h, BILINEAR)
        tight = ImageChops.offset(image, round(d * 0.1), round(d * 0.1))
        tight = resize(as_plane(soft_mask(tight, d * 0.1 + 0.4)), self.w, self.h, BILINEAR)
        self.darken(np.maximum(wide * F(0.8), tight), strength)

    # -- things ----------------------------------------------------------------------------

    def blend(self, colour_plane, alpha, x=0, y=0, keep_threads=False):
        """Lays linear colour over the picture through a cover, clipped to the frame."""
        x, y = int(x), int(y)
        h, w = alpha.shape
        x0, y0, x1, y1 = max(0, x), max(0, y), min(self.w, x + w), min(self.h, y + h)
        if x1 <= x0 or y1 <= y0:
            return
        cut = (slice(y0 - y, y1 - y), slice(x0 - x, x1 - x))
        a = alpha[cut]
        tone = colour_plane if colour_plane.ndim == 1 else colour_plane[cut]
        spot = self.linear[y0:y1, x0:x1]
        spot += (tone - spot) * a[..., None]
        if not keep_threads:
            self.open[y0:y1, x0:x1] *= 1 - a

    def put(self, solid, albedo, material, wear=None):
        """Lights a turned solid and lays it on; albedo is one colour or a plane of colours."""
        if np.ndim(albedo) == 1:
            albedo = np.broadcast_to(np.asarray(albedo, F), (*solid.alpha.shape, 3))
        tone = lit(albedo, solid.nx, solid.ny, solid.nz, material, solid.shade, solid.ao)
        self.blend(tone, solid.alpha, solid.x, solid.y)

    def relief(self, height, albedo, alpha, material, depth=1.0, shade=1.0, ao=1.0, x=0, y=0):
        """Lights a height-field seen from above (height in pixels) and lays it on."""
        from .fields import normals

        nx, ny, nz = normals(height, depth)
        if np.ndim(albedo) == 1:
            albedo = np.broadcast_to(np.asarray(albedo, F), (*alpha.shape, 3))
        self.blend(lit(albedo, nx, ny, nz, material, shade, ao), alpha, x, y)

    # -- developing ------------------------------------------------------------------------

    def develop(self):
        """Turns light into a full-size 8-bit picture; later things are drawn onto it."""
        if self.image is None:
            self.image = Image.fromarray(to_screen(self.linear)).resize(self.full, BICUBIC)
        return self.image

    def overlay(self, albedo, shade, alpha, spark=None):
        """Full-size cloth or print: an 8-bit albedo picture under half-size light.

        `shade` (linear, 0…2) multiplies, `spark` adds; both and `alpha` are work-size planes.
        """
        image = self.develop()
        gamma = np.clip(shade, 0, 2.2) ** F(1 / 2.2) * F(255 / HEADROOM)
        dim = Image.fromarray(np.clip(gamma, 0, 255).astype(np.uint8)).resize(self.full, BICUBIC)
        dim = Image.merge("RGB", (dim, dim, dim)) if dim.mode == "L" else dim
        curve = [_shoulder(i * HEADROOM) for i in range(256)] * 3
        cloth = ImageChops.multiply(albedo, dim).point(curve)
        if spark is not None:
            glow = as_image(np.clip(spark, 0, 1)).resize(self.full, BICUBIC)
            cloth = ImageChops.screen(cloth, Image.merge("RGB", (glow, glow, glow)))
        image.paste(cloth, (0, 0), as_image(alpha).resize(self.full, BICUBIC))
        self.open *= 1 - alpha

    def repaint(self):
        """Takes the developed picture back into light, to put more solids on top of it."""
        self.linear = np.ascontiguousarray(to_linear(self.image.resize((self.w, self.h), BILINEAR)))

    def finish(self, grain=3.0):
        """The finished picture: ground threads, film grain and a breath of vignette."""
        image = self.develop()
        width, height = self.full
        film = 128 + generator("film", self.slug, self.view).standard_normal((256, 256)) * grain
        film = _tiled(film, width, height)
        if self.threads:
            weave = _tiled(
                _cotton_threads(self.threads == "table", max(1, width / 1600)), width, height
            )
            where = as_image(self.open).resize(self.full, BILINEAR)
            film.paste(ImageChops.add(film, weave, 1, -128), (0, 0), where)
        image = ImageChops.add(image, Image.merge("RGB", (film,) * 3), 1, -128)
        xs, ys = grid(64, 64)
        far = np.hypot(xs / 32 - 1, ys / 32 - 1)
        edge = as_image(1 - F(0.13) * step(0.75, 1.5, far)).resize(self.full, BICUBIC)
        return ImageChops.multiply(image, Image.merge("RGB", (edge,) * 3))


def _shoulder(value):
    """The end of the 8-bit range, rolled off so that lit silk does not clip."""
    if value < 215:
        return int(value + 0.5)
    return int(min(255, 215 + 40 * (1 - np.exp(-(value - 215) / 40))))


def _tiled(tile, width, height):
    image = Image.fromarray(np.clip(tile, 0, 255).astype(np.uint8))
    out = Image.new("L", (width, height))
    for y in range(0, height, image.height):
        for x in range(0, width, image.width):
            out.paste(image, (x, y))
    return out


def _cotton_threads(lying, scale):
    """A tile of plain weave around 128: the ground cloth's threads."""
    rng = generator("ground cotton", lying)
    size = 240
    xs, ys = grid(size, size)
    pitch_x, pitch_y = 5.0, 3.0 if lying else 5.0
    a, b = np.sin(xs * 2 * np.pi / pitch_x), np.sin(ys * 2 * np.pi / pitch_y)
    slub = noise(rng, size, size, 2, 60, 1) + noise(rng, size, size, 60, 2, 1)
    return 128 + 3.2 * a * b + 2.0 * (a + b) * 0.5 + 3.0 * slub


__all__ = ["ImageDraw", "Stage", "generator"]
