"""How many products each value of each filter would leave.

A filter's own counts ignore its own choice, all others hold. The counts are read from *kinds*:
rows that say how many products are alike in everything the filters can tell apart. So their
number follows the number of types, provinces and price bands, not the number of products.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from catalogue.states import OtopType
from producers.models import Scheme
from shop.core.places import province_slug, provinces, provinces_by_slug

from .filters import BANDS, MOST_VALUES, SALE, SENT_WITHIN, Filters

LABELS = {
    "type": _("Type"),
    "sale": _("Availability"),
    "sent": _("Can be sent"),
    "price": _("Price"),
    "certificate": _("Certificate"),
    "province": _("Province"),
    "group": _("Producer group"),
}


OPEN = ("type", "sale", "sent", "price")


@dataclass(frozen=True)
class Choice:
    """One value of a filter: its name, how many it leaves, and the address that toggles it."""

    value: str
    label: Any
    count: int
    selected: bool
    address: str


@dataclass(frozen=True)
class Facet:
    """One filter with its values."""

    name: str
    label: Any
    choices: list[Choice]

    @property
    def chosen_count(self) -> int:
        return sum(choice.selected for choice in self.choices)

    @property
    def opens_at_first(self) -> bool:
        """Whether its values stand open without a tap: when used, or when most ask for it."""
        return bool(self.chosen_count) or self.name in OPEN


@dataclass(frozen=True, slots=True)
class Kind:
    """`number` products that are alike: the values each filter finds on them."""

    number: int
    values: Mapping[str, frozenset[str]]


@dataclass
class Tally:
    """The counts of each filter's values, and how many products pass all filters."""

    counts: dict[str, Counter[str]]
    total: int = 0


def kind(
    number: int,
    otop_type: str,
    province_code: str,
    ready: bool,
    made: bool,
    band: int,
    sent: int,
) -> Kind:
    """A kind from the columns of one row; `sent`: the first stretch of SENT_WITHIN it fits."""
    return Kind(
        number,
        {
            "type": frozenset((otop_type,)),
            "province": frozenset((_slug(province_code),)),
            "sale": SALES[bool(ready), bool(made)],
            "price": frozenset((str(band),)),
            "sent": SENT[sent],
        },
    )


SALES = {
    (ready, made): frozenset(name for name, has in (("ready", ready), ("made", made)) if has)
    for ready in (True, False)
    for made in (True, False)
}


#: Place of the first stretch that is long enough → all that are.
SENT = [frozenset(list(SENT_WITHIN)[first:]) for first in range(len(SENT_WITHIN) + 1)]


def tally(kinds: Iterable[Kind], filters: Filters) -> Tally:
    """Count what the kinds tell; filters that the kinds know nothing of hold already."""
    wanted = {name: frozenset(values) for name, values in filters.chosen.items()}
    found = Tally({})
    for each in kinds:
        failed = [
            name
            for name, values in wanted.items()
            if name in each.values and not values & each.values[name]
        ]
        if len(failed) > 1:
            continue
        found.total += 0 if failed else each.number
        for name in failed or each.values:
            counter = found.counts.setdefault(name, Counter())
            for value in each.values[name]:
                counter[value] += each.number
    return found


def make_facet(
    name: str, counts: Mapping[str, int], filters: Filters, group_names: Mapping[str, Any]
) -> Facet:
    """The filter as the page shows it: values that leave something, and those chosen."""
    chosen = filters.get(name)
    labels = _labels(name, group_names)
    values = [v for v in labels if v and (counts.get(v) or v in chosen)]
    if name in ("certificate", "group"):
        values.sort(key=lambda value: -counts.get(value, 0))
        values = [v for i, v in enumerate(values) if i < MOST_VALUES or v in chosen]
    return Facet(
        name,
        LABELS[name],
        [
            Choice(v, labels[v], counts.get(v, 0), v in chosen, filters.toggled(name, v))
            for v in values
        ],
    )


def _labels(name: str, group_names: Mapping[str, Any]) -> Mapping[str, Any]:
    """All values of a filter with their names, in the order a reader expects."""
    match name:
        case "type":
            return dict(OtopType.choices)
        case "sale":
            return SALE
        case "price":
            return BANDS
        case "sent":
            return SENT_WITHIN
        case "certificate":
            return dict(Scheme.choices)
        case "group":
            return group_names
    places = provinces_by_slug()
    if get_language() == "en":
        places = dict(sorted(places.items()))
    return {slug: place.name for slug, place in places.items()}


def _slug(province_code: str) -> str:
    return province_slug(province_code) if province_code in provinces() else ""
