"""`make bench`: SQL statements and milliseconds of the pages that matter, on both databases.

Milliseconds are given as a ratio to a bare view of the same process, so that tables of different
machines can be compared. The table is printed and written to bench/results.md.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

ROOT = Path(__file__).resolve().parents[1]
POSTGRES = "postgres://postgres@127.0.0.1:5432/postgres"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--products", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=15)
    parser.add_argument("--sqlite-only", action="store_true")
    options = parser.parse_args()
    databases = {"SQLite": ""}
    if not options.sqlite_only:
        databases["PostgreSQL"] = postgres_database(options.products)
    results = {
        name: measured(name, url, options.products, options.runs) for name, url in databases.items()
    }
    table = as_table(results, options.products, options.runs)
    print(table)
    (ROOT / "bench" / "results.md").write_text(table, encoding="utf-8")
    return 0


def postgres_database(products: int) -> str:
    """A database of its own beside the one that DATABASE_URL (or the local server) offers."""
    url = os.environ.get("DATABASE_URL") or POSTGRES
    name = f"talat_bench_{products}"
    with psycopg.connect(url, autocommit=True) as connection:
        if not connection.execute(
            "SELECT 1 FROM pg_database WHERE datname = %s", [name]
        ).fetchone():
            connection.execute(
                f"CREATE DATABASE \"{name}\" TEMPLATE template0 ENCODING 'UTF8' "
                "LC_COLLATE 'C.UTF-8' LC_CTYPE 'C.UTF-8'"
            )
    return f"{url.rsplit('/', 1)[0]}/{name}"


def measured(name: str, url: str, products: int, runs: int) -> list[dict[str, Any]]:
    """The figures of one database, measured in a process of its own."""
    print(f"\n{name}, {products:,} products", flush=True)
    folder = ROOT / "var" / "bench" / f"{name.lower()}-{products}"
    folder.mkdir(parents=True, exist_ok=True)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "shop.settings.dev",
        "DATABASE_URL": url,
        "REDIS_URL": "",
        "VAR_DIR": str(folder),
    }
    command = [sys.executable, "-m", "bench.measure", str(products), str(runs)]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    figures: list[dict[str, Any]] = json.loads((folder / "figures.json").read_text())
    return figures


def as_table(results: dict[str, list[dict[str, Any]]], products: int, runs: int) -> str:
    lines = [
        "# Statements and time",
        "",
        f"{products:,} products, median of {runs} runs after one to warm up, the worker idle. "
        "“×” is the time as a multiple of a bare view of the same process.",
        "",
    ]
    head = "| what | budget |" + "".join(f" {name}: SQL | ms | × |" for name in results)
    lines += [head, "|---|--:|" + "--:|--:|--:|" * len(results)]
    for rows in zip(*results.values(), strict=True):
        first = rows[0]
        cells = "".join(f" {r['sql']} | {r['ms']:.1f} | {r['ratio']:.1f} |" for r in rows)
        lines.append(f"| {first['what']} | {first['budget'] or ''} |{cells}")
    compared = [
        f"{name}: placing takes {row['compared']}."
        for name, rows in results.items()
        for row in rows
        if "compared" in row
    ]
    lines += [
        "",
        " ".join(compared),
        "",
        "For comparison, the sandbox of django-oscar: home 130, listing 132, "
        "product 17–20 (77 with a "
        "four-line basket), search 8–23, basket 85, checkout step 62, placing 109.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
