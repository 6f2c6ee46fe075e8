"""OTOP stars are shown with their year, and go after the second later round."""

from datetime import date

import pytest

from producers.models import Certificate, Scheme
from tests.factories.goods import make_certificate, make_enterprise

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("year", "day", "shown"),
    [
        (2565, date(2026, 12, 31), True),
        (2564, date(2026, 1, 1), False),
        (2565, date(2027, 1, 1), False),
        (2569, date(2026, 1, 1), True),
    ],
)
def test_stars_go_after_the_second_later_round(year: int, day: date, shown: bool) -> None:
    stars = make_certificate(make_enterprise(), scheme=Scheme.OTOP_STAR, stars=5, year=year)
    Certificate.objects.update(expires_on=None)
    stars.refresh_from_db()
    assert stars.is_shown_on(day) is shown
    assert Certificate.objects.shown_on(day).exists() is shown
