"""A group makes its products: drafts, words, sizes and colours, the order of pictures.

Each verb may be asked of a live product too: what is on sale stays within the rules for
publishing (`ForbiddenGoods`: nothing is changed), and what claims more than before goes to the
office (`ProductState.REVIEW`) until an officer has read it.
"""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils.text import slugify

from producers.models import Enterprise
from shop.core.models import StateChange
from shop.core.states import move

from .models import Product, ProductClass, ProductPicture
from .searching import index_product
from .searching.romanising import romanise
from .services import (
    NotTheirProduct,
    children_follow,
    claims_of,
    refuse_forbidden,
    write_sort_key,
)
from .states import PRODUCT_TRANSITIONS, ProductState

MOST_PICTURES = 8
MOST_SIZES = 30
#: What `change_product` may write.
WRITABLE = (
    "title", "title_en", "description", "description_en", "otop_type", "unit_th", "unit_en",
    "weight_g", "chilled", "facts",
)  # fmt: skip
#: What sizes and colours have from their product.
SHARED = ("otop_type", "unit_th", "unit_en", "weight_g", "chilled")
#: The address of a draft before it has a name.
DRAFT_SLUG = "draft-"


class TooMany(Exception):
    """There are `most` of them already."""

    def __init__(self, most: int):
        super().__init__(f"at most {most}")
        self.most = most


class LastOne(Exception):
    """A product on sale keeps a picture; one with sizes keeps a size."""


@transaction.atomic
def begin_product(*, enterprise: Enterprise, by: Any, token: UUID) -> Product:
    """An empty draft; asked again with the same token (a second tap), the same draft.

    Raises NotTheirProduct when another group used the token.
    """
    product, fresh = Product.objects.get_or_create(
        code=f"new-{token}",
        defaults={
            "enterprise": enterprise,
            "product_class": _goods_class(),
            "province_code": enterprise.province_code,
            "slug": f"{DRAFT_SLUG}{token.hex}",
        },
    )
    if product.enterprise_id != enterprise.pk:
        raise NotTheirProduct
    if fresh:
        StateChange.objects.create(
            about_label=product._meta.label_lower, about_id=product.pk, new=product.state, by=by
        )
    return product


@transaction.atomic
def make_for_one(
    *, enterprise: Enterprise, buyer: Any, token: UUID, by: Any, **facts: Any
) -> Product:
    """A product that one buyer alone can have (`facts`: WRITABLE); listed and found nowhere.

    Asked again with the same token, the same product. Raises ForbiddenGoods.
    """
    product, fresh = Product.objects.get_or_create(
        code=f"one-{token}",
        defaults={
            "enterprise": enterprise,
            "product_class": _goods_class(),
            "province_code": enterprise.province_code,
            "slug": f"made-for-one-{token.hex}",
            "state": ProductState.PRIVATE,
            "for_buyer": buyer,
            "is_custom": True,
        },
    )
    if fresh:
        _write(product, facts)
        refuse_forbidden(product)
        write_sort_key(product)
        product.save()
        StateChange.objects.create(
            about_label=product._meta.label_lower, about_id=product.pk, new=product.state, by=by
        )
    return product


@transaction.atomic
def change_product(*, product_id: int, by: Any, **facts: Any) -> Product:
    """Write what a product is (see `WRITABLE`); `facts` itself is joined to those it has.

    Raises ForbiddenGoods for a product on sale; a new claim takes it to the office.
    """
    product = _locked(product_id)
    claimed = claims_of(product)
    changed = _write(product, facts)
    if not changed:
        return product
    if "title" in changed:
        changed += ["sort_key", *_name(product)]
    product.save(update_fields=[*changed, "date_updated"])
    shared = {name: getattr(product, name) for name in SHARED if name in changed}
    if shared:
        Product.objects.filter(parent=product).update(**shared)
    _look_again(product, claimed, by)
    return product


# --- sizes and colours ---


@transaction.atomic
def add_child(*, product_id: int, title: str, title_en: str = "", by: Any) -> Product:
    """Another size or colour of a product. Raises TooMany and ForbiddenGoods.

    It has no price yet: `shop.oscar.partner.services.add_size` gives it one.
    """
    product = _locked(product_id)
    claimed = claims_of(product)
    if product.children.count() >= MOST_SIZES:
        raise TooMany(MOST_SIZES)
    if not product.is_parent:
        product.structure = Product.PARENT
        product.save(update_fields=["structure"])
    child = Product(
        structure=Product.CHILD,
        parent=product,
        enterprise=product.enterprise,
        province_code=product.province_code,
        parcel_cm=product.parcel_cm,
        state=product.state,
        title=title,
        title_en=title_en,
        **{name: getattr(product, name) for name in SHARED},
    )
    write_sort_key(child)
    child.slug = f"{product.slug}-{product.children.count() + 1}"
    child.save()
    _look_again(product, claimed, by)
    return child


