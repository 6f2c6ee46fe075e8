"""Test databases that are migrated once and copied ever after.

A full migration takes about a minute on a quiet machine, a copy a fraction of a second. So the
migrated database is kept as a template, named after a digest of everything that decides what a
migration makes, and each pytest process works on its own copy. See docs/testing.md.
"""

import contextlib
import fcntl
import os
import shutil
import sqlite3
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.core.management import call_command
from django.db import connections

from deploy.digests import ROOT, migrations_digest

FOLDER = ROOT / "var" / "test"
KEPT_TEMPLATES = 3
TEMPLATE_PREFIX = "talat_test_template_"
RUN_PREFIX = "talat_test_run_"


def own_database(worker: str) -> "OwnDatabase":
    """The database of this pytest process, of the kind that the settings ask for."""
    kinds = {"sqlite": SqliteDatabase, "postgresql": PostgresqlDatabase}
    return kinds[connections["default"].vendor](worker)


class OwnDatabase(ABC):
    """A copy of the migrated template that belongs to one pytest process."""

    def __init__(self, worker: str) -> None:
        digest = migrations_digest()[:16]
        self.template = f"{TEMPLATE_PREFIX}{digest}"
        self.name = f"{RUN_PREFIX}{os.getpid()}_{worker}"

    def prepare(self, *, anew: bool = False) -> None:
        """Build the template if it is missing (or always, `anew`), copy it, and use the copy."""
        with self.alone():
            self.remove_leftovers()
            if anew:
                self.remove_template()
            if not self.has_template():
                self.build_template()
            self.copy_template()
        self.use(self.name)

    def use(self, name: str) -> None:
        """Point Django's default connection at the database `name`."""
        connection = connections["default"]
        connection.close()
        connection.settings_dict["NAME"] = self.django_name(name)

    def migrate(self, name: str) -> None:
        self.use(name)
        call_command("migrate", verbosity=0, interactive=False)
        connections.close_all()

    def django_name(self, name: str) -> str:
        return name

    @abstractmethod
    def alone(self) -> contextlib.AbstractContextManager[None]:
        """Hold off every other test process that would build, copy or drop templates."""

    @abstractmethod
    def has_template(self) -> bool: ...

    @abstractmethod
    def build_template(self) -> None: ...

    @abstractmethod
    def remove_template(self) -> None: ...

    @abstractmethod
    def copy_template(self) -> None: ...

    @abstractmethod
    def remove_leftovers(self) -> None:
        """Drop templates of other days and copies whose process has been killed."""

    @abstractmethod
    def restore(self) -> None:
        """Make the copy what it was at first, rows of data migrations included."""

    @abstractmethod
    def remove(self) -> None:
        """Drop the copy at the end of the run."""

    @abstractmethod
    def url(self) -> str:
        """The copy as a DATABASE_URL, for a test that starts a process of its own."""


