"""Workshops, and goods made in them."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from catalogue.models import Product
from producers.models import Enterprise
from shop.production.models import MadeToOrderTerms, Workshop
from shop.production.services import open_workshop, set_making

from .goods import make_enterprise, make_made_to_order
from .orders import record_of

EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]


def make_workshop(
    enterprise: Enterprise | None = None, *, today: date | None = None, **facts: Any
) -> Workshop:
    """A workshop that makes one piece a day, every day, with no buffer; its days are open."""
    buffer_days = facts.pop("buffer_days", 0)
    facts = {
        "name_th": "กี่ทอผ้า",
        "name_en": "Looms",
        "works_on": EVERY_DAY,
        "keeps_holidays": False,
        "per_day": 1,
        **facts,
    }
    workshop = open_workshop(
        enterprise=enterprise or make_enterprise(), today=today or timezone.localdate(), **facts
    )
    workshop.buffer_days = buffer_days
    workshop.save(update_fields=["buffer_days"])
    return workshop


def make_terms(product: Product, workshop: Workshop, **terms: Any) -> MadeToOrderTerms:
    """The product is made in this workshop: one unit a piece, packed the same day."""
    terms = {
        "units_per_piece": Decimal(1),
        "setup_units": Decimal(0),
        "packing_days": 0,
        **terms,
    }
    return set_making(stockrecord_id=record_of(product).pk, workshop_id=workshop.pk, **terms)


def make_woven(
    workshop: Workshop | None = None, *, max_quantity: int | None = 1000, **terms: Any
) -> Product:
    """A product made to order in a workshop; `terms` as for `make_terms`."""
    workshop = workshop or make_workshop()
    product = make_made_to_order(workshop.enterprise, max_quantity=max_quantity)
    make_terms(product, workshop, **terms)
    return product
