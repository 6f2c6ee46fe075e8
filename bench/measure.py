"""Measures one database: `python -m bench.measure PRODUCTS RUNS`, settings from the environment.

Writes figures.json into VAR_DIR. The database is migrated and filled once and used again.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from bench import order_book  # noqa: E402
from bench.journey import Journey  # noqa: E402
from catalogue.models import Product  # noqa: E402


def prepare(products: int) -> None:
    """Migrate, load the demo market and fill it up to `products`."""
    call_command("collectstatic", verbosity=0, interactive=False)
    call_command("migrate", verbosity=0)
    have = Product.objects.top_level().count()
    if not have:
        call_command("load_demo")
        have = Product.objects.top_level().count()
    if have < products:
        call_command("fill_market", products=products - have, groups=500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


Action = Callable[[], Any]


def measure(what: str, budget: int, action: Action, runs: int) -> dict[str, Any]:
    """Statements and median milliseconds of one action."""
    return measure_in_turn({what: action}, budget, runs)[0]


def measure_in_turn(actions: dict[str, Action], budget: int, runs: int) -> list[dict[str, Any]]:
    """The same of several that are to be compared: one run of each in turn, so that whatever else
    the machine does falls upon all of them alike."""
    counts, times = {}, {}
    for what, action in actions.items():
        action()
        with CaptureQueriesContext(connection) as statements:
            action()
        counts[what] = sum(_counts(query["sql"]) for query in statements.captured_queries)
        times[what] = [0.0] * runs
    for run in range(runs):
        for what, action in actions.items():
            start = time.perf_counter()
            action()
            times[what][run] = (time.perf_counter() - start) * 1000
    return [
        {"what": what, "budget": budget, "sql": counts[what], "ms": statistics.median(times[what])}
        for what in actions
    ]


def _counts(sql: str) -> bool:
    """Beginning and ending a transaction is no statement of ours."""
    first = sql.split(None, 1)[0].upper() if sql else ""
    return first not in {"BEGIN", "COMMIT", "SAVEPOINT", "RELEASE", "ROLLBACK"}


def page(client: Client, path: str) -> Callable[[], None]:
    def get() -> None:
        response = client.get(path)
        if response.status_code != 200:
            raise RuntimeError(f"{path}: {response.status_code}")

    return get


def main() -> None:
    products, runs = int(sys.argv[1]), int(sys.argv[2])
    settings.ALLOWED_HOSTS = ["testserver"]
    prepare(products)
    visitor = Client()
    journey = Journey()
    slug = Product.objects.top_level().on_sale().available().latest("pk").slug
    bare = measure("a bare view", 0, page(visitor, "/healthz"), runs)
    figures = [
        bare,
        measure("home", 12, page(visitor, "/th/"), runs),
        measure(
            "type listing with a facet", 12, page(visitor, "/th/types/textile/?sale=ready"), runs
        ),
        measure("product", 14, page(visitor, f"/th/products/{slug}/"), runs),
        measure("search", 12, page(visitor, "/th/search/?q=ผ้าไหม"), runs),
        *journey.figures(measure, page, runs),
        *order_book.figures(journey, measure_in_turn, runs),
    ]
    for figure in figures:
        figure["ratio"] = figure["ms"] / bare["ms"]
    path = settings.VAR_DIR / "figures.json"
    path.write_text(json.dumps(figures, ensure_ascii=False), encoding="utf-8")


if __name__ == "__main__":
    main()
