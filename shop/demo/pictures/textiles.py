"""Pictures of cloth: hung, close up, and folded into a stack."""

import numpy as np

from .fields import F, as_image, grid, polygon_cover, step
from .stage import Stage
from .weave import SILKY, hanging, lit_cloth, warped, with_threads, woven_albedo

CLOTHS = (
    "praewa brocade teenjok indigo mud_dye mudmee plain_silk luk_kaew gold_brocade woven batik "
    "pakaoma cotton tai_lue hmong"
).split()


def draw_cloth(slug, craft, view, width):
    """One of three views of a cloth, 4:5."""
    return (hung, close, folded)[view](slug, craft, width)


def _cell(craft, width, zoom=1.0):
    per_width = {
        "plain_silk": 90,
        "luk_kaew": 120,
        "gold_brocade": 110,
        "brocade": 110,
        "hmong": 90,
    }
    return max(1.0, width / per_width.get(craft, 130) * zoom)


def hung(slug, craft, width):
    """The whole cloth hanging over a rail in window light."""
    stage = Stage(slug, 0, width, 1.25)
    stage.cove()
    silky = craft in SILKY
    height, wave = hanging(stage, folds=3 + int(stage.taste.integers(3)), depth=0.06)
    albedo = with_threads(
        woven_albedo(stage, craft, _cell(craft, width)), max(2.0, width / 520), silky
    )
    slope = np.gradient(height, axis=1)
    cloth = warped(albedo, stage, -slope * F(0.022), np.zeros_like(slope))
    xs, ys = grid(stage.w, stage.h)
    left, right = stage.px(0.10), stage.px(0.90)
    top, hem = stage.px(0.10), stage.px(1.13) + wave * stage.px(0.008)
    edge_l = left + wave * stage.px(0.004)
    edge_r = right + wave * stage.px(0.004)
    alpha = (
        np.clip(xs - edge_l, 0, 1) * np.clip(edge_r - xs, 0, 1)
        * np.clip(ys - top, 0, 1) * np.clip(hem - ys, 0, 1)
    ).astype(F)  # fmt: skip
    bar = polygon_cover(
        (stage.w, stage.h),
        [(stage.px(0.03), stage.px(0.082)), (stage.px(0.97), stage.px(0.082)),
         (stage.px(0.97), stage.px(0.108)), (stage.px(0.03), stage.px(0.108))], over=2,
    )  # fmt: skip
    stage.lie(as_image(alpha), lift=0.05, strength=0.42)
    stage.lie(as_image(bar), lift=0.03, strength=0.4)
    round_bar = (ys - stage.px(0.095)) / stage.px(0.013)
    wood = (
        np.array([0.30, 0.17, 0.09], F)
        * (F(0.55) + F(0.6) * np.clip(0.6 - round_bar, 0, 1.2))[..., None]
    )
    stage.blend(np.broadcast_to(wood, (stage.h, stage.w, 3)), bar)
    shade, spark = lit_cloth(height, silky, 1.25)
    roll = step(stage.px(0.14), stage.px(0.10), ys)
    shade = shade * (1 + F(0.25) * roll)
    stage.overlay(cloth, shade, alpha, spark * F(0.45))
    return stage.finish()


def close(slug, craft, width):
    """The threads, near enough to count."""
    stage = Stage(slug, 1, width, 1.25)
    stage.flat("cotton")
    silky = craft in SILKY
    pitch = max(3.0, width / 150)
    albedo = with_threads(
        woven_albedo(stage, craft, _cell(craft, width, 2.6)), pitch, silky, seed=11
    )
    xs, ys = grid(stage.w, stage.h)
    height, _ = hanging(stage, folds=1, depth=0.035)
    lean = np.sin((xs * F(0.6) + ys) / stage.w * F(3.6)) * F(0.012 * stage.w)
    height = height + lean
    slope = np.gradient(height, axis=1)
    cloth = warped(albedo, stage, -slope * F(0.05), slope * F(0.02))
    shade, spark = lit_cloth(height, silky)
    stage.overlay(cloth, shade, np.ones((stage.h, stage.w), F), spark * F(0.4))
    return stage.finish()


def folded(slug, craft, width):
    """A folded stack seen from the front on a table."""
    stage = Stage(slug, 2, width, 1.25)
    stage.table(edge=0.42)
    silky = craft in SILKY
    layers = 4
    albedo = with_threads(
        woven_albedo(stage, craft, _cell(craft, width, 0.9)), max(2.0, width / 560), silky
    )
    xs, ys = grid(stage.w, stage.h)
    total = np.zeros((stage.h, stage.w), F)
    height = np.zeros((stage.h, stage.w), F)
    dy = np.zeros((stage.h, stage.w), F)
    base, thick = 1.06, 0.115
    for k in range(layers):
        y1 = stage.px(base - k * thick)
        y0 = y1 - stage.px(thick)
        inset = stage.px(0.012 * ((k * 7) % 3) + 0.14)
        mid, half = (y0 + y1) / 2, (y1 - y0) / 2
        t = (ys - mid) / half
        bulge = np.sqrt(np.clip(1 - t * t, 0, 1))
        x0, x1 = (
            inset + (1 - bulge) * stage.px(0.012),
            stage.w - inset - (1 - bulge) * stage.px(0.012),
        )
        alpha = np.clip(xs - x0, 0, 1) * np.clip(x1 - xs, 0, 1) * (np.abs(t) <= 1)
        rise = bulge * stage.px(0.05)
        height = np.where(alpha > 0.5, rise, height)
        dy = np.where(alpha > 0.5, F(0.17 * k) + np.arcsin(np.clip(t, -1, 1)) * F(0.02), dy)
        total = np.maximum(total, alpha.astype(F))
    y_top = stage.px(base - layers * thick)
    depth = stage.px(0.16)
    inset = stage.px(0.14)
    back = np.clip((y_top - ys) / depth, 0, 1)
    lid = (ys > y_top - depth) & (ys <= y_top + 1)
    lean = back * stage.px(0.05)
    alpha = np.clip(xs - inset - lean, 0, 1) * np.clip(stage.w - inset - lean - xs, 0, 1) * lid
    height = np.where(alpha > 0.5, -ys * F(0.9), height)
    dy = np.where(alpha > 0.5, F(0.9) - back * F(0.15), dy)
    total = np.maximum(total, alpha.astype(F))
    stage.lie(as_image(total), lift=0.03, strength=0.5)
    stage.cast(as_image(total), base, length=0.3, rise=0.12, strength=0.3)
    cloth = warped(albedo, stage, np.zeros_like(dy), dy)
    shade, spark = lit_cloth(height, silky)
    seam = np.zeros((stage.h, 1), F)
    for k in range(layers + 1):
        seam += np.exp(-(((ys - stage.px(base - k * thick)) / stage.px(0.006)) ** 2)) * F(0.55)
    stage.overlay(cloth, shade * (1 - np.clip(seam, 0, 0.7)), total, spark * F(0.4))
    return stage.finish()
