from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


def add_trigram_index(apps, schema_editor):
    """On PostgreSQL a trigram index finds letters inside names; SQLite reads them all."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            "CREATE INDEX search_inside_names ON catalogue_searchentry "
            "USING gin (names gin_trgm_ops)"
        )


def drop_trigram_index(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX IF EXISTS search_inside_names")


class Migration(migrations.Migration):

    dependencies = [
        ("catalogue", "0035_search_words"),
    ]

    operations = [
        TrigramExtension(),
        migrations.RunPython(add_trigram_index, drop_trigram_index),
    ]