@transaction.atomic
def rename_child(*, child_id: int, title: str, title_en: str = "", by: Any) -> Product:
    """Call a size or colour something else. Raises ForbiddenGoods."""
    child = Product.objects.select_related("parent").get(pk=child_id, structure=Product.CHILD)
    product = _locked(child.parent_id)
    claimed = claims_of(product)
    child.title, child.title_en = title, title_en
    write_sort_key(child)
    child.save(update_fields=["title", "title_en", "sort_key", "date_updated"])
    _look_again(product, claimed, by)
    return child


@transaction.atomic
def remove_child(*, child_id: int) -> None:
    """A size that was never sold goes. Raises LastOne for the only one there is.

    Asked through `shop.oscar.partner.services.remove_size`, which knows what was sold.
    """
    child = Product.objects.get(pk=child_id, structure=Product.CHILD)
    product = _locked(child.parent_id)
    if not product.children.exclude(pk=child.pk).exists():
        raise LastOne
    child.delete()
    index_product(product)


# --- pictures ---


@transaction.atomic
def add_picture(*, product_id: int, picture_id: int) -> ProductPicture:
    """Put a picture after the others; it is described by the product's name. Raises TooMany."""
    product = _locked(product_id)
    pictures = product.pictures.order_by()
    if pictures.count() >= MOST_PICTURES:
        raise TooMany(MOST_PICTURES)
    last = pictures.aggregate(last=Max("position"))["last"]
    return ProductPicture.objects.create(
        product=product,
        picture_id=picture_id,
        position=0 if last is None else last + 1,
        alt_th=product.title[:200],
        alt_en=product.title_en[:200],
    )


@transaction.atomic
def remove_picture(*, product_id: int, position_id: int) -> None:
    """Take a picture away. Raises LastOne for the only one of a product on sale."""
    product = _locked(product_id)
    pictures = list(product.pictures.all())
    left = [each for each in pictures if each.pk != position_id]
    if len(left) == len(pictures):
        return  # a second tap
    if not left and product.state in (ProductState.PUBLISHED, ProductState.REVIEW):
        raise LastOne
    ProductPicture.objects.filter(product=product, pk=position_id).delete()
    _renumber(left)


@transaction.atomic
def move_picture_forward(*, product_id: int, position_id: int) -> None:
    """Let a picture change places with the one before it; the first one is on the card."""
    product = _locked(product_id)
    pictures = list(product.pictures.all())
    at = next((i for i, each in enumerate(pictures) if each.pk == position_id), 0)
    if at:
        pictures[at - 1], pictures[at] = pictures[at], pictures[at - 1]
        _renumber(pictures)


# --- the inside ---


def _goods_class() -> ProductClass:
    """Oscar wants to know what class a product is of; ours are all of one."""
    found, _ = ProductClass.objects.get_or_create(
        slug="otop", defaults={"name": "OTOP", "requires_shipping": True, "track_stock": True}
    )
    return found


def _locked(product_id: int | None) -> Product:
    """A top-level product with its row lock."""
    return (
        Product.objects.select_for_update(of=("self",))
        .exclude(structure=Product.CHILD)
        .get(pk=product_id)
    )


def _write(product: Product, facts: dict[str, Any]) -> list[str]:
    """Set the given facts; returns the names of those that changed."""
    unknown = set(facts) - set(WRITABLE)
    if unknown:
        raise TypeError(f"a product has no {', '.join(sorted(unknown))} to write")
    if "facts" in facts:
        joined = {**product.facts, **facts["facts"]}
        facts = {**facts, "facts": {name: value for name, value in joined.items() if value}}
    changed = [name for name, value in facts.items() if getattr(product, name) != value]
    for name in changed:
        setattr(product, name, facts[name])
    return changed


def _name(product: Product) -> list[str]:
    """What follows a new name: its place in lists, a first address, words for its pictures."""
    write_sort_key(product)
    product.pictures.filter(alt_th="").update(alt_th=product.title[:200])
    if not product.slug.startswith(DRAFT_SLUG):
        return []  # an address that was given is kept: somebody may have written it down
    words = slugify(product.title_en) or slugify(romanise(product.title)) or "product"
    product.slug = f"{words[:60].strip('-')}-{product.pk}"
    return ["slug"]


def _look_again(product: Product, claimed: Iterable[str], by: Any) -> None:
    """A product on sale was changed: the rules for publishing hold again."""
    if product.state != ProductState.PUBLISHED:
        return
    refuse_forbidden(product)
    more = set(claims_of(product)) - set(claimed)
    if more:
        move(
            product,
            ProductState.REVIEW,
            transitions=PRODUCT_TRANSITIONS,
            by=by,
            reason=", ".join(sorted(more)),
        )
        children_follow(product)
    index_product(product)


def _renumber(pictures: list[ProductPicture]) -> None:
    for position, picture in enumerate(pictures):
        picture.position = position
    ProductPicture.objects.bulk_update(pictures, ["position"])
