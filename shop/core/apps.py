from typing import Any

from django.apps import AppConfig
from django.core.exceptions import ImproperlyConfigured
from django.db.backends.signals import connection_created

CTYPES_WITHOUT_THAI = {"C", "POSIX"}
_asked: set[str] = set()


class CoreConfig(AppConfig):
    name = "shop.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "Core"

    def ready(self) -> None:
        connection_created.connect(refuse_thai_blind_database, dispatch_uid="thai-trigrams")


def refuse_thai_blind_database(sender: Any, connection: Any, **kwargs: Any) -> None:
    """Stop before a PostgreSQL database that silently finds nothing in Thai is used.

    With LC_CTYPE "C" trigrams see no Thai letters (docs/algorithms/search.md). Each
    database is asked once per process.
    """
    name = str(connection.settings_dict["NAME"])
    if connection.vendor != "postgresql" or name in _asked:
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT datctype FROM pg_database WHERE datname = current_database()")
        ctype = cursor.fetchone()[0]
    if ctype in CTYPES_WITHOUT_THAI:
        raise ImproperlyConfigured(
            f"The PostgreSQL database {name!r} has LC_CTYPE {ctype!r}, "
            "which cannot search Thai. Create it with a UTF-8 locale, for example: "
            "CREATE DATABASE shop TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C.UTF-8' "
            "LC_CTYPE 'C.UTF-8';"
        )
    _asked.add(name)
