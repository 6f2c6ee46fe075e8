"""Writing the search index: one product when it changes, or all of them."""

import time
from collections.abc import Iterable
from functools import lru_cache
from itertools import islice

from django.db import transaction
from django.db.models import Count, IntegerField, OuterRef, Prefetch, Subquery
from django.db.models.functions import Coalesce

from catalogue.models import Product
from shop.core.places import UnknownPlace
from shop.core.thai import fold, fold_latin, has_thai

from .documents import SearchDocument, words_of
from .models import SearchEntry, SearchPosting, SearchWord
from .romanising import romanise
from .vocabulary import word_id

BATCH = 500  # products written together
LONGEST_WORD = 120


@transaction.atomic
def index_product(product: Product) -> None:
    """Make the index say what the product (or its parent) says now.

    A product that is not on sale leaves the index. About ten statements.
    """
    _write(_top_level([product.parent_id or product.pk]), of={product.parent_id or product.pk})


def reindex(products: Iterable[Product] | None = None) -> int:
    """Index these products again, or all; returns how many are in the index afterwards.

    In batches, each its own transaction, so that the shop goes on meanwhile. For all products
    it also counts the words anew, which keeps the worth of rare and common words true; after
    many calls with some products, call `count_words` yourself.
    """
    ids: Iterable[int]
    if products is None:
        ids = Product.objects.top_level().order_by("pk").values_list("pk", flat=True)
        SearchEntry.objects.exclude(product__in=Product.objects.on_sale()).delete()
        SearchPosting.objects.exclude(product__in=Product.objects.on_sale()).delete()
    else:
        ids = (product.parent_id or product.pk for product in products)
    numbers = iter(list(ids))
    while batch := list(islice(numbers, BATCH)):
        with transaction.atomic():
            _write(_top_level(batch), of=set(batch))
    if products is None:
        count_words()
    return SearchEntry.objects.count()


def count_words() -> None:
    """Count on how many products each word stands, and tell all processes."""
    on_products = (
        SearchPosting.objects.filter(word=OuterRef("pk"))
        .order_by()
        .values("word")
        .annotate(number=Count("pk"))
        .values("number")
    )
    SearchWord.objects.update(
        products=Coalesce(Subquery(on_products, output_field=IntegerField()), 0),
        stamp=time.time_ns(),
    )


def _top_level(ids: list[int]) -> list[Product]:
    children = Product.objects.only("pk", "parent_id", "title", "title_en").order_by("pk")
    return list(
        Product.objects.on_sale()
        .top_level()
        .filter(pk__in=ids)
        .select_related("enterprise")
        .prefetch_related(Prefetch("children", children))
        .order_by("pk")
    )


def document_of(product: Product) -> SearchDocument:
    """The searchable side of a product; its names, kind, place and maker, not its description."""
    maker = product.enterprise
    names = (maker.name_th, maker.name_en) if maker else ()
    children = [name for child in product.children.all() for name in (child.title, child.title_en)]
    return SearchDocument(
        product_id=product.pk,
        title=product.title,
        title_en=product.title_en,
        children=tuple(dict.fromkeys(name for name in children if name)),
        otop_type=product.otop_type,
        province_code=product.province_code,
        amphoe=_amphoe_of(product),
        maker=tuple(name for name in names if name),
        materials=tuple(
            str(product.facts[fact])
            for fact in ("materials_th", "materials_en")
            if product.facts.get(fact)
        ),
    )


def _amphoe_of(product: Product) -> tuple[str, ...]:
    if not product.enterprise:
        return ()
    try:
        amphoe = product.enterprise.place.amphoe
    except UnknownPlace:
        return ()
    return (amphoe.name_th.removeprefix("เมือง"), amphoe.name_en.removeprefix("Mueang "))


def _write(products: list[Product], *, of: set[int]) -> None:
    documents = [document_of(product) for product in products]
    words = {document.product_id: words_of(document) for document in documents}
    _write_words({text[:LONGEST_WORD] for weights in words.values() for text in weights})
    gone = of - words.keys()
    SearchEntry.objects.filter(product__in=gone).delete()
    SearchEntry.objects.bulk_create(
        [SearchEntry(product_id=d.product_id, names=d.names()) for d in documents],
        update_conflicts=True,
        update_fields=["names"],
        unique_fields=["product"],
    )
    SearchPosting.objects.filter(product__in=of).delete()
    postings = {
        (word_id(text[:LONGEST_WORD]), number): weight
        for number, weights in words.items()
        for text, weight in weights.items()
    }
    SearchPosting.objects.bulk_create(
        [
            SearchPosting(word_id=word, product_id=number, weight=weight)
            for (word, number), weight in postings.items()
        ],
        batch_size=2000,
    )


def _write_words(texts: set[str]) -> None:
    now = time.time_ns()
    words = [
        SearchWord(id=word_id(text), text=text, heard=fold(text), sound=_sound_of(text), stamp=now)
        # In one order everywhere, so that two writers never wait for each other in a ring.
        for text in sorted(texts, key=word_id)
    ]
    SearchWord.objects.bulk_create(words, ignore_conflicts=True, batch_size=1000)
    SearchWord.objects.filter(pk__in=[word.pk for word in words], products=0).update(
        products=1, stamp=now
    )


@lru_cache(maxsize=20_000)
def _sound_of(text: str) -> str:
    if text.startswith("="):
        return ""
    return fold_latin(romanise(text) if has_thai(text) else text)
