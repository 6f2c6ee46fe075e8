"""Where things lie on the map, and how far apart they are."""

import tomllib
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from .places import UnknownPlace

DATA = Path(__file__).parent / "data" / "positions.toml"
#: Mean radius of the earth in km (IUGG).
EARTH_KM = 6371.0088
#: Thailand lies within these degrees, islands and all.
LATITUDES = (Decimal("5.5"), Decimal("20.6"))
LONGITUDES = (Decimal("97.3"), Decimal("105.7"))


@dataclass(frozen=True, slots=True)
class Position:
    """Degrees north and east. `approximate` when it is the nearest town we know, not the place."""

    latitude: Decimal
    longitude: Decimal
    approximate: bool = False


def distance_km(one: Position, other: Position) -> Decimal:
    """As the crow flies, in km with one decimal place (haversine on a sphere: within 0.5 %)."""
    north, other_north = radians(one.latitude), radians(other.latitude)
    east = radians(other.longitude - one.longitude)
    half = sin((other_north - north) / 2) ** 2
    half += cos(north) * cos(other_north) * sin(east / 2) ** 2
    return Decimal(2 * EARTH_KM * asin(min(sqrt(half), 1))).quantize(Decimal("0.1"))


def is_in_thailand(latitude: Decimal, longitude: Decimal) -> bool:
    return LATITUDES[0] <= latitude <= LATITUDES[1] and LONGITUDES[0] <= longitude <= LONGITUDES[1]


def about_position(tambon_code: str) -> Position:
    """About where a tambon lies: the town of its amphoe if known, else of its province.

    Raises UnknownPlace for a code of no province.
    """
    amphoe, province = tambon_code[:4], tambon_code[:2]
    known = _known()["amphoe"].get(amphoe) or _known()["provinces"].get(province)
    if known is None:
        raise UnknownPlace(tambon_code)
    return Position(*known, approximate=True)


@cache
def _known() -> dict[str, dict[str, tuple[Decimal, Decimal]]]:
    found = tomllib.loads(DATA.read_text(encoding="utf-8"), parse_float=Decimal)
    return {
        kind: {code: tuple(pair) for code, pair in rows.items()} for kind, rows in found.items()
    }
