"""Search: `search_products(query)`, `index_product(product)`, `reindex()`.

How it works and how well is in docs/algorithms/search.md.
"""

from .documents import warm_up
from .finding import search_products, suggest_neighbours
from .index import count_words, index_product, reindex
from .neighbours import Neighbour

__all__ = [
    "Neighbour",
    "count_words",
    "index_product",
    "reindex",
    "search_products",
    "suggest_neighbours",
    "warm_up",
]
