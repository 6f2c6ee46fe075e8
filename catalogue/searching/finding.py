"""Finding products: a typed line in, product numbers out, the same on every database.

Spelling is forgiven in memory, over the words of the catalogue (see `vocabulary`); the database
only adds up whole numbers, so SQLite and PostgreSQL give the same products in the same order.
"""

from typing import Any

from django.db import connection
from django.db.models import Count, Max, QuerySet

from .models import SearchEntry, SearchPosting, SearchWord
from .neighbours import Neighbour, neighbours
from .reading import Reading, read
from .vocabulary import Vocabulary

PERFECT = 100 * 100  # closeness of the word times its weight on the product
LEAST_OF_QUERY = 0.2  # a product must match this much of what the query says
LEAST_OF_CRUMBS = 0.45  # or this much, if the query is known by crumbs of words only
LEAST_OF_BEST = 0.45  # and this much of what the best product matches
LOOK_INSIDE_BELOW = 0.6  # if words match no better, names are searched letter by letter
INSIDE_A_NAME = 0.9
SHORTEST_INSIDE = 3  # letters


def search_products(
    query: str, *, limit: int = 200, within: QuerySet[Any] | None = None
) -> list[int]:
    """Numbers of the products on sale that the query means, best first.

    Top-level products only. `within` narrows to some products before the `limit` counts.
    Two statements, sometimes three; nothing for a query without a letter or digit.
    """
    reading = read(query, _vocabulary())
    if reading.is_empty:
        return []
    scores = _scores(reading, limit, within)
    whole = reading.worth * PERFECT
    best = max(scores.values(), default=0)
    if best < LOOK_INSIDE_BELOW * whole and len(reading.heard) >= SHORTEST_INSIDE:
        for number in _inside_names(reading.heard, limit, within):
            scores[number] = max(scores.get(number, 0), round(INSIDE_A_NAME * whole))
        best = max(scores.values(), default=0)
    least = LEAST_OF_QUERY if reading.is_telling else LEAST_OF_CRUMBS
    floor = max(least * whole, LEAST_OF_BEST * best)
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [number for number, score in ranked if score >= floor][:limit]


def suggest_neighbours(query: str, *, limit: int = 6, language: str = "th") -> list[Neighbour]:
    """What to try when nothing was found: the nearest words, types and provinces with goods.

    Those in the page's language first; nothing where nothing is near.
    """
    return neighbours(query, _vocabulary(), limit=limit, language=language)


def _scores(reading: Reading, limit: int, within: QuerySet[Any] | None) -> dict[int, int]:
    hits = [
        (word, index, part.worth * closeness)
        for index, part in enumerate(reading.parts)
        for word, closeness in part.matches.items()
    ]
    if not hits:
        return {}
    narrowed, narrowing = _narrowing(within)
    table = SearchPosting._meta.db_table
    sql = (
        f"WITH hit(word_id, part, worth) AS (VALUES {', '.join(['(%s, %s, %s)'] * len(hits))}) "
        "SELECT product_id, SUM(best) AS score FROM ("
        "SELECT posting.product_id, hit.part, MAX(hit.worth * posting.weight) AS best "
        f"FROM hit JOIN {table} posting ON posting.word_id = hit.word_id {narrowed}"
        "GROUP BY posting.product_id, hit.part) parts "
        "GROUP BY product_id ORDER BY score DESC, product_id LIMIT %s"
    )
    numbers = [number for hit in hits for number in hit]
    with connection.cursor() as cursor:
        cursor.execute(sql, [*numbers, *narrowing, limit])
        return {product: int(score) for product, score in cursor.fetchall()}


def _narrowing(within: QuerySet[Any] | None) -> tuple[str, tuple[Any, ...]]:
    if within is None:
        return "", ()
    sql, params = within.order_by().values("pk").query.sql_with_params()
    return f"WHERE posting.product_id IN ({sql}) ", params


def _inside_names(heard: str, limit: int, within: QuerySet[Any] | None) -> list[int]:
    entries = SearchEntry.objects.filter(names__contains=heard)
    if within is not None:
        entries = entries.filter(product__in=within.order_by().values("pk"))
    return list(entries.order_by("pk").values_list("pk", flat=True)[:limit])


# --- the words in memory ------------------------------------------------------------------------

_kept: dict[str, tuple[Any, Vocabulary]] = {}  # one per process, replaced as a whole


def _vocabulary() -> Vocabulary:
    """All words, read again when the index has new ones: one small statement otherwise."""
    state = SearchWord.objects.aggregate(words=Count("pk"), stamp=Max("stamp"))
    stamp = (connection.settings_dict["NAME"], state["words"], state["stamp"])
    kept = _kept.get(connection.alias)
    if kept is None or kept[0] != stamp:
        rows = SearchWord.objects.filter(products__gt=0).values_list(
            "pk", "text", "heard", "sound", "products"
        )
        kept = (stamp, Vocabulary.of(rows.iterator(), SearchEntry.objects.count()))
        _kept[connection.alias] = kept
    return kept[1]
