"""`manage.py load_demo`: the demo market's groups, goods, rates, accounts and orders."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from shop.demo.services import load_demo


class Command(BaseCommand):
    help = "Load the demo market, or bring it up to date with its data files."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SETTINGS_MODULE.endswith("production"):
            raise CommandError("Everybody knows the passwords of the demo accounts: not here.")
        started = time.monotonic()
        load_demo(
            say=lambda line: self.stdout.write(f"  {time.monotonic() - started:5.1f} s  {line}"),
        )
