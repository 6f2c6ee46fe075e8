"""Oscar's basket on each request: loaded only when asked for, never with offers."""

from typing import Any

from oscar.apps.basket.middleware import BasketMiddleware as OscarBasketMiddleware


class BasketMiddleware(OscarBasketMiddleware):
    """As Oscar's, but no offers are looked up: none apply until an issue asks for them."""

    def apply_offers_to_basket(self, request: Any, basket: Any) -> None:
        return None
