"""Inventing a large market out of the real names: each group and product follows from a number.

Pure: rows like those of the data files come out, nothing is written. The same number always
gives the same product, so that a market can be filled further later.
"""

import random
from decimal import Decimal
from functools import cache
from typing import Any

import geothai

from .market import Market, Row

#: What a group that makes this kind of goods calls itself, in both languages.
GROUP_WORDS = {
    "textile": ("กลุ่มทอผ้าบ้าน{}", "Ban {} Weavers"),
    "utensil": ("กลุ่มหัตถกรรมบ้าน{}", "Ban {} Craft Makers"),
    "food": ("กลุ่มแม่บ้านแปรรูปอาหารบ้าน{}", "Ban {} Food Makers"),
    "drink": ("กลุ่มเครื่องดื่มบ้าน{}", "Ban {} Drink Makers"),
    "herb": ("กลุ่มสมุนไพรบ้าน{}", "Ban {} Herbalists"),
}
WORKING_WEEKS = ([1, 2, 3, 4, 5], [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6, 7], [2, 3, 4, 5, 6])
SOLD_OUT = 0.07  # share of stocked parts without a piece


@cache
def _tambons() -> list[Any]:
    return [
        tambon
        for province in geothai.provinces()
        for amphoe in geothai.districts(province.code)
        for tambon in geothai.subdistricts(amphoe.code)
    ]


def invent_group(number: int, market: Market) -> Row:
    """The `number`-th group: a village somewhere in Thailand and the kind of goods it makes."""
    dice = random.Random(f"group {number}")
    tambon = dice.choice(_tambons())
    like = dice.choice(market.groups)
    kind = dice.choice(market.products)["otop_type"]
    thai, english = GROUP_WORDS[kind]
    return {
        "slug": f"filler-{number:05d}",
        "name_th": f"{thai.format(tambon.name_th)} {number} (สาธิต)",
        "name_en": f"{english.format(tambon.name_en)} {number} (demo)",
        "tambon_code": str(tambon.code),
        "about_th": like["about_th"],
        "about_en": like["about_en"],
        "members": dice.randint(5, 60),
        "works_on": dice.choice(WORKING_WEEKS),
        "place_th": tambon.name_th,
        "place_en": tambon.name_en,
        "otop_type": kind,
    }


def invent_product(number: int, group: Row, market: Market) -> Row:
    """The `number`-th product: one real name, the words of another of its kind, a village."""
    dice = random.Random(f"product {number}")
    kin = _of_kind(market, group["otop_type"])
    model, other = dice.choice(kin), dice.choice(kin)
    factor = Decimal(dice.randint(70, 140)) / 100
    row = {
        **model,
        "slug": f"{model['slug'][:200]}-{number:06d}",
        "name_th": f"{model['name_th']} บ้าน{group['place_th']}",
        "name_en": f"{model['name_en']} from Ban {group['place_en']}",
        "group": group["slug"],
        "price": _priced(model["price"], factor),
        "materials_th": other["materials_th"],
        "materials_en": other["materials_en"],
        "description_th": _mixed(model["description_th"], other["description_th"]),
        "description_en": _mixed(model["description_en"], other["description_en"]),
        "child": [
            {
                **child,
                "slug": f"filler-{number:06d}-{place}",
                "price": _priced(child["price"], factor),
                **_stock(child, dice),
            }
            for place, child in enumerate(model.get("child", []))
        ],
        "certificate": [_renumbered(proof, dice) for proof in model.get("certificate", [])],
        "model": model["slug"],
    }
    return row | _stock(row, dice)


def _of_kind(market: Market, kind: str) -> list[Row]:
    return [product for product in market.products if product["otop_type"] == kind]


def _priced(price: str, factor: Decimal) -> str:
    """In whole five baht, and never nothing."""
    return f"{max(round(Decimal(price) * factor / 5) * 5, 5)}.00"


def _mixed(one: str, other: str) -> str:
    """The beginning of one text and the end of another."""
    return one.partition("\n\n")[0] + "\n\n" + other.rpartition("\n\n")[2]


def _stock(part: Row, dice: random.Random) -> Row:
    if "stock" not in part:
        return {}
    return {"stock": 0 if dice.random() < SOLD_OUT else dice.randint(1, 120)}


def _renumbered(proof: Row, dice: random.Random) -> Row:
    """The same standard with another certificate number, as another holder would have."""
    return {**proof, "certificate_number": f"{dice.randint(1, 9_999):04d}-{dice.randint(1, 999)}"}
