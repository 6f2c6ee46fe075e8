"""`manage.py draw_pictures`: the demo market's illustrations."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from cms.pictures import prepare_due
from shop.demo.illustrations import draw_pictures


class Command(BaseCommand):
    help = "Draw the pictures that the demo market lacks, and make their sizes."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--first-only",
            action="store_true",
            help="one picture per product and per story, and the sizes that pages need first",
        )
        parser.add_argument("--workers", type=int, default=2, help="processes that draw")
        parser.add_argument("--all", action="store_true", help="draw again what is there already")
        parser.add_argument(
            "--avif", action="store_true", help="make every size and format now, AVIF among them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()

        def progress(done: int, of: int) -> None:
            if done % 10 == 0 or done == of:
                self.stdout.write(f"  {time.monotonic() - started:5.1f} s  {done} of {of} pictures")
                self.stdout.flush()

        count = draw_pictures(
            first_only=options["first_only"],
            again=options["all"],
            all_sizes=options["avif"],
            workers=options["workers"],
            progress=progress,
        )
        if options["avif"]:
            prepare_due(seconds=3600, most=100_000)
        self.stdout.write(f"  {time.monotonic() - started:5.1f} s  {count} drawn")
