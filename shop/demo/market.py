"""The demo market as it stands in the data files: groups, products, stories, rates, accounts."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import geothai

DATA = Path(__file__).parent / "data"
ACCOUNTS = Path(__file__).parent / "accounts.toml"
KINDS = ("food", "drink", "textile", "utensil", "herb")

Row = dict[str, Any]


class UnknownVillage(ValueError):
    """A group's tambon, amphoe and province do not lie in each other."""


@dataclass(frozen=True, slots=True)
class Market:
    """Everything the data files say; each row is a table of a file, its texts stripped."""

    groups: tuple[Row, ...]
    products: tuple[Row, ...]
    stories: tuple[Row, ...]

    def crafts_of(self, group_slug: str) -> list[str]:
        """The crafts a group works in, for drawing it."""
        return list(dict.fromkeys(p["craft"] for p in self.products if p["group"] == group_slug))


@cache
def read_market() -> Market:
    """All product files of the data folder."""
    files = [_read(path) for kind in KINDS for path in sorted(DATA.glob(f"{kind}*.toml"))]
    tables = {
        name: tuple(row for file in files for row in file.get(name, []))
        for name in ("group", "product", "story")
    }
    return Market(tables["group"], tables["product"], tables["story"])


def read_rates() -> Row:
    """Carriers, rates and remote places."""
    return _read(DATA / "delivery_rates.toml")


def read_accounts() -> list[Row]:
    """The demo accounts with their passwords; the only place where these stand."""
    return list(_read(ACCOUNTS)["account"])


def codes_named(province: str, amphoe: str = "", tambon: str = "") -> str:
    """The DOPA code of a province, an amphoe or a tambon by its Thai names.

    Bangkok's amphoe may be given with or without เขต. Raises UnknownVillage.
    """
    code = _code_among(geothai.provinces(), province)
    if amphoe:
        code = _code_among(geothai.districts(code), amphoe)
    if tambon:
        code = _code_among(geothai.subdistricts(code), tambon)
    return code


def _code_among(areas: Any, name: str) -> str:
    for area in areas:
        if name in (area.name_th, area.name_th.removeprefix("เขต")):
            return str(area.code)
    raise UnknownVillage(name)


def _read(path: Path) -> Row:
    return dict(_stripped(tomllib.loads(path.read_text(encoding="utf-8"))))


def _stripped(value: Any) -> Any:
    """Long texts stand between triple quotes with a line break at both ends."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, list):
        return [_stripped(item) for item in value]
    if isinstance(value, dict):
        return {key: _stripped(item) for key, item in value.items()}
    return value


def sold_parts(product: Row) -> Iterator[Row]:
    """What of a product can be bought: its children, or itself; each with its terms.

    Every part has "slug", "price" and either "stock" (pieces) or "made_to_order".
    """
    for part in product.get("child") or [product]:
        terms = {} if "stock" in part else {"made_to_order": product.get("made_to_order")}
        yield {**terms, **part}
