"""What the address of a listing asks for, cleaned, and written back as an address.

Filters live in the address and nowhere else. Within one filter values are joined by "or",
between filters by "and". Whatever was typed, reading never fails: unknown values are dropped,
so that an old or broken link still shows goods.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from catalogue.states import OtopType
from producers.models import Scheme
from shop.core.money import baht
from shop.core.places import provinces_by_slug

#: Upper edges of the price bands in baht; the last band is open.
BAND_EDGES = (100, 300, 1000, 5000)
BANDS = {
    "0": _("Under ฿100"),
    "1": _("฿100–299"),
    "2": _("฿300–999"),
    "3": _("฿1,000–4,999"),
    "4": _("฿5,000 and more"),
}
#: "Can be sent within": days from today; each contains the ones before it.
SENT_WITHIN = {
    "3": _("Within 3 days"),
    "7": _("Within a week"),
    "14": _("Within two weeks"),
    "30": _("Within a month"),
}
SALE = {"ready": _("Ready to send"), "made": _("Made to order")}
SORTS = {
    "name": _("Name"),
    "price": _("Price, low to high"),
    "-price": _("Price, high to low"),
    "new": _("Newest"),
    "soon": _("Sent soonest"),
}
MULTIPLE = ("type", "sale", "sent", "price", "certificate", "province", "group")
MOST_VALUES = 20
LONGEST_QUERY = 200
DEAREST = Decimal(10_000_000)
LAST_PAGE = 1_000_000

_SLUG = re.compile(r"[-\w]{1,80}", re.ASCII)
_UNSEEN = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]+")


@dataclass(frozen=True)
class Filters:
    """The wishes of one request: words, chosen values, price in baht, order, page."""

    query: str = ""
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    sort: str = ""
    page: int = 1

    @classmethod
    def from_query(cls, data: Any, *, fixed: Iterable[str] = ()) -> "Filters":
        """Read `request.GET`; `fixed` names filters the page itself stands for."""
        chosen = {
            name: _known(name, data.getlist(name)) for name in MULTIPLE if name not in set(fixed)
        }
        at_least, at_most = _amount(data.get("min", "")), _amount(data.get("max", ""))
        if at_least is not None and at_most is not None and at_least > at_most:
            at_least, at_most = at_most, at_least
        sort = data.get("sort", "")
        return cls(
            query=" ".join(_UNSEEN.sub(" ", data.get("q", "")).split())[:LONGEST_QUERY],
            chosen={name: values for name, values in chosen.items() if values},
            at_least=at_least,
            at_most=at_most,
            sort=sort if sort in SORTS else "",
            page=_page(data.get("page", "")),
        )

    def get(self, name: str) -> tuple[str, ...]:
        return self.chosen.get(name, ())

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The names and values of the address, without the page; also a form's hidden fields."""
        pairs = [("q", self.query)] if self.query else []
        pairs += [(name, value) for name in MULTIPLE for value in self.get(name)]
        pairs += [("min", f"{self.at_least:f}")] if self.at_least is not None else []
        pairs += [("max", f"{self.at_most:f}")] if self.at_most is not None else []
        return [*pairs, ("sort", self.sort)] if self.sort else pairs

    def address(self, **changes: Any) -> str:
        """The query string of these filters, changed; page 1 unless `page` is among them."""
        new = replace(self, **{"page": 1, **changes})
        pairs = [*new.pairs, ("page", str(new.page))] if new.page > 1 else new.pairs
        return f"?{urlencode(pairs)}" if pairs else "?"

    def toggled(self, name: str, value: str) -> str:
        """The address with this value put in or taken out."""
        values = self.get(name)
        values = tuple(v for v in values if v != value) if value in values else (*values, value)
        return self.address(chosen={**self.chosen, name: values})

    @property
    def cleared(self) -> str:
        """The address without filters; words and order stay."""
        return self.address(chosen={}, at_least=None, at_most=None)

    @property
    def narrow(self) -> bool:
        """Whether any filter is set (a search word alone is none)."""
        return bool(self.chosen) or self.at_least is not None or self.at_most is not None

    @property
    def plain(self) -> bool:
        """Whether the address asks for nothing but a page: only that is for search engines."""
        return not self.query and not self.narrow and not self.sort


def is_known(name: str, value: str) -> bool:
    """Whether a filter can have this value at all."""
    match name:
        case "type":
            return value in OtopType.values
        case "sale":
            return value in SALE
        case "price":
            return value in BANDS
        case "sent":
            return value in SENT_WITHIN
        case "certificate":
            return value in Scheme.values
        case "province":
            return value in provinces_by_slug()
    return bool(_SLUG.fullmatch(value))


def _known(name: str, values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(v for v in values if is_known(name, v)))[:MOST_VALUES]


def _amount(text: str) -> Decimal | None:
    """Baht as typed ("฿1,000", "๑๐๐"), or None for what is no price."""
    plain = text.strip().removeprefix("฿").replace(",", "").strip()
    try:
        amount = Decimal(plain[:12])
    except (InvalidOperation, ValueError):
        return None
    if not amount.is_finite() or amount < 0:
        return None
    rounded = baht(min(amount, DEAREST))
    return rounded.quantize(Decimal(1)) if rounded == rounded.to_integral_value() else rounded


def _page(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        return 1
    return LAST_PAGE if len(text) > 6 else max(int(text), 1)
