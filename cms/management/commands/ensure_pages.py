"""`manage.py ensure_pages`: the pages every shop has, and the rights of its office."""

from typing import Any

from django.core.management.base import BaseCommand

from cms.services import ensure_pages


class Command(BaseCommand):
    help = "Make what is missing: home, stories, information in both languages, and the office."

    def handle(self, *args: Any, **options: Any) -> None:
        homes = ensure_pages()
        addresses = ", ".join(home.full_address for home in homes.values())
        self.stdout.write(f"Pages are ready: {addresses}")
