"""A listing: which products, in which order, and how many more each filter would leave.

The number of statements does not grow with products, groups or provinces: one counts the kinds
of products, one the groups, one the certificates, three read the page's cards. A search knows
its few hundred products already, so there one statement does for kinds, groups and the page.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.functions import Lower
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from catalogue.models import Product, ProductCertificate, ProductQuerySet
from cms.curation import add_promises
from producers.models import Certificate, Enterprise, shown_on
from shop.core.money import ZERO, format_baht
from shop.core.places import provinces_by_slug

from .facets import LABELS, Facet, Kind, Tally, kind, make_facet, tally
from .filters import BAND_EDGES, MOST_VALUES, SENT_WITHIN, SORTS, Filters
from .paging import PER_PAGE, Pages

#: A search offers no more than its best so many; beyond that words say too little.
MOST_FOUND = 1000
FEW = 6  # products that need no filters to be found
SORT_FIELDS: dict[str, tuple[Any, ...]] = {
    "name": ("sort_key", "pk"),
    "price": ("price_from", "sort_key", "pk"),
    "-price": ("-price_from", "sort_key", "pk"),
    "new": ("-date_created", "-pk"),
    "soon": (F("sendable_on").asc(nulls_last=True), "sort_key", "pk"),
}
ENGLISH_NAMES = (Lower("title_en"), "sort_key", "pk")


@dataclass
class Listing:
    """One page of products with its filters."""

    filters: Filters
    products: list[Product]
    total: int
    facets: list[Facet]
    capped: bool = False  # a search that found more than it offers

    @property
    def pages(self) -> Pages:
        return Pages(self.filters.page, self.total, lambda n: self.filters.address(page=n))

    @property
    def shown_facets(self) -> list[Facet]:
        """Filters that can tell these products apart; none where there are few products."""
        if self.total <= FEW and not self.filters.narrow:
            return []
        return [f for f in self.facets if len(f.choices) > 1 or f.chosen_count]

    @property
    def is_beyond_the_end(self) -> bool:
        return self.filters.page > self.pages.last

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
            found.append((_range_words(filters), filters.address(at_least=None, at_most=None)))
        return found

    @property
    def sorts(self) -> list[tuple[str, Any, bool]]:
        """Orders to choose from: value, words, whether it is the one in use."""
        usual = "" if self.filters.query else "name"
        asked = self.filters.sort or usual
        return [(value, words, value == asked) for value, words in SORTS.items()]


def make_listing(
    scope: ProductQuerySet,
    filters: Filters,
    *,
    today: date,
    hour: int = 0,
    ranked: list[int] | None = None,
    fixed: Iterable[str] = (),
) -> Listing:
    """One page of `scope` under `filters`.

    `ranked` are ids in order of relevance (a search); `fixed` names filters that the page itself
    stands for (the type page has no type filter).
    """
    within = _within_price(scope.top_level().on_sale(), filters)
    if ranked is None:
        narrowed = _narrowed(within, filters, today, only=("group", "certificate"))
        kinds = _kinds(narrowed, today)
        found = tally(kinds, filters)
        names = {} if "group" in fixed else _count_groups(within, filters, today, found)
        products = _cards(_sorted(_narrowed(within, filters, today), filters), filters, today, hour)
    else:
        rows = _found_rows(within.filter(pk__in=ranked), filters, today)
        found = tally((row.kind for row in rows), filters)
        names = {row.group: row.group_name for row in rows}
        products = _found_page(rows, filters, ranked, today, hour)
        within = within.filter(pk__in=ranked)
    names |= _names_of_chosen(filters, names)
    _count_certificates(within, filters, today, found)
    facets = [
        make_facet(name, found.counts.get(name, {}), filters, names)
        for name in LABELS
        if name not in set(fixed)
    ]
    return Listing(
        filters,
        products,
        found.total,
        [facet for facet in facets if facet.choices],
        capped=ranked is not None and len(ranked) >= MOST_FOUND,
    )


def _range_words(filters: Filters) -> str:
    """`฿100–฿300`, `from ฿100` or `up to ฿300`."""
    least, most = filters.at_least, filters.at_most
    if least is not None and most is not None:
        return f"{format_baht(least)}–{format_baht(most)}"
    if least is not None:
        return _("from %s") % format_baht(least)
    return _("up to %s") % format_baht(most or ZERO)


# --- filters in the database ---


def _narrowed(
    within: ProductQuerySet,
    filters: Filters,
    today: date,
    *,
    only: Iterable[str] | None = None,
    but: str = "",
) -> ProductQuerySet:
    for name, values in filters.chosen.items():
        if name != but and (only is None or name in only):
            within = within.filter(_condition(name, values, today))
    return within


def _condition(name: str, values: tuple[str, ...], today: date) -> Q:
    match name:
        case "type":
            return Q(otop_type__in=values)
        case "province":
            return Q(province_code__in=[provinces_by_slug()[value].code for value in values])
        case "group":
            return Q(enterprise__in=Enterprise.objects.filter(slug__in=values).values("pk"))
        case "certificate":
            return Q(pk__in=_certified(values, today))
        case "sale":
            ready, made = Q(ready_pieces__gt=0), Q(takes_orders=True)
            if len(values) > 1:
                return ready | made
            return ready if "ready" in values else made
        case "sent":
            days = max(int(value) for value in values)
            return Q(sendable_on__lte=today + timedelta(days=days))
    condition = Q(pk__in=[])
    for value in values:
        condition |= _in_band(int(value))
    return condition


def _certified(schemes: tuple[str, ...], today: date) -> QuerySet[ProductCertificate, Any]:
    shown = Certificate.objects.shown_on(today).filter(scheme__in=schemes)
    return ProductCertificate.objects.filter(certificate__in=shown.values("pk")).values("product")


def _within_price(products: ProductQuerySet, filters: Filters) -> ProductQuerySet:
    if filters.at_least is not None:
        products = products.filter(price_from__gte=filters.at_least)
    if filters.at_most is not None:
        products = products.filter(price_from__lte=filters.at_most)
    return products


def _band() -> Case:
    steps = [When(price_from__lt=edge, then=Value(i)) for i, edge in enumerate(BAND_EDGES)]
    return Case(
        *steps,
        When(price_from=None, then=Value(-1)),
        default=Value(len(BAND_EDGES)),
        output_field=IntegerField(),
    )


def _sent(today: date) -> Case:
    """The place of the first stretch of SENT_WITHIN that is long enough."""
    steps = [
        When(sendable_on__lte=today + timedelta(days=int(days)), then=Value(place))
        for place, days in enumerate(SENT_WITHIN)
    ]
    return Case(*steps, default=Value(len(SENT_WITHIN)), output_field=IntegerField())


def _in_band(band: int) -> Q:
    condition = Q(price_from__isnull=False)
    if band > 0:
        condition &= Q(price_from__gte=BAND_EDGES[band - 1])
    if band < len(BAND_EDGES):
        condition &= Q(price_from__lt=BAND_EDGES[band])
    return condition


def _flag(condition: Q) -> Case:
    return Case(When(condition, then=Value(1)), default=Value(0), output_field=IntegerField())


# --- counting ---


def _kinds(within: ProductQuerySet, today: date) -> list[Kind]:
    """How many products there are of each kind; one statement."""
    rows = (
        within.annotate(ready=_flag(Q(ready_pieces__gt=0)), band=_band(), sent=_sent(today))
        .order_by()
        .values("otop_type", "province_code", "ready", "takes_orders", "band", "sent")
        .annotate(n=Count("pk"))
        .values_list("n", "otop_type", "province_code", "ready", "takes_orders", "band", "sent")
    )
    return [kind(*row) for row in rows]


def _count_groups(
    within: ProductQuerySet, filters: Filters, today: date, found: Tally
) -> dict[str, str]:
    """Counts of the largest groups into `found`; their names. One statement."""
    rows = (
        _narrowed(within, filters, today, but="group")
        .order_by()
        .values("enterprise__slug", "enterprise__name_th", "enterprise__name_en")
        .annotate(n=Count("pk"), asked=_flag(Q(enterprise__slug__in=filters.get("group"))))
        .order_by("-asked", "-n", "enterprise__name_th")[: MOST_VALUES * 2]
    )
    names = {}
    counts: Counter[str] = Counter()
    for row in rows:
        slug = row["enterprise__slug"]
        counts[slug] = row["n"]
        names[slug] = _name(row["enterprise__name_th"], row["enterprise__name_en"])
    found.counts["group"] = counts
    return names


def _names_of_chosen(filters: Filters, known: dict[str, str]) -> dict[str, str]:
    """Names of chosen groups that nothing was found of; no statement where all are known.

    What is no open group keeps the word from the address, so that it can be taken away.
    """
    missing = {slug: slug for slug in filters.get("group") if slug not in known}
    if missing:
        groups = Enterprise.objects.open().filter(slug__in=missing)
        missing |= {group.slug: group.name for group in groups}
    return missing


def _count_certificates(
    within: ProductQuerySet, filters: Filters, today: date, found: Tally
) -> None:
    """Counts of the schemes of shown certificates into `found`; one statement."""
    # From the products outwards: asked the other way round, SQLite walks all certificates once
    # for each product.
    rows = (
        _narrowed(within, filters, today, but="certificate")
        .filter(shown_on(today, "certificates__"))
        .order_by()
        .values(scheme=F("certificates__scheme"))
        .annotate(n=Count("pk", distinct=True))
    )
    found.counts["certificate"] = Counter({row["scheme"]: row["n"] for row in rows})


def _name(name_th: str, name_en: str) -> str:
    return (name_en if get_language() == "en" else "") or name_th


# --- the page of a listing ---


def _sorted(products: ProductQuerySet, filters: Filters) -> ProductQuerySet:
    """In the order asked for; what cannot be had stands last, whatever the order."""
    order = SORT_FIELDS[filters.sort or "name"]
    if order is SORT_FIELDS["name"] and get_language() == "en":
        order = ENGLISH_NAMES
    sold_out = _flag(Q(ready_pieces=0, takes_orders=False))
    return products.order_by(sold_out, *order)


def _cards(ordered: ProductQuerySet, filters: Filters, today: date, hour: int) -> list[Product]:
    # Sorted by number first: the database need not carry long texts through the sorting.
    start = (filters.page - 1) * PER_PAGE
    page = ordered.values("pk")[start : start + PER_PAGE]
    return with_promises(_sorted(Product.objects.filter(pk__in=page), filters), today, hour)


def with_promises(products: ProductQuerySet, today: date, hour: int = 0) -> list[Product]:
    """The products with all their cards show."""
    cards = list(products.for_cards(today))
    add_promises(cards, today=today, hour=hour)
    return cards


# --- a search ---


@dataclass(frozen=True, slots=True)
class FoundRow:
    """One found product, as far as the filters are concerned."""

    pk: int
    group: str
    group_name: str
    kind: Kind


def _found_rows(found: ProductQuerySet, filters: Filters, today: date) -> list[FoundRow]:
    """All found products; one statement."""
    certified = Q(pk__in=_certified(filters.get("certificate"), today))
    rows = (
        found.annotate(
            ready=_flag(Q(ready_pieces__gt=0)),
            band=_band(),
            sent=_sent(today),
            certified=_flag(certified) if filters.get("certificate") else Value(1),
        )
        .order_by()
        .values_list(
            "pk", "enterprise__slug", "enterprise__name_th", "enterprise__name_en", "certified",
            "otop_type", "province_code", "ready", "takes_orders", "band", "sent",
        )
    )  # fmt: skip
    return [_found_row(filters, *row) for row in rows]


def _found_row(
    filters: Filters, pk: int, slug: str, name_th: str, name_en: str, certified: int, *rest: Any
) -> FoundRow:
    each = kind(1, *rest)
    proof = frozenset(filters.get("certificate") if certified else ())
    values = {**each.values, "group": frozenset((slug,)), "certificate": proof}
    return FoundRow(pk, slug, _name(name_th, name_en), Kind(1, values))


def _found_page(
    rows: list[FoundRow], filters: Filters, ranked: list[int], today: date, hour: int
) -> list[Product]:
    passing = {row.pk for row in rows if tally([row.kind], filters).total}
    start = (filters.page - 1) * PER_PAGE
    if filters.sort:
        ordered = _sorted(Product.objects.filter(pk__in=passing), filters)
        return _cards(ordered, filters, today, hour)
    ids = [pk for pk in ranked if pk in passing][start : start + PER_PAGE]
    by_id = {p.pk: p for p in with_promises(Product.objects.filter(pk__in=ids), today, hour)}
    return [by_id[pk] for pk in ids if pk in by_id]
