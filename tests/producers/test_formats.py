"""Numbers of certificates: an unusual one is warned about, never refused."""

import pytest

from producers.formats import NumberWarning, number_warnings, registration_warnings
from producers.models import Scheme


@pytest.mark.parametrize(
    ("scheme", "number"),
    [
        (Scheme.MPC, "มผช. 1555/2563"),
        (Scheme.MPC, "มผช.20(1)/2562"),
        (Scheme.MPC, "มผช 9/๒๕๔๗"),
        (Scheme.FDA_FOOD, "40-2-01234-2-0001"),
        (Scheme.TIS, "มอก. 1234-2560"),
        (Scheme.TIS, "มอก.เอส 12-2561"),
        (Scheme.GI, "สช 50100022"),
        (Scheme.COSMETIC, "40-1-6400012345"),
        (Scheme.HALAL, "ฮล. จังหวัด ก/2568"),
        (Scheme.GAP, "กษ 03-4400-45-118-000214"),
    ],
)
def test_usual_numbers_are_let_through(scheme, number):
    assert number_warnings(scheme, number, province_code="40") == []


@pytest.mark.parametrize(
    ("scheme", "number"),
    [
        (Scheme.MPC, "1555/2563"),
        (Scheme.MPC, "มผช. 1555/2020"),
        (Scheme.FDA_FOOD, "40-2-01234-2-001"),
        (Scheme.TIS, "มอก. 12"),
        (Scheme.GI, "สช 123"),
    ],
)
def test_unusual_numbers_are_warned_about(scheme, number):
    assert number_warnings(scheme, number) == [NumberWarning.UNUSUAL]


def test_a_missing_number_is_said():
    assert number_warnings(Scheme.GI, "  ") == [NumberWarning.MISSING]


def test_a_food_number_tells_the_province_and_whether_its_maker_is_local():
    number = "10-3-01234-2-0001"

    assert number_warnings(Scheme.FDA_FOOD, number, province_code="40") == [
        NumberWarning.OTHER_PROVINCE,
        NumberWarning.NOT_A_LOCAL_MAKER,
    ]


def test_a_registration_number_looks_like_the_tambon_it_was_made_in():
    assert registration_warnings("1-40-01-01/1-0023", tambon_code="400101") == []
    assert registration_warnings("1-40-01-01/1-0023", tambon_code="400102") == [
        NumberWarning.OTHER_TAMBON
    ]
    assert registration_warnings("1400101/10023") == [NumberWarning.UNUSUAL]
