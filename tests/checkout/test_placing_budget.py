"""What writing an order costs: at most 70 statements, 3 more per line, 4 more per group."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from shop.oscar.checkout import services as checkouts
from tests.factories import (
    make_certificate,
    make_checkout,
    make_enterprise,
    make_member,
    make_product,
    make_rates,
    pay,
)

pytestmark = pytest.mark.django_db


def statements(groups: int, per_group: int) -> int:
    """Statements of the moment in which paid money becomes an order."""
    wanted = []
    for _ in range(groups):
        enterprise = make_enterprise()
        make_member(enterprise)
        goods = [make_product(enterprise) for _ in range(per_group)]
        make_certificate(enterprise, *goods)
        wanted += [(product, 1) for product in goods]
    attempt = pay(make_checkout(*wanted))
    with CaptureQueriesContext(
        connection,
    ) as captured:
        checkouts.settle_attempt(attempt.pk)
    return len(captured)


def test_placing_an_order_stays_within_its_budget():
    make_rates()

    two_groups = statements(2, 2)

    assert two_groups <= 70
    assert statements(2, 6) - two_groups <= 3 * 8
    assert statements(6, 2) - two_groups <= 4 * 4 + 3 * 8
