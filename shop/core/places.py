"""Provinces, amphoe and tambons of Thailand.

Codes and names come from geothai (DOPA codes, Thai and English); the six regions are those of
the National Geographical Committee. A province code has 2 digits, an amphoe 4, a tambon 6.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import geothai
from django.utils.translation import get_language

from .thai import thai_sort_key

BANGKOK = "10"
REGIONS = {
    "north": "50 51 52 53 54 55 56 57 58",
    "northeast": "30 31 32 33 34 35 36 37 38 39 40 41 42 43 44 45 46 47 48 49",
    "central": "10 11 12 13 14 15 16 17 18 19 26 60 61 62 64 65 66 67 72 73 74 75",
    "east": "20 21 22 23 24 25 27",
    "west": "63 70 71 76 77",
    "south": "80 81 82 83 84 85 86 90 91 92 93 94 95 96",
}


class UnknownPlace(ValueError):
    """No province, amphoe or tambon has this code."""


@dataclass(frozen=True, slots=True)
class Place:
    """One province, amphoe or tambon in both languages."""

    code: str
    name_th: str
    name_en: str

    @property
    def name(self) -> str:
        """The name in the language of the moment."""
        return self.name_en if get_language() == "en" else self.name_th

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class TambonAddress:
    """A tambon with all it lies in, and its postcodes."""

    tambon: Place
    amphoe: Place
    province: Place
    postcodes: tuple[str, ...]

    @property
    def in_bangkok(self) -> bool:
        return self.province.code == BANGKOK

    def lines(self, language: str) -> list[str]:
        """Tambon, amphoe and province as people write them; Bangkok says แขวง/เขต."""
        if language == "en":
            return [self.tambon.name_en, self.amphoe.name_en, self.province.name_en]
        if self.in_bangkok:
            amphoe = self.amphoe.name_th.removeprefix("เขต")
            return [f"แขวง{self.tambon.name_th}", f"เขต{amphoe}", self.province.name_th]
        return [
            f"ตำบล{self.tambon.name_th}",
            f"อำเภอ{self.amphoe.name_th}",
            f"จังหวัด{self.province.name_th}",
        ]

    @property
    def everything(self) -> str:
        """All its names in both languages and its postcodes, for looking into."""
        return f"{self.label('th')} {self.label('en')}".lower()

    def label(self, language: str) -> str:
        between = ", " if language == "en" else " "
        return f"{between.join(self.lines(language))} {'/'.join(self.postcodes)}"


def _place(area: Any) -> Place:
    return Place(area.code, area.name_th, area.name_en)


@cache
def provinces() -> dict[str, Place]:
    """All 77 provinces by code, in Thai dictionary order."""
    places = [_place(area) for area in geothai.provinces()]
    return {p.code: p for p in sorted(places, key=lambda p: thai_sort_key(p.name_th))}


@cache
def province(code: str) -> Place:
    """The province with this code. Raises UnknownPlace."""
    if code not in provinces():
        raise UnknownPlace(code)
    return provinces()[code]


@cache
def province_named(name_th: str) -> Place:
    """The province with this Thai name. Raises UnknownPlace."""
    for place in provinces().values():
        if place.name_th == name_th:
            return place
    raise UnknownPlace(name_th)


def province_slug(code: str) -> str:
    """`nakhon-ratchasima`, for addresses of pages."""
    return province(code).name_en.lower().replace(" ", "-")


@cache
def provinces_by_slug() -> dict[str, Place]:
    return {province_slug(code): place for code, place in provinces().items()}


@cache
def amphoe(code: str) -> Place:
    """The amphoe with this 4-digit code. Raises UnknownPlace."""
    area = geothai.district(code)
    if area is None:
        raise UnknownPlace(code)
    return _place(area)


@cache
def tambon_address(code: str) -> TambonAddress:
    """The tambon with this 6-digit code and what it lies in. Raises UnknownPlace."""
    area = geothai.subdistrict(code) if code.isascii() and code.isdigit() else None
    if area is None:
        raise UnknownPlace(code)
    return TambonAddress(
        _place(area), amphoe(area.district_code), province(area.province_code), area.postal_codes
    )


def find_tambons(text: str, *, limit: int = 12) -> list[TambonAddress]:
    """Tambons whose name, or whose amphoe's or postcode, a person may mean by `text`."""
    text = text.strip()[:60].replace("\x00", "")
    if not text:
        return []
    if text.isdigit() and len(text) == 5:
        return [tambon_address(area.code) for area in geothai.by_postal_code(text)][: limit * 3]
    words = [_bare(word) for word in text.split()]
    whole = _tambons_called(" ".join(words), limit * 2)
    if whole or len(words) < 2:
        return whole[:limit]
    # "ในเมือง ขอนแก่น": a tambon and where it lies; the other words choose among its namesakes.
    return [
        place
        for place in _tambons_called(words[0], 400)
        if all(word.lower() in place.everything for word in words[1:])
    ][:limit]


def _bare(word: str) -> str:
    for prefix in ("ตำบล", "แขวง", "อำเภอ", "เขต", "จังหวัด", "ต.", "อ.", "จ."):
        word = word.removeprefix(prefix)
    return word


def _tambons_called(text: str, limit: int) -> list[TambonAddress]:
    found: list[str] = []
    for result in geothai.search(text, limit=limit) if text else []:
        if result.level == "subdistrict":
            found.append(result.area.code)
        elif result.level == "district":
            found += [area.code for area in geothai.subdistricts(result.area.code)]
    return [tambon_address(code) for code in dict.fromkeys(found)]


@cache
def region_of(province_code: str) -> str:
    """Which of the six regions a province lies in. Raises UnknownPlace."""
    for region, codes in REGIONS.items():
        if province_code in codes.split():
            return region
    raise UnknownPlace(province_code)
