"""Oscar asks here for price and availability; the answers are the stock record's own."""

from typing import Any

from oscar.apps.partner.availability import Available, StockRequired, Unavailable
from oscar.apps.partner.strategy import NoTax, Structured, UseFirstStockRecord


class Strategy(UseFirstStockRecord, NoTax, Structured):
    """The group's price as it is (groups add no VAT), and what it can sell."""

    def availability_policy(self, product: Any, stockrecord: Any) -> Any:
        if stockrecord is None or not product.is_for_sale:
            return Unavailable()
        if stockrecord.is_made_to_order:
            return Available()
        return StockRequired(stockrecord.free_pieces)

    def parent_availability_policy(self, product: Any, children_stock: Any) -> Any:
        policies = [self.availability_policy(child, record) for child, record in children_stock]
        return Available() if any(p.is_available_to_buy for p in policies) else Unavailable()


class Selector:
    """One strategy for everybody."""

    def strategy(self, request: Any = None, user: Any = None, **kwargs: Any) -> Strategy:
        return Strategy(request)
