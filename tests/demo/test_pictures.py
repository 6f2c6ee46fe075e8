"""The drawn pictures: the same words give the same picture, and no two pictures are alike."""

from hashlib import sha256

import pytest

from shop.demo.market import read_market
from shop.demo.pictures import VIEWS, draw, draw_group, draw_story

WIDTH = 160
SQUARE_KINDS = {"food", "herb", "drink"}


def print_of(picture):
    """A fingerprint of what is to be seen: size and every pixel."""
    return sha256(repr(picture.size).encode() + picture.tobytes()).hexdigest()


@pytest.mark.parametrize(
    ("slug", "craft"),
    [
        ("nan-silverware", "silver"),
        ("chanthabun-reed-mat", "reed_mat"),
        ("phayao-sour-fermented-fish", "fish"),
    ],
)
def test_the_same_words_draw_the_same_picture(slug, craft):
    first, again = (draw(slug, craft, 0, WIDTH) for _ in range(2))

    assert first.mode == "RGB"
    assert first.tobytes() == again.tobytes()


def test_every_product_has_three_pictures_of_the_right_shape_and_none_is_like_another():
    seen = {}
    for row in read_market().products:
        height = WIDTH if row["otop_type"] in SQUARE_KINDS else WIDTH * 5 // 4
        for view in range(VIEWS):
            picture = draw(row["slug"], row["craft"], view, WIDTH)
            assert picture.size == (WIDTH, height), (row["slug"], view)
            seen[print_of(picture)] = (row["slug"], view)

    assert len(seen) == VIEWS * len(read_market().products) == 306


def test_an_unknown_craft_is_refused_by_name():
    with pytest.raises(ValueError, match="nobody can draw 'moon_dust'"):
        draw("nan-silverware", "moon_dust", 0, WIDTH)


@pytest.mark.parametrize("view", [-1, 3])
def test_an_unknown_view_is_refused(view):
    with pytest.raises(ValueError, match="there are 3 views"):
        draw("nan-silverware", "silver", view, WIDTH)


def test_landscapes_are_wide_and_a_group_and_its_story_differ():
    banner = draw_group("nan-silver", ["silver"], 320)
    other = draw_group("wua-lai-silver", ["silver"], 320)
    story = draw_story("nan-silver", ["silver"], 320)

    assert {picture.size for picture in (banner, other, story)} == {(320, 180)}
    assert len({print_of(picture) for picture in (banner, other, story)}) == 3
    assert print_of(draw_group("nan-silver", ["silver"], 320)) == print_of(banner)
