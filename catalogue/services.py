"""What is done with products: published, withdrawn, summed up for listings."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Min, Q, Sum
from django.db.models.functions import Coalesce, Greatest

from producers.models import Certificate
from producers.services import tell_group
from producers.states import CORRECTABLE
from shop.core.models import StateChange
from shop.core.states import MoveNotAllowed, move
from shop.core.thai import thai_sort_key

from .claims import ForbiddenGoods, claims_to_review, forbidden_word
from .models import Product, ProductCertificate, ProductPicture
from .searching import index_product
from .states import PRODUCT_TRANSITIONS, ProductState


class NotReadyToPublish(Exception):
    """Something a buyer must see is missing; `missing` names the fields."""

    def __init__(self, missing: list[str]):
        super().__init__(", ".join(missing))
        self.missing = missing


class NotTheirProduct(Exception):
    """A certificate covers goods of its own group only."""


@transaction.atomic
def publish_product(*, product_id: int, by: Any = None, reviewed: bool = False) -> Product:
    """Put a product on sale; what claims too much waits for the office first.

    Raises NotReadyToPublish when name, text, picture or price is missing, and ForbiddenGoods
    for goods that may not be sold online (domain: alcohol and others). With `reviewed` an
    officer has read the claims.
    """
    product = _locked(product_id)
    refuse_forbidden(product)
    missing = missing_to_publish(product)
    if missing:
        raise NotReadyToPublish(missing)
    needs_review = not reviewed and bool(claims_of(product))
    to = ProductState.REVIEW if needs_review else ProductState.PUBLISHED
    move(product, to, transitions=PRODUCT_TRANSITIONS, by=by)
    children_follow(product)
    index_product(product)
    if reviewed:
        _tell_maker(product, "product_approved")
    return product


@transaction.atomic
def withdraw_product(*, product_id: int, by: Any = None, reason: str = "") -> Product:
    """Take a product off sale; orders already placed go on."""
    product = _locked(product_id)
    move(product, ProductState.WITHDRAWN, transitions=PRODUCT_TRANSITIONS, by=by, reason=reason)
    children_follow(product)
    index_product(product)
    return product


@transaction.atomic
def block_product(*, product_id: int, by: Any, reason: str) -> Product:
    """The office takes a product off sale; the group must change it before it returns."""
    product = _locked(product_id)
    move(product, ProductState.BLOCKED, transitions=PRODUCT_TRANSITIONS, by=by, reason=reason)
    children_follow(product)
    index_product(product)
    _tell_maker(product, "product_blocked", reason)
    return product


@transaction.atomic
def return_product(*, product_id: int, by: Any, reason: str) -> Product:
    """The office sends a product back to its group with words on what to change."""
    product = _locked(product_id)
    move(product, ProductState.DRAFT, transitions=PRODUCT_TRANSITIONS, by=by, reason=reason)
    children_follow(product)
    index_product(product)
    _tell_maker(product, "product_returned", reason)
    return product


@transaction.atomic
def set_covered_products(
    *, certificate_id: int, product_ids: Iterable[int], by: Any
) -> list[Product]:
    """Say which products of its group a certificate covers, before it is verified.

    What was verified stays as two people saw it: suspend it to change it. Raises
    MoveNotAllowed then, and NotTheirProduct for goods of another group.
    """
    certificate = Certificate.objects.select_for_update(of=("self",)).get(pk=certificate_id)
    if certificate.state not in CORRECTABLE:
        raise MoveNotAllowed(certificate, certificate.state, "covers other products")
    wanted = set(product_ids)
    products = list(
        Product.objects.top_level().filter(pk__in=wanted, enterprise=certificate.enterprise_id)
    )
    if len(products) != len(wanted):
        raise NotTheirProduct
    links = ProductCertificate.objects.filter(certificate=certificate)
    before = set(links.values_list("product_id", flat=True))
    if before == wanted:
        return products
    links.exclude(product__in=wanted).delete()
    ProductCertificate.objects.bulk_create(
        ProductCertificate(product_id=pk, certificate=certificate) for pk in wanted - before
    )
    StateChange.objects.create(
        about_label=certificate._meta.label_lower,
        about_id=certificate.pk,
        field="products",
        old=str(len(before)),
        new=str(len(wanted)),
        by=by if getattr(by, "pk", None) else None,
        reason=", ".join(sorted(product.title for product in products)),
    )
    return products


@transaction.atomic
def sum_up_offers(product_ids: Iterable[int]) -> None:
    """Refresh price_from, ready_pieces, takes_orders and first_lead_days of these products.

    Children count for their parent. Two statements whatever their number, plus one write. The
    products are locked before anything is added up: two sizes may change at once. What changes in
    a way that moves `sendable_on` forgets it, and is reckoned again within a minute.
    """
    ids = set(product_ids)
    tops = Product.objects.filter(Q(pk__in=ids, parent=None) | Q(children__in=ids))
    before = ("pk", "ready_pieces", "takes_orders", "first_lead_days", "sendable_on")
    locked = tops.select_for_update(of=("self",), no_key=True).order_by("pk").only(*before)
    wanted = {product.pk: product for product in locked}
    if not wanted:
        return
    sums: dict[int, dict[str, Any]] = {}
    stock = "stockrecords__"
    free = Greatest(
        Coalesce(F(f"{stock}num_in_stock"), 0) - Coalesce(F(f"{stock}num_allocated"), 0), 0
    )
    made = Q(**{f"{stock}sells": "made_to_order"})
    rows = (
        Product.objects.filter(Q(pk__in=wanted) | Q(parent__in=wanted))
        .filter(stockrecords__price__isnull=False)
        .annotate(top=Coalesce("parent_id", "pk"))
        .order_by()
        .values("top")
        .annotate(
            price=Min(f"{stock}price"),
            ready=Sum(free),
            made=Count("pk", filter=made),
            lead=Min(f"{stock}lead_days", filter=made),
        )
    )
    for row in rows:
        sums[row["top"]] = row
    for product in wanted.values():
        row = sums.get(product.pk, {})
        how = (bool(product.ready_pieces), product.takes_orders, product.first_lead_days)
        product.price_from = row.get("price")
        product.ready_pieces = row.get("ready") or 0
        product.takes_orders = bool(row.get("made"))
        product.first_lead_days = row.get("lead")
        if how != (bool(product.ready_pieces), product.takes_orders, product.first_lead_days):
            product.sendable_on = None
    Product.objects.bulk_update(list(wanted.values()), ["price_from", *before[1:]])


def write_sort_key(product: Product) -> None:
    """Set the key by which plain comparison gives Thai dictionary order (not saved here)."""
    product.sort_key = thai_sort_key(product.title)[:400]


def _tell_maker(product: Product, kind: str, reason: str = "") -> None:
    if product.enterprise is not None:
        tell_group(
            product.enterprise, kind, about=product, context={"product": product, "reason": reason}
        )


def _locked(product_id: int) -> Product:
    return Product.objects.select_for_update(of=("self",)).get(pk=product_id)


def children_follow(product: Product) -> None:
    """Sizes and colours are in the state of their product."""
    Product.objects.filter(parent=product).update(state=product.state)


def _words(product: Product) -> str:
    facts = " ".join(str(value) for value in product.facts.values())
    children = product.children.values_list("title", "title_en")
    names = " ".join(" ".join(pair) for pair in children)
    return " ".join(
        [product.title, product.title_en, product.description, product.description_en, facts, names]
    )


def refuse_forbidden(product: Product) -> None:
    """Raises ForbiddenGoods when a word of it names goods that may not be sold online."""
    if (word := forbidden_word(_words(product))) is not None:
        raise ForbiddenGoods(word)


def claims_of(product: Product) -> list[str]:
    """What it claims that an officer has to read before it is shown."""
    return claims_to_review(_words(product), product.otop_type)


def missing_to_publish(product: Product) -> list[str]:
    """The names of the fields that a buyer must see and that are still empty."""
    missing = [
        name
        for name in ("title", "description", "otop_type", "enterprise_id")
        if not getattr(product, name)
    ]
    if not ProductPicture.objects.filter(product=product).exists():
        missing.append("picture")
    if product.price_from is None:
        missing.append("price")
    return missing
