"""Prepares a demo market for browser tests: `python -m tests.browser.market`, into VAR_DIR.

Copies the migrated template of the test suite, loads the demo, draws one small picture for each
product and collects the static files, all in one process, since each start takes seconds.
"""

import shutil
import sys

import django
from django.conf import settings

PICTURE_WIDTH = 640


def main() -> int:
    django.setup()
    from django.core.management import call_command

    from deploy import messages
    from shop.demo.illustrations import draw_pictures
    from shop.demo.services import load_demo
    from tests.databases import SqliteDatabase

    messages.compile_stale()
    database = SqliteDatabase("browser")
    wanted = settings.DATABASES["default"]["NAME"]
    with database.alone():
        if not database.has_template():
            database.build_template()
        shutil.copyfile(database.path(database.template), wanted)
    database.use(str(wanted).removesuffix(".sqlite3"))
    load_demo(say=print)
    print("pictures:", draw_pictures(first_only=True, width=PICTURE_WIDTH))
    call_command("collectstatic", interactive=False, verbosity=0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
