"""Groups, their goods, certificates and pictures."""

from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from catalogue.asking.models import Question
from catalogue.asking.services import set_question
from catalogue.models import Product, ProductCertificate, ProductClass, ProductPicture
from catalogue.services import sum_up_offers, write_sort_key
from catalogue.states import OtopType, ProductState
from cms.models import Picture
from producers.models import Certificate, Enterprise, Scheme
from producers.states import CertificateState, EnterpriseState
from shop.oscar.partner.models import Partner, StockRecord
from shop.oscar.partner.states import Sells

#: ตำบลในเมือง อำเภอเมืองขอนแก่น
TAMBON = "400101"
NUMBERS = count(1)


def make_enterprise(name_th: str = "", **fields: Any) -> Enterprise:
    """An approved group in Khon Kaen (or where `tambon_code` says), with its partner."""
    number = next(NUMBERS)
    tambon = fields.pop("tambon_code", TAMBON)
    fields.setdefault("name_en", f"Test weavers {number}")
    fields.setdefault("slug", f"group-{number}")
    fields.setdefault("state", EnterpriseState.APPROVED)
    fields.setdefault("works_on", [1, 2, 3, 4, 5, 6])
    fields.setdefault("province_code", tambon[:2])
    enterprise = Enterprise.objects.create(
        name_th=name_th or f"กลุ่มทอผ้าทดสอบ {number}", tambon_code=tambon, **fields
    )
    Partner.objects.create(
        name=enterprise.name_th[:128], code=f"group-{enterprise.pk}", enterprise=enterprise
    )
    return enterprise


def make_product(
    enterprise: Enterprise | None = None,
    *,
    stock: int = 5,
    price: str | Decimal = "450",
    picture: bool = True,
    **fields: Any,
) -> Product:
    """A published product sold from `stock` pieces at `price` baht each."""
    product = _product(enterprise or make_enterprise(), picture=picture, **fields)
    _sell(product, price=price, num_in_stock=stock)
    return product


def make_made_to_order(
    enterprise: Enterprise | None = None,
    *,
    price: str | Decimal = "1200",
    lead_days: int = 10,
    min_quantity: int = 1,
    max_quantity: int | None = 20,
    picture: bool = True,
    **fields: Any,
) -> Product:
    """A published product that the group makes in `lead_days` working days."""
    product = _product(enterprise or make_enterprise(), picture=picture, **fields)
    _sell(
        product,
        price=price,
        sells=Sells.MADE_TO_ORDER,
        lead_days=lead_days,
        min_quantity=min_quantity,
        max_quantity=max_quantity,
    )
    return product


def make_parent(enterprise: Enterprise | None = None, **fields: Any) -> Product:
    """A published product that is bought through its children (`make_child`)."""
    return _product(enterprise or make_enterprise(), structure=Product.PARENT, **fields)


def make_child(
    parent: Product, *, stock: int = 5, price: str | Decimal = "450", **fields: Any
) -> Product:
    """A size or colour of `parent`."""
    number = next(NUMBERS)
    child = Product.objects.create(
        structure=Product.CHILD,
        parent=parent,
        enterprise=parent.enterprise,
        title=fields.pop("title", f"ขนาด {number}"),
        title_en=fields.pop("title_en", f"Size {number}"),
        state=parent.state,
        **fields,
    )
    _sell(child, price=price, num_in_stock=stock)
    parent.refresh_from_db()
    return child


def make_picture(title: str = "ภาพทดสอบ") -> Picture:
    """A picture with prepared addresses; no file is written."""
    name = f"test-{next(NUMBERS)}"
    return Picture.objects.create(
        title=title,
        file=f"original_images/{name}.jpg",
        width=1280,
        height=1600,
        is_illustration=True,
        prepared={
            kind: {str(width): f"/media/prepared/{name}-{width}.{kind}" for width in (320, 640)}
            for kind in ("webp", "jpeg")
        },
    )


def make_certificate(
    enterprise: Enterprise, *products: Product, expires_on: date | None = None, **fields: Any
) -> Certificate:
    """A verified certificate of the group that covers these products."""
    fields.setdefault("scheme", Scheme.MPC)
    fields.setdefault("number", "มผช. 17/2563")
    fields.setdefault("state", CertificateState.VERIFIED)
    certificate = Certificate.objects.create(enterprise=enterprise, expires_on=expires_on, **fields)
    for product in products:
        ProductCertificate.objects.create(product=product, certificate=certificate)
    return certificate


def make_question(product: Product, kind: str = "text", **facts: Any) -> Question:
    """A question of a product; choices where it needs them, a range of 10–100 for numbers."""
    facts.setdefault("label_th", f"คำถาม {next(NUMBERS)}")
    if kind in ("choice", "colour"):
        facts.setdefault("choices", [{"th": "แดง", "en": "Red"}, {"th": "คราม", "en": "Indigo"}])
    if kind in ("number", "measurement"):
        facts.setdefault("least", Decimal(10))
        facts.setdefault("most", Decimal(100))
    for name in ("price", "units", "least", "most", "step"):
        if isinstance(facts.get(name), str):
            facts[name] = Decimal(facts[name])
    return set_question(product_id=product.pk, kind=kind, **facts)


def _product(enterprise: Enterprise, *, picture: bool = True, **fields: Any) -> Product:
    number = next(NUMBERS)
    fields.setdefault("title", f"ผ้าขาวม้าทดสอบ {number}")
    fields.setdefault("title_en", f"Test pha khao ma {number}")
    fields.setdefault("description", "ผ้าทอมือจากฝ้ายย้อมคราม")
    fields.setdefault("description_en", "Handwoven cotton dyed with indigo")
    fields.setdefault("slug", f"product-{number}")
    fields.setdefault("otop_type", OtopType.TEXTILE)
    fields.setdefault("unit_th", "ผืน")
    fields.setdefault("unit_en", "piece")
    fields.setdefault("weight_g", 400)
    fields.setdefault("state", ProductState.PUBLISHED)
    fields.setdefault("province_code", enterprise.province_code)
    kind, _ = ProductClass.objects.get_or_create(name="goods", slug="goods")
    product = Product(enterprise=enterprise, product_class=kind, **fields)
    write_sort_key(product)
    product.save()
    if picture:
        ProductPicture.objects.create(
            product=product, picture=make_picture(), alt_th="ผ้าพับวางบนโต๊ะ", alt_en="A folded cloth"
        )
    return product


def _sell(product: Product, **terms: Any) -> StockRecord:
    terms["price"] = Decimal(terms["price"])
    record = StockRecord.objects.create(
        product=product,
        partner=product.enterprise.partner,
        partner_sku=f"sku-{product.pk}",
        price_currency="THB",
        **terms,
    )
    sum_up_offers([product.pk])
    product.refresh_from_db()
    return record
