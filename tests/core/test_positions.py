"""Where places lie: about, in Thailand, and how far apart."""

from decimal import Decimal

import pytest

from shop.core.places import UnknownPlace, province, provinces
from shop.core.positions import Position, _known, about_position, distance_km, is_in_thailand


def at(latitude: str, longitude: str) -> Position:
    return Position(Decimal(latitude), Decimal(longitude))


@pytest.mark.parametrize(
    ("one", "other", "km"),
    [
        (at("15", "104"), at("15", "104"), "0.0"),
        # One degree of a meridian of a sphere of 6371.0088 km is 111.195 km.
        (at("14", "100"), at("15", "100"), "111.2"),
        # Along the 15th parallel a degree is cos 15° of that.
        (at("15", "100"), at("15", "101"), "107.4"),
        (at("13.75", "100.50"), at("18.79", "98.99"), "583.1"),
    ],
)
def test_distance_as_the_crow_flies(one, other, km):
    assert distance_km(one, other) == distance_km(other, one) == Decimal(km)


def test_every_province_lies_in_thailand_and_nowhere_twice():
    places = {code: about_position(f"{code}9999") for code in provinces()}
    assert len(places) == 77
    assert len({(p.latitude, p.longitude) for p in places.values()}) == 77
    assert all(is_in_thailand(p.latitude, p.longitude) for p in places.values())
    assert all(p.approximate for p in places.values())


def test_every_known_amphoe_lies_within_reach_of_its_provinces_town():
    for code in _known()["amphoe"]:
        km = distance_km(about_position(f"{code}01"), about_position(f"{code[:2]}9999"))
        assert 1 < km < 160, (code, province(code[:2]).name_en, km)


def test_a_tambon_lies_about_where_its_amphoe_does():
    kantharalak, si_sa_ket = about_position("330401"), about_position("330101")
    assert distance_km(kantharalak, si_sa_ket) == Decimal("64.1")
    with pytest.raises(UnknownPlace):
        about_position("990101")


def test_what_lies_outside_thailand():
    assert is_in_thailand(Decimal("5.62"), Decimal("101.1"))
    assert not is_in_thailand(Decimal("21"), Decimal("100"))
    assert not is_in_thailand(Decimal("100.5"), Decimal("13.7"))
