"""Turned things: pots, bowls, jars and bottles, each in the colours of its craft."""

import numpy as np

from .light import CLAY, GLAZE, LACQUER, METAL
from .paints import (
    benjarong_image,
    by_image,
    carved_image,
    celadon_paint,
    clay_paint,
    drum_paint,
    fish_image,
    line_art_image,
    lipao_paint,
    rooster_image,
    swirl_image,
)
from .revolve import Profile, turned
from .shapes import (
    BELL,
    BOWL,
    DRUM,
    JAR,
    LID_JAR,
    MORTAR,
    OGEE,
    PLATE,
    ROUND_POT,
    VASE,
)
from .stage import Stage


def hollow_of(points, wall=0.06):
    """The inside of a vessel: from its floor to its lip, one wall thinner."""
    body = [(max(0.02, r - wall), h) for r, h in points]
    start = next((i for i, (_, h) in enumerate(body) if h > 0.12), 1)
    return [(0.02, body[start][1] * 0.6 + 0.04), *body[start:]]


def stand(stage, points, cx, base, scale, paint, material, *, tilt=0.34, open_=True, shade=True):
    """Puts one vessel on the stage with its shadows. `paint(solid)` gives its linear colours."""
    size = stage.px(scale)
    profile = Profile(points, size)
    hollow = Profile(hollow_of(points), size) if open_ else None
    solid = turned(profile, stage.px(cx), stage.px(base), tilt, hollow)
    foot = points[0][0] * scale
    if shade:
        stage.cast(stage.sheet(solid.alpha, solid.x, solid.y), base, length=0.42)
        stage.contact(cx, base, foot * 1.08, foot * 0.42)
    stage.put(solid, np.clip(paint(solid), 0, 1), material)
    return solid


# craft → (profile, paint maker, material, open, scale)
def _set(craft, slug):
    image = None
    match craft:
        case "celadon":
            return [VASE, BOWL, JAR], celadon_paint(slug), GLAZE, True
        case "rooster_bowl":
            return [BOWL, BOWL, PLATE], by_image(rooster_image()), GLAZE.with_(gloss=0.5), True
        case "sangkhalok":
            return [PLATE, ROUND_POT, VASE], by_image(fish_image()), GLAZE.with_(gloss=0.35), True
        case "ban_chiang":
            return [ROUND_POT, VASE, JAR], by_image(swirl_image()), CLAY, True
        case "dan_kwian":
            return (
                [JAR, VASE, ROUND_POT],
                clay_paint(slug, "#6b4436", 0.05, 0.65),
                CLAY.with_(shine=0.16),
                True,
            )
        case "ko_kret":
            return [LID_JAR, ROUND_POT, VASE], by_image(carved_image("#b4613a")), CLAY, False
        case "benjarong":
            return (
                [LID_JAR, BOWL, VASE],
                by_image(benjarong_image(slug)),
                GLAZE.with_(gloss=0.55),
                False,
            )
        case "mortar":
            return [MORTAR, MORTAR, MORTAR], clay_paint(slug, "#a8a49b", 0.0, 0.18), CLAY, True
        case "drum":
            image = None
            return [DRUM, DRUM, DRUM], drum_paint(slug), LACQUER, False
        case "niello":
            image = line_art_image("#17171a", "#d9d6cc", slug)
            return [LID_JAR, BOWL, VASE], by_image(image), LACQUER, False
        case "silver":
            image = line_art_image("#b9bcc2", "#75797f", slug, dense=1.3)
            if "wua-lai" in slug:  # lidded boxes in repoussé; others show open bowls
                return [LID_JAR, BOWL, VASE], by_image(image), METAL, False
            return [BOWL, LID_JAR, VASE], by_image(image), METAL, True
        case "brass":
            image = line_art_image("#c79a3f", "#7c5a1f", slug, dense=1.1)
            return [BELL, LID_JAR, BOWL], by_image(image), METAL, False
        case "yan_lipao":
            return [LID_JAR, JAR, BOWL], lipao_paint(slug), LACQUER.with_(gloss=0.15), False
    raise ValueError(craft)


VESSELS = (
    "celadon rooster_bowl sangkhalok ban_chiang dan_kwian ko_kret benjarong mortar drum niello "
    "silver brass yan_lipao"
).split()


def draw_vessel(slug, craft, view, width):
    """A single piece; its surface from near; a family of three."""
    shapes, paint, material, open_ = _set(craft, slug)
    stage = Stage(slug, view, width, 1.25)
    lidless = {id(LID_JAR), id(DRUM), id(BELL), id(OGEE)}
    if view == 0:
        stage.table(edge=0.5)
        shape = shapes[0]
        tall = max(h for _, h in shape)
        scale = min(0.33, 0.72 / tall)
        tilt = 0.62 if shape is PLATE else 0.26 if shape is BOWL else 0.32
        stand(
            stage,
            shape,
            0.5,
            0.98,
            scale,
            paint,
            material,
            tilt=tilt,
            open_=id(shape) not in lidless,
        )
    elif view == 1:
        stage.cove()
        shape = shapes[0]
        tall = max(h for _, h in shape)
        tilt = 0.75 if shape is PLATE else 0.4
        stand(
            stage,
            shape,
            0.46,
            0.62 + 0.34 * tall,
            0.62,
            paint,
            material,
            tilt=tilt,
            open_=id(shape) not in lidless,
        )
    else:
        stage.table(edge=0.42)
        places = ((0.3, 0.86, 0.19), (0.72, 0.9, 0.2), (0.5, 1.08, 0.22))
        for (cx, base, scale), shape in zip(places, (shapes[2], shapes[1], shapes[0]), strict=True):
            tall = max(h for _, h in shape)
            fit = min(scale, 0.42 / tall)
            stand(
                stage,
                shape,
                cx,
                base,
                fit if tall > 1 else scale,
                paint,
                material,
                tilt=0.42,
                open_=id(shape) not in lidless,
            )
    return stage.finish()
