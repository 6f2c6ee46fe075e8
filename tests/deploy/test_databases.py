"""The copied test databases: migrated, whole after each test, and known to other processes."""

import subprocess
import sys

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection, transaction

from deploy.digests import ROOT
from shop.core.models import User

# Two tests that write the same rows: whichever comes second fails if the first leaves any behind.
TWICE = pytest.mark.parametrize("time", ["first", "second"])


def write_a_user() -> None:
    User.objects.create(email="ป้าศรี@example.com", is_active=True)


@pytest.mark.django_db
def test_the_copy_is_fully_migrated():
    call_command("migrate", "--check", verbosity=0)


@TWICE
@pytest.mark.django_db
def test_a_plain_test_leaves_nothing_behind(time):
    assert User.objects.count() == 0
    write_a_user()


@TWICE
@pytest.mark.django_db(transaction=True)
def test_real_transactions_leave_nothing_behind_and_keep_what_migrations_wrote(time):
    assert User.objects.count() == 0
    assert ContentType.objects.get_by_natural_key("core", "user").pk
    assert ContentType.objects.count() > 50

    with transaction.atomic():
        write_a_user()
        ContentType.objects.filter(app_label="flatpages").delete()


def test_another_process_sees_what_the_test_has_committed(database_url):
    write_a_user()
    program = (
        "import django; django.setup();"
        "from shop.core.models import User; print(User.objects.count(), 'user')"
    )

    said = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={
            "DATABASE_URL": database_url,
            "DJANGO_SETTINGS_MODULE": "shop.settings.test",
            "PATH": "",
        },
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.strip() == "1 user"


@pytest.mark.sqlite
@pytest.mark.django_db
def test_sqlite_keeps_its_safety_belts_on():
    with connection.cursor() as cursor:
        answers = [
            cursor.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        ]

    assert answers == ["wal", 1, 20000]
    assert connection.transaction_mode == "IMMEDIATE"


@pytest.mark.postgresql
@pytest.mark.django_db
def test_postgresql_sorts_characters_the_same_everywhere():
    with connection.cursor() as cursor:
        cursor.execute("SELECT datctype FROM pg_database WHERE datname = current_database()")
        assert cursor.fetchone() == ("C.UTF-8",)
