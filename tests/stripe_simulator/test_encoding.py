"""The simulator reads exactly what Stripe's SDK writes."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stripe._encode import _api_encode

from shop.stripe_simulator.encoding import Params, nest, read_pairs
from shop.stripe_simulator.errors import ApiError

NAMES = st.text("abcdefgh_", min_size=1, max_size=6)
LEAVES = st.text(max_size=12) | st.integers(0, 10**9)
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3)
        | st.dictionaries(NAMES, inner, min_size=1, max_size=3)
    ),
    max_leaves=8,
)


def as_sent(value: Any) -> Any:
    """Form encoding knows texts only."""
    if isinstance(value, dict):
        return {name: as_sent(item) for name, item in value.items()}
    if isinstance(value, list):
        return [as_sent(item) for item in value]
    return str(value)


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_what_the_sdk_encodes_is_read_back(params: dict[str, Any]) -> None:
    encoded = urlencode(list(_api_encode(params))).replace("%5B", "[").replace("%5D", "]")

    assert nest(read_pairs(encoded)) == as_sent(params)


def test_empty_brackets_append() -> None:
    assert nest(read_pairs("expand[]=a&expand[]=b")) == {"expand": ["a", "b"]}


@pytest.mark.parametrize("raw", ["12.5", "1e3", "NaN", "๑๒", " 5", "+5", "9" * 19])
def test_an_amount_that_is_no_whole_number_is_refused(raw: str) -> None:
    with pytest.raises(ApiError) as refusal:
        Params({"amount": raw}).integer("amount")

    assert refusal.value.code == "parameter_invalid_integer"


def test_a_misspelt_field_is_named_in_full() -> None:
    inner = Params({"price": {"amuont": "5"}}).inner("price")

    with pytest.raises(ApiError) as refusal:
        inner.only("amount")

    assert refusal.value.param == "price[amuont]"
