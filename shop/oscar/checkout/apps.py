from oscar.apps.checkout.apps import CheckoutConfig as OscarCheckoutConfig


class CheckoutConfig(OscarCheckoutConfig):
    """Oscar's own checkout pages are not routed, so they are not loaded either."""

    name = "shop.oscar.checkout"

    def ready(self) -> None:
        pass
