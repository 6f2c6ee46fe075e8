"""The demo market's goods: products, their sizes and colours, prices, stock and terms."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from catalogue.models import Product, ProductClass
from catalogue.services import sum_up_offers, write_sort_key
from catalogue.states import ProductState
from producers.models import Enterprise
from shop.oscar.partner.models import Partner, StockRecord
from shop.oscar.partner.states import Sells

from .market import Row, sold_parts
from .rows import upsert

#: Trade moves these on; loading again leaves them.
KEPT = ("state", "price_from", "ready_pieces", "takes_orders", "first_lead_days", "rating",
        "date_created")  # fmt: skip
KEPT_OF_STOCK = ("num_in_stock", "num_allocated", "date_created")
#: What a product's facts take over from its row.
FACTS = ("materials", "care", "ingredients", "allergens", "storage")
UNITS = {"kg": "กก.", "g": "กรัม", "ml": "มล.", "litre": "ลิตร", "litres": "ลิตร", "l": "ลิตร"}


def otop_class() -> ProductClass:
    """Oscar wants to know what class a product is of; ours are all of one."""
    found, _ = ProductClass.objects.get_or_create(
        slug="otop", defaults={"name": "OTOP", "requires_shipping": True, "track_stock": True}
    )
    return found


def load_goods(
    rows: Iterable[Row], groups: Mapping[str, Row], enterprises: Mapping[str, Enterprise]
) -> dict[str, Product]:
    """The top-level products by slug, with children and stock records, summed up for listings.

    `groups` are the data's rows, `enterprises` the groups already loaded. Stock, state and
    summary of what is known already stay as trade has left them; what is no longer in the data
    is withdrawn.
    """
    rows, kind = list(rows), otop_class()
    products = upsert(
        [product_row(row, groups[row["group"]], enterprises[row["group"]], kind) for row in rows],
        by=["upc"],
        keep=KEPT,
    )
    tops = {product.slug: product for product in products}
    children = upsert(
        [
            child_row(child, row, tops[row["slug"]], enterprises[row["group"]])
            for row in rows
            for child in row.get("child", [])
        ],
        by=["upc"],
        keep=KEPT,
    )
    _load_stock(rows, {product.upc: product for product in [*products, *children]})
    _withdraw_others([*products, *children], enterprises)
    sum_up_offers(product.pk for product in products)
    return tops


def product_row(row: Row, group: Row, enterprise: Enterprise, kind: ProductClass) -> Product:
    """A top-level product as its row says; not saved."""
    product = Product(
        structure=Product.PARENT if row.get("child") else Product.STANDALONE,
        product_class=kind,
        upc=row["slug"],
        slug=row["slug"],
        title=row["name_th"],
        title_en=row["name_en"],
        description=row["description_th"],
        description_en=row["description_en"],
        facts=facts_of(row, group),
        weight_g=row["weight_g"],
        **_shared(row, enterprise),
    )
    write_sort_key(product)
    return product


def child_row(child: Row, row: Row, parent: Product, enterprise: Enterprise) -> Product:
    """A size or colour of `parent`; not saved."""
    product = Product(
        structure=Product.CHILD,
        parent=parent,
        upc=child["slug"],
        slug=child["slug"],
        title=child["name_th"],
        title_en=child["name_en"],
        weight_g=child["weight_g"],
        **_shared(row, enterprise),
    )
    write_sort_key(product)
    return product


def _shared(row: Row, enterprise: Enterprise) -> dict[str, Any]:
    """What a child has from its parent."""
    return {
        "enterprise": enterprise,
        "otop_type": row["otop_type"],
        "province_code": enterprise.province_code,
        "unit_th": row["unit_th"],
        "unit_en": row["unit_en"],
        "parcel_cm": row["parcel_cm"],
        "chilled": row["chilled"],
        "state": ProductState.PUBLISHED,
    }


def facts_of(row: Row, group: Row) -> dict[str, Any]:
    """Materials, care, ingredients and so on in both languages, as `Product.fact` reads them."""
    facts: dict[str, Any] = {"craft": row["craft"], "gi": row["gi"]}
    for name in FACTS:
        for language in ("th", "en"):
            if text := row.get(f"{name}_{language}"):
                facts[f"{name}_{language}"] = text
    if weight := row.get("net_weight"):
        facts |= {"net_weight_th": in_thai_units(weight), "net_weight_en": weight}
    if days := row.get("shelf_days"):
        facts |= {"shelf_th": f"{days} วัน", "shelf_en": f"{days} days", "shelf_days": days}
    if row["sale"] != "stock" and "lead_time_note_th" in group:
        facts["lead_note_th"] = group["lead_time_note_th"]
        facts["lead_note_en"] = group["lead_time_note_en"]
    return facts


def in_thai_units(weight: str) -> str:
    """`500 กรัม` from `500 g`."""
    return re.sub(r"[a-z]+", lambda unit: UNITS.get(unit.group(), unit.group()), weight)


def _load_stock(rows: list[Row], products: Mapping[str | None, Product]) -> None:
    partners = Partner.objects.filter(
        enterprise__in={product.enterprise_id for product in products.values()}
    )
    by_enterprise = {partner.enterprise_id: partner for partner in partners}
    upsert(
        [
            stockrecord_row(part, product, by_enterprise[product.enterprise_id])
            for row in rows
            for part in sold_parts(row)
            if (product := products[part["slug"]])
        ],
        by=["partner", "partner_sku"],
        keep=KEPT_OF_STOCK,
    )


def stockrecord_row(part: Row, product: Product, partner: Partner) -> StockRecord:
    """Price and terms of one part that can be bought; not saved."""
    record = StockRecord(
        product=product,
        partner=partner,
        partner_sku=part["slug"],
        price_currency="THB",
        price=Decimal(part["price"]),
    )
    if terms := part.get("made_to_order"):
        record.sells = Sells.MADE_TO_ORDER
        record.min_quantity, record.max_quantity = terms["min"], terms["max"]
        record.lead_days = terms["lead_days"]
    else:
        record.num_in_stock, record.num_allocated = part["stock"], 0
    return record


def _withdraw_others(known: list[Product], enterprises: Mapping[str, Enterprise]) -> None:
    """Goods that an earlier state of the data had, and that groups have not made themselves."""
    gone = Product.objects.filter(
        enterprise__in=enterprises.values(), upc__isnull=False, state=ProductState.PUBLISHED
    ).exclude(pk__in=[product.pk for product in known])
    gone.update(state=ProductState.WITHDRAWN)
