"""One buyer with four lines of two groups, from the basket to the order."""

from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.core.signing import Signer
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from catalogue.models import Product
from producers.models import Enterprise
from shop.oscar.basket.models import Basket
from shop.oscar.basket.services import add_to_basket
from shop.oscar.checkout import services as checkouts
from shop.oscar.checkout.models import Checkout
from shop.oscar.partner.models import StockRecord
from shop.oscar.partner.services import set_ready_pieces
from shop.payments import services as payments
from shop.stripe_simulator.testing import SimulatorThread

CONTACT = {"name": "ผู้ซื้อ ทดสอบ", "email": "bench@example.com", "phone": "+66812345678"}
ADDRESS = {"house_number": "1", "tambon_code": "100404", "postcode": "10500"}
PLENTY = 10_000


class Journey:
    """Fills baskets from groups that have enough different goods in stock."""

    def __init__(self) -> None:
        self.records = list(self._records(groups=6, each=4))

    def _records(self, *, groups: int, each: int) -> Iterable[list[StockRecord]]:
        found = 0
        for enterprise in Enterprise.objects.open().order_by("-pk").iterator():
            records = StockRecord.objects.filter(
                partner__enterprise=enterprise,
                sells="stock",
                price__isnull=False,
                min_quantity=1,
                product__state="published",
                product__chilled=False,
            ).exclude(product__structure=Product.PARENT)[:each]
            if len(records) == each:
                for record in records:
                    set_ready_pieces(stockrecord_id=record.pk, pieces=PLENTY)
                yield list(records)
                found += 1
            if found == groups:
                return

    def basket(self, *, groups: int = 2, lines: int = 2) -> Basket:
        basket = Basket.objects.create()
        for records in self.records[:groups]:
            for record in records[:lines]:
                add_to_basket(basket=basket, product_id=record.product_id, quantity=1)
        return basket

    def visitor_with(self, basket: Basket) -> Client:
        """A guest whose cookie says this basket is theirs."""
        client = Client()
        client.cookies[settings.OSCAR_BASKET_COOKIE_OPEN] = Signer().sign(basket.pk)
        return client

    def checkout(self, basket: Basket) -> Checkout:
        checkout = checkouts.open_checkout(basket=basket, user=None, language="th")
        return checkouts.set_address(checkout=checkout, contact=CONTACT, address=ADDRESS)

    def paid(self, **size: int) -> int:
        """A payment that has just been captured; its id, ready to be settled."""
        checkout = self.checkout(self.basket(**size))
        today = timezone.localdate()
        total = str(checkouts.offer_now(checkout, today=today).total)
        attempt = checkouts.begin_payment(
            checkout=checkout, method="promptpay", seen_total=total, today=today
        )
        self.provider.control(f"pay/{attempt.intent_id}")
        payments.refresh_attempt(attempt)
        return attempt.pk

    def figures(
        self, measure: Callable[..., dict[str, Any]], page: Callable[..., Any], runs: int
    ) -> list[dict[str, Any]]:
        basket = self.basket()
        visitor = self.visitor_with(basket)
        self.checkout(basket)
        with translation.override("th"):
            steps = {
                name: reverse(f"checkout:{name}") for name in ("address", "delivery", "review")
            }
        figures = [
            measure("basket, 4 lines of 2 groups", 16, page(visitor, "/th/basket/"), runs),
            *(
                measure(f"checkout: {name}", 20, page(visitor, path), runs)
                for name, path in steps.items()
            ),
        ]
        sizes = {
            "placing, 4 lines of 2 groups": (70, {"groups": 2, "lines": 2}),
            "placing, 8 lines of 2 groups": (0, {"groups": 2, "lines": 4}),
            "placing, 4 lines of 4 groups": (0, {"groups": 4, "lines": 1}),
        }
        with SimulatorThread() as self.provider:
            settings.STRIPE_API_BASE = self.provider.base_address
            for what, (budget, size) in sizes.items():
                waiting = [self.paid(**size) for _ in range(runs + 2)]
                figures.append(
                    measure(
                        what,
                        budget,
                        lambda waiting=waiting: checkouts.settle_attempt(waiting.pop()),
                        runs,
                    )
                )
        return figures