class SqliteDatabase(OwnDatabase):
    """Files below var/test."""

    def path(self, name: str) -> Path:
        return FOLDER / f"{name}.sqlite3"

    def django_name(self, name: str) -> str:
        return str(self.path(name))

    @contextmanager
    def alone(self) -> Iterator[None]:
        FOLDER.mkdir(parents=True, exist_ok=True)
        with (FOLDER / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def has_template(self) -> bool:
        return self.path(self.template).exists()

    def build_template(self) -> None:
        unfinished = f"{self.name}_template"
        self.unlink(unfinished)
        self.migrate(unfinished)
        # Closing the last connection has moved everything from the write-ahead log to the file.
        self.path(unfinished).rename(self.path(self.template))

    def remove_template(self) -> None:
        self.unlink(self.template)

    def copy_template(self) -> None:
        template = self.path(self.template)
        os.utime(template)
        shutil.copyfile(template, self.path(self.name))

    def remove_leftovers(self) -> None:
        by_age = sorted(FOLDER.glob(f"{TEMPLATE_PREFIX}*"), key=lambda path: path.stat().st_mtime)
        for path in by_age[:-KEPT_TEMPLATES]:
            path.unlink(missing_ok=True)
        for path in FOLDER.glob(f"{RUN_PREFIX}*"):
            if not is_running(process_in(path.name)):
                path.unlink(missing_ok=True)

    def restore(self) -> None:
        # Through SQLite's own backup, which is safe beside connections that are still open.
        with (
            contextlib.closing(sqlite3.connect(self.path(self.template))) as template,
            contextlib.closing(sqlite3.connect(self.path(self.name), timeout=20)) as copy,
        ):
            template.backup(copy)

    def remove(self) -> None:
        connections["default"].close()
        self.unlink(self.name)

    def unlink(self, name: str) -> None:
        for ending in ("", "-wal", "-shm"):
            self.path(name).with_name(f"{name}.sqlite3{ending}").unlink(missing_ok=True)

    def url(self) -> str:
        return f"sqlite:///{self.path(self.name)}"


class PostgresqlDatabase(OwnDatabase):
    """Databases on the server that the settings name, copied with CREATE DATABASE … TEMPLATE."""

    _seed: "Seed | None" = None

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self.server() as server:
            # One number for all checkouts that use this server; it is freed with the connection.
            server.execute("SELECT pg_advisory_lock(%s)", [0x7A1A7])
            yield

    @contextmanager
    def server(self, name: str = "postgres") -> Iterator[Any]:
        """A connection of our own to the database `name`, beside Django's."""
        settings = connections["default"].settings_dict
        places = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD"}
        given = {name: settings[key] for name, key in places.items() if settings.get(key)}
        with contextlib.closing(
            psycopg.connect(dbname=name, autocommit=True, **given)
        ) as connection:
            yield connection

    def has_template(self) -> bool:
        with self.server() as server:
            found = server.execute(
                "SELECT 1 FROM pg_database WHERE datname = %s", [self.template]
            ).fetchone()
        return found is not None

    def build_template(self) -> None:
        unfinished = f"{self.name}_template"
        with self.server() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{unfinished}" WITH (FORCE)')
            server.execute(
                f"CREATE DATABASE \"{unfinished}\" TEMPLATE template0 ENCODING 'UTF8' "
                "LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
            )
            self.migrate(unfinished)
            server.execute(f'ALTER DATABASE "{unfinished}" RENAME TO "{self.template}"')

    def remove_template(self) -> None:
        with self.server() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{self.template}" WITH (FORCE)')

    def copy_template(self) -> None:
        with self.server() as server:
            server.execute(f'CREATE DATABASE "{self.name}" TEMPLATE "{self.template}"')
            used = time.strftime("%Y-%m-%dT%H:%M:%S")
            server.execute(f"COMMENT ON DATABASE \"{self.template}\" IS 'used {used}'")

    def remove_leftovers(self) -> None:
        with self.server() as server:
            rows = server.execute(
                "SELECT datname, coalesce(shobj_description(oid, 'pg_database'), '')"
                " FROM pg_database WHERE datname LIKE 'talat\\_test\\_%' ORDER BY 2"
            ).fetchall()
            templates = [name for name, _ in rows if name.startswith(TEMPLATE_PREFIX)]
            copies = [name for name, _ in rows if name.startswith(RUN_PREFIX)]
            # A process number means something only for a server on this machine.
            local = connections["default"].settings_dict["HOST"] in LOCAL_HOSTS
            dead = [name for name in copies if local and not is_running(process_in(name))]
            for name in [*templates[:-KEPT_TEMPLATES], *dead]:
                server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def restore(self) -> None:
        connections.close_all()
        try:
            with self.server(self.name) as copy:
                self.seed().restore(copy)
        except psycopg.Error:
            # A thread of the test still holds a lock, or a table has been altered: start afresh.
            self.remove()
            self.copy_template()

    def seed(self) -> "Seed":
        """The rows of the template, read once."""
        if self._seed is None:
            with self.server(self.template) as template:
                self._seed = Seed(template)
        return self._seed

    def remove(self) -> None:
        connections.close_all()
        with self.server() as server:
            server.execute(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def url(self) -> str:
        settings = connections["default"].settings_dict
        user, password = quote(settings["USER"]), quote(settings["PASSWORD"])
        host, port = settings["HOST"] or "127.0.0.1", settings["PORT"] or "5432"
        return f"postgresql://{user}:{password}@{host}:{port}/{self.name}"


class Seed:
    """What migrations have written, to be put back where a test has changed it.

    A new copy takes most of a second on PostgreSQL; emptying the few tables that have rows and
    writing the seed again takes some hundredths.
    """

    def __init__(self, template: Any) -> None:
        self.tables = [
            row[0]
            for row in template.execute(
                "SELECT format('%I.%I', schemaname, tablename) FROM pg_tables"
                " WHERE schemaname = 'public'"
            )
        ]
        self.rows: dict[str, bytes] = {}
        for table in self.filled(template):
            with template.cursor().copy(f"COPY {table} TO STDOUT") as out:
                self.rows[table] = b"".join(bytes(block) for block in out)
        self.sequences = self.numbers(template)

    def filled(self, database: Any) -> list[str]:
        """The tables that have rows."""
        asked = " UNION ALL ".join(
            f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in self.tables
        )
        return [row[0] for row in database.execute(asked)]

    def numbers(self, database: Any) -> dict[str, int | None]:
        """The last number each sequence has given; None where it has given none."""
        return dict(
            database.execute(
                "SELECT format('%I.%I', schemaname, sequencename), last_value FROM pg_sequences"
                " WHERE schemaname = 'public'"
            )
        )

    def restore(self, copy: Any) -> None:
        copy.execute("SET lock_timeout = '5s'")
        # Neither foreign keys nor triggers have a say: an append-only table must be emptied too.
        copy.execute("SET session_replication_role = replica")
        with copy.transaction():
            for table in self.filled(copy):
                copy.execute(f"DELETE FROM {table}")
            for table, rows in self.rows.items():
                with copy.cursor().copy(f"COPY {table} FROM STDIN") as into:
                    into.write(rows)
            for sequence, number in self.numbers(copy).items():
                first = self.sequences[sequence]
                if number != first:
                    copy.execute("SELECT setval(%s, %s, %s)", [sequence, first or 1, bool(first)])


LOCAL_HOSTS = {"", "localhost", "127.0.0.1", "::1"}


def process_in(name: str) -> int:
    """The process number in the name of a copy."""
    return int(name.removeprefix(RUN_PREFIX).partition("_")[0])


def is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
