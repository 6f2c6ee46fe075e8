"""PostgreSQL with LC_CTYPE "C" finds nothing in Thai, so the shop refuses it at the door."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper

from shop.core.apps import refuse_thai_blind_database


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_a_database_that_cannot_read_thai_is_refused_by_name() -> None:
    name = f"{connection.settings_dict['NAME']}_blind"
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' "
            "LC_COLLATE 'C' LC_CTYPE 'C'"
        )
    blind = DatabaseWrapper({**connection.settings_dict, "NAME": name}, alias="blind")
    try:
        with pytest.raises(ImproperlyConfigured, match="cannot search Thai"):
            blind.ensure_connection()
    finally:
        blind.close()
        with connection.cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.mark.django_db
def test_the_database_of_the_tests_can_read_thai() -> None:
    refuse_thai_blind_database(None, connection)
