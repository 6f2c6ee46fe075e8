"""The database itself refuses to change or delete what the ledger has written.

On PostgreSQL it also refuses entries of an event that do not sum to zero (an event's entries are
written in one statement) and emptying the tables. SQLite has triggers for changing and deleting; a
migration that makes one of these tables anew must make its triggers anew (a test notices).
"""

from django.db import migrations

TABLES = ("ledger_ledgerevent", "ledger_ledgerentry", "ledger_saleline", "ledger_reversal")

POSTGRESQL = """
CREATE FUNCTION ledger_written_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: the ledger is written once', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE FUNCTION ledger_sums_to_zero() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    event bigint;
BEGIN
    SELECT event_id INTO event FROM written GROUP BY event_id HAVING sum(amount) <> 0 LIMIT 1;
    IF event IS NOT NULL THEN
        RAISE EXCEPTION 'the entries of ledger event % do not sum to zero', event
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_entries_sum_to_zero AFTER INSERT ON ledger_ledgerentry
    REFERENCING NEW TABLE AS written
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_sums_to_zero();
"""
POSTGRESQL_TABLE = """
CREATE TRIGGER written_once BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION ledger_written_once();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_written_once();
"""
SQLITE_TABLE = """
CREATE TRIGGER {table}_not_{name} BEFORE {verb} ON {table}
BEGIN
    SELECT RAISE(ABORT, '{verb} of {table} is refused: the ledger is written once');
END
"""
SQLITE_VERBS = (("changed", "UPDATE"), ("deleted", "DELETE"))


def guard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(POSTGRESQL.replace("%", "%%"), ())
        for table in TABLES:
            schema_editor.execute(POSTGRESQL_TABLE.format(table=table))
    elif schema_editor.connection.vendor == "sqlite":
        for table in TABLES:
            for name, verb in SQLITE_VERBS:
                schema_editor.execute(SQLITE_TABLE.format(table=table, name=name, verb=verb))


def unguard(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP TRIGGER ledger_entries_sum_to_zero ON ledger_ledgerentry")
        for table in TABLES:
            schema_editor.execute(f"DROP TRIGGER written_once ON {table}")
            schema_editor.execute(f"DROP TRIGGER never_emptied ON {table}")
        schema_editor.execute("DROP FUNCTION ledger_sums_to_zero()")
        schema_editor.execute("DROP FUNCTION ledger_written_once()")
    elif schema_editor.connection.vendor == "sqlite":
        for table in TABLES:
            for name, _ in SQLITE_VERBS:
                schema_editor.execute(f"DROP TRIGGER {table}_not_{name}")


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_entries")]

    operations = [migrations.RunPython(guard, unguard)]
