from oscar.apps.basket.apps import BasketConfig as OscarBasketConfig


class BasketConfig(OscarBasketConfig):
    """Oscar's own basket pages are not routed, so they are not loaded either."""

    name = "shop.oscar.basket"

    def ready(self) -> None:
        pass
