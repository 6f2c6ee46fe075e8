"""A simulated provider that the shop's gateway talks to."""

from collections.abc import Iterator
from typing import Any

import pytest

from shop.stripe_simulator.testing import SimulatorThread


@pytest.fixture
def provider(settings: Any) -> Iterator[SimulatorThread]:
    """The simulator, in this process; its webhooks are caught and never delivered."""
    with SimulatorThread() as simulator:
        settings.STRIPE_API_BASE = simulator.base_address
        yield simulator
