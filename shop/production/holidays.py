"""The public holidays that come with the shop (data/holidays.toml). Reads a file, no database."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

FILE = Path(__file__).parent / "data" / "holidays.toml"


@dataclass(frozen=True, slots=True)
class Listed:
    """One day of the list. `by_date`: the same day each year; the others the office checks."""

    day: date
    name_th: str
    name_en: str
    by_date: bool


def listed_holidays() -> list[Listed]:
    """All days of the list, in order."""
    rows = tomllib.loads(FILE.read_text(encoding="utf-8"))["holiday"]
    return [Listed(row["day"], row["th"], row["en"], row["by_date"]) for row in rows]
