"""Whatever happens, in any order, with deaths at every write and everything told twice."""

import random
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from shop.ledger import services as ledger
from tests.factories.people import make_officer
from tests.ledger.anything import A_WEEK, STEPS, Market
from tests.ledger.banking import with_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def groups(settings: Any) -> list[Any]:
    settings.ADVANCE_AFTER_PARTS = 1
    settings.PAYOUT_MINIMUM = 1
    found = [with_account() for _ in range(3)]
    ledger.register_vat(
        enterprise_id=found[0].pk, tax_id="0994000000000", from_day=date(2026, 1, 1)
    )
    ledger.set_payment_fee(method="card", percent=Decimal("3.65"), from_day=date(2026, 1, 1))
    return found


@pytest.mark.parametrize("bearer", ["platform", "group"])
@settings(
    max_examples=6,
    # A failing example prints its steps and its chance; smaller ones would not be plainer.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    steps=st.lists(
        st.one_of(
            st.sampled_from(STEPS).map(lambda step: [step]),
            st.just(A_WEEK),
        ),
        min_size=4,
        max_size=9,
    ),
    chance=st.integers(0, 2**32),
)
def test_it_always_adds_up(groups: Any, settings: Any, bearer: str, steps: Any, chance: int):
    settings.PAYMENT_FEE_ON_REFUND = bearer
    with transaction.atomic():
        market = Market(groups, [make_officer(), make_officer()], random.Random(chance))
        market.sale()
        for step in chain.from_iterable(steps):
            getattr(market, step)()
            market.must_add_up()
        transaction.set_rollback(True)
