"""What a sale keeps of its offer: plain values, as they were at that moment."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import F

from catalogue.asking.answering import plain_number
from producers.models import Certificate
from shop.oscar.partner.states import Sells
from shop.production.promising import terms_of
from shop.production.states import LADDER_STEPS

if TYPE_CHECKING:
    from .offers import GroupOffer, LineOffer


def frozen_group(group: "GroupOffer") -> dict[str, Any]:
    option = group.chosen
    assert option is not None
    assert group.promised_on is not None
    return {
        "enterprise": group.enterprise.pk,
        "goods": str(group.goods),
        "charge": str(group.charge),
        "balance": str(group.balance),
        "method": option.method.slug,
        "method_name_th": option.method.name_th,
        "method_name_en": option.method.name_en,
        "carrier": option.method.carrier_id,
        "fastest_days": option.fastest_days,
        "slowest_days": option.slowest_days,
        "promised_on": group.promised_on.isoformat(),
        "made_to_order": group.made_to_order,
        "lines": [_frozen_line(line) for line in group.lines],
    }


def _frozen_line(line: "LineOffer") -> dict[str, Any]:
    product, top = line.product, line.top_product
    titles = [(top.title, top.title_en)]
    if product.is_child:
        titles.append((product.title, product.title_en))
    return {
        "stockrecord": line.stockrecord.pk,
        "product": product.pk,
        "top_product": top.pk,
        "sku": line.stockrecord.partner_sku,
        "title": " · ".join(th for th, _ in titles if th),
        "title_en": " · ".join(en for _, en in titles if en),
        "unit_th": top.unit_th,
        "unit_en": top.unit_en,
        "quantity": line.quantity,
        "unit_price": str(line.unit_price),
        "total": str(line.total),
        "key": line.wanted.key,
        "answers": [dict(answer) for answer in line.answers],
        "more_units": plain_number(line.wanted.more_units),
        "non_returnable": line.non_returnable,
        "sold_as": Sells.MADE_TO_ORDER if line.is_made else Sells.STOCK,
        "lead_days": line.stockrecord.lead_days,
        "promised_on": line.promised_on.isoformat() if line.promised_on else None,
        "promise": line.promise.snapshot() if line.promise else None,
        "terms": _frozen_terms(line),
        "weight_g": product.weight_g,
        "is_custom": product.is_custom,
    }


def _frozen_terms(line: "LineOffer") -> dict[str, Any] | None:
    """What was agreed on how it is made, paid and cancelled; None for ready pieces."""
    terms = terms_of(line.stockrecord)
    if terms is None or not line.is_made:
        return None
    return {
        "proof": terms.proof,
        "payment_plan": terms.payment_plan,
        "ladder": terms.ladder,
        "ladder_steps": [list(step) for step in LADDER_STEPS[terms.ladder]],
    }


def certificates_at_sale(product_ids: Iterable[int], today: date) -> dict[int, list[dict]]:
    """Product id → the certificates that cover it on the day of the sale."""
    found: dict[int, list[dict]] = defaultdict(list)
    rows = Certificate.objects.shown_on(today).filter(products__in=set(product_ids))
    for certificate in rows.annotate(covers=F("products__pk")).order_by("pk"):
        found[certificate.covers].append(certificate.snapshot())
    return found
