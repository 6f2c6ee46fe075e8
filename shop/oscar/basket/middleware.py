"""Oscar's basket on each request: loaded only when asked for, never with offers."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest
from oscar.apps.basket.middleware import BasketMiddleware as OscarBasketMiddleware

from shop.oscar.checkout.services import go_on_with
from shop.production.services import follow_basket

from .models import Basket


class BasketMiddleware(OscarBasketMiddleware):
    """As Oscar's, but no offers are looked up, and looking at a page writes no basket."""

    def get_basket(self, request: HttpRequest) -> Any:
        """A signed-in buyer without a basket gets one in memory; adding something saves it."""
        user: Any = request.user
        known = self.get_cookie_key(request) in request.COOKIES
        if request._basket_cache is None and user.is_authenticated and not known:
            mine = list(Basket.open.filter(owner=user)[:2])
            if len(mine) < 2:
                request._basket_cache = mine[0] if mine else Basket(owner=user)
                request._basket_cache.owner = user
        return super().get_basket(request)

    def merge_baskets(self, master: Basket, slave: Basket) -> None:
        """Somebody has signed in: what they had begun to buy goes on with their own basket."""
        with transaction.atomic():
            super().merge_baskets(master, slave)
            follow_basket(basket_id=slave.pk, into=master.pk)
            go_on_with(basket=master, instead_of=slave)

    def apply_offers_to_basket(self, request: HttpRequest, basket: Any) -> None:
        return None
