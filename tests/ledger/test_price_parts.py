"""A price falls into parts that are the price again, to the satang."""

from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from shop.core.money import baht, split_exactly
from shop.ledger.pricing import (
    NOTHING,
    PriceParts,
    Rate,
    payment_fees,
    price_parts,
    take_proportionally,
)

prices = st.decimals("0.01", "1000000", places=2)
percents = st.decimals("0", "50", places=2)
small = st.decimals("0", "500", places=2)


def test_a_scarf_of_a_registered_group():
    """1,070 baht: 70 are VAT, 39.06 for the card, 8 % and nothing else for the platform."""
    parts = price_parts(
        Decimal("1070.00"),
        fee=Rate(percent=Decimal(8)),
        payment_fee=Decimal("39.06"),
        vat_percent=Decimal(7),
    )
    assert parts == PriceParts(
        price=Decimal("1070.00"),
        share=Decimal("875.34"),
        platform_fee=Decimal("85.60"),
        payment_fee=Decimal("39.06"),
        vat=Decimal("70.00"),
    )


def test_where_nothing_is_asked_the_group_gets_the_whole_price():
    parts = price_parts(Decimal("450.00"))
    assert parts.share == parts.price == Decimal("450.00")


@pytest.mark.parametrize(
    ("rate", "fee"),
    [
        (Rate(percent=Decimal("0.005")), "0.01"),  # half a satang goes up
        (Rate(percent=Decimal("0.004")), "0.00"),
        (Rate(percent=Decimal(5), minimum=Decimal(10)), "10.00"),
        (Rate(percent=Decimal(5), most=Decimal(3)), "3.00"),
        (Rate(percent=Decimal(5), fixed=Decimal(2)), "7.00"),
        (Rate(minimum=Decimal(500)), "100.00"),  # never more than the price
    ],
)
def test_a_fee_of_a_hundred_baht(rate, fee):
    parts = price_parts(Decimal("100.00"), fee=rate)
    assert parts.platform_fee == Decimal(fee)
    assert parts.share == Decimal("100.00") - Decimal(fee)


@given(prices, percents, small, small, small, st.decimals("0", "30", places=2))
@example(Decimal("0.01"), Decimal(50), Decimal(500), Decimal(500), Decimal(500), Decimal(30))
def test_the_parts_are_always_the_price(price, percent, fixed, minimum, payment, vat):
    parts = price_parts(
        price,
        fee=Rate(percent, fixed, minimum),
        payment_fee=payment,
        vat_percent=vat,
    )
    four = (parts.share, parts.platform_fee, parts.payment_fee, parts.vat)
    assert sum(four) == price
    assert min(four) >= 0
    assert all(part == baht(part) for part in four)


@given(st.lists(prices, min_size=1, max_size=20), percents, small)
def test_the_payment_fees_of_lines_are_that_of_the_order(sold, percent, fixed):
    rate = Rate(percent, fixed)
    fees = payment_fees(sold, rate)
    assert sum(fees) == min(rate.of(sum(sold)), sum(sold))
    assert all(0 <= fee <= price for fee, price in zip(fees, sold, strict=True))


def test_an_order_that_costs_nothing_has_no_fee():
    assert payment_fees([Decimal("0.00")], Rate(fixed=Decimal(10))) == [Decimal("0.00")]


@given(st.lists(prices, min_size=1, max_size=6), st.data())
def test_what_is_taken_never_exceeds_what_is_left(parts, data):
    """However often, and whatever is taken: at the end nothing is left, exactly."""
    left = list(parts)
    while sum(left):
        whole = int(sum(left) * 100)
        amount = Decimal(data.draw(st.integers(max(1, whole // 4), whole))) / 100
        taken = take_proportionally(amount, left)
        assert sum(taken) == amount
        left = [x - y for x, y in zip(left, taken, strict=True)]
        assert min(left) >= 0


def test_a_part_that_is_no_part_is_refused():
    with pytest.raises(ValueError):
        PriceParts(Decimal(10), Decimal(9), Decimal(0), Decimal(0), Decimal(0))
    with pytest.raises(ValueError):
        PriceParts(Decimal(10), Decimal(11), Decimal(-1), Decimal(0), Decimal(0))


def test_no_rate_says_so_on_the_line():
    assert NOTHING.snapshot(Decimal("5.00"))["rule"] is None


@given(st.decimals("-1000", "1000", places=3))
def test_half_a_satang_goes_away_from_nothing(amount):
    assert abs(baht(amount) - amount) <= Decimal("0.005")
    assert baht(-amount) == -baht(amount)


def test_left_over_satang_go_to_who_lost_most():
    assert split_exactly(Decimal("1.00"), [1, 1, 1]) == [
        Decimal("0.34"),
        Decimal("0.33"),
        Decimal("0.33"),
    ]
