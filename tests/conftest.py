"""What every test shares: its own copy of a migrated database of the kind that is asked for."""

import os
from collections.abc import Iterator
from itertools import count
from typing import Any

import hypothesis
import pytest
from django.core.cache import caches
from django.db import connection
from django.test import TransactionTestCase

from deploy import messages
from tests.databases import OwnDatabase, own_database

# A busy machine is slow, not wrong: how long an example takes says nothing about the code.
hypothesis.settings.register_profile(
    "shop", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("shop")


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        messages.compile_stale()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the tests that concern the other database."""
    others = {"postgresql", "sqlite"} - {connection.vendor}
    kept = [item for item in items if not any(item.get_closest_marker(name) for name in others)]
    left_out = [item for item in items if item not in kept]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = kept


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """Nothing to do: `own_test_database` names the database of each process itself."""


@pytest.fixture(scope="session")
def own_test_database(
    request: pytest.FixtureRequest, django_test_environment: None, django_db_blocker: Any
) -> Iterator[OwnDatabase]:
    """This process's copy of the migrated template (see docs/testing.md)."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "alone")
    database = own_database(worker)
    with django_db_blocker.unblock():
        database.prepare(anew=request.config.getvalue("create_db") and worker in ("alone", "gw0"))
    yield database
    with django_db_blocker.unblock():
        database.remove()


@pytest.fixture(scope="session")
def django_db_setup(own_test_database: OwnDatabase) -> Iterator[None]:
    """pytest-django's door to the database, over our own copies.

    A test with real transactions ends with a flush, which also throws away the rows that data
    migrations wrote. Ours ends with a restored copy instead.
    """

    def restore(self: TransactionTestCase) -> None:
        own_test_database.restore()

    flush = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = restore
    yield
    TransactionTestCase._fixture_teardown = flush


@pytest.fixture
def database_url(own_test_database: OwnDatabase, transactional_db: None) -> str:
    """The test's database for a process that the test starts, such as a real worker."""
    return own_test_database.url()


@pytest.fixture(autouse=True)
def _clean_caches() -> None:
    """Each test sees empty caches, and no other process's, on a shared Redis too."""
    prefix = f"test-{os.getpid()}-{next(CACHE_NUMBERS)}"
    for alias in caches:
        caches.settings[alias]["KEY_PREFIX"] = prefix  # for threads that begin within the test
        caches[alias].key_prefix = prefix


CACHE_NUMBERS = count()
