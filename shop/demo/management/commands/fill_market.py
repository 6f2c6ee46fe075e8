"""`manage.py fill_market --products 10000`: a large market for benchmarks, removable again."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from shop.demo.filling import clear_market, fill_market

MOST = 100_000
BAR = 30


class Command(BaseCommand):
    help = "Fill the market with invented demo goods for benchmarks, or remove them again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--products", type=int, default=10_000, help=f"up to {MOST}")
        parser.add_argument("--groups", type=int, default=500)
        parser.add_argument("--remove", action="store_true", help="remove the filler again")

    def handle(self, *args: Any, **options: Any) -> None:
        self.started = time.monotonic()
        if options["remove"]:
            groups = clear_market(progress=self.bar)
            self.stdout.write(f"\nRemoved {groups} groups with all their goods.")
            return
        products, groups = options["products"], options["groups"]
        if not (1 <= products <= MOST and 1 <= groups <= products):
            raise CommandError(f"between 1 and {MOST} products, and no more groups than products")
        made, total = fill_market(products=products, groups=groups, progress=self.bar)
        self.stdout.write(f"\nAdded {made} products; {total} groups sell them.")

    def bar(self, done: int, of: int) -> None:
        filled = BAR * done // max(of, 1)
        seconds = time.monotonic() - self.started
        end = "\r" if self.stdout.isatty() else "\n"
        line = f"  [{'#' * filled}{'.' * (BAR - filled)}] {done:,} of {of:,}  {seconds:.0f} s"
        self.stdout.write(line, ending=end)
        self.stdout.flush()
