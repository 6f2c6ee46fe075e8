"""Window light: how a lit surface becomes a colour.

Colours inside the renderer are linear float32; pictures outside are 8-bit sRGB. The window
stands to the left, above and a little in front; the room answers with a cool sky and a warm floor.
"""

from dataclasses import dataclass, replace

import numpy as np

from .fields import F, step

KEY = np.array([-0.56, -0.55, 0.62], F) / np.linalg.norm([-0.56, -0.55, 0.62])
KEY_COLOUR = np.array([1.04, 0.99, 0.92], F)
SKY_COLOUR = np.array([0.86, 0.93, 1.0], F)
FLOOR_COLOUR = np.array([1.0, 0.9, 0.76], F)

_TO_LINEAR = (np.linspace(0, 1, 256) ** 2.2).astype(F)
_RANGE = 1.6


def _developing_curve():
    x = np.linspace(0, _RANGE, 4096)
    knee = 0.72
    soft = np.where(x < knee, x, knee + (1 - knee) * (1 - np.exp(-(x - knee) / (1 - knee))))
    return np.clip(soft ** (1 / 2.2) * 255 + 0.5, 0, 255).astype(np.uint8)


_TO_SCREEN = _developing_curve()


@dataclass(frozen=True)
class Material:
    """How a surface answers light; all between 0 and about 1.

    gloss: the window mirrored in a glaze · shine: a broad highlight · tight: its exponent ·
    wrap: light creeping round the edge (cloth, fruit) · sheen: a pale rim (velvet, silk) ·
    metal: reflects the room instead of scattering light.
    """

    gloss: float = 0.0
    shine: float = 0.15
    tight: float = 18.0
    wrap: float = 0.25
    sheen: float = 0.0
    metal: float = 0.0

    def with_(self, **changes):
        return replace(self, **changes)


CLAY = Material(shine=0.05, tight=8, wrap=0.2)
GLAZE = Material(gloss=0.75, shine=0.12, tight=22, wrap=0.25)
CLOTH = Material(shine=0.03, tight=6, wrap=0.35, sheen=0.10)
SILK = Material(shine=0.28, tight=9, wrap=0.3, sheen=0.12)
WOOD = Material(shine=0.12, tight=14, wrap=0.25)
LACQUER = Material(gloss=0.45, shine=0.3, tight=30, wrap=0.2)
METAL = Material(gloss=0.5, shine=0.5, tight=40, metal=1.0)
FRUIT = Material(shine=0.22, tight=20, wrap=0.4)
WAX = Material(gloss=0.15, shine=0.3, tight=16, wrap=0.6)


def colour(text):
    """A linear colour from '#rrggbb'."""
    text = text.lstrip("#")
    return _TO_LINEAR[[int(text[i : i + 2], 16) for i in (0, 2, 4)]]


def rgb8(text):
    """The 8-bit triple of '#rrggbb'."""
    text = text.lstrip("#")
    return tuple(int(text[i : i + 2], 16) for i in (0, 2, 4))


def hex_of(triple):
    return "#" + "".join(f"{int(np.clip(round(c), 0, 255)):02x}" for c in triple)


def mix(a, b, t):
    """A '#rrggbb' between two others."""
    return hex_of(x + (y - x) * t for x, y in zip(rgb8(a), rgb8(b), strict=True))


def to_linear(image):
    """Linear planes (h, w, 3) from an 8-bit picture or array."""
    return _TO_LINEAR[np.asarray(image)]


def to_screen(linear):
    """8-bit sRGB from linear light, highlights rolled off softly."""
    index = np.clip(linear * F(4095 / _RANGE), 0, 4095).astype(np.uint16)
    return _TO_SCREEN[index]


def window_reflection(nx, ny, nz, soft=0.06):
    """How much of the window (four panes, far left) is mirrored towards the viewer."""
    rx, ry = 2 * nz * nx, 2 * nz * ny
    across = step(-0.86, -0.86 + soft * 2, rx) * step(-0.34 + soft, -0.34 - soft, rx)
    along = step(-0.82, -0.82 + soft * 2, ry) * step(-0.06 + soft, -0.06 - soft, ry)
    bars = step(0.012, 0.012 + soft * 0.5, np.abs(rx + 0.58 + 0.1 * ry))
    bars = bars * step(0.012, 0.012 + soft * 0.5, np.abs(ry + 0.42))
    return across * along * (0.35 + 0.65 * bars)


def room(nx, ny, nz):
    """The brightness a mirror-like surface sees: ceiling, window, far wall, floor (0…~1.9)."""
    rx, ry, rz = 2 * nz * nx, 2 * nz * ny, 2 * nz * nz - 1
    base = 0.34 + 0.42 * step(0.25, -0.9, ry) - 0.16 * step(0.0, 0.75, ry)
    base = base + 0.2 * step(0.7, 1.0, ry)
    base = base + 1.15 * step(-0.98, -0.7, rx) * step(-0.18, -0.42, rx) * step(0.35, 0.05, ry)
    base = base + 0.42 * step(0.62, 0.8, rx) * step(0.99, 0.86, rx)
    return base * (0.62 + 0.38 * step(-0.9, 0.6, rz))


def lit(albedo, nx, ny, nz, material, shade=1.0, ao=1.0):
    """Linear colour (h, w, 3) of a surface.

    `shade` is the share of window light that arrives, `ao` the share of room light.
    """
    key = nx * KEY[0] + ny * KEY[1] + nz * KEY[2]
    wrap = F(material.wrap)
    diffuse = np.maximum((key + wrap) / (1 + wrap), 0) * shade
    up = F(0.5) - F(0.5) * ny
    out = np.empty((*nx.shape, 3), F)
    hx, hy, hz = KEY[0], KEY[1], KEY[2] + 1
    length = F(np.sqrt(hx * hx + hy * hy + hz * hz))
    half = np.clip((nx * hx + ny * hy + nz * hz) / length, 0, 1)
    spark = F(material.shine) * np.power(half, F(material.tight)) * shade
    rim = 1 - np.clip(nz, 0, 1)
    fresnel = rim * rim * rim
    if material.sheen:
        spark = spark + F(material.sheen) * fresnel * (F(0.4) + F(0.6) * up) * ao
    if material.gloss and not material.metal:
        mirrored = window_reflection(nx, ny, nz)
        spark = spark + F(material.gloss) * mirrored * (F(0.5) + F(0.5) * shade) * F(0.95)
        spark = spark + F(material.gloss * 0.22) * fresnel * up * ao
    mirror = room(nx, ny, nz) * (F(0.35) + F(0.65) * ao) if material.metal else None
    for c in range(3):
        ambient = (FLOOR_COLOUR[c] * F(0.30) * (1 - up) + SKY_COLOUR[c] * F(0.52) * up) * ao
        light = diffuse * (KEY_COLOUR[c] * F(0.92)) + ambient
        tone = albedo[..., c]
        if mirror is None:
            out[..., c] = tone * light + spark * KEY_COLOUR[c]
        else:
            body = tone * (mirror * F(0.95) + light * F(0.25))
            out[..., c] = body + (tone * F(0.5) + F(0.5)) * spark * F(0.7) * KEY_COLOUR[c]
    return out
