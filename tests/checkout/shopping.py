"""A buyer at the doors of the shop: what a browser without script would send."""

import re
from typing import Any

from django.test import Client

from catalogue.models import Product
from shop.core.models import User

TYPED = {
    "name": "มะลิ ทดสอบ",
    "phone": "081-234-5678",
    "email": "Mali@Example.com",
    "house_number": "99/1",
    "soi": "เจริญกรุง 42",
    "tambon_code": "100404",
    "postcode": "10500",
}


class Buyer:
    """One browser, in one language; signed in where a user is given."""

    def __init__(self, language: str = "th", user: User | None = None):
        self.client = Client()
        self.language = language
        if user is not None:
            self.client.force_login(user)

    def get(self, path: str, **extra: Any) -> Any:
        return self.client.get(self.address(path), **extra)

    def post(self, path: str, data: dict[str, Any] | None = None, **extra: Any) -> Any:
        return self.client.post(self.address(path), data or {}, **extra)

    def address(self, path: str) -> str:
        return path if path.startswith("/") else f"/{self.language}/{path}"

    def take(self, product: Product, quantity: int = 1) -> Any:
        """Press the product page's button."""
        return self.post("basket/add/", {"product_id": product.pk, "quantity": quantity})

    def type_address(self, **other: str) -> Any:
        return self.post("checkout/address/", {**TYPED, **other})

    def choose(self, method: str = "card", **deliveries: str) -> Any:
        """The second step: the marked choices of the page, or those named."""
        data = {**self.marked_ways(), **deliveries, "method": method}
        return self.post("checkout/delivery/", data)

    def marked_ways(self) -> dict[str, str]:
        """The delivery choices as the page marks them."""
        page = self.get("checkout/delivery/").content.decode()
        return dict(re.findall(r'name="(delivery-\d+)" value="([\w-]+)" checked', page))

    def seen_total(self) -> str:
        """The total that stands on the review page's form."""
        page = self.get("checkout/review/").content.decode()
        found = re.search(r'name="seen_total" value="([\d.]+)"', page)
        assert found, page
        return found.group(1)

    def pay(self, seen_total: str | None = None) -> Any:
        """Press the last button."""
        return self.post("checkout/pay/", {"seen_total": seen_total or self.seen_total()})

    def fill_in(self, *wanted: tuple[Product, int], method: str = "card") -> None:
        """Everything up to the review page."""
        for product, quantity in wanted:
            assert self.take(product, quantity).status_code == 302
        assert self.type_address()["Location"].endswith("/checkout/delivery/")
        assert self.choose(method)["Location"].endswith("/checkout/review/")
