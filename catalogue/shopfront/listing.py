"""A listing: which products, in which order, and how many more each filter would leave.

All counts come from two grouped statements, so their number does not grow with products,
groups or provinces. Filters live in the address; within one filter values are joined by "or",
between filters by "and", and a filter's own counts ignore its own choice.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from catalogue.models import Product
from catalogue.states import OtopType
from producers.models import Enterprise, Scheme
from producers.states import SHOWN_STATES
from shop.core.places import provinces, provinces_by_slug, province_slug

PER_PAGE = 24
#: Upper edges of the price bands in baht; the last band is open.
BAND_EDGES = (100, 300, 1000, 5000)
BANDS = {
    "0": _("Under ฿100"),
    "1": _("฿100–299"),
    "2": _("฿300–999"),
    "3": _("฿1,000–4,999"),
    "4": _("฿5,000 and more"),
}
SALE = {"ready": _("Ready to send"), "made": _("Made to order")}
SORTS = {
    "name": _("Name"),
    "price": _("Price, low to high"),
    "-price": _("Price, high to low"),
    "new": _("Newest"),
}
SORT_FIELDS = {
    "name": ("sort_key", "pk"),
    "price": ("price_from", "sort_key", "pk"),
    "-price": ("-price_from", "sort_key", "pk"),
    "new": ("-date_created", "-pk"),
}
MULTIPLE = ("type", "province", "group", "certificate", "sale", "price")
MOST_VALUES = 20


@dataclass(frozen=True)
class Filters:
    """What the address asks for, cleaned: unknown values are dropped, never an error."""

    query: str = ""
    chosen: dict[str, tuple[str, ...]] = field(default_factory=dict)
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    sort: str = ""
    page: int = 1

    @classmethod
    def from_query(cls, data: Any) -> "Filters":
        """Read `request.GET`."""
        chosen = {
            name: tuple(dict.fromkeys(v[:80] for v in data.getlist(name) if v))[:MOST_VALUES]
            for name in MULTIPLE
        }
        return cls(
            query=" ".join(data.get("q", "").split())[:200],
            chosen={name: values for name, values in chosen.items() if values},
            at_least=_amount(data.get("min", "")),
            at_most=_amount(data.get("max", "")),
            sort=data.get("sort", "") if data.get("sort", "") in SORTS else "",
            page=_page(data.get("page", "")),
        )

    def get(self, name: str) -> tuple[str, ...]:
        return self.chosen.get(name, ())

    def address(self, **changes: Any) -> str:
        """The query string of these filters, changed; page 1 unless `page` is named."""
        new = replace(self, page=1, **changes)
        pairs: list[tuple[str, Any]] = [("q", new.query)] if new.query else []
        pairs += [(name, value) for name in MULTIPLE for value in new.get(name)]
        pairs += [("min", new.at_least)] if new.at_least is not None else []
        pairs += [("max", new.at_most)] if new.at_most is not None else []
        pairs += [("sort", new.sort)] if new.sort else []
        pairs += [("page", new.page)] if new.page > 1 else []
        return f"?{urlencode(pairs)}" if pairs else "?"

    def with_page(self, page: int) -> str:
        base = self.address()
        if page <= 1:
            return base
        return f"{base}{'' if base == '?' else '&'}page={page}"

    def toggled(self, name: str, value: str) -> str:
        """The address with this value put in or taken out."""
        values = self.get(name)
        values = tuple(v for v in values if v != value) if value in values else (*values, value)
        return self.address(chosen={**self.chosen, name: values})

    @property
    def narrow(self) -> bool:
        """Whether any filter is set (a search word alone is none)."""
        return bool(self.chosen) or self.at_least is not None or self.at_most is not None


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
    def is_used(self) -> bool:
        return any(choice.selected for choice in self.choices)


@dataclass
class Listing:
    """One page of products with its filters."""

    filters: Filters
    products: list[Product]
    total: int
    facets: list[Facet]

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PER_PAGE))

    @property
    def chips(self) -> list[tuple[Any, str]]:
        """What is set now, each with the address that takes it away."""
        found = [
            (choice.label, choice.address)
            for facet in self.facets
            for choice in facet.choices
            if choice.selected
        ]
        filters = self.filters
        if filters.at_least is not None or filters.at_most is not None:
            low = f"฿{filters.at_least:,}" if filters.at_least is not None else ""
            high = f"฿{filters.at_most:,}" if filters.at_most is not None else ""
            found.append((f"{low}–{high}", filters.address(at_least=None, at_most=None)))
        return found


def make_listing(
    scope: QuerySet[Product],
    filters: Filters,
    *,
    today: date,
    ranked: list[int] | None = None,
    fixed: Iterable[str] = (),
) -> Listing:
    """One page of `scope` under `filters`.

    `ranked` are ids in order of relevance (a search); `fixed` names filters that the page itself
    stands for (the type page has no type filter).
    """
    if ranked is not None:
        scope = scope.filter(pk__in=ranked)
    within = _within_price(scope.top_level().on_sale(), filters)
    tests = {name: _test(name, filters) for name in MULTIPLE}
    cube = _cube(within, filters, today)
    total = sum(row["n"] for row in cube if all(test(row) for test in tests.values()))
    page_of = _narrowed(within, filters, today)
    products = _page_of(page_of, filters, ranked, today)
    facets = _facets(cube, tests, filters, set(fixed))
    certificates = _certificate_counts(_narrowed(within, filters, today, but="certificate"), today)
    facets.append(_facet("certificate", _("Certificate"), certificates, filters, _scheme_name))
    return Listing(filters, products, total, [facet for facet in facets if facet.choices])


# --- the statements ---


def _cube(within: QuerySet[Product], filters: Filters, today: date) -> list[dict[str, Any]]:
    """How many products there are of each kind the filters can tell apart; one statement."""
    if filters.get("certificate"):
        within = within.filter(_certified(filters.get("certificate"), today))
    return list(
        within.annotate(
            ready=Case(When(ready_pieces__gt=0, then=Value(1)), default=Value(0)),
            band=_band(),
        )
        .order_by()
        .values("otop_type", "province_code", "enterprise_id", "ready", "takes_orders", "band")
        .annotate(n=Count("pk", distinct=bool(filters.get("certificate"))))
    )


def _certificate_counts(products: QuerySet[Product], today: date) -> Counter[str]:
    rows = (
        products.filter(_shown("certificates__", today))
        .order_by()
        .values(scheme=F("certificates__scheme"))
        .annotate(n=Count("pk", distinct=True))
    )
    return Counter({row["scheme"]: row["n"] for row in rows})


def _narrowed(
    within: QuerySet[Product], filters: Filters, today: date, but: str = ""
) -> QuerySet[Product]:
    for name in MULTIPLE:
        values = filters.get(name)
        if values and name != but:
            within = within.filter(_condition(name, values, today))
    return within


def _page_of(
    products: QuerySet[Product], filters: Filters, ranked: list[int] | None, today: date
) -> list[Product]:
    start = (filters.page - 1) * PER_PAGE
    if ranked is not None and not filters.sort:
        found = set(products.values_list("pk", flat=True))
        ids = [pk for pk in ranked if pk in found][start : start + PER_PAGE]
        by_id = {p.pk: p for p in Product.objects.filter(pk__in=ids).for_cards(today)}
        return [by_id[pk] for pk in ids if pk in by_id]
    order = SORT_FIELDS[filters.sort or "name"]
    sold_out_last = Case(
        When(Q(ready_pieces__gt=0) | Q(takes_orders=True), then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    ordered = products.for_cards(today).order_by(sold_out_last, *order)
    return list(ordered[start : start + PER_PAGE])


def _condition(name: str, values: tuple[str, ...], today: date) -> Q:
    if name == "type":
        return Q(otop_type__in=values)
    if name == "province":
        return Q(province_code__in=[_province_code(value) for value in values])
    if name == "group":
        return Q(enterprise__in=[int(v) for v in values if _is_id(v)])
    if name == "certificate":
        return _certified(values, today)
    if name == "sale":
        condition = Q(pk__in=[])
        if "ready" in values:
            condition |= Q(ready_pieces__gt=0)
        if "made" in values:
            condition |= Q(takes_orders=True)
        return condition
    condition = Q(pk__in=[])
    for value in values:
        if value in BANDS:
            condition |= _band_condition(int(value))
    return condition


def _certified(schemes: tuple[str, ...], today: date) -> Q:
    covered = Product.certificates.through.objects.filter(
        _shown("certificate__", today), certificate__scheme__in=schemes
    )
    return Q(pk__in=covered.values("product"))


def _shown(prefix: str, today: date) -> Q:
    return Q(**{f"{prefix}state__in": SHOWN_STATES}) & (
        Q(**{f"{prefix}expires_on": None}) | Q(**{f"{prefix}expires_on__gte": today})
    )


def _within_price(products: QuerySet[Product], filters: Filters) -> QuerySet[Product]:
    if filters.at_least is not None:
        products = products.filter(price_from__gte=filters.at_least)
    if filters.at_most is not None:
        products = products.filter(price_from__lte=filters.at_most)
    return products


def _band() -> Case:
    steps = [When(price_from__lt=edge, then=Value(i)) for i, edge in enumerate(BAND_EDGES)]
    return Case(*steps, default=Value(len(BAND_EDGES)), output_field=IntegerField())


def _band_condition(band: int) -> Q:
    condition = Q()
    if band > 0:
        condition &= Q(price_from__gte=BAND_EDGES[band - 1])
    if band < len(BAND_EDGES):
        condition &= Q(price_from__lt=BAND_EDGES[band])
    return condition


# --- counting in the cube ---


def _test(name: str, filters: Filters) -> Callable[[dict[str, Any]], bool]:
    """Whether one row of the cube passes this filter."""
    values = set(filters.get(name))
    if not values or name == "certificate":
        return lambda row: True
    if name == "sale":
        return lambda row: bool(values & _sale_of(row))
    if name == "province":
        codes = {_province_code(value) for value in values}
        return lambda row: row["province_code"] in codes
    return lambda row: _value_of(name, row) in values


def _value_of(name: str, row: dict[str, Any]) -> str:
    return str(row[{"type": "otop_type", "group": "enterprise_id", "price": "band"}[name]])


def _sale_of(row: dict[str, Any]) -> set[str]:
    return {"ready"} if row["ready"] and not row["takes_orders"] else (
        ({"ready"} if row["ready"] else set()) | ({"made"} if row["takes_orders"] else set())
    )


def _facets(
    cube: list[dict[str, Any]],
    tests: dict[str, Callable[[dict[str, Any]], bool]],
    filters: Filters,
    fixed: set[str],
) -> list[Facet]:
    counts: dict[str, Counter[str]] = {name: Counter() for name in MULTIPLE}
    for row in cube:
        failed = [name for name, test in tests.items() if not test(row)]
        if len(failed) > 1:
            continue
        for name in failed or MULTIPLE:
            for value in _values_of(name, row):
                counts[name][value] += row["n"]
    labels: dict[str, tuple[Any, Callable[[str], Any]]] = {
        "type": (_("Type"), lambda v: OtopType(v).label),
        "sale": (_("Ready or made to order"), lambda v: SALE[v]),
        "price": (_("Price"), lambda v: BANDS[v]),
        "province": (_("Province"), lambda v: provinces_by_slug()[v].name),
        "group": (_("Group"), _group_names(counts["group"], filters)),
    }
    return [
        _facet(name, label, counts[name], filters, label_of)
        for name, (label, label_of) in labels.items()
        if name not in fixed
    ]


def _values_of(name: str, row: dict[str, Any]) -> Iterable[str]:
    if name == "sale":
        return _sale_of(row)
    if name == "province":
        code = row["province_code"]
        return [province_slug(code)] if code in provinces() else []
    if name == "certificate":
        return []
    value = _value_of(name, row)
    return [value] if value else []


def _facet(
    name: str, label: Any, counts: Counter[str], filters: Filters, label_of: Callable[[str], Any]
) -> Facet:
    chosen = filters.get(name)
    values = [v for v in counts if counts[v] > 0 or v in chosen]
    if name in ("price",):
        values.sort()
    else:
        values.sort(key=lambda v: (v not in chosen, -counts[v], v))
    choices = []
    for value in values[: max(MOST_VALUES, len(chosen))] if name != "province" else values:
        try:
            text = label_of(value)
        except (KeyError, ValueError):
            continue
        choices.append(
            Choice(value, text, counts[value], value in chosen, filters.toggled(name, value))
        )
    return Facet(name, label, choices)


def _group_names(counts: Counter[str], filters: Filters) -> Callable[[str], Any]:
    wanted = {value for value, _n in counts.most_common(MOST_VALUES)} | set(filters.get("group"))
    names = Enterprise.objects.in_bulk([int(v) for v in wanted if _is_id(v)])
    return lambda value: names[int(value)].name


def _scheme_name(value: str) -> Any:
    return Scheme(value).label


def _province_code(slug: str) -> str:
    place = provinces_by_slug().get(slug)
    return place.code if place else ""


def _is_id(value: str) -> bool:
    return value.isascii() and value.isdigit() and len(value) < 10


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.strip()[:12])
    except (InvalidOperation, ValueError):
        return None
    return amount if amount.is_finite() and amount >= 0 else None


def _page(text: str) -> int:
    return min(max(int(text), 1), 5000) if text.isascii() and text.isdigit() and len(text) < 6 else 1
