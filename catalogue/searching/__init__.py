"""Search: `search_products(query)`, `index_product(product)`, `reindex()`; how it works and how
well is in docs/algorithms/search.md."""

from .finding import search_products, suggest_neighbours
from .index import index_product, reindex
from .neighbours import Neighbour

__all__ = ["Neighbour", "index_product", "reindex", "search_products", "suggest_neighbours"]
