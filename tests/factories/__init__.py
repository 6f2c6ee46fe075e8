"""Things for tests, made by plain functions with sensible defaults.

    enterprise = make_enterprise()
    cloth = make_product(enterprise, stock=3, price="450")
    basket = make_made_to_order(enterprise, lead_days=10)
    order = make_placed_order((cloth, 1), (basket, 2))

`make_product` and `make_made_to_order` give published products whose one stock record is
`product.stockrecords.get()`. Delivery rates (`make_rates`) are made where an order needs them.
"""

from .delivery import make_rates
from .goods import (
    make_certificate,
    make_child,
    make_enterprise,
    make_made_to_order,
    make_parent,
    make_picture,
    make_product,
    make_question,
)
from .making import make_terms, make_workshop, make_woven
from .orders import (
    ADDRESS,
    CONTACT,
    contact_of,
    make_basket,
    make_checkout,
    make_placed_order,
    pay,
    record_of,
)
from .people import make_buyer, make_member, make_officer

__all__ = [
    "ADDRESS",
    "CONTACT",
    "contact_of",
    "make_basket",
    "make_buyer",
    "make_certificate",
    "make_checkout",
    "make_child",
    "make_enterprise",
    "make_made_to_order",
    "make_member",
    "make_officer",
    "make_parent",
    "make_picture",
    "make_placed_order",
    "make_product",
    "make_question",
    "make_rates",
    "make_terms",
    "make_workshop",
    "make_woven",
    "pay",
    "record_of",
]
