from oscar.apps.customer.apps import CustomerConfig as OscarCustomerConfig


class CustomerConfig(OscarCustomerConfig):
    """Oscar's own customer pages are not routed, so they are not loaded either."""

    name = "shop.oscar.customer"

    def ready(self) -> None:
        pass
