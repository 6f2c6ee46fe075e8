"""Words that keep goods off the shelf, in the ways in which people write them."""

import pytest

from catalogue.claims import forbidden_word


@pytest.mark.parametrize(
    "text",
    ["Rice wine", "Craft beers of Isan", "Fruit WINES.", "Two whiskies", "Cigarettes", "เหล้าขาว",
     "สุ\u200bรากลั่น", "ไวน์มะเม่า"],
)  # fmt: skip
def test_goods_that_may_not_be_sold_online_are_found(text: str) -> None:
    assert forbidden_word(text) is not None


@pytest.mark.parametrize(
    "text", ["ผ้าไหมสุราษฎร์ธานี", "Silk in wine red", "Wineglass stand", "Drum", "Beeswax", "สีงาช้าง"]
)
def test_words_that_only_look_alike_are_let_through(text: str) -> None:
    assert forbidden_word(text) is None
