"""Sort keys compare by code point, whatever the database's own collation is."""

from typing import Any

from django.db import migrations


def by_code_point(apps: Any, schema_editor: Any) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            'ALTER TABLE catalogue_product ALTER COLUMN sort_key TYPE varchar(400) COLLATE "C"'
        )


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0036_search_inside_names")]
    operations = [migrations.RunPython(by_code_point, migrations.RunPython.noop)]
